package runtime

import (
	"iter"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// mappingList is mappings of a Layout, few or a million, in little memory: a mapping takes about 32 bytes, and the axes of its selections.
type mappingList struct {
	selections dataspace.List   // of mapping i: the virtual one at 2i, that of the source at 2i+1
	of         []*sourceDataset // of each mapping; those that follow one another share it
}

// layoutMapping is one mapping of a Layout.
type layoutMapping struct {
	virtual, source dataspace.Selection
	of              *sourceDataset
}

func (l *mappingList) len() int { return len(l.of) }

func (l *mappingList) virtual(i int) dataspace.Selection { return l.selections.At(2 * i) }

func (l *mappingList) source(i int) dataspace.Selection { return l.selections.At(2*i + 1) }

func (l *mappingList) at(i int) layoutMapping {
	return layoutMapping{virtual: l.virtual(i), source: l.source(i), of: l.of[i]}
}

// all yields the mappings in their order.
func (l *mappingList) all() iter.Seq2[int, layoutMapping] {
	return func(yield func(int, layoutMapping) bool) {
		for i := range l.of {
			if !yield(i, l.at(i)) {
				return
			}
		}
	}
}

func (l *mappingList) append(m layoutMapping) {
	l.begin(m.virtual)
	l.end(m.source, m.of)
}

// begin begins a mapping with its virtual selection: end or drop is called next.
func (l *mappingList) begin(virtual dataspace.Selection) { l.selections.Append(virtual) }

// beginAxes is begin for resolved axes, with room for their hyperslab. After an error nothing has begun.
func (l *mappingList) beginAxes(axes []axis, room []dataspace.Dim) (dataspace.Selection, error) {
	dims, ok := regularDims(room, axes)
	if !ok {
		virtual, err := hyperslab(axes, nil)
		if err == nil {
			l.begin(virtual)
		}
		return virtual, err
	}
	if err := l.selections.AppendRegular(dims...); err != nil {
		return dataspace.Selection{}, err
	}
	return l.selections.At(l.selections.Len() - 1), nil
}

// end ends the mapping that was begun.
func (l *mappingList) end(source dataspace.Selection, of *sourceDataset) {
	l.selections.Append(source)
	if n := len(l.of); n > 0 && l.of[n-1].same(of) {
		of = l.of[n-1]
	}
	if len(l.of) == cap(l.of) {
		l.of = slices.Grow(l.of, len(l.of)) // append alone takes smaller steps, and leaves more behind
	}
	l.of = append(l.of, of)
}

// drop forgets the mapping that was begun.
func (l *mappingList) drop() { l.truncate(l.len()) }

// truncate drops all mappings but the first n.
func (l *mappingList) truncate(n int) {
	l.selections.Truncate(2 * n)
	clear(l.of[n:])
	l.of = l.of[:n]
}

// merge joins the last mapping with those before it, as long as the last two are one hyperslab on both sides: the same source
// dataset, touching along one axis, equal along all others.
func (l *mappingList) merge() {
	for n := l.len(); n > 1; n-- {
		a, b := n-2, n-1
		if l.of[a] != l.of[b] {
			return
		}
		virtual, outer, ok := joinAxis(l.virtual(a), l.virtual(b))
		if !ok {
			return
		}
		source, sourceOuter, ok := joinAxis(l.source(a), l.source(b))
		if !ok || outer != sourceOuter {
			return
		}
		if !l.join(virtual, source) {
			return
		}
	}
}

// join makes the last two mappings one, which goes on along one axis on either side. It leaves them as they are where that is no hyperslab.
func (l *mappingList) join(virtualAxis, sourceAxis int) bool {
	n := l.len()
	virtual, err := dataspace.Regular(joinDims(l.virtual(n-2), l.virtual(n-1), virtualAxis)...)
	if err != nil {
		return false
	}
	source, err := dataspace.Regular(joinDims(l.source(n-2), l.source(n-1), sourceAxis)...)
	if err != nil {
		return false
	}
	of := l.of[n-2]
	l.truncate(n - 2)
	l.append(layoutMapping{virtual: virtual, source: source, of: of})
	return true
}
