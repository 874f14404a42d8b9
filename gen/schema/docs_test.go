package schema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
)

// TestLanguageReference checks every whole layout in docs/layout.md, and that those with
// the same name mean the same in both forms.
func TestLanguageReference(t *testing.T) {
	data, err := os.ReadFile(filepath.Join("..", "..", "docs", "layout.md"))
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*model.Layout{}
	whole, pairs := 0, 0
	for i, block := range strings.Split(string(data), "```") {
		if i%2 == 0 {
			continue
		}
		kind, text, _ := strings.Cut(block, "\n")
		if kind == "yaml" && !strings.Contains(text, "vdsgen: 1\n") || kind == "go" && !strings.HasPrefix(text, "package ") {
			continue
		}
		whole++
		l, list := load(t, text)
		if len(list) > 0 {
			t.Errorf("%v\n%s", list, text)
			continue
		}
		if other := byName[l.Name.Name]; other != nil {
			pairs++
			for _, d := range model.Compare(other, l) {
				if d.Category != model.Pixels || !strings.Contains(d.What, "constant") && !strings.Contains(d.What, "variable") {
					t.Errorf("layout %s: %v", l.Name, d)
				}
			}
		}
		byName[l.Name.Name] = l
	}
	if whole < 7 || pairs < 2 {
		t.Errorf("%d layouts and %d pairs in the reference", whole, pairs)
	}
}
