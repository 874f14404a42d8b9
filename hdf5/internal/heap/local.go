package heap

import (
	"bytes"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
)

const (
	// nameLimit is the longest name in a local heap: longer than any path that a file system takes.
	nameLimit = 1 << 16

	// nameRead is what is read of a name at first: longer ones are rare.
	nameRead = 256
)

// Local is a local heap (III.D): strings, found by their position. The list of free space in it is not looked at.
type Local struct {
	r       *block.Reader
	segment uint64 // address of the strings
	size    uint64 // bytes of the strings
	data    []byte // the strings, if all were read
}

// OpenLocal reads the header of the local heap at an address.
func OpenLocal(r *block.Reader, addr uint64) (*Local, error) {
	sizes := r.Sizes()
	c, err := r.Cursor(addr, 8+2*uint64(sizes.Length)+uint64(sizes.Offset), "local heap")
	if err != nil {
		return nil, err
	}
	c.Signature("HEAP")
	c.Version(0)
	c.Skip(3)
	h := &Local{r: r, size: c.Length()}
	c.Length() // first free block
	h.segment = c.Address()
	if err := c.Err(); err != nil {
		return nil, err
	}
	if room := r.Room(h.segment); h.size > room {
		return nil, r.Errorf(addr, "local heap: %d bytes of strings at address %#x reach past the end of the file", h.size, h.segment)
	}
	return h, nil
}

// LoadAll reads all strings at once, for callers that will ask for most of them.
func (h *Local) LoadAll() error {
	if h.data != nil || h.size == 0 {
		return nil
	}
	data, err := h.r.Bytes(h.segment, h.size, "strings of local heap")
	if err != nil {
		return err
	}
	h.data = data
	return nil
}

// Name returns the string at a position; it must not be changed.
func (h *Local) Name(position uint64) ([]byte, error) {
	if position >= h.size {
		return nil, h.r.Errorf(h.segment, "local heap: a name at %d in %d bytes of strings", position, h.size)
	}
	if h.data != nil {
		return h.terminated(h.data[position:], position)
	}
	rest := min(h.size-position, nameLimit)
	for n := uint64(nameRead); ; n *= 8 {
		b, err := h.r.Bytes(h.segment+position, min(n, rest), "name in local heap")
		if err != nil {
			return nil, err
		}
		if n >= rest || bytes.IndexByte(b, 0) >= 0 {
			return h.terminated(b, position)
		}
	}
}

func (h *Local) terminated(b []byte, position uint64) ([]byte, error) {
	end := bytes.IndexByte(b[:min(len(b), nameLimit)], 0)
	if end < 0 {
		return nil, h.r.Errorf(h.segment+position, "local heap: a name does not end in NUL within %d bytes", min(len(b), nameLimit))
	}
	return b[:end:end], nil
}
