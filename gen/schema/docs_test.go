package schema

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
)

// TestDocumentation checks every whole layout in the README and in docs, and that those of a page with
// the same name mean the same in both forms.
func TestDocumentation(t *testing.T) {
	pages, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range append(pages, filepath.Join("..", "..", "README.md")) {
		name := filepath.Base(page)
		if name == "errors.md" {
			continue // it has what is wrong
		}
		t.Run(name, func(t *testing.T) {
			whole, pairs := checkPage(t, page)
			if name == "layout.md" && (whole < 7 || pairs < 2) {
				t.Errorf("%d layouts and %d pairs in the reference", whole, pairs)
			}
		})
	}
}

// checkPage checks the layouts of a page and counts them, and those in both forms.
func checkPage(t *testing.T, page string) (whole, pairs int) {
	data, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]*model.Layout{}
	for i, block := range strings.Split(string(data), "```") {
		if i%2 == 0 {
			continue
		}
		kind, text, _ := strings.Cut(block, "\n")
		isLayout := kind == "yaml" && strings.Contains(text, "vdsgen: 1\n") || kind == "go" && strings.Contains(text, "//vds:layout")
		if !isLayout {
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
	return whole, pairs
}
