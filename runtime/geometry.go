package runtime

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// CheckMappings makes sure that a virtual dataset is put together as a layout says: the same shape, and each element from the same element of the same source. How the
// correspondence is divided into mappings, and their order, plays no part. axes are the names of the axes, for the error.
//
// Names of sources may differ, because files are renamed and moved, but not contradict the layout: where the file has a
// name that the layout gives to another source, the two were confused. [AnyText] in a name of the layout stands for a text that is not known.
//
// A member of the layout that is [Optional] may be left out of the file altogether, as programs do that map only what they find: it reads as fill.
//
// A dataset with elements of its own, such as a copy of the virtual one, has no mappings and passes, and so does one that can have no elements. Nothing but
// the file itself is looked at.
func CheckMappings(d *RawDataset, layout func() (*Layout, error), axes ...string) error {
	return checkMappings(d, layout, axes, (*pairs).confused)
}

// CheckPaths is CheckMappings for a layout of whose sources the paths are known, and the names of files are not: paths alone are compared.
func CheckPaths(d *RawDataset, layout func() (*Layout, error), axes ...string) error {
	return checkMappings(d, layout, axes, (*pairs).confusedPaths)
}

// CheckGeometry is CheckMappings for a layout whose names of sources are not known: they are not compared.
func CheckGeometry(d *RawDataset, layout func() (*Layout, error), axes ...string) error {
	return checkMappings(d, layout, axes, func(*pairs) error { return nil })
}

func checkMappings(d *RawDataset, layout func() (*Layout, error), axes []string, confused func(*pairs) error) error {
	if d.node.virtual == nil || slices.Contains(d.node.dataset.MaxShape(), 0) {
		return nil
	}
	l, err := layout()
	c := &comparison{file: d.node, axes: axes, pairs: newPairs()}
	if err == nil {
		err = c.layout(l)
	}
	if err == nil {
		err = c.compare()
	}
	if err == nil {
		err = confused(&c.pairs)
	}
	if err != nil {
		return fmt.Errorf("%s:%s: the file was not written by this layout, or not with these parameters: %w", d.file.name, d.path, err)
	}
	return nil
}

// comparison holds the mappings of a file against those of a layout.
type comparison struct {
	file  *node
	axes  []string
	want  *mappingList // of the layout, cut to its window
	shape []uint64     // of the layout; of the file along axes that grow
	pairs pairs
	left  []leftOut

	projector, other plan.Projector
}

// leftOut is a mapping of the layout, of an optional member, for whose n elements the file has nothing.
type leftOut struct {
	i int
	n uint64
}

// layout takes what the layout says, and compares the shapes.
func (c *comparison) layout(l *Layout) error {
	if err := l.Err(); err != nil {
		return err
	}
	shape, maxShape, err := l.finalShape()
	if err != nil {
		return err
	}
	c.want, c.shape = &l.mappings, shape
	if l.hasWindow {
		if c.want, c.shape, err = l.cut(shape); err != nil {
			return err
		}
		maxShape = nil
	}
	if len(c.shape) != len(c.file.shape) {
		return fmt.Errorf("the layout has %s, and the file %d", plural(len(c.shape), "axis", "axes"), len(c.file.shape))
	}
	for i, n := range c.shape {
		if maxShape != nil && maxShape[i] == dataspace.Unlimited {
			c.shape[i] = c.file.shape[i]
			continue
		}
		if n != c.file.shape[i] {
			return fmt.Errorf("axis %s has %d elements, and the layout's %d", c.axis(i), c.file.shape[i], n)
		}
	}
	return nil
}

func (c *comparison) axis(i int) string {
	if i < len(c.axes) {
		return c.axes[i]
	}
	return fmt.Sprint(i)
}

// compare compares the lists one by one, which is all that there is to do for most files, and else the correspondence.
func (c *comparison) compare() error {
	v := c.file.virtual.layout
	if c.want.len() == v.Len() && c.sameLists() {
		return nil
	}
	c.pairs = newPairs()
	if err := c.compareGrowing(); err != nil {
		return err
	}
	wanted, have := uint64(0), uint64(0)
	for i, m := range c.want.all() {
		if _, open := m.virtual.UnlimitedAxis(); open {
			continue
		}
		n, err := m.virtual.Count(c.shape)
		if err != nil {
			return err
		}
		wanted += n
		if err := c.compareMapping(i); err != nil {
			return err
		}
	}
	for i := range v.Len() {
		if _, open := c.file.virtual.open[i]; open {
			continue
		}
		n, err := v.Virtual(i).Count(c.file.shape)
		if err != nil {
			return err
		}
		have += n
	}
	for _, l := range c.left {
		wanted -= l.n
	}
	if wanted != have {
		return fmt.Errorf("its mappings give %d elements, and the layout's %d", have, wanted)
	}
	return c.wholeMembers()
}

