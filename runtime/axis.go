package runtime

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// unknownExtent is the extent of an axis whose length nobody has said yet.
const unknownExtent = math.MaxUint64

// piece is count blocks of block coordinates, the first at start, one every stride coordinates.
type piece struct{ start, stride, count, block uint64 }

// length is the number of coordinates, unknownExtent where the piece has no end.
func (p piece) length() uint64 {
	if p.count == dataspace.Unlimited {
		return unknownExtent
	}
	return p.count * p.block
}

// end is the coordinate after the last one, unknownExtent where the piece has no end.
func (p piece) end() uint64 {
	switch p.count {
	case dataspace.Unlimited:
		return unknownExtent
	case 0:
		return 0
	}
	return p.start + (p.count-1)*p.stride + p.block
}

// part is the piece of the coordinates number from (inclusive) to to (exclusive) of p, which must have blocks of one.
func (p piece) part(from, to uint64) piece {
	return piece{start: p.start + from*p.stride, stride: p.stride, count: to - from, block: 1}
}

// pieceOf is one axis of a regular hyperslab: a run, or the blocks of it.
func pieceOf(d dataspace.Dim) piece {
	if d.Count == 1 {
		return run(d.Start, d.Block)
	}
	return piece{start: d.Start, stride: d.Stride, count: d.Count, block: d.Block}
}

// axis is one slice, resolved against the extent of its axis: pieces, in the order of the elements.
type axis struct {
	pieces []piece
	drop   bool // an index: the axis is not in the result
	whole  bool // every coordinate of the axis, in order
}

// length is the number of coordinates, unknownExtent where there is no end.
func (a *axis) length() uint64 {
	n := uint64(0)
	for _, p := range a.pieces {
		l := p.length()
		if l == unknownExtent {
			return unknownExtent
		}
		n += l
	}
	return n
}

// end is the coordinate after the largest, unknownExtent where there is no end.
func (a *axis) end() uint64 {
	n := uint64(0)
	for _, p := range a.pieces {
		n = max(n, p.end())
	}
	return n
}

// only is an axis of one piece, in room if that has room for it.
func only(room []piece, p piece) axis { return axis{pieces: append(room[:0], p)} }

// axisRoom is memory for the resolved axes of a selection, so that resolving takes no other as long as axes are one piece each.
type axisRoom struct {
	axes   []axis
	pieces []piece         // one for each axis
	dims   []dataspace.Dim // for those of a hyperslab; as many
}

func newAxisRoom(rank int) axisRoom {
	return axisRoom{axes: make([]axis, rank), pieces: make([]piece, rank), dims: make([]dataspace.Dim, rank)}
}

// piece is the room for the piece of axis i.
func (r axisRoom) piece(i int) []piece { return r.pieces[i : i : i+1] }

// resolveSlices turns the slices of a selection into one axis each for a dataset of the given extent, in which
// unknownExtent marks an axis of unknown length. Fewer slices than axes leave the last axes whole.
func resolveSlices(given []Slice, extent []uint64) ([]axis, error) {
	return newAxisRoom(len(extent)).resolve(given, extent)
}

// resolve is resolveSlices with the memory of r, which has as many axes as the extent, or more.
func (r axisRoom) resolve(given []Slice, extent []uint64) ([]axis, error) {
	expanded, err := expandEllipsis(given, len(extent))
	if err != nil {
		return nil, err
	}
	lists := 0
	for i, n := range extent {
		s := expanded.at(i)
		a, why := s.resolve(n, r.piece(i))
		if why == "" && s.kind == sliceList {
			if lists++; lists > 1 {
				why = "only one axis of a selection may have a list of indices"
			}
		}
		if why != "" {
			return nil, &SliceError{Axis: i, Slice: s.String(), Extent: extentInt(n), Why: why}
		}
		r.axes[i] = a
	}
	return r.axes[:len(extent)], nil
}

// extentInt is an extent for users, Unlimited where it is not known.
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

// wholeAxis is the slice of an axis that none was given for. It is never changed.
var wholeAxis Slice

// at is the slice of axis i, which must not be changed.
func (t *sliceTuple) at(i int) *Slice {
	if i < len(t.before) {
		return &t.before[i]
	}
	if j := i - (t.rank - len(t.after)); j >= 0 {
		return &t.after[j]
	}
	return &wholeAxis
}

