// Package generated holds the layouts of the example detectors, for `vdsgen init --like`. The examples
// themselves are the packages in its folders.
package generated

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The layouts that are schemas have one name; those that are Go structs are listed, and a test holds the list against
// the folders.
//
//go:embed */layout.yaml
//go:embed datasetconcatenation/datasetconcatenation.go dualpcoedge/dualpcoedge.go percival/percival.go
var layouts embed.FS

// Example is the layout of one example detector.
type Example struct {
	Name string // of its folder
	File string // base name of the layout file: layout.yaml, or a Go file
	Text []byte
}

// Examples lists the examples by name. It fails only where the layouts were not embedded.
func Examples() ([]Example, error) {
	files, err := fs.Glob(layouts, "*/*")
	if err != nil {
		return nil, fmt.Errorf("the layouts of examples: %w", err)
	}
	var out []Example
	for _, name := range files {
		text, err := layouts.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("the layouts of examples: %w", err)
		}
		out = append(out, Example{Name: path.Dir(name), File: path.Base(name), Text: text})
	}
	slices.SortFunc(out, func(a, b Example) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

// ErrUnknown says that there is no example of a name.
var ErrUnknown = errors.New("no such example")

// Find returns the example of that name. The error wraps [ErrUnknown] and lists the names that there are.
func Find(name string) (Example, error) {
	all, err := Examples()
	if err != nil {
		return Example{}, err
	}
	var names []string
	for _, e := range all {
		if strings.EqualFold(e.Name, name) {
			return e, nil
		}
		names = append(names, e.Name)
	}
	return Example{}, fmt.Errorf("%s: %w; there are %s", name, ErrUnknown, strings.Join(names, ", "))
}

// IsGo reports whether the layout is an annotated Go struct.
func (e Example) IsGo() bool { return path.Ext(e.File) == ".go" }
