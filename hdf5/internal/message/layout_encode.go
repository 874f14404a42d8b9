package message

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// Append appends the body of a data layout message: of its Version where that can say it, else version 3 for compact and contiguous storage and
// chunks found by a version-1 B-tree, which every library reads, and version 4 for others. Compact data are at most 65,531 bytes.
func (m Layout) Append(b []byte) []byte {
	switch m.Class {
	case LayoutCompact:
		b = append(b, max(m.Version, 3), byte(m.Class))
		b = cursor.AppendUint(b, uint64(len(m.Data)), 2)
		return append(b, m.Data...)
	case LayoutContiguous:
		b = append(b, max(m.Version, 3), byte(m.Class))
		b = cursor.AppendUint(b, m.Address, 8)
		return cursor.AppendUint(b, m.Size, 8)
	case LayoutVirtual:
		b = append(b, 4, byte(m.Class))
		b = cursor.AppendUint(b, m.Address, 8)
		return cursor.AppendUint(b, uint64(m.HeapIndex), 4)
	}
	if m.Index == IndexBTree1 {
		return m.appendBTree1(b)
	}
	width := cursor.Width(max(slices.Max(m.ChunkDims), m.ElementSize))
	b = append(b, max(m.Version, 4), byte(m.Class), m.Flags, byte(len(m.ChunkDims)+1), byte(width))
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

// appendBTree1 appends version 3 of a chunked layout.
func (m Layout) appendBTree1(b []byte) []byte {
	b = append(b, 3, byte(m.Class), byte(len(m.ChunkDims)+1))
	b = cursor.AppendUint(b, m.Address, 8)
	for _, d := range m.ChunkDims {
		b = cursor.AppendUint(b, d, 4)
	}
	return cursor.AppendUint(b, m.ElementSize, 4)
}
