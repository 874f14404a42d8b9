package infer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// mapping is a mapping with both sides as one progression of blocks an axis.
type mapping struct {
	file, path string // as stored
	v, s       []dataspace.Dim
	whole      bool // the source side is ALL: its shape is not known, s is empty
}

// length is the number of coordinates along one axis.
func length(d dataspace.Dim) uint64 {
	if d.Count == dataspace.Unlimited || d.Block == dataspace.Unlimited {
		return dataspace.Unlimited
	}
	return d.Count * d.Block
}

// normal is d in the one form that equal coordinates have.
func normal(d dataspace.Dim) dataspace.Dim {
	switch {
	case d.Block == dataspace.Unlimited:
		return dataspace.Dim{Start: d.Start, Stride: 1, Count: dataspace.Unlimited, Block: 1}
	case d.Count == dataspace.Unlimited:
		return d
	case d.Count == 1 || d.Stride == d.Block:
		return dataspace.Range(d.Start, d.Start+d.Count*d.Block)
	}
	return d
}

// contiguous reports whether d is one range that ends.
func contiguous(d dataspace.Dim) bool { return d.Count == 1 && d.Block != dataspace.Unlimited }

// end is the coordinate behind the last of d, which ends.
func end(d dataspace.Dim) uint64 { return d.Start + (d.Count-1)*d.Stride + d.Block }

// mappings brings the mappings of d into one form, in the order of their virtual side; neighbours that are
// one mapping become one.
func (d *Dataset) mappings() ([]mapping, error) {
	if len(d.Mappings) == 0 {
		return nil, &Error{d.Path, "it has no mappings, so nothing says where its elements come from"}
	}
	if len(d.Mappings) > maxMappings {
		return nil, &Error{d.Path, fmt.Sprintf("it has %d mappings; layouts are found for up to %d", len(d.Mappings), maxMappings)}
	}
	if i, j, ok := dataspace.FirstOverlapFunc(len(d.Mappings), func(i int) dataspace.Selection { return d.Mappings[i].Virtual }); ok {
		return nil, cannot(d, "mappings %d and %d overlap", i, j)
	}
	out := make([]mapping, len(d.Mappings))
	for i, m := range d.Mappings {
		x := mapping{file: m.File, path: absolute(m.Path)}
		var err error
		if x.v, err = d.dims(m.Virtual, i, "virtual"); err != nil {
			return nil, err
		}
		if x.whole = m.Source.Kind() == dataspace.KindAll; !x.whole {
			if x.s, err = d.dims(m.Source, i, "source"); err != nil {
				return nil, err
			}
		}
		if source, ok := d.sourceOf(x.file, x.path); ok {
			x.known(source)
		}
		out[i] = x
	}
	concrete(out)
	return canonical(out), nil
}

// concrete gives sources that are mapped as ALL the selection that they have where others of the same dataset
// are not: all have one rank, and axes that are dropped are the first ones of length 1.
func concrete(list []mapping) {
	i := slices.IndexFunc(list, func(m mapping) bool { return !m.whole })
	if i < 0 {
		return
	}
	rank := len(list[i].s)
	for k := range list {
		m := &list[k]
		if !m.whole {
			continue
		}
		drop := len(m.v) - rank
		var s []dataspace.Dim
		for _, d := range m.v {
			if n := length(d); n == 1 && drop > 0 {
				drop--
			} else if n != dataspace.Unlimited {
				s = append(s, dataspace.Range(0, n))
			}
		}
		if len(s) == rank {
			m.s, m.whole = s, false
		}
	}
}

// absolute is the path of a dataset from the root: h5py leaves the slash in front out.
func absolute(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return "/" + path
}

func (d *Dataset) dims(s dataspace.Selection, i int, side string) ([]dataspace.Dim, error) {
	switch s.Kind() {
	case dataspace.KindAll:
		out := make([]dataspace.Dim, len(d.Shape))
		for k, n := range d.Shape {
			out[k] = dataspace.Range(0, n)
		}
		return out, nil
	case dataspace.KindRegular:
		out := s.Dims()
		for k := range out {
			out[k] = normal(out[k])
		}
		return out, nil
	}
	return nil, cannot(d, "the %s side of mapping %d is %s, and layouts are made of regular hyperslabs", side, i, s.Kind())
}

// canonical sorts mappings by where they lie and joins those that are one, so that two lists with the same
// meaning become equal.
func canonical(list []mapping) []mapping {
	list = slices.Clone(list)
	if len(list) == 0 {
		return list
	}
	for axis := len(list[0].v) - 1; axis >= 0; axis-- {
		slices.SortFunc(list, func(a, b mapping) int { return compareMappings(a, b, axis) })
		out := list[:1]
		for _, m := range list[1:] {
			if last := &out[len(out)-1]; !last.join(m, axis) {
				out = append(out, m)
			}
		}
		list = out
	}
	slices.SortFunc(list, func(a, b mapping) int { return compareMappings(a, b, -1) })
	return list
}

// compareMappings orders by source, by place, and by the place along last at the very end.
func compareMappings(a, b mapping, last int) int {
	if last >= 0 {
		if c := cmp.Or(strings.Compare(a.file, b.file), strings.Compare(a.path, b.path)); c != 0 {
			return c
		}
	}
	for k := range a.v {
		if k != last {
			if c := compareDims(a.v[k], b.v[k]); c != 0 {
				return c
			}
		}
	}
	if last >= 0 {
		return compareDims(a.v[last], b.v[last])
	}
	return 0
}

func compareDims(a, b dataspace.Dim) int {
	return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Count, b.Count), cmp.Compare(a.Stride, b.Stride), cmp.Compare(a.Block, b.Block))
}

// join appends next to m where both sides go on along one axis and agree on all others.
func (m *mapping) join(next mapping, axis int) bool {
	if m.whole || next.whole || m.file != next.file || m.path != next.path || len(m.s) != len(next.s) {
		return false
	}
	along, outerV, ok := touch(m.v, next.v)
	if !ok || along != axis {
		return false
	}
	sAlong, outerS, ok := touch(m.s, next.s)
	if !ok || outerV != outerS {
		return false
	}
	m.v, m.s = slices.Clone(m.v), slices.Clone(m.s)
	m.v[along] = dataspace.Range(m.v[along].Start, end(next.v[along]))
	m.s[sAlong] = dataspace.Range(m.s[sAlong].Start, end(next.s[sAlong]))
	return true
}

// touch finds the one axis along which b follows a, and the number of elements of the axes before it.
func touch(a, b []dataspace.Dim) (axis int, outer uint64, ok bool) {
	axis, outer = -1, 1
	for i := range a {
		if a[i] == b[i] {
			if axis < 0 {
				outer *= length(a[i])
			}
			continue
		}
		if axis >= 0 || !contiguous(a[i]) || !contiguous(b[i]) || end(a[i]) != b[i].Start {
			return 0, 0, false
		}
		axis = i
	}
	return axis, outer, axis >= 0
}

// key tells different mappings apart. shape is the source's where it is known: all of it is ALL.
func (m *mapping) key(shape []uint64) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%q %q %v", m.file, m.path, m.v)
	if m.whole || isWhole(m.s, shape) {
		return b.String()
	}
	fmt.Fprintf(&b, " %v", m.s)
	return b.String()
}

func isWhole(s []dataspace.Dim, shape []uint64) bool {
	if len(s) != len(shape) {
		return false
	}
	for i, d := range s {
		if d != dataspace.Range(0, shape[i]) {
			return false
		}
	}
	return true
}
