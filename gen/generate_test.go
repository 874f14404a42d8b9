package gen_test

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen"
)

var update = flag.Bool("update", false, "write the golden files of testdata/generate")

// golden holds one folder a case: a package with layouts and the code generated from them.
const golden = "testdata/generate"

// cases are patterns for the folders of golden, relative to it.
func cases(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(golden)
	if err != nil {
		t.Fatal(err)
	}
	var patterns []string
	for _, e := range entries {
		patterns = append(patterns, "./"+e.Name())
	}
	return patterns
}

// generate runs Generate and fails the test on any finding.
func generate(t *testing.T, c gen.Config) *gen.Result {
	t.Helper()
	result, err := gen.Generate(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Diagnostics) > 0 {
		t.Fatal(text(t, c.Dir, result.Diagnostics))
	}
	return result
}

// text is findings as people see them.
func text(t *testing.T, dir string, l gen.Diagnostics) string {
	t.Helper()
	var b bytes.Buffer
	read := func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(dir, name)) }
	if err := gen.WriteDiagnostics(&b, gen.FormatText, l, read); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// scratch is a folder inside this module, so that generated code in it can be
// type-checked, and outside of what ./... means.
func scratch(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("testdata", "scratch")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// put writes files, given as name and contents in turn, into dir.
func put(t *testing.T, dir string, files ...string) {
	t.Helper()
	for i := 0; i < len(files); i += 2 {
		path := filepath.Join(dir, files[i])
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(files[i+1]), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}

// tree lists the files below dir.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(dir, path)
			names = append(names, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// TestGolden compares what is generated for each case with what is committed.
func TestGolden(t *testing.T) {
	result := generate(t, gen.Config{Dir: golden, Patterns: cases(t), Check: !*update})
	for _, c := range result.Changes {
		if *update {
			t.Logf("%s was %s", c.Path, c.Kind)
			continue
		}
		t.Errorf("%s is %s:\n%s", c.Path, c.Kind, c.Diff())
	}
	if len(result.Files) < len(cases(t)) {
		t.Errorf("%d cases gave only %v", len(cases(t)), result.Files)
	}
}

// TestGoldenVet holds the generated code against gofmt, go vet and, where it is installed, staticcheck.
func TestGoldenVet(t *testing.T) {
	patterns := cases(t)
	for _, p := range patterns {
		files, err := filepath.Glob(filepath.Join(golden, p, "*_vds.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no generated code: %v", p, err)
		}
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if formatted, err := format.Source(src); err != nil || !bytes.Equal(formatted, src) {
				t.Errorf("%s is not what gofmt makes of it: %v", name, err)
			}
		}
	}
	tools := [][]string{{"go", "vet"}}
	if path, err := exec.LookPath("staticcheck"); err == nil {
		tools = append(tools, []string{path})
	}
	for _, tool := range tools {
		cmd := exec.CommandContext(t.Context(), tool[0], append(tool[1:], patterns...)...)
		cmd.Dir = golden
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", strings.Join(tool, " "), err, out)
		}
	}
}

// TestSameBytes generates the cases in other orders and from another folder.
func TestSameBytes(t *testing.T) {
	patterns := cases(t)
	rng := rand.New(rand.NewPCG(3, 4))
	rng.Shuffle(len(patterns), func(i, j int) { patterns[i], patterns[j] = patterns[j], patterns[i] })
	for i, p := range patterns {
		patterns[i] = "./" + filepath.ToSlash(filepath.Join(golden, p))
	}
	for _, c := range generate(t, gen.Config{Patterns: patterns, Check: true}).Changes {
		t.Errorf("%s is %s when generated from another folder in another order", c.Path, c.Kind)
	}
	// A schema file named alone shares the package with the layouts beside it.
	for _, name := range []string{"a", "b"} {
		result := generate(t, gen.Config{Dir: filepath.Join(golden, "several"), Patterns: []string{name + ".yaml"}, Check: true})
		if d := cmp.Diff([]string{name + "_vds.go"}, result.Files); d != "" || len(result.Changes) > 0 {
			t.Errorf("%s.yaml alone: changes %v, files (-want +got):\n%s", name, result.Changes, d)
		}
	}
}

// TestManyMembers has a layout with ten thousand members, whose code is as small as that of one with two.
func TestManyMembers(t *testing.T) {
	layout := func(last int) string {
		return fmt.Sprintf(`vdsgen: 1
layout: Many
vars: {n: 0..%d}
sources: {s: {file: "{n:05}.h5", path: /data, type: float32, shape: [10, 3]}}
datasets: {/data: {from: s, axes: {t: {concat: n}, c: same}}}
`, last)
	}
	size := func(last int) int {
		dir := scratch(t)
		put(t, dir, "many.yaml", layout(last))
		var b bytes.Buffer
		start := time.Now()
		generate(t, gen.Config{Dir: dir, Patterns: []string{"many.yaml"}, Output: "-", Stdout: &b})
		t.Logf("%d members: %d bytes in %v", last+1, b.Len(), time.Since(start))
		return b.Len()
	}
	small, large := size(1), size(9_999)
	if large > small+100 || large > 20_000 {
		t.Errorf("code for 10,000 members has %d bytes, for 2 members %d", large, small)
	}
}

// TestDependencies makes sure that a program with generated code in it does not contain the generator.
func TestDependencies(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "go", append([]string{"list", "-deps"}, cases(t)...)...)
	cmd.Dir = golden
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dep := range strings.Fields(string(out)) {
		for _, bad := range []string{"/jennifer", "golang.org/x/tools", "yaml", "spf13", "vdsgen/gen/internal", "vdsgen/gen/model", "vdsgen/gen/schema"} {
			if strings.Contains(dep, bad) {
				t.Errorf("generated code depends on %s", dep)
			}
		}
	}
}

