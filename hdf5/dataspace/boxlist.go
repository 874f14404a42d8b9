package dataspace

import "slices"

// BoxList is boxes that are numbered from 0 on in the order in which they are added, before they
// are put into an index.
//
// Only the axes along which boxes differ are stored, in four bytes a bound where that is enough:
// a box of a mosaic that varies along two axes takes 17 bytes in an index.
type BoxList struct {
	boxes
	room    int   // boxes that are expected
	number  int   // of the next box
	endless []int // numbers of the boxes without an end along some axis
}

// boxes are the bounds of boxes, both ends inclusive.
type boxes struct {
	n       int         // boxes that are not empty: only they have a place
	common  []axisRange // the bounds of the axes along which all boxes agree
	columns []column    // the others
	numbers []uint32    // the number of the box at each place; nil when place and number agree
}

type axisRange struct {
	axis   int
	lo, hi uint64
}

// NewBoxList returns an empty list of boxes of a rank with room for n, at most 2^32-1.
func NewBoxList(rank, n int) *BoxList {
	l := &BoxList{room: n, boxes: boxes{common: make([]axisRange, rank)}}
	for axis := range l.common {
		l.common[axis].axis = axis
	}
	return l
}

// listBoxes makes a list of n boxes, whose bounds are as NewBoxIndex has them.
func listBoxes(rank, n int, bounds func(i int, lo, hi []uint64) bool) *BoxList {
	l := NewBoxList(rank, n)
	both := make([]uint64, 2*rank)
	lo, hi := both[:rank:rank], both[rank:]
	for i := range n {
		if bounds(i, lo, hi) {
			l.Add(lo, hi)
		} else {
			l.AddEmpty()
		}
	}
	return l
}

// Add adds a box. lo and hi have at least one bound for each axis, at most MaxCoordinate, which as an upper
// one means that there is none.
func (l *BoxList) Add(lo, hi []uint64) {
	for axis := range len(l.common) + len(l.columns) {
		if hi[axis] >= MaxCoordinate {
			l.endless = append(l.endless, l.number)
			break
		}
	}
	l.add(lo, hi)
}

// AddWhole adds a box that is the whole dataspace, whatever its extent.
func (l *BoxList) AddWhole() {
	var lo, hi [MaxRank]uint64
	for axis := range hi {
		hi[axis] = MaxCoordinate
	}
	l.add(lo[:], hi[:])
}

// AddEmpty adds a box that no query meets.
func (l *BoxList) AddEmpty() {
	if l.numbers == nil {
		l.numbers = make([]uint32, l.n, l.room)
		for i := range l.numbers {
			l.numbers[i] = uint32(i)
		}
	}
	l.number++
}

func (l *BoxList) add(lo, hi []uint64) {
	for k := 0; k < len(l.common); k++ {
		if r := &l.common[k]; r.lo != lo[r.axis] || r.hi != hi[r.axis] || l.n == 0 {
			k -= l.vary(k, lo, hi)
		}
	}
	for k := range l.columns {
		c := &l.columns[k]
		c.push(lo[c.axis], hi[c.axis])
	}
	if l.numbers != nil {
		l.numbers = append(l.numbers, uint32(l.number))
	}
	l.n++
	l.number++
}

// vary takes note that along the k-th axis on which all boxes agreed so far the next one is another, and returns how many fewer such axes there are.
func (l *BoxList) vary(k int, lo, hi []uint64) int {
	r := &l.common[k]
	if l.n == 0 {
		r.lo, r.hi = lo[r.axis], hi[r.axis]
		return 0
	}
	c := column{axis: r.axis, lo: make([]uint32, 0, l.room), hi: make([]uint32, 0, l.room)}
	for range l.n {
		c.push(r.lo, r.hi)
	}
	l.columns = append(l.columns, c)
	l.common = slices.Delete(l.common, k, k+1)
	return 1
}

// Endless returns the numbers of the boxes, in their order, that have no end along some axis, those
// of AddWhole not among them.
func (l *BoxList) Endless() []int { return l.endless }

// Reach returns how far the boxes reach along each axis, exclusive; those without an end there
// do not count.
func (l *BoxList) Reach() []uint64 {
	reach := make([]uint64, len(l.common)+len(l.columns))
	if l.n == 0 {
		return reach
	}
	for _, r := range l.common {
		if r.hi < MaxCoordinate {
			reach[r.axis] = r.hi + 1
		}
	}
	for k := range l.columns {
		reach[l.columns[k].axis] = l.columns[k].reach()
	}
	return reach
}

// column holds the bounds of all boxes along one axis: in 32 bits as long as they fit, where
// wide32 stands for everything above.
type column struct {
	axis     int
	lo, hi   []uint32
	wlo, whi []uint64 // instead of lo and hi once a bound needs more than 32 bits
}

const wide32 = 1<<32 - 1

func (c *column) at(i int) (lo, hi uint64) {
	if c.wlo != nil {
		return c.wlo[i], c.whi[i]
	}
	return uint64(c.lo[i]), uint64(c.hi[i])
}

func (c *column) set(i int, lo, hi uint64) {
	if c.wlo != nil {
		c.wlo[i], c.whi[i] = lo, hi
		return
	}
	c.lo[i], c.hi[i] = uint32(lo), uint32(hi)
}

// push appends the bounds of the next box.
func (c *column) push(lo, hi uint64) {
	if c.wlo == nil && lo < wide32-1 && hi < wide32-1 {
		c.lo = append(c.lo, uint32(lo))
		c.hi = append(c.hi, uint32(hi))
		return
	}
	c.pushWide(lo, hi)
}

// pushWide is push for any bounds. The bound MaxCoordinate, which an unlimited axis has, fits 32
// bits too.
func (c *column) pushWide(lo, hi uint64) {
	if c.wlo == nil {
		shortLo, okLo := narrow(lo)
		shortHi, okHi := narrow(hi)
		if okLo && okHi {
			c.lo, c.hi = append(c.lo, shortLo), append(c.hi, shortHi)
			return
		}
		c.widen()
	}
	c.wlo, c.whi = append(c.wlo, lo), append(c.whi, hi)
}

// narrow returns a bound in 32 bits, if it has that form.
func narrow(x uint64) (uint32, bool) {
	if x == MaxCoordinate {
		return wide32, true
	}
	return uint32(x), x < wide32-1
}

func (c *column) widen() {
	c.wlo, c.whi = make([]uint64, len(c.lo), cap(c.lo)), make([]uint64, len(c.hi), cap(c.hi))
	for i, lo := range c.lo {
		c.wlo[i], c.whi[i] = widened(lo), widened(c.hi[i])
	}
	c.lo, c.hi = nil, nil
}

func widened(x uint32) uint64 {
	if x == wide32 {
		return MaxCoordinate
	}
	return uint64(x)
}

// reach returns how far the boxes reach, exclusive, those without an end left out.
func (c *column) reach() uint64 {
	reach := uint64(0)
	for _, hi := range c.hi {
		if hi != wide32 {
			reach = max(reach, uint64(hi)+1)
		}
	}
	for _, hi := range c.whi {
		if hi < MaxCoordinate {
			reach = max(reach, hi+1)
		}
	}
	return reach
}
