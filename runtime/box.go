package runtime

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// box is slices that take one run of each axis, of few, as those of most mappings do, resolved.
type box struct {
	dataspace.Narrow
	count   uint64 // elements
	dropped uint32 // a bit for each axis that an index drops
}

// resolveBox resolves slices as a box. It is not ok for others, nor where they do not fit: axisRoom.resolve takes these, or says what is wrong.
func resolveBox(given []Slice, extent []uint64) (b box, ok bool) {
	if last := len(given) - 1; last >= 0 && given[last].kind == sliceEllipsis {
		given = given[:last]
	}
	if len(given) > len(extent) || len(extent) == 0 {
		return b, false
	}
	b.count = 1
	for i := range given {
		first, last, ok := given[i].run(extent[i])
		if !ok || !b.Add(first, last-first) {
			return b, false
		}
		b.count = saturatingMul(b.count, last-first)
		if given[i].kind == sliceIndex {
			b.dropped |= 1 << i
		}
	}
	for _, n := range extent[len(given):] {
		if n == unknownExtent || !b.Add(0, n) {
			return b, false
		}
		b.count = saturatingMul(b.count, n)
	}
	return b, true
}

// run is the coordinates from first up to last, without it, that a slice takes of an axis of n elements. It is not ok where they are none, or no
// plain run.
func (s *Slice) run(n uint64) (first, last uint64, ok bool) {
	if n == unknownExtent || s.bad != "" || s.region != nil || len(s.moves) > 0 {
		return 0, 0, false
	}
	switch s.kind {
	case sliceIndex:
		first, ok = position(s.start, n)
		return first, first + 1, ok && first < n
	case sliceRange:
		if s.step > 1 || s.step < 0 || s.start == Bad || s.stop == Bad {
			return 0, 0, false
		}
		last = n
		if s.hasStart {
			first = clipEnd(s.start, n)
		}
		if s.hasStop {
			last = clipEnd(s.stop, n)
		}
		return first, last, first < last
	}
	return 0, 0, false
}
