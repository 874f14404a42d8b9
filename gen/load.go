package gen

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/internal/emit"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
)

// folder is one Go package with the layouts found in it.
type folder struct {
	dir     string // absolute
	whole   bool   // every layout of the folder was asked for, not single schema files
	pkg     string // name of the package
	sources []*source
	written []*goFile      // Go files that people wrote
	ours    []string       // base names of Go files that vdsgen generated
	fset    *token.FileSet // of the generated code
}

// source is one file with layouts and the code generated from it. All files of a folder are
// read, because they share a package; those that were not asked for are only kept if they are right.
type source struct {
	name    string // base name: layout.yaml, excalibur.go
	asked   bool   // its code is to be written
	layouts []*model.Layout
	code    []byte
	file    *ast.File // the code
	path    string    // of the generated file, absolute
}

// goFile is a Go file that is not generated, as far as generation needs it.
type goFile struct {
	name string
	file *ast.File
	fset *token.FileSet
}

// outputName is the name of the file generated from a layout file: layout.yaml → layout_vds.go.
func outputName(source string) string {
	return strings.TrimSuffix(source, filepath.Ext(source)) + "_vds.go"
}

// load reads and checks the layouts of all places. Findings go to r.diagnostics.
func (r *run) load(ctx context.Context, places []place) error {
	for _, p := range places {
		f, err := r.loadFolder(ctx, p)
		if err != nil {
			return err
		}
		if f != nil {
			r.folders = append(r.folders, f)
		}
	}
	if len(r.folders) == 0 && len(r.diagnostics) == 0 {
		return r.nothingFound(places)
	}
	return nil
}

// nothingFound is the error for patterns that name no layout and no generated code in places.
func (r *run) nothingFound(places []place) error {
	patterns := strings.Join(r.config.Patterns, " ")
	if patterns == "" {
		patterns = "."
	}
	for _, p := range places {
		name, why, err := leftOut(p.dir)
		if err != nil {
			return err
		}
		if name != "" {
			return fmt.Errorf("%s: no layout there: what is in %s does not count: %s", patterns, r.relFile(filepath.Join(p.dir, name)), why)
		}
	}
	return fmt.Errorf("%s: no layout there: neither a YAML file with the key vdsgen nor a Go struct with //vds:layout", patterns)
}

// loadFolder reads what lies in one folder; nil where there is neither a layout nor generated code.
func (r *run) loadFolder(ctx context.Context, p place) (*folder, error) {
	f := &folder{dir: p.dir, whole: p.schemas == nil, fset: token.NewFileSet()}
	names, err := goFiles(p.dir)
	if err != nil {
		return nil, err
	}
	if err := f.readGo(names); err != nil {
		return nil, err
	}
	schemas, err := schemaFiles(p.dir)
	if err != nil {
		return nil, err
	}
	schemas = append(schemas, p.schemas...)
	slices.Sort(schemas)
	for _, name := range slices.Compact(schemas) {
		asked := f.whole || slices.Contains(p.schemas, name)
		if err := r.quietly(!asked, func() error { return r.loadSchema(f, name, asked) }); err != nil {
			return nil, err
		}
	}
	if err := r.quietly(!f.whole, func() error { return r.loadGo(ctx, f) }); err != nil {
		return nil, err
	}
	if len(f.sources) == 0 && len(f.ours) == 0 {
		return nil, nil
	}
	if !r.layoutsOnly {
		r.packageName(f)
		r.clashes(f)
	}
	return f, nil
}

// quietly calls load, and with quiet drops what it finds.
func (r *run) quietly(quiet bool, load func() error) error {
	n := len(r.diagnostics)
	err := load()
	if quiet {
		r.diagnostics = r.diagnostics[:n]
	}
	return err
}

// readGo parses the package clauses and declarations of the folder's Go files.
func (f *folder) readGo(names []string) error {
	for _, name := range names {
		path := filepath.Join(f.dir, name)
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if _, ours := emit.SourceOf(data); ours {
			f.ours = append(f.ours, name)
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, data, parser.SkipObjectResolution|parser.ParseComments)
		if file != nil && file.Name != nil && file.Name.Name == "documentation" {
			continue // the Go command leaves these files out
		}
		if file != nil && file.Name != nil && (err == nil || file.Name.Name != "_") {
			f.written = append(f.written, &goFile{name: name, file: file, fset: fset})
		}
	}
	return nil
}

