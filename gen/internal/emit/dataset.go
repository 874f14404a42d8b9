package emit

import (
	"fmt"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// dataset writes the typed dataset of v and its slice.
func (w *writer) dataset(v *model.Virtual) {
	d := &dataset{w: w, v: v, name: w.l.DatasetName(v), slice: w.l.SliceName(v), methods: methodNames(v)}
	d.types()
	d.reads()
	d.elements()
	for i, dim := range v.Dims {
		if vars := regionVars(v, dim); d.methods.regions[regionKey(vars)] != "" {
			d.region(i, dim, vars)
		}
	}
}

// dataset writes what belongs to one virtual dataset.
type dataset struct {
	w           *writer
	v           *model.Virtual
	name, slice string // Go names of its types
	methods     methods
}

// receiver begins a method.
func (d *dataset) receiver() *jen.Statement {
	return jen.Func().Params(jen.Id("d").Op("*").Id(d.name))
}

// array is the type of a result.
func (d *dataset) array() *jen.Statement { return vds("Array").Types(goType(d.v.Type)) }

var ctxArg = jen.Id("ctx").Qual("context", "Context")

// fields are the fields of the slice, s.Frame and so on, as arguments.
func (d *dataset) fields() []jen.Code {
	args := []jen.Code{jen.Id("ctx")}
	for _, dim := range d.v.Dims {
		args = append(args, jen.Id("s").Dot(dim.GoName))
	}
	return args
}

func (d *dataset) types() {
	w, v := d.w, d.v
	w.doc("%s is dataset %s: %s %s%s.%s It may be read by several goroutines at a time.", d.name, v.Path, v.Type, virtualShape(v), units(v), after(sentence(v.Doc)))
	w.add(jen.Type().Id(d.name).Struct(jen.Id("dataset").Op("*").Add(vds("Dataset")).Types(goType(v.Type))))

	w.doc("%s says which part of %s is read, one field an axis. The zero value of a field takes the whole axis.", d.slice, v.Name)
	var fields []jen.Code
	for i, dim := range v.Dims {
		fields = append(fields, jen.Id(dim.GoName).Add(vds("Slice")).Comment("// "+dimComment(v, i)))
	}
	w.add(jen.Type().Id(d.slice).Struct(fields...))
}

// dimComment describes an axis beside its field: its length and how members lie along it.
func dimComment(v *model.Virtual, i int) string {
	d := v.Dims[i]
	words := "length " + dimWords(d) + byDefault(d)
	switch {
	case d.Unlimited:
		words = "grows with its sources"
	case d.Extent == nil:
		words = "length follows from the sources"
	}
	if v.Window != nil && v.Window[i] != nil && !v.Window[i].Whole() {
		words = "part " + v.Window[i].Text
	}
	var rules []string
	for _, r := range d.Axis.Rules {
		rules = append(rules, ruleWords(r)...)
	}
	if len(rules) > 0 {
		words += "; " + strings.Join(rules, ", then ")
	}
	return words
}

// byDefault is the length of an axis with the default parameters, where it has one.
func byDefault(d *model.Dim) string {
	if d.Extent == nil {
		return ""
	}
	if _, number := d.Extent.Root.(*model.Lit); number {
		return ""
	}
	env := model.Env{Ints: map[*model.Param]int64{}}
	d.Extent.Refs(func(r *model.Ref) {
		if r.Kind == model.RefParam && r.Param.HasDefault && r.Param.Kind == model.ParamInt {
			env.Ints[r.Param] = r.Param.DefaultInt
		}
	})
	n, err := d.Extent.Eval(env)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (%d by default)", n)
}

// ruleWords says how members lie along an axis.
func ruleWords(r *model.Rule) []string {
	switch r.Kind {
	case model.RuleStack:
		return []string{"one index for each " + r.Var.Name}
	case model.RuleConcat:
		return []string{"each " + r.Var.Name + " behind the one before"}
	case model.RuleTile:
		return []string{"one tile for each " + r.Var.Name}
	case model.RuleInterleave:
		if r.Block == nil {
			return []string{"dealt to each " + r.Var.Name + " in turn"}
		}
		return []string{fmt.Sprintf("dealt to each %s in blocks of %s", r.Var.Name, r.Block)}
	}
	return nil
}

// reads writes the methods that every dataset has.
func (d *dataset) reads() {
	w := d.w
	w.doc("Dataset is the dataset without the names of the layout, for everything that runtime can do with it.")
	w.add(d.receiver().Id("Dataset").Params().Op("*").Add(vds("Dataset")).Types(goType(d.v.Type)).Block(jen.Return(jen.Id("d").Dot("dataset"))))

	w.doc("Shape is the length of each axis: %s.", dimList(d.v))
	w.add(d.receiver().Id("Shape").Params().Index().Int().Block(jen.Return(jen.Id("d").Dot("dataset").Dot("Shape").Call())))

	missing := "A source that is missing is a *vds.MissingSourceError."
	if d.v.Source != nil && d.v.Source.Optional {
		missing = "Sources that do not exist are expected: they read as the fill value, and the result says so in Filled."
	}
	w.doc("Read reads the part that s selects. Axes of an index are dropped from the result. %s", missing)
	w.add(d.receiver().Id("Read").Params(ctxArg, jen.Id("s").Id(d.slice)).Params(d.array(), jen.Error()).Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("Read").Call(d.fields()...))))

	w.doc("ReadInto is Read into memory of the caller: len(dst) is the number of elements that s selects. It allocates nothing in proportion to the data.")
	w.add(d.receiver().Id("ReadInto").Params(ctxArg, jen.Id("dst").Index().Add(goType(d.v.Type)), jen.Id("s").Id(d.slice)).Error().Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("ReadInto").Call(slices.Insert(d.fields(), 1, jen.Code(jen.Id("dst")))...))))
	if d.v.MaskOf == nil {
		d.write()
	}
	d.refresh()
}

