package hdf5

import (
	"io"
	"iter"

	"github.com/vdsgen/vdsgen/hdf5/filter"
)

// SpaceKind is the kind of a dataspace.
type SpaceKind uint8

// The kinds of dataspaces.
const (
	ScalarSpace SpaceKind = iota // one element, rank 0
	SimpleSpace                  // an array
	NullSpace                    // no element at all
)

// LayoutClass says how the elements of a dataset are stored.
type LayoutClass uint8

// The classes of layouts.
const (
	Compact    LayoutClass = iota // in the object header
	Contiguous                    // in one block
	Chunked                       // in chunks of one shape, each where it fell, maybe filtered
	Virtual                       // in other datasets
)

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
	Defined bool     // false: the writer said that there is no fill value; they read as zeros here
	Value   []byte   // one element in the dataset's own datatype and byte order; nil: zeros
	Time    FillTime // when the writer filled
}

// Dataset is a dataset of a file.
type Dataset struct{ object }

// Shape is the number of elements along each axis; empty for a scalar.
func (d *Dataset) Shape() []uint64 { return nil }

// MaxShape is how far each axis may grow; dataspace.Unlimited for no limit.
func (d *Dataset) MaxShape() []uint64 { return nil }

// Rank is the number of axes.
func (d *Dataset) Rank() int { return 0 }

// Space is the kind of the dataspace.
func (d *Dataset) Space() SpaceKind { return 0 }

// Datatype is the type of the elements as stored.
func (d *Dataset) Datatype() *Datatype { return nil }

// Filters is the filter pipeline, in the order in which a writer applies it.
func (d *Dataset) Filters() []filter.Spec { return nil }

// Layout says how the elements are stored.
func (d *Dataset) Layout() LayoutClass { return 0 }

// ChunkShape is the number of elements of a chunk along each axis; nil unless chunked.
func (d *Dataset) ChunkShape() []uint64 { return nil }

// Fill is the fill value.
func (d *Dataset) Fill() Fill { return Fill{} }

// ByteSize is the number of bytes of all elements, uncompressed.
func (d *Dataset) ByteSize() uint64 { return 0 }

// ReadRaw fills p with stored bytes from byte off of a compact or contiguous dataset.
func (d *Dataset) ReadRaw(p []byte, off int64) error { return ErrNotFound }

// Contiguous is where the bytes of a contiguous dataset lie.
func (d *Dataset) Contiguous() (r io.ReaderAt, addr, size int64, ok bool) { return nil, 0, 0, false }

// Chunk is a chunk of a dataset and where it is stored.
type Chunk struct {
	Offset     []uint64 // of its first element, in elements
	Address    uint64   // offset in the file of its stored bytes, less the user block
	Size       uint64   // stored bytes
	FilterMask uint32   // bit i set: filter i of the pipeline was skipped
}

// Chunk finds the chunk with the scaled coordinates (element coordinates divided by the chunk shape).
func (d *Dataset) Chunk(scaled []uint64) (c Chunk, ok bool, err error) {
	return Chunk{}, false, ErrNotFound
}

// Chunks yields the allocated chunks.
func (d *Dataset) Chunks() iter.Seq2[Chunk, error] { return func(yield func(Chunk, error) bool) {} }

// ReadChunk reads the stored bytes of a chunk.
func (d *Dataset) ReadChunk(c Chunk, stored []byte) ([]byte, error) { return nil, ErrNotFound }

// DecodeChunk reads a chunk and undoes its filters.
func (d *Dataset) DecodeChunk(c Chunk, dst []byte) error { return ErrNotFound }

// ChunkBytes is the number of bytes of a decoded chunk.
func (d *Dataset) ChunkBytes() int { return 0 }

// VirtualMappings is the list of mappings of a virtual dataset.
func (d *Dataset) VirtualMappings() (*VirtualLayout, error) { return nil, ErrNotVirtual }
