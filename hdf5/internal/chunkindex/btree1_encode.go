package chunkindex

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// WriteBTree1 writes the index of a chunked dataset of layout version 3, and puts into the layout where it is. chunks are sorted by number and
// unique; in the numbering axis 0 changes most slowly. k is half the most children of a node, which is the file's own.
func WriteBTree1(out *store.File, l *message.Layout, k int, chunks []Stored, numbering Numbering) error {
	l.Index, l.Address = message.IndexBTree1, cursor.Undefined
	if len(chunks) == 0 {
		return nil
	}
	scaled := make([]uint64, len(l.ChunkDims))
	children := make([]uint64, len(chunks))
	for i, c := range chunks {
		children[i] = c.Address
	}
	tree := btree.Bulk1{Type: btree.Chunk1, K: k, KeySize: 8 + 8*(len(scaled)+1)}
	var err error
	l.Address, err = tree.Write(out, children, func(b []byte, i int) []byte {
		c, beyond := chunks[min(i, len(chunks)-1)], uint64(0)
		if i == len(chunks) {
			// The key behind the last chunk is one chunk further along every axis, the axis within an element among them, and has no bytes.
			c.Size, c.Mask, beyond = 0, 0, 1
		}
		b = cursor.AppendUint(b, c.Size, 4)
		b = cursor.AppendUint(b, uint64(c.Mask), 4)
		numbering.Scaled(scaled, c.Number)
		for axis, s := range scaled {
			b = cursor.AppendUint(b, (s+beyond)*l.ChunkDims[axis], 8)
		}
		return cursor.AppendUint(b, beyond*l.ElementSize, 8)
	})
	return err
}
