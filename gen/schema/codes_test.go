package schema

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// load reads and checks one layout, YAML or Go.
func load(t *testing.T, source string) (*model.Layout, diag.List) {
	t.Helper()
	if !strings.HasPrefix(source, "package ") {
		l, list := LoadYAML("layout.yaml", []byte(source))
		if l != nil && !list.HasErrors() {
			list = append(list, model.Check(l)...)
		}
		return l, list
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "layout.go"), []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := LoadGo(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	list := p.Diagnostics
	if len(p.Layouts) == 0 {
		return nil, list
	}
	if !list.HasErrors() {
		list = append(list, model.Check(p.Layouts[0])...)
	}
	return p.Layouts[0], list
}

// lowerArgs lowers a layout at arguments as the command line gives them; sources do not exist.
func lowerArgs(l *model.Layout, args []string) diag.List {
	values, err := model.ParseParams(l, args)
	if err == nil {
		_, err = model.Lower(l, values, func(string, string, int) ([]int, error) { return nil, fs.ErrNotExist })
	}
	list, _ := err.(diag.List)
	return list
}

func TestCodes(t *testing.T) {
	for _, e := range diag.Codes {
		t.Run(e.Code.String(), func(t *testing.T) {
			if got, ok := diag.Lookup(strings.ToLower(e.Code.String())); !ok || got.Code != e.Code {
				t.Error("not found by its text")
			}
			if e.Title == "" || e.Description == "" {
				t.Error("not described")
			}
			if e.Bad == "" || e.Mend == "" {
				t.Fatal("no example")
			}
			if e.OfGeneration() {
				return // Generate finds it, and a test beside it
			}
			whole := func(s string) string {
				if e.IsGo() {
					return s
				}
				return diag.Example(s)
			}
			l, list := load(t, whole(e.Bad))
			if len(e.Args) > 0 && !list.HasErrors() {
				list = lowerArgs(l, e.Args)
			}
			if !slices.ContainsFunc(list, func(d diag.Diagnostic) bool { return d.Code == e.Code }) {
				t.Errorf("the bad example gives:\n%v", list)
			}
			if _, list := load(t, whole(e.Mend)); len(list) > 0 {
				t.Errorf("the mended example gives:\n%v", list)
			}
		})
	}
}
