package gen

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
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
	whole   bool   // every layout of the folder was asked for, not one schema file
	pkg     string // name of the package
	sources []*source
	written []*goFile // Go files that people wrote
	ours    []string  // base names of Go files that vdsgen generated
}

// source is one file with layouts and the code generated from it.
type source struct {
	name    string // base name: layout.yaml, excalibur.go
	layouts []*model.Layout
	code    []byte
	path    string // of the generated file, absolute
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
	if len(r.folders) == 0 || !slices.ContainsFunc(r.folders, func(f *folder) bool { return f.whole || len(f.sources) > 0 }) {
		return r.nothingFound()
	}
	return nil
}

// nothingFound is no error for ./..., whose folders may all be without layouts.
func (r *run) nothingFound() error {
	if len(r.diagnostics) > 0 {
		return nil
	}
	patterns := strings.Join(r.config.Patterns, " ")
	if patterns == "" {
		patterns = "."
	}
	return fmt.Errorf("%s: no layout there: neither a YAML file with the key vdsgen nor a Go struct with //vds:layout", patterns)
}

// loadFolder reads what lies in one folder; nil where there is neither a layout nor generated code.
func (r *run) loadFolder(ctx context.Context, p place) (*folder, error) {
	names, err := goFiles(p.dir)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: p.dir, whole: p.schema == ""}
	if i := slices.IndexFunc(r.folders, func(g *folder) bool { return g.dir == p.dir }); i >= 0 {
		f = r.folders[i] // a second schema file of the same folder
		return nil, r.loadSchema(f, p.schema)
	}
	if err := f.readGo(names); err != nil {
		return nil, err
	}
	schemas := []string{p.schema}
	if f.whole {
		if schemas, err = schemaFiles(p.dir); err != nil {
			return nil, err
		}
	}
	for _, name := range schemas {
		if err := r.loadSchema(f, name); err != nil {
			return nil, err
		}
	}
	if f.whole {
		if err := r.loadGo(ctx, f, names); err != nil {
			return nil, err
		}
	}
	if len(f.sources) == 0 && len(f.ours) == 0 {
		return nil, r.emptyPlace(p)
	}
	r.packageName(f)
	r.clashes(f)
	return f, nil
}

// emptyPlace is the error for a folder that was named itself and holds nothing.
func (r *run) emptyPlace(p place) error {
	if p.schema == "" || r.diagnostics.HasErrors() {
		return nil
	}
	return fmt.Errorf("%s: no layout", r.rel(filepath.Join(p.dir, p.schema)))
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
		if file != nil && file.Name != nil && (err == nil || file.Name.Name != "_") {
			f.written = append(f.written, &goFile{name: name, file: file, fset: fset})
		}
	}
	return nil
}

// loadSchema reads one YAML schema into f.
func (r *run) loadSchema(f *folder, name string) error {
	path := filepath.Join(f.dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	l, list := schema.LoadYAML(filepath.ToSlash(r.rel(path)), data)
	r.diagnostics = append(r.diagnostics, list...)
	if l == nil {
		f.sources = append(f.sources, &source{name: name}) // its generated code is no orphan
		return nil
	}
	r.add(f, name, l)
	return nil
}

// loadGo reads the Go structs of f that are layouts.
func (r *run) loadGo(ctx context.Context, f *folder, names []string) error {
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
	for _, d := range pkg.Diagnostics {
		d.Pos.File = r.relFile(d.Pos.File)
		r.diagnostics = append(r.diagnostics, d)
	}
	for _, l := range pkg.Layouts {
		r.add(f, filepath.Base(l.Source), l)
	}
	return nil
}

// relFile is the name of a file for messages: relative to the folder of the run, with slashes.
func (r *run) relFile(name string) string {
	if filepath.IsAbs(name) {
		name = r.rel(name)
	}
	return filepath.ToSlash(name)
}

// add checks a layout and puts it into the source that it was read from.
func (r *run) add(f *folder, name string, l *model.Layout) {
	for _, d := range model.Check(l) {
		d.Pos.File = r.relFile(d.Pos.File)
		r.diagnostics = append(r.diagnostics, d)
	}
	i := slices.IndexFunc(f.sources, func(s *source) bool { return s.name == name })
	if i < 0 {
		i = len(f.sources)
		f.sources = append(f.sources, &source{name: name, path: filepath.Join(f.dir, outputName(name))})
	}
	f.sources[i].layouts = append(f.sources[i].layouts, l)
}

// clashes refuses two layout files of a folder whose generated files would have the same name.
func (r *run) clashes(f *folder) {
	slices.SortFunc(f.sources, func(a, b *source) int { return strings.Compare(a.name, b.name) })
	for i, s := range f.sources {
		for _, other := range f.sources[:i] {
			if outputName(other.name) != outputName(s.name) || len(s.layouts) == 0 {
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
	if len(f.written) > 0 {
		f.pkg = f.written[0].file.Name.Name
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
