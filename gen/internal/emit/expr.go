package emit

import (
	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// scope says how names of the layout are written at one place of generated code.
type scope struct {
	names  *locals
	params string                // the receiver or argument that holds the parameters
	vars   map[*model.Var]string // variables that have a value here
	index  map[*model.Var]string // variables whose number among their values has a name here
	used   map[string]bool       // locals that the code refers to
	field  string                // the local that stands for the placeholder of `each`
}

func newScope(params string, reserved ...string) *scope {
	return &scope{
		names:  newLocals(append(reserved, params)...),
		params: params,
		vars:   map[*model.Var]string{},
		index:  map[*model.Var]string{},
		used:   map[string]bool{},
	}
}

// declare gives v a local name.
func (s *scope) declare(v *model.Var) string {
	name := s.names.local(v.Name, "Value")
	s.vars[v] = name
	return name
}

// use marks a local as referred to and returns it.
func (s *scope) use(name string) *jen.Statement {
	s.used[name] = true
	return jen.Id(name)
}

// Binding strengths of Go's operators, for parentheses.
const (
	strengthAny  = 0
	strengthSum  = 4
	strengthTerm = 5
	strengthLeaf = 7
)

// expr is e as a Go expression of type int.
func (s *scope) expr(e *model.Expr) *jen.Statement { return s.node(e.Root, strengthAny) }

// node is n as Go, in parentheses where it binds weaker than strength. Arithmetic that
// cannot fail is written with operators, and the rest with the checked functions of runtime.
func (s *scope) node(n model.Node, strength int) *jen.Statement {
	switch n := n.(type) {
	case *model.Lit:
		return jen.Lit(int(n.Value))
	case *model.Ref:
		return s.ref(n)
	case *model.Index:
		return s.element(n)
	case *model.Unary:
		if _, safe := analyse(n); !safe {
			return vds("Sub").Call(jen.Lit(0), s.node(n.X, strengthAny))
		}
		return jen.Op("-").Add(s.node(n.X, strengthLeaf))
	case *model.Binary:
		return s.binary(n, strength)
	case *model.Call:
		return s.call(n)
	}
	panic("emit: unknown expression")
}

var checkedFuncs = map[byte]string{'+': "Add", '-': "Sub", '*': "Mul", '/': "Div", '%': "Mod"}

func (s *scope) binary(n *model.Binary, strength int) *jen.Statement {
	if _, safe := analyse(n); !safe {
		return vds(checkedFuncs[n.Op]).Call(s.node(n.X, strengthAny), s.node(n.Y, strengthAny))
	}
	own := strengthTerm
	if n.Op == '+' || n.Op == '-' {
		own = strengthSum
	}
	code := s.node(n.X, own).Op(string(n.Op)).Add(s.node(n.Y, own+1))
	if own < strength {
		return jen.Parens(code)
	}
	return code
}

func (s *scope) call(n *model.Call) *jen.Statement {
	var args []jen.Code
	for _, a := range n.Args {
		args = append(args, s.node(a, strengthAny))
	}
	if n.Func == "ceildiv" {
		return vds("CeilDiv").Call(args...)
	}
	if _, safe := analyse(n); safe {
		return jen.Id(n.Func).Call(args...)
	}
	return vds(model.GoName(n.Func)).Call(args...)
}

func (s *scope) ref(n *model.Ref) *jen.Statement {
	switch n.Kind {
	case model.RefVar:
		return s.use(s.vars[n.Var])
	case model.RefConst:
		return jen.Lit(int(n.Const.Value))
	case model.RefField:
		return s.use(s.field)
	}
	return jen.Id(s.params).Dot(model.GoName(n.Param.Name))
}

// element is the value of an []int parameter for one value of its variable.
func (s *scope) element(n *model.Index) *jen.Statement {
	list := jen.Id(s.params).Dot(model.GoName(n.X.Param.Name))
	if !isOverVar(n) {
		return vds("At").Call(list, s.position(n.X.Param.OverVar, n.I))
	}
	return list.Index(s.number(n.I.(*model.Ref).Var))
}

// position is the number, among the values of v, of the value that n has: only ranges
// can be indexed by an expression.
func (s *scope) position(v *model.Var, n model.Node) *jen.Statement {
	if v.First == nil {
		return s.node(n, strengthAny)
	}
	return s.node(minus(n, v.First.Root), strengthAny)
}

// number is the number of v's current value among its values, from 0.
func (s *scope) number(v *model.Var) *jen.Statement {
	if name, ok := s.index[v]; ok {
		return s.use(name)
	}
	if v.List != nil {
		return jen.Qual("slices", "Index").Call(s.values(v), s.use(s.vars[v]))
	}
	return s.node(minus(&model.Ref{Name: v.Name, Kind: model.RefVar, Var: v}, v.First.Root), strengthAny)
}

// values is the list of v's values as a Go literal.
func (s *scope) values(v *model.Var) *jen.Statement {
	var values []jen.Code
	for _, e := range v.List {
		values = append(values, s.expr(e))
	}
	return jen.Index().Int().Values(values...)
}

// count is the number of values of v.
func (s *scope) count(v *model.Var) *jen.Statement { return s.node(countNode(v), strengthAny) }

// countNode is the number of values of v as an expression.
func countNode(v *model.Var) model.Node {
	if v.List != nil {
		return &model.Lit{Value: int64(len(v.List))}
	}
	return plus(minus(v.Last.Root, v.First.Root), 1)
}

// constantCount is the number of values of v where the layout alone says it.
func constantCount(v *model.Var) (int, bool) {
	if v.Open {
		return 0, false
	}
	n, ok := (&model.Expr{Root: countNode(v)}).Constant()
	return int(n), ok
}

// constant returns the value of n if no parameter or variable stands in it.
func constant(n model.Node) (int64, bool) { return (&model.Expr{Root: n}).Constant() }

// minus is x - y, with constants folded.
func minus(x, y model.Node) model.Node {
	if v, ok := constant(y); ok {
		return plus(x, -v)
	}
	return &model.Binary{Op: '-', X: x, Y: y}
}

// plus is x + k, folded into a constant at the end of x.
func plus(x model.Node, k int64) model.Node {
	if v, ok := constant(x); ok && fitsSum(v, k) {
		return literal(v + k)
	}
	if b, ok := x.(*model.Binary); ok && (b.Op == '+' || b.Op == '-') {
		if v, ok := constant(b.Y); ok {
			if b.Op == '-' {
				v = -v
			}
			if fitsSum(v, k) {
				return plusConstant(b.X, v+k)
			}
		}
	}
	return plusConstant(x, k)
}

func plusConstant(x model.Node, k int64) model.Node {
	switch {
	case k == 0:
		return x
	case k < 0:
		return &model.Binary{Op: '-', X: x, Y: literal(-k)}
	}
	return &model.Binary{Op: '+', X: x, Y: literal(k)}
}

// fitsSum reports whether a + b is far from overflow; larger constants are not folded.
func fitsSum(a, b int64) bool {
	const most = 1 << 61
	return -most < a && a < most && -most < b && b < most
}

func literal(v int64) model.Node {
	if v < 0 {
		return &model.Unary{X: &model.Lit{Value: -v}}
	}
	return &model.Lit{Value: v}
}

// failing returns the expressions among es that can overflow or divide by zero.
func failing(es ...*model.Expr) []*model.Expr {
	var found []*model.Expr
	for _, e := range es {
		if e == nil {
			continue
		}
		if _, safe := analyse(e.Root); !safe {
			found = append(found, e)
		}
	}
	return found
}
