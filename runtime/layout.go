package runtime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Type is the type of the elements of a dataset.
type Type = *hdf5.Datatype

// TypeOf is the HDF5 type of a Go type; the error says which part of T has none.
func TypeOf[T any]() (Type, error) { return hdf5.TypeOf[T]() }

// Layout is a virtual dataset in the making: the counterpart of h5py's VirtualLayout. Map what lies where, and
// write it with [Builder.Virtual]. A Layout must not be used by several goroutines at a time.
type Layout struct {
	datatype     Type
	extent       []uint64 // unknownExtent where the axis was given as Unlimited or Fit
	fit          []bool   // nil, or which axes were given as Fit
	reach        []uint64 // how far the mappings reach along each axis, unlimited ones not counted
	maxShape     []uint64 // nil: the extent
	fill         any
	hasFill      bool
	convert      bool
	separate     bool
	allowOverlap bool
	shareNames   bool
	words        []string
	window       []Slice
	hasWindow    bool
	mappings     mappingList
	calls        int     // of Map
	errs         []error // every mistake, in the order in which it was made

	room axisRoom // for the virtual axes of the mapping that is being added
	fits Type     // type of elements of a source that was found to be the layout's
}

// LayoutOption is an option of [NewLayout] and [NewLayoutOf].
type LayoutOption interface{ applyLayout(*Layout) }

type layoutOption func(*Layout)

func (o layoutOption) applyLayout(l *Layout) { o(l) }

// AllowOverlap lets mappings overlap, which is otherwise an error. Where they do, the last one gives the element:
// this is what libhdf5 does, and its documentation calls it undefined.
func AllowOverlap() LayoutOption { return layoutOption(func(l *Layout) { l.allowOverlap = true }) }

// Convert allows sources whose [ElementOf] is another type than the layout's, which is otherwise an error: they are converted
// when they are read.
func Convert() LayoutOption { return layoutOption(func(l *Layout) { l.convert = true }) }

// SeparateMappings stores each mapping as it was given. Without it, two that follow one another and are one hyperslab on both
// sides are stored as one.
func SeparateMappings() LayoutOption { return layoutOption(func(l *Layout) { l.separate = true }) }

// ShareNames stores a name that several mappings have only once, in the form of the list that HDF5 2.0 brought: for a million mappings of few
// files with long names. HDF5 before 2.0 cannot open the dataset then.
func ShareNames() LayoutOption { return layoutOption(func(l *Layout) { l.shareNames = true }) }

// ShapeOption is an option of layouts and of sources.
type ShapeOption struct{ maxShape []int }

// MaxShape is how far each axis of a layout may grow, [Unlimited] for no limit. For a source it is checked against the shape and
// not stored, as in h5py: a mapping holds a selection only.
func MaxShape(extents ...int) ShapeOption { return ShapeOption{slices.Clone(extents)} }

func (o ShapeOption) resolve(extent []uint64) ([]uint64, error) {
	if len(o.maxShape) != len(extent) {
		return nil, fmt.Errorf("MaxShape%v has %s, and the shape %s", o.maxShape, plural(len(o.maxShape), "axis", "axes"), plural(len(extent), "axis", "axes"))
	}
	resolved := make([]uint64, len(extent))
	for i, n := range o.maxShape {
		switch {
		case n == Unlimited:
			resolved[i] = dataspace.Unlimited
		case n < 0 || (extent[i] != unknownExtent && uint64(n) < extent[i]):
			return nil, fmt.Errorf("MaxShape%v: axis %d is less than the shape's", o.maxShape, i)
		default:
			resolved[i] = uint64(n)
		}
	}
	return resolved, nil
}

func (o ShapeOption) applyLayout(l *Layout) {
	maxShape, err := o.resolve(l.extent)
	if err != nil {
		l.fail(err)
	}
	l.maxShape = maxShape
}

func (o ShapeOption) applySource(d *sourceForm) { d.details().maxShape = &o }

