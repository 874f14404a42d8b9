package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// params writes the struct of parameters, the function that fills in defaults, the
// checks that arithmetic needs, and the default file name.
func (w *writer) params() {
	l := w.l
	w.doc("%s is what is known only when a file of layout %s is built.", l.ParamsName(), l.Name)
	var fields []jen.Code
	for _, p := range l.Params {
		if doc := paramDoc(p); doc != "" {
			fields = append(fields, comment("%s", doc))
		}
		fields = append(fields, jen.Id(model.GoName(p.Name)).Add(paramType(p)))
	}
	w.add(jen.Type().Id(l.ParamsName()).Struct(fields...))

	var defaults []jen.Code
	var words []string
	for _, p := range l.Params {
		if !p.HasDefault {
			continue
		}
		defaults = append(defaults, jen.Id(model.GoName(p.Name)).Op(":").Add(paramDefault(p)))
		words = append(words, fmt.Sprintf("%s is %s", model.GoName(p.Name), defaultWords(p)))
	}
	doc := "parameters with their defaults: " + list(words)
	if len(words) == 0 {
		doc = "parameters, all of them zero: the layout has no defaults"
	}
	w.doc("%s returns %s.", l.NewParamsName(), doc)
	values := jen.Values(defaults...)
	if len(defaults) > 1 {
		values = multi("{", "}", defaults...)
	}
	w.add(jen.Func().Id(l.NewParamsName()).Params().Id(l.ParamsName()).Block(
		jen.Return(jen.Id(l.ParamsName()).Add(values))))
	w.paramChecks()
	w.fileName()
}

func paramType(p *model.Param) *jen.Statement {
	switch p.Kind {
	case model.ParamInt:
		return jen.Int()
	case model.ParamInts:
		return jen.Index().Int()
	}
	return jen.String()
}

func paramDefault(p *model.Param) *jen.Statement {
	switch p.Kind {
	case model.ParamInt:
		return jen.Lit(int(p.DefaultInt))
	case model.ParamInts:
		var values []jen.Code
		for _, v := range p.DefaultInts {
			values = append(values, jen.Lit(int(v)))
		}
		return jen.Index().Int().Values(values...)
	}
	return jen.Lit(p.DefaultString)
}

func defaultWords(p *model.Param) string {
	switch p.Kind {
	case model.ParamInt:
		return fmt.Sprint(p.DefaultInt)
	case model.ParamInts:
		return fmt.Sprint(p.DefaultInts)
	}
	return fmt.Sprintf("%q", p.DefaultString)
}

// paramDoc is the comment of a field: what the layout says, what it numbers and its default.
func paramDoc(p *model.Param) string {
	var parts []string
	if p.Doc != "" {
		parts = append(parts, strings.TrimRight(strings.TrimSpace(p.Doc), "."))
	}
	if p.Kind == model.ParamInts && p.OverVar != nil {
		parts = append(parts, "one integer for each value of "+varWords(p.OverVar))
	}
	if p.HasDefault {
		parts = append(parts, defaultWords(p)+" by default")
	}
	if len(parts) == 0 {
		return ""
	}
	return upperFirst(strings.Join(parts, "; ") + ".")
}

// paramChecks writes the method that refuses parameters before arithmetic is done with them.
func (w *writer) paramChecks() {
	limits := w.limits()
	if len(limits) == 0 {
		return
	}
	body := jen.Return(vds("Check").Call(limits...))
	if len(limits) > 1 {
		body = jen.Return(vds("Check").Add(multi("(", ")", limits...)))
	}
	w.doc("check reports values that no file of the layout can have.")
	w.add(jen.Func().Params(jen.Id("p").Id(w.l.ParamsName())).Id("check").Params().Error().Block(body))
}

// checked reports whether the layout's parameters have a check method.
func (w *writer) checked() bool { return len(w.limits()) > 0 }

// limits lists the checks: integers that take part in arithmetic, numbers of values of
// variables that depend on parameters, and expressions over parameters that can fail.
func (w *writer) limits() []jen.Code {
	sc := newScope("p")
	var limits []jen.Code
	used := arithmeticParams(w.l)
	for _, p := range w.l.Params {
		field := func() *jen.Statement { return jen.Id("p").Dot(model.GoName(p.Name)) }
		switch {
		case p.Kind == model.ParamInt && used[p]:
			limits = append(limits, vds("Value").Call(jen.Lit(p.Name), field()))
		case p.Kind == model.ParamInts:
			limits = append(limits, vds("Values").Call(jen.Lit(p.Name), field(), sc.count(p.OverVar)))
		}
	}
	for _, v := range w.l.Vars {
		if _, ok := constantCount(v); !ok && !v.Open {
			limits = append(limits, vds("Members").Call(jen.Lit(v.Name+" = "+valuesWords(v)), sc.count(v)))
		}
	}
	for _, v := range w.l.Virtual {
		for _, a := range v.Decl.Axes {
			if limit := splitLimit(sc, v, a); limit != nil {
				limits = append(limits, limit)
			}
		}
	}
	return limits
}

