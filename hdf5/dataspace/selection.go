package dataspace

import (
	"fmt"
	"iter"
	"slices"
)

// Kind tells how a selection names its elements.
type Kind uint8

// The kinds of selections. The zero value of Selection is KindNone.
const (
	KindNone      Kind = iota // no element
	KindAll                   // every element of a dataspace, whatever its rank and extent
	KindRegular               // a regular hyperslab: a product of per-axis progressions of blocks
	KindIrregular             // a union of boxes, in row-major order of the coordinates
	KindPoints                // a list of points, in the order of the list
)

// String returns the kind in words.
func (k Kind) String() string {
	switch k {
	case KindNone:
		return "none"
	case KindAll:
		return "all"
	case KindRegular:
		return "regular hyperslab"
	case KindIrregular:
		return "irregular hyperslab"
	case KindPoints:
		return "points"
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// Selection says which elements of a dataspace are meant, and in which order. Hyperslabs of
// either kind and All are in row-major order of their coordinates; points are in the order of
// their list. Two selections of equal length make a mapping: element number k of the one
// corresponds to element number k of the other, whatever their ranks.
//
// A Selection is immutable, is passed by value, and is safe for concurrent use. The zero value
// selects nothing.
type Selection struct {
	kind      Kind
	rank      uint8
	unlimited uint8 // 1 + the axis that grows with the dataset, 0 if none does

	// dims is one entry for each axis of a KindRegular selection. A KindIrregular selection that
	// is the regular hyperslab dims and, along the axis tailAxis, the first tail elements of one
	// more block has it too; that is what ending an unlimited selection within a block leaves.
	dims     []Dim
	tailAxis uint8
	tail     uint64

	set *coordinates // of KindPoints, and of KindIrregular without dims
}

// Box is the product of the ranges [Start[i], Start[i]+Count[i]).
type Box struct{ Start, Count []uint64 }

// All selects every element of a dataspace.
func All() Selection { return Selection{kind: KindAll} }

// None selects no element.
func None() Selection { return Selection{} }

// Kind tells how s names its elements. A selection has the simplest kind that says it where that
// is easily seen: boxes that form a regular hyperslab are KindRegular, and a hyperslab without
// any element is KindNone.
func (s Selection) Kind() Kind { return s.kind }

// Rank returns the number of axes, 0 for All and None, which fit a dataspace of every rank.
func (s Selection) Rank() int { return int(s.rank) }

// Dims returns the axes of a regular hyperslab, and nil for other kinds. Contiguous blocks are
// joined: a range has Count 1 and Block its length, except along an unlimited axis, whose blocks
// are what a printf mapping numbers.
func (s Selection) Dims() []Dim {
	if s.kind != KindRegular {
		return nil
	}
	return slices.Clone(s.dims)
}

// Dim returns one axis of a regular hyperslab, without the copy that Dims makes. It panics for
// other kinds, as indexing a slice does.
func (s Selection) Dim(axis int) Dim {
	if s.kind != KindRegular {
		panic("dataspace: Dim of a selection that is not a regular hyperslab")
	}
	return s.dims[axis]
}

// Boxes yields boxes that share no element and together are s: the blocks of a regular hyperslab
// and of an irregular one in row-major order, points as boxes of one element. The Box is valid
// only until the next one. For All, None and unlimited selections there are none.
//
// An irregular selection too entangled to be ordered (see Count) yields the boxes it was made of.
func (s Selection) Boxes() iter.Seq[Box] {
	return func(yield func(Box) bool) {
		switch {
		case s.unlimited != 0 || s.kind == KindAll || s.kind == KindNone:
		case s.kind == KindRegular:
			eachBlock(s.dims, yield)
		case s.dims != nil:
			s.eachTailedBlock(yield)
		case s.kind == KindPoints:
			s.set.eachBox(s.kind, yield)
		default:
			s.set.eachOrderedBox(yield)
		}
	}
}

// Points yields the points of a KindPoints selection in their order, and nothing for other
// kinds. The slice is valid only until the next one.
func (s Selection) Points() iter.Seq[[]uint64] {
	return func(yield func([]uint64) bool) {
		if s.kind != KindPoints {
			return
		}
		point := make([]uint64, s.rank)
		for i := range s.set.len(s.kind) {
			copy(point, s.set.at[i*int(s.rank):])
			if !yield(point) {
				return
			}
		}
	}
}

// Count returns the number of elements selected in a dataspace of that extent. The extent counts
// for All and along an unlimited axis; others may be asked with nil.
//
// The errors are ErrTooLarge, a rank that differs from the extent's, and an irregular selection
// whose boxes are so entangled that putting their elements in order would take more than
// maxSpans steps.
func (s Selection) Count(extent []uint64) (uint64, error) {
	if s.unlimited != 0 {
		if len(extent) != int(s.rank) {
			return 0, fmt.Errorf("dataspace: a selection of rank %d cannot be counted in an extent of rank %d", s.rank, len(extent))
		}
		axis := int(s.unlimited - 1)
		return s.Clip(axis, extent[axis]).Count(nil)
	}
	switch s.kind {
	case KindNone:
		return 0, nil
	case KindAll:
		return volume(extent)
	case KindPoints:
		return uint64(s.set.len(s.kind)), nil
	case KindRegular:
		return s.regularCount(-1)
	}
	if s.dims != nil {
		return s.regularCount(int(s.tailAxis))
	}
	order, err := s.set.ordered()
	if err != nil {
		return 0, err
	}
	return order.count, nil
}

// CountWithin is Count for a regular hyperslab that ends and lies inside the extent, or anywhere for a nil extent. It is not ok for anything
// else, of which Count and Bounds say what it is.
func (s Selection) CountWithin(extent []uint64) (n uint64, ok bool) {
	if s.kind != KindRegular || s.unlimited != 0 || extent != nil && len(extent) != len(s.dims) {
		return 0, false
	}
	n = 1
	for axis := range s.dims {
		d := &s.dims[axis]
		if extent != nil && d.Start+(d.Count-1)*d.Stride+d.Block > extent[axis] {
			return 0, false
		}
		if n, ok = product(n, d.Count*d.Block); !ok {
			return 0, false
		}
	}
	return n, true
}

// regularCount multiplies the numbers of elements of the axes; tailed is the axis that the tail
// prolongs, or -1.
func (s Selection) regularCount(tailed int) (uint64, error) {
	n := uint64(1)
	for axis, d := range s.dims {
		length := d.length()
		if axis == tailed {
			length += s.tail
		}
		var ok bool
		if n, ok = product(n, length); !ok {
			return 0, ErrTooLarge
		}
	}
	return n, nil
}

// Bounds returns the smallest box that holds the selection, both ends inclusive: lo and hi have
// Rank elements. ok is false for All and None. Along an unlimited axis hi is MaxCoordinate; see
// UnlimitedAxis.
func (s Selection) Bounds() (lo, hi []uint64, ok bool) {
	if s.kind == KindAll || s.kind == KindNone {
		return nil, nil, false
	}
	both := make([]uint64, 2*int(s.rank))
	lo, hi = both[:s.rank:s.rank], both[s.rank:]
	return lo, hi, s.BoundsInto(lo, hi)
}

// BoundsInto is Bounds into slices of the caller that hold at least Rank elements each.
func (s Selection) BoundsInto(lo, hi []uint64) bool {
	switch {
	case s.kind == KindAll || s.kind == KindNone:
		return false
	case s.dims != nil:
		for axis, d := range s.dims {
			lo[axis], hi[axis] = d.Start, d.last()
		}
		if s.kind == KindIrregular {
			d := s.dims[s.tailAxis]
			hi[s.tailAxis] = d.Start + d.Count*s.tailStride() + s.tail - 1
		}
	default:
		copy(lo, s.set.lo)
		copy(hi, s.set.hi)
	}
	return true
}

// Equal reports whether s and t select the same elements in the same order, whatever the
// dataspace. Unlimited selections are equal only if they number the same blocks.
func (s Selection) Equal(t Selection) bool {
	if s.rank != t.rank || s.unlimited != t.unlimited {
		return false
	}
	switch {
	case s.kind == KindPoints && t.kind == KindPoints:
		return slices.Equal(s.set.at, t.set.at)
	case s.kind == t.kind && s.kind != KindIrregular:
		return slices.Equal(s.dims, t.dims)
	case !s.hasBlocks() || !t.hasBlocks():
		return false
	}
	n, errN := s.Count(nil)
	m, errM := t.Count(nil)
	if errN != nil || errM != nil || n != m {
		return false
	}
	// Both yield their blocks in the same order, and the blocks of an irregular selection are
	// joined wherever they touch, so equal selections have equal blocks.
	next, stop := iter.Pull(t.Boxes())
	defer stop()
	for a := range s.Boxes() {
		b, ok := next()
		if !ok || !slices.Equal(a.Start, b.Start) || !slices.Equal(a.Count, b.Count) {
			return false
		}
	}
	return true
}

// hasBlocks reports whether s is a limited hyperslab.
func (s Selection) hasBlocks() bool {
	return s.unlimited == 0 && (s.kind == KindRegular || s.kind == KindIrregular)
}