const plainLayout = `vdsgen: 1
layout: Plain
vars: {n: 0..3}
sources: {s: {file: "{n}.h5", path: /data, type: int32, shape: [100]}}
datasets: {/data: {from: s, fill: -5, axes: {row: {stack: n}, x: same}}}
`

// TestWorkflow goes through the life of a layout: generated, checked, changed, and removed.
func TestWorkflow(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "layout.yaml", plainLayout, "notes.yaml", "about: nothing to do with vdsgen\n")
	changes := func(c gen.Config) map[string]string {
		t.Helper()
		c.Dir = dir
		got := map[string]string{}
		for _, change := range generate(t, c).Changes {
			got[change.Path] = change.Kind.String()
		}
		return got
	}
	check := func(step string, got, want map[string]string) {
		t.Helper()
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", step, d)
		}
	}
	check("checked before the first run", changes(gen.Config{Check: true}), map[string]string{"layout_vds.go": "missing"})
	if d := cmp.Diff([]string{"layout.yaml", "notes.yaml"}, tree(t, dir)); d != "" {
		t.Errorf("Check wrote something (-want +got):\n%s", d)
	}
	check("first run", changes(gen.Config{}), map[string]string{"layout_vds.go": "missing"})
	check("second run", changes(gen.Config{}), map[string]string{})
	put(t, dir, "layout.yaml", strings.Replace(plainLayout, "-5", "-6", 1))
	check("checked after a change", changes(gen.Config{Check: true}), map[string]string{"layout_vds.go": "stale"})
	check("run after a change", changes(gen.Config{}), map[string]string{"layout_vds.go": "stale"})

	// Only what is surely ours goes: a copy under another name and a file that says something else stay.
	ours, err := os.ReadFile(filepath.Join(dir, "layout_vds.go"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "layout_vds.go")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "renamed.yaml", plainLayout, "old_vds.go", strings.Replace(string(ours), "layout.yaml", "old.yaml", 1),
		"other_vds.go", "// Code generated by something else from other.yaml. DO NOT EDIT.\n\npackage x\n")
	if err := os.Remove(filepath.Join(dir, "layout.yaml")); err != nil {
		t.Fatal(err)
	}
	put(t, dir, "other_vds.go", "// Code generated by protoc-gen-go. DO NOT EDIT.\n\npackage "+filepath.Base(dir)+"\n")
	check("run after renaming the layout", changes(gen.Config{}), map[string]string{"renamed_vds.go": "missing", "old_vds.go": "orphaned"})
	if d := cmp.Diff([]string{"notes.yaml", "other_vds.go", "renamed.yaml", "renamed_vds.go"}, tree(t, dir)); d != "" {
		t.Errorf("files at the end (-want +got):\n%s", d)
	}
}

// TestNothingWritten has a good and a bad layout in one run.
func TestNothingWritten(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "good/layout.yaml", plainLayout, "bad/layout.yaml", strings.Replace(plainLayout, "fill: -5", "fill: nan", 1),
		"worse/layout.yaml", strings.Replace(plainLayout, "from: s", "from: t", 1))
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir, Patterns: []string{"./..."}})
	if err != nil {
		t.Fatal(err)
	}
	if !result.Diagnostics.HasErrors() {
		t.Error("no errors in bad layouts")
	}
	report := text(t, dir, result.Diagnostics)
	for _, want := range []string{"bad/layout.yaml:5:", "worse/layout.yaml:5:"} {
		if !strings.Contains(report, want) {
			t.Errorf("the findings lack %s:\n%s", want, report)
		}
	}
	if d := cmp.Diff([]string{"bad/layout.yaml", "good/layout.yaml", "worse/layout.yaml"}, tree(t, dir)); d != "" {
		t.Errorf("files after a run that failed (-want +got):\n%s", d)
	}
}

