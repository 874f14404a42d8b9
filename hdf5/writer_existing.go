package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// existing is what a dataset that was in the file when it was opened has more than a new one.
type existing struct {
	node    *node
	dataset *Dataset // as it was
	space   []byte   // body of its dataspace message
	layout  []byte   // body of its layout message, as it would be written without a change
}

// OpenDataset opens a dataset of a file that was opened by OpenReadWrite, to write into it, to append to it and, where it is chunked, to resize it. Values are converted to its
// stored type as in new datasets. A dataset that was created, or opened, with this Writer before is given again.
//
// Chunked datasets of every kind of index are changed safely: chunks that were in the file are never overwritten. New ones, and new versions of old ones, go behind the end of the file, and so does a
// new index of all chunks; at Close one write to the object header switches to the new index and the new shape. A process that is killed, or Abort, leaves
// the old values. The room of what was replaced is lost until h5repack, so that many small changes cost less in one session than in many.
//
// Contiguous datasets are written in place, when the call is made: a process that is killed leaves some elements old and some new, and Abort does not bring old ones back. Where
// they were never allocated they are, behind the end of the file, and that is safe. Elements of compact datasets are a part of the header and are switched like it.
//
// Opening costs the reading of one object header. The index of a chunked dataset is read when its chunks are first needed and written anew once, if any chunk changed: about
// a second and 32 to 64 MB of memory for a million chunks. Only chunks that are written in part are decoded.
//
// The error is a *NotFoundError if there is no such object, wraps ErrKind if it is not a dataset and ErrVirtual if it is a virtual one; it is an *UnsupportedError for data in
// external files. Filters that can only be read, and those that are not known, are an error when elements are written; WriteChunk takes chunks that went through them elsewhere.
func (w *Writer) OpenDataset(path string) (*DatasetWriter, error) {
	var d *DatasetWriter
	err := w.do("opening dataset", path, func() error {
		n, err := w.find(path)
		switch {
		case err != nil:
			return err
		case n.kind != nodeDataset:
			return fmt.Errorf("%w: %s is a %s, not a dataset", ErrKind, n.path, n.kind)
		case n.dataset != nil && n.dataset.closed:
			return fmt.Errorf("%w: it was closed in this session; close it when all is written", ErrClosed)
		case n.dataset == nil:
			if err := w.openStored(path); err != nil {
				return err
			}
		}
		d = n.dataset
		return nil
	})
	return d, err
}

// openStored makes the writer of a dataset that is in the file.
func (w *Writer) openStored(path string) error {
	n, stored, err := w.storedDataset(path)
	if err != nil {
		return err
	}
	switch {
	case stored.layout.Class == message.LayoutVirtual:
		return fmt.Errorf("%w; write to its sources", ErrVirtual)
	case stored.ExternalFiles():
		return &UnsupportedError{File: w.name, Feature: "writing elements that lie in external files"}
	case stored.fill.Value != nil && stored.datatype.hasHeapData():
		return &UnsupportedError{File: w.name, Feature: fmt.Sprintf("writing elements of %s with a fill value, which would be shared", stored.datatype)}
	}
	d := &DatasetWriter{
		w: w, path: n.path, typ: stored.datatype, kind: stored.space.Class, fill: stored.fill.Value, neverFill: stored.fill.Time == FillNever,
		shape: stored.Shape(), max: stored.MaxShape(), old: &existing{node: n, dataset: stored},
	}
	if len(d.shape) > 0 {
		d.rows = d.shape[0]
	}
	if err := d.readTimes(); err != nil {
		return err
	}
	if d.storage, err = d.openStorage(); err != nil {
		return err
	}
	d.old.layout = d.storage.layout().Append(nil)
	n.dataset = d
	return nil
}

