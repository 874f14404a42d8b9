package emit

import (
	"fmt"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// constants writes what holds for every file of the layout: numbers of members, and
// path, rank, fixed extents and fill value of each virtual dataset.
func (w *writer) constants() {
	var items []jen.Code
	add := func(doc string, code *jen.Statement) {
		items = append(items, comment("%s", doc), code)
	}
	if name, plain := w.l.File.Plain(); plain && name != "" {
		add(fmt.Sprintf("%s is the name that a file of the layout has by default.", fileFunc(w.l)), jen.Id(fileFunc(w.l)).Op("=").Lit(name))
	}
	for _, c := range w.counts() {
		add(c.doc, jen.Id(c.name).Op("=").Lit(c.value))
	}
	for _, v := range w.l.Virtual {
		if len(items) > 0 { // a blank line between datasets
			items = append(items, jen.Line())
		}
		w.datasetConstants(v, add)
	}
	w.doc("What holds for every file of layout %s.", w.l.Name)
	w.add(jen.Const().Defs(items...))
	for _, v := range w.l.Virtual {
		w.fillFunc(v)
	}
}

// count is one number of members.
type count struct {
	name, doc string
	value     int
}

// counts lists the numbers of values of variables and of members of source sets that
// the layout alone says. A set whose name is also that of its only variable has one.
func (w *writer) counts() []count {
	var counts []count
	taken := map[string]bool{}
	for _, v := range w.l.Vars {
		if n, ok := constantCount(v); ok {
			name := countName(w.l, v.Name)
			taken[name] = true
			counts = append(counts, count{name, fmt.Sprintf("%s is the number of values of %s.", name, varWords(v)), n})
		}
	}
	for _, s := range w.l.Sources {
		n, constant := 1, true
		for _, v := range s.Vars {
			m, ok := constantCount(v)
			n, constant = n*m, constant && ok
		}
		name := countName(w.l, s.Name)
		if constant && len(s.Vars) > 1 && !taken[name] {
			counts = append(counts, count{name, fmt.Sprintf("%s is the number of sources in set %s.", name, s.Name), n})
		}
	}
	return counts
}

// countName is the name of the constant that holds the number of values of a variable or of members of a set.
func countName(l *model.Layout, word string) string {
	return l.Name.Name + model.GoName(word) + "Count"
}

// datasetConstants adds the constants of one virtual dataset.
func (w *writer) datasetConstants(v *model.Virtual, add func(doc string, code *jen.Statement)) {
	prefix := w.l.DatasetName(v)
	add(fmt.Sprintf("%sPath is where %s lies in the file.", prefix, v.Name),
		jen.Id(prefix+"Path").Op("=").Lit(v.Path))
	add(fmt.Sprintf("%sRank is the number of axes of %s: %s.", prefix, v.Name, dimList(v)),
		jen.Id(prefix+"Rank").Op("=").Lit(len(v.Dims)))
	for i, d := range v.Dims {
		if n, ok := fixedExtent(v, i); ok {
			add(fmt.Sprintf("%s is the length of axis %s of %s, in elements.", extentName(prefix, d), d.Name, v.Name),
				jen.Id(extentName(prefix, d)).Op("=").Lit(n))
		}
	}
	if code, constant := fill(v); constant {
		add(fmt.Sprintf("%sFill is what elements of %s read as that no source covers%s.", prefix, v.Name, fillNote(v)),
			jen.Id(prefix+"Fill").Add(goType(v.Type)).Op("=").Add(code))
	}
}

// fillNote tells the number behind a fill value that is given by a word.
func fillNote(v *model.Virtual) string {
	if text := fillText(v); v.Fill != nil && text != v.Fill.Text {
		return ": " + text + ", the " + map[model.FillKind]string{model.FillMax: "largest", model.FillMin: "smallest"}[v.Fill.Kind] + " " + v.Type.String()
	}
	return ""
}

// fillFunc writes a fill value that Go has no constant for as a function.
func (w *writer) fillFunc(v *model.Virtual) {
	code, constant := fill(v)
	if constant {
		return
	}
	name := w.l.DatasetName(v) + "Fill"
	w.doc("%s returns what elements of %s read as that no source covers: %s.", name, v.Name, fillText(v))
	w.add(jen.Func().Id(name).Params().Add(goType(v.Type)).Block(jen.Return(code)))
}

// fillRef refers to the fill value of v.
func (w *writer) fillRef(v *model.Virtual) *jen.Statement {
	name := jen.Id(w.l.DatasetName(v) + "Fill")
	if _, constant := fill(v); !constant {
		return name.Call()
	}
	return name
}

// extentName is the name of the constant that holds a fixed extent.
func extentName(dataset string, d *model.Dim) string { return dataset + d.GoName + "Extent" }

// fixedExtent is the length of axis i of v where the layout alone says it.
func fixedExtent(v *model.Virtual, i int) (int, bool) {
	d := v.Dims[i]
	if d.Unlimited || d.Extent == nil || v.Window != nil && v.Window[i] != nil && !v.Window[i].Whole() {
		return 0, false
	}
	n, ok := d.Extent.Constant()
	return int(n), ok
}
