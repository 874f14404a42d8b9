package plan

import (
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Index finds the mappings of a virtual dataset that a request touches. It is built once for a
// dataset, takes some 8 bytes for each mapping and axis along which mappings differ, and answers in
// a time that depends on the number of mappings found and hardly on how many there are. It is safe
// for concurrent use.
type Index struct {
	n     int
	boxes *dataspace.BoxIndex

	// Whether any two mappings of the dataset overlap is found out once, when it matters.
	separate sync.Once
	overlap  bool
}

// NewIndex returns an index of n mappings by the bounds of their virtual selections, those of
// dataspace.Selection.Bounds.
func NewIndex(n int, boxes *dataspace.BoxIndex) *Index { return &Index{n: n, boxes: boxes} }

// NewSelectionIndex returns an index of n virtual selections in a dataset of that rank.
func NewSelectionIndex(rank, n int, virtual func(i int) dataspace.Selection) *Index {
	return NewIndex(n, dataspace.NewBoxIndex(rank, n, func(i int, lo, hi []uint64) bool {
		s := virtual(i)
		switch {
		case s.Kind() == dataspace.KindAll:
			whole(lo, hi)
			return true
		case s.Rank() != rank:
			return false
		}
		return s.BoundsInto(lo, hi)
	}))
}

// whole makes the bounds those of a dataset of any extent.
func whole(lo, hi []uint64) {
	for axis := range lo {
		lo[axis], hi[axis] = 0, dataspace.MaxCoordinate
	}
}

// Query visits the mappings whose bounds hold an element of the request, in increasing number,
// until visit returns false. A mapping that is visited may still have nothing to give: Project
// finds out.
func (x *Index) Query(req Request, visit func(mapping int) bool) {
	x.boxes.Visit(req.Axes, visit)
}

// fewHits is the number of mappings up to which all pairs are compared.
const fewHits = 16

// Overlap reports whether two of the mappings hits, numbers in increasing order as Query visits
// them, may select the same element. False is certain: then their segments may be read in any
// order and at the same time, and the request is wholly covered if and only if the segments' Elements
// add up to the request's. True means that the order of the mappings decides, the last one wins, and
// that nothing follows from the sum. virtual returns the selection of a mapping and must always
// return the same; some of what is found is kept.
func (x *Index) Overlap(hits []int, virtual func(i int) dataspace.Selection) bool {
	if len(hits) < 2 {
		return false
	}
	if len(hits) <= fewHits {
		return overlapping(hits, virtual)
	}
	x.separate.Do(func() {
		if x.boxes.Separate() {
			return
		}
		_, _, x.overlap = dataspace.FirstOverlapFunc(x.n, virtual)
	})
	if !x.overlap {
		return false
	}
	_, _, found := dataspace.FirstOverlapFunc(len(hits), func(i int) dataspace.Selection { return virtual(hits[i]) })
	return found
}

func overlapping(hits []int, virtual func(i int) dataspace.Selection) bool {
	selections := make([]dataspace.Selection, len(hits))
	for i, hit := range hits {
		selections[i] = virtual(hit)
		for _, earlier := range selections[:i] {
			if !dataspace.Disjoint(earlier, selections[i]) {
				return true
			}
		}
	}
	return false
}
