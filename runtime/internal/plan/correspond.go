package plan

import (
	"slices"
	"sort"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// correspondence projects a mapping by the ordinals of its elements. Each piece of the virtual
// selection is cut to the request, which makes it a product of counters with weights in ordinals and
// in memory; each piece of the source selection is a product of counters with weights in ordinals
// and coordinates; and where the two meet in their ordinals is a segment.
type correspondence struct {
	along   meeting // of coordinates along one virtual axis: those of a piece, those of the request
	matched meeting // of ordinals: those of a virtual piece, those of a source piece

	parts   [][]axisPart // what the request wants of a virtual piece, for each axis
	digits  []digit      // of the parts at hand
	run     []digit      // the same, joined: the counters of side 0 of matched
	pieces  []dataspace.Piece
	reaches []uint64 // the largest ordinal of the pieces up to each of pieces

	ordinal uint64 // of the first element of the virtual product at hand
	memory  int64  // where that goes
	legs    []leg
	emit    func(Segment) error
	arena   *arena
	rank    int // of the source
}

// digit is a counter of a virtual piece that was cut to the request.
type digit struct {
	count   uint64
	ordinal uint64 // the ordinals that one step goes on
	memory  int64  // the elements of memory that one step goes on
}

// axisPart is a part of what the request wants of a virtual piece along one axis.
type axisPart struct {
	ordinal uint64
	memory  int64
	digits  []digit
}

// leg is one direction of a segment.
type leg struct {
	axis   int
	count  uint64
	step   uint64
	memory int64
}

func (p *Projector) projectOrdinals(req Request, m Mapping, virtualExtent, sourceExtent []uint64, emit func(Segment) error) error {
	virtual, err := m.Virtual.DistinctPieces(virtualExtent)
	if err != nil {
		return err
	}
	source, err := m.Source.Pieces(sourceExtent)
	if err != nil {
		return err
	}
	c := &p.ordinals
	c.emit, c.arena, c.rank = emit, &p.arena, len(sourceExtent)
	c.setSource(source)
	for _, piece := range wanted(virtual, m.Virtual.Kind(), req) {
		c.ordinal, c.memory = piece.Ordinal, req.MemOffset
		if !c.cut(piece, req, p.memStride) {
			continue
		}
		if err := c.eachProduct(0); err != nil {
			return err
		}
	}
	return nil
}

// wanted drops the pieces of an irregular selection that lie before or after the request along
// axis 0: there may be many. They are in order along it, and of two that do not begin at the same
// coordinate the one ends before the other begins.
func wanted(pieces []dataspace.Piece, kind dataspace.Kind, req Request) []dataspace.Piece {
	if kind != dataspace.KindIrregular || len(pieces) < 2 {
		return pieces
	}
	from := func(x uint64) int {
		return sort.Search(len(pieces), func(i int) bool { return pieces[i].Start[0] >= x })
	}
	end := from(req.Axes[0].Last() + 1)
	first := from(req.Axes[0].Start + 1)
	if first > 0 {
		first = from(pieces[first-1].Start[0])
	}
	return pieces[first:end]
}

// setSource prepares the pieces of the source for being searched by ordinal.
func (c *correspondence) setSource(pieces []dataspace.Piece) {
	c.pieces = pieces
	c.reaches = c.reaches[:0]
	reach := uint64(0)
	for _, piece := range pieces {
		last := piece.Ordinal
		for _, d := range piece.Digits {
			last += (d.Count - 1) * d.Ordinal
		}
		reach = max(reach, last)
		c.reaches = append(c.reaches, reach)
	}
}

// cut finds what the request wants of a virtual piece along each axis.
func (c *correspondence) cut(piece dataspace.Piece, req Request, memStride []int64) bool {
	for len(c.parts) < len(req.Axes) {
		c.parts = append(c.parts, nil)
	}
	c.parts = c.parts[:len(req.Axes)]
	digits := piece.Digits
	for axis, r := range req.Axes {
		n := 0
		for n < len(digits) && digits[n].Axis == axis {
			n++
		}
		c.parts[axis] = c.cutAxis(c.parts[axis][:0], piece.Start[axis], digits[:n], r, memStride[axis])
		if len(c.parts[axis]) == 0 {
			return false
		}
		digits = digits[n:]
	}
	return true
}

// cutAxis appends what the request r wants of the counters of a piece along an axis.
func (c *correspondence) cutAxis(parts []axisPart, start uint64, digits []dataspace.Digit, r Progression, memStride int64) []axisPart {
	switch len(digits) {
	case 0:
		at, ok := indexOf(r, start)
		if !ok {
			return parts
		}
		return append(parts, axisPart{memory: int64(at) * memStride})
	case 1:
		d := digits[0]
		s := intersect(Progression{Start: start, Step: d.Step, Count: d.Count}, r)
		if s.count == 0 {
			return parts
		}
		part := axisPart{ordinal: s.a * d.Ordinal, memory: int64(s.b) * memStride}
		if s.count > 1 {
			part.digits = []digit{{count: s.count, ordinal: s.aStep * d.Ordinal, memory: int64(s.bStep) * memStride}}
		}
		return append(parts, part)
	}
	m := &c.along
	m.sides[0], m.sides[1] = m.sides[0][:0], append(m.sides[1][:0], counter{count: r.Count, weight: r.Step})
	for _, d := range digits {
		m.sides[0] = append(m.sides[0], counter{count: d.Count, weight: d.Step})
	}
	m.emit = func() error {
		part := axisPart{memory: int64(m.begin[1][0]) * memStride}
		for i, at := range m.begin[0] {
			part.ordinal += at * digits[i].Ordinal
		}
		for _, j := range m.joints {
			part.digits = append(part.digits, digit{
				count:   j.count,
				ordinal: j.step[0] * digits[j.at[0]].Ordinal,
				memory:  int64(j.step[1]) * memStride,
			})
		}
		parts = append(parts, part)
		return nil
	}
	// Nothing here can fail: emit does not.
	_ = m.run(int64(r.Start) - int64(start))
	return parts
}

// eachProduct goes through the combinations of the parts of the axes from axis on.
func (c *correspondence) eachProduct(axis int) error {
	if axis == len(c.parts) {
		return c.eachSource()
	}
	ordinal, memory, kept := c.ordinal, c.memory, len(c.digits)
	for _, part := range c.parts[axis] {
		c.ordinal, c.memory = ordinal+part.ordinal, memory+part.memory
		c.digits = append(c.digits[:kept], part.digits...)
		if err := c.eachProduct(axis + 1); err != nil {
			c.digits = c.digits[:kept]
			return err
		}
	}
	c.ordinal, c.memory, c.digits = ordinal, memory, c.digits[:kept]
	return nil
}

// eachSource meets the virtual product at hand with the pieces of the source.
func (c *correspondence) eachSource() error {
	m := &c.matched
	m.sides[0] = m.sides[0][:0]
	c.run = joined(c.run[:0], c.digits)
	digits := c.run
	last := c.ordinal
	for _, d := range digits {
		m.sides[0] = append(m.sides[0], counter{count: d.count, weight: d.ordinal})
		last += (d.count - 1) * d.ordinal
	}
	first := sort.Search(len(c.reaches), func(i int) bool { return c.reaches[i] >= c.ordinal })
	for _, piece := range c.pieces[first:] {
		if piece.Ordinal > last {
			break
		}
		m.sides[1] = m.sides[1][:0]
		for _, d := range piece.Digits {
			m.sides[1] = append(m.sides[1], counter{count: d.Count, weight: d.Ordinal})
		}
		m.emit = func() error { return c.found(digits, piece) }
		if err := m.run(int64(piece.Ordinal) - int64(c.ordinal)); err != nil {
			return err
		}
	}
	return nil
}

// joined makes one counter of two that follow on each other in ordinals and in memory alike.
func joined(out, digits []digit) []digit {
	for _, d := range digits {
		if n := len(out); n > 0 {
			if p := &out[n-1]; p.ordinal == d.count*d.ordinal && p.memory == int64(d.count)*d.memory {
				*p = digit{count: p.count * d.count, ordinal: d.ordinal, memory: d.memory}
				continue
			}
		}
		out = append(out, d)
	}
	return out
}

// found emits what the meeting has found: elements of the virtual product made of digits and of a
// piece of the source.
func (c *correspondence) found(digits []digit, piece dataspace.Piece) error {
	m := &c.matched
	seg := c.arena.segment(c.rank)
	seg.MemOffset = c.memory
	copy(seg.SourceStart, piece.Start)
	for i, at := range m.begin[0] {
		seg.MemOffset += int64(at) * digits[i].memory
	}
	for i, at := range m.begin[1] {
		seg.SourceStart[piece.Digits[i].Axis] += at * piece.Digits[i].Step
	}
	c.legs = c.legs[:0]
	for _, j := range m.joints {
		d := piece.Digits[j.at[1]]
		c.legs = append(c.legs, leg{
			axis:   d.Axis,
			count:  j.count,
			step:   j.step[1] * d.Step,
			memory: int64(j.step[0]) * digits[j.at[0]].memory,
		})
	}
	return c.place(seg)
}

// place gives the legs to the axes of the segment. An axis has room for one: legs along the same axis
// become one if the one goes on where the other ends; else the longest stays, and there is a
// segment for each step of the others.
func (c *correspondence) place(seg Segment) error {
	var excess []leg
	for i, l := range c.legs {
		later := c.legs[i+1:]
		if k := slices.IndexFunc(later, func(o leg) bool { return o.axis == l.axis }); k >= 0 {
			if later[k], l = l.merge(later[k]); l.count > 1 {
				excess = append(excess, l)
			}
			continue
		}
		seg.Count[l.axis], seg.SourceStep[l.axis], seg.MemStride[l.axis] = l.count, l.step, l.memory
	}
	if len(excess) == 0 {
		return c.emit(seg)
	}
	return c.spread(seg, excess)
}

// merge returns two legs along one axis as one, or, where that cannot be, the longer one and the rest.
func (l leg) merge(o leg) (kept, rest leg) {
	if l.step < o.step {
		l, o = o, l
	}
	switch {
	case l.step == o.count*o.step && l.memory == int64(o.count)*o.memory:
		o.count *= l.count
		return o, leg{}
	case l.count > o.count:
		return l, o
	}
	return o, l
}

// spread emits the segment once for each setting of the legs.
func (c *correspondence) spread(seg Segment, legs []leg) error {
	if len(legs) == 0 {
		next := c.arena.segment(c.rank)
		copy(next.SourceStart, seg.SourceStart)
		copy(next.SourceStep, seg.SourceStep)
		copy(next.Count, seg.Count)
		copy(next.MemStride, seg.MemStride)
		next.MemOffset = seg.MemOffset
		return c.emit(next)
	}
	l := legs[0]
	start := seg.SourceStart[l.axis]
	for i := range l.count {
		seg.SourceStart[l.axis] = start + i*l.step
		if err := c.spread(seg, legs[1:]); err != nil {
			return err
		}
		seg.MemOffset += l.memory
	}
	seg.SourceStart[l.axis] = start
	return nil
}
