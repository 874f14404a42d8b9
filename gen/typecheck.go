package gen

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"go/version"
	"maps"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"
	"golang.org/x/tools/go/packages"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// runtimePath is the package that generated code calls.
const runtimePath = "github.com/vdsgen/vdsgen/runtime"

// importMode takes packages from what the Go command has compiled. Only what the packages with layouts import is
// loaded: to load these themselves would make the Go command compile all that was generated.
const importMode = packages.NeedName | packages.NeedTypes

// typecheck compiles the generated code in memory, within its packages and against the
// runtime package that they import. It leaves out packages in
// folders that have not changed: their code is on disk already. Errors in other files of a package are its author's
// and are not reported; one in generated code is a bug in vdsgen and said to be one, unless
// the runtime package is absent or too old.
func (r *run) typecheck(ctx context.Context, changed func(dir string) bool) error {
	overlay := map[string][]byte{}
	modules := map[string][]*folder{} // by the folder of their module
	for _, f := range r.folders {
		if !f.rendered() {
			continue
		}
		for _, s := range f.sources {
			if s.code != nil {
				overlay[s.path] = s.code
			}
		}
		for _, name := range f.ours {
			if path := filepath.Join(f.dir, name); overlay[path] == nil {
				overlay[path] = []byte("package " + f.pkg + "\n") // as good as removed
			}
		}
		if !changed(f.dir) {
			continue
		}
		root, ok := moduleRoot(f.dir)
		if !ok {
			r.warnNoRuntime(f, "the folder belongs to no module")
			continue
		}
		modules[root] = append(modules[root], f)
	}
	for _, root := range slices.Sorted(maps.Keys(modules)) {
		if err := r.checkModule(ctx, root, modules[root], overlay); err != nil {
			return fmt.Errorf("type-checking generated code: %w", err)
		}
	}
	return nil
}

// checkModule compiles the packages of some folders of one module.
func (r *run) checkModule(ctx context.Context, root string, folders []*folder, overlay map[string][]byte) error {
	checks := make([]*check, len(folders))
	paths := map[string]bool{runtimePath: true}
	for i, f := range folders {
		checks[i] = &check{folder: f, fset: f.fset}
		if err := checks[i].parse(); err != nil {
			return err
		}
		for _, file := range checks[i].files {
			for _, spec := range file.Imports {
				if path, err := strconv.Unquote(spec.Path.Value); err == nil && path != "C" && path != "unsafe" {
					paths[path] = true
				}
			}
		}
	}
	config := &packages.Config{Context: ctx, Mode: importMode, Dir: root, Overlay: overlay}
	loaded, err := packages.Load(config, slices.Sorted(maps.Keys(paths))...)
	if err != nil {
		return err
	}
	imports := imported{}
	for _, p := range loaded {
		imports[p.PkgPath] = p
	}
	if why := imports.missing(runtimePath); why != "" {
		if old := goLine(root); old != "" && version.Compare("go"+old, "go"+neededGo) < 0 {
			why = fmt.Sprintf("go.mod says go %s, and it needs go %s", old, neededGo)
		}
		for _, f := range folders {
			r.warnNoRuntime(f, why)
		}
		return nil
	}
	for _, c := range checks {
		c.run(imports)
		r.report(c)
	}
	return ctx.Err()
}

// imported are loaded packages by path.
type imported map[string]*packages.Package

// missing says why a package cannot be imported; "" where it can.
func (i imported) missing(path string) string {
	switch p := i[path]; {
	case p == nil:
		return "the package is not there"
	case len(p.Errors) > 0:
		return p.Errors[0].Msg
	case p.Types == nil:
		return "the package does not compile"
	}
	return ""
}

// Import is that of types.Importer. What a vendor folder holds is loaded under a longer path.
func (i imported) Import(path string) (*types.Package, error) {
	if path == "unsafe" {
		return types.Unsafe, nil
	}
	if p := i[path]; p != nil && p.Types != nil {
		return p.Types, nil
	}
	return nil, errors.New(i.missing(path))
}

// check is a package that is compiled in memory.
type check struct {
	folder *folder
	fset   *token.FileSet
	files  []*ast.File
	errors []types.Error
}

