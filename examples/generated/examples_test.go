package generated

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Every folder's layout is embedded: a schema of the name layout.yaml, or a Go file with a layout.
func TestEveryExampleIsEmbedded(t *testing.T) {
	embedded := map[string]bool{}
	examples, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range examples {
		embedded[filepath.Join(e.Name, e.File)] = true
		if len(e.Text) == 0 {
			t.Errorf("%s is empty", e.Name)
		}
	}
	var found int
	for _, pattern := range []string{"*/*.yaml", "*/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Contains(text, []byte("\n//vds:layout")) && !bytes.HasPrefix(text, []byte("vdsgen:")) && !bytes.Contains(text, []byte("\nvdsgen:")) {
				continue
			}
			found++
			if !embedded[name] {
				t.Errorf("%s is not embedded in examples.go", name)
			}
		}
	}
	if found != len(embedded) {
		t.Errorf("%d layouts in the folders, %d embedded", found, len(embedded))
	}
}

func TestFind(t *testing.T) {
	if e, err := Find("Percival"); err != nil || !e.IsGo() || e.Name != "percival" {
		t.Errorf("Percival: %+v, %v", e, err)
	}
	if _, err := Find("none"); !errors.Is(err, ErrUnknown) {
		t.Errorf("none: %v", err)
	}
}

// Generated code depends on no platform: it imports what none differs in, and names files with slashes, which package runtime takes to the system.
func TestGeneratedCodeIsPortable(t *testing.T) {
	allowed := []string{"context", "errors", "fmt", "iter", "math", "github.com/vdsgen/vdsgen/runtime"}
	files, err := filepath.Glob("*/*_vds.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("no generated code: %v", err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, imported := range file.Imports {
			if path, _ := strconv.Unquote(imported.Path.Value); !slices.Contains(allowed, path) {
				t.Errorf("%s imports %s", name, imported.Path.Value)
			}
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING && strings.Contains(text.Value, `\`) {
				t.Errorf("%s: a backslash in %s", name, text.Value)
			}
			return true
		})
		if first := strings.TrimPrefix(file.Comments[0].List[0].Text, "//"); strings.ContainsAny(first, `/\`) {
			t.Errorf("%s names its layout with a folder: %s", name, first)
		}
	}
}
