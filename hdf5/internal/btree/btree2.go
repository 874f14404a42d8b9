package btree

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// The types of records of a version-2 B-tree.
const (
	HugeIndirect         = 1
	HugeIndirectFiltered = 2
	HugeDirect           = 3
	HugeDirectFiltered   = 4
	LinkName             = 5
	LinkOrder            = 6
	SharedMessage        = 7
	AttributeName        = 8
	AttributeOrder       = 9
	Chunk2               = 10
	Chunk2Filtered       = 11
)

// maxDepth2 is the highest depth of a version-2 B-tree. Nodes have at least two children, and full ones dozens:
// libhdf5's own trees stay below 6.
const maxDepth2 = 16

// Tree2 is a version-2 B-tree. It is immutable, and safe for concurrent use.
type Tree2 struct {
	r          *block.Reader
	kind       uint8
	nodeSize   uint64
	recordSize int
	depth      int
	root       child2
	total      uint64
	levels     []level2 // by depth, leaves first
}

// level2 is what the nodes of one depth have in common.
type level2 struct {
	maxRecords uint64
	pointer    int    // bytes of a child pointer, 0 in leaves
	cumulative uint64 // most records of a subtree
	totalWidth int    // bytes of the number of records of a subtree in a pointer to such a node
}

// child2 points to a node.
type child2 struct {
	addr    uint64
	records uint64
}

// Open2 reads the header of a B-tree, whose records must be of the type kind and of recordSize bytes.
func Open2(r *block.Reader, addr uint64, kind uint8, recordSize int) (*Tree2, error) {
	const what = "B-tree header"
	sizes := r.Sizes()
	size := 22 + uint64(sizes.Offset) + uint64(sizes.Length)
	data, err := r.Load(addr, size, what, func(c *cursor.Cursor) error {
		c.Signature("BTHD")
		c.Version(0)
		c.Skip(size - 4 - uint64(c.Pos()))
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return nil, err
	}
	c := r.Over(data, addr, what)
	c.Skip(5)
	t := &Tree2{r: r, kind: c.U8(), nodeSize: uint64(c.U32()), recordSize: int(c.U16()), depth: int(c.U16())}
	c.Skip(2) // split and merge percents
	t.root = child2{addr: c.Address(), records: uint64(c.U16())}
	t.total = c.Length()
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case t.kind != kind:
		return nil, c.Fail("records of type %d are expected, found type %d", kind, t.kind)
	case t.recordSize != recordSize || recordSize < 1:
		return nil, c.Fail("records of %d bytes are expected, found %d", recordSize, t.recordSize)
	case t.depth > maxDepth2:
		return nil, c.Fail("depth %d is more than %d", t.depth, maxDepth2)
	case t.total > uint64(r.Size())/uint64(recordSize):
		return nil, c.Fail("%d records of %d bytes are more than the file holds", t.total, recordSize)
	case t.root.addr == cursor.Undefined:
		t.total, t.root.records, t.depth = 0, 0, 0
	}
	return t, t.derive(addr)
}

// overhead2 is the bytes of a node that are not records or pointers: signature, version, type and checksum.
const overhead2 = 4 + 1 + 1 + 4

// derive computes how many records fit in the nodes of each depth, and the widths of the fields of pointers.
func (t *Tree2) derive(addr uint64) error {
	size := uint64(t.recordSize)
	if t.nodeSize < overhead2+size {
		return t.r.Errorf(addr, "B-tree header: no record of %d bytes fits in a node of %d", t.recordSize, t.nodeSize)
	}
	most := (t.nodeSize - overhead2) / size
	t.levels = []level2{{maxRecords: most, cumulative: most}}
	countWidth := cursor.Width(most)
	for d := 1; d <= t.depth; d++ {
		below := t.levels[d-1]
		pointer := int(t.r.Sizes().Offset) + countWidth + below.totalWidth
		if t.nodeSize < overhead2+uint64(pointer) {
			return t.r.Errorf(addr, "B-tree header: no pointer fits in a node of %d bytes", t.nodeSize)
		}
		n := (t.nodeSize - overhead2 - uint64(pointer)) / (size + uint64(pointer))
		if n == 0 {
			return t.r.Errorf(addr, "B-tree header: no record fits in an inner node of %d bytes", t.nodeSize)
		}
		// cumulative may pass 2^64 in trees that no file could hold; their widths no longer matter.
		hi, lo := bits.Mul64(n+1, below.cumulative)
		sum, carry := bits.Add64(lo, n, 0)
		if hi != 0 || carry != 0 {
			return t.r.Errorf(addr, "B-tree header: depth %d with %d records in a node", t.depth, n)
		}
		t.levels = append(t.levels, level2{maxRecords: n, pointer: pointer, cumulative: sum, totalWidth: cursor.Width(sum)})
	}
	return nil
}

