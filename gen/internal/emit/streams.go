package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// chained reports whether a rule puts streams one after another that rules before it made, so that where a member lies depends on the lengths of all members.
func chained(rules []*model.Rule) bool {
	inner := false
	for _, r := range rules {
		if inner && r.At == nil && (r.Kind == model.RuleConcat || r.Kind == model.RuleTile) {
			return true
		}
		inner = inner || r.Kind.TakesVar()
	}
	return false
}

// chain is where the current member lies along an axis of chained rules. A loop over all members finds out their lengths before any of them is placed.
func (m *mapping) chain(d *model.Dim, rules []*model.Rule) *jen.Statement {
	lengths := m.sc.names.local(d.Name+" lengths", "Members")
	streams := m.sc.names.local(d.Name, "Axis")
	number := map[*model.Var]int{}
	counts := []jen.Code{jen.Id(lengths)}
	for i, l := range m.loops.levels {
		number[l.v] = i
		counts = append(counts, m.sc.count(l.v))
	}
	code := vds("NewStreams").Call(counts...)
	for _, r := range rules {
		if !r.Kind.TakesVar() {
			continue
		}
		args := []jen.Code{jen.Lit(number[r.V])}
		switch {
		case r.Kind == model.RuleInterleave:
			code = code.Dot("Deal").Call(append(args, m.block(r))...)
		case r.At != nil:
			for _, e := range r.At {
				args = append(args, m.sc.expr(e))
			}
			code = code.Dot("Place").Call(args...)
		default:
			code = code.Dot("Tile").Call(append(args, m.gaps(r)...)...)
		}
	}
	outermost := m.loops.levels[0]
	outermost.before = append(outermost.before, m.measure(d, lengths)...)
	outermost.before = append(outermost.before, jen.Id(streams).Op(":=").Add(code))
	return jen.Id(streams).Dot("Next").Call()
}

// measure is a loop over all members that puts their lengths along an axis into a local.
func (m *mapping) measure(d *model.Dim, lengths string) []jen.Code {
	sc := newScope("p", "l", "err", "fill", "source", "sources", lengths)
	sc.field = m.sc.field
	q := &mapping{w: m.w, v: m.v, sc: sc, loops: nest{sc: sc}}
	for _, l := range m.loops.levels {
		q.loops.enter(l.v)
	}
	var body []jen.Code
	if m.src != "" {
		q.src = "source"
		source := jen.Id("source").Op(":=").Id("sources").Index(jen.Len(jen.Id(lengths)))
		if m.v.Source.Select != nil {
			source = source.Add(q.selection())
		}
		body = append(body, source)
	}
	expr, length := q.length(d.Axis)
	if expr != nil {
		body = nil
	}
	body = append(body, jen.Id(lengths).Op("=").Append(jen.Id(lengths), length))
	return append([]jen.Code{jen.Var().Id(lengths).Index().Int()}, q.loops.wrap(body)...)
}
