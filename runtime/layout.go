package runtime

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Type is the type of the elements of a dataset.
type Type = *hdf5.Datatype

// TypeOf is the HDF5 type of a Go type; the error says which part of T has none.
func TypeOf[T any]() (Type, error) { return hdf5.TypeOf[T]() }

// Layout is a virtual dataset in the making: the counterpart of h5py's VirtualLayout. Map what lies where, and
// write it with [Writer.Virtual]. A Layout must not be used by several goroutines at a time.
type Layout struct {
	datatype     Type
	extent       []uint64 // unknownExtent where the axis was given as Unlimited
	maxShape     []uint64 // nil: the extent
	fill         any
	hasFill      bool
	convert      bool
	separate     bool
	words        []string
	allowOverlap bool
	mappings     []layoutMapping
	err          error // the first mistake; every later call returns it too
}

// layoutMapping is one mapping of a Layout.
type layoutMapping struct {
	file, path      string // as stored
	virtual, source dataspace.Selection
}

// LayoutOption is an option of [NewLayout] and [NewLayoutOf].
type LayoutOption interface{ applyLayout(*Layout) }

type layoutOption func(*Layout)

func (o layoutOption) applyLayout(l *Layout) { o(l) }

// Fill is the value of elements that no source gives: a number, string, bool or struct that the layout's type can hold
// exactly, so that -1 for an unsigned type or NaN for an integer is an error. A float64 for a float32 is rounded as Go
// rounds a constant. Without it they are zero.
func Fill[T any](value T) LayoutOption {
	return layoutOption(func(l *Layout) { l.fill, l.hasFill = value, true })
}

// AllowOverlap lets mappings overlap, which is otherwise an error. Where they do, the last one gives the element:
// this is what libhdf5 does, and its documentation calls it undefined.
func AllowOverlap() LayoutOption { return layoutOption(func(l *Layout) { l.allowOverlap = true }) }

// Convert allows sources whose [ElementOf] is another type than the layout's, which is otherwise an error: they are converted
// when they are read.
func Convert() LayoutOption { return layoutOption(func(l *Layout) { l.convert = true }) }

// SeparateMappings stores each mapping as it was given. Without it, two that follow one another and are one hyperslab on both
// sides are stored as one.
func SeparateMappings() LayoutOption { return layoutOption(func(l *Layout) { l.separate = true }) }

// Fit as an extent of a layout makes the axis as long as what is mapped to it.
const Fit = -3

// Window keeps only a part of the assembled array: the layout becomes as large as the slices select, without dropping axes,
// and the mappings are cut to it when it is written.
func (l *Layout) Window(window ...Slice) {}

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
	if _, err := o.resolve(s.extent); err != nil && s.err == nil {
		s.err = err
	}
}

// NewLayout is a virtual dataset of elements of type T with the given shape, nothing mapped yet. An empty shape is a
// scalar. An axis given as [Unlimited] grows with its sources and needs no MaxShape. A mistake in the arguments is reported by
// Map, by [Layout.Err] and when the layout is written.
func NewLayout[T any](shape []int, opts ...LayoutOption) *Layout {
	datatype, err := hdf5.TypeOf[T]()
	l := NewLayoutOf(datatype, shape, opts...)
	if err != nil && l.err == nil {
		l.err = &LayoutError{Mapping: -1, What: err.Error(), Err: err}
	}
	return l
}

// NewLayoutOf is NewLayout for a type that has no Go type, such as one read from a file.
func NewLayoutOf(datatype Type, shape []int, opts ...LayoutOption) *Layout {
	l := &Layout{datatype: datatype}
	l.extent = make([]uint64, len(shape))
	if len(shape) > dataspace.MaxRank {
		l.fail(fmt.Errorf("shape %v has %d axes; HDF5 has at most %d", shape, len(shape), dataspace.MaxRank))
	}
	for i, n := range shape {
		switch {
		case n == Unlimited:
			l.extent[i] = unknownExtent
		case n < 0:
			l.fail(fmt.Errorf("shape %v: the extent of axis %d is negative", shape, i))
		default:
			l.extent[i] = uint64(n)
		}
	}
	for _, o := range opts {
		if o != nil {
			o.applyLayout(l)
		}
	}
	return l
}

// fail keeps the first mistake that is about the layout as a whole.
func (l *Layout) fail(err error) {
	if l.err == nil {
		l.err = &LayoutError{Mapping: -1, What: err.Error(), Err: err}
	}
}

// Err is the first mistake that was made, or nil.
func (l *Layout) Err() error { return l.err }

// Len is the number of mappings.
func (l *Layout) Len() int { return len(l.mappings) }