// NewLayout is a virtual dataset of elements of type T with the given shape, nothing mapped yet. An empty shape is a
// scalar. An axis given as [Unlimited] grows with its sources and needs no MaxShape; one given as [Fit] is as long as what is mapped. A
// mistake in the arguments is reported by Map, by [Layout.Err] and when the layout is written.
func NewLayout[T any](shape []int, opts ...LayoutOption) *Layout {
	datatype, err := hdf5.TypeOf[T]()
	l := NewLayoutOf(datatype, shape, opts...)
	if err != nil {
		l.fail(err)
	}
	return l
}

// NewLayoutOf is NewLayout for a type that has no Go type, such as one read from a file.
func NewLayoutOf(datatype Type, shape []int, opts ...LayoutOption) *Layout {
	l := &Layout{datatype: datatype, extent: make([]uint64, len(shape)), reach: make([]uint64, len(shape)), room: newAxisRoom(len(shape))}
	for _, o := range opts {
		if w, ok := o.(WordsOption); ok {
			w.applyLayout(l)
		}
	}
	if len(shape) > dataspace.MaxRank {
		l.fail(fmt.Errorf("the shape has %d axes; HDF5 has at most %d", len(shape), dataspace.MaxRank))
	}
	for i, n := range shape {
		l.setExtent(i, n)
	}
	for _, o := range opts {
		if o != nil {
			o.applyLayout(l)
		}
	}
	return l
}

func (l *Layout) setExtent(i, n int) {
	switch {
	case n == Unlimited:
		l.extent[i] = unknownExtent
	case n == Fit:
		l.extent[i] = unknownExtent
		if l.fit == nil {
			l.fit = make([]bool, len(l.extent))
		}
		l.fit[i] = true
	case n == Bad:
		l.fail(errors.New(extentWords(l.words, i, n)))
	case n < 0:
		l.fail(errors.New(extentWords(l.words, i, n) + " is negative"))
	default:
		l.extent[i] = uint64(n)
	}
}

// fail keeps a mistake that is about the layout as a whole.
func (l *Layout) fail(err error) {
	l.errs = append(l.errs, &LayoutError{Mapping: -1, What: err.Error(), Err: err})
}

// Err is every mistake that was made, joined, or nil.
func (l *Layout) Err() error { return errors.Join(l.errs...) }

// Len is the number of mappings.
func (l *Layout) Len() int { return l.mappings.len() }

// Map gives the elements that the slices select to a source: h5py's layout[virtual] = source. Elements correspond in row-major
// order on both sides, so that the numbers of elements must be equal and shapes need not be. No slices, or [Ellipsis] alone, are
// the whole layout. A mapping without elements is not stored. The error is also kept, and reported when the layout is written.
func (l *Layout) Map(virtual []Slice, s Source) error {
	if l.calls++; l.calls > maxCalls {
		return l.failMapping(&s, fmt.Errorf("a virtual dataset has at most %d sources here, empty ones among them", maxCalls))
	}
	if err := l.usable(&s); err != nil {
		return err
	}
	whole := len(virtual) == 0 || (len(virtual) == 1 && virtual[0].kind == sliceEllipsis)
	if whole && !slices.Contains(l.extent, unknownExtent) {
		return l.mapSelection(dataspace.All(), &s)
	}
	if l.fit == nil && s.axes == nil {
		if b, ok := resolveBox(virtual, l.extent); ok {
			return l.addBox(&b, &s)
		}
	}
	axes, split, err := l.resolve(virtual, &s)
	if err != nil {
		return l.failMapping(&s, err)
	}
	for i := range axes {
		if end := axes[i].end(); end != unknownExtent {
			l.reach[i] = max(l.reach[i], end)
		}
	}
	if split {
		return l.addPieces(axes, &s)
	}
	if row, of, ok := rowsApart(axes, &s); ok {
		return l.addRows(axes, &s, row, of)
	}
	return l.add(axes, &s)
}

