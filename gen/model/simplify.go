package model

import (
	"cmp"
	"slices"
	"strings"
)

// maxTerms bounds the polynomial of one expression; beyond it the expression stays as it is.
const maxTerms = 64

// simplify returns e with sums collected: 256*(row + 1) - 256*row is 256. Division,
// remainder and calls are kept whole. The value is the same wherever e has one.
func simplify(e *Expr) *Expr {
	if e == nil {
		return nil
	}
	p, ok := polyOf(e.Root)
	if !ok {
		return e
	}
	out := &Expr{Pos: e.Pos, Root: p.node()}
	out.Text = out.String()
	return out
}

// term is a product of factors with a coefficient; factors are sorted by their text.
type term struct {
	coef    int64
	factors []Node
	key     string
}

type poly []term

func polyOf(n Node) (poly, bool) {
	switch n := n.(type) {
	case *Lit:
		return poly{{coef: n.Value}}, true
	case *Unary:
		p, ok := polyOf(n.X)
		if !ok {
			return nil, false
		}
		return p.times(poly{{coef: -1}})
	case *Binary:
		if n.Op == '/' || n.Op == '%' {
			return atom(n), true
		}
		x, ok1 := polyOf(n.X)
		y, ok2 := polyOf(n.Y)
		if !ok1 || !ok2 {
			return nil, false
		}
		switch n.Op {
		case '*':
			return x.times(y)
		case '-':
			if y, ok1 = y.times(poly{{coef: -1}}); !ok1 {
				return nil, false
			}
		}
		return append(slices.Clone(x), y...).collect()
	}
	return atom(n), true
}

func atom(n Node) poly {
	return poly{{coef: 1, factors: []Node{n}, key: nodeString(n)}}
}

func nodeString(n Node) string {
	var b strings.Builder
	n.write(&b, precUnary)
	return b.String()
}

func (p poly) times(q poly) (poly, bool) {
	var out poly
	if len(p)*len(q) > maxTerms {
		return nil, false
	}
	for _, a := range p {
		for _, b := range q {
			c, err := mul(a.coef, b.coef)
			if err != nil {
				return nil, false
			}
			f := append(slices.Clone(a.factors), b.factors...)
			slices.SortStableFunc(f, func(x, y Node) int { return strings.Compare(nodeString(x), nodeString(y)) })
			keys := make([]string, len(f))
			for i, n := range f {
				keys[i] = nodeString(n)
			}
			out = append(out, term{c, f, strings.Join(keys, "*")})
		}
	}
	return out.collect()
}

// collect adds up terms of the same factors, in the order of first appearance.
func (p poly) collect() (poly, bool) {
	var out poly
	for _, t := range p {
		i := slices.IndexFunc(out, func(u term) bool { return u.key == t.key })
		if i < 0 {
			out = append(out, t)
			continue
		}
		c, err := add(out[i].coef, t.coef)
		if err != nil {
			return nil, false
		}
		out[i].coef = c
	}
	out = slices.DeleteFunc(out, func(t term) bool { return t.coef == 0 })
	if len(out) > maxTerms {
		return nil, false
	}
	return out, true
}

// node writes p as a sum, positive terms and terms with names first.
func (p poly) node() Node {
	p = slices.Clone(p)
	rank := func(t term) int {
		switch {
		case t.coef > 0 && len(t.factors) > 0:
			return 0
		case t.coef > 0:
			return 1
		case len(t.factors) > 0:
			return 2
		}
		return 3
	}
	slices.SortStableFunc(p, func(a, b term) int { return cmp.Compare(rank(a), rank(b)) })
	var out Node
	for _, t := range p {
		switch {
		case out == nil:
			out = t.node(t.coef)
		case t.coef < 0 && t.coef != -t.coef:
			out = &Binary{Op: '-', X: out, Y: t.node(-t.coef)}
		default:
			out = &Binary{Op: '+', X: out, Y: t.node(t.coef)}
		}
	}
	if out == nil {
		return &Lit{}
	}
	return out
}

func (t term) node(coef int64) Node {
	var out Node
	if coef == -1 && len(t.factors) > 0 {
		return &Unary{X: t.node(1)}
	}
	if coef != 1 || len(t.factors) == 0 {
		out = number(coef)
	}
	for _, f := range t.factors {
		if out == nil {
			out = f
			continue
		}
		out = &Binary{Op: '*', X: out, Y: f}
	}
	return out
}

// Building blocks for derived expressions; nil operands give nil.

func exprBinary(op byte, x, y *Expr) *Expr {
	if x == nil || y == nil {
		return nil
	}
	return simplify(&Expr{Root: &Binary{Op: op, X: x.Root, Y: y.Root}})
}

func exprCall(name string, args ...*Expr) *Expr {
	c := &Call{Func: name}
	for _, a := range args {
		if a == nil {
			return nil
		}
		c.Args = append(c.Args, a.Root)
	}
	e := &Expr{Root: c}
	if v, ok := e.Constant(); ok {
		return IntExpr(v)
	}
	e.Text = e.String()
	return e
}

// Linear takes e apart as factor·p + rest, where p is the only integer parameter in e that known does not have; factor and rest
// may have others. It is not ok where e has another form, or a variable.
func (e *Expr) Linear(known func(*Param) bool) (p *Param, factor, rest *Expr, ok bool) {
	terms, ok := polyOf(e.Root)
	if !ok {
		return nil, nil, nil, false
	}
	e.Refs(func(r *Ref) {
		switch {
		case r.Var != nil || r.Param != nil && r.Param.Kind != ParamInt || p != nil && r.Param != nil && r.Param != p && !known(r.Param):
			ok = false
		case r.Param != nil && !known(r.Param):
			p = r.Param
		}
	})
	if !ok || p == nil {
		return nil, nil, nil, false
	}
	var with, without poly
	for _, t := range terms {
		uses := slices.IndexFunc(t.factors, func(n Node) bool { return (&Expr{Root: n}).uses(p) })
		if uses < 0 {
			without = append(without, t)
			continue
		}
		if _, bare := t.factors[uses].(*Ref); !bare {
			return nil, nil, nil, false
		}
		others := slices.Delete(slices.Clone(t.factors), uses, uses+1)
		if slices.ContainsFunc(others, func(n Node) bool { return (&Expr{Root: n}).uses(p) }) {
			return nil, nil, nil, false
		}
		with = append(with, term{coef: t.coef, factors: others})
	}
	return p, &Expr{Root: with.node()}, &Expr{Root: without.node()}, true
}

// uses reports whether p stands in e.
func (e *Expr) uses(p *Param) bool {
	found := false
	e.Refs(func(r *Ref) { found = found || r.Param == p })
	return found
}
