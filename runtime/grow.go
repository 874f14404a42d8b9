package runtime

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// growth is a mapping with an unlimited selection, as it was when its dataset was opened.
type growth struct {
	axis     int // of the virtual dataset that grows
	virtual  dataspace.Selection
	source   dataspace.Selection
	whole    dataspace.Selection // virtual selection without an end
	series   bool                // a numbered series: each block is a source of its own
	exists   []bool              // blocks of a series, up to the last one that exists
	slices   uint64              // coordinates along the axis that the source has
	sources  dataspace.Selection // source selection without an end
	absent   bool                // the source does not exist
	extended uint64              // the extent along the axis that the source gives
}

// grow finds how long a virtual dataset is whose mappings are unlimited, as H5D__virtual_set_extent_unlim does, and ends these mappings
// there. Sources are opened for that. Deliberate differences: a first block that the source has only part of counts for what it has; the
// view FirstMissing reads no element that its source lacks; the axis of the virtual side is the one that counts.
func (f *File) grow(ctx context.Context, n *node, at *chain) error {
	v := n.virtual
	for _, i := range v.layout.Endless() {
		g, err := v.growth(n, i)
		if err != nil {
			return err
		}
		if v.open == nil {
			v.open = map[int]*growth{}
		}
		v.open[i] = g
	}
	floor := v.layout.Reach()
	for j, least := range floor {
		if least > n.shape[j] && v.open == nil {
			return fmt.Errorf("%s: the mappings reach %d along axis %d, and the dataset %d", n.name(), least, j, n.shape[j])
		}
	}
	if v.open == nil {
		return nil
	}
	for _, i := range sortedKeys(v.open) {
		if err := f.measure(ctx, at, i, v.open[i]); err != nil {
			return err
		}
	}
	n.shape = f.extent(n, floor)
	for axis, limit := range n.dataset.MaxShape() {
		if limit != dataspace.Unlimited && n.shape[axis] > limit {
			return fmt.Errorf("%s: its sources reach %d along axis %d, and the dataset cannot be longer than %d", n.name(), n.shape[axis], axis, limit)
		}
	}
	for _, g := range v.open {
		g.end(n.shape[g.axis])
	}
	return nil
}

// growth is a mapping whose virtual selection has no end along some axis.
func (v *virtual) growth(n *node, mapping int) (*growth, error) {
	whole := v.layout.Virtual(mapping)
	axis, open := whole.UnlimitedAxis()
	_, hi, _ := whole.Bounds()
	for j := range hi {
		if open = open && (j == axis || hi[j] < dataspace.MaxCoordinate); !open {
			return nil, fmt.Errorf("%s: mapping %d selects more than a dataset can have", n.name(), mapping)
		}
	}
	return &growth{axis: axis, whole: whole, sources: v.layout.Source(mapping), exists: v.known.series(v.layout, mapping)}, nil
}