// parse reads the files that people wrote, and takes those that were generated.
func (c *check) parse() error {
	f := c.folder
	parsed := make(map[string]*ast.File, len(f.sources))
	for _, g := range f.written {
		parsed[filepath.Join(f.dir, g.name)] = nil
	}
	for _, s := range f.sources {
		if s.code != nil {
			parsed[s.path] = s.file
		}
	}
	names := slices.Sorted(maps.Keys(parsed))
	c.files = make([]*ast.File, len(names))
	var g errgroup.Group
	g.SetLimit(parallel())
	for i, name := range names {
		if c.files[i] = parsed[name]; c.files[i] != nil {
			continue
		}
		g.Go(func() error {
			// A file that people wrote may be broken: what of it can be read counts.
			file, err := parser.ParseFile(c.fset, name, nil, parser.SkipObjectResolution)
			c.files[i] = file
			if file == nil {
				return err
			}
			return nil
		})
	}
	return g.Wait()
}

// run type-checks the package and keeps all errors.
func (c *check) run(imports imported) {
	config := types.Config{
		Importer:    imports,
		FakeImportC: true,
		Sizes:       types.SizesFor("gc", goarch()),
		Error: func(err error) {
			if e, ok := errors.AsType[types.Error](err); ok {
				c.errors = append(c.errors, e)
			}
		},
	}
	// The error is the first of those that were kept.
	_, _ = config.Check(c.folder.pkg, c.fset, c.files, nil)
}

// goarch is the architecture that the layouts' package is built for.
func goarch() string {
	if arch := os.Getenv("GOARCH"); arch != "" {
		return arch
	}
	return goruntime.GOARCH
}

// parallel is how many goroutines work at a time.
func parallel() int { return goruntime.GOMAXPROCS(0) }

// rendered reports whether there is code for a layout of the folder.
func (f *folder) rendered() bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool { return s.code != nil })
}

// neededGo is the version of Go that the runtime package needs: that of our own go.mod.
const neededGo = "1.26.0"

// goLine is the version of Go that the go.mod in folder root says; "" where it says none.
func goLine(root string) string {
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return "" // who needs it says so
	}
	for line := range strings.Lines(string(data)) {
		if words := strings.Fields(line); len(words) > 1 && words[0] == "go" {
			return words[1]
		}
	}
	return ""
}

// moduleRoot is the folder of the module that dir belongs to; ok is false where it belongs to none.
func moduleRoot(dir string) (root string, ok bool) {
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root, true
		}
		if root == filepath.Dir(root) {
			return "", false
		}
	}
}

// report tells of the errors of a package that lie in generated code.
func (r *run) report(c *check) {
	for _, e := range c.errors {
		at := c.fset.Position(e.Pos)
		s := r.sourceOf(at.Filename)
		if s == nil {
			continue
		}
		pos := r.pos(s.layouts[0].Name.Pos)
		if strings.Contains(e.Msg, "vds.SupportsGen") {
			r.diagnostics.Errorf(pos, diag.NoRuntime, "package %s is older than this vdsgen", runtimePath).Hintf("go get -u github.com/vdsgen/vdsgen")
			return
		}
		r.diagnostics.Errorf(pos, diag.Internal, "bug in vdsgen: the generated code does not compile: %s:%d:%d: %s", r.relFile(at.Filename), at.Line, at.Column, e.Msg)
	}
}

// sourceOf is the layout file whose generated file has the given path; nil when there is none.
func (r *run) sourceOf(path string) *source {
	for _, s := range r.generated() {
		if s.path == path {
			return s
		}
	}
	return nil
}

// warnNoRuntime warns that the code in a folder was not type-checked because the runtime package cannot be had there.
func (r *run) warnNoRuntime(f *folder, why string) {
	for _, s := range f.sources {
		if s.code == nil {
			continue
		}
		why, _, _ = strings.Cut(why, "\n")
		r.diagnostics.Warnf(r.pos(s.layouts[0].Name.Pos), diag.NoRuntime, "the generated code needs package %s, which cannot be had here: %s", runtimePath, why).
			Hintf("go get github.com/vdsgen/vdsgen")
		return
	}
}
