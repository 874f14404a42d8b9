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
			a.raw = append(a.raw, a.mapping(i, pieces, at))
			if len(a.raw) > 4*a.lo.limit {
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
func (a *assembler) mapping(i int, pieces [][]piece, at []int) rawMapping {
	x := &a.m.list[i]
	all := make([]dataspace.Dim, a.rank()+len(x.shape))
	r := rawMapping{member: i, v: all[:0:a.rank()], s: all[a.rank():a.rank()]}
	for e := range pieces {
		for _, p := range pieces[e][at[e]].v {
			r.v = append(r.v, p.dim())
		}
	}
	e, part := 0, 0
	for axis := range x.shape {
		if k := x.index[axis]; k >= 0 {
			r.s = append(r.s, span(k, 1).dim())
			continue
		}
		for part >= len(pieces[e][at[e]].s) {
			e, part = e+1, 0
		}
		r.s = append(r.s, pieces[e][at[e]].s[part].dim())
		part++
	}
	r.whole = a.whole(x, r.s)
	return r
}

// whole reports whether s is all of member x. A source with `select` never is: what is
// selected stays selected when the file turns out larger.
func (a *assembler) whole(x *member, s []dataspace.Dim) bool {
	if slices.ContainsFunc(a.m.source.Select, func(s *Selector) bool { return !s.Whole() }) {
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
	key := a.key(p, i)
	if p.cached != nil && slices.Equal(key, p.cacheKey) {
		return p.cached, nil
	}
	out, err := a.makePieces(p, i)
	p.cached, p.cacheKey = out, key
	return out, err
}

// key holds everything that the pieces of member i along p depend on.
func (a *assembler) key(p *placement, i int) []int64 {
	key := make([]int64, 0, 8)
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

func (a *assembler) makePieces(p *placement, i int) ([]piece, error) {
	first := p.axis.Rules[0]
	switch {
	case first.Kind == RuleStack && first.V.Open:
		return []piece{{v: []prog{{0, 1, growing, 1}}}}, nil
	case first.Kind == RuleStack:
		return a.stackPiece(p, i), nil
	case p.lens[i] == growing:
		return a.growingPiece(p, i), nil
	case len(p.steps) == 1 && p.steps[0].rule.V.Open:
		n := p.lens[i]
		return toSource(nil, []prog{{0, n, growing, n}}, span(0, n), a.lens(p, i), a.chosen(p, i))
	}
	return a.fixedPieces(p, i)
}

func (a *assembler) stackPiece(p *placement, i int) []piece {
	runs, err := window([]run{{span(a.m.coord(i, p.steps[0].k), 1), span(0, 1)}}, p.window[0].from, p.window[0].to, p.window[0].step)
	if err != nil || len(runs) == 0 {
		return nil
	}
	return []piece{{v: []prog{runs[0].v}}}
}

func (a *assembler) growingPiece(p *placement, i int) []piece {
	v := prog{0, 1, growing, 1}
	if len(p.steps) == 1 && p.steps[0].n > 1 {
		s := p.steps[0]
		v = prog{a.m.coord(i, s.k) * s.b, s.n * s.b, growing, s.b}
	}
	c := a.m.list[i].sel[p.axis.SourceAxes[0]]
	return []piece{{v: []prog{v}, s: []prog{{c.start, c.step, growing, 1}}}}
}

func (a *assembler) lens(p *placement, i int) []int64 {
	out := make([]int64, 0, 2)
	for _, x := range p.axis.SourceAxes {
		out = append(out, a.m.list[i].lens[x])
	}
	return out
}

func (a *assembler) chosen(p *placement, i int) []chosen {
	out := make([]chosen, 0, 2)
	for _, x := range p.axis.SourceAxes {
		out = append(out, a.m.list[i].sel[x])
	}
	return out
}

// fixedPieces follows member i's stream through the rules of p.
func (a *assembler) fixedPieces(p *placement, i int) ([]piece, error) {
	runs := []run{{span(0, p.lens[i]), span(0, p.lens[i])}}
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
	lens, sel := a.lens(p, i), a.chosen(p, i)
	var out []piece
	if p.sizes != nil {
		last := p.axis.Rules[len(p.axis.Rules)-1]
		grids, err := splitRuns(runs, p.sizes[1], last.Snake)
		if err != nil {
			return nil, err
		}
		for _, g := range windowGrids(grids, p.window[0].from, p.window[0].to, p.window[1].from, p.window[1].to) {
			if out, err = toSource(out, []prog{g.rows.normal(), span(g.col, g.n)}, g.stream(), lens, sel); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	w := p.window[0]
	runs, err := window(runs, w.from, w.to, w.step)
	if err != nil {
		return nil, err
	}
	for _, r := range runs {
		if out, err = toSource(out, []prog{r.v.normal()}, r.s, lens, sel); err != nil {
			return nil, err
		}
	}
	return out, nil
}
