package runtime

import (
	"context"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Within is the slice applied inside a region, as [Dataset.Region] gives it: All is the whole region, Range(0, 10) its first ten
// elements, Index(0) its first, dropping the axis. It is resolved when it is read.
func (s Slice) Within(region Slice) Slice {
	if s.region != nil {
		inner := s.region.Within(region)
		region = inner
	}
	s.region = &region
	return s
}

// resolveWithin resolves a slice of a region of an axis of n elements.
func (s *Slice) resolveWithin(n uint64) (axis, string) {
	region, why := s.region.resolve(n, nil)
	if why != "" {
		return axis{}, why
	}
	length := region.length()
	if length == unknownExtent {
		return axis{}, "the region has no end"
	}
	base := *s
	base.region = nil
	a, why := base.resolve(length, nil)
	if why != "" {
		return axis{}, why
	}
	return region.choose(a), ""
}

// choose is the coordinates of an axis at the positions of another.
func (a *axis) choose(positions axis) axis {
	whole := positions.whole && a.whole
	if len(a.pieces) == 1 && a.pieces[0].block == 1 && (a.pieces[0].stride == 1 || withoutBlocks(positions.pieces)) {
		chosen := axis{drop: positions.drop, whole: whole}
		for _, p := range positions.pieces {
			chosen.pieces = append(chosen.pieces, p.through(a.pieces[0]))
		}
		return chosen
	}
	if positions.whole {
		return axis{pieces: a.pieces, drop: positions.drop, whole: whole}
	}
	return axis{pieces: a.pick(positions.pieces), drop: positions.drop}
}

// withoutBlocks reports whether all pieces have blocks of one.
func withoutBlocks(pieces []piece) bool {
	return !slices.ContainsFunc(pieces, func(p piece) bool { return p.block != 1 })
}

// through is the coordinates at the positions p of a region that is one piece with blocks of one, and without gaps if p
// has larger blocks.
func (p piece) through(region piece) piece {
	if p.count == 0 {
		return p
	}
	return piece{start: region.start + p.start*region.stride, stride: p.stride * region.stride, count: p.count, block: p.block}
}

// pick is the coordinates of an axis at the given positions.
func (a *axis) pick(positions []piece) []piece {
	coordinates := make([]uint64, 0, a.length())
	for _, p := range a.pieces {
		for i := range p.count {
			for j := range p.block {
				coordinates = append(coordinates, p.start+i*p.stride+j)
			}
		}
	}
	var picked []uint64
	for _, p := range positions {
		for i := range p.count {
			for j := range p.block {
				picked = append(picked, coordinates[p.start+i*p.stride+j])
			}
		}
	}
	return progressions(picked)
}

// OpenExact opens a dataset that a layout describes: its element type is that of T (the byte order is free), its rank
// is len(shape) and each extent is the one given, unless that is [Any]. The error says what was expected and what the file has.
func OpenExact[T any](ctx context.Context, f *File, path string, shape ...int) (*Dataset[T], error) {
	d, err := OpenDataset[T](ctx, f, path)
	if err != nil {
		return nil, err
	}
	want, err := TypeOf[T]()
	if err != nil {
		return nil, err
	}
	if got := d.raw.Datatype(); !sameType(got, want) {
		return nil, fmt.Errorf("%s:%s: the layout has elements of type %v, and the file %v", f.name, path, want, got)
	}
	got := d.Shape()
	fits := len(got) == len(shape)
	for i := range shape {
		fits = fits && (shape[i] == Any || shape[i] == got[i])
	}
	if !fits {
		return nil, fmt.Errorf("%s:%s: the layout has shape %s, and the file %v", f.name, path, anyShape(shape), got)
	}
	return d, nil
}

// OpenOptional is OpenExact for a dataset of which sources are expected to be absent at times: they read as the fill value and are reported
// as filled, as with [FillAbsent]. [FillMissing], given to Open, fills more.
func OpenOptional[T any](ctx context.Context, f *File, path string, shape ...int) (*Dataset[T], error) {
	d, err := OpenExact[T](ctx, f, path, shape...)
	if err != nil {
		return nil, err
	}
	d.raw.optional = true
	return d, nil
}

// anyShape is a shape with a star for extents that may be anything.
func anyShape(shape []int) string {
	words := make([]string, len(shape))
	for i, n := range shape {
		words[i] = fmt.Sprint(n)
		if n == Any {
			words[i] = "*"
		}
	}
	return fmt.Sprint(words)
}

// Region is the part of an axis of a virtual dataset that belongs to the i-th group of members along it: the distinct selections
// along that axis, in the order of the mappings. n is how many there should be, 0 for any number; another number is an error. Where the mappings have
// more, or any number will do, those of one source dataset that agree along the other axes are one group: a member that is dealt has a ragged end. The axis is kept; Index(0).Within(region) drops it.
func (d *Dataset[T]) Region(axis, i, n int) (Slice, error) { return d.raw.region(axis, i, n) }

// regionKey tells members apart that lie at the same place along an axis.
type regionKey struct{ file, path, others string }

func (d *RawDataset) region(along, i, n int) (Slice, error) {
	fail := func(format string, args ...any) (Slice, error) {
		return Slice{}, fmt.Errorf("%s:%s: axis %d: %s", d.file.name, d.path, along, fmt.Sprintf(format, args...))
	}
	if along < 0 || along >= d.Rank() {
		return fail("the dataset has %s", plural(d.Rank(), "axis", "axes"))
	}
	groups, err := d.regions(along, n)
	if err != nil {
		return fail("%v", err)
	}
	if n != 0 && len(groups) != n {
		return fail("the layout has %s along it, and the file %d", plural(n, "member", "members"), len(groups))
	}
	if i < 0 || i >= len(groups) {
		return fail("member %d: the file has 0 to %d", i, len(groups)-1)
	}
	return groups[i], nil
}

// regions is the groups of members along an axis.
func (d *RawDataset) regions(along, n int) ([]Slice, error) {
	members, err := d.memberPieces(along)
	if err != nil {
		return nil, err
	}
	var single [][]piece
	for _, pieces := range members {
		for i := range pieces {
			single = append(single, pieces[i:i+1])
		}
	}
	if groups := distinctRegions(single); n != 0 && len(groups) == n {
		return groups, nil
	}
	for i := range members {
		members[i] = joinPieces(members[i])
	}
	return distinctRegions(members), nil
}

// distinctRegions is the different ones among pieces, as slices, in their order.
func distinctRegions(all [][]piece) []Slice {
	var groups []Slice
	known := map[string]bool{}
	for _, pieces := range all {
		text := fmt.Sprint(pieces)
		if known[text] {
			continue
		}
		known[text] = true
		groups = append(groups, regionSlice(pieces))
	}
	return groups
}

// memberPieces is the coordinates along an axis of each source dataset at each place along the other axes, a piece for each mapping.
func (d *RawDataset) memberPieces(along int) ([][]piece, error) {
	places := map[regionKey]int{} // of coordinates
	var coordinates [][]piece
	for m := range d.Mappings() {
		selection := m.Virtual
		if open, ok := selection.UnlimitedAxis(); ok {
			selection = selection.Clip(open, d.node.shape[open])
		}
		if selection.Kind() == dataspace.KindAll {
			selection = wholeOf(d.node.shape)
		}
		if selection.Kind() == dataspace.KindNone {
			continue
		}
		if selection.Kind() != dataspace.KindRegular {
			return nil, fmt.Errorf("mapping %d is no regular hyperslab", m.Number)
		}
		dim := selection.Dim(along)
		p := piece{start: dim.Start, stride: dim.Stride, count: dim.Count, block: dim.Block}.tidy()
		others := selection.Dims()
		others[along] = dataspace.Dim{}
		key := regionKey{m.Source.File, m.Source.Path, fmt.Sprint(others)}
		at, seen := places[key]
		if !seen {
			at = len(coordinates)
			places[key] = at
			coordinates = append(coordinates, nil)
		}
		coordinates[at] = append(coordinates[at], p)
	}
	return coordinates, nil
}

// wholeOf is the hyperslab of all elements of a shape.
func wholeOf(shape []uint64) dataspace.Selection {
	dims := make([]dataspace.Dim, len(shape))
	for i, n := range shape {
		if n == 0 {
			return dataspace.None()
		}
		dims[i] = dataspace.Dim{Start: 0, Stride: 1, Count: 1, Block: n}
	}
	s, err := dataspace.Regular(dims...)
	if err != nil {
		return dataspace.None()
	}
	return s
}

// regionSlice is pieces as a slice.
func regionSlice(pieces []piece) Slice {
	if len(pieces) != 1 {
		var list []int
		for _, p := range pieces {
			for i := range p.count {
				for j := range p.block {
					list = append(list, int(p.start+i*p.stride+j))
				}
			}
		}
		slices.Sort(list)
		return Slice{kind: sliceList, list: list}
	}
	p := pieces[0]
	if p.block == 1 {
		return Range(int(p.start), int(p.end())).By(int(p.stride))
	}
	return Blocks(int(p.start), int(p.stride), int(p.count), int(p.block))
}
