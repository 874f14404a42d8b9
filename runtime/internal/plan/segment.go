package plan

import "slices"

// Segment is a strided box of a source and where it goes in memory: with counter i running along
// each source axis from 0 to Count-1, the element at SourceStart + i·SourceStep of the source goes
// to the element MemOffset + Σ i·MemStride of the caller's array.
type Segment struct {
	// One entry for each source axis, none for a scalar source. Step and Count are at least 1;
	// Step is 1 and MemStride 0 where Count is 1.
	SourceStart, SourceStep, Count []uint64
	MemOffset                      int64
	MemStride                      []int64
}

// Elements returns the number of elements of the segment.
func (s Segment) Elements() uint64 {
	n := uint64(1)
	for _, c := range s.Count {
		n *= c
	}
	return n
}

// last returns the last source coordinate along an axis.
func (s Segment) last(axis int) uint64 {
	return s.SourceStart[axis] + (s.Count[axis]-1)*s.SourceStep[axis]
}

// Within reports whether the whole segment lies inside a source of that extent, which has one
// entry for each source axis.
func (s Segment) Within(extent []uint64) bool {
	for axis, e := range extent {
		if s.last(axis) >= e {
			return false
		}
	}
	return true
}

// Clip splits the segment at the extent of its source, which has one entry for each source axis:
// into what is inside (ok is false if nothing is) and what lies outside, as at most one segment for
// each axis. Together they are the segment, and no element is in two of them. What is outside has
// no value in the source: it is an error to the reader, or is filled where MemOffset, MemStride and
// Count say.
func (s Segment) Clip(extent []uint64) (inside Segment, ok bool, outside []Segment) {
	if s.Within(extent) {
		return s, true, nil
	}
	inside = s.Clone()
	for axis, e := range extent {
		if inside.last(axis) < e {
			continue
		}
		kept := uint64(0)
		if start := inside.SourceStart[axis]; e > start {
			kept = (e-start-1)/inside.SourceStep[axis] + 1
		}
		out := inside.Clone()
		out.part(axis, kept, inside.Count[axis]-kept)
		outside = append(outside, out)
		if kept == 0 {
			return Segment{}, false, outside
		}
		inside.part(axis, 0, kept)
	}
	return inside, true, outside
}

// part keeps n elements from number first on along an axis.
func (s *Segment) part(axis int, first, n uint64) {
	s.SourceStart[axis] += first * s.SourceStep[axis]
	s.MemOffset += int64(first) * s.MemStride[axis]
	if s.Count[axis] = n; n == 1 {
		s.SourceStep[axis], s.MemStride[axis] = 1, 0
	}
}

// Clone returns a copy that shares no memory with s.
func (s Segment) Clone() Segment {
	s.SourceStart = slices.Clone(s.SourceStart)
	s.SourceStep = slices.Clone(s.SourceStep)
	s.Count = slices.Clone(s.Count)
	s.MemStride = slices.Clone(s.MemStride)
	return s
}

// Join adds the elements of next, a segment of the same source, to s where they go on as those of s do: along one axis, with the same
// distances in the source and in memory. It reports whether it did; next is not changed.
func (s *Segment) Join(next *Segment) bool {
	axis := -1
	for k := range s.Count {
		if s.SourceStart[k] != next.SourceStart[k] {
			if axis >= 0 {
				return false
			}
			axis = k
		}
	}
	if axis < 0 || next.SourceStart[axis] < s.SourceStart[axis] {
		return false
	}
	for k := range s.Count {
		if k != axis && (s.Count[k] != next.Count[k] || s.SourceStep[k] != next.SourceStep[k] || s.MemStride[k] != next.MemStride[k]) {
			return false
		}
	}
	n, ahead, away := s.Count[axis], next.SourceStart[axis]-s.SourceStart[axis], next.MemOffset-s.MemOffset
	step, stride := s.SourceStep[axis], s.MemStride[axis]
	if n == 1 {
		step, stride = ahead, away
	}
	if ahead != n*step || away != int64(n)*stride || next.Count[axis] > 1 && (next.SourceStep[axis] != step || next.MemStride[axis] != stride) {
		return false
	}
	s.SourceStep[axis], s.MemStride[axis] = step, stride
	s.Count[axis] += next.Count[axis]
	return true
}
