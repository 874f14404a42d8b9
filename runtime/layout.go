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
	mappings     []layoutMapping
	calls        int     // of Map
	errs         []error // every mistake, in the order in which it was made
}

// layoutMapping is one mapping of a Layout.
type layoutMapping struct {
	virtual, source dataspace.Selection
	of              *layoutSource
}

// layoutSource is what a Layout keeps of a source; consecutive mappings of one source share it.
type layoutSource struct {
	file, path string // as stored
	name       SourceName
	template   bool
	sliced     bool
	optional   bool
	extent     []uint64 // unknownExtent where it was not said
	element    Type     // nil: not said
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

func (o ShapeOption) applySource(s *Source) {
	s.maxShape = &o
}

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
	l := &Layout{datatype: datatype, extent: make([]uint64, len(shape)), reach: make([]uint64, len(shape))}
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
func (l *Layout) Len() int { return len(l.mappings) }

// Map gives the elements that the slices select to a source: h5py's layout[virtual] = source. Elements correspond in row-major
// order on both sides, so that the numbers of elements must be equal and shapes need not be. No slices, or [Ellipsis] alone, are
// the whole layout. A mapping without elements is not stored. The error is also kept, and reported when the layout is written.
func (l *Layout) Map(virtual []Slice, s Source) error {
	if l.calls++; l.calls > maxCalls {
		return l.failMapping(s, fmt.Errorf("a virtual dataset has at most %d sources here, empty ones among them", maxCalls))
	}
	if err := l.usable(s); err != nil {
		return err
	}
	whole := len(virtual) == 0 || (len(virtual) == 1 && virtual[0].kind == sliceEllipsis)
	if whole && !slices.Contains(l.extent, unknownExtent) {
		return l.MapSelection(dataspace.All(), s)
	}
	axes, split, err := l.resolve(virtual, &s)
	if err != nil {
		return l.failMapping(s, err)
	}
	for i := range axes {
		if end := axes[i].end(); end != unknownExtent {
			l.reach[i] = max(l.reach[i], end)
		}
	}
	if split {
		return l.addPieces(axes, s)
	}
	selection, err := hyperslab(axes)
	if err != nil {
		return l.failMapping(s, err)
	}
	return l.add(selection, selectionCount(axes), s)
}

// MapSelection is Map for what slices cannot say: unions of boxes.
func (l *Layout) MapSelection(virtual dataspace.Selection, s Source) error {
	if err := l.usable(s); err != nil {
		return err
	}
	count, err := checkedCount(virtual, l.extent)
	if err != nil {
		return l.failMapping(s, err)
	}
	if _, hi, ok := virtual.Bounds(); ok {
		open, isOpen := virtual.UnlimitedAxis()
		for i := range hi {
			if !isOpen || i != open {
				l.reach[i] = max(l.reach[i], hi[i]+1)
			}
		}
	}
	return l.add(virtual, count, s)
}

// usable refuses sources with mistakes.
func (l *Layout) usable(s Source) error {
	if s.err != nil {
		return l.failMapping(s, s.err)
	}
	if err := s.unprobed(); err != nil {
		return l.failMapping(s, err)
	}
	if l.datatype != nil && s.element != nil && !l.convert && !sameType(l.datatype, s.element) {
		return l.failMapping(s, fmt.Errorf("its elements are %v and the layout's %v: Convert allows that", s.element, l.datatype))
	}
	return nil
}

// failMapping keeps a mistake about the mapping that would have been the next.
func (l *Layout) failMapping(s Source, err error) error {
	e := &LayoutError{Mapping: len(l.mappings), Source: s.name, What: err.Error(), Err: err}
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
	kept := s.kept()
	next := 0 // of kept: the axis of the source that belongs to the virtual one
	axes = make([]axis, len(l.extent))
	for i := range axes {
		slice := expanded.at(i)
		length := uint64(unknownExtent)
		if slice.kind != sliceIndex {
			if next < len(kept) {
				length = s.axes[kept[next]].length()
			}
			next++
		}
		a, why := l.resolveAxis(slice, i, length)
		if why != "" {
			return nil, false, &SliceError{Axis: i, Slice: slice.String(), Extent: extentInt(l.extent[i]), Why: why}
		}
		split = split || (slice.kind != sliceList && len(a.pieces) > 1)
		axes[i] = a
	}
	return axes, split, nil
}

// resolveAxis resolves the slice of one virtual axis; length is that of the source along it.
func (l *Layout) resolveAxis(slice Slice, i int, length uint64) (axis, string) {
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
	return slice.resolve(l.extent[i])
}

// resolveInside resolves a slice, often a dealt stream, inside a run of the virtual axis.
func (l *Layout) resolveInside(slice Slice, i int, length uint64) (axis, string) {
	region, why := l.resolveAxis(*slice.region, i, unknownExtent)
	if why != "" {
		return axis{}, why
	}
	if len(region.pieces) != 1 || region.pieces[0].stride != 1 || region.pieces[0].block != 1 || region.length() == unknownExtent {
		return axis{}, "on the virtual side a slice lies within one run that has an end"
	}
	base := slice
	base.region = nil
	var inner axis
	if len(base.moves) > 0 {
		inner, why = base.resolveMoved(region.length(), length)
	} else {
		inner, why = base.resolve(region.length())
	}
	for j, p := range inner.pieces {
		inner.pieces[j] = p.through(region.pieces[0])
	}
	inner.whole = false
	return inner, why
}

// addPieces adds a mapping for each combination of pieces of the virtual axes, with the part of the source that belongs to it.
func (l *Layout) addPieces(axes []axis, s Source) error {
	kept := s.kept()
	of := make([]int, len(axes)) // the axis of the source that belongs to each virtual one, -1 for an index
	next := 0
	for i := range axes {
		of[i] = -1
		if axes[i].drop {
			continue
		}
		if next == len(kept) || axes[i].length() != s.axes[kept[next]].length() || len(s.axes[kept[next]].pieces) != 1 || s.axes[kept[next]].pieces[0].block != 1 {
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
		virtual, source := slices.Clone(axes), slices.Clone(s.axes)
		for i, n := range number {
			virtual[i].pieces = axes[i].pieces[n : n+1]
			if of[i] < 0 {
				continue
			}
			from := uint64(0)
			for _, p := range axes[i].pieces[:n] {
				from += p.length()
			}
			source[of[i]].pieces = []piece{s.axes[of[i]].pieces[0].part(from, from+virtual[i].length())}
		}
		if err := l.addPart(virtual, source, s); err != nil {
			return err
		}
		if !advance(number, func(i int) int { return len(axes[i].pieces) }) {
			return nil
		}
	}
}

func (l *Layout) addPart(virtual, source []axis, s Source) error {
	selection, err := hyperslab(virtual)
	if err == nil {
		s.selection, err = hyperslab(source)
	}
	if err != nil {
		return l.failMapping(s, err)
	}
	s.count, s.sliced = selectionCount(source), true
	return l.add(selection, selectionCount(virtual), s)
}

// maxMappings bounds the mappings of one virtual dataset: libhdf5 needs some 10 µs and 15 KB for each, so that more are of no use to anyone.
const maxMappings = 1_000_000

// maxCalls bounds the sources that are mapped, also those without elements, which are not stored.
const maxCalls = 4 * maxMappings

func (l *Layout) add(virtual dataspace.Selection, count uint64, s Source) error {
	if err := checkCorrespondence(virtual, count, &s); err != nil {
		return l.failMapping(s, err)
	}
	if count == 0 && s.count == 0 {
		return nil
	}
	m := layoutMapping{virtual: virtual, source: s.selection, of: l.sourceOf(&s)}
	if !l.separate {
		m = l.merge(m)
	}
	if len(l.mappings) >= maxMappings {
		return l.failMapping(s, fmt.Errorf("a virtual dataset has at most %d mappings here", maxMappings))
	}
	l.mappings = append(l.mappings, m)
	return nil
}

// sourceOf is what is kept of the source, shared with the mapping before where it is of the same one.
func (l *Layout) sourceOf(s *Source) *layoutSource {
	if n := len(l.mappings); n > 0 {
		last := l.mappings[n-1].of
		if last.file == s.file && last.path == s.path && last.sliced == s.sliced && last.element == s.element && last.template == s.template && slices.Equal(last.extent, s.extent) {
			return last
		}
	}
	return &layoutSource{file: s.file, path: s.path, name: s.name, template: s.template, sliced: s.sliced, optional: s.optional, extent: s.extent, element: s.element}
}
