package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// reader writes the type of an open file, with a method for each dataset.
func (w *writer) reader() {
	l := w.l
	name := l.ReaderName()
	fields := []jen.Code{jen.Id("file").Op("*").Add(vds("File"))}
	for _, v := range l.Virtual {
		fields = append(fields, jen.Id(readerField(v)).Op("*").Id(l.DatasetName(v)))
	}
	w.doc("%s is an open file of layout %s. Its datasets may be read by several goroutines at a time.", name, l.Name)
	w.add(jen.Type().Id(name).Struct(fields...))
	w.open()
	for _, v := range l.Virtual {
		w.doc("%s", datasetMethodDoc(v))
		w.add(jen.Func().Params(jen.Id("r").Op("*").Id(name)).Id(v.Name).Params().Op("*").Id(l.DatasetName(v)).Block(
			jen.Return(jen.Id("r").Dot(readerField(v)))))
	}
	w.verify()
	w.doc("Close closes the file and its sources. Reads that are under way fail.")
	w.add(jen.Func().Params(jen.Id("r").Op("*").Id(name)).Id("Close").Params().Error().Block(
		jen.Return(jen.Id("r").Dot("file").Dot("Close").Call())))
}

// readerField is the field of the reader that holds v.
func readerField(v *model.Virtual) string { return newLocals("file", "r").local(v.Name, "Dataset") }

func datasetMethodDoc(v *model.Virtual) string {
	return fmt.Sprintf("%s is %s: %s %s%s.%s", v.Name, v.Path, v.Type, virtualShape(v), units(v), after(sentence(v.Doc)))
}

// open writes the function that opens a file and checks it against the layout.
func (w *writer) open() {
	l := w.l
	var body []jen.Code
	body = append(body,
		jen.List(jen.Id("file"), jen.Err()).Op(":=").Add(vds("Open")).Call(jen.Id("ctx"), jen.Id("name"), jen.Id("opts").Op("...")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())))
	values := []jen.Code{jen.Id("file").Op(":").Id("file")}
	names := newLocals("ctx", "name", "opts", "file", "err", "r")
	for _, v := range l.Virtual {
		local := names.local(v.Name, "Dataset")
		args := []jen.Code{jen.Id("ctx"), jen.Id("file"), jen.Id(l.DatasetName(v) + "Path")}
		for i, d := range v.Dims {
			if _, ok := fixedExtent(v, i); ok {
				args = append(args, jen.Id(extentName(l.DatasetName(v), d)))
			} else {
				args = append(args, vds("Any"))
			}
		}
		open := "OpenExact"
		if v.Source != nil && v.Source.Optional {
			open = "OpenOptional" // missing members are expected
		}
		body = append(body,
			jen.List(jen.Id(local), jen.Err()).Op(":=").Add(vds(open)).Types(goType(v.Type)).Call(args...),
			jen.If(jen.Err().Op("!=").Nil()).Block(
				jen.Return(jen.Nil(), jen.Qual("errors", "Join").Call(jen.Err(), jen.Id("file").Dot("Close").Call()))))
		values = append(values, jen.Id(readerField(v)).Op(":").Op("&").Id(l.DatasetName(v)).Values(jen.Id(local)))
	}
	g := geometryOf(l)
	reader := jen.Op("&").Id(l.ReaderName()).Add(multi("{", "}", values...))
	if len(g.checks) > 0 {
		body = append(body, jen.Id("r").Op(":=").Add(reader),
			jen.If(jen.Err().Op(":=").Id(checkerName(l)).Call(jen.Id("r")), jen.Err().Op("!=").Nil()).Block(
				jen.Return(jen.Nil(), jen.Qual("errors", "Join").Call(jen.Err(), jen.Id("file").Dot("Close").Call()))),
			jen.Return(jen.Id("r"), jen.Nil()))
	} else {
		body = append(body, jen.Return(reader, jen.Nil()))
	}
	w.doc("%s", openDoc(l, g))
	w.add(jen.Func().Id(l.OpenName()).Params(
		jen.Id("ctx").Qual("context", "Context"), jen.Id("name").String(), jen.Id("opts").Op("...").Add(vds("Option")),
	).Params(jen.Op("*").Id(l.ReaderName()), jen.Error()).Block(body...))
	w.openExact(g)
	if len(g.checks) > 0 {
		w.checker(g)
	}
}

// openDoc says what OpenL checks.
func openDoc(l *model.Layout, g *geometry) string {
	doc := fmt.Sprintf("%s opens the file name and checks that it is one of layout %s: each dataset is there, of its element type and rank and with the extents that are fixed", l.OpenName(), l.Name)
	const anyone = "Who wrote the file does not matter. Sources are opened when they are read."
	switch check := g.checkDoc(l); {
	case check == "":
		return doc + ". " + anyone
	case len(g.checks) == 0:
		return doc + ". " + check + " " + anyone
	default:
		return doc + "; " + check + " " + anyone
	}
}

// verify writes the method that checks all sources.
func (w *writer) verify() {
	args := []jen.Code{jen.Id("ctx")}
	for _, v := range w.l.Virtual {
		if v.MaskOf == nil {
			args = append(args, jen.Id("r").Dot(readerField(v)).Dot("dataset").Dot("Raw").Call())
		}
	}
	w.doc("Verify opens every source and reports which are missing, or are not what their mappings need. It reads no elements.")
	w.add(jen.Func().Params(jen.Id("r").Op("*").Id(w.l.ReaderName())).Id("Verify").Params(
		jen.Id("ctx").Qual("context", "Context")).Params(jen.Op("*").Add(vds("Report")), jen.Error()).Block(
		jen.Return(vds("Verify").Call(args...))))
}
