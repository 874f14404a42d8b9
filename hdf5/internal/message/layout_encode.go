package message

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// Append appends the body of a data layout message: version 3 for compact and contiguous storage, which every library reads, else version 4.
// Compact data are at most 65,531 bytes.
func (m Layout) Append(b []byte) []byte {
	switch m.Class {
	case LayoutCompact:
		b = append(b, 3, byte(m.Class))
		b = cursor.AppendUint(b, uint64(len(m.Data)), 2)
		return append(b, m.Data...)
	case LayoutContiguous:
		b = append(b, 3, byte(m.Class))
		b = cursor.AppendUint(b, m.Address, 8)
		return cursor.AppendUint(b, m.Size, 8)
	case LayoutVirtual:
		b = append(b, 4, byte(m.Class))
		b = cursor.AppendUint(b, m.Address, 8)
		return cursor.AppendUint(b, uint64(m.HeapIndex), 4)
	}
	width := cursor.Width(max(slices.Max(m.ChunkDims), m.ElementSize))
	b = append(b, 4, byte(m.Class), m.Flags, byte(len(m.ChunkDims)+1), byte(width))
	for _, d := range m.ChunkDims {
		b = cursor.AppendUint(b, d, width)
	}
	b = cursor.AppendUint(b, m.ElementSize, width)
	b = append(b, byte(m.Index))
	switch m.Index {
	case IndexSingle:
		if m.Flags&ChunkSingleFiltered != 0 {
			b = cursor.AppendUint(b, m.SingleSize, 8)
			b = cursor.AppendUint(b, uint64(m.SingleMask), 4)
		}
	case IndexFixedArray:
		b = append(b, m.PageBits)
	case IndexExtensibleArray:
		b = append(b, m.MaxBits, m.IndexElements, m.MinPointers, m.MinElements, m.PageBits)
	case IndexBTree2:
		b = cursor.AppendUint(b, uint64(m.NodeSize), 4)
		b = append(b, m.Split, m.Merge)
	}
	return cursor.AppendUint(b, m.Address, 8)
}
