package runtime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// Window keeps only a part of the assembled array: the layout becomes as large as the slices select, without dropping axes,
// and the mappings are cut to it when it is written.
func (l *Layout) Window(window ...Slice) {
	if l.hasWindow {
		l.fail(errors.New("a layout has one window"))
		return
	}
	l.window, l.hasWindow = slices.Clone(window), true
}

// cut cuts the mappings to the window, and is the shape of what is left.
func (l *Layout) cut(shape []uint64) (*mappingList, []uint64, error) {
	axes, err := resolveSlices(l.window, shape)
	if err != nil {
		return nil, nil, err
	}
	lengths := make([]uint64, len(axes))
	for i := range axes {
		lengths[i] = axes[i].length()
	}
	kept := &mappingList{}
	for i, m := range l.mappings.all() {
		if _, open := m.virtual.UnlimitedAxis(); open {
			return nil, nil, fmt.Errorf("mapping %d grows, and a window is a part of something with an end", i)
		}
		parts, err := m.cut(axes, lengths, shape)
		if err != nil {
			return nil, nil, fmt.Errorf("mapping %d: %w", i, err)
		}
		for _, part := range parts {
			kept.append(part)
		}
	}
	return kept, lengths, nil
}

// cut is the part of a mapping that lies in a window.
func (m layoutMapping) cut(axes []axis, lengths, shape []uint64) ([]layoutMapping, error) {
	var parts []layoutMapping
	var err error
	if slices.Contains(lengths, 0) {
		return nil, nil
	}
	source := slices.Clone(m.of.extent)
	if _, hi, ok := m.source.Bounds(); ok {
		for i := range source {
			if source[i] == unknownExtent {
				source[i] = hi[i] + 1
			}
		}
	}
	for _, q := range requests(axes, lengths) {
		err = plan.Project(q, plan.Mapping{Virtual: m.virtual, Source: m.source}, shape, source, func(s plan.Segment) error {
			part, err := m.part(&s, lengths)
			parts = append(parts, part)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if parts, err = m.joinRows(parts); err != nil {
		return nil, err
	}
	if len(parts) == 1 && m.source.Kind() == dataspace.KindAll {
		if n, err := parts[0].source.Count(source); err == nil && n == product(source) {
			parts[0].source = m.source
		}
	}
	return parts, nil
}

func product(extent []uint64) uint64 {
	n := uint64(1)
	for _, e := range extent {
		n *= e
	}
	return n
}

// extend makes n elements of one, a stride apart; where the axis has several already, each of those becomes n neighbours: two axes of a source lie along it.
func extend(d *dataspace.Dim, stride, n uint64) bool {
	switch {
	case d.Count == 1:
		d.Stride, d.Count = stride, n
	case stride != 1 || n > d.Stride || d.Block != 1:
		return false
	case n == d.Stride:
		d.Stride, d.Count = 1, d.Count*n
	default:
		d.Block = n
	}
	return true
}

// part is a segment as a mapping of a dataset with the given shape, in which its memory offsets count.
func (m layoutMapping) part(s *plan.Segment, shape []uint64) (layoutMapping, error) {
	virtual := make([]dataspace.Dim, len(shape))
	offset := uint64(s.MemOffset)
	for i := len(shape) - 1; i >= 0; i-- {
		virtual[i] = dataspace.Dim{Start: offset % shape[i], Stride: 1, Count: 1, Block: 1}
		offset /= shape[i]
	}
	source := make([]dataspace.Dim, len(s.Count))
	for i, n := range s.Count {
		source[i] = dataspace.Dim{Start: s.SourceStart[i], Stride: s.SourceStep[i], Count: n, Block: 1}
		if n == 1 {
			continue
		}
		stride := uint64(s.MemStride[i])
		along := len(shape) - 1
		for along > 0 && stride >= shape[along] && stride%shape[along] == 0 {
			stride /= shape[along]
			along--
		}
		if along < 0 || !extend(&virtual[along], stride, n) || virtual[along].Start+(virtual[along].Count-1)*virtual[along].Stride+virtual[along].Block > shape[along] {
			return m, errors.New("its elements are not in the window as a hyperslab")
		}
	}
	cut := layoutMapping{of: m.of}
	var err error
	if cut.virtual, err = dataspace.Regular(virtual...); err != nil {
		return m, err
	}
	if len(source) == 0 {
		cut.source = dataspace.All()
		return cut, nil
	}
	cut.source, err = dataspace.Regular(source...)
	return cut, err
}

// joinRows joins parts that lie as far apart as the blocks that the mapping had before it was cut, on both sides: the rows of a grid.
func (m layoutMapping) joinRows(parts []layoutMapping) ([]layoutMapping, error) {
	if len(parts) < 2 || m.virtual.Kind() != dataspace.KindRegular || m.source.Kind() != dataspace.KindRegular {
		return parts, nil
	}
	virtual, source := m.virtual.Dims(), m.source.Dims()
	repeats := func(d dataspace.Dim) bool { return d.Count > 1 && d.Block > 1 && d.Stride > d.Block }
	if !slices.ContainsFunc(source, repeats) {
		return parts, nil
	}
	out := parts[:1]
	for _, p := range parts[1:] {
		last := &out[len(out)-1]
		v, outerV, ok1 := repeat(last.virtual.Dims(), p.virtual.Dims(), virtual)
		s, outerS, ok2 := repeat(last.source.Dims(), p.source.Dims(), source)
		if !ok1 || !ok2 || outerV != outerS {
			v, outerV, ok1 = lengthen(last.virtual.Dims(), p.virtual.Dims())
			s, outerS, ok2 = lengthen(last.source.Dims(), p.source.Dims())
		}
		if !ok1 || !ok2 || outerV != outerS {
			out = append(out, p)
			continue
		}
		var err error
		if last.virtual, err = dataspace.Regular(v...); err != nil {
			return nil, err
		}
		if last.source, err = dataspace.Regular(s...); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// repeat is a with b as one block more of it along the axis where they differ, which has the stride that it has in of. outer is the number of elements of the
// axes before that one: both sides of a mapping keep their order where it is the same.
func repeat(a, b, of []dataspace.Dim) (joined []dataspace.Dim, outer uint64, ok bool) {
	along := -1
	outer = 1
	for i := range a {
		if a[i] == b[i] {
			if along < 0 {
				outer *= a[i].Count * a[i].Block
			}
			continue
		}
		if along >= 0 {
			return nil, 0, false
		}
		along = i
	}
	if along < 0 || len(a) != len(of) {
		return nil, 0, false
	}
	x, y, stride := inOneBlock(a[along]), inOneBlock(b[along]), of[along].Stride
	switch {
	case of[along].Count < 2 || y.Count != 1 || x.Block != y.Block || x.Block > stride:
		return nil, 0, false
	case x.Count > 1 && x.Stride != stride || x.Start+x.Count*stride != y.Start:
		return nil, 0, false
	}
	joined = slices.Clone(a)
	joined[along] = dataspace.Dim{Start: x.Start, Stride: stride, Count: x.Count + 1, Block: x.Block}
	return joined, outer, true
}

// lengthen is a with b as one element more of each of its blocks, along the axis where they differ: columns that were cut one by one. outer is the number of
// blocks of that axis and of elements of the axes before it.
func lengthen(a, b []dataspace.Dim) (joined []dataspace.Dim, outer uint64, ok bool) {
	along := -1
	outer = 1
	for i := range a {
		if a[i] != b[i] && along >= 0 {
			return nil, 0, false
		}
		if a[i] != b[i] {
			along = i
		}
		if along < 0 {
			outer *= a[i].Count * a[i].Block
		}
	}
	if along < 0 {
		return nil, 0, false
	}
	x, y := inOneBlock(a[along]), inOneBlock(b[along])
	switch {
	case x.Count != y.Count || x.Start+x.Block != y.Start:
		return nil, 0, false
	case x.Count > 1 && (x.Stride != y.Stride || x.Block+y.Block > x.Stride):
		return nil, 0, false
	}
	joined = slices.Clone(a)
	joined[along] = dataspace.Dim{Start: x.Start, Stride: x.Stride, Count: x.Count, Block: x.Block + y.Block}
	return joined, outer * x.Count, true
}

// inOneBlock writes blocks that touch as one.
func inOneBlock(d dataspace.Dim) dataspace.Dim {
	if d.Count > 1 && d.Stride == d.Block {
		return dataspace.Dim{Start: d.Start, Stride: 1, Count: 1, Block: d.Count * d.Block}
	}
	return d
}
