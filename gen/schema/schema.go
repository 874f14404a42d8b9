// Package schema reads layouts: YAML schemas (yaml.go) and annotated Go structs
// (gostruct.go), with one result, model.Layout.
package schema

import (
	"context"
	"errors"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)


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