// Map gives the elements that the slices select to a source: h5py's layout[virtual] = source. Elements correspond in row-major
// order on both sides, so that the numbers of elements must be equal and shapes need not be. No slices, or [Ellipsis] alone, are
// the whole layout. The first error is kept; later calls return it and add nothing.
func (l *Layout) Map(virtual []Slice, s Source) error {
	if l.err != nil {
		return l.err
	}
	if len(virtual) == 0 || (len(virtual) == 1 && virtual[0].kind == sliceEllipsis) {
		if !slices.Contains(l.extent, unknownExtent) {
			return l.MapSelection(dataspace.All(), s)
		}
	}
	axes, err := resolveSlices(virtual, l.extent)
	if err != nil {
		return l.failMapping(s, err)
	}
	selection, err := hyperslab(axes)
	if err != nil {
		return l.failMapping(s, err)
	}
	return l.add(selection, selectionCount(axes), s)
}

// MapSelection is Map for what slices cannot say: unions of boxes.
func (l *Layout) MapSelection(virtual dataspace.Selection, s Source) error {
	if l.err != nil {
		return l.err
	}
	count, err := checkedCount(virtual, l.extent)
	if err != nil {
		return l.failMapping(s, err)
	}
	return l.add(virtual, count, s)
}

// failMapping keeps a mistake about the mapping that would have been the next.
func (l *Layout) failMapping(s Source, err error) error {
	l.err = &LayoutError{Mapping: len(l.mappings), Source: s.name, What: err.Error(), Err: err}
	return l.err
}

func (l *Layout) add(virtual dataspace.Selection, count uint64, s Source) error {
	if s.err != nil {
		return l.failMapping(s, s.err)
	}
	if len(l.mappings) >= maxMappings {
		return l.failMapping(s, fmt.Errorf("a virtual dataset has at most %d mappings here", maxMappings))
	}
	if err := checkCorrespondence(virtual, count, s); err != nil {
		return l.failMapping(s, err)
	}
	l.mappings = append(l.mappings, layoutMapping{file: s.file, path: s.path, virtual: virtual, source: s.selection})
	return nil
}

// maxMappings bounds the mappings of one virtual dataset: libhdf5 needs some 10 µs and 15 KB for each, so that more are of no use to anyone.
const maxMappings = 1_000_000

// checkCorrespondence holds the two sides of a mapping against each other by the rules of H5Pset_virtual. The counts are
// unknownExtent for unlimited selections.
func checkCorrespondence(virtual dataspace.Selection, count uint64, s Source) error {
	template := isTemplate(s.file) || isTemplate(s.path)
	virtualAxis, virtualOpen := virtual.UnlimitedAxis()
	sourceAxis, sourceOpen := s.selection.UnlimitedAxis()
	switch {
	case virtual.Kind() == dataspace.KindPoints || s.selection.Kind() == dataspace.KindPoints:
		return errors.New("libhdf5 does not map lists of points")
	case template && (!virtualOpen || sourceOpen):
		return errors.New("%b numbers the blocks of an unlimited virtual selection over sources of one fixed shape: the virtual side needs Blocks with an Unlimited count, the source none")
	case template:
		if n := sliceCount(virtual, virtualAxis, true); n != s.count {
			return fmt.Errorf("one block of the virtual selection has %d elements, and each source %d", n, s.count)
		}
	case virtualOpen != sourceOpen:
		return errors.New("one side is unlimited and the other is not: growing elements need a source that grows, or a numbered series (NewTemplateSource)")
	case virtualOpen:
		v, n := sliceCount(virtual, virtualAxis, false), sliceCount(s.selection, sourceAxis, false)
		if v != n {
			return fmt.Errorf("across the unlimited axis the virtual selection has %d elements, and the source's %d", v, n)
		}
	case count != s.count:
		return fmt.Errorf("the virtual selection has %d elements, and the source's %d", count, s.count)
	}
	return nil
}

// sliceCount is the number of elements of an unlimited hyperslab that share one coordinate of its unlimited axis, or,
// with block, that belong to one of its blocks.
func sliceCount(s dataspace.Selection, unlimited int, block bool) uint64 {
	n := uint64(1)
	for i, d := range s.Dims() {
		if i == unlimited {
			if !block {
				continue
			}
			n = saturatingMul(n, d.Block)
			continue
		}
		n = saturatingMul(n, saturatingMul(d.Count, d.Block))
	}
	return n
}

func saturatingMul(a, b uint64) uint64 {
	if b != 0 && a > math.MaxUint64/b {
		return math.MaxUint64
	}
	return a * b
}
