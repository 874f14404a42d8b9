package model

import (
	"errors"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Params are values for the parameters of a layout by name: string for string
// parameters, int64 for int ones, []int64 for []int ones.
type Params map[string]any

// Probe returns the shape of dataset path of file, names as the layout gives them,
// not escaped. A file or dataset that does not exist is an error that errors.Is fs.ErrNotExist.
type Probe func(file, path string) (shape []int, err error)

// Lowered is a layout at given parameter values: everything that the file will hold.
type Lowered struct {
	Layout   *Layout
	File     string            // default file name; "" when the layout gives none
	Datasets []*LoweredDataset // in the order of Layout.Virtual
	Tree     []*LoweredEntry   // in the order of Layout.Tree, paths with variables expanded
	Warnings diag.List
}

// LoweredDataset is one virtual dataset.
type LoweredDataset struct {
	Virtual  *Virtual
	Path     string
	Type     TypeRef
	Fill     any       // value of the element type's Go type, nil for zeros; see Fill.Value
	Shape    []uint64  // current extent; 0 on an axis that grows
	MaxShape []uint64  // dataspace.Unlimited on an axis that grows
	Mappings []Mapping // member order, then pieces; neighbours that are one hyperslab are joined
	Mask     []uint32  // mask only: the values, row-major over Shape
	Attrs    []LoweredAttr
	Scales   []LoweredScale
}

// Mapping is one entry of a virtual dataset.
type Mapping struct {
	File, Path string // as stored in the file: literal % doubled, %b for printf mappings
	Virtual    dataspace.Selection
	Source     dataspace.Selection // All when the whole source is mapped
}

// LoweredAttr is one attribute: Data is a scalar, or a slice for a list, of the Go type of Type.
type LoweredAttr struct {
	Name string
	Type TypeRef
	List bool
	Data any
}

// LoweredScale attaches the dimension scale at Path to axis Axis.
type LoweredScale struct {
	Axis int
	Path string
}

// LoweredEntry is one entry of the tree.
type LoweredEntry struct {
	Entry  *TreeEntry
	Path   string
	Kind   TreeKind
	Type   TypeRef // TreeValue, TreeValues
	Data   any     // TreeValue: a scalar; TreeValues: a slice
	File   string  // TreeExternal
	Target string  // TreeSoft, TreeExternal
	Attrs  []LoweredAttr
}

// Lower computes what l holds at the given values. l must have passed Check.
func Lower(l *Layout, values Params, probe Probe) (*Lowered, error) {
	return nil, errors.New("lowering is being built")
}
