package dataspace

import (
	"cmp"
	"math/bits"
	"slices"
)

// BoxIndex finds, among many boxes, those that a query meets, in a time that depends on how many
// those are and hardly on how many there are in all. It is a packed R-tree: boxes that lie near
// one another stand next to one another, and for every sixteen of them, for every sixteen of
// those, and so on, the smallest box around them is kept.
//
// The index is immutable and safe for concurrent use.
type BoxIndex struct {
	boxes
	ordered bool    // the boxes stand in increasing number
	levels  []level // groups of boxes, groups of those, …; the last has one group
}

// fanout is the number of boxes in a group: sixteen comparisons of neighbouring words cost about
// as much as one cache miss.
const fanout = 16

// level holds, for each column, the bounds of groups of fanout^k boxes.
type level struct {
	columns []column
	n       int
}

// NewBoxIndex returns an index of n boxes of that rank. bounds fills in the bounds of box i, both
// ends inclusive and at most MaxCoordinate, and returns false for a box that is empty. It is
// called once for each box, in order. At most 2^32-1 boxes.
func NewBoxIndex(rank, n int, bounds func(i int, lo, hi []uint64) bool) *BoxIndex {
	return listBoxes(rank, n, bounds).Index()
}

// Index makes the boxes searchable. It takes them over: nothing may be added to the list any more.
func (l *BoxList) Index() *BoxIndex {
	x := &BoxIndex{boxes: l.boxes, ordered: true}
	x.arrange()
	return x
}

// arrange makes the boxes searchable.
func (x *BoxIndex) arrange() {
	if len(x.columns) == 0 {
		return
	}
	x.group()
	if !x.compact() {
		x.sort()
		x.group()
	}
}

// group builds the levels above the boxes.
func (x *BoxIndex) group() {
	x.levels = x.levels[:0]
	below, n := x.columns, x.n
	for n > 1 {
		groups := (n + fanout - 1) / fanout
		l := level{n: groups, columns: make([]column, len(below))}
		for k := range below {
			l.columns[k] = below[k].grouped(n, groups)
		}
		x.levels = append(x.levels, l)
		below, n = l.columns, groups
	}
}

// grouped returns the bounds around every fanout entries of a column of n.
func (c *column) grouped(n, groups int) column {
	g := column{axis: c.axis}
	if c.wlo != nil {
		g.wlo, g.whi = make([]uint64, groups), make([]uint64, groups)
		for i := range groups {
			from, to := i*fanout, min(n, (i+1)*fanout)
			g.wlo[i], g.whi[i] = slices.Min(c.wlo[from:to]), slices.Max(c.whi[from:to])
		}
		return g
	}
	g.lo, g.hi = make([]uint32, groups), make([]uint32, groups)
	for i := range groups {
		from, to := i*fanout, min(n, (i+1)*fanout)
		g.lo[i], g.hi[i] = slices.Min(c.lo[from:to]), slices.Max(c.hi[from:to])
	}
	return g
}

// compact reports whether boxes that lie near one another already stand next to one another, as
// in every file that a program wrote in order: at each level the groups together must hardly be
// larger than the boxes, or than all the space there is. The sum of the groups is what a query of one
// element meets on average at each level; grids in either order stay below three, a random order is
// far above.
func (x *BoxIndex) compact() bool {
	if x.n <= fanout*fanout/4 || len(x.columns) == 1 && x.columns[0].ascends() {
		return true
	}
	top := x.levels[len(x.levels)-1].columns
	limit := make([]float64, len(top)) // the largest bound of each axis that is one
	for k := range top {
		limit[k] = x.columns[k].largest()
	}
	want := 6 * max(total(x.columns, x.n, limit), total(top, 1, limit))
	for _, l := range x.levels[:len(x.levels)-1] {
		if total(l.columns, l.n, limit) > want {
			return false
		}
	}
	return true
}

