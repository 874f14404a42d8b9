package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// consume hands the axes of s to the rules of d in order.
func (c *checker) consume(d *Dataset, s *SourceSet) {
	if len(d.Axes) == 0 || slices.ContainsFunc(d.Axes, func(a *Axis) bool { return len(a.Rules) == 0 }) {
		return
	}
	next := 0
	for _, a := range d.Axes {
		n := axesTaken(a)
		a.SourceAxes = []int{}
		for i := next; i < next+n; i++ {
			a.SourceAxes = append(a.SourceAxes, i)
		}
		next += n
	}
	if next == len(s.Axes) {
		return
	}
	what := "axes"
	if s.Select != nil {
		what = "axes after select"
	}
	c.list.Errorf(d.Pos, diag.RankMismatch, "the rules of %s take %s, and source %s has %d %s", d.Path, plural(next, "source axis"), s.Name, len(s.Axes), what).
		Hintf("same, concat, tile, interleave and split take one source axis each, stack none, merge several")
	for _, a := range d.Axes {
		a.SourceAxes = nil
	}
}

func axesTaken(a *Axis) int {
	switch r := a.Rules[0]; r.Kind {
	case RuleStack:
		return 0
	case RuleMerge:
		return r.Merge
	}
	return 1
}

// rules checks the rules of d's axes and that they consume every variable of s once.
func (c *checker) rules(d *Dataset, s *SourceSet) {
	taken := map[*Var]string{}
	unknown := false
	for _, a := range d.Axes {
		for i, r := range a.Rules {
			c.ruleOrder(a, i)
			if !r.Kind.TakesVar() || r.Var.Name == "" {
				continue
			}
			v := c.varByName[r.Var.Name]
			switch {
			case v == nil:
				unknown = true
				c.list.Errorf(r.Var.Pos, diag.UnknownName, "%s is not a variable%s", short(r.Var.Name), diag.DidYouMean(r.Var.Name, c.varNames()...)).
					Hintf("%s", varHint(s))
			case !slices.Contains(s.Vars, v):
				v.Used = true
				c.list.Errorf(r.Var.Pos, diag.NotOfSource, "variable %s does not number the members of source %s", v.Name, s.Name).Hintf("%s", varHint(s))
			case taken[v] != "":
				c.list.Errorf(r.Var.Pos, diag.NotOfSource, "variable %s is consumed twice, by axis %s and axis %s", v.Name, taken[v], axisKey(a))
			default:
				r.V, taken[v] = v, axisKey(a)
			}
			c.ruleValues(a, r)
			c.openRule(d, a, r, s)
		}
		c.growing(a, s)
	}
	for _, v := range s.Vars {
		if taken[v] == "" && !unknown && !slices.ContainsFunc(d.Axes, func(a *Axis) bool {
			return slices.ContainsFunc(a.Rules, func(r *Rule) bool { return r.Var.Name == v.Name })
		}) {
			c.list.Errorf(d.Pos, diag.NotConsumed, "no rule of %s consumes variable %s of source %s, so its members would overlap", d.Path, v.Name, s.Name).
				Hintf("{stack: %s}, {concat: %s}, {tile: %s} or {interleave: %s} on one axis", v.Name, v.Name, v.Name, v.Name)
		}
	}
}

func varHint(s *SourceSet) string {
	if len(s.Vars) == 0 {
		return "source " + s.Name + " has one member: no variable stands in its file, path or select"
	}
	return "the variables of source " + s.Name + ": " + describeVars(s.Vars)
}

func axisKey(a *Axis) string {
	key := ""
	for i, n := range a.Names {
		if i > 0 {
			key += ", "
		}
		key += n.Name
	}
	return key
}

// ruleOrder refuses rules that cannot follow one another.
func (c *checker) ruleOrder(a *Axis, i int) {
	r := a.Rules[i]
	alone := r.Kind == RuleSame || r.Kind == RuleStack
	switch {
	case alone && len(a.Rules) > 1:
		c.list.Errorf(r.Pos, diag.RuleOrder, "%s stands in a list of rules of axis %s", r.Kind, axisKey(a)).
			Hintf("a list combines concat, tile and interleave, after merge and before split")
	case r.Kind == RuleMerge && i > 0:
		c.list.Errorf(r.Pos, diag.RuleOrder, "merge of axis %s is not the first rule", axisKey(a)).Hintf("it joins axes of the source, so it comes first")
	case r.Kind == RuleSplit && i < len(a.Rules)-1:
		c.list.Errorf(r.Pos, diag.RuleOrder, "split of axis %s is not the last rule", axisKey(a)).Hintf("it makes the virtual axes, so it comes last")
	case r.Kind == RuleSplit && len(r.Sizes) > 2:
		c.list.Errorf(r.Pos, diag.BadSplit, "split of axis %s into %d axes", axisKey(a), len(r.Sizes)).Hintf("split makes two: [rows, columns]")
	}
}

