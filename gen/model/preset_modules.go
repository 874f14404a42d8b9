package model

import (
	"fmt"
	"slices"
)

// modules makes one NXdetector_module of each tile. Its origin and size count all axes but those of frames, which the first entry of `axes` makes, slowest
// first. A tile is one rectangle that is the same in all frames, which is what is looked for here: see spots.
func (f *filler) modules(detector string) {
	tiles := []tile{{}}
	dims := f.v.Dims
	if n := len(f.v.Decl.Axes[0].Names); len(dims) > n+1 {
		dims = dims[n:]
	}
	for _, d := range dims {
		spots, ok := f.spots(d)
		if !ok || len(tiles)*len(spots) > maxModules {
			return
		}
		var next []tile
		for _, t := range tiles {
			for _, s := range spots {
				next = append(next, tile{append(slices.Clone(t.origin), s.origin), append(slices.Clone(t.size), s.size), slices.Concat(t.name, s.name)})
			}
		}
		tiles = next
	}
	for _, t := range tiles {
		if len(t.origin) == 0 {
			return
		}
		module := slices.Concat([]Part{{Literal: detector + "/module"}}, t.name)
		f.groupAt(f.path(module), text("NX_class", "NXdetector_module"))
		f.list(f.path(module, "/data_origin"), t.origin)
		f.list(f.path(module, "/data_size"), t.size)
		f.directions(module)
	}
}

// path puts parts of a path together, with no two literals in a row.
func (f *filler) path(parts []Part, more ...string) *Template {
	t := &Template{Pos: f.pos}
	for _, m := range more {
		parts = append(slices.Clone(parts), Part{Literal: m})
	}
	for _, p := range parts {
		if n := len(t.Parts); n > 0 && p.Expr == nil && t.Parts[n-1].Expr == nil {
			t.Parts[n-1].Literal += p.Literal
			continue
		}
		t.Parts = append(t.Parts, p)
	}
	t.Text = t.String()
	return t
}

// tile is one module, or one for each value of the variables in its name: its corner and size, and what tells it from the others.
type tile struct {
	origin, size []*Expr
	name         []Part
}

// spot is what a tile has along one axis.
type spot struct {
	origin, size *Expr
	name         []Part
}

// spots is where the members lie along an axis; it is not ok where that is not one range, the same in all frames, in closed form.
func (f *filler) spots(d *Dim) ([]spot, bool) {
	a := d.Axis
	if d.Unlimited || len(a.Names) != 1 {
		return nil, false
	}
	length := IntExpr(1)
	if len(a.SourceAxes) == 1 {
		length = f.v.Source.Axes[a.SourceAxes[0]].Length
	}
	if length == nil || slices.ContainsFunc(f.v.Source.Vars, length.UsesVar) {
		return nil, false
	}
	spots := []spot{{IntExpr(0), length, nil}}
	for _, rule := range a.Rules {
		offsets, ok := f.offsets(rule, length)
		if !ok {
			return nil, false
		}
		var next []spot
		for _, o := range offsets {
			for _, s := range spots {
				origin := exprBinary('+', o.origin, s.origin)
				if origin == nil || len(next) > maxModules {
					return nil, false
				}
				next = append(next, spot{origin, s.size, slices.Concat(o.name, s.name)})
			}
		}
		spots, length = next, ruleExtent(rule, length)
	}
	return f.inWindow(d, spots)
}

// offsets is where a rule puts streams that are all so long, one for each value of its variable, or one in terms of the
// variable where the layout alone does not say how many values it has.
func (f *filler) offsets(rule *Rule, length *Expr) ([]spot, bool) {
	switch rule.Kind {
	case RuleSame:
		return []spot{{origin: IntExpr(0)}}, true
	case RuleStack:
		length = IntExpr(1)
	case RuleConcat, RuleTile:
	default:
		return nil, false
	}
	if length == nil || rule.V == nil || rule.V.Open {
		return nil, false
	}
	n, fixed := rule.V.Count()
	values, err := rule.V.values(Env{})
	switch {
	case fixed && (n < 1 || n > maxModules):
		return nil, false
	case !fixed || err != nil:
		return f.offsetOf(rule, length)
	case rule.At != nil && len(rule.At) != len(values):
		return nil, false
	}
	var out []spot
	at := IntExpr(0)
	for i, value := range values {
		if rule.At != nil {
			at = rule.At[i]
		}
		if at == nil {
			return nil, false
		}
		out = append(out, spot{origin: at, name: []Part{{Literal: fmt.Sprintf("_%d", value)}}})
		at = exprBinary('+', at, length)
		switch {
		case rule.Gap != nil:
			at = exprBinary('+', at, rule.Gap)
		case len(rule.Gaps) > 0:
			at = exprBinary('+', at, rule.Gaps[i%len(rule.Gaps)])
		}
	}
	return out, true
}

// offsetOf is where a rule puts the stream of one value of a range, as an expression over its variable.
func (f *filler) offsetOf(rule *Rule, length *Expr) ([]spot, bool) {
	v := rule.V
	if v.List != nil || rule.At != nil {
		return nil, false
	}
	value := &Expr{Root: &Ref{Name: v.Name, Kind: RefVar, Var: v}}
	value.Text = value.String()
	k := exprBinary('-', value, v.First)
	step := length
	if rule.Gap != nil {
		step = exprBinary('+', length, rule.Gap)
	}
	at := exprBinary('*', k, step)
	for j, gap := range rule.Gaps { // gap j stands behind the members j, j+n, … that come before this one
		times := exprCall("ceildiv", exprBinary('-', k, IntExpr(int64(j))), IntExpr(int64(len(rule.Gaps))))
		at = exprBinary('+', at, exprBinary('*', times, gap))
	}
	return []spot{{origin: at, name: []Part{{Literal: "_"}, {Expr: value}}}}, at != nil
}

// inWindow is the parts of spots that `window` keeps, where constants alone say which; parts without elements are left out.
func (f *filler) inWindow(d *Dim, spots []spot) ([]spot, bool) {
	i := slices.Index(f.v.Dims, d)
	if f.v.Window == nil || f.v.Window[i] == nil || f.v.Window[i].Whole() {
		return spots, true
	}
	w := f.v.Window[i]
	from, fromOK := int64(0), true
	if w.Start != nil {
		from, fromOK = w.Start.Constant()
	}
	stop, stopOK := w.Stop.Constant()
	if w.Step != nil || !fromOK || w.Stop != nil && !stopOK {
		return nil, false
	}
	var out []spot
	for _, s := range spots {
		origin, ok1 := s.origin.Constant()
		size, ok2 := s.size.Constant()
		if !ok1 || !ok2 {
			return nil, false
		}
		end := origin + size
		if w.Stop != nil {
			end = min(end, stop)
		}
		if origin = max(origin, from); origin < end {
			out = append(out, spot{IntExpr(origin - from), IntExpr(end - origin), s.name})
		}
	}
	return out, len(out) > 0
}
