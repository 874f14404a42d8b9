package runtime

import (
	"context"
	"fmt"
	"iter"
	"path/filepath"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// finish checks a layout as a whole and makes what is written of it to the file name, under path.
func (l *Layout) finish(ctx context.Context, name, path string, opts *options) (hdf5.VirtualSpec, error) {
	var none hdf5.VirtualSpec
	if err := l.Err(); err != nil {
		return none, err
	}
	if l.datatype == nil {
		return none, &LayoutError{Mapping: -1, What: "the layout has no type"}
	}
	fill, err := encodeFill(l.datatype, l.fill)
	if err != nil {
		return none, &LayoutError{Mapping: -1, What: err.Error(), Err: err}
	}
	shape, maxShape, err := l.finalShape()
	if err != nil {
		return none, &LayoutError{Mapping: -1, What: err.Error(), Err: err}
	}
	mappings := l.mappings
	if l.hasWindow {
		if mappings, shape, err = l.cut(shape); err != nil {
			return none, &LayoutError{Mapping: -1, What: err.Error(), Err: err}
		}
		maxShape = nil
	}
	if err := l.checkOverlap(mappings); err != nil {
		return none, err
	}
	if err := l.checkSources(ctx, name, path, mappings, opts); err != nil {
		return none, err
	}
	return hdf5.VirtualSpec{Type: l.datatype, Shape: shape, MaxShape: maxShape, Fill: fill, Mappings: storedMappings(mappings, name, opts), ShareNames: l.shareNames}, nil
}

// finalShape is the shape that is stored: an axis that fits is as long as what is mapped, one that grows begins as long as
// what is mapped without growing.
func (l *Layout) finalShape() (shape, maxShape []uint64, err error) {
	shape = slices.Clone(l.extent)
	maxShape = slices.Clone(l.maxShape)
	for i, n := range shape {
		if n != unknownExtent {
			continue
		}
		shape[i] = l.reach[i]
		if l.fit != nil && l.fit[i] {
			continue
		}
		if maxShape == nil {
			maxShape = slices.Clone(l.extent)
			for j := range maxShape {
				if l.fit != nil && l.fit[j] {
					maxShape[j] = l.reach[j]
				}
			}
		}
	}
	for i := range maxShape {
		if l.fit != nil && l.fit[i] && maxShape[i] < shape[i] {
			return nil, nil, fmt.Errorf("axis %d: the mappings reach %d, and MaxShape is %d", i, shape[i], maxShape[i])
		}
	}
	return shape, maxShape, l.checkGrowth(shape, maxShape)
}

// checkGrowth makes sure that the axes of unlimited mappings can grow: libhdf5 cannot read the dataset at all once its sources outgrow it.
func (l *Layout) checkGrowth(shape, maxShape []uint64) error {
	for i, m := range l.mappings {
		axis, open := m.virtual.UnlimitedAxis()
		if open && (maxShape == nil || maxShape[axis] == shape[axis]) {
			return fmt.Errorf("mapping %d grows along axis %d, and the layout cannot: give the axis as Unlimited, or use MaxShape", i, axis)
		}
	}
	return nil
}

// checkOverlap makes sure that no element is mapped twice.
func (l *Layout) checkOverlap(mappings []layoutMapping) error {
	if l.allowOverlap {
		return nil
	}
	i, j, overlap := dataspace.FirstOverlapFunc(len(mappings), func(i int) dataspace.Selection { return mappings[i].virtual })
	if !overlap {
		return nil
	}
	return &LayoutError{Mapping: j, Source: mappings[j].of.name,
		What: fmt.Sprintf("its elements %v overlap those of mapping %d from %s, %v; AllowOverlap lets the last one win", mappings[j].virtual, i, mappings[i].of.name, mappings[i].virtual)}
}

// storedMappings yields the mappings as they are stored in the file name.
func storedMappings(mappings []layoutMapping, name string, opts *options) iter.Seq[hdf5.VirtualMapping] {
	return func(yield func(hdf5.VirtualMapping) bool) {
		var last *layoutSource
		var stored string
		for _, m := range mappings {
			if m.of != last {
				last, stored = m.of, storedFile(m.of, name, opts)
			}
			if !yield(hdf5.VirtualMapping{File: stored, Path: m.of.path, Source: m.source, Virtual: m.virtual}) {
				return
			}
		}
	}
}

// storedFile is the file name of a source as it is stored in the file name: "." for that file itself.
func storedFile(s *layoutSource, name string, opts *options) string {
	if s.template {
		return s.file
	}
	if s.name.File == name || sameFile(s.name.File, name) {
		return "."
	}
	if opts.relativeNames && filepath.IsAbs(s.name.File) {
		if folder, err := filepath.Abs(filepath.Dir(name)); err == nil {
			if relative, err := filepath.Rel(folder, s.name.File); err == nil {
				return escapeName(filepath.ToSlash(relative))
			}
		}
	}
	return s.file
}

// sameFile reports whether a source's name leads to the file name itself: by its absolute path, or from that file's folder.
func sameFile(source, name string) bool {
	if filepath.Base(source) != filepath.Base(name) {
		return false
	}
	own, err := filepath.Abs(name)
	if err != nil {
		return false
	}
	if !filepath.IsAbs(source) {
		source = filepath.Join(filepath.Dir(own), source)
	}
	return filepath.Clean(source) == own
}
