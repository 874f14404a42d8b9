package btree

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Bulk1 writes a whole version 1 B-tree from children that are already sorted.
type Bulk1 struct {
	Type    uint8 // Group1 or Chunk1
	K       int   // half the children of a full node; the file's own, because every node takes the room of a full one
	KeySize int   // bytes
}

// written1 is a node, or a child of a leaf, that has its place.
type written1 struct {
	address uint64
	key     int // the first key, the one before it
}

// Write writes the nodes over the children, at least one node, and returns the address of the root. key appends key i, which is before child i, or behind the last
// one for i = len(children); it has exactly KeySize bytes.
func (t Bulk1) Write(out *store.File, children []uint64, key func(b []byte, i int) []byte) (uint64, error) {
	below := make([]written1, len(children))
	for i, address := range children {
		below[i] = written1{address, i}
	}
	for level := 0; ; level++ {
		nodes, err := t.level(out, level, below, len(children), key)
		if err != nil {
			return 0, err
		}
		if len(nodes) == 1 {
			return nodes[0].address, nil
		}
		below = nodes
	}
}

// nodeBytes is the size of every node.
func (t Bulk1) nodeBytes() uint64 { return uint64(8 + 2*8 + 2*t.K*(8+t.KeySize) + t.KeySize) }

// level writes the nodes over those of the level below, as few as hold them, filled evenly.
func (t Bulk1) level(out *store.File, level int, below []written1, last int, key func(b []byte, i int) []byte) ([]written1, error) {
	count := max((len(below)+2*t.K-1)/(2*t.K), 1)
	nodes := make([]written1, count)
	bounds := make([]int, count+1)
	for i := range nodes {
		bounds[i+1] = len(below) * (i + 1) / count
		nodes[i].address = out.Allocate(t.nodeBytes(), store.AlignMetadata)
		if bounds[i] < len(below) {
			nodes[i].key = below[bounds[i]].key
		}
	}
	b := make([]byte, 0, t.nodeBytes())
	for i, node := range nodes {
		inside := below[bounds[i]:bounds[i+1]]
		b = append(b[:0], "TREE"...)
		b = append(b, t.Type, byte(level))
		b = cursor.AppendUint(b, uint64(len(inside)), 2)
		left, right := cursor.Undefined, cursor.Undefined
		end := last
		if i > 0 {
			left = nodes[i-1].address
		}
		if i < count-1 {
			right, end = nodes[i+1].address, nodes[i+1].key
		}
		b = cursor.AppendUint(b, left, 8)
		b = cursor.AppendUint(b, right, 8)
		for _, child := range inside {
			b = key(b, child.key)
			b = cursor.AppendUint(b, child.address, 8)
		}
		b = key(b, end)
		// The rest of a node is never written: it reads as zeros.
		if err := out.WriteAt(b, node.address); err != nil {
			return nil, err
		}
	}
	return nodes, nil
}
