package runtime

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Extend starts additions to a file that is there: what the methods of the Builder make is added to it by Commit, among what it has.
// A virtual dataset in the file that holds its sources is made so. Groups that are there are fine, attributes that are there get another value, datasets and
// links must be new. [Builder.AddMappings] adds to virtual datasets that are there.
//
// Commit changes the file as [hdf5.OpenReadWrite] says: a process that is killed leaves a file that opens, in which everything that is new
// below one group is there as a whole or not at all.
func Extend(name string, opts ...Option) *Builder {
	b := NewBuilder(name, opts...)
	b.extend = true
	return b
}

// AddMappings adds the mappings of a layout to a virtual dataset that is in the file already, of a Builder made by [Extend]. The layout has the shape that the dataset shall
// have in the end, no axis shorter than now, and its mappings lie where they lie in that shape; they may not overlap those that are there, unless
// the layout says AllowOverlap. Type and fill value of the dataset stay: a fill value in the layout is an error. The layout's MaxShape, if it has one, becomes that of the dataset.
func (b *Builder) AddMappings(path string, l *Layout) {
	switch {
	case !b.extend:
		b.errs = append(b.errs, fmt.Errorf("%s:%s: a new file has no virtual dataset to add to; use Extend", b.name, path))
	case l == nil:
		b.errs = append(b.errs, fmt.Errorf("%s:%s: the layout is nil", b.name, path))
	default:
		b.mappings = append(b.mappings, layoutEntry{path, l})
	}
}

// extendDatasets adds the mappings of AddMappings.
func (b *Builder) extendDatasets(ctx context.Context, w *hdf5.Writer) error {
	if len(b.mappings) == 0 {
		return nil
	}
	f, err := hdf5.Open(b.name, hdf5.WithUnfinished()) // the lock is our own
	if err != nil {
		return err
	}
	defer f.Close()
	for _, entry := range b.mappings {
		d, err := f.Dataset(entry.path)
		if err != nil {
			return err
		}
		update, err := entry.layout.extend(ctx, b.name, entry.path, d, &b.opts)
		if err != nil {
			return fmt.Errorf("%s:%s: adding mappings: %w", b.name, entry.path, err)
		}
		if err := w.UpdateVirtual(entry.path, update); err != nil {
			return err
		}
	}
	return nil
}

// extend checks the additions to a dataset.
func (l *Layout) extend(ctx context.Context, name, path string, d *hdf5.Dataset, opts *options) (hdf5.VirtualUpdate, error) {
	var none hdf5.VirtualUpdate
	old, err := d.VirtualMappings()
	if err != nil {
		return none, err
	}
	if l.hasFill {
		return none, errors.New("the layout has a fill value, and that of the dataset stays; leave it out")
	}
	if l.datatype != nil && !sameType(l.datatype, d.Datatype()) {
		return none, fmt.Errorf("the layout has elements of %v, and the dataset of %v", l.datatype, d.Datatype())
	}
	spec, err := l.finish(name, opts)
	if err != nil {
		return none, err
	}
	if err := checkSources(ctx, spec, path, opts); err != nil {
		return none, err
	}
	now := d.Shape()
	if len(spec.Shape) != len(now) {
		return none, fmt.Errorf("the layout has shape %v, and the dataset %v", spec.Shape, now)
	}
	for i := range now {
		if spec.Shape[i] < now[i] {
			return none, fmt.Errorf("axis %d has %d elements in the layout and %d in the dataset; a dataset with mappings does not shrink", i, spec.Shape[i], now[i])
		}
	}
	if err := l.overlapsOld(old, now); err != nil {
		return none, err
	}
	mappings := extendedMappings{old: old, added: spec.Mappings, was: now, shape: spec.Shape}
	return hdf5.VirtualUpdate{Shape: spec.Shape, MaxShape: spec.MaxShape, ShareNames: l.shareNames, Mappings: mappings}, nil
}

// extendedMappings is the mappings that a dataset has, and then those that are added.
type extendedMappings struct {
	old        *hdf5.VirtualLayout
	added      hdf5.Mappings
	was, shape []uint64 // of the dataset
}

// Len is the number of mappings.
func (e extendedMappings) Len() int { return e.old.Len() + e.added.Len() }

// Range yields a part of the mappings.
func (e extendedMappings) Range(from, to int) iter.Seq[hdf5.VirtualMapping] {
	return func(yield func(hdf5.VirtualMapping) bool) {
		n := e.old.Len()
		for m := range e.old.Range(min(from, n), min(to, n)) {
			m.Virtual = fixExtent(m.Virtual, e.was, e.shape)
			if !yield(m) {
				return
			}
		}
		e.added.Range(max(from-n, 0), max(to-n, 0))(yield)
	}
}

// fixExtent is the selection of everything in a shape that becomes larger: as it was.
func fixExtent(s dataspace.Selection, now, then []uint64) dataspace.Selection {
	if s.Kind() != dataspace.KindAll || slices.Equal(now, then) {
		return s
	}
	dims := make([]dataspace.Dim, len(now))
	for i, n := range now {
		dims[i] = dataspace.Dim{Stride: 1, Count: 1, Block: n}
	}
	fixed, err := dataspace.Regular(dims...)
	if err != nil {
		return s
	}
	return fixed
}

// overlapsOld makes sure that no element gets a second mapping.
func (l *Layout) overlapsOld(old *hdf5.VirtualLayout, now []uint64) error {
	if l.allowOverlap {
		return nil
	}
	n := old.Len()
	i, j, overlap := dataspace.FirstOverlapFunc(n+l.Len(), func(i int) dataspace.Selection {
		if i < n {
			return fixExtent(old.Virtual(i), now, nil)
		}
		return l.mappings.virtual.At(i - n)
	})
	if !overlap {
		return nil
	}
	if j < n {
		return fmt.Errorf("mappings %d and %d, which are there already, overlap; AllowOverlap lets the last one win", i, j)
	}
	m := l.mappings.at(j - n)
	return &LayoutError{Mapping: j - n, Source: m.of.name(), What: fmt.Sprintf("its elements %v overlap those of mapping %d, which is there already; AllowOverlap lets the last one win", m.virtual, i)}
}
