package runtime

import (
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// MergedPart is a part of the stream that two neighbouring axes of a source make: where it lies along the virtual axis, and what it takes of each
// of the two.
type MergedPart struct{ Virtual, Outer, Inner Slice }

// MergedGridPart is a part of such a stream that is laid out in rows.
type MergedGridPart struct{ Row, Col, Outer, Inner Slice }

// StreamPart is a part of a stream that one axis of a source makes.
type StreamPart struct{ Virtual, Source Slice }

// Merged divides the stream that two neighbouring axes of a source make, the outer of them row by row: one axis of the virtual dataset is made
// of two. stream says at which positions of the virtual axis its elements lie (To(n), a cursor's Next(n), either dealt). axis is the outer one; axes that an
// index dropped do not count. Each part is for [Source.Part] on both axes. What is wrong is in the slices, and reported where these are used.
func (s Source) Merged(axis int, stream Slice) []MergedPart {
	var parts []MergedPart
	m := merger{add: func(virtual []piece, outer, inner piece) {
		parts = append(parts, MergedPart{blockSlice(virtual[0]), blockSlice(outer), blockSlice(inner)})
	}}
	if why := m.divide(&s, axis, stream); why != "" {
		bad := Slice{bad: why}
		return []MergedPart{{bad, bad, bad}}
	}
	return parts
}

// MergedGrid is Merged for a stream that is laid out in rows of cols elements, as [Grid] does it for one axis.
func (s Source) MergedGrid(axis int, stream Slice, cols int, snake bool) []MergedGridPart {
	var parts []MergedGridPart
	m := merger{cols: cols, grid: true, snake: snake, add: func(virtual []piece, outer, inner piece) {
		parts = append(parts, MergedGridPart{blockSlice(virtual[0]), blockSlice(virtual[1]), blockSlice(outer), blockSlice(inner)})
	}}
	if why := m.divide(&s, axis, stream); why != "" {
		bad := Slice{bad: why}
		return []MergedGridPart{{bad, bad, bad, bad}}
	}
	return parts
}

// Dealt is the parts of a stream that one axis of a source makes, each of which is a range of the source and one hyperslab of the virtual axis:
// for streams that are dealt beside an axis that falls into parts. [Layout.Map] does it alone for those that are not.
func (s Source) Dealt(axis int, stream Slice) []StreamPart {
	fail := func(why string) []StreamPart { return []StreamPart{{Slice{bad: why}, Slice{bad: why}}} }
	length, why := s.streamLength(axis, 1)
	if why != "" {
		return fail(why)
	}
	places, why := stream.places(length)
	if why != "" {
		return fail(why)
	}
	var parts []StreamPart
	at := uint64(0)
	for _, p := range places {
		n := p.length()
		parts = append(parts, StreamPart{blockSlice(p), blockSlice(block(at, n))})
		at += n
	}
	return parts
}

// streamLength is the number of elements of n neighbouring axes together.
func (s *Source) streamLength(axis, n int) (length uint64, why string) {
	if err := s.Err(); err != nil {
		return 0, err.Error()
	}
	if err := s.unprobed(); err != nil {
		return 0, err.Error()
	}
	kept := s.kept()
	if axis < 0 || axis+n > len(kept) {
		return 0, fmt.Sprintf("axis %d: %s of the source are left", axis+n-1, plural(len(kept), "axis", "axes"))
	}
	length = 1
	for _, k := range kept[axis : axis+n] {
		one := s.length(k)
		if one == unknownExtent {
			return 0, fmt.Sprintf("axis %d grows, and a part of it has an end", k)
		}
		if length = saturatingMul(length, one); length > dataspace.MaxCoordinate {
			return 0, "its elements are more than HDF5 can count"
		}
	}
	return length, ""
}

// block is a range in the form of one block.
func block(start, n uint64) piece { return piece{start: start, stride: 1, count: 1, block: n} }

// inBlocks is a piece with one block where it is a range.
func (p piece) inBlocks() piece {
	if p = p.tidy(); p.stride == 1 && p.block == 1 {
		return block(p.start, p.count)
	}
	return p
}

// blockSlice is a piece as a slice.
func blockSlice(p piece) Slice { return regionSlice([]piece{p.tidy()}) }

// places is where the length elements of a stream lie along the axis that it is laid out on, in their order.
func (s Slice) places(length uint64) ([]piece, string) {
	a, why := s.placed(length)
	if why != "" {
		return nil, why
	}
	if n := a.length(); n != length {
		return nil, fmt.Sprintf("the stream has places for %d elements, and the member has %d", n, length)
	}
	var places []piece
	for _, p := range a.pieces {
		if p.count > 0 {
			places = append(places, p.inBlocks())
		}
	}
	return places, ""
}

// placed resolves a stream, which may lie within a run of a longer one.
func (s Slice) placed(length uint64) (axis, string) {
	switch {
	case s.bad != "":
		return axis{}, s.bad
	case s.region == nil:
		return s.resolveMoved(unknownExtent, length)
	}
	region, why := s.region.placed(unknownExtent)
	if why != "" {
		return axis{}, why
	}
	if len(region.pieces) != 1 || region.pieces[0].stride != 1 || region.pieces[0].block != 1 || region.length() == unknownExtent {
		return axis{}, "on the virtual side a slice lies within one run that has an end"
	}
	base := s
	base.region = nil
	inner, why := base.resolveMoved(region.length(), length)
	for i, p := range inner.pieces {
		inner.pieces[i] = p.through(region.pieces[0])
	}
	return inner, why
}

// merger divides a stream among the two axes of a source that make it. Pieces are in the form of blocks.
type merger struct {
	cols        int // of a grid
	grid, snake bool
	inner       uint64 // length of the inner axis
	stepped     bool   // the outer axis is every so manieth element of the source
	add         func(virtual []piece, outer, inner piece)
	parts       int
}

func (m *merger) divide(s *Source, axis int, stream Slice) (why string) {
	length, why := s.streamLength(axis, 2)
	if why != "" {
		return why
	}
	places, why := stream.places(length)
	if why != "" || length == 0 {
		return why
	}
	kept, axes := s.kept(), s.resolved()
	outer, inner := &axes[kept[axis]], &axes[kept[axis+1]]
	m.inner = inner.length()
	m.stepped = len(outer.pieces) != 1 || outer.pieces[0].block != 1 || outer.pieces[0].stride != 1
	if m.grid {
		return m.rows(places)
	}
	at := uint64(0)
	for _, p := range places {
		if err := m.lay([]piece{p}, block(at, p.length())); err != nil {
			return err.Error()
		}
		at += p.length()
	}
	return ""
}

// rows lays the stream out in rows first.
func (m *merger) rows(places []piece) (why string) {
	if m.cols < 1 || m.cols > maxPieces {
		return badColumns(m.cols)
	}
	g := grid{cols: uint64(m.cols), snake: m.snake}
	if why := g.layAll(places); why != "" {
		return why
	}
	for _, p := range g.parts {
		if err := m.lay([]piece{p.rows.inBlocks(), block(p.col, p.n)}, p.stream()); err != nil {
			return err.Error()
		}
	}
	return ""
}

var errManyPieces = fmt.Errorf("it falls into more than %d pieces", maxPieces)

// lay divides the elements of the stream in s, which lie at virtual: as whole rows of the outer axis where they are that, else row by row.
func (m *merger) lay(virtual []piece, s piece) error {
	if s.start%m.inner == 0 && s.block%m.inner == 0 && (s.count == 1 || s.stride%m.inner == 0) {
		rows := piece{start: s.start / m.inner, stride: max(1, s.stride/m.inner), count: s.count, block: s.block / m.inner}.inBlocks()
		if !m.stepped || rows.count == 1 || rows.block == 1 {
			return m.part(virtual, rows, block(0, m.inner))
		}
	}
	last := virtual[len(virtual)-1]
	for at, total := uint64(0), s.length(); at < total; {
		n := min(s.block-at%s.block, last.block-at%last.block)
		inRow := at % last.length()
		cut := slices.Clone(virtual)
		cut[len(cut)-1] = block(last.start+inRow/last.block*last.stride+inRow%last.block, n)
		if len(cut) == 2 {
			cut[0] = block(virtual[0].start+at/last.length()*virtual[0].stride, 1)
		}
		if err := m.layRun(cut, s.start+at/s.block*s.stride+at%s.block, n); err != nil {
			return err
		}
		at += n
	}
	return nil
}

// layRun divides n elements of the stream that are a range on both sides: the rest of a row, whole rows, the beginning of one.
func (m *merger) layRun(virtual []piece, from, n uint64) error {
	place := &virtual[len(virtual)-1]
	for start, at := place.start, uint64(0); at < n; {
		row, col := (from+at)/m.inner, (from+at)%m.inner
		length, rows := min(m.inner-col, n-at), uint64(1)
		if col == 0 && n-at >= m.inner && len(virtual) == 1 {
			rows = (n - at) / m.inner
			length = rows * m.inner
		}
		*place = block(start+at, length)
		if err := m.part(virtual, block(row, rows), block(col, length/rows)); err != nil {
			return err
		}
		at += length
	}
	return nil
}

func (m *merger) part(virtual []piece, outer, inner piece) error {
	if m.parts++; m.parts > maxPieces {
		return errManyPieces
	}
	m.add(virtual, outer, inner)
	return nil
}
