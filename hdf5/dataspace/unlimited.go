package dataspace

import "fmt"

// UnlimitedAxis returns the axis along which s grows with its dataset, if there is one.
func (s Selection) UnlimitedAxis() (axis int, ok bool) {
	return int(s.unlimited) - 1, s.unlimited != 0
}

// Clip returns s ended at coordinate n (exclusive) of its unlimited axis, as H5S_hyper_clip_unlim
// does: what s selects in a dataset of extent n along that axis. Where the end falls into a
// block, that block is cut. A selection that does not grow along axis is returned as it is.
func (s Selection) Clip(axis int, n uint64) Selection {
	if s.unlimited == 0 || int(s.unlimited)-1 != axis {
		return s
	}
	n = min(n, MaxCoordinate+1)
	d := s.dims[axis]
	if d.Start >= n {
		return None()
	}
	room := n - d.Start
	clipped := Selection{kind: KindRegular, rank: s.rank, dims: append([]Dim(nil), s.dims...)}
	if d.Block == Unlimited || d.Block == d.Stride {
		clipped.dims[axis] = Dim{Start: d.Start, Stride: 1, Count: 1, Block: room}
		return clipped
	}
	count := (room-1)/d.Stride + 1
	tail := room - (count-1)*d.Stride
	switch {
	case tail >= d.Block:
		tail = 0
	case count == 1:
		d.Block, tail = tail, 0
	default:
		count--
	}
	if count == 1 {
		d.Stride = 1
	}
	if tail > 0 {
		// A cut block does not make a regular hyperslab: its start is kept by the stride.
		d.Stride = s.dims[axis].Stride
		clipped.kind, clipped.tailAxis, clipped.tail = KindIrregular, uint8(axis), tail
	}
	d.Count = count
	clipped.dims[axis] = d
	return clipped
}

// tailStride is the distance of the blocks along the axis of the tail.
func (s Selection) tailStride() uint64 { return s.dims[s.tailAxis].Stride }

// tailDims returns the cut block of a selection with a tail as a regular hyperslab.
func (s Selection) tailDims() []Dim {
	dims := append([]Dim(nil), s.dims...)
	d := dims[s.tailAxis]
	dims[s.tailAxis] = Dim{Start: d.Start + d.Count*d.Stride, Stride: 1, Count: 1, Block: s.tail}
	return dims
}

// eachTailedBlock yields the blocks of a selection with a tail in row-major order.
func (s Selection) eachTailedBlock(yield func(Box) bool) {
	dims := append([]Dim(nil), s.dims...)
	whole := dims[s.tailAxis]
	dims[s.tailAxis].Count++
	cut := whole.Start + whole.Count*whole.Stride
	eachBlock(dims, func(b Box) bool {
		if b.Start[s.tailAxis] != cut {
			return yield(b)
		}
		b.Count[s.tailAxis] = s.tail
		ok := yield(b)
		b.Count[s.tailAxis] = whole.Block
		return ok
	})
}

// Slices returns how many coordinates of its unlimited axis s selects in a dataset of that extent
// along it: the source slices that an unlimited mapping has to show (H5S__hyper_get_clip_extent_match
// counts them so, except that a first block which is cut counts for what it is). It is 0 for a
// selection that does not grow.
func (s Selection) Slices(extent uint64) uint64 {
	if s.unlimited == 0 {
		return 0
	}
	d := s.dims[s.unlimited-1]
	extent = min(extent, MaxCoordinate+1)
	if d.Start >= extent {
		return 0
	}
	room := extent - d.Start
	if d.Block == Unlimited || d.Block == d.Stride {
		return room
	}
	whole, rest := room/d.Stride, room%d.Stride
	return whole*d.Block + min(rest, d.Block)
}

// ExtentFor returns the extent along its unlimited axis at which s selects n coordinates of it.
// With trail, which the view that stops at the first missing element asks for, the gap up to the
// next coordinate that s would select counts too. It is the inverse of Slices, at most
// MaxCoordinate+1, and 0 for a selection that does not grow.
func (s Selection) ExtentFor(n uint64, trail bool) uint64 {
	if s.unlimited == 0 {
		return 0
	}
	d := s.dims[s.unlimited-1]
	if n == 0 {
		if trail {
			return d.Start
		}
		return 0
	}
	if d.Block == Unlimited || d.Block == d.Stride {
		return capped(d.Start, n, 1)
	}
	whole, rest := n/d.Block, n%d.Block
	switch {
	case rest > 0:
		return capped(d.Start+rest, whole, d.Stride)
	case trail:
		return capped(d.Start, whole, d.Stride)
	}
	return capped(d.Start+d.Block, whole-1, d.Stride)
}

// capped returns start + count·stride, at most MaxCoordinate+1.
func capped(start, count, stride uint64) uint64 {
	reach, ok := product(count, stride)
	if !ok || start > MaxCoordinate+1 || reach > MaxCoordinate+1-start {
		return MaxCoordinate + 1
	}
	return start + reach
}

// BlockAt returns block j, from 0, along the unlimited axis of s, as a limited selection: what
// the block number j of a printf mapping selects. It is an error if s does not grow by blocks
// (Count Unlimited) or if the block lies beyond MaxCoordinate.
func (s Selection) BlockAt(j uint64) (Selection, error) {
	if s.unlimited == 0 || s.dims[s.unlimited-1].Count != Unlimited {
		return Selection{}, fmt.Errorf("dataspace: %v has no unlimited number of blocks", s)
	}
	axis := int(s.unlimited - 1)
	d := s.dims[axis]
	start := capped(d.Start, j, d.Stride)
	if start > MaxCoordinate-(d.Block-1) {
		return Selection{}, fmt.Errorf("dataspace: block %d of %v lies beyond any dataset", j, s)
	}
	block := Selection{kind: KindRegular, rank: s.rank, dims: append([]Dim(nil), s.dims...)}
	block.dims[axis] = Dim{Start: start, Stride: 1, Count: 1, Block: d.Block}
	return block, nil
}

// BlockRange returns the numbers [first, end) of the blocks along the unlimited axis of s that
// have a coordinate in [lo, hi]. It is empty for a selection that does not grow by blocks.
func (s Selection) BlockRange(lo, hi uint64) (first, end uint64) {
	if s.unlimited == 0 || s.dims[s.unlimited-1].Count != Unlimited {
		return 0, 0
	}
	d := s.dims[s.unlimited-1]
	hi = min(hi, MaxCoordinate)
	if hi < d.Start || hi < lo {
		return 0, 0
	}
	end = (hi-d.Start)/d.Stride + 1
	if lo > d.Start+d.Block-1 {
		// The first block whose last coordinate is not before lo.
		first = (lo - d.Start - d.Block + 1 + d.Stride - 1) / d.Stride
	}
	return first, max(first, end)
}