// MapSelection is Map for what slices cannot say: unions of boxes.
func (l *Layout) MapSelection(virtual dataspace.Selection, s Source) error {
	if err := l.usable(&s); err != nil {
		return err
	}
	return l.mapSelection(virtual, &s)
}

func (l *Layout) mapSelection(virtual dataspace.Selection, s *Source) error {
	count, err := checkedCount(virtual, l.extent)
	if err != nil {
		return l.failMapping(s, err)
	}
	var lo, hi [dataspace.MaxRank]uint64
	if virtual.BoundsInto(lo[:], hi[:]) {
		open, isOpen := virtual.UnlimitedAxis()
		for i := range virtual.Rank() {
			if !isOpen || i != open {
				l.reach[i] = max(l.reach[i], hi[i]+1)
			}
		}
	}
	l.mappings.begin(virtual)
	return l.end(count, s)
}

// usable refuses sources with mistakes.
func (l *Layout) usable(s *Source) error {
	if err := s.Err(); err != nil {
		return l.failMapping(s, err)
	}
	if err := s.unprobed(); err != nil {
		return l.failMapping(s, err)
	}
	if l.datatype == nil || s.element == nil || s.element == l.fits || l.convert {
		return nil
	}
	if !sameType(l.datatype, s.element) {
		return l.failMapping(s, fmt.Errorf("its elements are %v and the layout's %v: Convert allows that", s.element, l.datatype))
	}
	l.fits = s.element
	return nil
}

// failMapping keeps a mistake about the mapping that would have been the next.
func (l *Layout) failMapping(s *Source, err error) error {
	e := &LayoutError{Mapping: l.Len(), Source: s.Name(), What: err.Error(), Err: err}
	const enough = 20 // of a loop that makes the same mistake for each of many members
	if len(l.errs) < enough {
		l.errs = append(l.errs, e)
	}
	return e
}

// resolve resolves the slices of the virtual side. split says that an axis is dealt and falls into several pieces, each of
// which is a mapping.
func (l *Layout) resolve(virtual []Slice, s *Source) (axes []axis, split bool, err error) {
	expanded, err := expandEllipsis(virtual, len(l.extent))
	if err != nil {
		return nil, false, err
	}
	kept := -1 // the axis of the source that belongs to the virtual one
	for i := range l.room.axes {
		slice := expanded.at(i)
		length := uint64(unknownExtent)
		if slice.kind != sliceIndex {
			if kept = s.nextKept(kept); kept < len(s.extent) {
				length = s.length(kept)
			}
		}
		a, why := l.resolveAxis(slice, i, length)
		if why != "" {
			return nil, false, &SliceError{Axis: i, Slice: slice.String(), Extent: extentInt(l.extent[i]), Why: why}
		}
		split = split || (slice.kind != sliceList && len(a.pieces) > 1)
		l.room.axes[i] = a
	}
	return l.room.axes, split, nil
}

// resolveAxis resolves the slice of one virtual axis; length is that of the source along it.
func (l *Layout) resolveAxis(slice *Slice, i int, length uint64) (axis, string) {
	switch {
	case slice.bad != "":
		return axis{}, slice.bad
	case slice.region != nil:
		return l.resolveInside(slice, i, length)
	case len(slice.moves) > 0:
		return slice.resolveMoved(l.extent[i], length)
	case l.fit != nil && l.fit[i] && slice.kind == sliceRange && !slice.hasStop:
		if length == unknownExtent {
			return axis{}, "the axis is as long as what is mapped, and the source has no end"
		}
		return slice.resolveStream(length)
	}
	return slice.resolve(l.extent[i], l.room.piece(i))
}

// resolveInside resolves a slice, often a dealt stream, inside a run of the virtual axis.
func (l *Layout) resolveInside(slice *Slice, i int, length uint64) (axis, string) {
	region, why := l.resolveAxis(slice.region, i, unknownExtent)
	if why != "" {
		return axis{}, why
	}
	if len(region.pieces) != 1 || region.pieces[0].stride != 1 || region.pieces[0].block != 1 || region.length() == unknownExtent {
		return axis{}, "on the virtual side a slice lies within one run that has an end"
	}
	base := *slice
	base.region = nil
	var inner axis
	if len(base.moves) > 0 {
		inner, why = base.resolveMoved(region.length(), length)
	} else {
		inner, why = base.resolve(region.length(), nil)
	}
	for j, p := range inner.pieces {
		inner.pieces[j] = p.through(region.pieces[0])
	}
	inner.whole = false
	return inner, why
}

