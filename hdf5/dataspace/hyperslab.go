package dataspace

import "fmt"

// Dim is one axis of a regular hyperslab: Count blocks of Block elements, the first at Start,
// the starts of two neighbouring blocks Stride apart. Stride is at least Block where there is
// more than one block, and does not matter where there is one. At most one of Count and Block
// may be Unlimited. The four words are H5Sselect_hyperslab's.
type Dim struct{ Start, Stride, Count, Block uint64 }

// Range returns the Dim of the coordinates [start, stop).
func Range(start, stop uint64) Dim {
	if stop <= start {
		return Dim{Start: start, Stride: 1}
	}
	return Dim{Start: start, Stride: 1, Count: 1, Block: stop - start}
}

// Regular returns the regular hyperslab with one Dim for each axis. A Count or Block of zero
// selects nothing, and the result is None. Errors: no axis or more than MaxRank; blocks that
// overlap; more than one unlimited axis; a coordinate beyond MaxCoordinate.
func Regular(dims ...Dim) (Selection, error) {
	return regularIn(make([]Dim, min(len(dims), MaxRank)), dims)
}

// regularIn is Regular with room for the axes, which the selection keeps.
func regularIn(room, dims []Dim) (Selection, error) {
	if len(dims) == 0 || len(dims) > MaxRank {
		return Selection{}, fmt.Errorf("dataspace: a hyperslab has 1 to %d axes, not %d", MaxRank, len(dims))
	}
	s := Selection{kind: KindRegular, rank: uint8(len(dims)), dims: room}
	empty := false
	for axis, d := range dims {
		if d.Count == 1 && d.Start <= MaxCoordinate && d.Block-1 <= MaxCoordinate-d.Start {
			d.Stride = 1
			room[axis] = d // a range, as most are: the only form of it
			continue
		}
		normal, err := d.normalised()
		if err != nil {
			return Selection{}, fmt.Errorf("dataspace: axis %d of a hyperslab: %w", axis, err)
		}
		room[axis] = normal
		empty = empty || normal.Count == 0
		if !d.unlimited() {
			continue
		}
		if s.unlimited != 0 {
			return Selection{}, fmt.Errorf("dataspace: axes %d and %d of a hyperslab are both unlimited, and one may be", s.unlimited-1, axis)
		}
		s.unlimited = uint8(axis + 1)
	}
	if empty {
		return None(), nil
	}
	return s, nil
}

// unlimited reports whether the axis grows with its dataset.
func (d Dim) unlimited() bool { return d.Count == Unlimited || d.Block == Unlimited }

// normalised checks d and returns its only form: the zero Dim when nothing is selected, Stride 1
// with one block, and one block where blocks touch. A Count without limit keeps its blocks.
func (d Dim) normalised() (Dim, error) {
	switch {
	case d.Count == Unlimited && d.Block == Unlimited:
		return Dim{}, fmt.Errorf("count and block are both unlimited, and one may be")
	case d.Count == 0 || d.Block == 0:
		return Dim{}, nil
	case d.Start > MaxCoordinate:
		return Dim{}, fmt.Errorf("start %d is beyond any dataset", d.Start)
	case d.Block == Unlimited && d.Count == 1:
		d.Stride = 1
		return d, nil
	case d.Count > 1 && d.Stride < d.Block:
		return Dim{}, fmt.Errorf("blocks of %d every %d overlap", d.Block, d.Stride)
	case d.Block > MaxCoordinate-d.Start+1:
		return Dim{}, fmt.Errorf("a block of %d from %d reaches beyond any dataset", d.Block, d.Start)
	case d.Count == Unlimited:
		if d.Stride > MaxCoordinate {
			return Dim{}, fmt.Errorf("stride %d is beyond any dataset", d.Stride)
		}
		return d, nil
	case d.Count == 1:
		d.Stride = 1
		return d, nil
	}
	reach, ok := product(d.Stride, d.Count-1)
	if !ok || reach > MaxCoordinate-d.Start-(d.Block-1) {
		return Dim{}, fmt.Errorf("%d blocks of %d every %d from %d reach beyond any dataset", d.Count, d.Block, d.Stride, d.Start)
	}
	if d.Stride == d.Block {
		return Dim{Start: d.Start, Stride: 1, Count: 1, Block: d.Count * d.Block}, nil
	}
	return d, nil
}

// length returns the number of coordinates of a limited axis.
func (d Dim) length() uint64 { return d.Count * d.Block }

// last returns the last coordinate of the axis, MaxCoordinate if it has none.
func (d Dim) last() uint64 {
	if d.unlimited() {
		return MaxCoordinate
	}
	return d.Start + (d.Count-1)*d.Stride + d.Block - 1
}

// limited returns the axis up to MaxCoordinate, which stands for no limit where coordinates are compared.
func (d Dim) limited() Dim {
	switch {
	case d.Block == Unlimited:
		d.Block = MaxCoordinate - d.Start + 1
	case d.Count == Unlimited:
		d.Count = (MaxCoordinate-d.Start-(d.Block-1))/d.Stride + 1
	}
	return d
}

// eachBlock yields the blocks of a limited regular hyperslab in row-major order.
func eachBlock(dims []Dim, yield func(Box) bool) bool {
	both := make([]uint64, 2*len(dims))
	box := Box{Start: both[:len(dims):len(dims)], Count: both[len(dims):]}
	for axis, d := range dims {
		box.Start[axis], box.Count[axis] = d.Start, d.Block
	}
	for {
		if !yield(box) {
			return false
		}
		axis := len(dims) - 1
		for ; axis >= 0; axis-- {
			d := dims[axis]
			if box.Start[axis] += d.Stride; box.Start[axis]-d.Start < d.Count*d.Stride {
				break
			}
			box.Start[axis] = d.Start
		}
		if axis < 0 {
			return true
		}
	}
}

// blocks returns the number of blocks of a limited regular hyperslab.
func blocks(dims []Dim) (uint64, bool) {
	n, ok := uint64(1), true
	for _, d := range dims {
		if n, ok = product(n, d.Count); !ok {
			return 0, false
		}
	}
	return n, true
}
