package emit

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// goType is an element type as Go writes it.
func goType(t model.TypeRef) *jen.Statement {
	if t.Kind == model.CompoundType && t.Compound != nil && t.Compound.Package != "" {
		return jen.Qual(t.Compound.Package, t.Name[strings.LastIndexByte(t.Name, '.')+1:])
	}
	return jen.Id(t.Name)
}

// template is a name template as a Go expression of type string.
func (s *scope) template(t *model.Template) *jen.Statement {
	if text, ok := t.Plain(); ok {
		return jen.Lit(text)
	}
	var format strings.Builder
	var args []jen.Code
	for _, p := range t.Parts {
		if p.Expr == nil {
			format.WriteString(strings.ReplaceAll(p.Literal, "%", "%%"))
			continue
		}
		arg, verb := s.part(p)
		format.WriteString(verb)
		args = append(args, arg)
	}
	if format.String() == "%s" {
		return jen.Add(args[0])
	}
	return jen.Qual("fmt", "Sprintf").Call(append([]jen.Code{jen.Lit(format.String())}, args...)...)
}

// printfTemplate is a name template in which v is HDF5's %b, and with literal percent signs doubled.
func (s *scope) printfTemplate(t *model.Template, v *model.Var) *jen.Statement {
	var format strings.Builder
	var args []jen.Code
	for _, p := range t.Parts {
		if p.Expr == nil {
			format.WriteString(strings.ReplaceAll(p.Literal, "%", "%%%%"))
			continue
		}
		if p.Expr.UsesVar(v) {
			format.WriteString("%%b")
			continue
		}
		arg, verb := s.part(p)
		if verb == "%s" {
			arg = vds("Escape").Call(arg)
		}
		format.WriteString(verb)
		args = append(args, arg)
	}
	if len(args) == 0 {
		return jen.Lit(strings.ReplaceAll(format.String(), "%%", "%"))
	}
	return jen.Qual("fmt", "Sprintf").Call(append([]jen.Code{jen.Lit(format.String())}, args...)...)
}

// part is one expression of a template with the verb that prints it.
func (s *scope) part(p model.Part) (arg jen.Code, verb string) {
	if r, ok := p.Expr.Root.(*model.Ref); ok {
		if r.Kind == model.RefField || r.Kind == model.RefParam && r.Param.Kind == model.ParamString {
			return s.ref(r), "%s"
		}
	}
	if p.Width > 0 {
		return s.expr(p.Expr), fmt.Sprintf("%%0%dd", p.Width)
	}
	return s.expr(p.Expr), "%d"
}

// value is an attribute's value or the value of a dataset as Go: the plain Go literal
// where runtime stores that as the type that is wanted, else a literal of the type.
func (s *scope) value(v *model.Value) *jen.Statement {
	natural := v.Type.Kind == model.String || v.Type.Kind == model.Int64 || v.Type.Kind == model.Float64 || v.Type.Kind == model.Bool
	if !v.List {
		return s.scalar(v.Items[0], v.Type.Kind, natural)
	}
	var items []jen.Code
	for _, item := range v.Items {
		items = append(items, s.scalar(item, v.Type.Kind, true))
	}
	element := v.Type.Name
	if v.Type.Kind != model.CompoundType {
		element = v.Type.Kind.String()
	}
	if slices.ContainsFunc(v.Items, func(i model.Literal) bool { return i.Expr != nil && !isConstant(i.Expr) }) {
		items = items[:0]
		for _, item := range v.Items {
			items = append(items, s.scalar(item, v.Type.Kind, false))
		}
		return vds("ExactList").Types(jen.Id(element)).Call(items...)
	}
	return jen.Index().Id(element).Values(items...)
}

// scalar is one literal of type kind; plain leaves the conversion out.
func (s *scope) scalar(item model.Literal, kind model.TypeKind, plain bool) *jen.Statement {
	if item.Expr != nil && !isConstant(item.Expr) {
		// The type may be too small for the value, which runtime finds out.
		return vds("Exact").Types(jen.Id(kind.String())).Call(jen.Lit(item.Expr.String()), s.expr(item.Expr))
	}
	code := literalCode(item, kind)
	if plain {
		return code
	}
	return jen.Id(kind.String()).Call(code)
}

func isConstant(e *model.Expr) bool { _, ok := e.Constant(); return ok }