// splitLimit checks that a split makes as many elements as it takes, where the layout alone does not
// show it; nil where it does, and where lengths depend on variables and are checked as they are mapped.
func splitLimit(sc *scope, v *model.Virtual, a *model.Axis) jen.Code {
	last := a.Rules[len(a.Rules)-1]
	if last.Kind != model.RuleSplit || v.Source == nil {
		return nil
	}
	have := a.StreamLength(v.Source)
	if have == nil {
		return nil
	}
	want := &model.Binary{Op: '*', X: last.Sizes[0].Root, Y: last.Sizes[1].Root}
	if have.String() == (&model.Expr{Root: want}).String() {
		return nil
	}
	words := fmt.Sprintf("split [%s, %s] of axis %s", last.Sizes[0], last.Sizes[1], a.Names[0].Name)
	return vds("Same").Call(jen.Lit(words), sc.expr(have), sc.node(want, strengthAny))
}

// fileName writes the function that gives the default name of the virtual file where
// it depends on parameters; else the name is a constant.
func (w *writer) fileName() {
	if _, plain := w.l.File.Plain(); plain {
		return
	}
	w.doc("%s returns the name that a file of the layout has by default: %s.", fileFunc(w.l), w.l.File)
	sc := newScope("p")
	w.add(jen.Func().Id(fileFunc(w.l)).Params(jen.Id("p").Id(w.l.ParamsName())).String().Block(
		jen.Return(sc.template(w.l.File))))
}

// fileFunc is the name of the function or constant that gives the default name of the virtual file.
func fileFunc(l *model.Layout) string { return l.Name.Name + "File" }

// arithmeticParams finds the integer parameters that stand in an expression with
// something else, or that are a length or a bound. One that is only part of a name or
// a value may be any integer.
func arithmeticParams(l *model.Layout) map[*model.Param]bool {
	used := map[*model.Param]bool{}
	note := func(e *model.Expr) {
		e.Refs(func(r *model.Ref) {
			if r.Kind == model.RefParam && r.Param != nil {
				used[r.Param] = true
			}
		})
	}
	noteCompound := func(e *model.Expr) {
		if e == nil {
			return
		}
		if _, bare := e.Root.(*model.Ref); !bare {
			note(e)
		}
	}
	eachExpr(l, note, noteCompound)
	return used
}

// eachExpr visits every expression of l: number for lengths, bounds and positions, text for those
// that are printed in a name or stored as a value.
func eachExpr(l *model.Layout, number, text func(*model.Expr)) {
	template := func(t *model.Template) {
		if t == nil {
			return
		}
		for _, p := range t.Parts {
			if p.Expr != nil {
				text(p.Expr)
			}
		}
	}
	all := func(es ...*model.Expr) {
		for _, e := range es {
			if e != nil {
				number(e)
			}
		}
	}
	selector := func(s *model.Selector) {
		if s != nil {
			all(s.Start, s.Stop, s.Step, s.Index)
		}
	}
	value := func(v *model.Value) {
		if v == nil {
			return
		}
		for _, item := range v.Items {
			if item.Expr != nil {
				text(item.Expr)
			}
		}
	}
	template(l.File)
	for _, v := range l.Vars {
		all(v.First, v.Last)
		all(v.List...)
	}
	for _, s := range l.Sources {
		template(s.File)
		template(s.Path)
		for _, x := range s.Shape {
			all(x.Expr)
		}
		all(s.Chunk...)
		for _, sel := range s.Select {
			selector(sel)
		}
	}
	for _, v := range l.Virtual {
		for _, d := range v.Dims {
			all(d.Extent)
			all(d.Axis.Extent)
			for _, r := range d.Axis.Rules {
				all(r.Gap, r.Block)
				all(r.Gaps...)
				all(r.At...)
				all(r.Sizes...)
			}
		}
		for _, sel := range v.Window {
			selector(sel)
		}
		for _, a := range v.Attrs {
			value(a.Value)
		}
	}
	for _, e := range l.Tree {
		template(e.Path)
		template(e.Soft)
		template(e.File)
		template(e.FilePath)
		value(e.Value)
		all(e.First, e.Last)
		for _, a := range e.Attrs {
			value(a.Value)
		}
	}
}
