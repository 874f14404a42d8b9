package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// writerGroup is what one source writer writes: the datasets of one member that lie in the same file.
type writerGroup struct {
	sets   []*model.SourceSet // the first gives the writer its name
	shared bool               // other calls, or other writers, write datasets of the same file
}

// writerGroups lists the source writers of a layout: one for each source set, or for
// sets with the same file name and the same variables together. Sources inside the virtual file itself have none.
func writerGroups(l *model.Layout) []*writerGroup {
	var groups []*writerGroup
	for _, s := range l.Sources {
		if s.File.String() == "." {
			continue
		}
		i := slices.IndexFunc(groups, func(g *writerGroup) bool {
			return g.sets[0].File.String() == s.File.String() && slices.Equal(sourceVars(g.sets[0]), sourceVars(s))
		})
		if i < 0 {
			groups = append(groups, &writerGroup{})
			i = len(groups) - 1
		}
		groups[i].sets = append(groups[i].sets, s)
	}
	for _, g := range groups {
		g.shared = slices.ContainsFunc(g.vars(l), g.within) ||
			slices.ContainsFunc(groups, func(h *writerGroup) bool { return h != g && sameName(g.sets[0].File, h.sets[0].File) })
	}
	return groups
}

// vars are the variables that number what g writes, in the order of the layout.
func (g *writerGroup) vars(l *model.Layout) []*model.Var {
	return slices.DeleteFunc(slices.Clone(l.Vars), func(v *model.Var) bool {
		return !slices.Contains(sourceVars(g.sets[0]), v)
	})
}

// single reports whether the file has one dataset, so that its writer is that of the dataset.
func (g *writerGroup) single() bool { return len(g.sets) == 1 && !generic(g.sets[0]) }

// sourceWriters writes the types and functions that write source files.
func (w *writer) sourceWriters() {
	for _, g := range writerGroups(w.l) {
		if g.single() {
			w.singleWriter(g)
		} else {
			w.fileWriter(g)
		}
	}
}

// singleWriter writes the source writer of a file with one dataset.
func (w *writer) singleWriter(g *writerGroup) {
	s := g.sets[0]
	name, create := w.l.WriterName(s), w.l.CreateName(s)
	w.doc("%s writes one member of source set %s. Append takes any number of whole elements of axis 0, each %s; "+
		"the file has its name once Close has returned nil, and Abort gives it up.", name, s.Name, elementWords(s))
	w.add(jen.Type().Id(name).Op("=").Add(vds("SourceWriter")).Types(goType(s.Type)))

	w.doc("%s", w.createDoc(g))
	sc := newScope("p", "ctx", "dir", "opts", "err")
	args, checks := w.createArgs(g, sc, jen.Nil())
	start := "CreateSource"
	if g.shared {
		start = "CreateMember"
	}
	body := append(checks, jen.Return(vds(start).Types(goType(s.Type)).Call(
		jen.Id("ctx"), jen.Id("dir"), w.callSource(s, sc), jen.Id("opts").Op("..."))))
	w.add(jen.Func().Id(create).Params(args...).Params(jen.Op("*").Id(name), jen.Error()).Block(body...))
}

// elementWords says how many numbers one element of axis 0 of a source is.
func elementWords(s *model.SourceSet) string {
	if len(s.Shape) < 2 {
		return "one " + s.Type.String()
	}
	var b strings.Builder
	total := int64(1)
	fixed := true
	for _, x := range s.Shape[1:] {
		fmt.Fprintf(&b, "[%s]", x)
		n, ok := x.Expr.Constant()
		fixed = fixed && ok
		total *= n
	}
	if fixed {
		return fmt.Sprintf("%s = %d values", b.String(), total)
	}
	return b.String() + " values"
}

func (w *writer) createDoc(g *writerGroup) string {
	s := g.sets[0]
	doc := fmt.Sprintf("%s starts the source file %s in the folder dir", w.l.CreateName(s), s.File)
	if vars := g.vars(w.l); len(vars) > 0 {
		words := make([]string, len(vars))
		for i, v := range vars {
			words[i] = varWords(v)
		}
		doc += " for one member: " + list(words)
	}
	var datasets []string
	for _, p := range g.parts() {
		datasets = append(datasets, fmt.Sprintf("%s %s at %s", p.element, sourceShape(p.set), partPath(p)))
	}
	doc = fmt.Sprintf("%s. It will hold %s", doc, list(datasets))
	if g.shared {
		doc += ". Other members lie in the same file: where it is there, this one is added to it, or takes the place of a dataset of its path. " +
			"Write them one after another; one that is begun while another has the file open is an error"
	}
	return doc + "."
}

// createArgs are the arguments of the function that starts a source file, and the checks of them.
// failed is what it returns beside an error.
func (w *writer) createArgs(g *writerGroup, sc *scope, failed jen.Code) (args, checks []jen.Code) {
	args = []jen.Code{jen.Id("ctx").Qual("context", "Context"), jen.Id("dir").String(), jen.Id("p").Id(w.l.ParamsName())}
	if w.checked() {
		checks = append(checks, checkThat(jen.Id("p").Dot("check").Call(), failed))
	}
	args = append(args, sc.intArgs(g.vars(w.l))...)
	for _, v := range g.vars(w.l) {
		checks = append(checks, checkThat(sc.member(v, jen.Id(sc.vars[v])), failed))
	}
	return append(args, jen.Id("opts").Op("...").Add(vds("Option"))), checks
}

