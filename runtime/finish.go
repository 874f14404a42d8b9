package runtime

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// finish checks a layout as a whole, but for its sources, and makes what is written of it to the file name.
func (l *Layout) finish(name string, opts *options) (hdf5.VirtualSpec, error) {
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
	mappings := &l.mappings
	if l.hasWindow {
		if mappings, shape, err = l.cut(shape); err != nil {
			return none, &LayoutError{Mapping: -1, What: err.Error(), Err: err}
		}
		maxShape = nil
	}
	if err := l.checkOverlap(mappings); err != nil {
		return none, err
	}
	stored := storedMappings{mappings, newStoredNames(name, opts)}
	return hdf5.VirtualSpec{Type: l.datatype, Shape: shape, MaxShape: maxShape, Fill: fill, Mappings: stored, ShareNames: l.shareNames}, nil
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
	for i := range l.Len() {
		axis, open := l.mappings.virtual.UnlimitedAxis(i)
		if open && (maxShape == nil || maxShape[axis] == shape[axis]) {
			return fmt.Errorf("mapping %d grows along axis %d, and the layout cannot: give the axis as Unlimited, or use MaxShape", i, axis)
		}
	}
	return nil
}

// checkOverlap makes sure that no element is mapped twice.
func (l *Layout) checkOverlap(mappings *mappingList) error {
	if l.allowOverlap {
		return nil
	}
	i, j, overlap := mappings.virtual.FirstOverlap()
	if !overlap {
		return nil
	}
	first, second := mappings.at(i), mappings.at(j)
	return &LayoutError{Mapping: j, Source: second.of.name(),
		What: fmt.Sprintf("its elements %v overlap those of mapping %d from %s, %v; AllowOverlap lets the last one win", second.virtual, i, first.of.name(), first.virtual)}
}

// storedMappings is mappings as they are stored in one file.
type storedMappings struct {
	*mappingList
	names *storedNames
}

// Len is the number of mappings.
func (l storedMappings) Len() int { return l.len() }

// Range yields a part of the mappings, each good until the next.
func (l storedMappings) Range(from, to int) iter.Seq[hdf5.VirtualMapping] {
	return func(yield func(hdf5.VirtualMapping) bool) {
		var virtual, source [dataspace.MaxRank]dataspace.Dim
		i := from
		for file, path := range l.Names(from, to) {
			if !yield(hdf5.VirtualMapping{File: file, Path: path, Source: l.source.AtInto(i, source[:]), Virtual: l.virtual.AtInto(i, virtual[:])}) {
				return
			}
			i++
		}
	}
}

// Names yields the names of a part of the mappings.
func (l storedMappings) Names(from, to int) iter.Seq2[string, string] {
	return func(yield func(file, path string) bool) {
		var last *sourceDataset
		var file, path string
		for _, of := range l.of[from:to] {
			if of != last {
				last, file, path = of, l.names.file(of), of.storedPath()
			}
			if !yield(file, path) {
				return
			}
		}
	}
}

// Selections is the selections of all mappings.
func (l storedMappings) Selections() (virtual, source *dataspace.List) { return &l.virtual, &l.source }

// storedNames is how the file names of sources are stored in one file.
type storedNames struct {
	name, base string // of that file, and its last part
	own        string // its absolute path; "" where there is no telling
	relative   bool   // absolute names are stored relative to its folder
}

func newStoredNames(name string, opts *options) *storedNames {
	own, err := filepath.Abs(name)
	if err != nil {
		own = ""
	}
	return &storedNames{name: name, base: filepath.Base(name), own: own, relative: opts.relativeNames}
}

// file is the file name of a source as it is stored: "." for that file itself.
func (n *storedNames) file(s *sourceDataset) string {
	if s.template {
		return s.file
	}
	if n.isOwn(s.file) {
		return "."
	}
	if n.relative && n.own != "" && filepath.IsAbs(s.file) {
		if relative, err := filepath.Rel(filepath.Dir(n.own), s.file); err == nil {
			return escapeName(filepath.ToSlash(relative))
		}
	}
	return escapeName(s.file)
}

// isOwn reports whether a source's name leads to the file itself: by its absolute path, or from that file's folder.
func (n *storedNames) isOwn(source string) bool {
	if source == n.name {
		return true
	}
	// What a path ends in is what it does not end in after cleaning only where a separator, or a dot, is its end.
	if end := source[len(source)-1]; end != '.' && !os.IsPathSeparator(end) && !strings.HasSuffix(source, n.base) {
		return false
	}
	if n.own == "" || filepath.Base(source) != n.base {
		return false
	}
	if !filepath.IsAbs(source) {
		source = filepath.Join(filepath.Dir(n.own), source)
	}
	return filepath.Clean(source) == n.own
}
