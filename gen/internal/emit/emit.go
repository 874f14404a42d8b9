// Package emit renders layouts as Go source. It is the only package that knows
// jennifer.
//
// Read emit.go first: [Render] writes one generated file, section by section, and
// each section has its file here: header.go (header, package comment, handshake,
// guard against stale constants), params.go, constants.go, types.go, source.go
// (what each member of a source set is), mapping.go (where members lie), builder.go,
// writer.go, reader.go and dataset.go. Below them are names.go, expr.go with
// interval.go (expressions as Go, checked only where they can fail), literal.go
// (values), prose.go (comments with numbers in them) and format.go (the parts as one file).
//
// Generated code is loops and calls of package runtime: its size does not depend on
// the number of members, and arithmetic that can be wrong lives in runtime.
package emit

import (
	"fmt"
	"slices"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// runtimePath is the package that generated code calls, imported as vds.
const runtimePath = "github.com/vdsgen/vdsgen/runtime"

// File is one generated file.
type File struct {
	Package    string          // name of the package
	Source     string          // name of the file that the layouts stand in, without folder
	Layouts    []*model.Layout // checked, in the order in which they are written; at least one
	PackageDoc bool            // write a package comment, because no other file of the package has one
	// Compounds are the names of compound types that another generated file of the package
	// declares already, with the same members.
	Compounds map[string]bool
}

// Render returns the Go source of f, formatted. The same layouts give the same bytes
// everywhere. An error is a bug in this package.
func Render(f File) ([]byte, error) {
	head := newFile(f.Package)
	writeHeader(head, f)
	parts := []*jen.File{head}
	alone := importsOthers(f.Layouts)
	declared := map[string]bool{}
	for name := range f.Compounds {
		declared[name] = true
	}
	for _, l := range f.Layouts {
		out := head
		if !alone {
			out = newFile(f.Package)
			parts = append(parts, out)
		}
		w := &writer{out: out, l: l, declared: declared}
		w.layout()
	}
	src, err := format(f.Package, parts)
	if err != nil {
		return nil, fmt.Errorf("generated code for %s is not Go: %w", f.Source, err)
	}
	return src, nil
}

func newFile(pkg string) *jen.File {
	out := jen.NewFile(pkg)
	out.NoFormat = true // format does it, once
	out.ImportAlias(runtimePath, "vds")
	return out
}

// importsOthers reports whether the code imports packages that people wrote. Their names may collide, so that all of it
// has to be one file to jennifer, which gives them others.
func importsOthers(layouts []*model.Layout) bool {
	return slices.ContainsFunc(layouts, func(l *model.Layout) bool {
		return slices.ContainsFunc(l.Consts, func(c *model.Const) bool { return c.Package != "" }) ||
			slices.ContainsFunc(l.Types, func(c *model.Compound) bool { return c.Package != "" })
	})
}

// writer writes the sections of one layout.
type writer struct {
	out      *jen.File
	l        *model.Layout
	declared map[string]bool // compound types that the package has already
}

func (w *writer) layout() {
	w.constants()
	w.params()
	w.compounds()
	w.sources()
	w.mappings()
	w.builder()
	w.sourceWriters()
	w.reader()
	for _, v := range w.l.Virtual {
		w.dataset(v)
	}
}

// vds names something of package runtime.
func vds(name string) *jen.Statement { return jen.Qual(runtimePath, name) }

// add appends declarations to the file.
func (w *writer) add(code ...jen.Code) {
	for _, c := range code {
		w.out.Add(c)
	}
}

// doc appends a comment, wrapped, to stand before the next declaration.
func (w *writer) doc(format string, args ...any) { w.out.Add(comment(format, args...)) }

// multi puts each argument of a call or each element of a literal on a line of its own.
func multi(open, close string, items ...jen.Code) *jen.Statement {
	return jen.Custom(jen.Options{Open: open, Close: close, Separator: ",", Multi: true}, items...)
}
