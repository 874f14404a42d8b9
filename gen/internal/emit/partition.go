package emit

import (
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// partition is an axis, or two, of the virtual dataset along which members are mapped part by part, in a loop of its own.
type partition struct {
	local  string         // holds the current part
	parts  *jen.Statement // all of them
	source bool           // the parts are those of a source, which has a local
	axes   []int          // of the source, of those left after `select`
	fields []string       // of a part: what it takes of each of them
}

// laidOut reports whether members are laid out along a split of an axis part by part. The whole of a source in rows that all run forwards is the whole
// of both axes.
func (m *mapping) laidOut(a *model.Axis) bool {
	last := a.Rules[len(a.Rules)-1]
	if last.Kind != model.RuleSplit {
		return false
	}
	rules := a.Rules
	if rules[0].Kind == model.RuleMerge {
		rules = rules[1:]
	}
	probed := slices.ContainsFunc(a.SourceAxes, func(k int) bool { return m.v.Source.Axes[k].Kind != model.ExtentExpr })
	return len(rules) > 1 || last.Snake || probed
}

// cutsMerged reports whether members are dealt along an axis that two of the source make, so that blocks cut through both.
func (m *mapping) cutsMerged(a *model.Axis) bool {
	return a.Rules[0].Kind == model.RuleMerge && a.Rules[len(a.Rules)-1].Kind != model.RuleSplit && deals(a.Rules)
}

// deals reports whether one of the rules deals blocks.
func deals(rules []*model.Rule) bool {
	return slices.ContainsFunc(rules, func(r *model.Rule) bool { return r.Kind == model.RuleInterleave })
}

// gridAxis is where the current part of a member lies along one of the two axes of a split.
func (m *mapping) gridAxis(d *model.Dim) *jen.Statement {
	if d.Part > 0 {
		return jen.Id(m.partitions[len(m.partitions)-1].local).Dot("Col")
	}
	a := d.Axis
	last := a.Rules[len(a.Rules)-1]
	_, length := m.length(a)
	stream := vds("To").Call(length.Clone())
	if len(a.Rules) > 1 {
		stream = m.place(d, a.Rules[:len(a.Rules)-1])
	}
	cols, snake := m.sc.expr(last.Sizes[1]), jen.Lit(last.Snake)
	if len(a.SourceAxes) > 1 {
		return m.partition(a, "MergedGrid", []string{"Outer", "Inner"}, stream, cols, snake).Dot("Row")
	}
	local := m.addPartition(&partition{axes: a.SourceAxes, fields: []string{"Source"}, parts: vds("Grid").Call(stream, length, cols, snake)})
	return local.Dot("Row")
}

// mergedAxis is where the current part of a member lies along an axis that two of the source make.
func (m *mapping) mergedAxis(d *model.Dim) *jen.Statement {
	return m.partition(d.Axis, "Merged", []string{"Outer", "Inner"}, m.place(d, d.Axis.Rules)).Dot("Virtual")
}

// dealtAxis is where the current part of a member lies along an axis that is dealt, beside one that falls into parts.
func (m *mapping) dealtAxis(d *model.Dim) *jen.Statement {
	return m.partition(d.Axis, "Dealt", []string{"Source"}, m.place(d, d.Axis.Rules)).Dot("Virtual")
}

// partition has the parts that a method of the source gives for axis a.
func (m *mapping) partition(a *model.Axis, method string, fields []string, args ...jen.Code) *jen.Statement {
	args = append([]jen.Code{jen.Lit(a.SourceAxes[0])}, args...)
	return m.addPartition(&partition{source: true, axes: a.SourceAxes, fields: fields, parts: jen.Id("source").Dot(method).Call(args...)})
}

func (m *mapping) addPartition(p *partition) *jen.Statement {
	p.local = m.sc.names.local("part", "Part")
	m.partitions = append(m.partitions, p)
	return jen.Id(p.local)
}

// once puts the place of the current member along an axis before the loops over its parts, where finding it out moves a cursor forward.
func (m *mapping) once(d *model.Dim, place *jen.Statement) *jen.Statement {
	moves := func(r *model.Rule) bool {
		return (r.Kind == model.RuleConcat || r.Kind == model.RuleTile) && r.At == nil
	}
	if !m.partitioned || !slices.ContainsFunc(d.Axis.Rules, moves) {
		return place
	}
	local := m.sc.names.local(d.Name+" slice", "Place")
	m.places = append(m.places, jen.Id(local).Op(":=").Add(place))
	return jen.Id(local)
}

// ofSource reports whether parts are those of a source.
func (m *mapping) ofSource() bool {
	return slices.ContainsFunc(m.partitions, func(p *partition) bool { return p.source })
}

// inParts maps the current member part by part: the parts of the first axis vary slowest, as in the file.
func (m *mapping) inParts(declare jen.Code, source *jen.Statement) []jen.Code {
	for _, p := range m.partitions {
		for i, axis := range p.axes {
			source = source.Dot("Part").Call(jen.Lit(axis), jen.Id(p.local).Dot(p.fields[i]))
		}
	}
	before := m.places
	if len(m.partitions) > 1 { // a cursor in them moves once
		for _, p := range m.partitions {
			all := m.sc.names.local(p.local+"s", "All")
			before = append(before, jen.Id(all).Op(":=").Add(p.parts))
			p.parts = jen.Id(all)
		}
	}
	body := []jen.Code{declare, mapStatement(source)}
	for _, p := range slices.Backward(m.partitions) {
		body = []jen.Code{jen.For(jen.List(jen.Id("_"), jen.Id(p.local)).Op(":=").Range().Add(p.parts)).Block(body...)}
	}
	return append(before, body...)
}
