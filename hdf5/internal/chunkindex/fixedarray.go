package chunkindex

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// maxPageBits is the logarithm of the most elements of a page: libhdf5 stores the number in a byte and uses 10.
const maxPageBits = 32

// fixedArray is the index of a dataset whose extent has a limit along every axis: one element for each chunk.
type fixedArray struct {
	r         *block.Reader
	elements  elements
	numbering numbering
	rank      int
	count     uint64 // elements
	addr      uint64 // of the data block
	pageBits  uint8
	pages     uint64 // 0: the data block is not paged
	prefix    uint64 // bytes of the data block before its elements or its bitmap of pages
}

func openFixedArray(r *block.Reader, l *message.Layout, g Grid) (Index, error) {
	const what = "fixed array header"
	x := &fixedArray{r: r, elements: newElements(r, l, &g), rank: len(g.chunk)}
	sizes := r.Sizes()
	c, err := loadHeader(r, l.Address, 12+uint64(sizes.Length)+uint64(sizes.Offset), what, "FAHD")
	if err != nil {
		return nil, err
	}
	class, size := c.U8(), int(c.U8())
	x.pageBits = c.U8()
	x.count = c.Length()
	x.addr = c.Address()
	expected, ok := message.Product(g.Limit)
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case class != x.elements.class() || size != x.elements.size():
		return nil, c.Fail("elements of class %d and %d bytes, %d and %d are expected", class, size, x.elements.class(), x.elements.size())
	case x.pageBits > maxPageBits:
		return nil, c.Fail("pages of 2^%d elements", x.pageBits)
	case !ok || x.count != expected:
		return nil, c.Fail("%d elements for %d chunks", x.count, g.Limit)
	case x.count == 0 || x.addr == cursor.Undefined:
		return empty{}, nil
	case !holds(r, x.count, size, x.pageBits):
		return nil, c.Fail("%d elements of %d bytes are more than the file holds", x.count, size)
	}
	if x.numbering, ok = newNumbering(g.Limit, -1); !ok {
		return nil, c.Fail("%d chunks", g.Limit)
	}
	x.prefix = 6 + uint64(sizes.Offset)
	if x.count > 1<<x.pageBits {
		x.pages = ceilDiv(x.count, 1<<x.pageBits)
	}
	return x, nil
}

// verify checks the prefix of the data block.
func (x *fixedArray) verify(c *cursor.Cursor) {
	c.Signature("FADB")
	c.Version(0)
	if class := c.U8(); c.Err() == nil && class != x.elements.class() {
		c.Fail("elements of class %d, %d is expected", class, x.elements.class())
	}
	c.Address() // of the header
}

// bitmap says which pages were written.
func (x *fixedArray) bitmap() ([]byte, error) {
	n := ceilDiv(x.pages, 8)
	b, err := x.r.Load(x.addr, x.prefix+n+4, "fixed array data block", func(c *cursor.Cursor) error {
		x.verify(c)
		c.Skip(n)
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return nil, err
	}
	return b[x.prefix : x.prefix+n], nil
}

// page returns the elements from number first on that lie together with it; nil when none of them was ever written.
func (x *fixedArray) page(number uint64) (b []byte, first uint64, err error) {
	size := uint64(x.elements.size())
	if x.pages == 0 {
		b, err := x.r.Load(x.addr, x.prefix+x.count*size+4, "fixed array data block", func(c *cursor.Cursor) error {
			x.verify(c)
			c.Skip(x.count * size)
			c.Checksum()
			return c.Err()
		})
		if err != nil {
			return nil, 0, err
		}
		return b[x.prefix : x.prefix+x.count*size], 0, nil
	}
	bitmap, err := x.bitmap()
	if err != nil {
		return nil, 0, err
	}
	page := number >> x.pageBits
	first = page << x.pageBits
	if !bit(bitmap, page) {
		return nil, first, nil
	}
	start := x.addr + x.prefix + uint64(len(bitmap)) + 4 + page*(size<<x.pageBits+4)
	b, err = loadElements(x.r, start, min(1<<x.pageBits, x.count-first), int(size), "fixed array page")
	return b, first, err
}

func (x *fixedArray) Lookup(scaled []uint64) (Entry, bool, error) {
	number, ok := x.numbering.number(scaled)
	if !ok || number >= x.count {
		return Entry{}, false, nil
	}
	b, first, err := x.page(number)
	if err != nil || b == nil {
		return Entry{}, false, err
	}
	size := uint64(x.elements.size())
	at := (number - first) * size
	e, ok := x.elements.decode(b[at : at+size])
	return e, ok, nil
}

func (x *fixedArray) Walk(visit func([]uint64, Entry) (bool, error)) error {
	scaled := make([]uint64, x.rank)
	size := x.elements.size()
	step := x.count
	if x.pages > 0 {
		step = 1 << x.pageBits
	}
	for number := uint64(0); number < x.count; number += step {
		b, _, err := x.page(number)
		if err != nil {
			return err
		}
		for i := range len(b) / size {
			e, ok := x.elements.decode(b[i*size : (i+1)*size])
			if !ok {
				continue
			}
			x.numbering.scaled(scaled, number+uint64(i))
			if more, err := visit(scaled, e); err != nil || !more {
				return err
			}
		}
	}
	return nil
}
