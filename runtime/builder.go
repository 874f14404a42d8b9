package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5"
)

// Builder writes one new HDF5 file, or adds to one ([Extend]): virtual datasets, small datasets beside them, groups, attributes and links. Its methods
// only note what is wanted; [Builder.Commit] checks everything, reports all mistakes together, and writes. The order of the calls does
// not change the file. A Builder must not be used by several goroutines at a time.
type Builder struct {
	name   string
	opts   options
	groups []string
	values []valueEntry
	layout []layoutEntry
	masks  []layoutEntry
	links  []linkEntry
	attrs  []attrEntry
	scales []scaleEntry
	errs   []error

	extend   bool          // the file is there
	mappings []layoutEntry // to be added to virtual datasets that are there
}

type valueEntry struct {
	path  string
	value any
}

type layoutEntry struct {
	path   string
	layout *Layout
}

type linkEntry struct {
	path, file, target string
	kind               hdf5.LinkKind
}

type attrEntry struct {
	path string
	attr Attr
}

type scaleEntry struct {
	dataset, scale string
	axis           int
}

// NewBuilder starts a file. Nothing is on disk before Commit.
func NewBuilder(name string, opts ...Option) *Builder {
	b := &Builder{name: name}
	var err error
	if b.opts, err = newOptions(opts); err != nil {
		b.errs = append(b.errs, err)
	}
	return b
}

// Group makes a group, and the groups above it, and sets attributes; several calls for a path add up.
func (b *Builder) Group(path string, attrs ...Attr) {
	b.groups = append(b.groups, path)
	b.Attribute(path, attrs...)
}

// Virtual makes a virtual dataset, and the groups above it: h5py's create_virtual_dataset. A source whose name is that
// of the file itself is stored as ".".
func (b *Builder) Virtual(path string, l *Layout, attrs ...Attr) {
	b.layout = append(b.layout, layoutEntry{path, l})
	b.Attribute(path, attrs...)
}

// Dataset makes a dataset with the given value: a number, string, bool or struct is a scalar, a slice has one axis, an [ArrayValue]
// any number. An int is an int64. It is for what lies beside virtual datasets, such as axes and masks; data that arrives bit by bit is
// written with [CreateSource].
func (b *Builder) Dataset(path string, value any, attrs ...Attr) {
	if err, bad := value.(error); bad {
		b.errs = append(b.errs, fmt.Errorf("%s:%s: %w", b.name, path, err))
	}
	b.values = append(b.values, valueEntry{path, value})
	b.Attribute(path, attrs...)
}

// Mask makes a dataset of uint32 over the last two axes of a layout, which has at least two, with bit 0 set where no mapping gives
// the element at any index of the other axes: a NeXus pixel_mask. It is as the layout is when Commit is called.
func (b *Builder) Mask(path string, of *Layout, attrs ...Attr) {
	b.masks = append(b.masks, layoutEntry{path, of})
	b.Attribute(path, attrs...)
}

// SoftLink makes path another name for the path target of this file, which need not exist.
func (b *Builder) SoftLink(path, target string) {
	b.links = append(b.links, linkEntry{path: path, target: target, kind: hdf5.SoftLink})
}

// HardLink makes path another name for the object target of this file.
func (b *Builder) HardLink(path, target string) {
	b.links = append(b.links, linkEntry{path: path, target: target, kind: hdf5.HardLink})
}

// ExternalLink makes path a name for an object of another file, which need not exist.
func (b *Builder) ExternalLink(path, file, target string) {
	b.links = append(b.links, linkEntry{path: path, file: file, target: target, kind: hdf5.ExternalLink})
}

// Scale attaches the dataset scale as a dimension scale to an axis of another dataset.
func (b *Builder) Scale(dataset string, axis int, scale string) {
	b.scales = append(b.scales, scaleEntry{dataset: dataset, axis: axis, scale: scale})
}

// Attribute sets attributes of a group or dataset.
func (b *Builder) Attribute(path string, attrs ...Attr) {
	for _, a := range attrs {
		if err, bad := a.Value.(error); bad {
			b.errs = append(b.errs, fmt.Errorf("%s:%s: attribute %q: %w", b.name, path, a.Name, err))
		}
		b.attrs = append(b.attrs, attrEntry{path, a})
	}
}

