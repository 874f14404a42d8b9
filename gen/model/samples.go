package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// sampleMappings bounds the work of trying a layout out while it is checked.
const sampleMappings = 20_000

// samples lowers the layout at made-up parameter values to find what expressions hide:
// members that overlap whatever the values are. Only what is wrong at every set of values counts, so that a layout is never refused for values that
// nobody would give; the sets have small sizes among them, because a fault of large ones is none of the layout's. A layout without integer
// parameters, or with defaults for all of them, is held to every rule.
func (c *checker) samples() {
	ints := slices.DeleteFunc(slices.Clone(c.l.Params), func(p *Param) bool { return p.Kind == ParamString })
	definite := !slices.ContainsFunc(ints, func(p *Param) bool { return !p.HasDefault })
	if definite && !c.probed() {
		c.list = append(c.list, c.sample(0, maxMappings).list...)
		return
	}
	if c.constantFaults(); c.list.HasErrors() {
		return
	}
	var tried []trial
	for attempt := range len(sampleSizes) {
		t := c.sample(attempt, sampleMappings)
		if !t.list.HasErrors() {
			return
		}
		tried = append(tried, t)
	}
	for _, d := range slices.Concat(c.alwaysOverlap(tried), alwaysSame(tried)) {
		if !slices.ContainsFunc(c.list, func(e diag.Diagnostic) bool { return e.Pos == d.Pos && e.Code == d.Code }) {
			c.list = append(c.list, d)
		}
	}
}

// trial is what lowering at one set of values found.
type trial struct {
	list  diag.List
	bound bool              // the values gave every variable its own
	fine  map[*Virtual]bool // datasets without a fault
}

// alwaysOverlap returns the overlaps in datasets that no set of values makes.
func (c *checker) alwaysOverlap(tried []trial) diag.List {
	var out diag.List
	for _, v := range c.l.Virtual {
		if slices.ContainsFunc(tried, func(t trial) bool { return t.fine[v] }) {
			continue
		}
		for _, t := range tried {
			if i := slices.IndexFunc(t.list, overlapOf(v)); i >= 0 {
				out = append(out, t.list[i])
				break
			}
		}
	}
	return out
}

func overlapOf(v *Virtual) func(diag.Diagnostic) bool {
	return func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Code == diag.Overlap && d.Pos == v.Pos
	}
}

// alwaysSame returns the faults that every set of values shows in the same words: no number in them comes from the values. What depends on the limits of
// trying, on files or on the values that were made up for parameters is none.
func alwaysSame(tried []trial) diag.List {
	tried = slices.DeleteFunc(slices.Clone(tried), func(t trial) bool { return !t.bound })
	if len(tried) < len(sampleSizes)/2 {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(tried[0].list), func(d diag.Diagnostic) bool {
		switch {
		case d.Severity != diag.Error, d.Code == diag.Overlap, d.Code == diag.TooManyMaps, d.Code == diag.ParamValue, d.Code == diag.ProbeFailed:
			return true
		}
		return slices.ContainsFunc(tried[1:], func(t trial) bool {
			return !slices.ContainsFunc(t.list, func(e diag.Diagnostic) bool { return e.Pos == d.Pos && e.Code == d.Code && e.Message == d.Message })
		})
	})
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
	{1, 0, 1}, {1, 0, 2}, {2, 0, 2}, {3, 0, 3}, {1, 1, 2}, {2, 1, 5},
}

// sample lowers at the values of one attempt.
func (c *checker) sample(attempt, limit int) trial {
	size := sampleSizes[attempt]
	lo := &lowerer{l: c.l, limit: limit, assume: size.base}
	lowered := lo.lower(c.sampleParams(size.base, size.step, size.members))
	t := trial{list: lo.list, bound: len(lowered.Datasets) > 0, fine: map[*Virtual]bool{}}
	for _, d := range lowered.Datasets {
		t.fine[d.Virtual] = d.Members != nil && !slices.ContainsFunc(lo.list, overlapOf(d.Virtual))
	}
	return t
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
