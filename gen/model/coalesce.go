package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// coalesce puts neighbouring mappings from one source together when they touch along one
// axis on both sides and agree on all others, until nothing changes. Neighbours that are
// apart stay apart, although a stride could join them: a gap is a border of the detector.
func (a *assembler) coalesce() {
	for {
		before := len(a.raw)
		out := a.raw[:0]
		for _, r := range a.raw {
			if len(out) > 0 && a.merge(&out[len(out)-1], r) {
				continue
			}
			out = append(out, r)
		}
		a.raw = out
		if len(out) == before {
			return
		}
	}
}

// merge extends m by next when both are one hyperslab on both sides.
func (a *assembler) merge(m *rawMapping, next rawMapping) bool {
	if m.whole || next.whole {
		return false
	}
	if m.member != next.member {
		x, y := &a.m.list[m.member], &a.m.list[next.member]
		if x.file != y.file || x.path != y.path {
			return false
		}
	}
	v, ok1 := onlyDifference(m.v, next.v)
	s, ok2 := onlyDifference(m.s, next.s)
	if !ok1 || !ok2 {
		return false
	}
	dv, ok1 := extend(m.v[v], next.v[v])
	ds, ok2 := extend(m.s[s], next.s[s])
	if !ok1 || !ok2 {
		return false
	}
	// The order of elements is kept when as many elements lie inside each step on both
	// sides, and the first mapping has as many steps on both.
	iv, ok1 := inner(m.v, v)
	is, ok2 := inner(m.s, s)
	if !ok1 || !ok2 || iv != is || count(m.v[v]) != count(m.s[s]) {
		return false
	}
	m.v, m.s = slices.Clone(m.v), slices.Clone(m.s)
	m.v[v], m.s[s] = dv, ds
	return true
}

// onlyDifference returns the one axis on which a and b differ.
func onlyDifference(a, b []dataspace.Dim) (axis int, ok bool) {
	axis = -1
	for i := range a {
		if a[i] == b[i] {
			continue
		}
		if axis >= 0 {
			return 0, false
		}
		axis = i
	}
	return axis, axis >= 0
}

// extend returns a followed by b when they touch: two ranges, or two parts of one
// progression of blocks.
func extend(a, b dataspace.Dim) (dataspace.Dim, bool) {
	if a.Count == dataspace.Unlimited || b.Count == dataspace.Unlimited {
		return a, false
	}
	if a.Count == 1 && b.Count == 1 {
		if a.Start+a.Block != b.Start {
			return a, false
		}
		a.Block += b.Block
		return a, true
	}
	stride := max(a.Stride, b.Stride)
	if a.Block != b.Block || a.Count > 1 && a.Stride != stride || b.Count > 1 && b.Stride != stride || a.Start+a.Count*stride != b.Start {
		return a, false
	}
	a.Stride, a.Count = stride, a.Count+b.Count
	return a, true
}

func count(d dataspace.Dim) uint64 { return d.Count * d.Block }

// inner returns how many elements lie inside one step along axis; ok is false where that
// grows.
func inner(dims []dataspace.Dim, axis int) (n uint64, ok bool) {
	n = 1
	for _, d := range dims[axis+1:] {
		if d.Count == dataspace.Unlimited {
			return 0, false
		}
		n *= count(d)
	}
	return n, true
}