// Commit checks everything, writes the file and gives it its name. All mistakes are reported together (errors.Join), and after an
// error nothing is under the name but what was there before. Beyond what libhdf5 checks, mappings may not overlap, and sources that
// exist already must have the rank, extents and element type that they were given: else a *LayoutError or *SourceMismatchError.
//
// The file is on the disk when Commit returns, so that after a power failure there is the old one or the new one; libhdf5 does not wait for that. It
// takes some milliseconds, and hardly more for many mappings, which the disk takes while they are written.
func (b *Builder) Commit(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	specs := b.finish()
	sources := b.checkSources(ctx, specs)
	if len(b.errs) > 0 || b.extend { // a file that is there is not touched before all is known
		b.errs = append(b.errs, sources())
	}
	if err := errors.Join(b.errs...); err != nil {
		return err
	}
	b.sort()
	w, err := b.open()
	if err != nil {
		return errors.Join(err, sources())
	}
	err = b.write(ctx, w, specs)
	if wrong := sources(); err == nil {
		err = wrong
	}
	if err != nil {
		return errors.Join(err, w.Abort())
	}
	return w.Close()
}

// checkSources compares the sources of all layouts with what these say of them, while the file is written: with its temporary name nobody sees it. The
// function that it returns waits for the result.
func (b *Builder) checkSources(ctx context.Context, specs map[string]hdf5.VirtualSpec) (wait func() error) {
	layouts, checked := slices.Clone(b.layout), make(chan error, 1)
	go func() {
		var errs []error
		for _, entry := range layouts {
			err := checkSources(ctx, specs[entry.path], entry.path, &b.opts)
			if mismatch := (*SourceMismatchError)(nil); err != nil && !errors.As(err, &mismatch) { // which says where it is
				err = fmt.Errorf("%s:%s: %w", b.name, entry.path, err)
			}
			errs = append(errs, err)
		}
		checked <- errors.Join(errs...)
	}()
	return sync.OnceValue(func() error { return <-checked })
}

func (b *Builder) open() (*hdf5.Writer, error) {
	if b.extend {
		return hdf5.OpenReadWrite(b.name)
	}
	return hdf5.Create(b.name, b.opts.createOptions()...)
}

// finish checks all layouts, but for their sources, and makes what is written of them.
func (b *Builder) finish() map[string]hdf5.VirtualSpec {
	specs := make(map[string]hdf5.VirtualSpec, len(b.layout))
	for _, entry := range b.layout {
		if _, twice := specs[entry.path]; twice {
			b.errs = append(b.errs, fmt.Errorf("%s:%s: the dataset is made twice", b.name, entry.path))
			continue
		}
		if entry.layout == nil {
			b.errs = append(b.errs, fmt.Errorf("%s:%s: the layout is nil", b.name, entry.path))
			continue
		}
		spec, err := entry.layout.finish(b.name, &b.opts)
		if err != nil {
			b.errs = append(b.errs, fmt.Errorf("%s:%s: %w", b.name, entry.path, err))
		}
		specs[entry.path] = spec
	}
	for _, entry := range b.masks {
		mask, err := entry.layout.mask()
		if err != nil {
			b.errs = append(b.errs, fmt.Errorf("%s:%s: %w", b.name, entry.path, err))
		}
		b.values = append(b.values, valueEntry{entry.path, mask})
	}
	return specs
}

// sort puts everything in the order of paths, so that the order of calls does not change the file. Attributes of one path and name keep
// theirs: the last one is the value.
func (b *Builder) sort() {
	slices.Sort(b.groups)
	slices.SortStableFunc(b.values, func(x, y valueEntry) int { return cmp.Compare(x.path, y.path) })
	slices.SortStableFunc(b.layout, func(x, y layoutEntry) int { return cmp.Compare(x.path, y.path) })
	slices.SortStableFunc(b.links, func(x, y linkEntry) int { return cmp.Compare(x.path, y.path) })
	slices.SortStableFunc(b.attrs, func(x, y attrEntry) int {
		return cmp.Or(cmp.Compare(x.path, y.path), cmp.Compare(x.attr.Name, y.attr.Name))
	})
	slices.SortStableFunc(b.scales, func(x, y scaleEntry) int {
		return cmp.Or(cmp.Compare(x.dataset, y.dataset), cmp.Compare(x.axis, y.axis))
	})
}

