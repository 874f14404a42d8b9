package emit

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// sources writes, for each source set, the method that describes one member: file,
// path, shape and element type, and how a source writer stores it. The builder and
// the source writer both use it.
func (w *writer) sources() {
	for _, s := range w.l.Sources {
		if openVar(s) == nil || s.File.String() != "." {
			w.sourceFunc(s)
		}
		if probed(s) {
			w.allSourcesFunc(s)
		}
	}
}

// sourceVars are the variables that tell which dataset a member is; variables that stand in `select` alone do not.
func sourceVars(s *model.SourceSet) []*model.Var {
	return slices.DeleteFunc(slices.Clone(s.Vars), func(v *model.Var) bool {
		uses := s.File.UsesVar(v) || s.Path.UsesVar(v)
		for _, x := range s.Shape {
			uses = uses || x.Expr.UsesVar(v)
		}
		for _, e := range s.Chunk {
			uses = uses || e.UsesVar(v)
		}
		return !uses
	})
}

// probed reports whether a length of s is read from its files.
func probed(s *model.SourceSet) bool {
	return slices.ContainsFunc(s.Shape, func(x *model.Extent) bool { return x.Kind == model.ExtentProbe })
}

// openVar is the variable of s that has no last value, which makes its mappings printf ones; nil without.
func openVar(s *model.SourceSet) *model.Var {
	if i := slices.IndexFunc(s.Vars, func(v *model.Var) bool { return v.Open }); i >= 0 {
		return s.Vars[i]
	}
	return nil
}

// generic reports whether s has a dataset for each field of an `each`, so that its function is generic.
func generic(s *model.SourceSet) bool { return len(s.Fields) > 0 }

// sourceFuncName is the name of the method, or generic function, that describes a member of s.
func (w *writer) sourceFuncName(s *model.SourceSet) string {
	if generic(s) {
		return lowerFirst(w.l.Name.Name) + model.GoName(s.Name) + "Source"
	}
	return lowerFirst(model.GoName(s.Name)) + "Source"
}

// sourceFunc writes the method, or generic function, that describes a member of s.
func (w *writer) sourceFunc(s *model.SourceSet) {
	sc := newScope("p")
	args := w.receiverArgs(s, sc)
	args = append(args, sc.intArgs(sourceVars(s))...)
	w.doc("%s", sourceFuncDoc(w.sourceFuncName(s), s))
	body := jen.Return(vds("NewSource").Add(multi("(", ")", w.sourceArgs(s, sc)...)))
	w.add(w.sourceSignature(s, w.sourceFuncName(s), args).Params(args...).Add(vds("Source")).Block(body))
}

// intArgs declares variables as arguments of type int.
func (s *scope) intArgs(vars []*model.Var) []jen.Code {
	if len(vars) == 0 {
		return nil
	}
	var names []jen.Code
	for _, v := range vars {
		names = append(names, jen.Id(s.declare(v)))
	}
	return []jen.Code{jen.List(names...).Int()}
}

// receiverArgs are the arguments that come before the variables: none for a method, parameters and field for a generic function.
func (w *writer) receiverArgs(s *model.SourceSet, sc *scope) []jen.Code {
	if !generic(s) {
		return nil
	}
	sc.field = sc.names.local("field", "Name")
	return []jen.Code{jen.Id("p").Id(w.l.ParamsName()), jen.Id(sc.field).String()}
}

// sourceSignature begins a method of the parameters, or a function with type parameter T.
func (w *writer) sourceSignature(s *model.SourceSet, name string, args []jen.Code) *jen.Statement {
	if generic(s) {
		return jen.Func().Id(name).Types(jen.Id("T").Any())
	}
	return jen.Func().Params(jen.Id("p").Id(w.l.ParamsName())).Id(name)
}

func sourceFuncDoc(name string, s *model.SourceSet) string {
	what := fmt.Sprintf("%s describes one member of source set %s: ", name, s.Name)
	if generic(s) {
		return what + fmt.Sprintf("T %s, one of the datasets %s in %s.", sourceShape(s), s.Path, s.File)
	}
	return what + fmt.Sprintf("%s %s, dataset %s of %s.%s", s.Type, sourceShape(s), s.Path, s.File, after(sentence(s.Doc)))
}

// sourceArgs are the arguments of vds.NewSource.
func (w *writer) sourceArgs(s *model.SourceSet, sc *scope) []jen.Code {
	file, path := sc.template(s.File), sc.template(s.Path)
	return append([]jen.Code{file, path, sc.sourceExtents(s)}, w.sourceOptions(s, sc)...)
}

// sourceExtents is the shape of a source as a []int.
func (s *scope) sourceExtents(set *model.SourceSet) *jen.Statement {
	var shape []jen.Code
	for _, x := range set.Shape {
		switch x.Kind {
		case model.ExtentUnlimited:
			shape = append(shape, vds("Unlimited"))
		case model.ExtentProbe:
			shape = append(shape, vds("Probe"))
		default:
			shape = append(shape, s.expr(x.Expr))
		}
	}
	return jen.Index().Int().Values(shape...)
}

