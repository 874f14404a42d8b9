package hdf5

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// DatasetSpec says what a dataset is.
type DatasetSpec struct {
	Type     *Datatype     // of the elements as they are stored
	Shape    []uint64      // elements along each axis; nil: scalar
	MaxShape []uint64      // how far it may grow, dataspace.Unlimited for no limit; nil: not at all
	Chunk    []uint64      // elements of a chunk along each axis; nil: the elements are stored in one block and cannot grow
	Filters  []filter.Spec // applied to each chunk in this order; they need Chunk
	Fill     []byte        // what elements read as that are never written: one element as stored in Type; nil: zeros
	Compact  bool          // in the object header, for less than 64 KiB; not with Chunk
	Null     bool          // a null dataspace: no elements and no shape at all (h5py's Empty)

	Allocate  AllocationTime // when room is taken in the file; zero: as the library does for the kind of storage
	NeverFill bool           // room that is taken is not set to the fill value (H5D_FILL_TIME_NEVER); what is not written there reads as zeros
}

// AllocationTime says when room for the elements of a dataset is taken in the file (H5Pset_alloc_time).
type AllocationTime uint8

// The allocation times, with the numbers of the format.
const (
	AllocateDefault     AllocationTime = 0                           // compact early, contiguous late, chunked incrementally
	AllocateEarly       AllocationTime = message.AllocateEarly       // all of it, written or not; chunks without filters then need no index unless an axis has no limit
	AllocateLate        AllocationTime = message.AllocateLate        // all of it as soon as anything is written
	AllocateIncremental AllocationTime = message.AllocateIncremental // chunks that are written; only with Chunk
)

// maxCompactData is the most bytes of a compact dataset: what a layout message holds.
const maxCompactData = objectheader.MaxMessage - 4

// maxChunkBytes is the size at which chunks end: HDF5 before 2.0 stores sizes of chunks in 32 bits.
const maxChunkBytes = math.MaxUint32

// maxInt is math.MaxInt without a type.
const maxInt = uint64(math.MaxInt)

// DatasetWriter writes the elements of one dataset, new or opened with OpenDataset. All ways of writing may be mixed, in any order:
//
//   - WriteAll, WriteSlab, WriteBytes, WriteSelection: any elements of the dataset as it is now; what was there is replaced;
//   - Append, AppendAlong: more elements at the end of an axis, the fast way for data that comes in order;
//   - WriteChunk: chunks that were filtered elsewhere;
//   - Resize: another shape.
//
// What is never written reads as the fill value. Chunks that are written in part are kept in memory until they are complete or have to make room for others (SetChunkCache); then
// they are filtered and stored, and are read again when they are touched later. Append keeps a row of chunks, all those with the same index along axis 0, if that is more. With filters, some
// 64 MiB of chunks that are being encoded come on top, and in any case 32 to 64 bytes for each chunk of the dataset. All calls are as safe for concurrent use as those of its Writer.
type DatasetWriter struct {
	w       *Writer
	path    string
	typ     *Datatype
	kind    message.SpaceClass
	shape   []uint64 // as it will be stored
	max     []uint64
	fill    []byte // nil: zeros
	filters []message.Filter
	storage elementStorage

	allocate  AllocationTime
	neverFill bool

	old *existing // nil: a new dataset

	rows   uint64 // indexes of axis 0 up to the last one that was written: where Append goes on
	closed bool
	fixed  error // why nothing can be written any more, since StartSWMR

	encoding encoding // of the last Go type that was written
}

// elementStorage keeps the elements of a dataset. Its methods run one at a time.
type elementStorage interface {
	// writeBox stores a box of elements that lies in the shape. It does not keep the caller's memory.
	writeBox(s *hyperslab) error
	// resize goes to another shape, which is within the limits. The dataset has the old one until it returns.
	resize(shape []uint64) error
	// finish stores what is still in memory.
	finish() error
	// abandon waits until nothing of the caller's memory is looked at any more, after an error.
	abandon()
	// layout is the layout message. Its length is final after finish.
	layout() message.Layout
}

