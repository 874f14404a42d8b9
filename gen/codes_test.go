package gen_test

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// TestCodesOfGeneration generates for the examples of the codes that only generation finds: in a package of this module, or in
// a module of their own.
func TestCodesOfGeneration(t *testing.T) {
	module, err := filepath.Abs("..")
	must(t, err)
	generated := func(t *testing.T, example string) gen.Diagnostics {
		dir := scratch(t)
		if mod, ok := strings.CutPrefix(example, "go.mod:\n"); ok {
			dir = filepath.Join(t.TempDir(), "detector")
			put(t, dir, "go.mod", mod+"\nreplace github.com/vdsgen/vdsgen => "+filepath.ToSlash(module)+"\n", "layout.yaml", diag.BaseExample)
		} else {
			put(t, dir, "layout.go", example)
		}
		result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
		must(t, err)
		return result.Diagnostics
	}
	found := 0
	for _, e := range diag.Codes {
		if !e.OfGeneration() {
			continue
		}
		found++
		t.Run(e.Code.String(), func(t *testing.T) {
			list := generated(t, e.Bad)
			if !slices.ContainsFunc(list, func(d gen.Diagnostic) bool { return d.Code == e.Code }) {
				t.Errorf("the bad example gives:\n%v", list)
			}
			if list := generated(t, e.Mend); len(list) > 0 && e.Code != diag.NoRuntime { // what is required has requirements of its own
				t.Errorf("the mended example gives:\n%v", list)
			}
		})
	}
	if found != 2 {
		t.Errorf("%d codes of generation", found)
	}
}
