package heap

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// What all fractal heaps that are written have in common; the library's own constants for links and attributes.
const (
	tableWidth  = 4     // blocks of a row
	maxDirect   = 65536 // bytes of the largest direct block
	maxManaged  = 4096  // bytes of the largest object in a block; larger ones are huge
	headerBytes = 146   // of a heap without filters

	hugeRecord   = 24 // bytes of a record of the tree of huge objects: address, length, ID
	hugeTreeType = 1
	hugeTreeNode = 512 // bytes
)

// FractalShape is what differs between heaps.
type FractalShape struct {
	IDLength  int // bytes of a heap ID
	Start     int // bytes of the smallest block
	OffsetBit int // bits of an offset in the heap
}

// The library's own shapes.
var (
	LinkHeap      = FractalShape{IDLength: 7, Start: 512, OffsetBit: 32}
	AttributeHeap = FractalShape{IDLength: 8, Start: 1024, OffsetBit: 40}
)

// ID is a heap ID; the shape says how many of its bytes count.
type ID [8]byte

// FractalEncoder writes a fractal heap: objects one after another into direct blocks of growing size, then the indirect blocks that find them.
// It never writes free-space information: the library does without and makes its own when it adds objects.
type FractalEncoder struct {
	shape   FractalShape
	out     *store.File
	header  uint64 // address
	root    *indirect
	at      []*indirect // from the root down to the indirect block that holds the next slot
	block   []byte      // the open direct block
	filled  int         // bytes of it in use
	offset  uint64      // of the open block in the heap
	address uint64      // of the open block in the file
	blocks  int         // direct blocks so far
	alloced uint64      // bytes of direct blocks
	objects uint64
	used    uint64 // bytes of objects
	huge    []hugeObject
	bytes   uint64 // of huge objects
}

type hugeObject struct{ address, size uint64 }

// indirect is an indirect block in the making: the doubling table of a part of the heap.
type indirect struct {
	offset   uint64
	rows     int // that it may have
	next     int // slot that comes next
	children []uint64
	below    map[int]*indirect // slots of rows of indirect blocks
}

// NewFractalEncoder starts a heap.
func NewFractalEncoder(out *store.File, shape FractalShape) *FractalEncoder {
	h := &FractalEncoder{shape: shape, out: out, header: out.Allocate(headerBytes, store.AlignMetadata)}
	h.root = &indirect{rows: shape.OffsetBit - log2(uint64(shape.Start*tableWidth)) + 1}
	h.at = []*indirect{h.root}
	return h
}

// rowSize is the number of bytes of each block of a row.
func (s FractalShape) rowSize(row int) uint64 {
	if row == 0 {
		return uint64(s.Start)
	}
	return uint64(s.Start) << (row - 1)
}

// rowOffset is where a row starts in the part of the heap that an indirect block covers.
func (s FractalShape) rowOffset(row int) uint64 {
	if row == 0 {
		return 0
	}
	return uint64(s.Start*tableWidth) << (row - 1)
}

// directRows is the number of rows of direct blocks; below them stand indirect blocks.
func (s FractalShape) directRows() int { return log2(maxDirect) - log2(uint64(s.Start)) + 2 }

// rowsBelow is the number of rows of an indirect block that stands in a row.
func (s FractalShape) rowsBelow(row int) int {
	return log2(s.rowSize(row)) - log2(uint64(s.Start*tableWidth)) + 1
}

func (s FractalShape) offsetWidth() int { return (s.OffsetBit + 7) / 8 }

// prefix is the number of bytes of a direct block before its objects.
func (s FractalShape) prefix() int { return 4 + 1 + 8 + s.offsetWidth() + 4 }

// Add stores an object, of at least one byte, and returns its ID.
func (h *FractalEncoder) Add(object []byte) (ID, error) {
	if len(object) > maxManaged {
		return h.addHuge(object)
	}
	if h.filled+len(object) > len(h.block) {
		if err := h.nextBlock(len(object)); err != nil {
			return ID{}, err
		}
	}
	copy(h.block[h.filled:], object)
	id := append(make([]byte, 0, len(ID{})), idManaged<<4)
	id = cursor.AppendUint(id, h.offset+uint64(h.filled), h.shape.offsetWidth())
	id = cursor.AppendUint(id, uint64(len(object)), 2)
	h.filled += len(object)
	h.objects++
	h.used += uint64(len(object))
	return ID(id[:len(ID{})]), nil
}

