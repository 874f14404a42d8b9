package gen

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// runtimePath is the package that generated code calls.
const runtimePath = "github.com/vdsgen/vdsgen/runtime"

// checkMode type-checks the packages themselves from source and takes what they import from compiled packages.
const checkMode = packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles | packages.NeedImports |
	packages.NeedTypes | packages.NeedSyntax | packages.NeedTypesInfo

// typecheck compiles the generated code in memory, within its packages and against the
// runtime package that they import. It leaves out packages in
// folders that have not changed: their code is on disk already. Errors in other files of a package are its author's
// and are not reported; one in generated code is a bug in vdsgen and said to be one, unless
// the runtime package is absent or too old.
func (r *run) typecheck(ctx context.Context, changed func(dir string) bool) error {
	overlay := map[string][]byte{}
	modules := map[string][]string{} // folders by the folder of their module
	for _, f := range r.folders {
		if !f.rendered() {
			continue
		}
		for _, s := range f.sources {
			if s.code != nil {
				overlay[s.path] = s.code
			}
		}
		if !changed(f.dir) {
			continue
		}
		root := moduleRoot(f.dir)
		modules[root] = append(modules[root], f.dir)
		for _, name := range f.ours {
			if path := filepath.Join(f.dir, name); overlay[path] == nil {
				overlay[path] = []byte("package " + f.pkg + "\n") // as good as removed
			}
		}
	}
	for _, root := range slices.Sorted(maps.Keys(modules)) {
		config := &packages.Config{Context: ctx, Mode: checkMode, Dir: root, Overlay: overlay}
		pkgs, err := packages.Load(config, modules[root]...)
		if err != nil {
			return fmt.Errorf("type-checking generated code: %w", err)
		}
		r.moduleErrors(pkgs, modules[root])
	}
	return nil
}

// rendered reports whether there is code for a layout of the folder.
func (f *folder) rendered() bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool { return s.code != nil })
}

// moduleRoot is the folder of the module that dir belongs to, dir itself where it belongs to none.
func moduleRoot(dir string) string {
	for root := dir; ; root = filepath.Dir(root) {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			return root
		}
		if root == filepath.Dir(root) {
			return dir
		}
	}
}

// moduleErrors reports the errors that lie in generated code of one module.
func (r *run) moduleErrors(pkgs []*packages.Package, dirs []string) {
	checked := map[string]bool{}
	for _, p := range pkgs {
		checked[p.Dir] = true
		if why := runtimeMissing(p); why != "" {
			r.warnNoRuntime(p.Dir, why)
			continue
		}
		r.packageErrors(p)
	}
	for _, dir := range dirs {
		if !checked[dir] {
			r.warnNoRuntime(dir, "the folder belongs to no module")
		}
	}
}

// runtimeMissing says why p cannot import the runtime package; "" where it can.
func runtimeMissing(p *packages.Package) string {
	if imported := p.Imports[runtimePath]; imported != nil && imported.Name == "" && len(imported.Errors) > 0 {
		return imported.Errors[0].Msg
	}
	for _, e := range p.Errors {
		first, _, _ := strings.Cut(e.Msg, "\n")
		if e.Kind == packages.ListError && strings.Contains(first, runtimePath) {
			return first
		}
	}
	return ""
}

// packageErrors reports the errors of a package that lie in generated code.
func (r *run) packageErrors(p *packages.Package) {
	for _, e := range p.Errors {
		file, _, _ := strings.Cut(e.Pos, ".go:")
		s := r.sourceOf(file + ".go")
		if s == nil || e.Kind == packages.ListError {
			continue
		}
		pos := r.pos(s.layouts[0].Name.Pos)
		if strings.Contains(e.Msg, "vds.SupportsGen") {
			r.diagnostics.Errorf(pos, diag.NoRuntime, "package %s is older than this vdsgen", runtimePath).Hintf("go get -u github.com/vdsgen/vdsgen")
			return
		}
		r.diagnostics.Errorf(pos, diag.Internal, "bug in vdsgen: the generated code does not compile: %s: %s", r.relFile(e.Pos), e.Msg)
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

// warnNoRuntime warns that the code in dir was not type-checked because the runtime package cannot be had there.
func (r *run) warnNoRuntime(dir, why string) {
	for _, f := range r.folders {
		if f.dir != dir {
			continue
		}
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
}
