package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// nest is nested loops over variables, outermost first. Statements are placed before
// each loop and at the top of its body; wrap puts it all together once the body is
// known, so that a loop variable that nothing refers to is left out.
type nest struct {
	sc     *scope
	levels []*level
}

// level is one loop.
type level struct {
	v      *model.Var
	name   string // local that holds the value
	index  string // local that holds its number among the values; only used with lists
	before []jen.Code
	top    []jen.Code
}

// enter adds a loop over v inside those there are.
func (n *nest) enter(v *model.Var) *level {
	l := &level{v: v, name: n.sc.declare(v)}
	if v.List != nil {
		l.index = n.sc.names.local("i", "")
		n.sc.index[v] = l.index
	}
	n.levels = append(n.levels, l)
	return l
}

// depth is how many loops are around a place where all of vars have values.
func (n *nest) depth(vars []*model.Var) int {
	d := 0
	for i, l := range n.levels {
		for _, v := range vars {
			if l.v == v {
				d = i + 1
			}
		}
	}
	return d
}

// wrap returns the loops around body.
func (n *nest) wrap(body []jen.Code) []jen.Code {
	for i := len(n.levels) - 1; i >= 0; i-- {
		l := n.levels[i]
		inner := append(append([]jen.Code{}, l.top...), body...)
		loop := n.header(l).Block(inner...)
		body = append(append([]jen.Code{}, l.before...), loop)
	}
	return body
}

// header is the for clause of l.
func (n *nest) header(l *level) *jen.Statement {
	if l.v.List != nil {
		return n.listHeader(l)
	}
	value := jen.Id(l.name)
	if first, ok := constant(l.v.First.Root); ok && first == 0 {
		count := n.sc.count(l.v)
		if !n.sc.used[l.name] {
			return jen.For(jen.Range().Add(count))
		}
		return jen.For(value.Op(":=").Range().Add(count))
	}
	return jen.For(value.Clone().Op(":=").Add(n.sc.expr(l.v.First)), value.Clone().Op("<=").Add(n.sc.expr(l.v.Last)), value.Clone().Op("++"))
}

func (n *nest) listHeader(l *level) *jen.Statement {
	values := n.sc.values(l.v)
	switch index, value := n.sc.used[l.index], n.sc.used[l.name]; {
	case index && value:
		return jen.For(jen.List(jen.Id(l.index), jen.Id(l.name)).Op(":=").Range().Add(values))
	case index:
		return jen.For(jen.Id(l.index).Op(":=").Range().Add(values))
	case value:
		return jen.For(jen.List(jen.Id("_"), jen.Id(l.name)).Op(":=").Range().Add(values))
	}
	return jen.For(jen.Range().Add(values))
}
