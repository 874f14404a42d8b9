package main

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

func describeFile(name string, f *hdf5.File) *fileNode {
	s := f.Superblock()
	return &fileNode{
		File: name, Size: f.Size(), Superblock: s.Version, UserBlock: s.UserBlock,
		OffsetSize: s.OffsetSize, LengthSize: s.LengthSize, Writing: s.Writing, SWMR: s.SWMR,
	}
}

// describe fills in what there is to say of an object. A part that cannot be read leaves the others alone.
func (w *walker) describe(n *node, object hdf5.Object) {
	switch info, err := object.Info(); {
	case err != nil:
		n.fail(err)
	default:
		n.Links, n.HeaderVersion, n.Comment = info.Links, info.HeaderVersion, info.Comment
		if !info.Modified.IsZero() {
			n.Modified = info.Modified.Format(time.RFC3339)
		}
	}
	switch o := object.(type) {
	case *hdf5.Group:
		w.group(n, o)
	case *hdf5.Dataset:
		w.dataset(n, o)
	case *hdf5.NamedType:
		n.Type, n.Datatype = o.Datatype().String(), describeType(o.Datatype())
	}
	if !w.options.brief || w.options.json {
		w.attributes(n, object)
	}
}

func (w *walker) group(n *node, g *hdf5.Group) {
	form, err := g.Form()
	if err != nil {
		n.fail(err)
		return
	}
	n.Form = form.String()
	if n.CreationOrder, err = g.TracksOrder(); err != nil {
		n.fail(err)
	}
}

func (w *walker) dataset(n *node, d *hdf5.Dataset) {
	n.Type, n.Datatype = d.Datatype().String(), describeType(d.Datatype())
	n.Committed = w.origin(d.CommittedType())
	n.Space, n.Shape = spaceName(d.Space()), d.Shape()
	w.virtual(n, d)
	if limits := d.MaxShape(); !slices.Equal(limits, n.Shape) {
		for _, m := range limits {
			n.MaxShape = append(n.MaxShape, int64(m)) // Unlimited is all ones and becomes -1
		}
	}
	for _, f := range d.Filters() {
		name := f.Name
		if name == "" {
			name = f.ID.String() // the library's own are stored without one
		}
		n.Filters = append(n.Filters, filterNode{int(f.ID), name, f.String(), f.Optional, append([]uint32{}, f.Params...)})
	}
	n.Fill = describeFill(d)
	if d.ExternalFiles() {
		segments, err := d.RawSegments()
		if err != nil {
			n.fail(err)
		}
		for _, s := range segments {
			x := externalNode{File: s.File, Offset: s.Offset}
			if s.Size != dataspace.Unlimited {
				x.Size = &s.Size
			}
			n.External = append(n.External, x)
		}
	}
	if !w.options.brief || w.options.json {
		w.storage(n, d)
	}
}

func spaceName(s hdf5.SpaceKind) string {
	switch s {
	case hdf5.ScalarSpace:
		return "scalar"
	case hdf5.NullSpace:
		return "null"
	}
	return ""
}

// origin is where a committed type is.
func (w *walker) origin(address uint64, ok bool) *typeOrigin {
	if !ok {
		return nil
	}
	return &typeOrigin{address, w.seen[address]}
}

func describeFill(d *hdf5.Dataset) *fillNode {
	fill := d.Fill()
	n := &fillNode{Defined: fill.Defined, Time: fmt.Sprint(uint8(fill.Time))}
	switch fill.Time {
	case hdf5.FillOnAllocation:
		n.Time = "allocation"
	case hdf5.FillNever:
		n.Time = "never"
	case hdf5.FillIfSet:
		n.Time = "if set"
	}
	if fill.Value == nil {
		return n
	}
	n.Value = fillJSON(d, fill.Value)
	return n
}

// fillJSON is a fill value as JSON holds it, fillText as a word.
func fillJSON(d *hdf5.Dataset, stored []byte) any {
	v, err := d.Datatype().Value(stored)
	if err != nil {
		return fmt.Sprintf("0x%x", stored)
	}
	return jsonValue(shortest(d.Datatype(), v))
}

func fillText(d *hdf5.Dataset, stored []byte) string { return valueText(fillJSON(d, stored)) }