// TestGuards generates for a package that does not compile without the generated code, and then changes
// a constant of its layout, which the compiler must notice.
func TestGuards(t *testing.T) {
	dir := scratch(t)
	src, err := os.ReadFile(filepath.Join(golden, "constants", "constants.go"))
	if err != nil {
		t.Fatal(err)
	}
	put(t, dir, "constants.go", string(src))
	generate(t, gen.Config{Dir: dir})
	build := func() string {
		cmd := exec.CommandContext(t.Context(), "go", "vet", ".")
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		if (err != nil) != (len(out) > 0) {
			t.Fatalf("go vet: %v\n%s", err, out)
		}
		return string(out)
	}
	if out := build(); out != "" {
		t.Fatalf("the package with its generated code:\n%s", out)
	}
	put(t, dir, "constants.go", strings.Replace(string(src), "const Rows = 16", "const Rows = 17", 1))
	if out := build(); !strings.Contains(out, "Rows - 16") && !strings.Contains(out, "index 1 out of bounds") {
		t.Errorf("the compiler says about a changed constant:\n%s", out)
	}
	put(t, dir, "constants.go", strings.Replace(string(src), "const Rows = 16", "const Rows = 17", 1))
	if changes := generate(t, gen.Config{Dir: dir}).Changes; len(changes) != 1 {
		t.Errorf("generating after the change: %v", changes)
	}
	if out := build(); out != "" {
		t.Errorf("after generating again:\n%s", out)
	}
}

// TestCollisions has generated names that the package has already.
func TestCollisions(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "a.yaml", plainLayout, "b.yaml", plainLayout, "c.go", "package x\n\nfunc BuildPlain() {}\n\ntype T struct{}\n\nfunc (T) OpenPlain() {}\n",
		"d_test.go", "package x\n\nfunc OpenPlain() {}\n", "e.go", "//go:build ignore\n\npackage main\n\nfunc OpenPlain() {}\n")
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	report := text(t, dir, result.Diagnostics)
	for _, want := range []string{"a.yaml:2:9: BuildPlain, which is generated for layout Plain, is declared in c.go:3 already", "more of the names that are generated for layout Plain are declared by the code of a.yaml already"} {
		if !strings.Contains(report, want) {
			t.Errorf("the findings lack %q:\n%s", want, report)
		}
	}
	if strings.Contains(report, "d_test.go") || strings.Contains(report, "e.go") || strings.Contains(report, "a.yaml:2:9: OpenPlain") {
		t.Errorf("the findings have more than they should:\n%s", report)
	}
}

// TestPackageNames has the three places from which the name of the package comes.
func TestPackageNames(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "said/layout.yaml", strings.Replace(plainLayout, "layout:", "package: given\nlayout:", 1),
		"there/layout.yaml", plainLayout, "there/x.go", "package present\n", "My-Folder3/layout.yaml", plainLayout)
	generate(t, gen.Config{Dir: dir, Patterns: []string{"./..."}})
	for name, want := range map[string]string{"said": "given", "there": "present", "My-Folder3": "myfolder3"} {
		src, err := os.ReadFile(filepath.Join(dir, name, "layout_vds.go"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(src, []byte("\npackage "+want+"\n")) {
			t.Errorf("%s: not in package %s:\n%.300s", name, want, src)
		}
	}
	put(t, dir, "both/layout.yaml", strings.Replace(plainLayout, "layout:", "package: given\nlayout:", 1), "both/x.go", "package present\n")
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir, Patterns: []string{"./both"}})
	if err != nil || !strings.Contains(text(t, dir, result.Diagnostics), "both/layout.yaml:2:10: package given in a folder of package present") {
		t.Errorf("a package that contradicts its folder: %v\n%s", err, text(t, dir, result.Diagnostics))
	}
}

// TestOutside generates in a folder that belongs to no module: the code is written, with a warning that it was not type-checked.
func TestOutside(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "detector")
	put(t, dir, "layout.yaml", plainLayout)
	result, err := gen.Generate(t.Context(), gen.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	if result.Diagnostics.HasErrors() || !strings.Contains(text(t, dir, result.Diagnostics), "layout.yaml:2:9: warning: the generated code needs package github.com/vdsgen/vdsgen/runtime, which cannot be had here: the folder belongs to no module") {
		t.Errorf("findings outside a module:\n%s", text(t, dir, result.Diagnostics))
	}
	if d := cmp.Diff([]string{"layout.yaml", "layout_vds.go"}, tree(t, dir)); d != "" {
		t.Errorf("files (-want +got):\n%s", d)
	}
}

// TestErrors has what is wrong with a run rather than with a layout.
func TestErrors(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "layout.yaml", plainLayout, "more.yaml", strings.Replace(plainLayout, "Plain", "More", 1), "empty/x.txt", "")
	for _, tt := range []struct {
		name   string
		config gen.Config
		want   string
	}{
		{"no such file", gen.Config{Patterns: []string{"none.yaml"}}, "none.yaml"},
		{"no such folder", gen.Config{Patterns: []string{"./none/..."}}, "none"},
		{"nothing there", gen.Config{Patterns: []string{"./empty"}}, "./empty: no layout there"},
		{"not a schema", gen.Config{Patterns: []string{"empty/x.txt"}}, "empty/x.txt: not a schema"},
		{"two files to one output", gen.Config{Output: "-", Stdout: &bytes.Buffer{}}, "one output for the code of 2 layout files"},
		{"output into no folder", gen.Config{Patterns: []string{"more.yaml"}, Output: "none/x.go"}, "none"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.config.Dir = dir
			_, err := gen.Generate(t.Context(), tt.config)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want one with %q", err, tt.want)
			}
		})
	}
}
