package emit

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// geometry is what the functions that open a file know of its parameters.
type geometry struct {
	found  []finding
	known  map[*model.Param]bool
	checks []*model.Virtual // what OpenL compares with the layout
	all    []*model.Virtual // what OpenLExact compares
}

// finding is a parameter that follows from the length of one axis, or from the number of sources: factor·p + rest.
type finding struct {
	param        *model.Param
	v            *model.Virtual
	axis         int         // ofSources for their number
	length       *model.Expr // what the axis is long, or the number of sources
	factor, rest *model.Expr
}

const ofSources = -1

// geometryOf finds out which parameters of l the shapes of a file tell, and which mappings follow from them.
func geometryOf(l *model.Layout) *geometry {
	g := &geometry{known: map[*model.Param]bool{}}
	for again := true; again; {
		again = false
		for _, v := range l.Virtual {
			for i := range v.Dims {
				if f, ok := g.find(v, i); ok {
					again = g.add(f)
				}
			}
		}
		for _, v := range l.Virtual { // which is more work for a reader, and so comes when lengths tell no more
			if again {
				break
			}
			if f, ok := g.findSources(v); ok {
				again = g.add(f)
			}
		}
	}
	for _, v := range l.Virtual {
		if v.Source == nil || probed(v.Source) {
			continue
		}
		g.all = append(g.all, v)
		if g.determined(numbersOf(v)) {
			g.checks = append(g.checks, v)
		}
	}
	if len(g.checks) == 0 {
		g.found = nil
	}
	return g
}

func (g *geometry) add(f finding) bool {
	g.found = append(g.found, f)
	g.known[f.param] = true
	return true
}

// findSources finds a parameter in the number of source datasets: of a dataset that has each member, whatever the parameters are, and whose members
// have names of their own.
func (g *geometry) findSources(v *model.Virtual) (finding, bool) {
	s := v.Source
	if s == nil || len(s.Vars) == 0 || v.Window != nil || v.Printf != nil || !namesTell(s) {
		return finding{}, false
	}
	for _, a := range s.Axes {
		if a.Length == nil || slices.ContainsFunc(s.Vars, a.Length.UsesVar) {
			return finding{}, false // a member may have no elements, and no mapping
		}
	}
	count := countNode(s.Vars[0])
	for _, x := range s.Vars[1:] {
		count = &model.Binary{Op: '*', X: count, Y: countNode(x)}
	}
	length := &model.Expr{Root: count}
	p, factor, rest, ok := length.Linear(func(p *model.Param) bool { return g.known[p] })
	return finding{param: p, v: v, axis: ofSources, length: length, factor: factor, rest: rest}, ok
}

// namesTell reports whether each variable of a source stands for itself in a name, apart from the others.
func namesTell(s *model.SourceSet) bool {
	var told []*model.Var
	for _, t := range []*model.Template{s.File, s.Path} {
		for i, p := range t.Parts {
			if p.Expr == nil {
				continue
			}
			if i > 0 && t.Parts[i-1].Expr != nil {
				return false
			}
			if r, ok := p.Expr.Root.(*model.Ref); ok && r.Var != nil {
				told = append(told, r.Var)
			}
		}
	}
	return !slices.ContainsFunc(s.Vars, func(v *model.Var) bool { return v.Open || !slices.Contains(told, v) })
}

func (g *geometry) find(v *model.Virtual, i int) (finding, bool) {
	d := v.Dims[i]
	if d.Unlimited || d.Extent == nil || v.Window != nil && v.Window[i] != nil && !v.Window[i].Whole() {
		return finding{}, false
	}
	p, factor, rest, ok := d.Extent.Linear(func(p *model.Param) bool { return g.known[p] })
	return finding{param: p, v: v, axis: i, length: d.Extent, factor: factor, rest: rest}, ok
}

// gapless reports whether the members of v fill it.
func gapless(v *model.Virtual) bool {
	return !slices.ContainsFunc(v.Dims, func(d *model.Dim) bool {
		return d.Axis.Extent != nil || slices.ContainsFunc(d.Axis.Rules, func(r *model.Rule) bool {
			return r.Gap != nil || len(r.Gaps) > 0 || len(r.At) > 0
		})
	})
}

// determined reports whether all parameters of expressions are known.
func (g *geometry) determined(exprs []*model.Expr) bool {
	known := true
	for _, e := range exprs {
		e.Refs(func(r *model.Ref) {
			known = known && (r.Param == nil || r.Param.Kind == model.ParamString || g.known[r.Param])
		})
	}
	return known
}

