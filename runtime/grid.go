package runtime

import (
	"fmt"
	"slices"
)

// GridPart is a part of a stream that is laid out in rows: which rows and columns it has, and which elements of the source it is.
type GridPart struct{ Row, Col, Source Slice }

// Grid lays a stream out in rows of cols elements: one axis of a source becomes two of the virtual dataset. stream says at which positions
// of the stream the length elements of a member lie (To(n), cursor.Next(n), either dealt). With snake odd rows run backwards, which takes a part for each
// column, because HDF5 has no negative stride. What is wrong with the arguments is in the slices, and reported where these are used.
func Grid(stream Slice, length, cols int, snake bool) []GridPart {
	fail := func(why string) []GridPart {
		bad := Slice{bad: why}
		return []GridPart{{bad, bad, bad}}
	}
	switch {
	case stream.bad != "":
		return fail(stream.bad)
	case cols < 1 || cols > maxPieces:
		return fail(badColumns(cols))
	case length < 0:
		return fail(fmt.Sprintf("the length of a member is %d", length))
	}
	places, why := stream.places(uint64(length))
	if why != "" {
		return fail(why)
	}
	g := grid{cols: uint64(cols), snake: snake}
	if why := g.layAll(places); why != "" {
		return fail(why)
	}
	var parts []GridPart
	for _, p := range g.parts {
		parts = append(parts, GridPart{blockSlice(p.rows), blockSlice(block(p.col, p.n)), blockSlice(p.stream())})
	}
	return parts
}

func badColumns(cols int) string {
	return fmt.Sprintf("a row has %d elements; it has 1 to %d", cols, maxPieces)
}

// grid collects the parts.
type grid struct {
	cols  uint64
	snake bool
	parts []gridRows
}

// gridRows is the n columns from col on of some rows. Those of the first row are the elements of the stream from a position on, and those of each next one lie
// step further.
type gridRows struct {
	rows               piece
	col, n, from, step uint64
}

// stream is the elements of the stream.
func (g gridRows) stream() piece {
	if g.rows.count == 1 {
		return block(g.from, g.n)
	}
	return piece{g.from, g.step, g.rows.count, g.n}.inBlocks()
}

// layAll lays out a stream whose elements lie at places.
func (g *grid) layAll(places []piece) (why string) {
	at := uint64(0)
	for _, p := range places {
		for i := range p.count {
			g.lay(p.start+i*p.stride, at, p.block)
			if at += p.block; len(g.parts) > maxPieces {
				return errManyPieces.Error()
			}
		}
	}
	return ""
}

// lay adds n elements that begin at a position of the stream and at element from of the source: what is left of a row, whole rows, the
// beginning of a row.
func (g *grid) lay(position, from, n uint64) {
	if head := position % g.cols; head != 0 {
		k := min(n, g.cols-head)
		g.partialRow(position, from, k)
		position, from, n = position+k, from+k, n-k
	}
	if rows := n / g.cols; rows > 0 {
		g.wholeRows(position/g.cols, from, rows)
		position, from, n = position+rows*g.cols, from+rows*g.cols, n-rows*g.cols
	}
	if n > 0 {
		g.partialRow(position, from, n)
	}
}

func (g *grid) partialRow(position, from, n uint64) {
	row, col := position/g.cols, position%g.cols
	if !g.snake || row%2 == 0 {
		g.add(piece{row, 1, 1, 1}, col, n, from, g.cols)
		return
	}
	for i := n; i > 0; i-- { // columns in increasing order
		g.add(piece{row, 1, 1, 1}, g.cols-col-i, 1, from+i-1, g.cols)
	}
}

func (g *grid) wholeRows(row, from, rows uint64) {
	if !g.snake {
		g.add(piece{row, 1, rows, 1}, 0, g.cols, from, g.cols)
		return
	}
	odd := row % 2 // rows until the first even one
	if even := (rows - odd + 1) / 2; even > 0 {
		g.add(piece{row + odd, 2, even, 1}, 0, g.cols, from+odd*g.cols, 2*g.cols)
	}
	first := 1 - odd // rows until the first odd one
	if rows <= first {
		return
	}
	for col := range g.cols {
		g.add(piece{row + first, 2, (rows - first + 1) / 2, 1}, col, 1, from+first*g.cols+g.cols-1-col, 2*g.cols)
	}
}

func (g *grid) add(rows piece, col, n, from, step uint64) {
	g.parts = append(g.parts, gridRows{rows, col, n, from, step})
}

// Part restricts one axis of what is selected so far; axes that an index dropped do not count. A part that is the whole axis changes nothing.
func (s Source) Part(axis int, part Slice) Source {
	if s.Err() != nil {
		return s
	}
	if err := s.unprobed(); err != nil {
		s.refuse(err)
		return s
	}
	kept := s.kept()
	if axis < 0 || axis >= len(kept) {
		s.refuse(fmt.Errorf("axis %d: %s of the source are left", axis, plural(len(kept), "axis", "axes")))
		return s
	}
	axes := s.resolved()
	outer := axes[kept[axis]]
	inner, why := part.resolve(outer.length(), nil)
	switch {
	case why != "":
		s.refuse(&SliceError{Axis: axis, Slice: part.String(), Extent: extentInt(outer.length()), Why: why})
		return s
	case inner.whole:
		return s
	case outer.length() == unknownExtent:
		s.refuse(fmt.Errorf("axis %d grows, and a part of it has an end", axis))
		return s
	}
	axes = slices.Clone(axes)
	axes[kept[axis]] = outer.choose(inner)
	s.sliced = true
	s.refuse(s.take(axes, nil))
	return s
}

// rowsApart reports whether a mapping is better stored row by row: the rows of the virtual axis row are the pieces that an axis of the source falls into,
// because every so manieth element of it is taken. Each of them alone is a regular hyperslab.
func rowsApart(axes []axis, s *Source) (row, of int, ok bool) {
	if len(s.axes) == 0 {
		return 0, 0, false
	}
	of = -1
	for i := range s.axes {
		switch {
		case len(s.axes[i].pieces) == 1:
		case of >= 0:
			return 0, 0, false
		default:
			of = i
		}
	}
	row = slices.IndexFunc(axes, func(a axis) bool { return len(a.pieces) == 1 && a.pieces[0].length() != 1 })
	if of < 0 || row < 0 || row+1 == len(axes) {
		return 0, 0, false
	}
	rows, cols := axes[row].pieces[0], axes[row+1].length()
	if rows.block != 1 || rows.count != uint64(len(s.axes[of].pieces)) {
		return 0, 0, false
	}
	before := slices.ContainsFunc(s.axes[:of], func(a axis) bool { return a.length() != 1 })
	unlike := slices.ContainsFunc(s.axes[of].pieces, func(p piece) bool { return p.length() != cols })
	return row, of, !before && !unlike
}

// addRows adds a mapping for each row of the virtual axis row, with the piece of the axis of the source that is that row.
func (l *Layout) addRows(axes []axis, s *Source, row, of int) error {
	rows, whole := axes[row].pieces[0], s.axes
	for i, p := range whole[of].pieces {
		virtual, source := slices.Clone(axes), slices.Clone(whole)
		virtual[row].pieces = []piece{block(rows.start+uint64(i)*rows.stride, 1)}
		source[of].pieces = []piece{p}
		part := *s
		if err := part.take(source, nil); err != nil {
			return l.failMapping(s, err)
		}
		if err := l.add(virtual, &part); err != nil {
			return err
		}
	}
	return nil
}
