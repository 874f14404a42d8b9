package model

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Limits on what a layout may write as one expression. Real layouts stay below a
// hundred bytes; the limits keep hostile input from deep recursion.
const (
	maxExprLen   = 4096
	maxExprDepth = 64
)

// SyntaxError is a malformed expression or template. Offset counts bytes into the text.
type SyntaxError struct {
	Offset, Width int
	Msg           string
	Hint          string
}

// Error returns the message.
func (e *SyntaxError) Error() string { return e.Msg }

// ParseExpr parses text, whose first byte stands at pos, as a Go integer
// expression. Errors are *SyntaxError. Names are left unresolved.
func ParseExpr(text string, pos diag.Pos) (*Expr, error) {
	lead := len(text) - len(strings.TrimLeft(text, " \t"))
	p := exprParser{pos: pos}
	switch {
	case strings.TrimSpace(text) == "":
		return nil, &SyntaxError{Width: len(text), Msg: "empty expression"}
	case len(text) > maxExprLen:
		return nil, &SyntaxError{Width: 1, Msg: fmt.Sprintf("expression of %d bytes; the limit is %d", len(text), maxExprLen)}
	case strings.ContainsAny(text, "\n\r"):
		return nil, &SyntaxError{Offset: strings.IndexAny(text, "\n\r"), Msg: "expression runs over more than one line"}
	}
	if off, ok := tooDeep(text); !ok {
		return nil, &SyntaxError{Offset: off, Width: 1, Msg: fmt.Sprintf("expression nested deeper than %d", maxExprDepth)}
	}
	p.fset = token.NewFileSet()
	x, err := parser.ParseExprFrom(p.fset, "", text, parser.SkipObjectResolution)
	if err != nil {
		return nil, p.syntax(text, err)
	}
	root, err := p.convert(x, 0)
	if err != nil {
		return nil, err
	}
	return &Expr{Pos: pos.Shift(lead, len(strings.TrimSpace(text))), Text: strings.TrimSpace(text), Root: root}, nil
}

// tooDeep counts brackets and prefix signs before the Go parser recurses over them.
func tooDeep(text string) (int, bool) {
	depth, signs := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '(', '[', '{':
			depth++
		case ')', ']', '}':
			depth--
		case '-', '+', '*', '&', '!', '^', '<':
			signs++
		case ' ', '\t':
			continue
		default:
			signs = 0
		}
		if depth > maxExprDepth || signs > maxExprDepth {
			return i, false
		}
	}
	return 0, true
}

type exprParser struct {
	fset *token.FileSet
	pos  diag.Pos
}

func (p *exprParser) offset(at token.Pos) int { return p.fset.Position(at).Offset }

func (p *exprParser) at(n ast.Node) diag.Pos {
	return p.pos.Shift(p.offset(n.Pos()), int(n.End()-n.Pos()))
}

func (p *exprParser) refuse(n ast.Node, hint, format string, args ...any) error {
	return &SyntaxError{Offset: p.offset(n.Pos()), Width: int(n.End() - n.Pos()), Msg: fmt.Sprintf(format, args...), Hint: hint}
}

func (p *exprParser) syntax(text string, err error) error {
	e := &SyntaxError{Msg: "malformed expression", Hint: exprHint}
	var list scanner.ErrorList
	if errors.As(err, &list) && len(list) > 0 {
		e.Offset = min(max(list[0].Pos.Offset, 0), len(text))
		e.Msg = "malformed expression: " + list[0].Msg
	}
	return e
}

const exprHint = "integers, parameters and variables with + - * / %, parentheses, min(a, b), max(a, b), ceildiv(a, b)"