// numbersOf are the expressions that say where the members of v lie, and what each is.
func numbersOf(v *model.Virtual) []*model.Expr {
	var all []*model.Expr
	selectors := func(list []*model.Selector) {
		for _, s := range list {
			if s != nil {
				all = append(all, s.Start, s.Stop, s.Step, s.Index)
			}
		}
	}
	for _, x := range v.Source.Vars {
		all = append(append(all, x.First, x.Last), x.List...)
	}
	for _, x := range v.Source.Shape {
		all = append(all, x.Expr)
	}
	all = append(all, v.Source.Chunk...)
	selectors(v.Source.Select)
	selectors(v.Window)
	for _, d := range v.Dims {
		all = append(all, d.Axis.Extent)
		for _, r := range d.Axis.Rules {
			all = append(append(all, r.Gap, r.Block), r.Gaps...)
			all = append(append(all, r.At...), r.Sizes...)
		}
	}
	return all
}

// named reports whether the names of the sources of v are known, but for texts.
func (g *geometry) named(v *model.Virtual) bool {
	var all []*model.Expr
	for _, t := range []*model.Template{v.Source.File, v.Source.Path} {
		for _, p := range t.Parts {
			all = append(all, p.Expr)
		}
	}
	return g.determined(all)
}

// pathsTell reports whether the paths of a source are known, and tell members apart.
func (g *geometry) pathsTell(s *model.SourceSet) bool {
	tell := false
	for _, p := range s.Path.Parts {
		if p.Expr == nil {
			continue
		}
		text := false
		p.Expr.Refs(func(r *model.Ref) {
			tell = tell || r.Var != nil
			text = text || r.Param != nil && r.Param.Kind == model.ParamString
		})
		if text || !g.determined([]*model.Expr{p.Expr}) {
			return false
		}
	}
	return tell
}

// checkDoc says in the comment of OpenL how much of the mappings is compared.
func (g *geometry) checkDoc(l *model.Layout) string {
	var names []string
	for _, v := range g.checks {
		names = append(names, v.Name)
	}
	switch {
	case len(g.all) == 0:
		return ""
	case len(g.checks) == 0:
		return fmt.Sprintf("Its shape does not tell the parameters, so that mappings are not compared with the layout: [%s] does.", l.OpenExactName())
	}
	doc := "and the mappings are those of the layout"
	if len(g.checks) < len(g.all) {
		doc = "and the mappings of " + list(names) + " are those of the layout"
	}
	if len(g.found) > 0 {
		var params []string
		for _, f := range g.found {
			params = append(params, f.param.Name)
		}
		doc += ", with " + list(params)
		if slices.ContainsFunc(g.found, func(f finding) bool { return f.axis == ofSources }) {
			doc += " as the shape and the number of sources tell"
		} else {
			doc += " as the shape tells"
		}
	}
	return doc + "; files of sources may have been renamed or moved, but not confused with one another."
}

// compare is the comparison of v with the layout at the parameters in p; exact says that all of them are known.
func (w *writer) compare(g *geometry, v *model.Virtual, exact bool) *jen.Statement {
	layout := jen.Id("p").Dot(w.layoutFuncName(v))
	if v.Field != nil {
		layout = jen.Func().Params().Params(jen.Op("*").Add(vds("Layout")), jen.Error()).Block(
			jen.Return(jen.Id(w.layoutFuncName(v)).Call(jen.Id("p"), jen.Lit(v.Field.Key), w.fillRef(v))))
	}
	check := "CheckMappings"
	switch {
	case exact || g.named(v):
	case g.pathsTell(v.Source):
		check = "CheckPaths"
	default:
		check = "CheckGeometry"
	}
	args := []jen.Code{jen.Id("r").Dot(readerField(v)).Dot("dataset").Dot("Raw").Call(), layout}
	for _, d := range v.Dims {
		args = append(args, jen.Lit(d.Name))
	}
	return vds(check).Call(args...)
}

// compareAll compares datasets one after another, and ends a function with that.
func (w *writer) compareAll(g *geometry, all []*model.Virtual, exact bool) []jen.Code {
	var code []jen.Code
	for _, v := range all[:len(all)-1] {
		code = append(code, checkThatAlone(w.compare(g, v, exact)))
	}
	return append(code, jen.Return(w.compare(g, all[len(all)-1], exact)))
}

// checkThatAlone returns the error of a check, if it has one.
func checkThatAlone(check jen.Code) jen.Code {
	return jen.If(jen.Err().Op(":=").Add(check), jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Err()))
}

