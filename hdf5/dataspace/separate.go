package dataspace

import (
	"cmp"
	"slices"
)

// Separate reports whether the order of the boxes shows that no two of them share an element:
// taken axis by axis, from the one that changes most seldom to the one that changes most often,
// each box lies wholly beyond the one before it along the first axis in which they differ. Lists,
// stacks and grids in either order do. False says nothing.
func (x *BoxIndex) Separate() bool {
	if x.n < 2 {
		return true
	}
	if !x.ordered || len(x.columns) == 0 {
		return false
	}
	changes := make([]int, len(x.columns))
	order := make([]int, len(x.columns))
	for k := range x.columns {
		c := &x.columns[k]
		order[k] = k
		for i := 1; i < x.n; i++ {
			if c.differs(i) {
				changes[k]++
			}
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return changes[a] - changes[b] })
	for i := 1; i < x.n; i++ {
		if !x.beyond(i, order) {
			return false
		}
	}
	return true
}

// beyond reports whether box i lies beyond box i-1 along the first axis in which they differ.
func (x *BoxIndex) beyond(i int, order []int) bool {
	for _, k := range order {
		c := &x.columns[k]
		if !c.differs(i) {
			continue
		}
		lo, _ := c.at(i)
		_, hi := c.at(i - 1)
		return lo > hi
	}
	return false
}

// differs reports whether entry i of the column is another one than entry i-1.
func (c *column) differs(i int) bool {
	if c.wlo != nil {
		return c.wlo[i] != c.wlo[i-1] || c.whi[i] != c.whi[i-1]
	}
	return c.lo[i] != c.lo[i-1] || c.hi[i] != c.hi[i-1]
}

// apart reports whether the boxes can be told apart by the axes along which any two of them have
// either the same range or ranges that do not meet: two boxes that differ along such an axis share
// no element. It finds what Separate finds in whatever order the boxes stand, by sorting. False
// says nothing.
func (x *BoxIndex) apart() bool {
	keys := make([]uint64, x.n)
	ranges := make([]placedRange, x.n)
	total := uint64(1)
	for k := range x.columns {
		classes := x.columns[k].classes(ranges)
		if classes == uint64(x.n) {
			return true
		}
		if classes == 0 {
			continue
		}
		var ok bool
		if total, ok = product(total, classes); !ok {
			return false
		}
		for _, r := range ranges {
			keys[r.place] = keys[r.place]*classes + r.lo
		}
	}
	if total < uint64(x.n) {
		return false
	}
	slices.Sort(keys)
	for i := 1; i < len(keys); i++ {
		if keys[i] == keys[i-1] {
			return false
		}
	}
	return true
}

type placedRange struct {
	lo, hi uint64
	place  uint32
}

// classes numbers the ranges of a column in their order, the number in place of lo, and returns
// how many there are; 0 if two ranges meet that are not the same.
func (c *column) classes(ranges []placedRange) uint64 {
	for i := range ranges {
		lo, hi := c.at(i)
		ranges[i] = placedRange{lo: lo, hi: hi, place: uint32(i)}
	}
	slices.SortFunc(ranges, func(a, b placedRange) int { return cmp.Compare(a.lo, b.lo) })
	class, prev := uint64(0), ranges[0]
	ranges[0].lo = 0
	for i := 1; i < len(ranges); i++ {
		r := ranges[i]
		switch {
		case r.lo > prev.hi:
			class++
		case r.lo != prev.lo || r.hi != prev.hi:
			return 0
		}
		ranges[i].lo, prev = class, r
	}
	return class + 1
}
