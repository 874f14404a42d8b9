package hdf5

import (
	"errors"
	"iter"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
)

var errNotYet = errors.New("writing is not there yet")

// Writer writes one new HDF5 file.
type Writer struct{ failed error }

// CreateOption changes how Create makes a file.
type CreateOption func(*createOptions)

type createOptions struct{ noClobber bool }

// WithNoClobber makes Create and Close fail with an error that wraps fs.ErrExist if there is a file of that name.
func WithNoClobber() CreateOption { return func(o *createOptions) { o.noClobber = true } }

// Create starts a new file, which appears under its name at Close.
func Create(name string, opts ...CreateOption) (*Writer, error) { return nil, errNotYet }

// Name is the name that the file will have.
func (w *Writer) Name() string { return "" }

// CreateGroup makes a group and the groups above it.
func (w *Writer) CreateGroup(path string) error { return errNotYet }

// AttributeValue is the value of an attribute with its type and shape spelled out.
type AttributeValue struct {
	Type  *Datatype
	Shape []uint64 // nil: scalar
	Data  any      // []byte: elements as stored in Type; or a typed slice (or, for a scalar, one value) that is converted
}

// SetAttribute sets an attribute of a group, dataset or committed type.
func (w *Writer) SetAttribute(path, name string, value any) error { return errNotYet }

// HardLink makes another name for an object.
func (w *Writer) HardLink(path, target string) error { return errNotYet }

// SoftLink makes a link to a path of this file.
func (w *Writer) SoftLink(path, target string) error { return errNotYet }

// ExternalLink makes a link to an object of another file.
func (w *Writer) ExternalLink(path, file, target string) error { return errNotYet }

// CommitType stores a named datatype; datasets made afterwards with the same *Datatype refer to it.
func (w *Writer) CommitType(path string, t *Datatype) error { return errNotYet }

// DatasetSpec says what a dataset is.
type DatasetSpec struct {
	Type     *Datatype
	Shape    []uint64      // nil: scalar
	MaxShape []uint64      // nil: Shape; dataspace.Unlimited: no limit
	Chunk    []uint64      // nil: contiguous
	Filters  []filter.Spec // need Chunk
	Fill     []byte        // one element as stored in Type; nil = zeros
	Compact  bool          // in the object header, below 64 KiB
}

// DatasetWriter writes the elements of one dataset.
type DatasetWriter struct{ w *Writer }

// CreateDataset makes a dataset and the groups above it.
func (w *Writer) CreateDataset(path string, s DatasetSpec) (*DatasetWriter, error) {
	return nil, errNotYet
}

// WriteAll writes all elements of a dataset, in row-major order.
func WriteAll[T any](d *DatasetWriter, data []T) error { return errNotYet }

// Append writes whole elements of axis 0 after those that are there.
func Append[T any](d *DatasetWriter, elements []T) error { return errNotYet }

// WriteChunk stores a chunk as it is, already filtered. offset is in elements.
func (d *DatasetWriter) WriteChunk(offset []uint64, data []byte, filterMask uint32) error {
	return errNotYet
}

// SetExtent sets the shape of a growing dataset.
func (d *DatasetWriter) SetExtent(shape []uint64) error { return errNotYet }

// Close ends the dataset early and frees its buffers; Writer.Close does it too.
func (d *DatasetWriter) Close() error { return errNotYet }

// VirtualMapping says which elements of a virtual dataset lie where.
type VirtualMapping struct {
	File, Path      string // raw, as stored: a literal % is %%, "." is the file itself
	Source, Virtual dataspace.Selection
}

// VirtualSpec says what a virtual dataset is.
type VirtualSpec struct {
	Type     *Datatype
	Shape    []uint64
	MaxShape []uint64                 // nil: Shape; dataspace.Unlimited: no limit
	Fill     []byte                   // one element as stored in Type; nil = zeros
	Mappings iter.Seq[VirtualMapping] // nil: none
}

// CreateVirtual makes a virtual dataset and the groups above it.
func (w *Writer) CreateVirtual(path string, s VirtualSpec) error { return errNotYet }

// AttachScale makes a dataset a dimension scale of an axis of another.
func (w *Writer) AttachScale(dataset string, axis int, scale string) error { return errNotYet }

// Close ends the file and gives it its name.
func (w *Writer) Close() error { return errNotYet }

// Abort removes what was written.
func (w *Writer) Abort() error { return errNotYet }