// ruleValues checks the options of r as far as constants tell.
func (c *checker) ruleValues(a *Axis, r *Rule) {
	for _, g := range append(slices.Clone(r.Gaps), r.Gap) {
		if v, ok := g.Constant(); ok && v < 0 {
			c.list.Errorf(g.Pos, diag.Overlap, "negative gap %d between the members of axis %s: they would overlap", v, axisKey(a)).Hintf("0 or more")
		}
	}
	for _, e := range r.At {
		if v, ok := e.Constant(); ok && v < 0 {
			c.list.Errorf(e.Pos, diag.RuleOption, "negative origin %d on axis %s", v, axisKey(a))
		}
	}
	if v, ok := r.Block.Constant(); ok && v < 1 {
		c.list.Errorf(r.Block.Pos, diag.RuleOption, "block of %d elements on axis %s", v, axisKey(a)).Hintf("1 or more")
	}
	if r.At != nil && r.V != nil {
		if n, ok := r.V.Count(); ok && int64(len(r.At)) != n {
			c.list.Errorf(r.Pos, diag.RuleOption, "at of axis %s has %s, and variable %s takes %s", axisKey(a),
				plural(len(r.At), "origin"), r.V.Name, plural(int(n), "value"))
		}
	}
	if r.Kind == RuleSplit && a.Extent != nil {
		c.list.Errorf(a.Extent.Pos, diag.BadExtent, "extent with split on axes %s", axisKey(a)).Hintf("the lengths of split are the extents")
	}
}

// openRule checks the rule that consumes an open variable.
func (c *checker) openRule(d *Dataset, a *Axis, r *Rule, s *SourceSet) {
	if r.V == nil || !r.V.Open {
		return
	}
	if r.Kind != RuleConcat && r.Kind != RuleStack || len(a.Rules) > 1 {
		c.list.Errorf(r.Pos, diag.OpenRange, "%s of axis %s over the open variable %s", r.Kind, axisKey(a), r.V.Name).
			Hintf("concat or stack, alone: HDF5 puts the files that it numbers one after another")
	}
	if a.Extent != nil {
		c.list.Errorf(a.Extent.Pos, diag.BadExtent, "axis %s grows with %s, and has no fixed extent", axisKey(a), r.V.Name)
	}
	for _, b := range d.Axes {
		for _, q := range b.Rules {
			if q != r && q.V != nil && q.V.Open {
				c.list.Errorf(q.Pos, diag.OpenRange, "%s is made from two open variables", d.Path).Hintf("HDF5 numbers files along one axis")
			}
		}
	}
	for i, x := range s.Axes {
		if x.Kind != ExtentExpr {
			c.list.Errorf(s.Shape[x.Axis].Pos, diag.OpenRange, "axis %d of source %s is not of fixed length, and variable %s is open", i, s.Name, r.V.Name)
		}
	}
}

// growing checks the rules of an axis that is made from a growing source axis.
func (c *checker) growing(a *Axis, s *SourceSet) {
	for _, i := range a.SourceAxes {
		if i >= len(s.Axes) || s.Axes[i].Kind != ExtentUnlimited {
			continue
		}
		if r := a.Rules[0]; len(a.Rules) > 1 || r.Kind != RuleSame && r.Kind != RuleInterleave {
			c.list.Errorf(r.Pos, diag.GrowingAxis, "%s of axis %s, which grows in source %s", r.Kind, axisKey(a), s.Name).
				Hintf("same or interleave: where the next member starts must not depend on a length that changes")
		}
		if a.Extent != nil {
			c.list.Errorf(a.Extent.Pos, diag.BadExtent, "axis %s grows with source %s, and has no fixed extent", axisKey(a), s.Name)
		}
	}
}

// dims makes the virtual axes of v.
func (c *checker) dims(d *Dataset, s *SourceSet, v *Virtual) {
	for _, a := range d.Axes {
		if len(a.Rules) == 0 || a.SourceAxes == nil {
			continue
		}
		var vars []*Var
		for _, r := range a.Rules {
			if r.V != nil {
				vars = append(vars, r.V)
				if r.V.Open {
					v.Printf = r.V
				}
			}
		}
		for part, n := range a.Names {
			dim := &Dim{Name: n.Name, GoName: GoName(n.Name), Pos: n.Pos, Axis: a, Part: part, Vars: vars}
			dim.Unlimited = slices.ContainsFunc(vars, func(v *Var) bool { return v.Open }) ||
				slices.ContainsFunc(a.SourceAxes, func(i int) bool { return s.Axes[i].Kind == ExtentUnlimited })
			if !dim.Unlimited {
				dim.Extent = closedExtent(a, part, s)
			}
			v.Dims = append(v.Dims, dim)
		}
	}
	growing := 0
	for _, dim := range v.Dims {
		if dim.Unlimited {
			growing++
		}
	}
	if growing > 1 {
		c.list.Errorf(d.Pos, diag.GrowingAxis, "dataset %s grows along %d axes", d.Path, growing).Hintf("HDF5 maps one growing axis")
	}
	c.window(d, v)
}