// storage counts the allocated bytes, as far as the run may.
func (w *walker) storage(n *node, d *hdf5.Dataset) {
	s, err := d.Storage(w.chunks)
	if err != nil {
		n.fail(err)
	}
	n.Storage = &storageNode{
		Layout: d.Layout().String(), LayoutVersion: d.LayoutVersion(), Logical: s.Logical, Allocated: s.Allocated, AtLeast: !s.Whole,
	}
	if _, offset, _, ok := d.Contiguous(); ok {
		n.Storage.Offset = &offset
	}
	kind, chunked := d.IndexKind()
	if !chunked {
		return
	}
	w.chunks -= int(s.Chunks)
	n.Storage.ChunkShape, n.Storage.ChunkBytes = d.ChunkShape(), d.ChunkBytes()
	n.Storage.ChunkIndex, n.Storage.Chunks = kind.String(), &s.Chunks
}

// virtual lists the mappings of a virtual dataset and gives the extent that its sources have now.
func (w *walker) virtual(n *node, d *hdf5.Dataset) {
	if d.Layout() != hdf5.Virtual {
		return
	}
	v, err := d.VirtualMappings()
	if err != nil {
		n.fail(err)
		return
	}
	count := v.Len()
	n.MappingCount = &count
	shown := min(count, shownMappings)
	if w.options.mappings {
		shown = count
	}
	for i := range shown {
		n.Mappings = append(n.Mappings, mappingNode{i, v.Virtual(i).String(), v.File(i), v.Path(i), v.Source(i).String()})
	}
	if !slices.Contains(d.MaxShape(), dataspace.Unlimited) {
		return
	}
	now, err := w.file.Dataset(w.ctx, n.Path)
	if err != nil {
		n.fail(err)
		return
	}
	for i, extent := range now.Shape() {
		n.Shape[i] = uint64(extent)
	}
}

func (w *walker) attributes(n *node, object hdf5.Object) {
	for a, err := range object.Attributes() {
		if err != nil {
			n.Attributes = append(n.Attributes, attrNode{Error: oneLine(err)})
			continue
		}
		x := attrNode{Name: a.Name(), Type: a.Datatype().String(), Datatype: describeType(a.Datatype()), Space: spaceName(a.Space()), Shape: a.Shape()}
		x.Committed = w.origin(a.CommittedType())
		switch v, err := a.Value(); {
		case err == nil:
			x.Value = jsonValue(shortest(a.Datatype(), v))
		case errors.As(err, new(*hdf5.UnsupportedError)):
			x.Value = fmt.Sprintf("0x%x", a.Raw())
		default:
			x.Error = oneLine(err)
		}
		n.Attributes = append(n.Attributes, x)
	}
}

// Names of what a datatype has, by the numbers of package hdf5.
var (
	classNames = []string{"integer", "float", "time", "string", "bitfield", "opaque", "compound", "reference", "enum", "sequence", "array", "complex"}
	orderNames = []string{"little-endian", "big-endian", "VAX"}
	padNames   = []string{"null-terminated", "null-padded", "space-padded"}
	charNames  = []string{"ASCII", "UTF-8"}
	refNames   = []string{"object", "region", "object (1.12)", "region (1.12)", "attribute (1.12)"}
)

// nameOf is the name with a number, or the number.
func nameOf[T ~uint8](names []string, v T) string {
	if int(v) < len(names) {
		return names[v]
	}
	return fmt.Sprint(uint8(v))
}

// describeType tells everything of a datatype.
func describeType(t *hdf5.Datatype) *typeNode {
	n := &typeNode{Class: nameOf(classNames, t.Class()), Size: t.Size(), Dims: t.Dims()}
	switch t.Class() {
	case hdf5.ClassInteger, hdf5.ClassBitfield, hdf5.ClassFloat, hdf5.ClassTime:
		n.Order, n.Precision, n.BitOffset = nameOf(orderNames, t.Order()), t.Precision(), t.BitOffset()
	}
	switch t.Class() {
	case hdf5.ClassInteger:
		signed := t.Signed()
		n.Signed = &signed
	case hdf5.ClassFloat:
		f := t.Float()
		n.Float = &floatNode{f.Sign, f.ExpPos, f.ExpSize, f.MantPos, f.MantSize, f.Bias}
	case hdf5.ClassOpaque:
		n.Tag = t.Tag()
	case hdf5.ClassReference:
		n.Reference = nameOf(refNames, t.Reference())
	case hdf5.ClassCompound:
		for _, m := range t.Members() {
			n.Members = append(n.Members, memberNode{m.Name, m.Offset, describeType(m.Type)})
		}
	case hdf5.ClassEnum:
		for _, m := range t.EnumMembers() {
			n.Values = append(n.Values, valueNode(m))
		}
	}
	if t.Class() == hdf5.ClassString || t.IsVarString() {
		n.Class, n.Variable = "string", t.IsVarString()
		n.Padding, n.Charset = nameOf(padNames, t.Padding()), nameOf(charNames, t.Charset())
	}
	if base := t.Base(); base != nil {
		n.Base = describeType(base)
	}
	return n
}
