package runtime

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// unknownExtent is the extent of an axis whose length nobody has said yet.
const unknownExtent = math.MaxUint64

// axis is one slice, resolved against the extent of its axis.
type axis struct {
	start  uint64 // of the first element
	stride uint64 // between blocks, at least 1
	count  uint64 // blocks; dataspace.Unlimited for as many as there are
	block  uint64 // elements of a block; 1 for everything but Blocks
	drop   bool   // an index: the axis is not in the result
	whole  bool   // every element of the axis
	list   []uint64
	isList bool // list is the selection, and the numbers above are not
}

// length is the number of elements selected.
func (a *axis) length() uint64 {
	if a.isList {
		return uint64(len(a.list))
	}
	if a.count == dataspace.Unlimited {
		return unknownExtent
	}
	return a.count * a.block
}

// resolveSlices turns the slices of a selection into one axis each for a dataset of the given extent, in which
// unknownExtent marks an axis of unknown length. Fewer slices than axes leave the last axes whole.
func resolveSlices(given []Slice, extent []uint64) ([]axis, error) {
	expanded, err := expandEllipsis(given, len(extent))
	if err != nil {
		return nil, err
	}
	axes := make([]axis, len(extent))
	lists := 0
	for i := range extent {
		a, why := expanded.at(i).resolve(extent[i])
		if why == "" && a.isList {
			if lists++; lists > 1 {
				why = "only one axis of a selection may have a list of indices"
			}
		}
		if why != "" {
			return nil, &SliceError{Axis: i, Slice: expanded.at(i).String(), Extent: extentInt(extent[i]), Why: why}
		}
		axes[i] = a
	}
	return axes, nil
}

// extentInt is an extent for a message, Unlimited where it is not known.
func extentInt(e uint64) int {
	if e > math.MaxInt {
		return Unlimited
	}
	return int(e)
}

// sliceTuple is a selection with its ellipsis located but not spelled out.
type sliceTuple struct {
	before, after []Slice
	rank          int
}

// at is the slice of axis i.
func (t sliceTuple) at(i int) Slice {
	if i < len(t.before) {
		return t.before[i]
	}
	if j := i - (t.rank - len(t.after)); j >= 0 {
		return t.after[j]
	}
	return Slice{}
}

func expandEllipsis(given []Slice, rank int) (sliceTuple, error) {
	t := sliceTuple{before: given, rank: rank}
	found := false
	for i, s := range given {
		if s.kind != sliceEllipsis {
			continue
		}
		if found {
			return t, &SliceError{Axis: i, Slice: slicesString(given), Extent: Unlimited, Why: "a selection has at most one ..."}
		}
		found = true
		t.before, t.after = given[:i], given[i+1:]
	}
	if n := len(t.before) + len(t.after); n > rank {
		return t, &SliceError{Axis: rank, Slice: slicesString(given), Extent: Unlimited,
			Why: fmt.Sprintf("%s for %s", plural(n, "slice", "slices"), plural(rank, "axis", "axes"))}
	}
	return t, nil
}

// resolve fits the slice to an axis of extent n; why is empty if it fits.
func (s Slice) resolve(n uint64) (a axis, why string) {
	switch s.kind {
	case sliceIndex:
		return s.resolveIndex(n)
	case sliceBlocks:
		return s.resolveBlocks(n)
	case sliceList:
		return s.resolveList(n)
	}
	return s.resolveRange(n)
}

func (s Slice) resolveIndex(n uint64) (axis, string) {
	i, ok := position(s.start, n)
	if !ok || (n != unknownExtent && i >= n) {
		return axis{}, outOfRange(n)
	}
	return axis{start: i, stride: 1, count: 1, block: 1, drop: true}, ""
}

// outOfRange says what an index may be on an axis of n elements.
func outOfRange(n uint64) string {
	switch n {
	case unknownExtent:
		return "the length of the axis is not known, so that nothing counts from its end"
	case 0:
		return "the axis has no elements"
	}
	return fmt.Sprintf("the index is outside the axis, which has %d to %d (or %d to -1 from the end)", 0, n-1, -int64(n))
}