// addPieces adds a mapping for each combination of pieces of the virtual axes, with the part of the source that belongs to it.
func (l *Layout) addPieces(axes []axis, s *Source) error {
	kept, whole := s.kept(), s.resolved()
	of := make([]int, len(axes)) // the axis of the source that belongs to each virtual one, -1 for an index
	next := 0
	for i := range axes {
		of[i] = -1
		if axes[i].drop {
			continue
		}
		if next == len(kept) || axes[i].length() != whole[kept[next]].length() || len(whole[kept[next]].pieces) != 1 || whole[kept[next]].pieces[0].block != 1 {
			return l.failMapping(s, errors.New("dealing needs a source with the same axes as the virtual selection, equally long and without blocks or lists"))
		}
		of[i] = kept[next]
		next++
	}
	if next != len(kept) {
		return l.failMapping(s, errors.New("dealing needs a source with the same axes as the virtual selection"))
	}
	number := make([]int, len(axes))
	for {
		virtual, source := slices.Clone(axes), slices.Clone(whole)
		for i, n := range number {
			virtual[i].pieces = axes[i].pieces[n : n+1]
			if of[i] < 0 {
				continue
			}
			from := uint64(0)
			for _, p := range axes[i].pieces[:n] {
				from += p.length()
			}
			source[of[i]].pieces = []piece{whole[of[i]].pieces[0].part(from, from+virtual[i].length())}
		}
		part := *s
		part.sliced = true
		if err := part.take(source, nil); err != nil {
			return l.failMapping(s, err)
		}
		if err := l.add(virtual, &part); err != nil {
			return err
		}
		if !advance(number, func(i int) int { return len(axes[i].pieces) }) {
			return nil
		}
	}
}

// maxMappings bounds the mappings of one virtual dataset: libhdf5 needs some 10 µs and 15 KB for each, so that more are of no use to anyone.
const maxMappings = 1_000_000

// maxCalls bounds the sources that are mapped, also those without elements, which are not stored.
const maxCalls = 4 * maxMappings

// add adds the mapping of virtual axes to a source.
func (l *Layout) add(axes []axis, s *Source) error {
	if err := l.mappings.beginAxes(axes, l.room.dims); err != nil {
		return l.failMapping(s, err)
	}
	return l.end(selectionCount(axes), s)
}

// addBox is add for a box.
func (l *Layout) addBox(b *box, s *Source) error {
	for i := range l.reach {
		l.reach[i] = max(l.reach[i], b.Start(i)+b.Length(i))
	}
	l.mappings.virtual.AppendNarrow(&b.Narrow)
	if s.template || s.count != b.count {
		return l.end(b.count, s) // which says what is wrong
	}
	return l.keep(s)
}

// end completes the mapping that was begun with a virtual selection of so many elements, or drops it.
func (l *Layout) end(count uint64, s *Source) error {
	err := checkCorrespondence(l.mappings.begun(), count, s)
	if err == nil && count == 0 && s.count == 0 {
		l.mappings.drop()
		return nil
	}
	if err != nil {
		l.mappings.drop()
		return l.failMapping(s, err)
	}
	return l.keep(s)
}

// keep completes the mapping that was begun, both sides of which are good.
func (l *Layout) keep(s *Source) error {
	l.mappings.end(s)
	if !l.separate {
		l.mappings.merge()
	}
	if l.Len() > maxMappings {
		l.mappings.truncate(maxMappings)
		return l.failMapping(s, fmt.Errorf("a virtual dataset has at most %d mappings here", maxMappings))
	}
	return nil
}