// addHuge stores an object outside of the blocks. Its ID is a key of the tree of huge objects.
func (h *FractalEncoder) addHuge(object []byte) (ID, error) {
	address, err := h.out.Append(object, store.AlignMetadata)
	if err != nil {
		return ID{}, err
	}
	h.huge = append(h.huge, hugeObject{address, uint64(len(object))})
	h.bytes += uint64(len(object))
	id := append(make([]byte, 0, len(ID{})), idHuge<<4)
	id = cursor.AppendUint(id, uint64(len(h.huge)), len(ID{})-1)
	return ID(id), nil
}

// nextBlock ends the open direct block and opens the next that has room for an object of n bytes. Smaller blocks on the way are never made.
func (h *FractalEncoder) nextBlock(n int) error {
	if err := h.endBlock(); err != nil {
		return err
	}
	need := uint64(h.shape.prefix() + n)
	for {
		b := h.at[len(h.at)-1]
		row := b.next / tableWidth
		if row >= b.rows {
			if len(h.at) == 1 {
				return fmt.Errorf("a fractal heap with offsets of %d bits is full", h.shape.OffsetBit)
			}
			h.at = h.at[:len(h.at)-1]
			continue
		}
		slot := b.next
		b.next++
		size := h.shape.rowSize(row)
		offset := b.offset + h.shape.rowOffset(row) + uint64(slot%tableWidth)*size
		largest := min(size, maxDirect)
		direct := row < h.shape.directRows()
		if !direct {
			largest = min(h.shape.rowSize(h.shape.rowsBelow(row)-1), maxDirect)
		}
		if largest < need {
			continue
		}
		for len(b.children) <= slot {
			b.children = append(b.children, cursor.Undefined)
		}
		if !direct {
			child := &indirect{offset: offset, rows: h.shape.rowsBelow(row)}
			if b.below == nil {
				b.below = map[int]*indirect{}
			}
			b.below[slot] = child
			h.at = append(h.at, child)
			continue
		}
		h.openBlock(b, slot, offset, int(size))
		return nil
	}
}

func (h *FractalEncoder) openBlock(b *indirect, slot int, offset uint64, size int) {
	b.children[slot] = h.out.Allocate(uint64(size), store.AlignMetadata)
	if cap(h.block) < size {
		h.block = make([]byte, size)
	}
	h.block = h.block[:size]
	clear(h.block)
	h.address = b.children[slot]
	h.offset = offset
	p := append(h.block[:0], "FHDB"...)
	p = append(p, 0)
	p = cursor.AppendUint(p, h.header, 8)
	cursor.AppendUint(p, offset, h.shape.offsetWidth())
	h.filled = h.shape.prefix()
	h.blocks++
	h.alloced += uint64(size)
}

// endBlock writes the open direct block. Its checksum covers all of it, with zeros in the checksum's place.
func (h *FractalEncoder) endBlock() error {
	if len(h.block) == 0 {
		return nil
	}
	sum := cursor.Checksum(h.block)
	cursor.AppendUint(h.block[:h.shape.prefix()-4], uint64(sum), 4)
	err := h.out.WriteAt(h.block, h.address)
	h.block = h.block[:0]
	h.filled = 0
	return err
}

