package block

import (
	"cmp"
	"io"
	"slices"
)

// Patch is bytes that stand in place of those at an offset of a file.
type Patch struct {
	Offset int64
	Data   []byte
}

// Overlay makes the Reader see patches in place of what the file has there. The patches must not overlap. It is called once, before
// the Reader is shared.
func (r *Reader) Overlay(patches []Patch) {
	slices.SortFunc(patches, func(a, b Patch) int { return cmp.Compare(a.Offset, b.Offset) })
	r.src = &overlay{src: r.src, patches: patches}
	r.Forget()
}

// overlay is a file with patches, in the order of their offsets.
type overlay struct {
	src     io.ReaderAt
	patches []Patch
}

func (o *overlay) ReadAt(p []byte, off int64) (int, error) {
	n, err := o.src.ReadAt(p, off)
	end := off + int64(n)
	first, _ := slices.BinarySearchFunc(o.patches, off, func(x Patch, off int64) int {
		return cmp.Compare(x.Offset+int64(len(x.Data)), off+1)
	})
	for _, x := range o.patches[first:] {
		if x.Offset >= end {
			break
		}
		from, to := max(x.Offset, off), min(x.Offset+int64(len(x.Data)), end)
		copy(p[from-off:to-off], x.Data[from-x.Offset:])
	}
	return n, err
}