func (p *exprParser) convert(x ast.Expr, depth int) (Node, error) {
	if depth > maxExprDepth*8 {
		return nil, p.refuse(x, "", "expression of too many operators")
	}
	switch x := x.(type) {
	case *ast.ParenExpr:
		return p.convert(x.X, depth+1)
	case *ast.BasicLit:
		return p.literal(x)
	case *ast.Ident:
		return &Ref{Pos: p.at(x), Name: x.Name}, nil
	case *ast.SelectorExpr:
		pkg, ok := x.X.(*ast.Ident)
		if !ok {
			return nil, p.refuse(x, exprHint, "only package.Constant may be selected")
		}
		return &Ref{Pos: p.at(x), Name: pkg.Name + "." + x.Sel.Name}, nil
	case *ast.IndexExpr:
		return p.index(x, depth)
	case *ast.UnaryExpr:
		return p.unary(x, depth)
	case *ast.BinaryExpr:
		return p.binary(x, depth)
	case *ast.CallExpr:
		return p.call(x, depth)
	case *ast.BadExpr:
		return nil, p.refuse(x, exprHint, "malformed expression")
	}
	return nil, p.refuse(x, exprHint, "this is not an integer expression")
}

func (p *exprParser) literal(x *ast.BasicLit) (Node, error) {
	if x.Kind != token.INT {
		return nil, p.refuse(x, exprHint, "%s is not an integer", x.Value)
	}
	v, err := strconv.ParseInt(x.Value, 0, 64)
	if err != nil {
		return nil, p.refuse(x, "", "%s does not fit 64 bits", x.Value)
	}
	return &Lit{Pos: p.at(x), Value: v}, nil
}

func (p *exprParser) index(x *ast.IndexExpr, depth int) (Node, error) {
	name, ok := x.X.(*ast.Ident)
	if !ok {
		return nil, p.refuse(x.X, "name[variable]", "only a parameter of type []int can be indexed")
	}
	i, err := p.convert(x.Index, depth+1)
	if err != nil {
		return nil, err
	}
	return &Index{Pos: p.at(x), X: &Ref{Pos: p.at(name), Name: name.Name}, I: i}, nil
}

func (p *exprParser) unary(x *ast.UnaryExpr, depth int) (Node, error) {
	if x.Op != token.SUB && x.Op != token.ADD {
		return nil, p.refuse(x, exprHint, "operator %s is not part of the language", x.Op)
	}
	n, err := p.convert(x.X, depth+1)
	if err != nil || x.Op == token.ADD {
		return n, err
	}
	return &Unary{Pos: p.at(x), X: n}, nil
}

func (p *exprParser) binary(x *ast.BinaryExpr, depth int) (Node, error) {
	switch x.Op {
	case token.ADD, token.SUB, token.MUL, token.QUO, token.REM:
	default:
		return nil, &SyntaxError{Offset: p.offset(x.OpPos), Width: len(x.Op.String()), Hint: exprHint,
			Msg: fmt.Sprintf("operator %s is not part of the language", x.Op)}
	}
	l, err := p.convert(x.X, depth+1)
	if err != nil {
		return nil, err
	}
	r, err := p.convert(x.Y, depth+1)
	if err != nil {
		return nil, err
	}
	return &Binary{Pos: p.at(x), Op: x.Op.String()[0], X: l, Y: r}, nil
}

func (p *exprParser) call(x *ast.CallExpr, depth int) (Node, error) {
	name, ok := x.Fun.(*ast.Ident)
	if !ok {
		return nil, p.refuse(x.Fun, exprHint, "only min, max and ceildiv can be called")
	}
	switch name.Name {
	case "min", "max":
		if len(x.Args) == 0 {
			return nil, p.refuse(x, "", "%s needs at least one argument", name.Name)
		}
	case "ceildiv":
		if len(x.Args) != 2 {
			return nil, p.refuse(x, "ceildiv(a, b) is a/b rounded up", "ceildiv takes 2 arguments, not %d", len(x.Args))
		}
	default:
		return nil, p.refuse(name, exprHint, "unknown function %s%s", name.Name, diag.DidYouMean(name.Name, "min", "max", "ceildiv"))
	}
	if x.Ellipsis.IsValid() {
		return nil, p.refuse(x, "", "... is not part of the language")
	}
	c := &Call{Pos: p.at(x), Func: name.Name}
	for _, a := range x.Args {
		n, err := p.convert(a, depth+1)
		if err != nil {
			return nil, err
		}
		c.Args = append(c.Args, n)
	}
	return c, nil
}