// checkThat returns with the error of a check, if it has one.
func checkThat(check *jen.Statement, failed jen.Code) jen.Code {
	return jen.If(jen.Err().Op(":=").Add(check), jen.Err().Op("!=").Nil()).Block(jen.Return(failed, jen.Err()))
}

// member checks that a number is a value of v.
func (s *scope) member(v *model.Var, value jen.Code) *jen.Statement {
	switch {
	case v.List != nil:
		args := []jen.Code{jen.Lit(v.Name), value}
		for _, e := range v.List {
			args = append(args, s.expr(e))
		}
		return vds("MemberOf").Call(args...)
	case v.Open:
		return vds("Member").Call(jen.Lit(v.Name), value, s.expr(v.First), vds("MaxMembers"))
	}
	return vds("Member").Call(jen.Lit(v.Name), value, s.expr(v.First), s.expr(v.Last))
}

// part is one dataset of a file with several.
type part struct {
	name    string // field of the writer
	set     *model.SourceSet
	field   *model.Field // nil without `each`
	element model.TypeRef
}

// parts lists the datasets of the files that g writes.
func (g *writerGroup) parts() []part {
	var parts []part
	for _, s := range g.sets {
		if !generic(s) {
			parts = append(parts, part{model.GoName(s.Name), s, nil, s.Type})
			continue
		}
		for _, f := range s.Fields {
			parts = append(parts, part{model.GoName(f.Key), s, f, f.Type})
		}
	}
	return parts
}

// fileWriter writes the source writer of a file with several datasets.
func (w *writer) fileWriter(g *writerGroup) {
	s := g.sets[0]
	name, create := w.l.WriterName(s), w.l.CreateName(s)
	var fields []jen.Code
	for _, p := range g.parts() {
		fields = append(fields, comment("%s is dataset %s: Append takes whole elements of axis 0.", p.name, partPath(p)),
			jen.Id(p.name).Op("*").Add(vds("SourceWriter")).Types(goType(p.element)))
	}
	fields = append(fields, jen.Line(), jen.Id("file").Op("*").Add(vds("SourceFileWriter")))
	w.doc("%s writes one source file, with a writer for each of its datasets. Close the whole, not the parts: the file has its name once Close has returned nil.", name)
	w.add(jen.Type().Id(name).Struct(fields...))

	w.doc("%s", w.createDoc(g))
	sc := newScope("p", "ctx", "dir", "opts", "err")
	sc.field = "field"
	args, checks := w.createArgs(g, sc, jen.Nil())
	file, out := sc.names.local("file", "Out"), sc.names.local("writer", "Out")
	start := "CreateSourceFile"
	if g.shared {
		start = "OpenSourceFile"
	}
	body := append(checks,
		jen.List(jen.Id(file), jen.Err()).Op(":=").Add(vds(start)).Call(
			jen.Id("ctx"), jen.Id("dir"), sc.template(s.File), jen.Id("opts").Op("...")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Id(out).Op(":=").Op("&").Id(name).Values(jen.Id("file").Op(":").Id(file)),
	)
	for _, p := range g.parts() {
		add := vds("AddSource").Types(goType(p.element)).Call(jen.Id(file), w.partSource(p, sc))
		body = append(body,
			jen.If(jen.List(jen.Id(out).Dot(p.name), jen.Err()).Op("=").Add(add), jen.Err().Op("!=").Nil()).Block(
				jen.Return(jen.Nil(), jen.Qual("errors", "Join").Call(jen.Err(), jen.Id(file).Dot("Abort").Call()))))
	}
	body = append(body, jen.Return(jen.Id(out), jen.Nil()))
	w.add(jen.Func().Id(create).Params(args...).Params(jen.Op("*").Id(name), jen.Error()).Block(body...))
	for _, method := range []struct{ name, doc string }{
		{"Close", "Close ends all datasets and gives the file its name."},
		{"Abort", "Abort removes what was written. After Close it does nothing."},
	} {
		w.doc("%s", method.doc)
		w.add(jen.Func().Params(jen.Id("w").Op("*").Id(name)).Id(method.name).Params().Error().Block(
			jen.Return(jen.Id("w").Dot("file").Dot(method.name).Call())))
	}
}

// partPath is the path of a dataset, with its field in place.
func partPath(p part) string {
	if p.field == nil {
		return p.set.Path.String()
	}
	return strings.ReplaceAll(p.set.Path.String(), "{"+p.field.Placeholder+"}", p.field.Key)
}

// partSource describes the dataset of a part, for the variables of scope sc.
func (w *writer) partSource(p part, sc *scope) *jen.Statement {
	if p.field == nil {
		return w.callSource(p.set, sc)
	}
	args := []jen.Code{jen.Id("p"), jen.Lit(p.field.Key)}
	for _, v := range sourceVars(p.set) {
		args = append(args, sc.use(sc.vars[v]))
	}
	return jen.Id(w.sourceFuncName(p.set)).Types(goType(p.element)).Call(args...)
}
