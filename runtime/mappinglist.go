package runtime

import (
	"iter"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// mappingList is mappings of a Layout, few or a million, in little memory: a mapping takes about 32 bytes, and what its selections take.
type mappingList struct {
	virtual, source dataspace.List
	of              []*sourceDataset // of each mapping; those that follow one another share it

	rooms [4][]dataspace.Dim // for selections that are looked at for a moment
}

// layoutMapping is one mapping of a Layout.
type layoutMapping struct {
	virtual, source dataspace.Selection
	of              *sourceDataset
}

func (l *mappingList) len() int { return len(l.of) }

func (l *mappingList) at(i int) layoutMapping {
	return layoutMapping{virtual: l.virtual.At(i), source: l.source.At(i), of: l.of[i]}
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
	l.source.Append(m.source)
	l.belongs(m.of)
}

// begin begins a mapping with its virtual selection: end or drop is called next.
func (l *mappingList) begin(virtual dataspace.Selection) { l.virtual.Append(virtual) }

// beginAxes is begin for resolved axes, with room for their hyperslab. After an error nothing has begun.
func (l *mappingList) beginAxes(axes []axis, room []dataspace.Dim) error {
	if dims, ok := regularDims(room, axes); ok {
		return l.virtual.AppendRegular(dims...)
	}
	virtual, err := hyperslab(axes, nil)
	if err == nil {
		l.begin(virtual)
	}
	return err
}

// begun is the virtual selection of the mapping that was begun, good until the next call.
func (l *mappingList) begun() dataspace.Selection { return l.virtual.AtInto(l.len(), l.room(0)) }

// end ends the mapping that was begun.
func (l *mappingList) end(s *Source) {
	switch {
	case s.box.Rank() > 0:
		l.source.AppendNarrow(&s.box)
	case s.sourcePart == wholeSource:
		l.source.AppendAll()
	default:
		l.source.Append(s.selection)
	}
	l.belongs(s.sourceDataset)
}

// belongs says of which dataset the selection of the source is.
func (l *mappingList) belongs(of *sourceDataset) {
	if n := len(l.of); n > 0 && l.of[n-1].same(of) {
		of = l.of[n-1]
	}
	if len(l.of) == cap(l.of) {
		l.of = slices.Grow(l.of, len(l.of)) // append alone takes smaller steps, and leaves more behind
	}
	l.of = append(l.of, of)
}

// room is memory for the axes of a selection.
func (l *mappingList) room(i int) []dataspace.Dim {
	if l.rooms[i] == nil {
		l.rooms[i] = make([]dataspace.Dim, dataspace.MaxRank)
	}
	return l.rooms[i]
}

// drop forgets the mapping that was begun.
func (l *mappingList) drop() { l.truncate(l.len()) }

// truncate drops all mappings but the first n.
func (l *mappingList) truncate(n int) {
	l.virtual.Truncate(n)
	l.source.Truncate(n)
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
		virtual, outer, ok := joinAxis(l.virtual.AtInto(a, l.room(0)), l.virtual.AtInto(b, l.room(1)))
		if !ok {
			return
		}
		source, sourceOuter, ok := joinAxis(l.source.AtInto(a, l.room(2)), l.source.AtInto(b, l.room(3)))
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
	virtual, err := dataspace.Regular(joinDims(l.virtual.At(n-2), l.virtual.At(n-1), virtualAxis)...)
	if err != nil {
		return false
	}
	source, err := dataspace.Regular(joinDims(l.source.At(n-2), l.source.At(n-1), sourceAxis)...)
	if err != nil {
		return false
	}
	of := l.of[n-2]
	l.truncate(n - 2)
	l.append(layoutMapping{virtual: virtual, source: source, of: of})
	return true
}