// Len is the number of records.
func (t *Tree2) Len() uint64 { return t.total }

// node2 is a node in memory.
type node2 struct {
	t        *Tree2
	addr     uint64
	depth    int
	count    int
	records  []byte
	pointers []byte
}

// read loads a node.
func (t *Tree2) read(at child2, depth int) (node2, error) {
	level := t.levels[depth]
	if at.records > level.maxRecords {
		return node2{}, t.r.Errorf(at.addr, "B-tree node: %d records, at most %d fit", at.records, level.maxRecords)
	}
	what, signature := "B-tree leaf", "BTLF"
	pointers := uint64(0)
	if depth > 0 {
		what, signature = "B-tree inner node", "BTIN"
		pointers = (at.records + 1) * uint64(level.pointer)
	}
	recordBytes := at.records * uint64(t.recordSize)
	data, err := t.r.Load(at.addr, overhead2+recordBytes+pointers, what, func(c *cursor.Cursor) error {
		c.Signature(signature)
		c.Version(0)
		if kind := c.U8(); c.Err() == nil && kind != t.kind {
			return c.Fail("records of type %d are expected, found type %d", t.kind, kind)
		}
		c.Skip(recordBytes + pointers)
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return node2{}, err
	}
	const prefix = 6
	return node2{
		t: t, addr: at.addr, depth: depth, count: int(at.records),
		records:  data[prefix : prefix+recordBytes],
		pointers: data[prefix+recordBytes : prefix+recordBytes+pointers],
	}, nil
}

func (n *node2) record(i int) []byte {
	size := n.t.recordSize
	return n.records[i*size : (i+1)*size : (i+1)*size]
}

func (n *node2) child(i int) child2 {
	level := n.t.levels[n.depth]
	c := n.t.r.Over(n.pointers[i*level.pointer:(i+1)*level.pointer], n.addr, "B-tree inner node")
	countWidth := cursor.Width(n.t.levels[0].maxRecords)
	return child2{addr: c.Address(), records: c.Uint(countWidth)}
}

// Find returns the record that compare finds equal. compare says how what is looked for lies to a record: before it (-1),
// after it (+1) or on it (0). The record must not be changed.
func (t *Tree2) Find(compare func(record []byte) (int, error)) (record []byte, found bool, err error) {
	if t.total == 0 {
		return nil, false, nil
	}
	at := t.root
	for depth := t.depth; ; depth-- {
		node, err := t.read(at, depth)
		if err != nil {
			return nil, false, err
		}
		low, high := 0, node.count
		for low < high {
			middle := int(uint(low+high) >> 1)
			order, err := compare(node.record(middle))
			if err != nil {
				return nil, false, err
			}
			switch {
			case order < 0:
				high = middle
			case order > 0:
				low = middle + 1
			default:
				return node.record(middle), true, nil
			}
		}
		if depth == 0 {
			return nil, false, nil
		}
		at = node.child(low)
	}
}

// Walk visits all records in order, until visit returns false or an error. Records must not be changed.
func (t *Tree2) Walk(visit func(record []byte) (bool, error)) error {
	if t.total == 0 {
		return nil
	}
	w := walker2{t: t, left: t.total, visit: visit}
	_, err := w.node(t.root, t.depth)
	return err
}

type walker2 struct {
	t     *Tree2
	left  uint64 // records that may still come: a tree that has more is wrong, maybe without end
	visit func(record []byte) (bool, error)
}

func (w *walker2) node(at child2, depth int) (bool, error) {
	node, err := w.t.read(at, depth)
	if err != nil {
		return false, err
	}
	if uint64(node.count) > w.left {
		return false, w.t.r.Errorf(at.addr, "B-tree node: there are more records than the %d of the header", w.t.total)
	}
	w.left -= uint64(node.count)
	for i := 0; ; i++ {
		if depth > 0 {
			if more, err := w.node(node.child(i), depth-1); err != nil || !more {
				return false, err
			}
		}
		if i == node.count {
			return true, nil
		}
		if more, err := w.visit(node.record(i)); err != nil || !more {
			return false, err
		}
	}
}