// wholeMembers makes sure that a member of which a part is left out is left out altogether.
func (c *comparison) wholeMembers() error {
	seen := map[SourceName]bool{}
	for _, l := range c.left {
		name := c.want.at(l.i).of.name()
		if _, mapped := c.pairs.file[name]; mapped {
			return c.missing(l.i, l.n)
		}
		if !seen[name] {
			seen[name] = true
			c.pairs.absent = append(c.pairs.absent, name)
		}
	}
	return nil
}

// sameLists reports whether the mappings are equal one by one.
func (c *comparison) sameLists() bool {
	v := c.file.virtual
	for i, m := range c.want.all() {
		if !sameSelection(m.virtual, v.layout.Virtual(i), c.shape) || !sameSelection(m.source, v.layout.Source(i), m.of.extent) {
			return false
		}
		if !c.pairs.add(m.of, c.sourceName(i)) {
			return false
		}
	}
	return true
}

// sourceName is the source of a mapping of the file; that of a series as it is stored.
func (c *comparison) sourceName(i int) SourceName {
	v := c.file.virtual
	if g, open := v.open[i]; open && g.series {
		return SourceName{File: v.layout.File(i), Path: v.layout.Path(i)}
	}
	return v.sourceName(i, 0)
}

// sameSelection reports whether two selections of an array of the given extent are the same elements, as far as that is seen at once.
func sameSelection(a, b dataspace.Selection, extent []uint64) bool {
	return a.Equal(b) || spelledOut(a, extent).Equal(spelledOut(b, extent))
}

// spelledOut is a selection as a hyperslab, each axis in one form, where it can be written as one.
func spelledOut(s dataspace.Selection, extent []uint64) dataspace.Selection {
	if s.Kind() == dataspace.KindAll && len(extent) > 0 && !slices.Contains(extent, unknownExtent) {
		return wholeOf(extent)
	}
	if s.Kind() != dataspace.KindRegular {
		return s
	}
	dims := s.Dims()
	for i, d := range dims {
		if contiguous(d) && d.Count != 0 {
			dims[i] = dataspace.Dim{Start: d.Start, Stride: 1, Count: 1, Block: d.Count * d.Block}
		}
	}
	same, err := dataspace.Regular(dims...)
	if err != nil {
		return s
	}
	return same
}

// compareGrowing compares the mappings that grow, in their order.
func (c *comparison) compareGrowing() error {
	v := c.file.virtual
	next := 0
	for i, m := range c.want.all() {
		if _, open := m.virtual.UnlimitedAxis(); !open {
			continue
		}
		for next < v.layout.Len() && v.open[next] == nil {
			next++
		}
		if m.of.optional && (next == v.layout.Len() || !m.virtual.Equal(v.layout.Virtual(next))) {
			c.left = append(c.left, leftOut{i: i})
			continue
		}
		if next == v.layout.Len() {
			return fmt.Errorf("%s, which grows, has no mapping", m.of.name())
		}
		name := c.sourceName(next)
		if !m.virtual.Equal(v.layout.Virtual(next)) {
			return fmt.Errorf("%s lies at %v, and the layout has %v", name, v.layout.Virtual(next), m.virtual)
		}
		if !m.source.Equal(v.layout.Source(next)) {
			return fmt.Errorf("the mapping at %v takes %v of %s, and the layout's %v", m.virtual, v.layout.Source(next), name, m.source)
		}
		if !c.pairs.add(m.of, name) {
			return c.pairs.mixed(m.of, name)
		}
		next++
	}
	for ; next < v.layout.Len(); next++ {
		if v.open[next] != nil {
			return fmt.Errorf("mapping %d, of %s, grows; the layout has no such mapping", next, c.sourceName(next))
		}
	}
	return nil
}

// compareMapping looks, for each element of a mapping of the layout, for the mapping of the file that gives it.
func (c *comparison) compareMapping(i int) error {
	m := c.want.at(i)
	want := plan.Mapping{Virtual: m.virtual, Source: m.source}
	all, err := c.requestsOf(m.virtual)
	if err != nil {
		return err
	}
	for _, q := range all {
		var parts []plan.Segment
		err := c.projector.Project(q, want, c.shape, c.sourceExtent(want, m), func(s plan.Segment) error {
			if len(parts) == maxParts {
				return errManyParts
			}
			parts = append(parts, s.Clone())
			return nil
		})
		if err != nil {
			return err
		}
		if err := c.compareRequest(i, q, parts); err != nil {
			return err
		}
	}
	return nil
}

// maxParts bounds the boxes of one mapping that are compared one by one, where the file divides the array in another way than the layout.
const maxParts = 1 << 17

var errManyParts = fmt.Errorf("the file divides the array in another way than the layout, whose mappings fall into more than %d parts: too many to compare", maxParts)

