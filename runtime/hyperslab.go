package runtime

import (
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// errListOrder says what a list of indices of a mapping must be.
var errListOrder = errors.New("the indices of a mapping must increase: HDF5 stores them as a set")

// hyperslab is the selection of resolved axes as HDF5 stores it: a regular hyperslab where every axis is one piece. room may be nil.
func hyperslab(axes []axis, room []dataspace.Dim) (dataspace.Selection, error) {
	if dims, ok := regularDims(room, axes); ok {
		return dataspace.Regular(dims...)
	}
	for i := range axes {
		switch {
		case len(axes[i].pieces) != 1:
			return union(axes)
		case axes[i].pieces[0].count == 0:
			return dataspace.None(), nil
		}
	}
	return dataspace.All(), nil // a scalar
}

// regularDims is axes that are one piece each, none of them empty, in room; it is not ok where they are not, or where there are none.
func regularDims(room []dataspace.Dim, axes []axis) ([]dataspace.Dim, bool) {
	dims := room[:0]
	for i := range axes {
		if len(axes[i].pieces) != 1 || axes[i].pieces[0].count == 0 {
			return nil, false
		}
		p := &axes[i].pieces[0]
		if p.stride == 1 && p.block == 1 && p.count != dataspace.Unlimited {
			dims = append(dims, dataspace.Range(p.start, p.start+p.count))
			continue
		}
		dims = append(dims, dataspace.Dim{Start: p.start, Stride: p.stride, Count: p.count, Block: p.block})
	}
	return dims, len(axes) > 0
}

// maxBoxes bounds the boxes of one irregular selection, each of which takes 16 bytes an axis in the file.
const maxBoxes = 1 << 20

// union is the selection of axes of which one has several pieces.
func union(axes []axis) (dataspace.Selection, error) {
	runs := make([][]piece, len(axes))
	boxes := 1
	for i := range axes {
		if axes[i].length() == unknownExtent {
			return dataspace.Selection{}, errors.New("an unlimited axis and a list of indices do not go together")
		}
		var err error
		if runs[i], err = axes[i].runs(); err != nil {
			return dataspace.Selection{}, err
		}
		if boxes *= len(runs[i]); boxes > maxBoxes {
			return dataspace.Selection{}, fmt.Errorf("the selection falls into more than %d boxes", maxBoxes)
		}
	}
	if boxes == 0 {
		return dataspace.None(), nil
	}
	all := make([]dataspace.Box, 0, boxes)
	number := make([]int, len(axes))
	for {
		box := dataspace.Box{Start: make([]uint64, len(axes)), Count: make([]uint64, len(axes))}
		for i, r := range runs {
			box.Start[i], box.Count[i] = r[number[i]].start, r[number[i]].count
		}
		all = append(all, box)
		if !advance(number, func(i int) int { return len(runs[i]) }) {
			return dataspace.Boxes(len(axes), all)
		}
	}
}

// advance counts number up in row-major order and is false after the last.
func advance(number []int, limit func(i int) int) bool {
	for i := len(number) - 1; i >= 0; i-- {
		if number[i]++; number[i] < limit(i) {
			return true
		}
		number[i] = 0
	}
	return false
}

// runs is the coordinates of an axis as runs without gaps, in increasing order.
func (a *axis) runs() ([]piece, error) {
	var runs []piece
	for _, p := range a.pieces {
		if p.count*p.block > maxBoxes && p.stride > 1 && p.count > 1 {
			return nil, fmt.Errorf("the selection falls into more than %d boxes", maxBoxes)
		}
		t := p.tidy()
		if t.stride == 1 && t.count > 0 {
			t = piece{start: t.start, stride: t.count, count: 1, block: t.count}
		}
		for i := range t.count {
			r := run(t.start+i*t.stride, t.block)
			if n := len(runs); n > 0 {
				if r.start < runs[n-1].end() {
					return nil, errListOrder
				}
				if r.start == runs[n-1].end() {
					runs[n-1].count += r.count
					continue
				}
			}
			runs = append(runs, r)
		}
	}
	return runs, nil
}

// selectionCount is the number of elements that axes select, unknownExtent where one has no end.
func selectionCount(axes []axis) uint64 {
	n := uint64(1)
	for i := range axes {
		l := axes[i].length()
		if l == unknownExtent {
			return unknownExtent
		}
		n = saturatingMul(n, l)
	}
	return n
}

// checkedCount is the number of elements of a selection that must lie inside extent, unknownExtent where it has no end.
func checkedCount(s dataspace.Selection, extent []uint64) (uint64, error) {
	switch s.Kind() {
	case dataspace.KindNone:
		return 0, nil
	case dataspace.KindPoints:
		return 0, errors.New("libhdf5 does not map lists of points")
	case dataspace.KindAll:
		n := uint64(1)
		for _, e := range extent {
			if e == unknownExtent {
				return 0, errors.New("ALL of an axis of unknown length has no fixed number of elements")
			}
			n = saturatingMul(n, e)
		}
		return n, nil
	}
	if s.Rank() != len(extent) {
		return 0, fmt.Errorf("the selection %v has %s, and the dataset %s", s, plural(s.Rank(), "axis", "axes"), plural(len(extent), "axis", "axes"))
	}
	unlimited, open := s.UnlimitedAxis()
	var lo, hi [dataspace.MaxRank]uint64
	if s.BoundsInto(lo[:], hi[:]) {
		for i, h := range hi[:len(extent)] {
			if (!open || i != unlimited) && extent[i] != unknownExtent && h >= extent[i] {
				return 0, fmt.Errorf("the selection %v reaches to %d along axis %d, which has %d elements", s, h, i, extent[i])
			}
		}
	}
	if open {
		return unknownExtent, nil
	}
	return s.Count(extent)
}
