package plan

import "github.com/vdsgen/vdsgen/hdf5/dataspace"

// fitted returns the mapping with its unlimited selections ended, after checking that the two
// selections fit each other and the datasets. The extent that it returns is the source's, made as
// long along axis 0 as the mapping needs where a whole source is shorter than it should be.
func fitted(m Mapping, rank int, virtualExtent, sourceExtent []uint64) (Mapping, []uint64, error) {
	switch r := m.Virtual.Rank(); {
	case len(virtualExtent) != rank:
		return m, nil, mismatch("plan: a request of rank %d for a virtual dataset of rank %d", rank, len(virtualExtent))
	case r != 0 && r != rank:
		return m, nil, mismatch("plan: the virtual selection %v has rank %d and the virtual dataset %d", m.Virtual, r, rank)
	}
	if r := m.Source.Rank(); r != 0 && r != len(sourceExtent) {
		return m, nil, mismatch("plan: the source selection %v has rank %d and the source %d", m.Source, r, len(sourceExtent))
	}
	m, err := ended(m, virtualExtent, sourceExtent)
	if err != nil {
		return m, nil, err
	}
	virtual, err := m.Virtual.Count(virtualExtent)
	if err != nil {
		return m, nil, err
	}
	source, err := m.Source.Count(sourceExtent)
	if err != nil {
		return m, nil, err
	}
	if virtual == source {
		return withoutEmpty(m, virtual), sourceExtent, nil
	}
	if extent, ok := prolonged(m, virtualExtent, sourceExtent); ok {
		return m, extent, nil
	}
	e := mismatch("plan: the virtual selection %v has %d elements and the source selection %v in a source of shape %d has %d",
		m.Virtual, virtual, m.Source, sourceExtent, source).(*MismatchError)
	e.Virtual, e.Source = virtual, source
	return m, nil, e
}

// withoutEmpty makes a mapping of no elements one that selects nothing.
func withoutEmpty(m Mapping, n uint64) Mapping {
	if n == 0 {
		return Mapping{}
	}
	return m
}

// ended ends two unlimited selections at the number of slices along their unlimited axes that both
// datasets have. The source limits what can be shown; the virtual dataset limits it where its extent
// stops at the first missing slice. Ending both at the same number keeps their elements in step.
func ended(m Mapping, virtualExtent, sourceExtent []uint64) (Mapping, error) {
	v, growing := m.Virtual.UnlimitedAxis()
	s, sourceGrowing := m.Source.UnlimitedAxis()
	switch {
	case !growing && !sourceGrowing:
		return m, nil
	case !growing || !sourceGrowing:
		return m, mismatch("plan: of the virtual selection %v and the source selection %v only one is unlimited", m.Virtual, m.Source)
	}
	n := min(m.Virtual.Slices(virtualExtent[v]), m.Source.Slices(sourceExtent[s]))
	m.Virtual = m.Virtual.Clip(v, m.Virtual.ExtentFor(n, false))
	m.Source = m.Source.Clip(s, m.Source.ExtentFor(n, false))
	return m, nil
}

// prolonged returns the extent that a source mapped by All should have where it only lacks elements
// at its end: where its shape is the virtual selection's, but for axes of length 1 and a first axis
// that is shorter. Its elements are then the first ones of the virtual selection, in order. With any
// other difference of shape the element that corresponds to another cannot be known.
func prolonged(m Mapping, virtualExtent, sourceExtent []uint64) ([]uint64, bool) {
	if m.Source.Kind() != dataspace.KindAll {
		return nil, false
	}
	want, ok := shape(m.Virtual, virtualExtent)
	if !ok {
		return nil, false
	}
	if len(want) != len(sourceExtent) {
		want, ok = squeezed(want, len(sourceExtent))
	}
	if !ok || len(want) == 0 || want[0] < sourceExtent[0] {
		return nil, false
	}
	for k := 1; k < len(want); k++ {
		if want[k] != sourceExtent[k] {
			return nil, false
		}
	}
	return want, true
}

// shape returns the number of elements of a product along each axis.
func shape(s dataspace.Selection, extent []uint64) ([]uint64, bool) {
	axes, ok := productAxes(nil, s, extent)
	lengths := make([]uint64, len(axes))
	for k, a := range axes {
		lengths[k] = a.length
	}
	return lengths, ok
}

// squeezed drops axes of length 1, the first ones first, until rank are left.
func squeezed(shape []uint64, rank int) ([]uint64, bool) {
	left := len(shape) - rank
	var kept []uint64
	for _, n := range shape {
		if n == 1 && left > 0 {
			left--
			continue
		}
		kept = append(kept, n)
	}
	return kept, left == 0 && len(kept) == rank
}