// position is the coordinate of an index that may count from the end; it is not compared with n.
func position(i int, n uint64) (uint64, bool) {
	if i >= 0 {
		return uint64(i), true
	}
	if n == unknownExtent || uint64(-int64(i)) > n {
		return 0, false
	}
	return n - uint64(-int64(i)), true
}

func (s Slice) resolveRange(n uint64) (axis, string) {
	step := uint64(1)
	if s.step < 0 {
		return axis{}, "the step is at least 1: HDF5 has no negative one"
	}
	if s.step > 0 {
		step = uint64(s.step)
	}
	if n == unknownExtent {
		return s.resolveOpenRange(step)
	}
	start, stop := uint64(0), n
	if s.hasStart {
		start = clipEnd(s.start, n)
	}
	if s.hasStop {
		stop = clipEnd(s.stop, n)
	}
	a := axis{start: start, stride: step, block: 1}
	if stop > start {
		a.count = (stop-start-1)/step + 1
	}
	if a.count <= 1 {
		a.stride = 1
	}
	if a.count == 0 {
		a.start = 0
	}
	a.whole = a.start == 0 && a.count == n && a.stride == 1
	return a, ""
}

// resolveOpenRange is resolveRange for an axis of unknown length.
func (s Slice) resolveOpenRange(step uint64) (axis, string) {
	if s.start < 0 || s.stop < 0 {
		return axis{}, "the length of the axis is not known, so that nothing counts from its end"
	}
	a := axis{start: uint64(s.start), stride: step, block: 1}
	if !s.hasStop {
		a.count = dataspace.Unlimited
		a.whole = a.start == 0 && step == 1
		return a, ""
	}
	if s.stop > s.start {
		a.count = (uint64(s.stop)-a.start-1)/step + 1
	}
	return a, ""
}

// clipEnd is one end of a range, within 0 and n.
func clipEnd(i int, n uint64) uint64 {
	p, ok := position(i, n)
	if !ok {
		return 0
	}
	return min(p, n)
}

func (s Slice) resolveBlocks(n uint64) (axis, string) {
	a := axis{start: uint64(s.start), stride: uint64(s.step), count: uint64(s.count), block: uint64(s.block)}
	unlimited := s.count == Unlimited
	switch {
	case s.start < 0 || s.step < 1 || s.block < 1 || (s.count < 0 && !unlimited):
		return axis{}, "blocks need a start and a count of at least 0, a stride and a block of at least 1"
	case (unlimited || s.count > 1) && s.step < s.block:
		return axis{}, fmt.Sprintf("blocks of %d every %d overlap", s.block, s.step)
	}
	if unlimited {
		a.count = dataspace.Unlimited
		return a, ""
	}
	if a.count == 0 {
		return axis{stride: 1, block: 1}, ""
	}
	last, ok := checkedLast(a)
	if !ok {
		return axis{}, "the blocks reach further than HDF5 can count"
	}
	if n != unknownExtent && last >= n {
		return axis{}, fmt.Sprintf("the last block ends at %d, and the axis at %d", last, int64(n)-1)
	}
	return a, ""
}

// checkedLast is the last coordinate that an axis selects.
func checkedLast(a axis) (uint64, bool) {
	const limit = math.MaxInt64
	if a.start > limit || a.block > limit {
		return 0, false
	}
	steps := a.count - 1
	if steps > 0 && a.stride > limit/steps {
		return 0, false
	}
	last := a.start + steps*a.stride
	if last > limit || last+a.block-1 > limit {
		return 0, false
	}
	return last + a.block - 1, true
}

func (s Slice) resolveList(n uint64) (axis, string) {
	if s.hasStop && uint64(s.stop) != n {
		return axis{}, fmt.Sprintf("the mask has %d values, one for each element of the axis is needed", s.stop)
	}
	list := make([]uint64, len(s.list))
	for i, v := range s.list {
		p, ok := position(v, n)
		if !ok || (n != unknownExtent && p >= n) {
			return axis{}, fmt.Sprintf("index %d: %s", v, outOfRange(n))
		}
		list[i] = p
	}
	return axis{stride: 1, block: 1, list: list, isList: true}, ""
}

// plural spells a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