// write writes the method that changes the sources through the virtual dataset.
func (d *dataset) write() {
	w := d.w
	w.doc("Write writes values, in row-major order, to the elements of the sources that s selects; len(values) is their number. " +
		"It checks everything before it changes anything: each selected element needs a source that exists and is not locked. " +
		"A source file whose dataset is in chunks is changed whole or not at all; an error says which files were written before it.")
	w.add(d.receiver().Id("Write").Params(ctxArg, jen.Id("values").Index().Add(goType(d.v.Type)), jen.Id("s").Id(d.slice)).Error().Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("Write").Call(slices.Insert(d.fields(), 1, jen.Code(jen.Id("values")))...))))
}

// refresh writes the method that looks at the file and its sources anew.
func (d *dataset) refresh() {
	w := d.w
	if d.v.MaskOf != nil {
		w.doc("Refresh returns the dataset as it is in the file now. d itself stays as it is.")
	} else {
		w.doc("Refresh returns the dataset as it is now: as long as its sources are by now, and with the elements that they have by now. " +
			"d itself keeps its shape, so that others may go on with it. The file is not opened anew: one that was built again since is not seen.")
	}
	w.add(d.receiver().Id("Refresh").Params(ctxArg).Params(jen.Op("*").Id(d.name), jen.Error()).Block(
		jen.List(jen.Id("now"), jen.Err()).Op(":=").Id("d").Dot("dataset").Dot("Refresh").Call(jen.Id("ctx")),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(jen.Nil(), jen.Err())),
		jen.Return(jen.Op("&").Id(d.name).Values(jen.Id("now")), jen.Nil())))
}

// elements writes the methods of axis 0: one element, and all of them in order.
func (d *dataset) elements() {
	if len(d.v.Dims) == 0 {
		return
	}
	w, axis := d.w, d.v.Dims[0]
	rest := ""
	for i := range d.v.Dims[1:] {
		rest += dimShape(d.v, i+1)
	}
	if rest == "" {
		rest = "one " + d.v.Type.String()
	}
	w.doc("%s reads index i of axis %s, which the result drops: %s. A negative i counts from the end.", d.methods.element, axis.Name, rest)
	w.add(d.receiver().Id(d.methods.element).Params(ctxArg, jen.Id("i").Int()).Params(d.array(), jen.Error()).Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("Read").Call(jen.Id("ctx"), vds("Index").Call(jen.Id("i"))))))

	w.doc("%s reads what s selects, one index of axis %s at a time and in order, reading ahead in parallel.", d.methods.each, axis.Name)
	w.add(d.receiver().Id(d.methods.each).Params(ctxArg, jen.Id("s").Id(d.slice)).Qual("iter", "Seq2").Types(d.array(), jen.Error()).Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("Each").Call(d.fields()...))))
	if d.methods.follow != "" {
		d.follow(axis)
	}
}

// follow writes the method that reads axis 0 while detectors write.
func (d *dataset) follow(axis *model.Dim) {
	w := d.w
	end := fmt.Sprintf("The loop ends after the last index, because axis %s has a fixed length; when ctx is done, which is an error that says what was waited for; or when the body breaks.", axis.Name)
	if axis.Unlimited {
		end = "The dataset has no end of its own, as HDF5 does not say when a detector has finished: the loop ends when the body breaks, " +
			"or when ctx is done, which is an error that says what was waited for."
	}
	w.doc("%s is %s while the sources are being written: each index of axis %s comes once, in order, as soon as every source of it has it, "+
		"and is waited for until then. s.%s is the whole axis, or vds.From(n) to begin at n. %s",
		d.methods.follow, d.methods.each, axis.Name, axis.GoName, end)
	w.add(d.receiver().Id(d.methods.follow).Params(ctxArg, jen.Id("s").Id(d.slice)).Qual("iter", "Seq2").Types(d.array(), jen.Error()).Block(
		jen.Return(jen.Id("d").Dot("dataset").Dot("Follow").Call(d.fields()...))))
}

