// Package btree reads the B-trees of HDF5: version 1 (III.A.1), which finds the links of old-style groups and the chunks of
// old-style datasets, and version 2 (III.A.2), which does the same for newer ones and finds huge objects and attributes.
package btree

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// The types of nodes of a version-1 B-tree.
const (
	Group1 = 0
	Chunk1 = 1
)

// maxLevel1 is the highest level of a version-1 B-tree: with the fewest children of a full node, 2, its leaves would
// have more entries than any file has bytes.
const maxLevel1 = 48

// Node1 is a node of a version-1 B-tree: children, and a key before each and after the last.
type Node1 struct {
	Level    int // 0: a leaf
	Children int // number of children
	keySize  int
	sizes    cursor.Sizes
	entries  []byte // key 0, child 0, key 1, … key n
}

// ReadNode1 reads a node. keySize is the number of bytes of a key.
func ReadNode1(r *block.Reader, addr uint64, kind uint8, keySize int) (Node1, error) {
	const what = "B-tree node"
	sizes := r.Sizes()
	prefix := 8 + 2*uint64(sizes.Offset)
	node := Node1{keySize: keySize, sizes: sizes}
	data, kept := r.Loaded(addr)
	if !kept || uint64(len(data)) < prefix {
		// The number of children is in the prefix: the node is read in two steps, of which the second one finds its bytes in memory.
		var err error
		if data, err = r.Bytes(addr, prefix, what); err != nil {
			return Node1{}, err
		}
	}
	head := r.Over(data[:prefix], addr, what)
	if err := node.prefix(&head, kind); err != nil {
		return Node1{}, err
	}
	n := uint64(node.Children)
	size := prefix + n*(uint64(keySize)+uint64(sizes.Offset)) + uint64(keySize)
	if uint64(len(data)) != size {
		var err error
		if data, err = r.Load(addr, size, what, func(*cursor.Cursor) error { return nil }); err != nil {
			return Node1{}, err
		}
	}
	node.entries = data[prefix:]
	return node, nil
}

func (n *Node1) prefix(c *cursor.Cursor, kind uint8) error {
	c.Signature("TREE")
	stored := c.U8()
	n.Level = int(c.U8())
	n.Children = int(c.U16())
	switch {
	case c.Err() != nil:
		return c.Err()
	case stored != kind:
		return c.Fail("nodes of type %d are expected, found type %d", kind, stored)
	case n.Level > maxLevel1:
		return c.Fail("level %d of a B-tree", n.Level)
	}
	return nil
}

// Key returns the bytes of key i, 0 to Children.
func (n *Node1) Key(i int) []byte {
	at := i * (n.keySize + int(n.sizes.Offset))
	return n.entries[at : at+n.keySize]
}

// Child returns the address of child i.
func (n *Node1) Child(i int) uint64 {
	at := i*(n.keySize+int(n.sizes.Offset)) + n.keySize
	c := cursor.New("", 0, n.entries[at:at+int(n.sizes.Offset)], n.sizes, "")
	return c.Address()
}

// Find1 goes down to a leaf and returns the entry that may hold what is looked for. compare says how it lies to
// a child with the keys left and right: below it (-1), above it (+1) or within (0). found is false when no child is right.
func Find1(r *block.Reader, addr uint64, kind uint8, keySize int, compare func(left, right []byte) (int, error)) (leaf Node1, entry int, found bool, err error) {
	level := -1
	for {
		node, err := ReadNode1(r, addr, kind, keySize)
		if err != nil {
			return Node1{}, 0, false, err
		}
		if level >= 0 && node.Level != level-1 {
			return Node1{}, 0, false, r.Errorf(addr, "B-tree node: level %d below level %d", node.Level, level)
		}
		level = node.Level
		low, high := 0, node.Children
		found := false
		for low < high && !found {
			middle := int(uint(low+high) >> 1)
			order, err := compare(node.Key(middle), node.Key(middle+1))
			if err != nil {
				return Node1{}, 0, false, err
			}
			switch {
			case order < 0:
				high = middle
			case order > 0:
				low = middle + 1
			default:
				low, found = middle, true
			}
		}
		if !found || level == 0 {
			return node, low, found, nil
		}
		addr = node.Child(low)
	}
}

// Walk1 visits the children of all leaves, in order, until visit returns false or an error.
func Walk1(r *block.Reader, addr uint64, kind uint8, keySize int, visit func(key []byte, child uint64) (bool, error)) error {
	w := walker1{r: r, kind: kind, keySize: keySize, visit: visit, seen: map[uint64]struct{}{}}
	_, err := w.node(addr, -1)
	return err
}

type walker1 struct {
	r       *block.Reader
	kind    uint8
	keySize int
	visit   func(key []byte, child uint64) (bool, error)
	seen    map[uint64]struct{} // nodes, each of which has one parent
	bytes   uint64              // of all nodes so far; they do not overlap, so that they fit in the file
}

// node visits what is below a node; level is that of its parent, -1 for the root.
func (w *walker1) node(addr uint64, level int) (bool, error) {
	if _, twice := w.seen[addr]; twice {
		return false, w.r.Errorf(addr, "B-tree node: it is reached twice")
	}
	w.seen[addr] = struct{}{}
	node, err := ReadNode1(w.r, addr, w.kind, w.keySize)
	if err != nil {
		return false, err
	}
	if level >= 0 && node.Level != level-1 {
		return false, w.r.Errorf(addr, "B-tree node: level %d below level %d", node.Level, level)
	}
	if w.bytes += uint64(len(node.entries)); w.bytes > uint64(w.r.Size()) {
		return false, w.r.Errorf(addr, "B-tree node: the nodes of the tree have more bytes than the file")
	}
	for i := range node.Children {
		var more bool
		if node.Level > 0 {
			more, err = w.node(node.Child(i), node.Level)
		} else {
			more, err = w.visit(node.Key(i), node.Child(i))
		}
		if err != nil || !more {
			return false, err
		}
	}
	return true, nil
}