func (c *checker) window(d *Dataset, v *Virtual) {
	for _, w := range d.Window {
		i := slices.IndexFunc(v.Dims, func(dim *Dim) bool { return dim.Name == w.Axis.Name })
		if i < 0 {
			if len(v.Dims) > 0 {
				c.list.Errorf(w.Pos, diag.BadWindow, "window of %s names axis %s, which it has not%s", d.Path, w.Axis.Name, diag.DidYouMean(w.Axis.Name, dimNames(v)...)).
					Hintf("axes: %s", joinAnd(dimNames(v)))
			}
			continue
		}
		dim, sel := v.Dims[i], w.Selector
		last := dim.Axis.Rules[len(dim.Axis.Rules)-1]
		switch step, ok := sel.Step.Constant(); {
		case dim.Unlimited:
			c.list.Errorf(w.Pos, diag.BadWindow, "window on the growing axis %s", dim.Name).Hintf("give its source axis a length")
		case ok && step < 1:
			c.list.Errorf(sel.Step.Pos, diag.BadWindow, "step %d", step).Hintf("1 or more: HDF5 has no negative stride")
		case sel.Step != nil && last.Kind == RuleSplit:
			c.list.Errorf(sel.Step.Pos, diag.BadWindow, "a step in the window of axis %s, which split makes", dim.Name)
		}
		if v.Window == nil {
			v.Window = make([]*Selector, len(v.Dims))
		}
		v.Window[i] = sel
	}
}

func dimNames(v *Virtual) []string {
	var out []string
	for _, d := range v.Dims {
		out = append(out, d.Name)
	}
	return out
}

// closedExtent returns the length of virtual axis part of a in closed form, nil when it has none.
func closedExtent(a *Axis, part int, s *SourceSet) *Expr {
	if a.Extent != nil {
		return a.Extent
	}
	last := a.Rules[len(a.Rules)-1]
	if last.Kind == RuleSplit {
		if part < len(last.Sizes) {
			return last.Sizes[part]
		}
		return nil
	}
	return a.StreamLength(s)
}

// StreamLength is the length of the stream that the rules of an axis make, before split lays it out in rows, in closed form over parameters; nil where it has
// none, because members differ in length or are probed, or the axis grows.
func (a *Axis) StreamLength(s *SourceSet) *Expr {
	var e *Expr
	for k, i := range a.SourceAxes {
		length := s.Axes[i].Length
		if length == nil || slices.ContainsFunc(s.Vars, length.UsesVar) {
			return nil
		}
		if k == 0 {
			e = length
		} else {
			e = exprBinary('*', e, length)
		}
	}
	for _, r := range a.Rules {
		e = ruleExtent(r, e)
	}
	return e
}

// ruleExtent returns the length after r of streams that are all e long.
func ruleExtent(r *Rule, e *Expr) *Expr {
	if !r.Kind.TakesVar() {
		return e
	}
	n := countExpr(r.V)
	switch {
	case r.Kind == RuleStack:
		return n
	case r.At != nil:
		ends := make([]*Expr, len(r.At))
		for i, at := range r.At {
			ends[i] = exprBinary('+', at, e)
		}
		if len(ends) == 1 {
			return ends[0]
		}
		return exprCall("max", ends...)
	case r.Gap != nil:
		return exprBinary('+', exprBinary('*', n, e), exprBinary('*', exprBinary('-', n, IntExpr(1)), r.Gap))
	case r.Gaps != nil:
		count, ok := n.Constant()
		if n == nil || !ok || count > maxTerms {
			return nil
		}
		out := exprBinary('*', n, e)
		for i := range count - 1 {
			out = exprBinary('+', out, r.Gaps[i%int64(len(r.Gaps))])
		}
		return out
	}
	return exprBinary('*', n, e)
}

// countExpr returns the number of values of v as an expression.
func countExpr(v *Var) *Expr {
	switch {
	case v == nil || v.Open:
		return nil
	case v.List != nil:
		return IntExpr(int64(len(v.List)))
	}
	return exprBinary('+', exprBinary('-', v.Last, v.First), IntExpr(1))
}
