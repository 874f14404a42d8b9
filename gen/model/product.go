package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// mappings makes the mappings of every member: the product of its pieces on each entry of
// axes, the first entry slowest.
func (a *assembler) mappings() bool {
	pieces := make([][]piece, len(a.entries))
	at := make([]int, len(a.entries))
	total := 0
	a.selects = slices.ContainsFunc(a.m.source.Select, func(s *Selector) bool { return !s.Whole() })
	for i := range a.m.list {
		if slices.Contains(a.m.list[i].lens, 0) {
			continue
		}
		empty := false
		for e, p := range a.entries {
			var err error
			if pieces[e], err = a.pieces(p, i); err != nil {
				a.lo.list.Errorf(p.axis.Pos, diag.TooManyMaps, "axis %s of %s %v", axisKey(p.axis), a.m.describe(a.lo, i), err)
				return false
			}
			empty = empty || len(pieces[e]) == 0
		}
		if empty {
			continue
		}
		clear(at)
		for more := true; more; {
			if err := a.mapping(i, pieces, at); err != nil {
				a.lo.list.Errorf(a.v.Pos, diag.NoValue, "dataset %s, %s: %v", a.v.Path, a.m.describe(a.lo, i), err)
				return false
			}
			if total++; total > 4*a.lo.limit {
				a.lo.list.Errorf(a.v.Pos, diag.TooManyMaps, "dataset %s has more than %d mappings", a.v.Path, 4*a.lo.limit)
				return false
			}
			more = advance(at, pieces)
		}
	}
	return true
}

// advance counts at up, the last entry fastest; false after the last combination.
func advance(at []int, pieces [][]piece) bool {
	for e := len(at) - 1; e >= 0; e-- {
		if at[e]++; at[e] < len(pieces[e]) {
			return true
		}
		at[e] = 0
	}
	return false
}

// mapping puts the chosen pieces of member i together.
func (a *assembler) mapping(i int, pieces [][]piece, at []int) error {
	x := &a.m.list[i]
	a.virtual, a.source = a.virtual[:0], a.source[:0]
	for e := range pieces {
		for _, p := range pieces[e][at[e]].v.list() {
			a.virtual = append(a.virtual, p.dim())
		}
	}
	e, part := 0, 0
	for axis := range x.shape {
		if k := x.index[axis]; k >= 0 {
			a.source = append(a.source, span(k, 1).dim())
			continue
		}
		for part >= pieces[e][at[e]].s.n {
			e, part = e+1, 0
		}
		a.source = append(a.source, pieces[e][at[e]].s.of[part].dim())
		part++
	}
	return a.join(i, a.whole(x, a.source))
}

// whole reports whether s is all of member x. A source with `select` never is: what is
// selected stays selected when the file turns out larger.
func (a *assembler) whole(x *member, s []dataspace.Dim) bool {
	if a.selects {
		return false
	}
	for i, n := range x.shape {
		if n == growing || s[i] != span(0, n).dim() {
			return false
		}
	}
	return true
}

// pieces returns the parts of member i along entry p.
func (a *assembler) pieces(p *placement, i int) ([]piece, error) {
	key := a.key(p.otherKey[:0], p, i)
	p.otherKey = key
	if p.pieces != nil && slices.Equal(key, p.key) {
		return p.pieces, nil
	}
	p.key, p.otherKey = p.otherKey, p.key
	out, err := a.makePieces(p.pieces[:0], p, i)
	p.pieces = out
	return out, err
}

// key appends everything that the pieces of member i along p depend on.
func (a *assembler) key(key []int64, p *placement, i int) []int64 {
	for _, s := range p.steps {
		switch {
		case s.offsets != nil:
			key = append(key, s.offsets[i])
		case s.k >= 0:
			key = append(key, a.m.coord(i, s.k))
		}
	}
	for _, x := range p.axis.SourceAxes {
		c := a.m.list[i].sel[x]
		key = append(key, a.m.list[i].lens[x], c.start, c.step)
	}
	return key
}

// makePieces appends the parts of member i along p to out.
func (a *assembler) makePieces(out []piece, p *placement, i int) ([]piece, error) {
	first := p.axis.Rules[0]
	switch {
	case first.Kind == RuleStack && first.V.Open:
		return append(out, piece{v: oneAxis(prog{0, 1, growing, 1})}), nil
	case first.Kind == RuleStack:
		return a.stackPiece(out, p, i), nil
	case p.lens[i] == growing:
		return a.growingPiece(out, p, i), nil
	case len(p.steps) == 1 && p.steps[0].rule.V.Open:
		n := p.lens[i]
		lens, sel := a.sourceAxes(p, i)
		return toSource(out, oneAxis(prog{0, n, growing, n}), span(0, n), lens, sel)
	}
	return a.fixedPieces(out, p, i)
}

func (a *assembler) stackPiece(out []piece, p *placement, i int) []piece {
	at := run{span(a.m.coord(i, p.steps[0].k), 1), span(0, 1)}
	p.kept = windowBlock(p.kept[:0], at, p.window[0].from, p.window[0].to, p.window[0].step)
	for _, r := range p.kept {
		out = append(out, piece{v: oneAxis(r.v)})
	}
	return out
}

func (a *assembler) growingPiece(out []piece, p *placement, i int) []piece {
	v := prog{0, 1, growing, 1}
	if len(p.steps) == 1 && p.steps[0].n > 1 {
		s := p.steps[0]
		v = prog{a.m.coord(i, s.k) * s.b, s.n * s.b, growing, s.b}
	}
	c := a.m.list[i].sel[p.axis.SourceAxes[0]]
	return append(out, piece{v: oneAxis(v), s: oneAxis(prog{c.start, c.step, growing, 1})})
}

// sourceAxes returns the length after select of each source axis that p consumes, and what select takes of it.
func (a *assembler) sourceAxes(p *placement, i int) ([]int64, []chosen) {
	x := &a.m.list[i]
	axes := p.axis.SourceAxes // in the order of the source, so that two are neighbours
	return x.lens[axes[0]:][:len(axes)], x.sel[axes[0]:][:len(axes)]
}

// fixedPieces follows member i's stream through the rules of p.
func (a *assembler) fixedPieces(out []piece, p *placement, i int) ([]piece, error) {
	runs := append(p.runs[:0], run{span(0, p.lens[i]), span(0, p.lens[i])})
	p.runs = runs
	for _, s := range p.steps {
		if s.offsets != nil {
			shift(runs, s.offsets[i])
			continue
		}
		var err error
		if runs, err = deal(runs, a.m.coord(i, s.k), s.n, s.b); err != nil {
			return nil, err
		}
	}
	lens, sel := a.sourceAxes(p, i)
	if p.sizes != nil {
		last := p.axis.Rules[len(p.axis.Rules)-1]
		grids, err := splitRuns(runs, p.sizes[1], last.Snake)
		if err != nil {
			return nil, err
		}
		for _, g := range windowGrids(grids, p.window[0].from, p.window[0].to, p.window[1].from, p.window[1].to) {
			if out, err = toSource(out, twoAxes(g.rows.normal(), span(g.col, g.n)), g.stream(), lens, sel); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	w := p.window[0]
	kept, err := window(p.kept[:0], runs, w.from, w.to, w.step)
	if err != nil {
		return nil, err
	}
	p.kept = kept
	for _, r := range kept {
		if out, err = toSource(out, oneAxis(r.v.normal()), r.s, lens, sel); err != nil {
			return nil, err
		}
	}
	return out, nil
}
