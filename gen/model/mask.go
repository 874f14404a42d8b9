package model

import (
	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// maxMaskPixels bounds a mask: 2^28 pixels are 1 GiB, sixteen times the largest detector.
const maxMaskPixels = 1 << 28

// maskGap is bit 0 of a NeXus pixel_mask: no sensor here (NXdetector/pixel_mask).
const maskGap = 1

// mask computes the values of a `mask` dataset: gap where no mapping of covered reaches,
// on the last two axes. A pixel that some frame lacks and another has is not a gap.
func (lo *lowerer) mask(d, covered *LoweredDataset) {
	d.Attrs = lo.attrs(d.Virtual.Attrs)
	rank := len(covered.Shape)
	rows, cols := covered.Shape[rank-2], covered.Shape[rank-1]
	d.Shape, d.MaxShape = []uint64{rows, cols}, []uint64{rows, cols}
	if rows != 0 && cols > maxMaskPixels/rows {
		lo.list.Errorf(d.Virtual.Pos, diag.BadMask, "mask %s would hold %d × %d pixels; the limit is %d", d.Path, rows, cols, maxMaskPixels)
		return
	}
	d.Mask = make([]uint32, rows*cols)
	for i := range d.Mask {
		d.Mask[i] = maskGap
	}
	seen := map[[2]dataspace.Dim]bool{}
	for _, m := range covered.Mappings {
		dims := m.Virtual.Dims()
		key := [2]dataspace.Dim{dims[rank-2], dims[rank-1]}
		if seen[key] {
			continue
		}
		seen[key] = true
		eachCoordinate(key[0], func(r uint64) {
			eachCoordinate(key[1], func(c uint64) { d.Mask[r*cols+c] &^= maskGap })
		})
	}
}

func eachCoordinate(d dataspace.Dim, f func(uint64)) {
	for i := range d.Count {
		for j := range d.Block {
			f(d.Start + i*d.Stride + j)
		}
	}
}
