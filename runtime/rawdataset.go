package runtime

import (
	"context"

	"github.com/vdsgen/vdsgen/hdf5"
)

// RawDataset is an HDF5 dataset, virtual or not, read as bytes: for programs that learn the type when they run. [OpenDataset]
// gives one with a Go type. It is safe for concurrent use.
type RawDataset struct {
	file  *File
	path  string
	shape []uint64
}

// RawArray is what a read of a RawDataset returns.
type RawArray struct {
	Type   Type   // of the elements in Bytes: the dataset's own, little-endian and packed
	Shape  []int  // empty for one element
	Bytes  []byte // in row-major order
	Filled []Filled
}

// Path is the path that the dataset was opened with.
func (d *RawDataset) Path() string { return d.path }

// Shape is the number of elements along each axis, as it was when the dataset was opened: a growing dataset has the length
// that its sources had then. It is empty for a scalar.
func (d *RawDataset) Shape() []int { return nil }

// MaxShape is how far each axis may grow, Unlimited for no limit.
func (d *RawDataset) MaxShape() []int { return nil }

// Rank is the number of axes.
func (d *RawDataset) Rank() int { return len(d.shape) }

// Datatype is the type of the elements as the file has it.
func (d *RawDataset) Datatype() Type { return nil }

// HDF5 is the dataset as package hdf5 has it: storage, filters, attributes.
func (d *RawDataset) HDF5() *hdf5.Dataset { return nil }

// IsVirtual reports whether the dataset is virtual.
func (d *RawDataset) IsVirtual() bool { return false }

// ReadBytes reads the elements that the slices select, one for each axis as in NumPy; none are all. Bytes hold the type
// [RawArray.Type].
func (d *RawDataset) ReadBytes(ctx context.Context, slices ...Slice) (RawArray, error) {
	return RawArray{}, errNotYet
}
