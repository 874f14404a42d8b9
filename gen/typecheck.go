package gen

import (
	"context"
	"errors"
	"fmt"
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
// runtime package that they import. Errors in other files of a package are its author's
// and are not reported; one in generated code is a bug in vdsgen, unless it says that
// the runtime package is absent or too old.
func (r *run) typecheck(ctx context.Context) error {
	overlay := map[string][]byte{}
	var patterns []string
	for _, f := range r.folders {
		if !slices.ContainsFunc(f.sources, func(s *source) bool { return s.code != nil }) {
			continue
		}
		patterns = append(patterns, f.dir)
		for _, name := range f.ours {
			overlay[filepath.Join(f.dir, name)] = []byte("package " + f.pkg + "\n") // as good as removed
		}
		for _, s := range f.sources {
			if s.code != nil {
				overlay[s.path] = s.code
			}
		}
	}
	if len(patterns) == 0 {
		return nil
	}
	pkgs, err := packages.Load(&packages.Config{Context: ctx, Mode: checkMode, Dir: r.dir, Overlay: overlay}, patterns...)
	if err != nil {
		return fmt.Errorf("type-checking generated code: %w", err)
	}
	var errs []error
	for _, p := range pkgs {
		errs = append(errs, r.packageErrors(p, overlay)...)
	}
	return errors.Join(errs...)
}

// packageErrors reports the errors of a package that lie in generated code.
func (r *run) packageErrors(p *packages.Package, overlay map[string][]byte) []error {
	var errs []error
	for _, e := range p.Errors {
		file, _, _ := strings.Cut(e.Pos, ".go:")
		file += ".go"
		_, ours := overlay[file]
		switch {
		case strings.Contains(e.Msg, runtimePath) && (e.Kind == packages.ListError || strings.Contains(e.Msg, "could not import")):
			r.warnNoRuntime(file, e.Msg)
			return nil
		case strings.Contains(e.Msg, "vds.SupportsGen"):
			return []error{fmt.Errorf("%s: package %s is older than this vdsgen: go get -u github.com/vdsgen/vdsgen", r.relFile(file), runtimePath)}
		case ours && e.Kind != packages.ListError:
			errs = append(errs, fmt.Errorf("bug in vdsgen: generated code does not compile: %s: %s", r.relFile(e.Pos), e.Msg))
		}
	}
	return errs
}

// warnNoRuntime warns that the code was not type-checked because its module does not have the runtime package.
func (r *run) warnNoRuntime(file, why string) {
	for _, f := range r.folders {
		for _, s := range f.sources {
			if s.code == nil || len(s.layouts) == 0 || filepath.Dir(s.path) != filepath.Dir(file) && file != ".go" {
				continue
			}
			why, _, _ = strings.Cut(why, "\n")
			r.diagnostics.Warnf(r.pos(s.layouts[0].Name.Pos), noRuntime, "the generated code needs package %s, which cannot be found here: %s", runtimePath, why).
				Hintf("go get github.com/vdsgen/vdsgen")
			return
		}
	}
}

// noRuntime is the code of the warning that generated code could not be type-checked.
const noRuntime diag.Code = 90
