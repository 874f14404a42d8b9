package chunkindex

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Constants of trees of chunks that are written; the library's own.
const (
	chunkNode       = 2048 // bytes of a node
	chunkSplit      = 100
	chunkMerge      = 40
	chunkUnfiltered = 10 // record types
	chunkFiltered   = 11
)

// WriteBTree2 writes the index of a chunked dataset with several unlimited axes, and puts into the layout where it is. chunks are
// sorted by number and unique; in the numbering axis 0 changes most slowly.
func WriteBTree2(out *store.File, l *message.Layout, filtered bool, chunks []Stored, numbering Numbering) error {
	scaled := make([]uint64, len(l.ChunkDims))
	chunkBytes, _ := l.ChunkBytes()
	e := newElement(filtered, chunkBytes)
	tree := btree.Bulk{Type: chunkUnfiltered, NodeSize: chunkNode, RecordSize: e.size() + 8*len(scaled)}
	if filtered {
		tree.Type = chunkFiltered
	}
	l.Index, l.NodeSize, l.Split, l.Merge, l.Address = message.IndexBTree2, chunkNode, chunkSplit, chunkMerge, cursor.Undefined
	if len(chunks) == 0 {
		return nil
	}
	var err error
	l.Address, err = tree.Write(out, len(chunks), func(b []byte, i int) []byte {
		b = e.append(b, chunks[i])
		numbering.Scaled(scaled, chunks[i].Number)
		for _, c := range scaled {
			b = cursor.AppendUint(b, c, 8)
		}
		return b
	})
	return err
}