func expandEllipsis(given []Slice, rank int) (sliceTuple, error) {
	t := sliceTuple{before: given, rank: rank}
	found := false
	for i := range given {
		if given[i].kind != sliceEllipsis {
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

// resolve fits the slice to an axis of extent n; why is empty if it fits. An axis of one piece has it in room, unless that is nil.
func (s *Slice) resolve(n uint64, room []piece) (a axis, why string) {
	if s.bad != "" {
		return axis{}, s.bad
	}
	if s.region != nil {
		return s.resolveWithin(n)
	}
	if len(s.moves) > 0 {
		return s.resolveMoved(n, unknownExtent)
	}
	return s.resolveBase(n, room)
}

// resolveBase is resolve for a slice that was not moved.
func (s *Slice) resolveBase(n uint64, room []piece) (a axis, why string) {
	switch s.kind {
	case sliceIndex:
		return s.resolveIndex(n, room)
	case sliceBlocks:
		return s.resolveBlocks(n, room)
	case sliceList:
		return s.resolveList(n)
	}
	return s.resolveRange(n, room)
}

func (s *Slice) resolveIndex(n uint64, room []piece) (axis, string) {
	i, ok := position(s.start, n)
	if !ok || (n != unknownExtent && i >= n) {
		return axis{}, outOfRange(n)
	}
	a := only(room, run(i, 1))
	a.drop = true
	return a, ""
}

// outOfRange says what an index may be on an axis of n elements.
func outOfRange(n uint64) string {
	switch n {
	case unknownExtent:
		return "the length of the axis is not known, so that nothing counts from its end"
	case 0:
		return "the axis has no elements"
	}
	return fmt.Sprintf("the index is outside the axis, which has 0 to %d (or -%d to -1 from the end)", n-1, n)
}

// position is the coordinate of an index that may count from the end; it is not compared with n.
func position(i int, n uint64) (uint64, bool) {
	if i >= 0 {
		return uint64(i), true
	}
	if n == unknownExtent || -uint64(i) > n {
		return 0, false
	}
	return n - -uint64(i), true
}

// badNumber tells an end that failed arithmetic gave.
const badNumber = "a bound overflows or divides by zero"

func (s *Slice) resolveRange(n uint64, room []piece) (axis, string) {
	if s.start == Bad || s.stop == Bad {
		return axis{}, badNumber
	}
	if s.step < 0 {
		return axis{}, "the step is at least 1: HDF5 has no negative one"
	}
	step := max(uint64(s.step), 1)
	if n == unknownExtent {
		return s.resolveOpenRange(step, room)
	}
	start, stop := uint64(0), n
	if s.hasStart {
		start = clipEnd(s.start, n)
	}
	if s.hasStop {
		stop = clipEnd(s.stop, n)
	}
	p := progression(start, stop, step)
	a := only(room, p)
	a.whole = p.count == n
	return a, ""
}

// progression is the piece of a range; an empty one starts at 0.
func progression(start, stop, step uint64) piece {
	if stop <= start {
		return piece{stride: 1, block: 1}
	}
	if step == 1 {
		return run(start, stop-start)
	}
	p := piece{start: start, stride: step, count: (stop-start-1)/step + 1, block: 1}
	if p.count == 1 {
		p.stride = 1
	}
	return p
}

// resolveOpenRange is resolveRange for an axis of unknown length.
func (s *Slice) resolveOpenRange(step uint64, room []piece) (axis, string) {
	if s.start < 0 || s.stop < 0 {
		return axis{}, outOfRange(unknownExtent)
	}
	if s.hasStop {
		return only(room, progression(uint64(s.start), uint64(s.stop), step)), ""
	}
	a := only(room, piece{start: uint64(s.start), stride: step, count: dataspace.Unlimited, block: 1})
	a.whole = s.start == 0 && step == 1
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

func (s *Slice) resolveBlocks(n uint64, room []piece) (axis, string) {
	p := piece{start: uint64(s.start), stride: uint64(s.step), count: uint64(s.count), block: uint64(s.block)}
	unlimited := s.count == Unlimited
	switch {
	case s.start < 0 || s.step < 1 || s.block < 1 || (s.count < 0 && !unlimited):
		return axis{}, "blocks need a start and a count of at least 0, a stride and a block of at least 1"
	case (unlimited || s.count > 1) && s.step < s.block:
		return axis{}, fmt.Sprintf("blocks of %d every %d overlap", s.block, s.step)
	case unlimited:
		p.count = dataspace.Unlimited
		return only(room, p), ""
	case s.count == 0:
		return only(room, piece{stride: 1, block: 1}), ""
	}
	if why := p.fits(n); why != "" {
		return axis{}, why
	}
	a := only(room, p)
	a.whole = p.length() == n
	return a, ""
}

// fits says why a piece that is not empty does not lie on an axis of n elements; empty if it does.
func (p piece) fits(n uint64) string {
	const limit = dataspace.MaxCoordinate
	steps := p.count - 1
	if p.start > limit || p.block > limit || (steps > 0 && p.stride > limit/steps) || p.start+steps*p.stride > limit-p.block {
		return "the selection reaches further than HDF5 can count"
	}
	if last := p.end() - 1; n != unknownExtent && last >= n {
		return fmt.Sprintf("the selection reaches to %d, and the axis has %d elements", last, n)
	}
	return ""
}

func (s *Slice) resolveList(n uint64) (axis, string) {
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
	return axis{pieces: progressions(list)}, ""
}

// progressions writes a list of coordinates as pieces with blocks of one, in the same order.
func progressions(list []uint64) []piece {
	if len(list) == 0 {
		return []piece{{stride: 1, block: 1}}
	}
	var pieces []piece
	for i := 0; i < len(list); {
		p := piece{start: list[i], stride: 1, count: 1, block: 1}
		if i++; i < len(list) && list[i] > p.start {
			p.stride = list[i] - p.start
			for i < len(list) && list[i] == p.start+p.count*p.stride {
				p.count++
				i++
			}
		}
		pieces = append(pieces, p)
	}
	return pieces
}

// plural spells a number with its noun.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
