package btree

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Split and merge percentages of the trees that are written; the library's own.
const (
	splitPercent = 100
	mergePercent = 40
)

// nodeOverhead is what a node of a version 2 B-tree holds besides records and pointers: signature, version, type, checksum.
const nodeOverhead = 4 + 1 + 1 + 4

// maxWrittenDepth bounds the trees that are written: with the smallest node that is allowed, this holds more records than memory.
const maxWrittenDepth = 40

// Bulk writes a whole version 2 B-tree from records that are already sorted.
type Bulk struct {
	Type       uint8 // of the records
	NodeSize   int   // bytes; a node holds at least two records
	RecordSize int   // bytes
}

// level is what is fixed for all nodes of one depth.
type level struct {
	records int    // most records of one node
	subtree uint64 // most records of a node and all below it
	width   int    // bytes of a number of records of a subtree in a pointer to such a node; 0 for leaves
}

// bulk is a tree that is being written.
type bulk struct {
	Bulk
	out     *store.File
	levels  []level
	width   int // bytes of a number of records of one node
	record  func(b []byte, i int) []byte
	scratch []byte
}

// child is a node that was written.
type child struct {
	address uint64
	records int // in the node itself
	total   int // with all below it
}

// Write writes the nodes and the header of a tree of n records and returns the address of the header. record appends record i, which has
// exactly RecordSize bytes; it is called once for each, not in order.
func (b Bulk) Write(out *store.File, n int, record func(b []byte, i int) []byte) (uint64, error) {
	w := bulk{Bulk: b, out: out, record: record}
	w.plan(n)
	root := child{address: cursor.Undefined}
	if n > 0 {
		var err error
		if root, err = w.node(len(w.levels)-1, 0, n); err != nil {
			return 0, err
		}
	}
	h := append([]byte("BTHD"), 0, b.Type)
	h = cursor.AppendUint(h, uint64(b.NodeSize), 4)
	h = cursor.AppendUint(h, uint64(b.RecordSize), 2)
	h = cursor.AppendUint(h, uint64(len(w.levels)-1), 2)
	h = append(h, splitPercent, mergePercent)
	h = cursor.AppendUint(h, root.address, 8)
	h = cursor.AppendUint(h, uint64(root.records), 2)
	h = cursor.AppendUint(h, uint64(n), 8)
	return out.Append(cursor.AppendChecksum(h, 0), store.AlignMetadata)
}

// plan works out the depths, from the leaves up to the first that holds n records.
func (w *bulk) plan(n int) {
	leaf := (w.NodeSize - nodeOverhead) / w.RecordSize
	w.width = cursor.Width(uint64(leaf))
	w.levels = []level{{records: leaf, subtree: uint64(leaf)}}
	for len(w.levels) < maxWrittenDepth {
		below := w.levels[len(w.levels)-1]
		if below.subtree >= uint64(n) {
			return
		}
		pointer := 8 + w.width + below.width
		records := (w.NodeSize - nodeOverhead - pointer) / (w.RecordSize + pointer)
		subtree := uint64(records+1)*below.subtree + uint64(records)
		w.levels = append(w.levels, level{records: records, subtree: subtree, width: cursor.Width(subtree)})
	}
}

// node writes the records first to first+n-1 as a node of the given depth, with what is below it.
func (w *bulk) node(depth, first, n int) (child, error) {
	if depth == 0 {
		b := append(w.scratch[:0], "BTLF"...)
		b = append(b, 0, w.Type)
		for i := range n {
			b = w.record(b, first+i)
		}
		return w.write(b, n, n)
	}
	// As few children as hold the records, filled evenly; a record stands between two of them.
	below := w.levels[depth-1]
	children := 2
	if most := below.subtree + 1; uint64(n+1) > 2*most {
		children = int((uint64(n+1) + most - 1) / most)
	}
	if children-1 > w.levels[depth].records {
		return child{}, fmt.Errorf("a B-tree of depth %d cannot hold %d records", depth, n)
	}
	inChildren := n - (children - 1)
	between := make([]int, 0, children-1)
	pointers := make([]byte, 0, children*(8+w.width+below.width))
	for i := range children {
		size := inChildren / children
		if i < inChildren%children {
			size++
		}
		c, err := w.node(depth-1, first, size)
		if err != nil {
			return child{}, err
		}
		pointers = cursor.AppendUint(pointers, c.address, 8)
		pointers = cursor.AppendUint(pointers, uint64(c.records), w.width)
		if depth > 1 {
			pointers = cursor.AppendUint(pointers, uint64(c.total), below.width)
		}
		first += size
		if i < children-1 {
			between = append(between, first)
			first++
		}
	}
	b := append(w.scratch[:0], "BTIN"...)
	b = append(b, 0, w.Type)
	for _, i := range between {
		b = w.record(b, i)
	}
	b = append(b, pointers...)
	return w.write(b, len(between), n)
}

// write writes a node, which takes a whole node's size in the file.
func (w *bulk) write(b []byte, records, total int) (child, error) {
	b = cursor.AppendChecksum(b, 0)
	used := len(b)
	for len(b) < w.NodeSize {
		b = append(b, 0)
	}
	w.scratch = b
	if used > w.NodeSize {
		return child{}, fmt.Errorf("a B-tree node of %d bytes is larger than %d", used, w.NodeSize)
	}
	address, err := w.out.Append(b, store.AlignMetadata)
	return child{address: address, records: records, total: total}, err
}