// Finish writes what is left and the header, and returns the address of the header.
func (h *FractalEncoder) Finish() (uint64, error) {
	if err := h.endBlock(); err != nil {
		return 0, err
	}
	root, rows := cursor.Undefined, 0
	var covered, free, iterator uint64
	switch {
	case h.blocks == 0:
	case h.blocks == 1 && h.root.next == 1:
		root = h.root.children[0]
		covered = uint64(h.shape.Start)
		free = covered - uint64(h.shape.prefix()) - h.used
	default:
		rows = h.rootRows()
		covered = h.shape.rowOffset(rows)
		free = h.capacity(rows) - h.used
		iterator = h.iterator()
		var err error
		if root, err = h.writeIndirect(h.root, rows); err != nil {
			return 0, err
		}
	}
	hugeTree := cursor.Undefined
	if len(h.huge) > 0 {
		var err error
		if hugeTree, err = h.writeHugeTree(); err != nil {
			return 0, err
		}
	}
	b := append(make([]byte, 0, headerBytes), "FRHP"...)
	b = append(b, 0)
	b = cursor.AppendUint(b, uint64(h.shape.IDLength), 2)
	b = append(b, 0, 0, flagChecksums) // no filters
	b = cursor.AppendUint(b, maxManaged, 4)
	for _, v := range []uint64{
		uint64(len(h.huge)), hugeTree,
		free, cursor.Undefined, // no free-space manager
		covered, h.alloced, iterator, h.objects,
		h.bytes, uint64(len(h.huge)),
		0, 0, // no tiny objects
	} {
		b = cursor.AppendUint(b, v, 8)
	}
	b = cursor.AppendUint(b, tableWidth, 2)
	b = cursor.AppendUint(b, uint64(h.shape.Start), 8)
	b = cursor.AppendUint(b, maxDirect, 8)
	b = cursor.AppendUint(b, uint64(h.shape.OffsetBit), 2)
	b = cursor.AppendUint(b, 1, 2) // rows of a new root
	b = cursor.AppendUint(b, root, 8)
	b = cursor.AppendUint(b, uint64(rows), 2)
	return h.header, h.out.WriteAt(cursor.AppendChecksum(b, 0), h.header)
}

// rootRows is the number of rows of the root: the library doubles them.
func (h *FractalEncoder) rootRows() int {
	used := (len(h.root.children) + tableWidth - 1) / tableWidth
	rows := 1
	for rows < used {
		rows *= 2
	}
	return min(rows, h.root.rows)
}

// iterator is the offset in the heap of the slot that comes next.
func (h *FractalEncoder) iterator() uint64 {
	b := h.at[len(h.at)-1]
	row := b.next / tableWidth
	return b.offset + h.shape.rowOffset(row) + uint64(b.next%tableWidth)*h.shape.rowSize(row)
}

// capacity is the number of bytes for objects in all direct blocks, made or not, of an indirect block with so many rows.
func (h *FractalEncoder) capacity(rows int) uint64 {
	total := uint64(0)
	for row := range rows {
		if row < h.shape.directRows() {
			total += tableWidth * (h.shape.rowSize(row) - uint64(h.shape.prefix()))
		} else {
			total += tableWidth * h.capacity(h.shape.rowsBelow(row))
		}
	}
	return total
}

// writeIndirect writes an indirect block with all below it and returns its address.
func (h *FractalEncoder) writeIndirect(b *indirect, rows int) (uint64, error) {
	p := append([]byte("FHIB"), 0)
	p = cursor.AppendUint(p, h.header, 8)
	p = cursor.AppendUint(p, b.offset, h.shape.offsetWidth())
	for slot := range rows * tableWidth {
		address := cursor.Undefined
		if child := b.below[slot]; child != nil {
			var err error
			if address, err = h.writeIndirect(child, child.rows); err != nil {
				return 0, err
			}
		} else if slot < len(b.children) {
			address = b.children[slot]
		}
		p = cursor.AppendUint(p, address, 8)
	}
	return h.out.Append(cursor.AppendChecksum(p, 0), store.AlignMetadata)
}

func (h *FractalEncoder) writeHugeTree() (uint64, error) {
	tree := btree.Bulk{Type: hugeTreeType, NodeSize: hugeTreeNode, RecordSize: hugeRecord}
	return tree.Write(h.out, len(h.huge), func(b []byte, i int) []byte {
		b = cursor.AppendUint(b, h.huge[i].address, 8)
		b = cursor.AppendUint(b, h.huge[i].size, 8)
		return cursor.AppendUint(b, uint64(i+1), 8)
	})
}