// checker writes the function that compares an open file with the layout, as far as the shape tells the parameters.
func (w *writer) checker(g *geometry) {
	l := w.l
	body := []jen.Code{jen.Var().Id("p").Id(l.ParamsName())}
	if texts := w.anyTexts(g); len(texts) > 0 {
		body[0] = jen.Id("p").Op(":=").Id(l.ParamsName()).Values(texts...)
	}
	if len(g.found) > 0 {
		body = append(body, jen.Var().Id("s").Add(vds("Solution")))
		sc := newScope("p", "r", "s")
		counts := false
		for _, f := range g.found {
			target := jen.Id("p").Dot(model.GoName(f.param.Name)).Op("=").Id("s")
			if f.axis == ofSources {
				counts = true
				raw := jen.Id("r").Dot(readerField(f.v)).Dot("dataset").Dot("Raw").Call()
				find := "FindSources"
				if f.v.Source.Optional && gapless(f.v) {
					find = "FindOptionalSources"
				}
				body = append(body, target.Dot(find).Call(jen.Lit("sources, "+f.length.String()), raw, sc.expr(f.factor), sc.expr(f.rest)))
				continue
			}
			d := f.v.Dims[f.axis]
			words := "axis " + d.Name
			if d.Extent.String() != d.Name {
				words += ", " + d.Extent.String()
			}
			length := jen.Id("r").Dot(readerField(f.v)).Dot("Shape").Call().Index(jen.Lit(f.axis))
			body = append(body, target.Dot("Find").Call(
				jen.Lit(words), length, sc.expr(f.factor), sc.expr(f.rest)))
		}
		body = append(body, jen.If(jen.Err().Op(":=").Id("s").Dot("Err").Call(), jen.Err().Op("!=").Nil()).Block(
			jen.Return(jen.Qual("fmt", "Errorf").Call(jen.Lit("%s:%s: %w"), jen.Id("r").Dot("file").Dot("Name").Call(), jen.Id(l.DatasetName(g.found[0].v)+"Path"), jen.Err()))))
		if counts {
			body = append(body, comment("A copy that is not virtual has no sources to be counted, and nothing to be compared."),
				jen.If(jen.Op("!").Id("s").Dot("Known").Call()).Block(jen.Return(jen.Nil())))
		}
	}
	body = append(body, w.compareAll(g, g.checks, false)...)
	w.doc("%s finds the parameters in the shape of a file, and compares its mappings with those of the layout.", checkerName(l))
	w.add(jen.Func().Id(checkerName(l)).Params(jen.Id("r").Op("*").Id(l.ReaderName())).Error().Block(body...))
}

// checkerName is the name of the function that compares an open file with layout l.
func checkerName(l *model.Layout) string { return "check" + l.Name.Name }

// anyTexts are the values of the parameters that are texts, which names of sources alone have.
func (w *writer) anyTexts(g *geometry) []jen.Code {
	var values []jen.Code
	for _, p := range w.l.Params {
		named := func(v *model.Virtual) bool {
			return v.Source.File.String() != "" && slices.ContainsFunc(append(slices.Clone(v.Source.File.Parts), v.Source.Path.Parts...), func(part model.Part) bool {
				used := false
				part.Expr.Refs(func(r *model.Ref) { used = used || r.Param == p })
				return used
			})
		}
		if p.Kind == model.ParamString && slices.ContainsFunc(g.checks, named) {
			values = append(values, jen.Id(model.GoName(p.Name)).Op(":").Add(vds("AnyText")))
		}
	}
	return values
}

// openExact writes the function that opens a file of known parameters.
func (w *writer) openExact(g *geometry) {
	l := w.l
	if len(l.Params) == 0 || len(g.all) == 0 {
		return
	}
	doc := fmt.Sprintf("%s is %s for a file that was built with the parameters p, or one that has the same mappings: it compares the mappings with those of the layout at p. "+
		"How they are divided plays no part, nor do folders of sources.", l.OpenExactName(), l.OpenName())
	for _, v := range l.Virtual {
		if v.Source != nil && probed(v.Source) {
			doc += fmt.Sprintf(" The mappings of %s are not compared, because lengths of its sources are in their files alone.", v.Name)
		}
	}
	w.doc("%s", doc)
	var check []jen.Code
	if w.checked() {
		check = append(check, checkThatAlone(jen.Id("p").Dot("check").Call()))
	}
	check = append(check, w.compareAll(g, g.all, true)...)
	w.add(jen.Func().Id(l.OpenExactName()).Params(
		jen.Id("ctx").Qual("context", "Context"), jen.Id("name").String(), jen.Id("p").Id(l.ParamsName()), jen.Id("opts").Op("...").Add(vds("Option")),
	).Params(jen.Op("*").Id(l.ReaderName()), jen.Error()).Block(
		jen.List(jen.Id("r"), jen.Err()).Op(":=").Id(l.OpenName()).Call(jen.Id("ctx"), jen.Id("name"), jen.Id("opts").Op("...")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.If(jen.Err().Op(":=").Id(checkerName(l)+"Exact").Call(jen.Id("r"), jen.Id("p")), jen.Err().Op("!=").Nil()).Block(
			jen.Return(jen.Nil(), jen.Qual("errors", "Join").Call(jen.Err(), jen.Id("r").Dot("Close").Call()))),
		jen.Return(jen.Id("r"), jen.Nil())))
	w.doc("%sExact compares the mappings of a file with those of the layout at the parameters p.", checkerName(l))
	w.add(jen.Func().Id(checkerName(l)+"Exact").Params(jen.Id("r").Op("*").Id(l.ReaderName()), jen.Id("p").Id(l.ParamsName())).Error().Block(check...))
}
