// Package plan computes, without any I/O, which elements of which source a read of a virtual
// dataset needs and where each of them goes in the caller's array.
package plan

import (
	"errors"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Progression is an arithmetic progression of coordinates along one virtual axis.
type Progression = dataspace.Progression

// Request says which elements of a virtual dataset are wanted and where they go in the caller's array.
type Request struct {
	Axes []Progression // one for each virtual axis
	// MemOffset and MemStride say where the elements go, in elements of the caller's array: the
	// element number i, j, … of the axes lies at MemOffset + i·MemStride[0] + j·MemStride[1] + ….
	// A nil MemStride means C order without gaps.
	MemOffset int64
	MemStride []int64
}

// Elements returns the number of elements wanted.
func (r Request) Elements() (uint64, error) { return 0, errNotYet }

// Mapping is one mapping of a virtual dataset.
type Mapping struct{ Virtual, Source dataspace.Selection }

// Segment is a strided box of a source and where it goes in the caller's array.
type Segment struct {
	SourceStart, SourceStep, Count []uint64 // one for each source axis; Step ≥ 1
	MemOffset                      int64    // where the first element goes, in elements of the caller's array
	MemStride                      []int64  // one for each source axis, in elements of the caller's array; 0 where Count is 1
}

// Elements returns the number of elements of the segment.
func (s Segment) Elements() uint64 { return 0 }

// Within reports whether the segment lies inside a source of that extent.
func (s Segment) Within(extent []uint64) bool { return false }

// Clip splits the segment at the extent of its source: inside (ok is false when nothing of it is
// inside) and, as disjoint segments, what lies outside.
func (s Segment) Clip(extent []uint64) (inside Segment, ok bool, outside []Segment) {
	return Segment{}, false, nil
}

// EachChunk visits the chunks that the segment touches, in row-major order: scaled is the chunk's
// number along each axis, part the elements in it with SourceStart relative to the chunk's first
// element. Both are valid only during the visit (Clone keeps a part).
func (s Segment) EachChunk(chunk []uint64, visit func(scaled []uint64, part Segment) error) error {
	return errNotYet
}

// Clone returns a copy that shares no memory with s.
func (s Segment) Clone() Segment { return s }

// Index finds the mappings that a request touches.
type Index struct{}

// NewIndex builds an index of n mappings from the bounds of their virtual selections, both ends
// inclusive; nil bounds mean the whole dataset, and lo > hi along an axis means nothing.
func NewIndex(n int, bounds func(i int) (lo, hi []uint64)) *Index { return &Index{} }

// NewSelectionIndex builds an index of n virtual selections of that rank.
func NewSelectionIndex(rank, n int, virtual func(i int) dataspace.Selection) *Index { return &Index{} }

// Query visits the mappings whose bounds the request meets in increasing number until visit returns false.
func (x *Index) Query(req Request, visit func(mapping int) bool) {}

// Overlap reports whether two of the mappings hits (numbers in increasing order, as Query visits
// them) may write the same element. False is certain; virtual returns the selection of a mapping.
func (x *Index) Overlap(hits []int, virtual func(i int) dataspace.Selection) bool { return true }

// MismatchError says that a mapping's selections do not fit each other or the source.
type MismatchError struct {
	Virtual, Source uint64 // numbers of elements, where they differ
	What            string
}

func (e *MismatchError) Error() string { return e.What }

// Project emits the segments of one mapping that the request needs. The segments of one mapping
// are disjoint in the caller's array. They may be kept. Elements of the selection outside of the
// source's extent are emitted too: see Segment.Within and Segment.Clip.
func Project(req Request, m Mapping, virtualExtent, sourceExtent []uint64, emit func(Segment) error) error {
	return errNotYet
}

// Projector is Project with memory that it keeps between calls. Not safe for concurrent use.
type Projector struct{}

// Project is the function Project.
func (p *Projector) Project(req Request, m Mapping, virtualExtent, sourceExtent []uint64, emit func(Segment) error) error {
	return errNotYet
}

var errNotYet = errors.New("plan: not written yet")
