package infer

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// SourceName is a source as a mapping has it stored: File with %b where HDF5 puts the numbers of a series, Path from the root.
type SourceName struct{ File, Path string }

// Source is what a source is that was looked at.
type Source struct {
	Shape []uint64
	Type  string // word of the layout language, or the name of one of File.Types; "" is that of the virtual dataset
}

// sourceOf is the source of a mapping, if it was looked at.
func (d *Dataset) sourceOf(file, path string) (Source, bool) {
	s, ok := d.Sources[SourceName{file, absolute(path)}]
	return s, ok
}

// sourceType is the type of the members: that of the first which was there, else that of the virtual dataset.
func (t *table) sourceType() string {
	for _, m := range t.members {
		if s, ok := t.d.sourceOf(m.file, m.path); ok && s.Type != "" {
			return s.Type
		}
	}
	return t.d.Type
}

// missing reports whether sources were looked for and some were not there.
func (t *table) missing() bool {
	return t.d.Sources != nil && slices.ContainsFunc(t.members, func(m member) bool {
		_, ok := t.d.sourceOf(m.file, m.path)
		return !ok
	})
}

// known gives a mapping that takes all of a source the selection that this is, where the source was there.
func (m *mapping) known(s Source) {
	if !m.whole || len(s.Shape) == 0 {
		return
	}
	mapped, has := uint64(1), uint64(1)
	for _, d := range m.v {
		n := length(d)
		if n == dataspace.Unlimited {
			n = d.Block // of a series, one block
		}
		mapped *= n
	}
	all := make([]dataspace.Dim, len(s.Shape))
	for k, n := range s.Shape {
		all[k] = dataspace.Range(0, n)
		has *= n
	}
	if mapped == has {
		m.s, m.whole = all, false
	}
}

// lengths is how long an axis of the source of each member is, where one was there. Of one that was not it is what the others
// have, if they agree, and at least as much as is mapped.
func (t *table) lengths(axis int, mapped []int64) (lens []int64, known bool) {
	lens = slices.Clone(mapped)
	var missing []int
	common, agree := int64(0), true
	for i, m := range t.members {
		s, ok := t.d.sourceOf(m.file, m.path)
		if !ok || axis >= len(s.Shape) || s.Shape[axis] > dataspace.MaxCoordinate {
			missing = append(missing, i)
			continue
		}
		n := int64(s.Shape[axis])
		agree = agree && (!known || n == common)
		common, known = n, true
		lens[i] = max(n, mapped[i]) // less where it is being written
	}
	for _, i := range missing {
		if known && agree {
			lens[i] = max(common, mapped[i])
		}
	}
	return lens, known
}
