package emit

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// mappings writes, for each virtual dataset, the function that makes its vds.Layout.
// The datasets of one `each` share a generic function.
func (w *writer) mappings() {
	var done []*model.Dataset
	for _, v := range w.l.Virtual {
		if v.Source == nil || slices.Contains(done, v.Decl) {
			continue
		}
		done = append(done, v.Decl)
		m := &mapping{w: w, v: v, sc: newScope("p", "l", "err", "fill", "member", "source", "sources", "virtual")}
		m.write()
	}
}

// layoutFuncName is the name of the method, or generic function, that makes the vds.Layout of v.
func (w *writer) layoutFuncName(v *model.Virtual) string {
	if v.Field == nil {
		return lowerFirst(v.Name) + "Layout"
	}
	name := lowerFirst(w.l.Name.Name) + model.GoName(v.Source.Name) + "Layout"
	n := 1
	for _, other := range w.l.Virtual {
		if other.Decl == v.Decl {
			break
		}
		if other.Field != nil && other.Source == v.Source && other.Field.Key == v.Field.Key {
			n++
		}
	}
	if n > 1 {
		name = fmt.Sprint(name, n)
	}
	return name
}

// mapping writes the function that makes the vds.Layout of one virtual dataset.
type mapping struct {
	w     *writer
	v     *model.Virtual
	sc    *scope
	loops nest
	src   string // local that holds the current member of a probed set, else ""

	// Of a dataset whose members are mapped part by part along some axes.
	partitioned bool
	partitions  []*partition
	places      []jen.Code // what a member moves forward by, once and not for each part
}

func (m *mapping) write() {
	w, v, sc := m.w, m.v, m.sc
	var args []jen.Code
	results := jen.Params(jen.Op("*").Add(vds("Layout")), jen.Error())
	signature := jen.Func().Params(jen.Id("p").Id(w.l.ParamsName())).Id(w.layoutFuncName(v))
	if v.Field != nil {
		signature = jen.Func().Id(w.layoutFuncName(v)).Types(jen.Id("T").Any())
		sc.field = sc.names.local("field", "Name")
		args = append(args, jen.Id("p").Id(w.l.ParamsName()), jen.Id(sc.field).String(), jen.Id("fill").Id("T"))
	}
	if probed(v.Source) {
		args = append(args, jen.Id("sources").Index().Add(vds("Source")))
	}
	body := m.body()
	w.doc("%s", layoutFuncDoc(w.layoutFuncName(v), v))
	w.add(signature.Params(args...).Add(results).Block(body...))
}

func layoutFuncDoc(name string, v *model.Virtual) string {
	what := fmt.Sprintf("%s maps the members of source set %s to %s %s", name, v.Source.Name, v.Path, virtualShape(v))
	if v.Field != nil {
		what = fmt.Sprintf("%s maps one field of the members of source set %s to a virtual dataset %s", name, v.Source.Name, virtualShape(v))
	}
	if v.Window != nil {
		what += ", and keeps a part of it"
	}
	return what + "."
}

// body is the whole function: the empty layout, the loops, and the result.
func (m *mapping) body() []jen.Code {
	set := m.v.Source
	m.loops.sc = m.sc
	for _, v := range set.Vars {
		if !v.Open {
			m.loops.enter(v)
		}
	}
	if probed(set) {
		m.src = "source"
	}
	m.partitioned = slices.ContainsFunc(m.v.Decl.Axes, func(a *model.Axis) bool { return m.laidOut(a) || m.cutsMerged(a) })
	var virtual []jen.Code
	for _, d := range m.v.Dims {
		virtual = append(virtual, m.slice(d))
	}
	body := m.loops.wrap(m.mapCall(jen.Index().Add(vds("Slice")).Values(virtual...)))
	if m.src != "" {
		body = append([]jen.Code{jen.Id("member").Op(":=").Lit(0)}, body...)
	}
	body = append([]jen.Code{jen.Id("l").Op(":=").Add(m.newLayout())}, body...)
	body = append(body, m.window()...)
	return append(body, jen.Return(jen.Id("l"), jen.Nil()))
}

// newLayout is the vds.Layout with nothing mapped.
func (m *mapping) newLayout() *jen.Statement {
	element := goType(m.v.Type)
	fill := m.w.fillRef(m.v)
	if m.v.Field != nil {
		element, fill = jen.Id("T"), jen.Id("fill")
	}
	var shape []jen.Code
	words := []jen.Code{}
	plain := true
	for _, d := range m.v.Dims {
		shape = append(shape, m.extent(d))
		words = append(words, jen.Lit(extentWords(d)))
		if e := extentExpr(d); e != nil {
			_, number := e.Root.(*model.Lit)
			plain = plain && number
		}
	}
	args := []jen.Code{jen.Index().Int().Values(shape...)}
	if !plain {
		args = append(args, vds("ShapeWords").Call(words...))
	}
	if m.v.Fill != nil || m.v.Field != nil {
		args = append(args, vds("Fill").Call(fill))
	}
	if m.v.Decl.Convert {
		args = append(args, vds("Convert").Call())
	}
	if len(args) == 1 {
		return vds("NewLayout").Types(element).Call(args...)
	}
	return vds("NewLayout").Types(element).Add(multi("(", ")", args...))
}

