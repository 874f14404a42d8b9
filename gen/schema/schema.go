// Package schema reads layouts: YAML schemas (yaml.go) and annotated Go structs
// (gostruct.go), with one result, model.Layout.
package schema

import (
	"context"
	"errors"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// LoadYAML reads the schema in data, name standing for its file in positions. The
// layout is not yet checked; it is nil when the list has errors.
func LoadYAML(name string, data []byte) (*model.Layout, diag.List) {
	return nil, diag.List{{Message: "reading YAML is being built"}}
}

// LoadGo reads every layout in the Go package in folder dir, in the order of file name and position.
func LoadGo(ctx context.Context, dir string) (*GoPackage, error) {
	return nil, errors.New("reading Go is being built")
}

// GoPackage is what LoadGo found in one folder.
type GoPackage struct {
	Dir         string
	Name        string // package name
	Path        string // import path
	Layouts     []*model.Layout
	Diagnostics diag.List
}
