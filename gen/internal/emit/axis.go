package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// slice is where the current member lies along axis d of the virtual dataset, as a vds.Slice.
// Rules are applied inside out; what has to happen once for each value of an outer variable is put into its loop.
func (m *mapping) slice(d *model.Dim) *jen.Statement {
	rules := d.Axis.Rules
	switch {
	case m.laidOut(d.Axis):
		return m.gridAxis(d)
	case rules[len(rules)-1].Kind == model.RuleSplit:
		return vds("All").Call()
	case m.v.Printf != nil && rules[0].V == m.v.Printf:
		return m.printf(d.Axis)
	case m.cutsMerged(d.Axis):
		return m.mergedAxis(d)
	case m.partitioned && deals(rules) && !m.grows(d.Axis):
		return m.dealtAxis(d)
	}
	return m.once(d, m.place(d, rules))
}

// place applies rules, a beginning of those of axis d, to the current member.
func (m *mapping) place(d *model.Dim, rules []*model.Rule) *jen.Statement {
	if chained(rules) {
		return m.chain(d, rules)
	}
	code := m.innermost(d)
	for i := 1; i < len(rules); i++ {
		code = m.outer(d, i, code)
	}
	return code
}

// length is the length of the current member along the source axes of a: an expression,
// or nil with what the source itself says when it is probed.
func (m *mapping) length(a *model.Axis) (expr *model.Expr, code *jen.Statement) {
	var product model.Node
	for _, k := range a.SourceAxes {
		length := m.v.Source.Axes[k].Length
		if length == nil {
			return nil, m.probedLength(a)
		}
		if product == nil {
			product = length.Root
			continue
		}
		product = &model.Binary{Op: '*', X: product, Y: length.Root}
	}
	expr = &model.Expr{Root: product}
	return expr, m.sc.expr(expr)
}

// probedLength is the product of the lengths that the current member has in its file.
func (m *mapping) probedLength(a *model.Axis) *jen.Statement {
	var code *jen.Statement
	for _, k := range a.SourceAxes {
		one := jen.Id(m.src).Dot("Len").Call(jen.Lit(k))
		if code == nil {
			code = one
			continue
		}
		code = vds("Mul").Call(code, one)
	}
	return code
}

// grows reports whether the source axis of a has no fixed length.
func (m *mapping) grows(a *model.Axis) bool {
	return slices.ContainsFunc(a.SourceAxes, func(k int) bool {
		return m.v.Source.Axes[k].Kind == model.ExtentUnlimited
	})
}

// innermost is the slice that the first rule of an axis gives.
func (m *mapping) innermost(d *model.Dim) *jen.Statement {
	a := d.Axis
	rule := a.Rules[0]
	switch rule.Kind {
	case model.RuleStack:
		if len(a.Rules) > 1 {
			return vds("To").Call(jen.Lit(1)).Dot("Shift").Call(m.sc.number(rule.V))
		}
		return vds("Index").Call(m.sc.number(rule.V))
	case model.RuleConcat, model.RuleTile:
		if rule.At != nil {
			_, length := m.length(a)
			return vds("To").Call(length).Dot("Shift").Call(m.origin(d, rule))
		}
		expr, length := m.length(a)
		return m.next(d, rule, expr, length)
	case model.RuleInterleave:
		return m.stream(d).Dot("Deal").Call(m.dealArgs(rule)...)
	}
	return m.whole(d)
}

// whole is the slice of a member that takes an axis from its first element on.
func (m *mapping) whole(d *model.Dim) *jen.Statement {
	expr, length := m.lengthOrNil(d.Axis)
	same := expr != nil && !m.variable(expr) && d.Axis.Extent == nil && len(d.Axis.Rules) == 1
	if m.grows(d.Axis) || same {
		return vds("All").Call()
	}
	return vds("To").Call(length)
}

// stream is the positions of a member in its own stream.
func (m *mapping) stream(d *model.Dim) *jen.Statement {
	if m.grows(d.Axis) {
		return vds("All").Call()
	}
	_, length := m.length(d.Axis)
	return vds("To").Call(length)
}

func (m *mapping) lengthOrNil(a *model.Axis) (*model.Expr, *jen.Statement) {
	if m.grows(a) {
		return nil, nil
	}
	return m.length(a)
}