func sortedKeys(m map[int]*growth) []int {
	keys := make([]int, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// extent is how long a dataset is along each axis.
func (f *File) extent(n *node, floor []uint64) []uint64 {
	shape := slices.Clone(n.shape)
	given := make([]bool, len(shape))
	for _, g := range n.virtual.open {
		switch {
		case !given[g.axis]:
			shape[g.axis], given[g.axis] = g.extended, true
		case f.opts.view == FirstMissing:
			shape[g.axis] = min(shape[g.axis], g.extended)
		default:
			shape[g.axis] = max(shape[g.axis], g.extended)
		}
	}
	for axis := range shape {
		shape[axis] = max(shape[axis], floor[axis])
	}
	return shape
}

// measure finds what the source, or the series of sources, of an unlimited mapping has.
func (f *File) measure(ctx context.Context, at *chain, mapping int, g *growth) error {
	v := at.node.virtual
	if isTemplate(v.layout.File(mapping)) || isTemplate(v.layout.Path(mapping)) {
		return f.measureSeries(ctx, at, mapping, g)
	}
	axis, open := g.sources.UnlimitedAxis()
	if !open {
		return fmt.Errorf("%s: mapping %d grows on the virtual side only", at.node.name(), mapping)
	}
	file, source, err := f.source(ctx, at, mapping, v.sourceName(mapping, 0))
	if err != nil {
		if !f.measured().tolerates(err) {
			return err
		}
		g.absent = true
		return nil
	}
	defer file.Release()
	if len(source.shape) != g.sources.Rank() {
		return f.mismatch(at, mapping, 0, source, rankMismatch(source, g.sources), nil)
	}
	g.slices = g.sources.Slices(source.shape[axis])
	g.extended = g.whole.ExtentFor(g.slices, f.opts.view == FirstMissing)
	return nil
}

// tolerates reports whether a source that cannot be opened is filled.
func (p missingPolicy) tolerates(err error) bool {
	var missing *MissingSourceError
	if !errors.As(err, &missing) {
		return false
	}
	if missing.absent() {
		return p >= fillAbsent
	}
	return p == fillMissing
}

// measured is the policy when extents are measured: a source that does not exist counts as one that has nothing yet.
func (f *File) measured() missingPolicy { return max(f.opts.missing, fillAbsent) }

// maxSeries bounds a numbered series, so that a name that leads to a file for every number cannot go on for ever.
const maxSeries = 10_000_000

// measureSeries finds which sources of a numbered series exist: up to the first gap longer than the option allows.
func (f *File) measureSeries(ctx context.Context, at *chain, mapping int, g *growth) error {
	g.series = true
	gap := uint64(f.opts.printfGap)
	if f.opts.view == FirstMissing {
		gap = 0
	}
	for block := uint64(0); block <= gap+uint64(len(g.exists)); block++ {
		if block > maxSeries {
			return fmt.Errorf("%s: mapping %d: the series %s has more than %d members", at.node.name(), mapping, at.node.virtual.sourceName(mapping, 0), maxSeries)
		}
		if block < uint64(len(g.exists)) && g.exists[block] {
			continue // it was there when the dataset was refreshed last
		}
		file, _, err := f.source(ctx, at, mapping, at.node.virtual.sourceName(mapping, block))
		if err != nil {
			if !f.measured().tolerates(err) {
				return err
			}
			continue
		}
		file.Release()
		if block < uint64(len(g.exists)) {
			g.exists[block] = true
			continue
		}
		for uint64(len(g.exists)) < block {
			g.exists = append(g.exists, false)
		}
		g.exists = append(g.exists, true)
	}
	blocks := uint64(len(g.exists))
	d := g.whole.Dim(g.axis)
	switch {
	case blocks == 0:
		g.extended = 0
	case f.opts.view == FirstMissing:
		g.extended = saturatingMul(blocks, d.Stride) + d.Start
	default:
		g.extended = saturatingMul(blocks-1, d.Stride) + d.Start + d.Block
	}
	if g.extended > dataspace.MaxCoordinate {
		return fmt.Errorf("%s: mapping %d: its blocks reach further than HDF5 can count", at.node.name(), mapping)
	}
	return nil
}

// series is which blocks of a mapping were there when its dataset was looked at before, if it is the same mapping. v may be nil.
func (v *virtual) series(now *hdf5.VirtualLayout, mapping int) []bool {
	if v == nil || mapping >= v.layout.Len() || v.layout.File(mapping) != now.File(mapping) || v.layout.Path(mapping) != now.Path(mapping) {
		return nil
	}
	if g, open := v.open[mapping]; open && g.series {
		return slices.Clone(g.exists)
	}
	return nil
}

// end ends the selections of a mapping in a dataset of that extent along its axis.
func (g *growth) end(extent uint64) {
	switch {
	case g.series:
		g.virtual, g.source = g.whole.Clip(g.axis, min(extent, g.extended)), g.sources
	case g.absent:
		g.endAt(g.whole.Slices(extent))
	default:
		g.endAt(min(g.slices, g.whole.Slices(extent)))
	}
}

func (g *growth) endAt(slices uint64) {
	axis, _ := g.sources.UnlimitedAxis()
	g.virtual = g.whole.Clip(g.axis, g.whole.ExtentFor(slices, false))
	g.source = g.sources.Clip(axis, g.sources.ExtentFor(slices, false))
}