// regionVars are the variables that tell where along an axis a member lies, in the order of
// the layout; nil where there is no such region. With two or more, all but the first must have a
// number of values that the layout says, because a file does not say it.
func regionVars(v *model.Virtual, d *model.Dim) []*model.Var {
	if v.Source == nil || d.Part > 0 || d.Axis.Rules[len(d.Axis.Rules)-1].Kind == model.RuleSplit {
		return nil
	}
	var vars []*model.Var
	for _, x := range v.Source.Vars {
		if !slices.Contains(d.Vars, x) {
			continue
		}
		if _, ok := constantCount(x); x.Open || !ok && len(vars) > 0 {
			return nil
		}
		vars = append(vars, x)
	}
	return vars
}

// region writes the method that reads what the members with given values of an axis's variables cover.
func (d *dataset) region(axis int, dim *model.Dim, vars []*model.Var) {
	w := d.w
	sc := newScope("", "ctx", "d", "s", "err")
	args := []jen.Code{ctxArg}
	none := d.array().Values()
	var checks, numbers []jen.Code
	names := make([]string, len(vars))
	for i, v := range vars {
		name := sc.declare(v)
		names[i] = varWords(v)
		numbers = append(numbers, jen.Id(name))
		if fixedValues(v) {
			checks = append(checks, checkThat(sc.member(v, jen.Id(name)), none))
		} else {
			names[i] = v.Name + " (counted from 0)"
		}
	}
	args = append(args, jen.List(numbers...).Int(), jen.Id("s").Id(d.slice))
	region, lookup := d.place(axis, dim, vars, sc, none)
	fields := d.fields()
	name := d.methods.regions[regionKey(vars)]
	if lookup == nil {
		fields[axis+1] = region
		w.doc("%s reads what one member gives: %s. The result has no axis %s, and s.%s plays no part.", name, list(names), dim.Name, dim.GoName)
	} else {
		fields[axis+1] = jen.Id("s").Dot(dim.GoName).Dot("Within").Call(region)
		w.doc("%s reads the part of axis %s that one member gives: %s. In s, %s counts from the start of that part.",
			name, dim.Name, list(names), dim.GoName)
	}
	body := append(checks, lookup...)
	body = append(body, jen.Return(jen.Id("d").Dot("dataset").Dot("Read").Call(fields...)))
	w.add(d.receiver().Id(name).Params(args...).Params(d.array(), jen.Error()).Block(body...))
}

// fixedValues reports whether the layout alone says the values of v.
func fixedValues(v *model.Var) bool {
	for _, e := range append(slices.Clone(v.List), v.First, v.Last) {
		if e == nil {
			continue
		}
		if _, ok := e.Constant(); !ok {
			return false
		}
	}
	return true
}

// place is the region of a member along an axis, and the statements that find it out in the
// file; there are none for a stacked variable, whose members have one index each.
func (d *dataset) place(axis int, dim *model.Dim, vars []*model.Var, sc *scope, none jen.Code) (region *jen.Statement, lookup []jen.Code) {
	number, total := d.number(vars, sc)
	if len(dim.Axis.Rules) == 1 && dim.Axis.Rules[0].Kind == model.RuleStack {
		return vds("Index").Call(number), nil
	}
	local := sc.names.local(dim.Name, "Region")
	return jen.Id(local), []jen.Code{
		jen.List(jen.Id(local), jen.Err()).Op(":=").Id("d").Dot("dataset").Dot("Region").Call(jen.Lit(axis), number, total),
		jen.If(jen.Err().Op("!=").Nil()).Block(jen.Return(none, jen.Err())),
	}
}

// number is the position of a combination of values among all of them, row-major, and how many there are (0 where the layout does not say).
func (d *dataset) number(vars []*model.Var, sc *scope) (number, total *jen.Statement) {
	count, known := 1, true
	for _, v := range vars {
		one := jen.Id(sc.vars[v])
		if fixedValues(v) {
			one = sc.number(v)
		}
		n, ok := constantCount(v)
		if number == nil {
			number = one
		} else {
			number = jen.Parens(number).Op("*").Lit(n).Op("+").Add(one)
		}
		count, known = count*n, known && ok
	}
	switch {
	case !known:
		total = jen.Lit(0)
	case len(vars) == 1:
		total = jen.Id(countName(d.w.l, vars[0].Name))
	default:
		total = jen.Lit(count)
	}
	return number, total
}
