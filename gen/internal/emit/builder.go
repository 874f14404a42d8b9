package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// builder writes the function that writes a file of the layout.
func (w *writer) builder() {
	l := w.l
	b := &build{w: w, sc: newScope("p", "ctx", "name", "opts", "err", "b"), layouts: map[*model.Virtual]string{}, probed: map[*model.SourceSet]string{}}
	body := b.body()
	w.doc("%s", builderDoc(l))
	w.add(jen.Func().Id(l.BuildName()).Params(
		jen.Id("ctx").Qual("context", "Context"), jen.Id("name").String(), jen.Id("p").Id(l.ParamsName()),
		jen.Id("opts").Op("...").Add(vds("Option")),
	).Error().Block(body...))
}

func builderDoc(l *model.Layout) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s writes the file name of layout %s:\n\n", l.BuildName(), l.Name)
	for _, v := range l.Virtual {
		fmt.Fprintf(&b, "\t%s  %s %s\n", v.Path, v.Type, virtualShape(v))
	}
	b.WriteString("\nNames of sources are relative to the folder of that file. ")
	if slices.ContainsFunc(l.Sources, probed) {
		b.WriteString("Sources whose lengths are probed must exist. ")
	} else {
		b.WriteString("Sources need not exist yet. ")
	}
	b.WriteString("Those that do are checked: type, rank and fixed extents. After an error nothing has changed on disk.")
	return b.String()
}

// build is the state while the body of the builder is written.
type build struct {
	w       *writer
	sc      *scope
	layouts map[*model.Virtual]string   // locals that hold the vds.Layouts
	probed  map[*model.SourceSet]string // locals that hold the sources whose lengths were read
	code    []jen.Code
}

func (b *build) add(code ...jen.Code) { b.code = append(b.code, code...) }

func (b *build) body() []jen.Code {
	if b.w.checked() {
		b.add(jen.If(jen.Err().Op(":=").Id("p").Dot("check").Call(), jen.Err().Op("!=").Nil()).Block(b.fail("")))
	}
	for _, v := range b.w.l.Virtual {
		if v.Source != nil {
			b.layout(v)
		}
	}
	b.add(jen.Id("b").Op(":=").Add(vds("NewBuilder")).Call(jen.Id("name"), jen.Id("opts").Op("...")))
	for _, v := range b.w.l.Virtual {
		b.virtual(v)
	}
	for _, e := range b.w.l.Tree {
		b.entry(e)
	}
	for _, v := range b.w.l.Virtual {
		for _, s := range v.Decl.Scales {
			axis := slices.IndexFunc(v.Dims, func(d *model.Dim) bool { return d.Name == s.Axis.Name })
			b.add(jen.Id("b").Dot("Scale").Call(b.path(v), jen.Lit(axis), jen.Lit(s.Path.Name)))
		}
	}
	b.add(jen.Return(jen.Id("b").Dot("Commit").Call(jen.Id("ctx"))))
	return b.code
}

// path is the constant that holds the path of v.
func (b *build) path(v *model.Virtual) *jen.Statement {
	return jen.Id(b.w.l.DatasetName(v) + "Path")
}

// fail returns err with the file, the parameters and, where it has one, the dataset.
func (b *build) fail(dataset string) *jen.Statement {
	args := []jen.Code{jen.Lit("%s: " + b.w.l.Name.Name + "%+v: %w"), jen.Id("name"), jen.Id("p"), jen.Err()}
	if dataset != "" {
		args = []jen.Code{jen.Lit("%s:%s: " + b.w.l.Name.Name + "%+v: %w"), jen.Id("name"), jen.Id(dataset), jen.Id("p"), jen.Err()}
	}
	return jen.Return(jen.Qual("fmt", "Errorf").Call(args...))
}

func (b *build) failIf(dataset string) jen.Code {
	return jen.If(jen.Err().Op("!=").Nil()).Block(b.fail(dataset))
}

