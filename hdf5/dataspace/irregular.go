package dataspace

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// maxSpans bounds the work of putting the elements of a union of boxes in order. Boxes that form
// a grid, a list or a mosaic need a few spans each; only thousands of boxes that pass one another
// like the steps of a staircase need the square of their number, and a file may hold such boxes
// on purpose. A span costs as many steps as there are axes; four million steps are a second of
// work and some 0.3 GB.
const maxSpans = 1 << 22

var errEntangled = errors.New("dataspace: the boxes of an irregular selection are too entangled to be put in order")

// coordinates holds what a selection of boxes or points was made of. For boxes, at has rank
// first and then rank last coordinates for each; for points, rank coordinates.
type coordinates struct {
	rank   int
	at     []uint64
	lo, hi []uint64 // bounds of all, inclusive

	once     sync.Once // guards what follows, which is computed when it is first needed
	order    *spans
	pieces   []Piece
	distinct []Piece
	err      error
}

// len returns the number of boxes or points.
func (c *coordinates) len(kind Kind) int {
	if kind == KindPoints {
		return len(c.at) / c.rank
	}
	return len(c.at) / (2 * c.rank)
}

// box returns the first and the last coordinates of box i.
func (c *coordinates) box(i int) (first, last []uint64) {
	at := c.at[2*i*c.rank:]
	return at[:c.rank:c.rank], at[c.rank : 2*c.rank : 2*c.rank]
}

// element is box for either kind: a point is a box of one element.
func (c *coordinates) element(kind Kind, i int) (first, last []uint64) {
	if kind == KindPoints {
		at := c.at[i*c.rank:]
		return at[:c.rank:c.rank], at[:c.rank:c.rank]
	}
	return c.box(i)
}

// Boxes returns the union of boxes as a selection: its elements are in row-major order by
// coordinate, whatever the order of the boxes, and an element in several boxes is selected once.
// Boxes without elements are dropped; none left is None. Boxes that are given in row-major order
// and form a regular hyperslab become one. Errors: a rank that is not 1 to MaxRank, a box of
// another rank, a coordinate beyond MaxCoordinate.
func Boxes(rank int, boxes []Box) (Selection, error) {
	if rank < 1 || rank > MaxRank {
		return Selection{}, fmt.Errorf("dataspace: boxes have 1 to %d axes, not %d", MaxRank, rank)
	}
	at := make([]uint64, 0, 2*rank*len(boxes))
	for i, b := range boxes {
		if len(b.Start) != rank || len(b.Count) != rank {
			return Selection{}, fmt.Errorf("dataspace: box %d has rank %d, not %d", i, len(b.Start), rank)
		}
		if slices.Contains(b.Count, 0) {
			continue
		}
		at = append(at, b.Start...)
		for axis, n := range b.Count {
			if b.Start[axis] > MaxCoordinate || n > MaxCoordinate-b.Start[axis]+1 {
				return Selection{}, fmt.Errorf("dataspace: box %d reaches beyond any dataset along axis %d", i, axis)
			}
			at = append(at, b.Start[axis]+n-1)
		}
	}
	return newBoxes(rank, at), nil
}

// newBoxes makes a selection of checked boxes, which it keeps.
func newBoxes(rank int, at []uint64) Selection {
	if len(at) == 0 {
		return None()
	}
	if dims, ok := gridOf(rank, at); ok {
		return Selection{kind: KindRegular, rank: uint8(rank), dims: dims}
	}
	c := &coordinates{rank: rank, at: at}
	c.setBounds(KindIrregular)
	return Selection{kind: KindIrregular, rank: uint8(rank), set: c}
}

// setBounds computes the bounds of all boxes or points.
func (c *coordinates) setBounds(kind Kind) {
	both := make([]uint64, 2*c.rank)
	c.lo, c.hi = both[:c.rank:c.rank], both[c.rank:]
	for i := range c.len(kind) {
		first, last := c.element(kind, i)
		for axis := range c.rank {
			if i == 0 || first[axis] < c.lo[axis] {
				c.lo[axis] = first[axis]
			}
			c.hi[axis] = max(c.hi[axis], last[axis])
		}
	}
}

