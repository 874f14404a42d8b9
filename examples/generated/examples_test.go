package generated

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
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
