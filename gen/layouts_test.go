package gen_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
)

func TestLoadLayouts(t *testing.T) {
	for _, tt := range []struct {
		name string
		want []string
	}{
		{"several/b.yaml", []string{"Second"}},
		{"several/several.go", []string{"Third"}},
		{"several", []string{"First", "Second", "Third"}},
		{"./constants", []string{"Tiled"}},
	} {
		layouts, err := gen.LoadLayouts(t.Context(), golden, tt.name)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var names []string
		for _, l := range layouts {
			names = append(names, l.Name.Name)
		}
		if !slices.Equal(names, tt.want) {
			t.Errorf("%s: layouts %v, want %v", tt.name, names, tt.want)
		}
	}
}

func TestLoadLayoutsErrors(t *testing.T) {
	dir := scratch(t)
	put(t, dir, "bad.yaml", strings.ReplaceAll(plainLayout, "row:", "row: {nonsense: n}, other:"), "plain.go", "package x\n", "layout.yaml", plainLayout)
	_, err := gen.LoadLayouts(t.Context(), dir, "bad.yaml")
	var found gen.Diagnostics
	if !errors.As(err, &found) || !strings.HasPrefix(found[0].Pos.String(), "bad.yaml:5:") {
		t.Errorf("a bad layout: %v", err)
	}
	for _, name := range []string{"none.yaml", "none.go", "plain.go"} {
		if _, err := gen.LoadLayouts(t.Context(), dir, name); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, code := range gen.Codes() {
		text, ok := gen.Explain(code)
		if !ok || !strings.HasPrefix(text, code+": ") {
			t.Errorf("%s: %.60q, %v", code, text, ok)
		}
	}
	if text, ok := gen.Explain("67"); !ok || !strings.HasPrefix(text, "VDS067: ") {
		t.Errorf("67: %.60q, %v", text, ok)
	}
	if _, ok := gen.Explain("VDS998"); ok {
		t.Error("VDS998 is explained")
	}
}
