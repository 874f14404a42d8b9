package model

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Params are values for the parameters of a layout by name: string for string
// parameters, int64 for int ones, []int64 for []int ones.
type Params map[string]any

// Probe returns the shape of dataset path of file, names as the layout gives them,
// not escaped. rank is the number of axes that the layout gives it. A file or dataset that
// does not exist is an error that errors.Is fs.ErrNotExist.
type Probe func(file, path string, rank int) (shape []int, err error)

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
	Fill     any             // value of the element type's Go type, nil for zeros; see Fill.Value
	Shape    []uint64        // current extent; 0 on an axis that grows
	MaxShape []uint64        // dataspace.Unlimited on an axis that grows
	Members  []LoweredMember // the source datasets, in member order; printf mappings have one for the series
	Mappings []Mapping       // member order, then pieces; neighbours that are one hyperslab are joined
	Mask     []uint32        // mask only: the values, row-major over Shape
	Attrs    []LoweredAttr
	Scales   []LoweredScale
}

// LoweredMember is one source dataset. Its element type, and whether it may be missing, are
// Virtual.SourceType and Virtual.Source.Optional of the dataset.
type LoweredMember struct {
	// File and Path are the names themselves, not escaped. When Template is set they are
	// those of a series that HDF5 numbers, as stored: %b for the number, literal % doubled.
	File, Path string
	Template   bool
	Shape      []int64 // extents in elements; -1 on an axis that grows
}

// Mapping is one entry of a virtual dataset.
type Mapping struct {
	Member     int    // number of its source in LoweredDataset.Members
	File, Path string // of that source, as stored: literal % doubled, %b in a series
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

// Limits on the mappings of one virtual dataset.
const (
	maxMappings  = 1_000_000 // beyond it no reader opens the file in reasonable time and memory
	manyMappings = 10_000    // libhdf5 1.10 needs some 15 KB of memory for each mapping
)

// Lower computes what the file of l holds at the given parameter values. l must have
// passed Check. values need not name parameters that have a default. probe is asked for
// the shapes of sources that the layout leaves to the file; nil fails where one is needed.
//
// The error is a diag.List with the places in the layout that cannot be computed at these
// values: a negative length, members that overlap, a source that is missing.
func Lower(l *Layout, values Params, probe Probe) (*Lowered, error) {
	lo := &lowerer{l: l, probe: probe, limit: maxMappings}
	out := lo.lower(values)
	if lo.list.HasErrors() {
		lo.list.Sort()
		return nil, lo.list
	}
	out.Warnings = lo.list
	return out, nil
}

// lowerer carries the findings and the values through Lower.
type lowerer struct {
	l      *Layout
	probe  Probe
	limit  int   // mappings of one dataset
	assume int64 // over 0: probed axes are that long, and nothing is read
	env    Env
	texts  Texts
	vars   map[*Var][]int64 // values of each closed variable
	list   diag.List
}

// errors counts the errors so far, for a part of the work to see whether it added any.
func (lo *lowerer) errors() int {
	n := 0
	for _, d := range lo.list {
		if d.Severity == diag.Error {
			n++
		}
	}
	return n
}

// fail records err, an *EvalError keeping its own place.
func (lo *lowerer) fail(pos diag.Pos, code diag.Code, err error) {
	if e, ok := errors.AsType[*EvalError](err); ok {
		if e.Pos.IsValid() {
			pos = e.Pos
		}
		code = diag.NoValue
	}
	lo.list.Errorf(pos, code, "%v", err)
}

func (lo *lowerer) lower(values Params) *Lowered {
	out := &Lowered{Layout: lo.l}
	if !lo.bind(values) || !lo.bindVars() || !lo.bindLists(values) {
		return out
	}
	if lo.l.File != nil {
		name, err := lo.l.File.Expand(lo.env, lo.texts)
		if err != nil {
			lo.fail(lo.l.File.Pos, diag.NoValue, err)
		}
		out.File = name
	}
	shapes := map[memberSet]*members{}
	byVirtual := map[*Virtual]*LoweredDataset{}
	for _, v := range lo.l.Virtual {
		d := lo.dataset(v, shapes)
		byVirtual[v] = d
		out.Datasets = append(out.Datasets, d)
	}
	for _, d := range out.Datasets {
		if m := d.Virtual.MaskOf; m != nil && !lo.list.HasErrors() {
			lo.mask(d, byVirtual[m])
		}
	}
	out.Tree = lo.tree()
	lo.scaleLengths(out)
	return out
}

// dataset lowers one virtual dataset.
func (lo *lowerer) dataset(v *Virtual, shapes map[memberSet]*members) *LoweredDataset {
	out := &LoweredDataset{Virtual: v, Path: v.Path, Type: v.Type}
	if v.Fill != nil {
		fill, err := v.Fill.Value(v.Type)
		if err != nil {
			lo.fail(v.Fill.Pos, diag.BadFill, err)
		}
		out.Fill = fill
	}
	out.Attrs = lo.attrs(v.Attrs)
	for _, t := range lo.l.Tree {
		if t.Dataset == v {
			out.Attrs = append(out.Attrs, lo.attrs(t.Attrs)...)
		}
	}
	for _, s := range v.Decl.Scales {
		axis := slices.IndexFunc(v.Dims, func(d *Dim) bool { return d.Name == s.Axis.Name })
		out.Scales = append(out.Scales, LoweredScale{Axis: axis, Path: s.Path.Name})
	}
	if v.Source == nil {
		return out
	}
	key := memberSet{v.Source, ""}
	if v.Field != nil {
		key.field = v.Field.Key
	}
	m, done := shapes[key]
	if !done {
		m = lo.members(v)
		shapes[key] = m
	}
	if m != nil {
		(&assembler{lo: lo, v: v, m: m, out: out, before: lo.errors()}).assemble()
	}
	return out
}

// attrs evaluates attributes.
func (lo *lowerer) attrs(list []*Attr) []LoweredAttr {
	var out []LoweredAttr
	for _, a := range list {
		data, err := a.Value.Data(lo.env)
		if err != nil {
			lo.fail(a.Value.Pos, diag.BadValue, fmt.Errorf("attribute %s: %w", a.Name, err))
			continue
		}
		out = append(out, LoweredAttr{Name: a.Name, Type: a.Value.Type, List: a.Value.List, Data: data})
	}
	return out
}