// variable reports whether e depends on a variable.
func (m *mapping) variable(e *model.Expr) bool {
	return slices.ContainsFunc(m.v.Source.Vars, e.UsesVar)
}

// dealArgs are the arguments of Slice.Deal: which member, of how many, in blocks of how many elements.
func (m *mapping) dealArgs(rule *model.Rule) []jen.Code {
	return []jen.Code{m.sc.number(rule.V), m.sc.count(rule.V), m.block(rule)}
}

// block is the number of elements that are dealt at a time.
func (m *mapping) block(rule *model.Rule) *jen.Statement {
	if rule.Block == nil {
		return jen.Lit(1)
	}
	return m.sc.expr(rule.Block)
}

// outer applies rule i of an axis to the stream that the rules before it make.
func (m *mapping) outer(d *model.Dim, i int, inner *jen.Statement) *jen.Statement {
	rule := d.Axis.Rules[i]
	switch rule.Kind {
	case model.RuleInterleave:
		return inner.Dot("Deal").Call(m.dealArgs(rule)...)
	case model.RuleConcat, model.RuleTile:
		if rule.At != nil {
			return inner.Dot("Shift").Call(m.origin(d, rule))
		}
		if i == 1 && d.Axis.Rules[0].Kind == model.RuleMerge {
			expr, length := m.length(d.Axis)
			return m.next(d, rule, expr, length)
		}
	}
	return inner
}

// origin is the position that the rule's `at` gives the current member.
func (m *mapping) origin(d *model.Dim, rule *model.Rule) *jen.Statement {
	var values []jen.Code
	depth := m.loops.depth([]*model.Var{rule.V}) - 1
	inside := false
	for _, e := range rule.At {
		inside = inside || m.variable(e)
		values = append(values, m.sc.expr(e))
	}
	name := m.sc.names.local(d.Name+" origins", "Axis")
	declare := jen.Id(name).Op(":=").Index().Int().Values(values...)
	loop := m.loops.levels[depth]
	if inside {
		loop.top = append(loop.top, declare)
	} else {
		loop.before = append(loop.before, declare)
	}
	return jen.Id(name).Index(m.sc.number(rule.V))
}

func (m *mapping) gaps(rule *model.Rule) []jen.Code {
	var gaps []jen.Code
	if rule.Gap != nil {
		gaps = append(gaps, m.sc.expr(rule.Gap))
	}
	for _, e := range rule.Gaps {
		gaps = append(gaps, m.sc.expr(e))
	}
	return gaps
}

// next is the next stretch of an axis, length elements long, from a cursor that is
// declared before the loop over the rule's variable and so starts anew for every
// combination of the variables outside it.
func (m *mapping) next(d *model.Dim, rule *model.Rule, expr *model.Expr, length *jen.Statement) *jen.Statement {
	depth := m.loops.depth([]*model.Var{rule.V}) - 1
	loop := m.loops.levels[depth]
	cursor := m.sc.names.local(d.Name, "Axis")
	start := vds("Concat").Call()
	if gaps := m.gaps(rule); len(gaps) > 0 {
		start = vds("Tile").Call(gaps...)
	}
	loop.before = append(loop.before, jen.Id(cursor).Op(":=").Add(start))
	inner := m.loops.levels[depth+1:]
	if len(inner) == 0 {
		return jen.Id(cursor).Dot("Next").Call(length)
	}
	if expr == nil || slices.ContainsFunc(inner, func(l *level) bool { return expr.UsesVar(l.v) }) {
		var keys []jen.Code
		for _, l := range inner {
			keys = append(keys, m.sc.use(l.name))
		}
		return jen.Id(cursor).Dot("Of").Call(keys...).Dot("Next").Call(length)
	}
	place := m.sc.names.local(rule.V.Name+" slice", "Place")
	loop.top = append(loop.top, jen.Id(place).Op(":=").Id(cursor).Dot("Next").Call(length))
	return jen.Id(place)
}

// printf is the slice of a series of files without end: one block a file.
func (m *mapping) printf(a *model.Axis) *jen.Statement {
	block := jen.Lit(1)
	step := jen.Lit(1)
	if a.Rules[0].Kind != model.RuleStack {
		_, block = m.length(a)
		_, step = m.length(a)
	}
	return vds("Blocks").Call(jen.Lit(0), step, vds("Unlimited"), block)
}
