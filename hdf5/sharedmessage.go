package hdf5

import (
	"errors"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// maxSharing is how often a shared message may lead to another one. The format needs once.
const maxSharing = 4

// sharedMessages finds the messages of a file that are stored once for many objects.
type sharedMessages struct {
	table message.SharedTable // zero: the file has none

	mu      sync.Mutex
	indexes []message.SharedIndex // nil: not yet read
	heaps   map[uint64]*heap.Fractal
}

// body returns a cursor over the body of a message of a header, wherever it is stored.
func (f *File) body(m *object.Message) (cursor.Cursor, error) {
	c := f.reader.Over(m.Body, m.Address, m.Type.String())
	if m.Flags&message.FlagShared == 0 {
		return c, nil
	}
	return f.follow(&c, m.Type, 0)
}

// follow reads the reference to a shared message that c is at, and returns a cursor over the body of that message.
func (f *File) follow(c *cursor.Cursor, t message.Type, depth int) (cursor.Cursor, error) {
	if !t.MayBeShared() {
		return cursor.Cursor{}, c.Fail("it cannot be shared")
	}
	if depth >= maxSharing {
		return cursor.Cursor{}, c.Fail("shared messages lead to each other")
	}
	ref, err := message.DecodeShared(c)
	if err != nil {
		return cursor.Cursor{}, err
	}
	if ref.InHeap {
		return f.sharedInHeap(c, t, ref.HeapID)
	}
	h, err := object.Read(f.reader, ref.Address)
	if err != nil {
		return cursor.Cursor{}, err
	}
	m := h.Find(t)
	if m == nil {
		return cursor.Cursor{}, c.Fail("it is shared, and the object at %#x has none", ref.Address)
	}
	next := f.reader.Over(m.Body, m.Address, t.String())
	if m.Flags&message.FlagShared == 0 {
		return next, nil
	}
	return f.follow(&next, t, depth+1)
}

// sharedInHeap finds a message in the heap for messages of its type.
func (f *File) sharedInHeap(c *cursor.Cursor, t message.Type, id []byte) (cursor.Cursor, error) {
	h, err := f.sharedHeap(t)
	if err != nil {
		return cursor.Cursor{}, err
	}
	if h == nil {
		return cursor.Cursor{}, c.Fail("it is shared in a heap, and the file has none for it")
	}
	b, err := h.Object(id)
	if err != nil {
		return cursor.Cursor{}, err
	}
	return cursor.New(f.name, -1, b, f.reader.Sizes(), "shared "+t.String()), nil
}

// sharedHeap is the heap with the shared messages of a type, nil if there is none.
func (f *File) sharedHeap(t message.Type) (*heap.Fractal, error) {
	s := &f.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.indexes == nil && s.table.Indexes > 0 {
		size := message.SharedMasterSize(s.table.Indexes, f.reader.Sizes())
		c, err := f.reader.Cursor(s.table.Address, size, "table of shared messages")
		if err != nil {
			return nil, err
		}
		indexes, err := message.DecodeSharedMaster(&c, s.table.Indexes)
		if err != nil {
			return nil, err
		}
		s.indexes = indexes
		s.heaps = map[uint64]*heap.Fractal{}
	}
	for _, x := range s.indexes {
		if x.Types&(1<<t) == 0 || x.Heap == cursor.Undefined {
			continue
		}
		if h := s.heaps[x.Heap]; h != nil {
			return h, nil
		}
		h, err := heap.OpenFractal(f.reader, x.Heap, unfilterHeap)
		if err != nil {
			return nil, err
		}
		s.heaps[x.Heap] = h
		return h, nil
	}
	return nil, nil
}

// filterSpecs are the entries of a filter pipeline message.
func filterSpecs(pipeline []message.Filter) []filter.Spec {
	if len(pipeline) == 0 {
		return nil
	}
	specs := make([]filter.Spec, len(pipeline))
	for i, m := range pipeline {
		specs[i] = filter.Spec{ID: filter.ID(m.ID), Name: m.Name, Optional: m.Optional, Params: m.Params}
	}
	return specs
}

// unfilterHeap undoes the filters of a block or object of a fractal heap.
func unfilterHeap(pipeline []message.Filter, mask uint32, stored []byte, size uint64) ([]byte, error) {
	// A compressed block is rarely a thousandth of its size; a file that claims more wants memory.
	const bound = 2048
	if size > uint64(len(stored)+1)*bound || size > filter.MaxChunk {
		return nil, errors.New("a filtered block of a fractal heap claims to be impossibly large")
	}
	p, err := filter.NewPipeline(filterSpecs(pipeline), 1, int(size))
	if err != nil {
		return nil, err
	}
	raw := make([]byte, size)
	return raw, p.Decode(raw, stored, mask)
}
