package chunkindex

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// growingFixed is a fixed array whose elements come one after another. All of its place is taken from the start.
type growingFixed struct {
	element
	out    *store.File
	leaves leaves
	n      uint64 // elements

	header, block uint64 // addresses
	start         []byte // of the data block, before its elements or pages
	bitmap        []byte // of pages, in start; empty: no pages
	changed       bool   // start
	written       bool   // the header
}

func newGrowingFixed(l *message.Layout, c leaves, n uint64) (*growingFixed, error) {
	e, out := c.e, c.out
	if n > maxFixedArray {
		return nil, fmt.Errorf("%d chunks are more than %d; use larger chunks", n, uint64(maxFixedArray))
	}
	f := &growingFixed{element: e, out: out, leaves: c, n: n, changed: true}
	l.Index, l.PageBits = message.IndexFixedArray, pageBits
	f.header = out.Allocate(fixedHeaderSize, store.AlignMetadata)
	l.Address = f.header
	f.start = append([]byte("FADB"), 0, e.class())
	f.start = cursor.AppendUint(f.start, f.header, 8)
	if n <= pageElements {
		f.block = out.Allocate(uint64(len(f.start))+n*uint64(e.size())+4, store.AlignMetadata)
		f.leaves.make(f.block, 0, n, f.start)
		return f, out.Err()
	}
	pages := (n + pageElements - 1) / pageElements
	prefix := len(f.start)
	f.start = append(f.start, make([]byte, (pages+7)/8+4)...)
	f.bitmap = f.start[prefix : len(f.start)-4]
	f.block = out.Allocate(uint64(len(f.start))+n*uint64(e.size())+pages*4, store.AlignMetadata)
	return f, out.Err()
}

func (f *growingFixed) Set(s Stored) error {
	if s.Number >= f.n {
		return fmt.Errorf("chunk number %d of %d", s.Number, f.n)
	}
	l, err := f.leaf(s.Number)
	if err != nil {
		return err
	}
	l.set(f.element, s)
	return nil
}

func (f *growingFixed) leaf(number uint64) (*leaf, error) {
	if len(f.bitmap) == 0 {
		return f.leaves.get(f.block, 0, f.n, len(f.start))
	}
	page := number / pageElements
	first := page * pageElements
	n := min(pageElements, f.n-first)
	address := f.block + uint64(len(f.start)) + page*uint64(pageElements*f.size()+4)
	if bit(f.bitmap, page) {
		return f.leaves.get(address, first, n, 0)
	}
	setBit(f.bitmap, page)
	f.changed = true
	if err := f.leaves.bound(); err != nil {
		return nil, err
	}
	return f.leaves.make(address, first, n, nil), nil
}

// Flush writes elements, then the bits that say which pages there are, then, once, the header.
func (f *growingFixed) Flush() error {
	if err := f.leaves.flush(); err != nil {
		return err
	}
	if f.changed && len(f.bitmap) > 0 {
		if err := overwriteSummed(f.out, f.start, f.block); err != nil {
			return err
		}
	}
	f.changed = false
	if f.written {
		return nil
	}
	f.written = true
	return f.out.Overwrite(appendFixedHeader(nil, f.element, f.n, f.block), f.header)
}