// sourceOptions are the options of vds.NewSource.
func (w *writer) sourceOptions(s *model.SourceSet, sc *scope) []jen.Code {
	var opts []jen.Code
	if words := shapeWords(s); words != nil {
		opts = append(opts, vds("ShapeWords").Call(words...))
	}
	for _, e := range nameExprs(s) {
		opts = append(opts, vds("Valid").Call(jen.Lit(e.String()), sc.expr(e)))
	}
	if generic(s) {
		opts = append(opts, vds("ElementOf").Types(jen.Id("T")).Call())
	} else {
		opts = append(opts, vds("ElementOf").Types(goType(s.Type)).Call())
	}
	if len(s.Chunk) > 0 {
		var chunk []jen.Code
		for _, e := range s.Chunk {
			chunk = append(chunk, sc.expr(e))
		}
		opts = append(opts, vds("Chunk").Call(chunk...))
	}
	if len(s.Filters) > 0 {
		var filters []jen.Code
		for _, f := range s.Filters {
			filters = append(filters, filterCode(f))
		}
		opts = append(opts, vds("Filters").Call(filters...))
	}
	if s.Optional {
		opts = append(opts, vds("Optional").Call())
		opts = append(opts, siblings(s, sc)...)
	}
	return opts
}

// siblings are the options that say whose lengths a missing member takes: along each probed axis, those of the members at its place.
func siblings(s *model.SourceSet, sc *scope) []jen.Code {
	var opts []jen.Code
	for axis, x := range s.Shape {
		if x.Kind != model.ExtentProbe {
			continue
		}
		place := []jen.Code{jen.Lit(axis)}
		for _, v := range sourceVars(s) {
			if slices.Contains(s.Along[axis], v) {
				place = append(place, sc.use(sc.vars[v]))
			}
		}
		if len(place) > 1 {
			opts = append(opts, vds("Siblings").Call(place...))
		}
	}
	return opts
}

// shapeWords are the extents of s as the layout says them, for messages; nil where they are numbers.
func shapeWords(s *model.SourceSet) []jen.Code {
	var words []jen.Code
	plain := true
	for _, x := range s.Shape {
		if x.Kind == model.ExtentExpr {
			_, number := x.Expr.Root.(*model.Lit)
			plain = plain && number
		}
		words = append(words, jen.Lit(x.String()))
	}
	if plain {
		return nil
	}
	return words
}

// nameExprs are the expressions in the names of s that can overflow or divide by zero.
func nameExprs(s *model.SourceSet) []*model.Expr {
	var es []*model.Expr
	for _, t := range []*model.Template{s.File, s.Path} {
		for _, p := range t.Parts {
			es = append(es, p.Expr)
		}
	}
	return failing(es...)
}

var filterFuncs = map[string]string{
	"deflate": "Deflate", "shuffle": "Shuffle", "fletcher32": "Fletcher32", "lz4": "LZ4", "bitshuffle-lz4": "BitshuffleLZ4", "zstd": "Zstd",
}

// Levels of filters whose layout gives none: those of zlib and of Zstandard.
const (
	defaultDeflate = 6
	defaultZstd    = 3
)

func filterCode(f *model.Filter) *jen.Statement {
	level := f.Level
	switch {
	case f.Name == "deflate" && level < 0:
		level = defaultDeflate
	case f.Name == "zstd" && level < 0:
		level = defaultZstd
	}
	if level < 0 {
		return vds(filterFuncs[f.Name]).Call()
	}
	return vds(filterFuncs[f.Name]).Call(jen.Lit(level))
}

// allSourcesFunc writes the method that lists all members of a probed set in their order.
func (w *writer) allSourcesFunc(s *model.SourceSet) {
	sc := newScope("p", "sources")
	args := w.receiverArgs(s, sc)
	name := w.sourceFuncName(s) + "s"
	w.doc("%s lists the members of source set %s in their order. Their lengths are not known yet where the layout says probe.", name, s.Name)
	loops := &nest{sc: sc}
	for _, v := range s.Vars {
		loops.enter(v)
	}
	body := []jen.Code{jen.Var().Id("sources").Index().Add(vds("Source"))}
	member := jen.Id("sources").Op("=").Append(jen.Id("sources"), w.callSource(s, sc))
	body = append(body, loops.wrap([]jen.Code{member})...)
	body = append(body, jen.Return(jen.Id("sources")))
	w.add(w.sourceSignature(s, name, args).Params(args...).Index().Add(vds("Source")).Block(body...))
}

// callSource calls the function that describes a member, with the variables of scope sc.
func (w *writer) callSource(s *model.SourceSet, sc *scope) *jen.Statement {
	var args []jen.Code
	if generic(s) {
		args = append(args, jen.Id("p"), sc.use(sc.field))
	}
	for _, v := range sourceVars(s) {
		args = append(args, sc.use(sc.vars[v]))
	}
	if generic(s) {
		return jen.Id(w.sourceFuncName(s)).Types(jen.Id("T")).Call(args...)
	}
	return jen.Id("p").Dot(w.sourceFuncName(s)).Call(args...)
}