// readTimes takes from the header what a Dataset does not keep: when room is allocated, and the dataspace message as it is.
func (d *DatasetWriter) readTimes() error {
	h, f := d.old.node.stored.header, d.w.file
	if m := h.Find(message.TypeFill); m != nil {
		c, err := f.body(m)
		if err != nil {
			return err
		}
		fill, err := message.DecodeFill(&c)
		if err != nil {
			return err
		}
		d.allocate = AllocationTime(fill.Allocate)
	}
	c, err := f.body(h.Find(message.TypeDataspace))
	if err != nil {
		return err
	}
	d.old.space = bytes.Clone(c.Bytes(uint64(c.Len())))
	return c.Err()
}

// openStorage makes what keeps the elements of an existing dataset.
func (d *DatasetWriter) openStorage() (elementStorage, error) {
	l := d.old.dataset.layout
	if l.Class == message.LayoutChunked {
		return openChunkStorage(d)
	}
	total, err := d.byteSize(d.shape)
	if err != nil {
		return nil, err
	}
	if l.Class == message.LayoutCompact {
		return &compactStorage{d: d, version: l.Version, data: bytes.Clone(l.Data)}, nil
	}
	c := &contiguousStorage{d: d, version: l.Version, size: total}
	if l.Address == cursor.Undefined {
		return c, nil
	}
	if end := d.w.out.End(); l.Address > end || total > end-l.Address {
		return nil, fmt.Errorf("its %d bytes at address %#x reach past the end of the file", total, l.Address)
	}
	c.old, c.allocated, c.address, c.filled = true, true, l.Address, total
	return c, nil
}

// openChunkStorage makes the storage of a chunked dataset whose index is still to be read.
func openChunkStorage(d *DatasetWriter) (*chunkStorage, error) {
	stored := d.old.dataset
	l := stored.layout
	bytes, ok := l.ChunkBytes()
	if !ok || bytes > min(maxChunkBytes, maxInt) {
		return nil, &UnsupportedError{File: d.w.name, Feature: fmt.Sprintf("writing chunks of %d bytes", bytes)}
	}
	c := &chunkStorage{d: d, message: l, kind: l.Index}
	c.message.ChunkDims = slices.Clone(l.ChunkDims)
	c.setChunk(int(bytes))
	if c.kind == message.IndexImplicit {
		c.kind = message.IndexFixedArray // chunks keep their places until they are written; then they need an index
	}
	c.old = existingChunks{end: d.w.out.End(), treeK: int(d.w.file.super.treeK.Chunk), dataset: stored}
	if err := c.setNumbering(); err != nil {
		return nil, err
	}
	if len(stored.specs) > 0 {
		if err := c.setPipeline(stored.specs); err != nil {
			return nil, err
		}
	}
	c.queue.init(c)
	return c, nil
}

// replaceMessages lets the header have what changed of the shape and the layout.
func (d *DatasetWriter) replaceMessages() {
	n := d.old.node
	if layout := d.storage.layout().Append(nil); !bytes.Equal(layout, d.old.layout) {
		n.replaceMessage(message.TypeLayout, func() ([]byte, error) { return layout, nil })
	}
	if !slices.Equal(d.shape, d.old.dataset.space.Dims) {
		n.replaceMessage(message.TypeDataspace, d.dataspaceBody)
	}
}

// Where the dimensions are in a dataspace message.
const (
	dimsInDataspace1 = 8
	dimsInDataspace2 = 4

	spaceHasLimits = 1 // flag
)

// dataspaceBody is the dataspace message with the new shape, else as it was.
func (d *DatasetWriter) dataspaceBody() ([]byte, error) {
	b := bytes.Clone(d.old.space)
	at := dimsInDataspace1
	if b[0] != 1 {
		at = dimsInDataspace2
	}
	if b[2]&spaceHasLimits == 0 {
		// The old shape was the limit: now it has to be said.
		return d.space().Append(nil), nil
	}
	if len(b) < at+16*len(d.shape) {
		return nil, errors.New("the dataspace message is too short")
	}
	for i, n := range d.shape {
		binary.LittleEndian.PutUint64(b[at+8*i:], n)
	}
	return b, nil
}