// gridOf recognises boxes in row-major order that form a regular hyperslab, as every library
// writes one in the first version of the serialized form.
func gridOf(rank int, at []uint64) ([]Dim, bool) {
	width := 2 * rank
	n := len(at) / width
	dims := make([]Dim, rank)
	period := 1 // boxes that go by before this axis moves on
	for axis := rank - 1; axis >= 0; axis-- {
		d := Dim{Start: at[axis], Stride: 1, Count: 1, Block: at[rank+axis] - at[axis] + 1}
		if next := period * width; next < len(at) && at[next+axis] > at[axis] {
			d.Stride = at[next+axis] - at[axis]
			for i := next; i < len(at) && at[i+axis] == d.Start+d.Count*d.Stride; i += next {
				d.Count++
			}
		}
		period *= int(d.Count)
		if d.Count > 1 && d.Stride < d.Block || n%period != 0 {
			return nil, false
		}
		dims[axis] = d
	}
	if period != n {
		return nil, false
	}
	i := 0
	matched := eachBlock(dims, func(b Box) bool {
		box := at[i*width:]
		i++
		for axis := range rank {
			if box[axis] != b.Start[axis] || box[rank+axis] != b.Start[axis]+b.Count[axis]-1 {
				return false
			}
		}
		return true
	})
	if !matched {
		return nil, false
	}
	for axis, d := range dims {
		if d.Stride == d.Block {
			dims[axis] = Dim{Start: d.Start, Stride: 1, Count: 1, Block: d.Count * d.Block}
		}
	}
	return dims, true
}

// spans is one level of the span tree of a union of boxes: the ranges of coordinates along an
// axis that are selected, in order, each with what is selected of the following axes there. It
// is libhdf5's H5S_hyper_span_info_t, with neighbours joined that select the same.
type spans struct {
	list  []span
	count uint64 // elements of all spans
}

type span struct {
	first, last uint64
	before      uint64 // elements of the spans before it in its list
	down        *spans // nil on the last axis
}

// ordered returns the span tree, built once.
func (c *coordinates) ordered() (*spans, error) {
	c.resolve(KindIrregular)
	return c.order, c.err
}

// resolve computes once what the order of the elements needs.
func (c *coordinates) resolve(kind Kind) {
	c.once.Do(func() {
		if kind == KindPoints {
			c.pieces = c.pointPieces(nil)
			c.distinct = c.pointPieces(c.superseded())
			return
		}
		b := spanBuilder{set: c, budget: maxSpans}
		ids := make([]int, c.len(kind))
		for i := range ids {
			ids[i] = i
		}
		if c.order, c.err = b.build(ids, 0); c.err == nil {
			c.pieces = c.boxPieces()
			c.distinct = c.pieces
		}
	})
}

type spanBuilder struct {
	set    *coordinates
	budget int // steps left
}

// build returns the spans of the boxes ids from axis on.
func (b *spanBuilder) build(ids []int, axis int) (*spans, error) {
	slices.SortFunc(ids, func(i, j int) int {
		return cmp.Compare(b.set.at[2*i*b.set.rank+axis], b.set.at[2*j*b.set.rank+axis])
	})
	if axis == b.set.rank-1 {
		return b.buildLast(ids)
	}
	cuts := b.cuts(ids, axis)
	level := &spans{}
	var active []int
	next := 0
	for i, first := range cuts[:len(cuts)-1] {
		active = slices.DeleteFunc(active, func(id int) bool { return b.last(id, axis) < first })
		for ; next < len(ids) && b.first(ids[next], axis) == first; next++ {
			active = append(active, ids[next])
		}
		if b.budget -= 1 + len(active); b.budget < 0 {
			return nil, errEntangled
		}
		if len(active) == 0 {
			continue
		}
		down, err := b.build(slices.Clone(active), axis+1)
		if err != nil {
			return nil, err
		}
		if err := level.add(span{first: first, last: cuts[i+1] - 1, down: down}, down.count); err != nil {
			return nil, err
		}
	}
	return level, nil
}

