package gen_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
)

// goLayout is a Go file of package det with a layout; header stands in front of it.
func goLayout(header string) string {
	return header + `package det

import vds "github.com/vdsgen/vdsgen/runtime"

// Det is a layout.
//
//vds:layout
//vds:var n 0..2
//vds:source part file="{n}.h5" path=/data type=uint16 shape=[10,20]
type Det struct {
	Data vds.Dataset[uint16] ` + "`" + `vds:"/data" from:"part" axes:"n=concat(n) x=same"` + "`" + `
}
`
}

// TestLeftOut has layouts in Go files that are no part of their package: the message names the file and says why.
func TestLeftOut(t *testing.T) {
	for _, tt := range []struct{ name, file, text, want string }{
		{"constraint", "det.go", goLayout("// Det.\n\n//go:build never\n\n"), `det.go does not count: //go:build never leaves it out on `},
		{"test file", "det_test.go", goLayout(""), `det_test.go does not count: it is a test file`},
		{"name", "det_plan9.go", goLayout(""), `det_plan9.go does not count: its name or its imports leave it out on `},
		{"underscore", "_det.go", goLayout(""), `_det.go does not count: files whose names begin with "_" are left out`},
		{"nothing", "det.go", "package det\n", `neither a YAML file with the key vdsgen nor a Go struct with //vds:layout`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := scratch(t)
			put(t, dir, tt.file, tt.text)
			_, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
			if err == nil || !strings.HasPrefix(err.Error(), ".: no layout there: ") || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
			if _, other := gen.LoadLayouts(t.Context(), dir, "."); other == nil || other.Error() != err.Error() {
				t.Errorf("LoadLayouts says %v, and Generate %v", other, err)
			}
		})
	}
}

// TestTwoPackages has a folder with the files of two packages, which no Go command compiles.
func TestTwoPackages(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "det.go", goLayout(""), "doc.go", "package documentation\n", "other.go", "// Package other is in the wrong place.\npackage other\n")
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, dir, result.Diagnostics)
	if want := "other.go:2:9: package other in a folder of package det, which det.go is of [VDS022]"; !strings.Contains(got, want) {
		t.Errorf("findings:\n%s\nwant %s", got, want)
	}
	if err := os.Remove(filepath.Join(dir, "other.go")); err != nil {
		t.Fatal(err)
	}
	if result, err = gen.Generate(t.Context(), gen.Config{Dir: dir}); err != nil || len(result.Diagnostics) > 0 {
		t.Errorf("with a file of package documentation alone: %v\n%s", err, text(t, dir, result.Diagnostics))
	}
}

// TestSameLayoutTwice has one cause of many names that collide: it is one finding.
func TestSameLayoutTwice(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "a.yaml", plainLayout, "b.yaml", plainLayout)
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	got := text(t, dir, result.Diagnostics)
	want := regexp.MustCompile(`b.yaml:2:9: \w+ and \d+ more of the names that are generated for layout Plain are declared by the code of a.yaml already`)
	if len(result.Diagnostics) != 1 || !want.MatchString(got) {
		t.Errorf("findings:\n%s\nwant one: %s", got, want)
	}
}

// TestOldModule generates in a module whose go.mod is for a Go that cannot have the runtime package.
func TestOldModule(t *testing.T) {
	own, err := os.ReadFile(filepath.Join("..", "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	needs := regexp.MustCompile(`(?m)^go (\S+)$`).FindSubmatch(own)
	dir := filepath.Join(t.TempDir(), "det")
	put(t, dir, "go.mod", "module example.org/det\n\ngo 1.20 // as it was\n", "layout.yaml", plainLayout)
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := text(t, dir, result.Diagnostics), "which cannot be had here: go.mod says go 1.20, and it needs go "+string(needs[1])+" ["; !strings.Contains(got, want) {
		t.Errorf("findings:\n%s\nwant %s", got, want)
	}
}
