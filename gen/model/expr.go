package model

import (
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Expr is an integer expression over parameters, variables, Go constants and
// integer literals. Parse it with ParseExpr.
type Expr struct {
	Pos  diag.Pos // of the first byte of Text
	Text string   // as written
	Root Node
}

// Node is one node of an expression: *Lit, *Ref, *Index, *Unary, *Binary or *Call.
type Node interface {
	// Position returns where the node starts.
	Position() diag.Pos
	write(b *strings.Builder, prec int)
}

// Lit is an integer literal, never negative.
type Lit struct {
	Pos   diag.Pos
	Value int64
}

// RefKind tells what a name stands for.
type RefKind uint8

// The things that a name can stand for; RefUnresolved before Check.
const (
	RefUnresolved RefKind = iota
	RefParam
	RefVar
	RefConst
	RefField // the placeholder of `each`: a text, usable alone in a name template only
)

// Ref is a name. Kind and the pointer of that kind are set by Check.
type Ref struct {
	Pos   diag.Pos
	Name  string // ident, or package.Ident for a constant
	Kind  RefKind
	Param *Param
	Var   *Var
	Const *Const
}

// Index is X[I]: the value of an []int parameter for one value of its variable.
type Index struct {
	Pos diag.Pos
	X   *Ref
	I   Node
}

// Unary is -X.
type Unary struct {
	Pos diag.Pos
	X   Node
}

// Binary is X op Y, op one of + - * / %. Division and remainder truncate toward zero, as in Go.
type Binary struct {
	Pos diag.Pos // of X
	Op  byte
	X   Node
	Y   Node
}

// Call is min(a, b, …), max(a, b, …) or ceildiv(a, b).
type Call struct {
	Pos  diag.Pos
	Func string
	Args []Node
}

// Position returns where the literal stands.
func (n *Lit) Position() diag.Pos { return n.Pos }

// Position returns where the name stands.
func (n *Ref) Position() diag.Pos { return n.Pos }

// Position returns where the indexed name stands.
func (n *Index) Position() diag.Pos { return n.Pos }

// Position returns where the sign stands.
func (n *Unary) Position() diag.Pos { return n.Pos }

// Position returns where the left operand starts.
func (n *Binary) Position() diag.Pos { return n.Pos }

// Position returns where the function's name stands.
func (n *Call) Position() diag.Pos { return n.Pos }

// Binding strengths, Go's for the operators that the language has.
const (
	precSum   = 4
	precTerm  = 5
	precUnary = 6
)

func precOf(op byte) int {
	if op == '+' || op == '-' {
		return precSum
	}
	return precTerm
}

func (n *Lit) write(b *strings.Builder, _ int) { b.WriteString(strconv.FormatInt(n.Value, 10)) }
func (n *Ref) write(b *strings.Builder, _ int) { b.WriteString(n.Name) }

func (n *Index) write(b *strings.Builder, _ int) {
	b.WriteString(n.X.Name)
	b.WriteByte('[')
	n.I.write(b, 0)
	b.WriteByte(']')
}

func (n *Unary) write(b *strings.Builder, _ int) {
	b.WriteByte('-')
	if _, ok := n.X.(*Unary); ok { // -- is an operator of its own
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.X.write(b, precUnary)
}

func (n *Binary) write(b *strings.Builder, prec int) {
	p := precOf(n.Op)
	if p < prec {
		b.WriteByte('(')
		defer b.WriteByte(')')
	}
	n.X.write(b, p)
	if n.Op == '+' || n.Op == '-' {
		b.WriteByte(' ')
		b.WriteByte(n.Op)
		b.WriteByte(' ')
	} else {
		b.WriteByte(n.Op)
	}
	n.Y.write(b, p+1)
}

func (n *Call) write(b *strings.Builder, _ int) {
	b.WriteString(n.Func)
	b.WriteByte('(')
	for i, a := range n.Args {
		if i > 0 {
			b.WriteString(", ")
		}
		a.write(b, 0)
	}
	b.WriteByte(')')
}

// String returns the expression in its canonical form: the same for every spelling
// of the same tree, and a valid expression again.
func (e *Expr) String() string {
	if e == nil || e.Root == nil {
		return ""
	}
	var b strings.Builder
	e.Root.write(&b, 0)
	return b.String()
}

// Walk calls visit for n and everything below it, parents first.
func Walk(n Node, visit func(Node)) {
	if n == nil {
		return
	}
	visit(n)
	switch n := n.(type) {
	case *Index:
		Walk(n.X, visit)
		Walk(n.I, visit)
	case *Unary:
		Walk(n.X, visit)
	case *Binary:
		Walk(n.X, visit)
		Walk(n.Y, visit)
	case *Call:
		for _, a := range n.Args {
			Walk(a, visit)
		}
	}
}

// Refs calls visit for every name in e; a nil e has none.
func (e *Expr) Refs(visit func(*Ref)) {
	if e == nil {
		return
	}
	Walk(e.Root, func(n Node) {
		if r, ok := n.(*Ref); ok {
			visit(r)
		}
	})
}

// UsesVar reports whether e depends on v, itself or through an []int parameter.
func (e *Expr) UsesVar(v *Var) bool {
	found := false
	e.Refs(func(r *Ref) { found = found || r.Var == v && v != nil })
	return found
}

// Constant returns the value of an expression that is a literal or a Go constant
// expression, with no parameter or variable in it.
func (e *Expr) Constant() (int64, bool) {
	if e == nil {
		return 0, false
	}
	fixed := true
	e.Refs(func(r *Ref) { fixed = fixed && r.Kind == RefConst })
	if !fixed {
		return 0, false
	}
	v, err := e.Eval(Env{})
	return v, err == nil
}

// IntExpr returns the expression that is the literal v.
func IntExpr(v int64) *Expr {
	e := &Expr{Root: number(v)}
	e.Text = e.String()
	return e
}

func number(v int64) Node {
	if v < 0 {
		return &Unary{X: &Lit{Value: -v}}
	}
	return &Lit{Value: v}
}
