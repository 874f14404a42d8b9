package model

import (
	"errors"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// piece is what one entry of `axes` adds to one mapping: a progression on each virtual
// axis that it makes and on each source axis that it consumes.
type piece struct {
	v, s progs
}

// progs are a progression for each of up to two axes.
type progs struct {
	n  int
	of [2]prog
}

func oneAxis(p prog) progs    { return progs{1, [2]prog{p}} }
func twoAxes(p, q prog) progs { return progs{2, [2]prog{p, q}} }

func (p *progs) list() []prog { return p.of[:p.n] }

// last is the progression of the last axis.
func (p *progs) last() *prog { return &p.of[p.n-1] }

// grid is a part of a split: rows r, each with the columns from c0 on, over stream
// elements s + i·row + j for the j-th column of the i-th row.
type grid struct {
	rows    prog // blocks of 1
	col, n  int64
	s, step int64
}

// splitRuns lays the stream positions of runs out in rows of m columns. With snake the
// columns of odd rows run backwards, which takes one piece a column.
func splitRuns(runs []run, m int64, snake bool) ([]grid, error) {
	var out []grid
	if snake && m > maxRuns {
		return nil, errTooManyRuns
	}
	for _, r := range runs {
		err := eachBlock(r, func(v, s prog) error {
			out = splitRange(out, v.start, s.start, v.block, m, snake)
			if len(out) > maxRuns {
				return errTooManyRuns
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

// splitRange appends the n stream elements from s on that lie at positions p on.
func splitRange(out []grid, p, s, n, m int64, snake bool) []grid {
	if p%m != 0 {
		k := min(n, m-p%m)
		out = partialRow(out, p, s, k, m, snake)
		p, s, n = p+k, s+k, n-k
	}
	if rows := n / m; rows > 0 {
		out = wholeRows(out, p/m, s, rows, m, snake)
		p, s, n = p+rows*m, s+rows*m, n-rows*m
	}
	if n > 0 {
		out = partialRow(out, p, s, n, m, snake)
	}
	return out
}

func partialRow(out []grid, p, s, n, m int64, snake bool) []grid {
	row, col := p/m, p%m
	if !snake || row%2 == 0 {
		return append(out, grid{span(row, 1), col, n, s, m})
	}
	for i := n - 1; i >= 0; i-- { // columns in ascending order
		out = append(out, grid{span(row, 1), m - 1 - col - i, 1, s + i, m})
	}
	return out
}

func wholeRows(out []grid, row, s, rows, m int64, snake bool) []grid {
	if !snake {
		return append(out, grid{prog{row, 1, rows, 1}, 0, m, s, m})
	}
	odd := row % 2 // rows until the first even one
	if even := (rows - odd + 1) / 2; even > 0 {
		out = append(out, grid{prog{row + odd, 2, even, 1}, 0, m, s + odd*m, 2 * m})
	}
	first := 1 - odd // rows until the first odd one
	if count := (rows - first + 1) / 2; count > 0 {
		for c := range m {
			out = append(out, grid{prog{row + first, 2, count, 1}, c, 1, s + first*m + m - 1 - c, 2 * m})
		}
	}
	return out
}

// windowGrids keeps rows [ra, rb) and columns [ca, cb) and numbers them from 0.
func windowGrids(grids []grid, ra, rb, ca, cb int64) []grid {
	out := grids[:0]
	for _, g := range grids {
		lo, hi := max(g.col, ca), min(g.col+g.n, cb)
		first := int64(0)
		if ra > g.rows.start {
			first = (ra - g.rows.start + g.rows.stride - 1) / g.rows.stride
		}
		last := g.rows.count
		if end := (rb - g.rows.start + g.rows.stride - 1) / g.rows.stride; rb <= g.rows.start {
			last = 0
		} else {
			last = min(last, end)
		}
		if lo >= hi || first >= last {
			continue
		}
		g.s += first*g.step + lo - g.col
		g.rows.start += first*g.rows.stride - ra
		g.rows.count = last - first
		g.col, g.n = lo-ca, hi-lo
		out = append(out, g)
	}
	return out
}

// stream returns the stream elements of g as a progression.
func (g grid) stream() prog {
	if g.rows.count == 1 {
		return span(g.s, g.n)
	}
	return prog{g.s, g.step, g.rows.count, g.n}.normal()
}

// chosen is what `select` takes of one source axis.
type chosen struct{ start, step int64 }

var errUneven = errors.New("takes a part of a source that is no regular hyperslab")

// apply returns where the stream elements p of an axis lie in the source; ok is false
// when they are not one progression.
func (c chosen) apply(p prog) (prog, bool) {
	start := c.start + p.start*c.step
	switch {
	case c.step == 1:
		return prog{start, p.stride, p.count, p.block}, true
	case p.count == 1:
		return prog{start, c.step, p.block, 1}.normal(), true
	case p.block == 1:
		return prog{start, p.stride * c.step, p.count, 1}, true
	}
	return prog{}, false
}

// toSource turns the virtual side v and the stream s of one part of an entry into pieces
// on the source axes, whose lengths after select are lens: one, or two that merge.
func toSource(out []piece, v progs, s prog, lens []int64, sel []chosen) ([]piece, error) {
	if len(lens) == 2 {
		return mergeToSource(out, v, s, lens, sel)
	}
	if src, ok := sel[0].apply(s); ok {
		return append(out, piece{v, oneAxis(src)}), nil
	}
	return eachPart(out, v, s, func(out []piece, v progs, s prog) ([]piece, error) {
		src, _ := sel[0].apply(s)
		return append(out, piece{v, oneAxis(src)}), nil
	})
}

// mergeToSource lays the stream s, row-major over two source axes, out on them.
func mergeToSource(out []piece, v progs, s prog, lens []int64, sel []chosen) ([]piece, error) {
	inner := lens[1]
	box := func(out []piece, v progs, a, b prog) ([]piece, error) {
		x, ok1 := sel[0].apply(a)
		y, ok2 := sel[1].apply(b)
		if !ok1 || !ok2 {
			return nil, errUneven
		}
		return append(out, piece{v, twoAxes(x, y)}), nil
	}
	if s.start%inner == 0 && s.block%inner == 0 && (s.count == 1 || s.stride%inner == 0) {
		rows := prog{s.start / inner, max(1, s.stride/inner), s.count, s.block / inner}.normal()
		if _, ok := sel[0].apply(rows); ok {
			return box(out, v, rows, span(0, inner))
		}
	}
	return eachPart(out, v, s, func(out []piece, v progs, s prog) ([]piece, error) {
		for at := int64(0); at < s.block; {
			p := s.start + at
			row, col := p/inner, p%inner
			n, rows := min(inner-col, s.block-at), int64(1)
			if col == 0 && s.block-at >= inner && v.n == 1 {
				rows = (s.block - at) / inner
				n = rows * inner
			}
			var err error
			if out, err = box(out, subrange(v, at, n), span(row, rows), span(col, n/rows)); err != nil {
				return nil, err
			}
			if at += n; len(out) > maxRuns {
				return nil, errTooManyRuns
			}
		}
		return out, nil
	})
}

// subrange cuts n elements from the at-th on out of v, whose last axis is contiguous and
// whose other axes have one element.
func subrange(v progs, at, n int64) progs {
	last := v.last()
	*last = span(last.start+at, n)
	return v
}

// eachPart walks v and s together in parts that are contiguous on both sides.
func eachPart(out []piece, v progs, s prog, f func([]piece, progs, prog) ([]piece, error)) ([]piece, error) {
	last := *v.last()
	total := s.len()
	for at := int64(0); at < total; {
		so := s.start + at/s.block*s.stride + at%s.block
		n := min(s.block-at%s.block, last.block-at%last.block)
		cut := v
		rest := at / last.len()
		inRow := at % last.len()
		*cut.last() = span(last.start+inRow/last.block*last.stride+inRow%last.block, n)
		if cut.n == 2 {
			cut.of[0] = span(v.of[0].start+rest*v.of[0].stride, 1)
		}
		var err error
		if out, err = f(out, cut, span(so, n)); err != nil {
			return nil, err
		}
		if at += n; len(out) > maxRuns {
			return nil, errTooManyRuns
		}
	}
	return out, nil
}

// dim returns p as an axis of a regular hyperslab.
func (p prog) dim() dataspace.Dim {
	return dataspace.Dim{Start: uint64(p.start), Stride: uint64(p.stride), Count: uint64(p.count), Block: uint64(p.block)}
}
