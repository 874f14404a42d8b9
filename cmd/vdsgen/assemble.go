package main

import (
	"fmt"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// assemble puts a lowered layout into a builder: what generated code does with the same layout and
// values, so that both write the same bytes.
func assemble(name string, lowered *model.Lowered, opts []vds.Option) (*vds.Builder, error) {
	b := vds.NewBuilder(name, opts...)
	layouts := map[*model.Virtual]*vds.Layout{}
	for _, d := range lowered.Datasets {
		if d.Virtual.MaskOf != nil {
			continue
		}
		layout, err := assembleDataset(d)
		if err != nil {
			return nil, fmt.Errorf("%s:%s: %w", name, d.Path, err)
		}
		layouts[d.Virtual] = layout
		b.Virtual(d.Path, layout, attrs(d.Attrs)...)
	}
	for _, d := range lowered.Datasets {
		if of := d.Virtual.MaskOf; of != nil {
			b.Mask(d.Path, layouts[of], attrs(d.Attrs)...)
		}
		for _, s := range d.Scales {
			b.Scale(d.Path, s.Axis, s.Path)
		}
	}
	for _, e := range lowered.Tree {
		assembleEntry(b, e)
	}
	return b, nil
}

// assembleDataset maps every source of one virtual dataset.
func assembleDataset(d *model.LoweredDataset) (*vds.Layout, error) {
	datatype, err := datatypeOf(d.Type)
	if err != nil {
		return nil, err
	}
	element, err := datatypeOf(d.Virtual.SourceType)
	if err != nil {
		return nil, err
	}
	var opts []vds.LayoutOption
	if d.Fill != nil {
		opts = append(opts, vds.Fill(d.Fill))
	}
	if d.Virtual.Decl.Convert {
		opts = append(opts, vds.Convert())
	}
	layout := vds.NewLayoutOf(datatype, extents(d.Shape, d.MaxShape), opts...)
	members := memberSources{d: d, opts: []vds.SourceOption{vds.ElementType(element)}}
	if d.Virtual.Source.Optional {
		members.opts = append(members.opts, vds.Optional())
	}
	var of vds.Source
	for i, m := range d.Mappings { // those of one member follow one another
		if i == 0 || m.Member != d.Mappings[i-1].Member {
			of = members.source(m.Member)
		}
		s := of
		if m.Source.Kind() != dataspace.KindAll {
			s = of.Select(m.Source)
		}
		if err := layout.MapSelection(m.Virtual, s); err != nil {
			return nil, err
		}
	}
	return layout, nil
}

// memberSources describes the source datasets of d as the layout does.
type memberSources struct {
	d     *model.LoweredDataset
	opts  []vds.SourceOption
	shape []int // of the last one
}

// source describes member i.
func (s *memberSources) source(i int) vds.Source {
	m := &s.d.Members[i]
	s.shape = s.shape[:0]
	for _, n := range m.Shape {
		if n < 0 {
			n = vds.Unlimited
		}
		s.shape = append(s.shape, int(n))
	}
	if m.Template {
		return vds.NewTemplateSource(m.File, m.Path, s.shape, s.opts...)
	}
	return vds.NewSource(m.File, m.Path, s.shape, s.opts...)
}

// extents is the shape of a virtual dataset, Unlimited on axes that grow.
func extents(shape, limits []uint64) []int {
	out := make([]int, len(shape))
	for i, n := range shape {
		out[i] = int(n)
		if limits[i] == dataspace.Unlimited {
			out[i] = vds.Unlimited
		}
	}
	return out
}

// assembleEntry puts one entry of the tree into the builder.
func assembleEntry(b *vds.Builder, e *model.LoweredEntry) {
	switch e.Kind {
	case model.TreeValue, model.TreeValues:
		b.Dataset(e.Path, e.Data, attrs(e.Attrs)...)
	case model.TreeSoft:
		b.SoftLink(e.Path, e.Target)
	case model.TreeExternal:
		b.ExternalLink(e.Path, e.File, e.Target)
	default:
		if e.Entry.Dataset == nil { // attributes of virtual datasets came with these
			b.Group(e.Path, attrs(e.Attrs)...)
		}
	}
}

func attrs(list []model.LoweredAttr) []vds.Attr {
	out := make([]vds.Attr, len(list))
	for i, a := range list {
		out[i] = vds.A(a.Name, a.Data)
	}
	return out
}

var elementTypes = map[model.TypeKind]func() *hdf5.Datatype{
	model.Int8: hdf5.Int8, model.Int16: hdf5.Int16, model.Int32: hdf5.Int32, model.Int64: hdf5.Int64,
	model.Uint8: hdf5.Uint8, model.Uint16: hdf5.Uint16, model.Uint32: hdf5.Uint32, model.Uint64: hdf5.Uint64,
	model.Float32: hdf5.Float32, model.Float64: hdf5.Float64, model.Bool: hdf5.Bool,
	model.String:    func() *hdf5.Datatype { return hdf5.VarString(hdf5.UTF8) },
	model.Complex64: hdf5.Complex64, model.Complex128: hdf5.Complex128,
}

// datatypeOf is the HDF5 type of an element type of the layout language, the one that its Go type has.
func datatypeOf(t model.TypeRef) (*hdf5.Datatype, error) {
	if make, ok := elementTypes[t.Kind]; ok {
		return make(), nil
	}
	if t.Compound == nil {
		return nil, fmt.Errorf("no HDF5 type for %s", t)
	}
	members := make([]hdf5.Member, len(t.Compound.Members))
	offset := 0
	for i, m := range t.Compound.Members {
		datatype, err := datatypeOf(m.Type)
		if err != nil {
			return nil, err
		}
		if len(m.Dims) > 0 {
			datatype = hdf5.Array(datatype, m.Dims...)
		}
		members[i] = hdf5.Member{Name: m.Name, Offset: offset, Type: datatype}
		offset += datatype.Size()
	}
	return hdf5.Compound(members...), nil
}
