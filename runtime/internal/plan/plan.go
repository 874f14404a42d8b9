// Package plan computes, without any I/O, which elements of which source a read of a virtual
// dataset needs and where each of them goes in the caller's array.
//
// A Request says which elements of the virtual dataset are wanted. An Index finds the mappings
// that it touches; Project turns one mapping into Segments, each a strided box of the source and
// where it goes; Segment.EachChunk cuts a segment at the chunks of its source. Nothing costs time
// or memory in proportion to the number of elements, unless the selections themselves are made of
// single elements.
//
// Read project.go first: it handles mappings whose two selections have the same shape, which are
// nearly all. What is left goes through correspond.go, which works with ordinals: element number k
// of the virtual selection is element number k of the source selection. Both are systems of nested
// counters there, and meet.go, the heart of it, intersects two such systems.
//
// Two spaces are never mixed: virtual coordinates and source coordinates. The third, the caller's
// array, is called memory.
package plan

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Progression is an arithmetic progression of coordinates along one virtual axis: Start,
// Start+Step, …, Count of them. Step is at least 1.
type Progression = dataspace.Progression

// Request says which elements of a virtual dataset are wanted and where they go in memory.
type Request struct {
	Axes []Progression // one for each virtual axis; none for a scalar
	// MemOffset and MemStride say where the elements go, in elements of the caller's array: the
	// element number i, j, … of the axes lies at MemOffset + i·MemStride[0] + j·MemStride[1] + ….
	// A nil MemStride means C order without gaps, in the shape of the axes' Counts.
	MemOffset int64
	MemStride []int64
}

// Elements returns the number of elements wanted.
func (r Request) Elements() (uint64, error) {
	n, ok := uint64(1), true
	for _, p := range r.Axes {
		if p.Count == 0 {
			return 0, nil
		}
	}
	for _, p := range r.Axes {
		if n, ok = mul(n, p.Count); !ok {
			return 0, dataspace.ErrTooLarge
		}
	}
	return n, nil
}

// Mapping is one mapping of a virtual dataset: element number k of Virtual is element number k
// of Source.
type Mapping struct{ Virtual, Source dataspace.Selection }

// A MismatchError says that the selections of a mapping do not fit each other, the virtual
// dataset, or the source as it is: nothing can be read through the mapping as it stands.
type MismatchError struct {
	What            string // what does not fit, with the selections
	Virtual, Source uint64 // the numbers of elements that differ, if that is it
}

func (e *MismatchError) Error() string { return e.What }

func mismatch(format string, args ...any) error {
	return &MismatchError{What: fmt.Sprintf(format, args...)}
}
