package hdf5

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// pageAligned is the number of bytes from which raw data starts at a page of the file.
const pageAligned = 64 << 10

// fillPiece is how many bytes of fill values are written at a time.
const fillPiece = 256 << 10

// contiguousStorage keeps elements in one block, which is allocated with the first of them.
type contiguousStorage struct {
	d       *DatasetWriter
	size    uint64 // bytes of all elements
	address uint64 // once written > 0
	written uint64 // bytes
}

func (c *contiguousStorage) write(p []byte) error {
	if len(p) == 0 {
		return nil
	}
	if c.written == 0 {
		c.address = c.d.w.out.Allocate(c.size, alignment(c.size))
	}
	err := c.d.w.out.WriteAt(p, c.address+c.written)
	c.written += uint64(len(p))
	return err
}

// alignment is where raw data of so many bytes starts.
func alignment(size uint64) uint64 {
	if size >= pageAligned {
		return store.AlignPage
	}
	return store.AlignMetadata
}

// finish fills what was not written, if anything was. Zeros are there already: nothing else was ever in that part of the file.
func (c *contiguousStorage) finish() error {
	if c.written == 0 || c.d.fill == nil || c.written == c.size {
		return nil
	}
	element := uint64(len(c.d.fill))
	piece := make([]byte, min(c.size-c.written, max(fillPiece/element, 1)*element))
	fillPattern(piece, c.d.fill)
	for c.written < c.size {
		if err := c.write(piece[:min(uint64(len(piece)), c.size-c.written)]); err != nil {
			return err
		}
	}
	return nil
}

func (c *contiguousStorage) abandon() {}

func (c *contiguousStorage) layout() message.Layout {
	l := message.Layout{Class: message.LayoutContiguous, Address: cursor.Undefined, Size: c.size}
	if c.written > 0 {
		l.Address = c.address
	}
	return l
}