// CreateDataset makes a dataset and the groups above it.
func (w *Writer) CreateDataset(path string, s DatasetSpec) (*DatasetWriter, error) {
	var d *DatasetWriter
	err := w.do("creating dataset", path, func() error {
		made, err := w.newDataset(path, s.Type, s.Shape, s.MaxShape, s.Fill)
		if err != nil {
			return err
		}
		made.allocate, made.neverFill = s.Allocate, s.NeverFill
		if s.Null {
			made.kind = message.SpaceNull
		}
		if made.storage, err = made.newStorage(s); err != nil {
			return err
		}
		d = made
		return w.addDataset(path, made)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// newDataset checks what all datasets have.
func (w *Writer) newDataset(path string, t *Datatype, shape, limits []uint64, fill []byte) (*DatasetWriter, error) {
	d := &DatasetWriter{w: w, path: path, typ: t, kind: message.SpaceSimple}
	switch {
	case t == nil:
		return nil, errors.New("no datatype is given")
	case len(t.encode(nil)) > objectheader.MaxMessage:
		return nil, errTypeTooLong
	case fill != nil && len(fill) != t.Size():
		return nil, fmt.Errorf("the fill value has %d bytes and an element of %s has %d", len(fill), t, t.Size())
	case fill != nil && t.hasHeapData():
		return nil, fmt.Errorf("elements of %s refer to other places of the file and cannot have a fill value; leave it out", t)
	case len(fill) > objectheader.MaxMessage-6:
		return nil, fmt.Errorf("a fill value of %d bytes does not fit into the object header; leave it out", len(fill))
	}
	if err := checkShape(shape); err != nil {
		return nil, err
	}
	if len(shape) == 0 {
		d.kind = message.SpaceScalar
	}
	if limits == nil {
		limits = shape
	}
	if len(limits) != len(shape) {
		return nil, fmt.Errorf("the maximal shape has %d axes and the shape has %d", len(limits), len(shape))
	}
	for i, limit := range limits {
		if limit < shape[i] {
			return nil, fmt.Errorf("axis %d has %d elements, more than its maximum %d", i, shape[i], limit)
		}
		if limit != dataspace.Unlimited && limit > dataspace.MaxCoordinate {
			return nil, fmt.Errorf("axis %d may grow to %d elements, more than any dataset has; use dataspace.Unlimited for no limit", i, limit)
		}
	}
	d.shape, d.max = slices.Clone(shape), slices.Clone(limits)
	if slices.ContainsFunc(fill, func(b byte) bool { return b != 0 }) {
		d.fill = slices.Clone(fill)
	}
	return d, nil
}

// addDataset makes the object of a dataset.
func (w *Writer) addDataset(path string, d *DatasetWriter) error {
	n, err := w.create(nodeDataset, path)
	if err != nil {
		return err
	}
	n.dataset = d
	if t := w.committed[d.typ]; t != nil {
		t.references++ // the library counts each user of a committed type
	}
	return nil
}

// checkShape checks the rank and that no number of elements overflows.
func checkShape(shape []uint64) error {
	if len(shape) > dataspace.MaxRank {
		return fmt.Errorf("%d axes are more than the %d that HDF5 knows", len(shape), dataspace.MaxRank)
	}
	for i, n := range shape {
		if n > dataspace.MaxCoordinate {
			return fmt.Errorf("axis %d has %d elements, more than any dataset", i, n)
		}
	}
	return nil
}

// newStorage checks and makes what keeps the elements.
func (d *DatasetWriter) newStorage(s DatasetSpec) (elementStorage, error) {
	total, err := d.byteSize(d.shape)
	if err != nil {
		return nil, err
	}
	if err := s.checkStorage(); err != nil {
		return nil, err
	}
	if s.Chunk != nil {
		return newChunkStorage(d, s)
	}
	if !slices.Equal(d.shape, d.max) {
		return nil, fmt.Errorf("a dataset of shape %d that may grow to %d is stored in chunks; give a chunk shape", d.shape, d.max)
	}
	if !s.Compact {
		return &contiguousStorage{d: d, size: total, early: s.Allocate == AllocateEarly}, nil
	}
	if total > maxCompactData {
		return nil, fmt.Errorf("%d bytes are more than the %d that an object header holds; do not ask for compact storage", total, maxCompactData)
	}
	c := &compactStorage{d: d, data: make([]byte, total)}
	fillPattern(c.data, d.initial())
	return c, nil
}

// checkStorage checks what does not depend on the type and the limits of the shape.
func (s *DatasetSpec) checkStorage() error {
	switch {
	case s.Allocate > AllocateIncremental:
		return fmt.Errorf("allocation time %d is not known", s.Allocate)
	case s.Null && (s.Shape != nil || s.MaxShape != nil || s.Chunk != nil || s.Compact):
		return errors.New("a null dataspace has no shape, no chunks and no elements; leave them out")
	case s.Chunk != nil && s.Compact:
		return errors.New("a compact dataset has no chunks; leave out one of both")
	case s.Chunk == nil && len(s.Filters) > 0:
		return errors.New("filters work on chunks; give a chunk shape")
	case s.Chunk == nil && s.Allocate == AllocateIncremental:
		return errors.New("only chunks are allocated one by one; give a chunk shape or another allocation time")
	case s.Compact && s.Allocate == AllocateLate:
		return errors.New("a compact dataset is a part of its object header, which is written early; leave out the allocation time")
	}
	return nil
}

// byteSize is the number of bytes of all elements of a shape, which must fit a file.
func (d *DatasetWriter) byteSize(shape []uint64) (uint64, error) {
	if d.kind == message.SpaceNull {
		return 0, nil
	}
	total, ok := message.Product(append(slices.Clone(shape), uint64(d.typ.Size())))
	if !ok || total > math.MaxInt64 {
		return 0, fmt.Errorf("shape %d of elements of %d bytes is larger than any file", shape, d.typ.Size())
	}
	return total, nil
}

// initial is what elements are set to when room is taken for them; nil: zeros.
func (d *DatasetWriter) initial() []byte {
	if d.neverFill {
		return nil
	}
	return d.fill
}

// Shape is the number of elements along each axis now; empty for a scalar and for a null dataspace.
func (d *DatasetWriter) Shape() []uint64 {
	d.w.mu.Lock()
	defer d.w.mu.Unlock()
	return slices.Clone(d.shape)
}

// MaxShape is how far each axis may grow; dataspace.Unlimited for no limit.
func (d *DatasetWriter) MaxShape() []uint64 { return slices.Clone(d.max) }

// Datatype is the type of the elements as stored.
func (d *DatasetWriter) Datatype() *Datatype { return d.typ }

// space is the dataspace of the dataset.
func (d *DatasetWriter) space() message.Dataspace {
	return message.Dataspace{Class: d.kind, Dims: d.shape, MaxDims: d.max}
}

// fillMessage is the fill value message; what it says of times is what the library says for each kind of storage.
func (d *DatasetWriter) fillMessage() message.Fill {
	m := message.Fill{Allocate: uint8(d.allocate), Time: uint8(FillIfSet), Value: d.fill}
	if d.allocate == AllocateDefault {
		m.Allocate = message.AllocateLate
		switch d.storage.(type) {
		case *compactStorage:
			m.Allocate = message.AllocateEarly
		case *chunkStorage:
			m.Allocate = message.AllocateIncremental
		}
	}
	switch {
	case d.typ.hasHeapData():
		m.Time = uint8(FillOnAllocation) // a reference to nowhere must never be read
	case d.neverFill:
		m.Time = uint8(FillNever)
	}
	return m
}

// do runs one call that writes elements.
func (d *DatasetWriter) do(doing string, call func() error) error {
	return d.w.run(doing, d.path, func() error {
		switch {
		case d.fixed != nil:
			return d.fixed
		case d.closed:
			return ErrClosed
		}
		return call()
	})
}

// Close ends the writing of elements and frees the memory that it took. Writer.Close does it for datasets that are still open.
func (d *DatasetWriter) Close() error {
	d.w.mu.Lock()
	closed := d.closed
	d.w.mu.Unlock()
	if closed {
		return nil
	}
	return d.w.run("closing dataset", d.path, d.finish)
}

func (d *DatasetWriter) finish() error {
	if d.closed {
		return nil
	}
	d.closed = true
	d.encoding = encoding{}
	if x := d.w.live.find(d); x != nil {
		return d.w.finishLive(x)
	}
	if err := d.storage.finish(); err != nil {
		return err
	}
	if d.old != nil {
		d.replaceMessages()
	}
	return nil
}

// fillPattern fills p with one element repeated; nil: zeros.
func fillPattern(p, element []byte) {
	if element == nil {
		clear(p)
		return
	}
	for n := copy(p, element); n < len(p); n *= 2 {
		copy(p[n:], p[:n])
	}
}
