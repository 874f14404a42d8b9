package runtime

import (
	"errors"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// maxMaskPixels bounds a mask, which is made in memory: no detector has more pixels.
const maxMaskPixels = 1 << 30

// mask is a uint32 for each element of the last two axes: 1 where no mapping gives it at any index of the other axes.
func (l *Layout) mask() (ArrayValue, error) {
	if l == nil || len(l.extent) < 2 {
		return ArrayValue{}, errors.New("a mask is over the last two axes of a layout that has them")
	}
	shape, _, err := l.finalShape()
	mappings := &l.mappings
	if err == nil && l.hasWindow {
		mappings, shape, err = l.cut(shape)
	}
	if err != nil {
		return ArrayValue{}, err
	}
	rows, columns := shape[len(shape)-2], shape[len(shape)-1]
	if columns != 0 && rows > maxMaskPixels/columns {
		return ArrayValue{}, errors.New("the mask has more pixels than are made here")
	}
	mask := make([]uint32, rows*columns)
	for i := range mask {
		mask[i] = 1
	}
	// Members of one place, such as the files of a module, repeat its pixels.
	type place struct{ y, x dataspace.Dim }
	seen := map[place]bool{}
	for _, m := range mappings.all() {
		switch m.virtual.Kind() {
		case dataspace.KindAll:
			clear(mask)
		case dataspace.KindRegular:
			rank := m.virtual.Rank()
			p := place{m.virtual.Dim(rank - 2), m.virtual.Dim(rank - 1)}
			if !seen[p] {
				seen[p] = true
				eachOf(p.y, rows, func(y uint64) {
					eachOf(p.x, columns, func(x uint64) { mask[y*columns+x] = 0 })
				})
			}
		default:
			for box := range m.virtual.Boxes() {
				y, x := len(box.Start)-2, len(box.Start)-1
				for row := box.Start[y]; row < box.Start[y]+box.Count[y]; row++ {
					clear(mask[row*columns+box.Start[x]:][:box.Count[x]])
				}
			}
		}
	}
	return ArrayValue{Shape: []int{int(rows), int(columns)}, Data: mask}, nil
}

// eachOf visits the coordinates of one axis of a hyperslab that are less than n.
func eachOf(d dataspace.Dim, n uint64, visit func(uint64)) {
	for i := uint64(0); i < d.Count; i++ {
		for j := uint64(0); j < d.Block; j++ {
			at := d.Start + i*d.Stride + j
			if at >= n {
				return
			}
			visit(at)
		}
	}
}