// cuts returns, in order, the coordinates at which the set of boxes that cover axis may change.
func (b *spanBuilder) cuts(ids []int, axis int) []uint64 {
	cuts := make([]uint64, 0, 2*len(ids))
	for _, id := range ids {
		cuts = append(cuts, b.first(id, axis), b.last(id, axis)+1)
	}
	slices.Sort(cuts)
	return slices.Compact(cuts)
}

func (b *spanBuilder) first(id, axis int) uint64 { return b.set.at[2*id*b.set.rank+axis] }
func (b *spanBuilder) last(id, axis int) uint64  { return b.set.at[(2*id+1)*b.set.rank+axis] }

// buildLast joins the ranges of the boxes along the last axis; ids are in order of their starts.
func (b *spanBuilder) buildLast(ids []int) (*spans, error) {
	axis := b.set.rank - 1
	if b.budget -= len(ids) * b.set.rank; b.budget < 0 {
		return nil, errEntangled
	}
	level := &spans{}
	first, last := b.first(ids[0], axis), b.last(ids[0], axis)
	for _, id := range ids[1:] {
		if f := b.first(id, axis); f > last {
			if err := level.add(span{first: first, last: last}, 1); err != nil {
				return nil, err
			}
			first = f
		}
		last = max(last, b.last(id, axis))
	}
	return level, level.add(span{first: first, last: last}, 1)
}

// add appends a span, each coordinate of which has n elements, or prolongs the one before it.
func (s *spans) add(next span, n uint64) error {
	more, ok := product(next.last-next.first+1, n)
	if !ok || more > MaxCoordinate-s.count {
		return ErrTooLarge
	}
	next.before = s.count
	s.count += more
	if len(s.list) > 0 {
		if prev := &s.list[len(s.list)-1]; prev.last+1 == next.first && prev.down.equal(next.down) {
			prev.last = next.last
			return nil
		}
	}
	s.list = append(s.list, next)
	return nil
}

// equal reports whether two levels select the same.
func (s *spans) equal(t *spans) bool {
	if s == t {
		return true
	}
	if s == nil || t == nil || s.count != t.count || len(s.list) != len(t.list) {
		return false
	}
	for i, a := range s.list {
		if b := t.list[i]; a.first != b.first || a.last != b.last || !a.down.equal(b.down) {
			return false
		}
	}
	return true
}

// eachOrderedBox yields the boxes of the span tree, or the given ones where there is no tree.
func (c *coordinates) eachOrderedBox(yield func(Box) bool) {
	order, err := c.ordered()
	if err != nil {
		c.eachBox(KindIrregular, yield)
		return
	}
	box := Box{Start: make([]uint64, c.rank), Count: make([]uint64, c.rank)}
	order.eachBox(box, 0, yield)
}

func (s *spans) eachBox(box Box, axis int, yield func(Box) bool) bool {
	for _, sp := range s.list {
		box.Start[axis], box.Count[axis] = sp.first, sp.last-sp.first+1
		if sp.down == nil {
			if !yield(box) {
				return false
			}
		} else if !sp.down.eachBox(box, axis+1, yield) {
			return false
		}
	}
	return true
}

// eachBox yields the boxes or points as they were given.
func (c *coordinates) eachBox(kind Kind, yield func(Box) bool) {
	box := Box{Start: make([]uint64, c.rank), Count: make([]uint64, c.rank)}
	for i := range c.len(kind) {
		first, last := c.element(kind, i)
		for axis := range c.rank {
			box.Start[axis], box.Count[axis] = first[axis], last[axis]-first[axis]+1
		}
		if !yield(box) {
			return
		}
	}
}
