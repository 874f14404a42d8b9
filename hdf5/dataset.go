package hdf5

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// SpaceKind is the kind of a dataspace.
type SpaceKind uint8

// The kinds of dataspaces, with the numbers of the format.
const (
	ScalarSpace SpaceKind = iota // one element, rank 0
	SimpleSpace                  // an array
	NullSpace                    // no element at all
)

// LayoutClass says how the elements of a dataset are stored.
type LayoutClass uint8

// The classes of layouts, with the numbers of the format.
const (
	Compact    LayoutClass = iota // in the object header
	Contiguous                    // in one block
	Chunked                       // in chunks of one shape, each where it fell, maybe filtered
	Virtual                       // in other datasets
)

// String is the class in a word.
func (c LayoutClass) String() string {
	switch c {
	case Compact:
		return "compact"
	case Contiguous:
		return "contiguous"
	case Chunked:
		return "chunked"
	case Virtual:
		return "virtual"
	}
	return fmt.Sprintf("LayoutClass(%d)", uint8(c))
}

// FillTime says when a writer fills new storage.
type FillTime uint8

// The fill times, with the numbers of the format.
const (
	FillOnAllocation FillTime = 0
	FillNever        FillTime = 1
	FillIfSet        FillTime = 2
)

// Fill is what elements read as that were never written.
type Fill struct {
	Defined bool     // false: the writer said that there is no fill value; such elements read as zeros here
	Value   []byte   // one element in the dataset's own datatype and byte order; nil: zeros. It must not be changed
	Time    FillTime // when the writer filled
}

// Dataset is a dataset of a file. It is a picture of the dataset's header when it was opened, and is immutable.
type Dataset struct {
	entity
	space     message.Dataspace
	datatype  *Datatype
	size      uint64 // bytes of an element
	committed uint64 // address of the committed datatype; 0: none
	layout    message.Layout
	fill      Fill
	specs     []filter.Spec
	external  *message.ExternalFiles // raw data in other files
	chunks    *chunkAccess           // Chunked

	mu       sync.Mutex
	mappings *VirtualLayout // Virtual, once decoded
	segments []rawSegment   // of external, once decoded
}

// newDataset decodes the messages of a dataset.
func (f *File) newDataset(e entity, h *object.Header) (*Dataset, error) {
	d := &Dataset{entity: e}
	c, err := f.body(h.Find(message.TypeDataspace))
	if err != nil {
		return nil, err
	}
	if d.space, err = message.DecodeDataspace(&c); err != nil {
		return nil, err
	}
	if d.datatype, err = f.datatypeOf(h); err != nil {
		return nil, err
	}
	d.size = uint64(d.datatype.Size())
	if m := h.Find(message.TypeDatatype); m.Flags&message.FlagShared != 0 {
		d.committed = committedAt(f.reader.Over(m.Body, m.Address, m.Type.String()))
	}
	for _, decode := range []func(*object.Header) error{d.decodeLayout, d.decodeFilters, d.decodeFill, d.decodeExternal} {
		if err := decode(h); err != nil {
			return nil, err
		}
	}
	if d.layout.Class == message.LayoutChunked {
		d.chunks = newChunkAccess(d)
	}
	return d, nil
}

func (d *Dataset) decodeLayout(h *object.Header) error {
	m := h.Find(message.TypeLayout)
	if m == nil {
		return d.file.reader.Errorf(h.Address, "dataset without a data layout message")
	}
	c, err := d.file.body(m)
	if err != nil {
		return err
	}
	if d.layout, err = message.DecodeLayout(&c); err != nil {
		return err
	}
	d.layout.Data = bytes.Clone(d.layout.Data)
	total, fits := d.byteSize()
	switch d.layout.Class {
	case message.LayoutCompact:
		if !fits || total > uint64(len(d.layout.Data)) {
			return c.Fail("%d bytes of compact data for elements of shape %d and %d bytes each", len(d.layout.Data), d.space.Dims, d.size)
		}
	case message.LayoutContiguous:
		if !fits {
			return c.Fail("elements of shape %d and %d bytes each are larger than any file", d.space.Dims, d.size)
		}
	case message.LayoutChunked:
		if len(d.layout.ChunkDims) != len(d.space.Dims) {
			return c.Fail("chunks with %d axes in a dataset with %d", len(d.layout.ChunkDims), len(d.space.Dims))
		}
		if d.layout.ElementSize != d.size {
			return c.Fail("chunks with elements of %d bytes, the datatype has %d", d.layout.ElementSize, d.size)
		}
	}
	return nil
}