// extentExpr is the extent of an axis as an expression; nil where it follows from what is mapped.
func extentExpr(d *model.Dim) *model.Expr {
	if d.Extent != nil {
		return d.Extent
	}
	return d.Axis.Extent
}

func extentWords(d *model.Dim) string {
	if e := extentExpr(d); e != nil {
		return e.String()
	}
	return ""
}

// extent is the extent of an axis as vds.NewLayout takes it.
func (m *mapping) extent(d *model.Dim) *jen.Statement {
	if d.Unlimited {
		return vds("Unlimited")
	}
	if e := extentExpr(d); e != nil {
		return m.sc.expr(e)
	}
	return vds("Fit")
}

// mapCall is the innermost statements: where the current member lies, the member, and its mapping.
func (m *mapping) mapCall(virtual jen.Code) []jen.Code {
	declare := jen.Id("virtual").Op(":=").Add(virtual)
	member, source := m.member()
	if !m.partitioned {
		return append(append(member, declare), mapStatement(source))
	}
	if m.ofSource() && len(member) == 0 {
		member, source = []jen.Code{jen.Id("source").Op(":=").Add(source)}, jen.Id("source")
	}
	return append(member, m.inParts(declare, source)...)
}

// member is the current member, and the statements that come before.
func (m *mapping) member() (before []jen.Code, source *jen.Statement) {
	whole := m.v.Source.Select == nil
	switch {
	case m.src != "":
		current := jen.Id("source").Op(":=").Id("sources").Index(jen.Id("member"))
		if !whole {
			current = current.Add(m.selection()) // lengths are those that are left
		}
		return []jen.Code{current, jen.Id("member").Op("++")}, jen.Id("source")
	case whole && m.v.Printf == nil:
		return nil, m.w.callSource(m.v.Source, m.sc)
	}
	current := m.w.callSourceOf(m.v, m.sc)
	if !whole {
		current = current.Add(m.selection())
	}
	return []jen.Code{jen.Id("source").Op(":=").Add(current)}, jen.Id("source")
}

// mapStatement maps source to the slices in the local virtual.
func mapStatement(source jen.Code) jen.Code {
	return jen.If(jen.Err().Op(":=").Id("l").Dot("Map").Call(jen.Id("virtual"), source), jen.Err().Op("!=").Nil()).Block(
		jen.Return(jen.Nil(), jen.Err()))
}

// callSourceOf describes the current member, a whole series of files where a variable is open.
func (w *writer) callSourceOf(v *model.Virtual, sc *scope) *jen.Statement {
	if v.Printf == nil {
		return w.callSource(v.Source, sc)
	}
	set := v.Source
	args := append([]jen.Code{sc.printfTemplate(set.File, v.Printf), sc.printfTemplate(set.Path, v.Printf), sc.sourceExtents(set)},
		w.sourceOptions(set, sc)...)
	return vds("NewTemplateSource").Add(multi("(", ")", args...))
}

// selection calls Source.Slice with what `select` says.
func (m *mapping) selection() *jen.Statement {
	var args []jen.Code
	for _, s := range m.v.Source.Select {
		args = append(args, m.sc.selector(s))
	}
	parts := slices.DeleteFunc(slices.Clone(m.v.Source.Select), (*model.Selector).Whole)
	if len(parts) > 1 {
		return jen.Dot("Slice").Add(multi("(", ")", args...))
	}
	return jen.Dot("Slice").Call(args...)
}

// selector is one entry of `select` or `window` as a vds.Slice.
func (s *scope) selector(sel *model.Selector) *jen.Statement {
	switch {
	case sel == nil || sel.Whole():
		return vds("All").Call()
	case sel.Index != nil:
		return vds("Index").Call(s.expr(sel.Index))
	}
	var code *jen.Statement
	switch {
	case sel.Start != nil && sel.Stop != nil:
		code = vds("Range").Call(s.expr(sel.Start), s.expr(sel.Stop))
	case sel.Start != nil:
		code = vds("From").Call(s.expr(sel.Start))
	case sel.Stop != nil:
		code = vds("To").Call(s.expr(sel.Stop))
	default:
		code = vds("All").Call()
	}
	if sel.Step != nil {
		code = code.Dot("By").Call(s.expr(sel.Step))
	}
	return code
}

// window keeps the part of the layout that `window` says.
func (m *mapping) window() []jen.Code {
	if m.v.Window == nil {
		return nil
	}
	var args []jen.Code
	for _, s := range m.v.Window {
		args = append(args, m.sc.selector(s))
	}
	return []jen.Code{jen.Id("l").Dot("Window").Call(args...)}
}