// ascends reports whether the boxes of the column stand in the order of their bounds.
func (c *column) ascends() bool {
	return slices.IsSorted(c.lo) && slices.IsSorted(c.hi) && slices.IsSorted(c.wlo) && slices.IsSorted(c.whi)
}

// largest returns the largest coordinate in the column; no limit does not count as one.
func (c *column) largest() float64 {
	n := len(c.lo) + len(c.wlo)
	best := uint64(0)
	for i := range n {
		lo, hi := c.at(i)
		best = max(best, lo)
		if hi != MaxCoordinate && (hi != wide32 || c.wlo != nil) {
			best = max(best, hi)
		}
	}
	return float64(best) + 1
}

// total adds up the volumes of n boxes.
func total(columns []column, n int, limit []float64) float64 {
	sum := 0.0
	for i := range n {
		volume := 1.0
		for k := range columns {
			lo, hi := columns[k].at(i)
			volume *= max(0, min(float64(hi), limit[k])-float64(lo)+1)
		}
		sum += volume
	}
	return sum
}

// sort puts the boxes in an order in which neighbours lie near one another.
func (x *BoxIndex) sort() {
	places := make([]uint32, x.n)
	for i := range places {
		places[i] = uint32(i)
	}
	x.split(places, fanout*fanout*fanout*fanout*fanout)
	lo, hi := make([]uint64, x.n), make([]uint64, x.n)
	for k := range x.columns {
		c := &x.columns[k]
		for i, place := range places {
			lo[i], hi[i] = c.at(int(place))
		}
		for i := range places {
			c.set(i, lo[i], hi[i])
		}
	}
	if x.numbers != nil {
		for i, place := range places {
			places[i] = x.numbers[place]
		}
	}
	x.numbers, x.ordered = places, false
}

// split halves the boxes along the axis in which they spread most against their own length,
// always at a multiple of unit, so that groups of every level stay together.
func (x *BoxIndex) split(numbers []uint32, unit int) {
	for unit >= len(numbers) {
		if unit /= fanout; unit < fanout {
			return
		}
	}
	c := &x.columns[x.widest(numbers)]
	mid := (len(numbers)/unit + 1) / 2 * unit
	if mid == 0 || mid >= len(numbers) {
		mid = unit
	}
	selectNth(numbers, mid, func(i uint32) uint64 {
		lo, hi := c.at(int(i))
		return lo + hi
	})
	x.split(numbers[:mid], unit)
	x.split(numbers[mid:], unit)
}

func (x *BoxIndex) widest(numbers []uint32) int {
	best, axis := -1.0, 0
	for k := range x.columns {
		c := &x.columns[k]
		first, last, length := ^uint64(0), uint64(0), 0.0
		for _, i := range numbers {
			lo, hi := c.at(int(i))
			first, last = min(first, lo), max(last, lo)
			length += float64(hi - lo + 1)
		}
		if spread := float64(last-first) * float64(len(numbers)) / max(1, length); spread > best {
			best, axis = spread, k
		}
	}
	return axis
}

// selectNth reorders numbers so that the n smallest by key come first (Hoare's quickselect with
// the median of three).
func selectNth(numbers []uint32, n int, key func(uint32) uint64) {
	for rounds := 4 * bits.Len(uint(len(numbers))); len(numbers) > 2*fanout && rounds > 0; rounds-- {
		a, b, c := key(numbers[0]), key(numbers[len(numbers)/2]), key(numbers[len(numbers)-1])
		pivot := max(min(a, b), min(max(a, b), c))
		i, j := 0, len(numbers)-1
		for i <= j {
			for key(numbers[i]) < pivot {
				i++
			}
			for key(numbers[j]) > pivot {
				j--
			}
			if i <= j {
				numbers[i], numbers[j] = numbers[j], numbers[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			numbers = numbers[:j+1]
		case n >= i:
			numbers, n = numbers[i:], n-i
		default:
			return
		}
	}
	slices.SortFunc(numbers, func(a, b uint32) int {
		return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a, b))
	})
}