// loadSchema reads one YAML schema into f.
func (r *run) loadSchema(f *folder, name string, asked bool) error {
	path := filepath.Join(f.dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	l, list := schema.LoadYAML(filepath.ToSlash(r.rel(path)), data)
	var layouts []*model.Layout
	if l != nil {
		layouts = append(layouts, l)
	}
	r.add(f, name, asked, layouts, list)
	return nil
}

// loadGo reads the Go structs of f that are layouts.
func (r *run) loadGo(ctx context.Context, f *folder) error {
	var written []string
	for _, g := range f.written {
		written = append(written, g.name)
	}
	some, err := hasDirectives(f.dir, written)
	if err != nil || !some {
		return err
	}
	pkg, err := schema.LoadGo(ctx, f.dir)
	if err != nil {
		return err
	}
	byFile := map[string][]*model.Layout{}
	for _, l := range pkg.Layouts {
		name := filepath.Base(l.Source)
		byFile[name] = append(byFile[name], l)
	}
	list := pkg.Diagnostics
	for _, name := range slices.Sorted(maps.Keys(byFile)) {
		r.add(f, name, f.whole, byFile[name], list)
		list = nil
	}
	r.found(list)
	return nil
}

// found notes findings.
func (r *run) found(list diag.List) {
	for _, d := range list {
		d.Pos.File = r.relFile(d.Pos.File)
		r.diagnostics = append(r.diagnostics, d)
	}
}

// relFile is the name of a file for messages: relative to the folder of the run, with slashes.
func (r *run) relFile(name string) string {
	if filepath.IsAbs(name) {
		name = r.rel(name)
	}
	return filepath.ToSlash(name)
}

// add checks the layouts of one file, of which list was found already, and puts them into f.
func (r *run) add(f *folder, name string, asked bool, layouts []*model.Layout, list diag.List) {
	for _, l := range layouts {
		list = append(list, model.Check(l)...)
	}
	r.found(list)
	if !asked && list.HasErrors() {
		layouts = nil
	}
	f.sources = append(f.sources, &source{name: name, asked: asked, layouts: layouts, path: filepath.Join(f.dir, outputName(name))})
}

// clashes refuses two layout files of a folder whose generated files would have the same name.
func (r *run) clashes(f *folder) {
	slices.SortFunc(f.sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	for i, s := range f.sources {
		for _, other := range f.sources[:i] {
			if outputName(other.name) != outputName(s.name) || len(s.layouts) == 0 || !s.asked && !other.asked {
				continue
			}
			l := s.layouts[0]
			r.diagnostics.Errorf(r.pos(l.Name.Pos), diag.GoCollision, "the code of %s and of %s would both be %s", other.name, s.name, outputName(s.name)).
				Hintf("rename one of the two files")
		}
	}
}

// pos is a position with its file as messages have it.
func (r *run) pos(p diag.Pos) diag.Pos {
	p.File = r.relFile(p.File)
	return p
}

// packageName decides in which package the generated code of a folder is.
func (r *run) packageName(f *folder) {
	for _, g := range f.written {
		name := g.file.Name
		if f.pkg == "" {
			f.pkg = name.Name
		}
		if name.Name != f.pkg {
			at := g.fset.Position(name.Pos())
			r.diagnostics.Errorf(r.pos(diag.Pos{File: at.Filename, Line: at.Line, Column: at.Column, Width: len(name.Name)}), diag.GoCollision,
				"package %s in a folder of package %s, which %s is of", name.Name, f.pkg, f.written[0].name).
				Hintf("one folder is one package: rename it, or move the file")
			return
		}
	}
	for _, s := range f.sources {
		for _, l := range s.layouts {
			if name := l.Package.Name; name != "" && f.pkg == "" {
				f.pkg = name
			} else if name != "" && name != f.pkg {
				r.diagnostics.Errorf(r.pos(l.Package.Pos), diag.GoCollision, "package %s in a folder of package %s", name, f.pkg).
					Hintf("one folder is one package: leave the key package out, or move the layout")
			}
		}
	}
	if f.pkg != "" {
		return
	}
	f.pkg = packageFromFolder(f.dir)
	if f.pkg == "" && len(f.sources) > 0 && len(f.sources[0].layouts) > 0 {
		r.diagnostics.Errorf(r.pos(f.sources[0].layouts[0].Name.Pos), diag.BadName, "the folder's name %q makes no package name", filepath.Base(f.dir)).
			Hintf("say it in the layout: package: detector")
	}
}

// packageFromFolder is the name of a folder as a package name: lower case letters and digits only; "" if nothing is left.
func packageFromFolder(dir string) string {
	name := strings.Map(func(c rune) rune {
		if unicode.IsLetter(c) || unicode.IsDigit(c) {
			return unicode.ToLower(c)
		}
		return -1
	}, filepath.Base(dir))
	name = strings.TrimLeftFunc(name, unicode.IsDigit)
	if !token.IsIdentifier(name) {
		return ""
	}
	return name
}
