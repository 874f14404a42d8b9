package hdf5

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// ErrLive is wrapped by the errors of calls that cannot be made after StartSWMR. They change nothing, and the Writer stays good.
var ErrLive = errors.New("the file is being written for simultaneous readers, and only elements of chunked datasets can be written")

// live is what a Writer has after StartSWMR.
type live struct {
	datasets []*liveDataset
	end      uint64 // end of the file in the superblock
	torn     bool   // an error, or a panic, left something half written that readers look at
	header   objectheader.HeaderEncoder
	scratch  []byte
}

// liveDataset is a dataset whose elements can be written.
type liveDataset struct {
	node   *node
	chunks *chunkStorage
	shape  []uint64 // that readers see
}

// StartSWMR makes the file appear under its name, for readers that follow while it is being written (single writer, multiple readers; swmr_mode of h5py, H5Fstart_swmr_write). Groups, datasets, links and attributes are
// made before; afterwards only elements of chunked datasets are written, and nothing else can be changed. A file of OpenReadWrite is changed by this call as Close would; it must have
// a superblock of version 3, as h5py gives with libver="latest", and a dataset that was opened with OpenDataset, or created, and can be written on.
//
// A dataset can be written on if it has chunks, at most one axis without a limit, no data of variable length, and was not closed. Others keep what they have; writing to them fails with an error that wraps ErrLive
// and says why.
//
// What is written, and how far datasets have grown, is seen when Flush returns, by libhdf5 (h5py.File(name, "r", libver="latest", swmr=True) and refresh), and by Dataset.Refresh. Readers may come at any
// time. They meet the raw data, the index of the chunks and the extent in this order, each structure whole or with a checksum that does not match, and then look again. This holds on file systems on which all see
// writes in the order in which they were made, as POSIX wants it: local ones, GPFS, Lustre; not NFS or SMB.
//
// Close writes the rest and marks the file as finished. If the process dies before, the file keeps all that was flushed: this package, and libhdf5 as a
// SWMR reader, read it as it is; for others h5clear -s removes the mark. An older file of the name is replaced when StartSWMR is called, and WithNoClobber counts then.
func (w *Writer) StartSWMR() error {
	return w.do("starting to write for simultaneous readers", "", func() error {
		if w.file != nil && w.file.info.Version != 3 {
			return &UnsupportedError{File: w.name, Feature: fmt.Sprintf("writing a file with superblock version %d for simultaneous readers; h5repack --low=2 --high=2 makes one with 3", w.file.info.Version)}
		}
		return w.startLive()
	})
}

func (w *Writer) startLive() error {
	l := &live{torn: true}
	for _, n := range w.nodes {
		d := n.dataset
		if d == nil || d.closed {
			continue
		}
		if d.fixed = d.notLive(); d.fixed != nil {
			if err := d.finish(); err != nil {
				return n.wrap(err)
			}
			continue
		}
		c := d.storage.(*chunkStorage)
		if err := c.startGrowing(); err != nil {
			return n.wrap(err)
		}
		if d.old != nil {
			d.replaceMessages()
			n.replaceMessage(message.TypeDataspace, d.dataspaceBody)
		}
		l.datasets = append(l.datasets, &liveDataset{n, c, slices.Clone(d.shape)})
	}
	if err := w.publishLive(l); err != nil {
		return err
	}
	l.end, l.torn = w.out.End(), false
	w.live = l
	return nil
}

// publishLive writes all objects and lets readers come.
func (w *Writer) publishLive(l *live) error {
	if w.file != nil && len(l.datasets) == 0 {
		return errors.New("no dataset can be written; open one with OpenDataset, or create one, that has chunks and grows along one axis")
	}
	if err := w.writeObjects(); err != nil {
		return err
	}
	if w.file != nil {
		if err := w.commit(); err != nil {
			return err
		}
		if err := w.finishSuperblock(flagWriting | flagSWMR); err != nil {
			return err
		}
		return w.unlock()
	}
	if err := w.heap.Close(); err != nil {
		return err
	}
	if err := w.finishSuperblock(flagWriting | flagSWMR); err != nil {
		return err
	}
	return w.draft.Publish(w.sync)
}

// notLive says why a dataset cannot be written after StartSWMR.
func (d *DatasetWriter) notLive() error {
	c, ok := d.storage.(*chunkStorage)
	switch {
	case !ok:
		return fmt.Errorf("%w: this one has no chunks", ErrLive)
	case d.old != nil && d.old.node.stored.header.Version == 1:
		return fmt.Errorf("%w: the header of this one has no checksum", ErrLive)
	case c.message.Flags&message.ChunkEdgesUnfiltered != 0:
		return fmt.Errorf("%w: this one has chunks without filters at its edges, which change when it grows", ErrLive)
	case d.typ.hasHeapData():
		return fmt.Errorf("%w: this one has data of variable length, which readers could meet before it is there", ErrLive)
	case c.kind == message.IndexExtensibleArray || c.kind == message.IndexFixedArray:
		return nil
	case c.kind == message.IndexBTree2:
		return fmt.Errorf("%w: this one has several axes without a limit, and its index cannot grow while it is read; give a limit to all but one", ErrLive)
	}
	return fmt.Errorf("%w: the index of this one cannot change while it is read", ErrLive)
}

