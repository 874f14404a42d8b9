package chunkindex

import (
	"encoding/binary"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// growingArray is an extensible array that grows in the file.
type growingArray struct {
	element
	out    *store.File
	leaves leaves
	table  [arraySuperBlocks]superBlock

	header, index uint64 // addresses
	own           [arrayInIndex]Stored
	direct        [arrayDirectData]uint64 // data blocks that the index block points at
	supers        [arraySuperBlocks - arrayDirectSuper]growingSuper
	changed       bool // the header, and with it anything at all
	indexChanged  bool

	superCount, superBytes uint64 // super blocks outside of the index block
	blockCount, blockBytes uint64 // data blocks
	next                   uint64 // number behind the highest chunk
	realised               uint64 // elements in all blocks
}

// growingSuper is a super block outside of the index block.
type growingSuper struct {
	address uint64 // undefined: it is not there
	b       []byte // all of it, with room for the checksum
	bitmap  int    // where in b the bits of pages start
	blocks  int    // and the addresses of data blocks
	changed bool
}

func newGrowingArray(l *message.Layout, c leaves) *growingArray {
	a := &growingArray{element: c.e, out: c.out, leaves: c, table: superBlocks(), realised: arrayInIndex}
	setArrayLayout(l)
	a.header = a.out.Allocate(arrayHeaderSize, store.AlignMetadata)
	a.index = a.out.Allocate(uint64(len(a.appendIndex(nil))), store.AlignMetadata)
	l.Address = a.header
	for i := range a.own {
		a.own[i].Address = cursor.Undefined
	}
	for i := range a.direct {
		a.direct[i] = cursor.Undefined
	}
	for i := range a.supers {
		a.supers[i].address = cursor.Undefined
	}
	a.changed, a.indexChanged = true, true
	return a
}

func (a *growingArray) Set(s Stored) error {
	if s.Number >= maxArray {
		return fmt.Errorf("chunk number %d is more than %d; use larger chunks", s.Number, uint64(maxArray))
	}
	if s.Number >= a.next {
		a.next, a.changed = s.Number+1, true
	}
	if s.Number < arrayInIndex {
		a.own[s.Number], a.indexChanged = s, true
		return nil
	}
	l, err := a.leaf(s.Number - arrayInIndex)
	if err != nil {
		return err
	}
	l.set(a.element, s)
	return nil
}

// leaf finds the leaf of an element, counted from the end of the index block's own, and makes all that is missing on the way.
func (a *growingArray) leaf(number uint64) (*leaf, error) {
	k := log2(number/arrayMinElements + 1)
	s := a.table[k]
	j := (number - s.start) / s.elements
	first := s.start + j*s.elements
	if k < arrayDirectSuper {
		at := &a.direct[s.firstBlock+j]
		if *at != cursor.Undefined {
			return a.leaves.get(*at, first+arrayInIndex, s.elements, arrayBlockPrefix)
		}
		a.indexChanged = true
		// The library counts these blocks from the first of all when it numbers them.
		return a.newBlock(at, s, first, s.start+(s.firstBlock+j)*s.elements)
	}
	super := a.super(k)
	at := super.b[super.blocks+int(8*j):]
	address := binary.LittleEndian.Uint64(at)
	if s.elements <= pageElements {
		if address != cursor.Undefined {
			return a.leaves.get(address, first+arrayInIndex, s.elements, arrayBlockPrefix)
		}
		l, err := a.newBlock(&address, s, first, first)
		binary.LittleEndian.PutUint64(at, address)
		super.changed = true
		return l, err
	}
	if address == cursor.Undefined {
		var err error
		if address, err = a.newPagedBlock(s, first); err != nil {
			return nil, err
		}
		binary.LittleEndian.PutUint64(at, address)
		super.changed = true
	}
	return a.page(super, address, s, j, number)
}

// page finds a page of a data block.
func (a *growingArray) page(super *growingSuper, address uint64, s superBlock, j, number uint64) (*leaf, error) {
	first := s.start + j*s.elements
	page := (number - first) / pageElements
	start := first + page*pageElements + arrayInIndex
	address += arrayBlockPrefix + 4 + page*uint64(pageElements*a.size()+4)
	bitmap, at := super.b[super.bitmap:super.blocks], j*(s.elements/pageElements)+page
	if bit(bitmap, at) {
		return a.leaves.get(address, start, pageElements, 0)
	}
	setBit(bitmap, at)
	super.changed = true
	if err := a.leaves.bound(); err != nil {
		return nil, err
	}
	return a.leaves.make(address, start, pageElements, nil), nil
}

// super finds a super block outside of the index block.
func (a *growingArray) super(k int) *growingSuper {
	x := &a.supers[k-arrayDirectSuper]
	if x.address != cursor.Undefined {
		return x
	}
	s := a.table[k]
	b := a.appendBlock(nil, "EASB", s.start)
	x.bitmap = len(b)
	if s.elements > pageElements {
		b = append(b, make([]byte, s.blocks*((s.elements/pageElements+7)/8))...)
	}
	x.blocks = len(b)
	for range s.blocks {
		b = cursor.AppendUint(b, cursor.Undefined, 8)
	}
	x.b = append(b, 0, 0, 0, 0)
	x.address = a.out.Allocate(uint64(len(x.b)), store.AlignMetadata)
	x.changed, a.indexChanged, a.changed = true, true, true
	a.superCount++
	a.superBytes += uint64(len(x.b))
	return x
}

// newBlock makes a data block without pages; offset is what it says of its own place.
func (a *growingArray) newBlock(at *uint64, s superBlock, first, offset uint64) (*leaf, error) {
	if err := a.leaves.bound(); err != nil {
		return nil, err
	}
	size := arrayBlockPrefix + s.elements*uint64(a.size()) + 4
	*at = a.out.Allocate(size, store.AlignMetadata)
	a.count(s, size)
	return a.leaves.make(*at, first+arrayInIndex, s.elements, a.appendBlock(nil, "EADB", offset)), a.out.Err()
}

// newPagedBlock makes a data block whose pages are not there yet.
func (a *growingArray) newPagedBlock(s superBlock, first uint64) (uint64, error) {
	b := cursor.AppendChecksum(a.appendBlock(nil, "EADB", first), 0)
	size := uint64(len(b)) + s.elements*uint64(a.size()) + s.elements/pageElements*4
	address := a.out.Allocate(size, store.AlignMetadata)
	a.count(s, size)
	return address, a.out.WriteAt(b, address)
}

// count takes a new data block into the statistics.
func (a *growingArray) count(s superBlock, size uint64) {
	a.blockCount++
	a.blockBytes += size
	a.realised += s.elements
	a.changed = true
}

// appendBlock appends the start of a super block or data block.
func (a *growingArray) appendBlock(b []byte, signature string, offset uint64) []byte {
	b = append(append(b, signature...), 0, a.class())
	b = cursor.AppendUint(b, a.header, 8)
	return cursor.AppendUint(b, offset, arrayOffsetWidth)
}

// appendIndex appends the index block, with room for the checksum.
func (a *growingArray) appendIndex(b []byte) []byte {
	b = append(b, "EAIB"...)
	b = append(b, 0, a.class())
	b = cursor.AppendUint(b, a.header, 8)
	for _, s := range a.own {
		b = a.append(b, s)
	}
	for _, address := range a.direct {
		b = cursor.AppendUint(b, address, 8)
	}
	for i := range a.supers {
		b = cursor.AppendUint(b, a.supers[i].address, 8)
	}
	return append(b, 0, 0, 0, 0)
}

// Flush writes leaves, then super blocks, then the index block, then the header: a reader comes the other way.
func (a *growingArray) Flush() error {
	if err := a.leaves.flush(); err != nil {
		return err
	}
	for i := range a.supers {
		if x := &a.supers[i]; x.changed {
			if err := overwriteSummed(a.out, x.b, x.address); err != nil {
				return err
			}
			x.changed = false
		}
	}
	if a.indexChanged {
		if err := overwriteSummed(a.out, a.appendIndex(nil), a.index); err != nil {
			return err
		}
		a.indexChanged = false
	}
	if !a.changed {
		return nil
	}
	h := appendArrayHeader(nil, a.element)
	for _, v := range []uint64{a.superCount, a.superBytes, a.blockCount, a.blockBytes, a.next, a.realised, a.index} {
		h = cursor.AppendUint(h, v, 8)
	}
	if err := overwriteSummed(a.out, append(h, 0, 0, 0, 0), a.header); err != nil {
		return err
	}
	a.changed = false
	return nil
}