// literalCode is a literal of the layout as an untyped Go constant.
func literalCode(item model.Literal, kind model.TypeKind) *jen.Statement {
	switch {
	case item.Expr != nil:
		v, _ := item.Expr.Constant()
		return jen.Op(strconv.FormatInt(v, 10))
	case kind == model.String:
		return jen.Lit(item.Text)
	case kind == model.Bool:
		return jen.Lit(item.Text == "true")
	case kind.Float() || kind.Complex():
		return floatCode(item.Text)
	}
	return jen.Op(item.Text)
}

// floatCode is a floating-point literal; a whole number gets a point, so that Go does not take it for an integer.
func floatCode(text string) *jen.Statement {
	switch strings.ToLower(strings.TrimLeft(text, "+-.")) {
	case "nan":
		return jen.Qual("math", "NaN").Call()
	case "inf":
		sign := 1
		if strings.HasPrefix(text, "-") {
			sign = -1
		}
		return jen.Qual("math", "Inf").Call(jen.Lit(sign))
	}
	if !strings.ContainsAny(text, ".eExX") {
		text += ".0"
	}
	return jen.Op(text)
}

// fill is a fill value as Go. constant tells whether Go can hold it in a constant.
func fill(v *model.Virtual) (code *jen.Statement, constant bool) {
	kind := v.Type.Kind
	if v.Fill == nil {
		return zero(v.Type)
	}
	switch v.Fill.Kind {
	case model.FillNaN:
		return floating(kind, jen.Qual("math", "NaN").Call()), false
	case model.FillInf:
		sign := 1
		if strings.HasPrefix(v.Fill.Text, "-") {
			sign = -1
		}
		return floating(kind, jen.Qual("math", "Inf").Call(jen.Lit(sign))), false
	case model.FillMax:
		return extreme("Max", kind), true
	case model.FillMin:
		return extreme("Min", kind), true
	}
	switch kind {
	case model.String:
		return jen.Lit(v.Fill.Text), true
	case model.Bool:
		return jen.Lit(v.Fill.Text == "true"), true
	}
	return jen.Op(strings.TrimPrefix(v.Fill.Text, "+")), true
}

// zero is the fill value of a dataset whose layout gives none.
func zero(t model.TypeRef) (code *jen.Statement, constant bool) {
	switch t.Kind {
	case model.String:
		return jen.Lit(""), true
	case model.Bool:
		return jen.False(), true
	case model.CompoundType:
		return goType(t).Values(), false
	}
	return jen.Lit(0), true
}

// floating converts a float64 to a floating-point or complex type.
func floating(kind model.TypeKind, code *jen.Statement) *jen.Statement {
	switch kind {
	case model.Float64:
		return code
	case model.Complex64:
		return jen.Complex(jen.Float32().Call(code), jen.Lit(0))
	case model.Complex128:
		return jen.Complex(code, jen.Lit(0))
	}
	return jen.Id(kind.String()).Call(code)
}

// extreme is the largest or smallest value of a number type.
func extreme(which string, kind model.TypeKind) *jen.Statement {
	switch {
	case kind.Unsigned() && which == "Min":
		return jen.Lit(0)
	case kind.Float() && which == "Min":
		return jen.Op("-").Qual("math", "Max"+model.GoName(kind.String()))
	}
	return jen.Qual("math", which+model.GoName(kind.String()))
}

// fillText is the number that a fill value is, for documentation: 65535 rather than max.
func fillText(v *model.Virtual) string {
	if v.Fill == nil {
		if v.Type.Kind == model.CompoundType {
			return "all members zero"
		}
		return "0"
	}
	kind := v.Type.Kind
	switch {
	case v.Fill.Kind == model.FillNaN:
		return "NaN"
	case v.Fill.Kind == model.FillMax && kind.Unsigned():
		return strconv.FormatUint(math.MaxUint64>>(64-kind.Bits()), 10)
	case v.Fill.Kind == model.FillMax && kind.Integer():
		return strconv.FormatInt(math.MaxInt64>>(64-kind.Bits()), 10)
	case v.Fill.Kind == model.FillMin && kind.Integer() && !kind.Unsigned():
		return strconv.FormatInt(math.MinInt64>>(64-kind.Bits()), 10)
	case v.Fill.Kind == model.FillMin && kind.Unsigned():
		return "0"
	}
	return v.Fill.Text
}