func (d *Dataset) decodeFilters(h *object.Header) error {
	m := h.Find(message.TypeFilterPipeline)
	if m == nil {
		return nil
	}
	c, err := d.file.body(m)
	if err != nil {
		return err
	}
	pipeline, err := message.DecodeFilterPipeline(&c)
	if err != nil {
		return err
	}
	d.specs = filterSpecs(pipeline)
	return nil
}

// decodeFill takes the fill value message, or its older form when there is no other.
func (d *Dataset) decodeFill(h *object.Header) error {
	d.fill = Fill{Defined: true, Time: FillIfSet}
	m, decode := h.Find(message.TypeFill), message.DecodeFill
	if m == nil {
		m, decode = h.Find(message.TypeFillOld), message.DecodeFillOld
	}
	if m == nil {
		return nil
	}
	c, err := d.file.body(m)
	if err != nil {
		return err
	}
	fill, err := decode(&c)
	if err != nil {
		return err
	}
	if fill.Value != nil && uint64(len(fill.Value)) != d.size {
		return c.Fail("a fill value of %d bytes for elements of %d", len(fill.Value), d.size)
	}
	d.fill = Fill{Defined: !fill.Undefined, Time: FillTime(fill.Time)}
	if fill.Value != nil && slices.ContainsFunc(fill.Value, func(b byte) bool { return b != 0 }) {
		d.fill.Value = bytes.Clone(fill.Value)
	}
	return nil
}

func (d *Dataset) decodeExternal(h *object.Header) error {
	m := h.Find(message.TypeExternalFiles)
	if m == nil {
		return nil
	}
	c := d.file.reader.Over(m.Body, m.Address, m.Type.String())
	files, err := message.DecodeExternalFiles(&c)
	if err != nil {
		return err
	}
	if len(files.Slots) == 0 {
		return nil
	}
	if d.layout.Class != message.LayoutContiguous {
		return c.Fail("raw data in other files of a %v dataset: it must be contiguous", d.Layout())
	}
	d.external = &files
	return nil
}

// Shape is the number of elements along each axis; empty for a scalar and for a null dataspace.
func (d *Dataset) Shape() []uint64 { return slices.Clone(d.space.Dims) }

// MaxShape is how far each axis may grow; dataspace.Unlimited for no limit.
func (d *Dataset) MaxShape() []uint64 {
	if d.space.MaxDims == nil {
		return d.Shape()
	}
	return slices.Clone(d.space.MaxDims)
}

// Rank is the number of axes, 0 to 32.
func (d *Dataset) Rank() int { return len(d.space.Dims) }

// Space is the kind of the dataspace.
func (d *Dataset) Space() SpaceKind { return SpaceKind(d.space.Class) }

// Datatype is the type of the elements as stored.
func (d *Dataset) Datatype() *Datatype { return d.datatype }

// Filters is the filter pipeline, in the order in which a writer applies it. It must not be changed.
func (d *Dataset) Filters() []filter.Spec { return d.specs }

// Layout says how the elements are stored.
func (d *Dataset) Layout() LayoutClass { return LayoutClass(d.layout.Class) }

// LayoutVersion is the version of the data layout message, 1 to 5.
func (d *Dataset) LayoutVersion() int { return int(d.layout.Version) }

// ChunkShape is the number of elements of a chunk along each axis; nil unless chunked.
func (d *Dataset) ChunkShape() []uint64 { return slices.Clone(d.layout.ChunkDims) }

// Fill is the fill value.
func (d *Dataset) Fill() Fill { return d.fill }

// ByteSize is the number of bytes of all elements, unfiltered; the largest uint64 when they are more.
func (d *Dataset) ByteSize() uint64 {
	n, ok := d.byteSize()
	if !ok {
		return ^uint64(0)
	}
	return n
}

func (d *Dataset) byteSize() (uint64, bool) {
	n, ok := d.space.Elements()
	if !ok {
		return 0, false
	}
	return message.Product([]uint64{n, d.size})
}
