package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// coalesce puts neighbouring mappings from one source together where both sides touch along
// one axis and agree on all others; what results is held against the mapping before it in
// turn. Neighbours that are apart stay apart, although a stride could join them: a gap is
// a border of the detector.
func (a *assembler) coalesce() {
	out := a.raw[:0]
	for _, r := range a.raw {
		for len(out) > 0 {
			joined, ok := a.merge(out[len(out)-1], r)
			if !ok {
				break
			}
			r, out = joined, out[:len(out)-1]
		}
		out = append(out, r)
	}
	a.raw = out
}

// merge returns m followed by next as one mapping.
func (a *assembler) merge(m, next rawMapping) (rawMapping, bool) {
	if m.whole || next.whole {
		return m, false
	}
	if m.member != next.member {
		x, y := &a.m.list[m.member], &a.m.list[next.member]
		if x.file != y.file || x.path != y.path {
			return m, false
		}
	}
	v, outerV, ok1 := joinDims(m.v, next.v)
	s, outerS, ok2 := joinDims(m.s, next.s)
	if !ok1 || !ok2 || outerV != outerS {
		return m, false
	}
	m.v, m.s = v, s
	return m, true
}

// joinDims returns a followed by b as one hyperslab, where they are ranges that touch on one
// axis and equal on the others. Both sides of a mapping keep their order when outer, the
// number of elements of the axes before that one, is the same on both.
func joinDims(a, b []dataspace.Dim) (joined []dataspace.Dim, outer uint64, ok bool) {
	along := -1
	outer = 1
	for i := range a {
		if a[i] == b[i] {
			if along < 0 {
				outer *= a[i].Count * a[i].Block
			}
			continue
		}
		if along >= 0 || !contiguous(a[i]) || !contiguous(b[i]) || a[i].Start+a[i].Count*a[i].Block != b[i].Start {
			return nil, 0, false
		}
		along = i
	}
	if along < 0 {
		return nil, 0, false
	}
	joined = slices.Clone(a)
	joined[along] = dataspace.Dim{Start: a[along].Start, Stride: 1, Count: 1, Block: a[along].Count*a[along].Block + b[along].Count*b[along].Block}
	return joined, outer, true
}

// contiguous reports whether an axis is one range that ends.
func contiguous(d dataspace.Dim) bool {
	return d.Count != dataspace.Unlimited && (d.Count == 1 || d.Stride == d.Block)
}
