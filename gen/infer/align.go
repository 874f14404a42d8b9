package infer

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// link says which source axes become which virtual axes: one and one, none and one (stack), one and none (an
// index drops it), one and two (split), two and one (merge).
type link struct{ v, s []int }

// maxAlignments bounds the ways to link axes that are tried.
const maxAlignments = 12

// alignments lists the ways in which the axes of all mappings can be linked in order, the likely ones first.
func alignments(list []mapping, shape []uint64) [][]link {
	var out [][]link
	a := &aligner{list: list, shape: shape}
	if list[0].whole {
		for _, m := range list {
			if !m.whole {
				return nil
			}
		}
		return a.wholes()
	}
	for _, m := range list {
		if m.whole || len(m.s) != len(list[0].s) {
			return nil
		}
	}
	a.found = func(links []link) bool {
		out = append(out, slices.Clone(links))
		return len(out) < maxAlignments
	}
	a.search(0, 0, nil)
	return out
}

type aligner struct {
	list  []mapping
	shape []uint64
	found func(links []link) bool // false ends the search
}

// wholes links the axes of sources whose rank is not known: as a person would, who drops the axes that members are stacked along.
func (a *aligner) wholes() [][]link {
	var dropped, kept []link
	s := 0
	for v := range a.list[0].v {
		kept = append(kept, link{[]int{v}, []int{v}})
		if a.stacks(v) {
			dropped = append(dropped, link{v: []int{v}})
			continue
		}
		dropped = append(dropped, link{[]int{v}, []int{s}})
		s++
	}
	if s == len(a.list[0].v) || s == 0 {
		return [][]link{kept}
	}
	return [][]link{dropped, kept}
}

// stacks reports whether members lie at single indexes of a longer virtual axis.
func (a *aligner) stacks(v int) bool {
	return a.virtualOnes(v) && (a.shape[v] > 1 || a.list[0].v[v].Count == dataspace.Unlimited)
}

func (a *aligner) virtualOnes(v int) bool {
	return !slices.ContainsFunc(a.list, func(m mapping) bool {
		return m.v[v].Block != 1 || m.v[v].Count != 1 && m.v[v].Count != dataspace.Unlimited
	})
}

func (a *aligner) sourceOnes(s int) bool {
	return !slices.ContainsFunc(a.list, func(m mapping) bool { return length(m.s[s]) != 1 })
}

// equal reports whether the product of lengths along virtual axes is that along source axes in every mapping.
func (a *aligner) equal(v, s []int) bool {
	return !slices.ContainsFunc(a.list, func(m mapping) bool {
		nv, ns := uint64(1), uint64(1)
		for _, k := range v {
			nv *= length(m.v[k])
		}
		for _, k := range s {
			ns *= length(m.s[k])
		}
		return nv != ns
	})
}

// series reports whether axis v is one along which HDF5 numbers files: it grows, and source axis s, one file's part, does not.
func (a *aligner) series(v, s int) bool {
	return !slices.ContainsFunc(a.list, func(m mapping) bool {
		d := m.v[v]
		return d.Count != dataspace.Unlimited || d.Stride != d.Block || length(m.s[s]) != d.Block
	})
}

// search extends the links of virtual axes before v and source axes before s to all axes.
func (a *aligner) search(v, s int, links []link) bool {
	rankV, rankS := len(a.list[0].v), len(a.list[0].s)
	if v == rankV && s == rankS {
		return a.found(links)
	}
	try := func(ok bool, x link) bool {
		return !ok || a.search(v+len(x.v), s+len(x.s), append(slices.Clip(links), x))
	}
	stack := v < rankV && a.stacks(v)
	pair := v < rankV && s < rankS && (a.equal([]int{v}, []int{s}) || a.series(v, s))
	if stack && !try(true, link{v: []int{v}}) {
		return false
	}
	if pair && !try(true, link{[]int{v}, []int{s}}) {
		return false
	}
	if s < rankS && a.sourceOnes(s) && !try(true, link{s: []int{s}}) {
		return false
	}
	if v < rankV && !stack && a.virtualOnes(v) && !try(true, link{v: []int{v}}) {
		return false
	}
	if v+1 < rankV && s < rankS && !pair && a.equal([]int{v, v + 1}, []int{s}) && !try(true, link{[]int{v, v + 1}, []int{s}}) {
		return false
	}
	if v < rankV && s+1 < rankS && !pair && a.equal([]int{v}, []int{s, s + 1}) && !try(true, link{[]int{v}, []int{s, s + 1}}) {
		return false
	}
	return true
}
