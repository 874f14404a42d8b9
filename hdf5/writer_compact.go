package hdf5

import (
	"bytes"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// compactStorage keeps elements in the object header.
type compactStorage struct {
	d       *DatasetWriter
	version uint8 // of the layout message that is there; 0: none
	data    []byte
}

func (c *compactStorage) writeBox(s *hyperslab) error {
	if len(c.data) == 0 {
		return nil
	}
	offset, stride := storedBox(c.d.shape, c.d.typ.Size(), s.start, s.step)
	return s.copyTo(unsafe.Pointer(&c.data[offset]), stride)
}

func (c *compactStorage) resize([]uint64) error { return errNotChunked }
func (c *compactStorage) finish() error         { return nil }
func (c *compactStorage) abandon()              {}

func (c *compactStorage) layout() message.Layout {
	return message.Layout{Version: c.version, Class: message.LayoutCompact, Data: bytes.Clone(c.data)}
}
