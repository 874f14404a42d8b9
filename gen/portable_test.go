package gen_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
)

// TestLineEndings generates the cases from layouts with the line endings of Windows: the code is the same, byte for byte.
func TestLineEndings(t *testing.T) {
	dir := scratch(t)
	var layouts []string
	for _, pattern := range []string{"*/*.yaml", "*/*.go"} {
		files, err := filepath.Glob(filepath.Join(golden, pattern))
		if err != nil {
			t.Fatal(err)
		}
		layouts = append(layouts, files...)
	}
	for _, name := range layouts {
		if strings.HasSuffix(name, "_vds.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		rel, err := filepath.Rel(golden, name)
		if err != nil {
			t.Fatal(err)
		}
		put(t, dir, rel, string(bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))))
	}
	result := generate(t, gen.Config{Dir: dir, Patterns: []string{"./..."}})
	for _, name := range result.Files {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("%s differs when its layout has other line endings", name)
		}
	}
	if len(result.Files) < len(cases(t)) {
		t.Errorf("only %v", result.Files)
	}
}
