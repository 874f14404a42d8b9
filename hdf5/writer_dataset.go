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
}

// maxCompactData is the most bytes of a compact dataset: what a layout message holds.
const maxCompactData = objectheader.MaxMessage - 4

// maxChunkBytes is the size at which chunks end: HDF5 before 2.0 stores sizes of chunks in 32 bits.
const maxChunkBytes = math.MaxUint32

// DatasetWriter writes the elements of one dataset. There are two ways to write, not to be mixed: WriteAll and Append write
// elements in row-major order, one after another; WriteChunk stores chunks that were filtered elsewhere, in any order.
//
// What is never written reads as the fill value. Memory is bounded by the elements of one row of chunks (all chunks with the same index along axis 0) where
// they do not come in whole rows, and, with filters, by some 64 MiB of chunks that are being encoded. All calls are as safe for concurrent use as those of its Writer.
type DatasetWriter struct {
	w       *Writer
	path    string
	typ     *Datatype
	kind    message.SpaceClass
	shape   []uint64 // as it will be stored; grows along axis 0
	max     []uint64
	fill    []byte // nil: zeros
	filters []message.Filter
	storage elementStorage

	rowElements uint64 // elements of one index of axis 0
	rows        uint64 // indexes of axis 0 that were written in order
	written     bool   // WriteAll was called
	direct      bool   // WriteChunk was called
	closed      bool

	encoding encoding // of the last Go type that was written
}

// elementStorage keeps the elements of a dataset. Its methods run one at a time.
type elementStorage interface {
	// write stores bytes of elements behind those that were written before. It does not keep p.
	write(p []byte) error
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
	total, ok := message.Product(append(slices.Clone(d.shape), uint64(d.typ.Size())))
	if !ok || total > math.MaxInt64 {
		return nil, fmt.Errorf("shape %d of elements of %d bytes is larger than any file", d.shape, d.typ.Size())
	}
	d.rowElements = 1
	if len(d.shape) > 1 {
		// With an axis of no elements all products are 0; nothing can be appended then.
		d.rowElements, ok = message.Product(d.shape[1:])
		if !ok || d.rowElements > math.MaxInt64/uint64(d.typ.Size()) {
			return nil, fmt.Errorf("shape %d of elements of %d bytes is larger than any file", d.shape, d.typ.Size())
		}
	}
	if s.Chunk != nil {
		if s.Compact {
			return nil, errors.New("a compact dataset has no chunks; leave out one of both")
		}
		return newChunkStorage(d, s)
	}
	if len(s.Filters) > 0 {
		return nil, errors.New("filters work on chunks; give a chunk shape")
	}
	if !slices.Equal(d.shape, d.max) {
		return nil, fmt.Errorf("a dataset of shape %d that may grow to %d is stored in chunks; give a chunk shape", d.shape, d.max)
	}
	if !s.Compact {
		return &contiguousStorage{d: d, size: total}, nil
	}
	if total > maxCompactData {
		return nil, fmt.Errorf("%d bytes are more than the %d that an object header holds; do not ask for compact storage", total, maxCompactData)
	}
	c := &compactStorage{data: make([]byte, total)}
	fillPattern(c.data, d.fill)
	return c, nil
}

// space is the dataspace of the dataset.
func (d *DatasetWriter) space() message.Dataspace {
	return message.Dataspace{Class: d.kind, Dims: d.shape, MaxDims: d.max}
}

// Fill times of the fill value message.
const (
	fillOnAllocation = uint8(FillOnAllocation)
	fillIfSet        = uint8(FillIfSet)
)

// fillMessage is the fill value message; what it says of times is what the library says for each kind of storage.
func (d *DatasetWriter) fillMessage() message.Fill {
	m := message.Fill{Allocate: message.AllocateLate, Time: fillIfSet, Value: d.fill}
	switch d.storage.(type) {
	case *compactStorage:
		m.Allocate = message.AllocateEarly
	case *chunkStorage:
		m.Allocate = message.AllocateIncremental
	}
	if d.typ.hasHeapData() {
		m.Time = fillOnAllocation // a reference to nowhere must never be read
	}
	return m
}

// do runs one call that writes elements.
func (d *DatasetWriter) do(doing string, call func() error) error {
	return d.w.do(doing, d.path, func() error {
		if d.closed {
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
	return d.w.do("closing dataset", d.path, d.finish)
}

func (d *DatasetWriter) finish() error {
	if d.closed {
		return nil
	}
	d.closed = true
	d.encoding = encoding{}
	return d.storage.finish()
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

// compactStorage keeps elements in the object header.
type compactStorage struct {
	data    []byte
	written int
}

func (c *compactStorage) write(p []byte) error {
	c.written += copy(c.data[c.written:], p)
	return nil
}

func (c *compactStorage) finish() error { return nil }
func (c *compactStorage) abandon()      {}

func (c *compactStorage) layout() message.Layout {
	return message.Layout{Class: message.LayoutCompact, Data: c.data}
}