// layout makes the vds.Layout of v.
func (b *build) layout(v *model.Virtual) {
	var args []jen.Code
	if v.Field != nil {
		args = append(args, jen.Id("p"), jen.Lit(v.Field.Key), b.w.fillRef(v))
	}
	if probed(v.Source) {
		args = append(args, b.probe(v))
	}
	call := jen.Id("p").Dot(b.w.layoutFuncName(v)).Call(args...)
	if v.Field != nil {
		call = jen.Id(b.w.layoutFuncName(v)).Call(args...)
	}
	name := b.sc.names.local(v.Name, "Layout")
	b.layouts[v] = name
	b.add(jen.List(jen.Id(name), jen.Err()).Op(":=").Add(call), b.failIf(b.w.l.DatasetName(v)+"Path"))
}

// probe reads the lengths of v's sources and returns the local that holds them.
func (b *build) probe(v *model.Virtual) *jen.Statement {
	w, s := b.w, v.Source
	if name, ok := b.probed[s]; ok && !generic(s) {
		return jen.Id(name)
	}
	call := jen.Id("p").Dot(w.sourceFuncName(s) + "s").Call()
	word := Plural(model.GoName(s.Name))
	if generic(s) {
		call = jen.Id(w.sourceFuncName(s)+"s").Types(goType(v.SourceType)).Call(jen.Id("p"), jen.Lit(v.Field.Key))
		word = v.Name + " sources"
	}
	name := b.sc.names.local(word, "Sources")
	b.probed[s] = name
	b.add(jen.List(jen.Id(name), jen.Err()).Op(":=").Add(vds("ProbeSources")).Call(jen.Id("ctx"), jen.Id("name"), call, jen.Id("opts").Op("...")),
		b.failIf(w.l.DatasetName(v)+"Path"))
	return jen.Id(name)
}

// virtual puts v into the file.
func (b *build) virtual(v *model.Virtual) {
	if v.MaskOf != nil {
		b.call("Mask", []jen.Code{b.path(v), jen.Id(b.layouts[v.MaskOf])}, v.Attrs)
		return
	}
	b.call("Virtual", []jen.Code{b.path(v), jen.Id(b.layouts[v])}, v.Attrs)
}

// call adds a call of a method of the builder that takes attributes behind its arguments.
func (b *build) call(method string, args []jen.Code, attrs []*model.Attr) {
	for _, a := range attrs {
		args = append(args, vds("A").Call(jen.Lit(a.Name), b.sc.value(a.Value)))
	}
	call := jen.Id("b").Dot(method)
	if len(attrs) > 2 {
		b.add(call.Add(multi("(", ")", args...)))
		return
	}
	b.add(call.Call(args...))
}

// entry puts one entry of the tree into the file, in loops where its path has variables.
func (b *build) entry(e *model.TreeEntry) {
	outside := b.code
	b.code = nil
	loops := &nest{sc: b.sc}
	for _, v := range e.Vars {
		loops.enter(v)
	}
	path := b.sc.template(e.Path)
	switch e.Kind {
	case model.TreeValue:
		b.call("Dataset", []jen.Code{path, b.sc.value(e.Value)}, e.Attrs)
	case model.TreeValues:
		b.call("Dataset", []jen.Code{path, b.values(e)}, e.Attrs)
	case model.TreeSoft:
		b.add(jen.Id("b").Dot("SoftLink").Call(path, b.sc.template(e.Soft)))
	case model.TreeExternal:
		b.add(jen.Id("b").Dot("ExternalLink").Call(path, b.sc.template(e.File), b.sc.template(e.FilePath)))
	default:
		if e.Dataset != nil {
			b.call("Attribute", []jen.Code{path}, e.Attrs)
		} else {
			b.call("Group", []jen.Code{path}, e.Attrs)
		}
	}
	b.code = append(outside, loops.wrap(b.code)...)
	for _, l := range loops.levels {
		delete(b.sc.names.taken, l.name)
		delete(b.sc.vars, l.v)
	}
}

// values is the value of a one-dimensional dataset.
func (b *build) values(e *model.TreeEntry) *jen.Statement {
	if e.First == nil {
		return b.sc.value(e.Value)
	}
	return vds("Sequence").Types(jen.Id(e.Type.Kind.String())).Call(b.sc.expr(e.First), b.sc.expr(e.Last))
}
