package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// sampleMappings bounds the work of trying a layout out while it is checked.
const sampleMappings = 20_000

// samples lowers the layout at made-up parameter values to find what expressions hide:
// members that overlap whatever the values are. A finding counts only when every set of
// values that can be lowered shows one, so that a layout is never refused for values that
// nobody would give. A layout without integer parameters, or with defaults for all of
// them, is held to every rule.
func (c *checker) samples() {
	ints := slices.DeleteFunc(slices.Clone(c.l.Params), func(p *Param) bool { return p.Kind == ParamString })
	definite := !slices.ContainsFunc(ints, func(p *Param) bool { return !p.HasDefault })
	if c.probed() {
		definite = false
	}
	var finding diag.List
	if definite {
		list, _ := c.sample(0, maxMappings)
		c.list = append(c.list, list...)
		return
	}
	for attempt := range len(sampleSizes) {
		list, ok := c.sample(attempt, sampleMappings)
		switch {
		case ok && !list.HasErrors():
			return
		case ok && finding == nil:
			finding = list
		}
	}
	c.list = append(c.list, finding...)
}

func (c *checker) probed() bool {
	return slices.ContainsFunc(c.l.Sources, func(s *SourceSet) bool {
		return slices.ContainsFunc(s.Shape, func(e *Extent) bool { return e.Kind == ExtentProbe })
	})
}

// sampleSizes are what an attempt gives its parameters: the first one base, each next one
// step more; parameters that count members get members.
var sampleSizes = []struct{ base, step, members int64 }{
	{24, 0, 3}, {12, 12, 2}, {1000, 1000, 4}, {9000, -1000, 3}, {64, 7, 2}, {7, 0, 3}, {1 << 20, -(1 << 14), 2}, {1, 100, 2},
}

// sample lowers at the values of one attempt. ok tells that the only faults are ones that
// no other values mend, overlaps.
func (c *checker) sample(attempt, limit int) (list diag.List, ok bool) {
	size := sampleSizes[attempt]
	lo := &lowerer{l: c.l, limit: limit, assume: size.base}
	lo.lower(c.sampleParams(size.base, size.step, size.members))
	for _, d := range lo.list {
		if d.Severity == diag.Error && d.Code != diag.Overlap {
			return lo.list, false
		}
	}
	return lo.list, true
}

func (c *checker) sampleParams(base, step, members int64) Params {
	out := Params{}
	counting := map[*Param]bool{}
	for _, v := range c.l.Vars {
		for _, e := range []*Expr{v.First, v.Last} {
			e.Refs(func(r *Ref) { counting[r.Param] = r.Param != nil })
		}
	}
	value := base
	for _, p := range c.l.Params {
		switch {
		case p.HasDefault:
		case p.Kind == ParamString:
			out[p.Name] = "s"
		case p.Kind == ParamInts:
			if n, ok := c.sampleCount(p.OverVar, members); ok {
				list := make([]int64, n)
				for i := range list {
					list[i] = base
				}
				out[p.Name] = list
			}
		case counting[p]:
			out[p.Name] = members
		default:
			out[p.Name] = value
			value += step
		}
	}
	return out
}

// sampleCount returns the number of values of v when every parameter in its range is members.
func (c *checker) sampleCount(v *Var, members int64) (int, bool) {
	if v == nil {
		return 0, false
	}
	env := Env{Ints: map[*Param]int64{}}
	for _, p := range c.l.Params {
		env.Ints[p] = members
		if p.HasDefault {
			env.Ints[p] = p.DefaultInt
		}
	}
	values, err := v.values(env)
	return len(values), err == nil && len(values) <= sampleMappings
}