// startGrowing puts an index into the file that grows, with the chunks that are there.
func (c *chunkStorage) startGrowing() error {
	if err := c.open(); err != nil {
		return err
	}
	if err := c.flushAll(); err != nil {
		return err
	}
	if err := c.allocateAll(); err != nil {
		return err
	}
	var err error
	c.message.Version = 4
	c.grow, err = chunkindex.NewGrowing(c.d.w.out, &c.message, c.filtered(), c.kind == message.IndexExtensibleArray, c.possible, c.d.w.coverEnd)
	if err != nil {
		return err
	}
	for _, s := range c.table.all() {
		if err := c.grow.Set(s); err != nil {
			return err
		}
	}
	c.old.end = c.d.w.out.End()
	return c.grow.Flush()
}

// Flush makes what was written to all datasets, and how far they have grown, visible to those who read the file; see StartSWMR. A chunk that is not complete is stored as it is and again when there is more
// of it: with filters, each time at another place of the file, and the old one is lost. Before StartSWMR nobody can read the file, and Flush does nothing. It does not wait for the disk; Close does.
func (w *Writer) Flush() error {
	return w.run("flushing", "", func() error {
		if w.live == nil {
			return nil
		}
		return w.flushLive(w.live.datasets...)
	})
}

// Flush is that of the Writer, for one dataset.
func (d *DatasetWriter) Flush() error {
	return d.do("flushing", func() error {
		if x := d.w.live.find(d); x != nil {
			return d.w.flushLive(x)
		}
		return nil
	})
}

func (l *live) find(d *DatasetWriter) *liveDataset {
	if l == nil {
		return nil
	}
	for _, x := range l.datasets {
		if x.node.dataset == d {
			return x
		}
	}
	return nil
}

// coverEnd lets the superblock tell where the file ends now, before something in the file leads to what was added: libhdf5 reads nothing behind that end if it
// is not a SWMR reader, as after h5clear.
func (w *Writer) coverEnd() error {
	l := w.live
	if l == nil || l.end == w.out.End() {
		return nil
	}
	if err := w.out.Finish(false); err != nil {
		return err
	}
	l.end = w.out.End()
	return w.writeSuperblock(flagWriting | flagSWMR)
}

// flushLive writes what readers come to last first: raw data, the end of the file, indexes, extents.
func (w *Writer) flushLive(datasets ...*liveDataset) error {
	for _, x := range datasets {
		if err := x.chunks.flushAll(); err != nil {
			return x.node.wrap(err)
		}
	}
	l := w.live
	l.torn = true
	for _, x := range datasets {
		if err := x.chunks.grow.Flush(); err != nil {
			return x.node.wrap(err)
		}
		x.chunks.old.end = w.out.End()
	}
	for _, x := range datasets {
		if err := w.rewriteHeader(x); err != nil {
			return x.node.wrap(err)
		}
	}
	l.torn = false
	return nil
}

// rewriteHeader writes the header of a dataset again, if it grew.
func (w *Writer) rewriteHeader(x *liveDataset) error {
	if slices.Equal(x.shape, x.node.dataset.shape) {
		return nil
	}
	if x.node.stored != nil {
		return w.rewriteStored(x)
	}
	header, err := w.appendHeader(&w.live.header, w.live.scratch[:0], x.node)
	if err != nil {
		return err
	}
	w.live.scratch = header
	if uint64(len(header)) != x.node.size {
		return fmt.Errorf("the object header has %d bytes and had %d", len(header), x.node.size)
	}
	copy(x.shape, x.node.dataset.shape)
	return w.out.Overwrite(header, x.node.messagesAt)
}

// rewriteStored is rewriteHeader for a dataset that was in the file: what commit wrote of its header gets the new extent.
func (w *Writer) rewriteStored(x *liveDataset) error {
	s := x.node.stored
	body, err := x.node.dataset.dataspaceBody()
	if err != nil {
		return err
	}
	for i := range s.messages {
		if s.messages[i].Type == message.TypeDataspace {
			s.messages[i].Body = body
		}
	}
	chunk, err := s.head.AppendChunk(w.live.scratch[:0], s.messages)
	if err != nil {
		return err
	}
	w.live.scratch = chunk
	copy(x.shape, x.node.dataset.shape)
	return w.out.Overwrite(chunk, s.chunk)
}

// finishLive ends the writing of one dataset.
func (w *Writer) finishLive(x *liveDataset) error {
	if err := x.chunks.allocateAll(); err != nil {
		return err
	}
	if err := w.flushLive(x); err != nil {
		return err
	}
	x.chunks.queue.free()
	x.chunks.table = chunkTable{}
	x.chunks.cache = chunkCache{}
	return nil
}

// closeLive ends the writing of a file that is under its name already. With flush what was written since the last Flush gets visible, too.
func (w *Writer) closeLive(flush bool) error {
	w.closed = true
	w.settle()
	err := w.failed
	if flush && err == nil {
		for _, x := range w.live.datasets {
			if err = x.node.dataset.finish(); err != nil {
				err = &WriteError{File: w.name, Object: x.node.path, Doing: "finishing dataset", Err: err}
				break
			}
		}
	}
	w.stopEncoding()
	// What readers look at is whole unless writing it was broken off; then the marks stay, and say so.
	if !w.live.torn {
		finishing := w.out.Finish(w.sync)
		if finishing == nil {
			finishing = w.finishSuperblock(0)
		}
		if err == nil && finishing != nil {
			err = &WriteError{File: w.name, Doing: "marking the file as finished", Err: finishing}
		}
	}
	if closing := w.out.Close(); err == nil && closing != nil {
		err = &WriteError{File: w.name, Doing: "closing file", Err: closing}
	}
	w.result = err
	if !flush && err == nil {
		w.result = &WriteError{File: w.name, Doing: "closing file", Err: ErrClosed}
	}
	w.free()
	w.live = nil
	return err
}