// requestsOf is the elements of a selection as progressions that go to their places in the whole array.
func (c *comparison) requestsOf(s dataspace.Selection) ([]plan.Request, error) {
	s = spelledOut(s, c.shape)
	if s.Kind() != dataspace.KindRegular {
		s = wholeOf(c.shape)
	}
	axes := make([]axis, len(c.shape))
	parts := uint64(1)
	for i := range axes {
		d := s.Dim(i)
		if d.Block == 1 || d.Count == 1 {
			axes[i].pieces = []piece{{start: d.Start, stride: max(d.Stride, 1), count: max(d.Count, d.Block), block: 1}}
			if d.Count == 1 {
				axes[i].pieces[0].stride = 1
			}
			continue
		}
		if parts = saturatingMul(parts, d.Count); parts > maxParts {
			return nil, errManyParts
		}
		for j := range d.Count {
			axes[i].pieces = append(axes[i].pieces, piece{start: d.Start + j*d.Stride, stride: 1, count: d.Block, block: 1})
		}
	}
	lengths := c.shape
	all := requests(axes, lengths)
	for i := range all {
		all[i].MemOffset = 0
		stride := int64(1)
		for k := len(lengths) - 1; k >= 0; k-- {
			all[i].MemOffset += int64(all[i].Axes[k].Start) * stride
			all[i].MemStride[k] = int64(all[i].Axes[k].Step) * stride
			stride *= int64(lengths[k])
		}
	}
	return all, nil
}

// compareRequest compares what the mappings of the file give for a request with what the layout does.
func (c *comparison) compareRequest(i int, q plan.Request, want []plan.Segment) error {
	m := c.want.at(i)
	v := c.file.virtual
	all, err := q.Elements()
	if err != nil {
		return err
	}
	left := all
	var failed error
	last := 0 // part that held the last one: they come in order, mostly
	v.ready(len(c.shape)).Query(q, func(j int) bool {
		if v.open[j] != nil {
			return true
		}
		given := plan.Mapping{Virtual: v.layout.Virtual(j), Source: v.layout.Source(j)}
		touched := false
		failed = c.other.Project(q, given, c.file.shape, c.sourceExtent(given, m), func(s plan.Segment) error {
			touched = true
			n := s.Elements()
			if n > left {
				return fmt.Errorf("its mappings overlap where the layout has %s", c.place(m))
			}
			left -= n
			for k := range want {
				if k = (last + k) % len(want); holds(&want[k], &s) {
					last = k
					return nil
				}
			}
			return c.differ(i, j, given)
		})
		var mismatch *plan.MismatchError
		if errors.As(failed, &mismatch) {
			failed = c.differ(i, j, given)
		}
		if failed == nil && touched && !c.pairs.add(m.of, c.sourceName(j)) {
			failed = c.pairs.mixed(m.of, c.sourceName(j))
		}
		return failed == nil
	})
	switch {
	case failed != nil || left == 0:
		return failed
	case left == all && m.of.optional:
		c.left = append(c.left, leftOut{i: i, n: left})
		return nil
	}
	return c.missing(i, left)
}

// sourceExtent is the extent of a source as far as it matters: what the layout says, and what the mapping selects.
func (c *comparison) sourceExtent(given plan.Mapping, m layoutMapping) []uint64 {
	if given.Source.Kind() == dataspace.KindAll {
		return m.of.extent
	}
	_, extent, _ := given.Source.Bounds()
	for i := range extent {
		extent[i]++
		if len(extent) == len(m.of.extent) && m.of.extent[i] != unknownExtent {
			extent[i] = max(extent[i], m.of.extent[i])
		}
	}
	return extent
}

// holds reports whether each element of part has the place in the source that whole gives it.
func holds(whole, part *plan.Segment) bool {
	if len(whole.Count) != len(part.Count) {
		return false
	}
	if !at(whole, part.MemOffset, part.SourceStart) {
		return false
	}
	end := slices.Clone(part.SourceStart)
	for k, n := range part.Count {
		if n == 1 {
			continue
		}
		// A counter that runs over shows at the second element or at the last.
		for _, j := range []uint64{1, n - 1} {
			end[k] = part.SourceStart[k] + j*part.SourceStep[k]
			if !at(whole, part.MemOffset+int64(j)*part.MemStride[k], end) {
				return false
			}
		}
		end[k] = part.SourceStart[k]
	}
	return true
}

// at reports whether s has the element at that place of the array, with these coordinates in the source.
func at(s *plan.Segment, memory int64, source []uint64) bool {
	memory -= s.MemOffset
	for k, coordinate := range source {
		first := s.SourceStart[k]
		if coordinate < first || (coordinate-first)%s.SourceStep[k] != 0 {
			return false
		}
		n := (coordinate - first) / s.SourceStep[k]
		if n >= s.Count[k] {
			return false
		}
		memory -= int64(n) * s.MemStride[k]
	}
	return memory == 0
}