func (b *Builder) write(ctx context.Context, w *hdf5.Writer, specs map[string]hdf5.VirtualSpec) error {
	for _, path := range slices.Compact(b.groups) {
		if err := w.CreateGroup(path); err != nil {
			return err
		}
	}
	for _, v := range b.values {
		if err := writeValue(w, v.path, v.value); err != nil {
			return fmt.Errorf("%s:%s: %w", b.name, v.path, err)
		}
	}
	for _, entry := range b.layout {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := w.CreateVirtual(entry.path, specs[entry.path]); err != nil {
			return err
		}
	}
	if err := b.extendDatasets(ctx, w); err != nil {
		return err
	}
	for _, l := range b.links {
		if err := l.write(w); err != nil {
			return err
		}
	}
	for i, a := range b.attrs {
		if i+1 < len(b.attrs) && b.attrs[i+1].path == a.path && b.attrs[i+1].attr.Name == a.attr.Name {
			continue
		}
		if err := w.SetAttribute(a.path, a.attr.Name, a.attr.Value); err != nil {
			return err
		}
	}
	for _, s := range b.scales {
		if err := w.AttachScale(s.dataset, s.axis, s.scale); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (l linkEntry) write(w *hdf5.Writer) error {
	switch l.kind {
	case hdf5.SoftLink:
		return w.SoftLink(l.path, l.target)
	case hdf5.HardLink:
		return w.HardLink(l.path, l.target)
	}
	return w.ExternalLink(l.path, l.file, l.target)
}

// ArrayValue is a value with several axes, for [Builder.Dataset].
type ArrayValue struct {
	Shape []int
	Data  any // a slice, in row-major order
}

// writeValue writes a small dataset whose Go type is known at run time only.
func writeValue(w *hdf5.Writer, path string, value any) error {
	var shape []uint64
	if array, ok := value.(ArrayValue); ok {
		shape = make([]uint64, len(array.Shape))
		for i, n := range array.Shape {
			if n < 0 {
				return fmt.Errorf("the extent of axis %d is negative", i)
			}
			shape[i] = uint64(n)
		}
		value = array.Data
	} else if v := reflect.ValueOf(value); v.IsValid() && v.Kind() == reflect.Slice {
		shape = []uint64{uint64(v.Len())}
	}
	v := reflect.ValueOf(value)
	if !v.IsValid() {
		return errors.New("the value is nil")
	}
	if v.Kind() != reflect.Slice {
		one := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
		one.Index(0).Set(v)
		v = one
	}
	switch data := v.Interface().(type) {
	case []int:
		return writeSlice(w, path, shape, widen[int64](data))
	case []uint:
		return writeSlice(w, path, shape, widen[uint64](data))
	case []int8:
		return writeSlice(w, path, shape, data)
	case []int16:
		return writeSlice(w, path, shape, data)
	case []int32:
		return writeSlice(w, path, shape, data)
	case []int64:
		return writeSlice(w, path, shape, data)
	case []uint8:
		return writeSlice(w, path, shape, data)
	case []uint16:
		return writeSlice(w, path, shape, data)
	case []uint32:
		return writeSlice(w, path, shape, data)
	case []uint64:
		return writeSlice(w, path, shape, data)
	case []float32:
		return writeSlice(w, path, shape, data)
	case []float64:
		return writeSlice(w, path, shape, data)
	case []complex64:
		return writeSlice(w, path, shape, data)
	case []complex128:
		return writeSlice(w, path, shape, data)
	case []bool:
		return writeSlice(w, path, shape, data)
	case []string:
		return writeSlice(w, path, shape, data)
	}
	return fmt.Errorf("a value of type %T is not one that is written here; a number, string or bool is, or a slice of them", value)
}

// widen copies integers of the machine's width to their HDF5 width.
func widen[To, From Integer](data []From) []To {
	wide := make([]To, len(data))
	for i, v := range data {
		wide[i] = To(v)
	}
	return wide
}

func writeSlice[T any](w *hdf5.Writer, path string, shape []uint64, data []T) error {
	datatype, err := hdf5.TypeOf[T]()
	if err != nil {
		return err
	}
	d, err := w.CreateDataset(path, hdf5.DatasetSpec{Type: datatype, Shape: shape})
	if err != nil {
		return err
	}
	return hdf5.WriteAll(d, data)
}
