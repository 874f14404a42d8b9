package chunkindex

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Constants of extensible arrays that are written; the library's own.
const (
	arrayMaxBits     = 32 // bits of a number
	arrayInIndex     = 4  // elements of the index block
	arrayMinElements = 16 // of a data block
	arrayMinPointers = 4  // data blocks of a super block
	arrayOffsetWidth = 4  // bytes of a block's offset: maxBits in bytes

	arrayHeaderSize  = 12 + 7*8 + 4
	arrayBlockPrefix = 4 + 2 + 8 + arrayOffsetWidth // bytes of a data block or super block before all that is its own

	arraySuperBlocks = 1 + arrayMaxBits - 4 // 4: logarithm of arrayMinElements
	arrayDirectSuper = 2 * 2                // super blocks whose data blocks the index block points at: twice the logarithm of arrayMinPointers
	arrayDirectData  = 2 * (arrayMinPointers - 1)
)

// superBlock is a row of the doubling table of an extensible array: data blocks of one size.
type superBlock struct {
	blocks     uint64 // data blocks
	elements   uint64 // of each
	start      uint64 // number of the first element, those of the index block not counted
	firstBlock uint64 // data blocks before it
}

// superBlocks is the doubling table.
func superBlocks() [arraySuperBlocks]superBlock {
	var table [arraySuperBlocks]superBlock
	var start, first uint64
	for k := range table {
		s := superBlock{blocks: 1 << (k / 2), elements: arrayMinElements << ((k + 1) / 2), start: start, firstBlock: first}
		start += s.blocks * s.elements
		first += s.blocks
		table[k] = s
	}
	return table
}

// maxArray is the number of elements that an extensible array holds.
const maxArray = 1<<arrayMaxBits - 1

// extensible is an extensible array in the making.
type extensible struct {
	element
	out    *store.File
	header uint64   // address
	chunks []Stored // that are still to be written

	superCount, superBytes uint64 // super blocks outside of the index block
	blockCount, blockBytes uint64 // data blocks
	realised               uint64 // elements in all blocks
}

// WriteExtensibleArray writes the index of a chunked dataset of which exactly one axis is unlimited, and puts into the layout where it is.
// chunks are sorted by number and unique.
func WriteExtensibleArray(out *store.File, l *message.Layout, filtered bool, chunks []Stored) error {
	chunkBytes, _ := l.ChunkBytes()
	setArrayLayout(l)
	if len(chunks) == 0 {
		return nil
	}
	highest := chunks[len(chunks)-1].Number
	if highest >= maxArray {
		return fmt.Errorf("chunk number %d is more than %d; use larger chunks", highest, uint64(maxArray))
	}
	a := extensible{element: newElement(filtered, chunkBytes), out: out, chunks: chunks, realised: arrayInIndex}
	h := appendArrayHeader(nil, a.element)
	a.header = out.Allocate(arrayHeaderSize, store.AlignMetadata)
	index, err := a.writeIndexBlock()
	if err != nil {
		return err
	}
	for _, v := range []uint64{a.superCount, a.superBytes, a.blockCount, a.blockBytes, highest + 1, a.realised, index} {
		h = cursor.AppendUint(h, v, 8)
	}
	l.Address = a.header
	return out.WriteAt(cursor.AppendChecksum(h, 0), a.header)
}

// setArrayLayout makes a layout that of a dataset with an extensible array, which is not there yet.
func setArrayLayout(l *message.Layout) {
	l.Index, l.Address = message.IndexExtensibleArray, cursor.Undefined
	l.MaxBits, l.IndexElements, l.MinElements, l.MinPointers, l.PageBits = arrayMaxBits, arrayInIndex, arrayMinElements, arrayMinPointers, pageBits
}

// appendArrayHeader appends the header up to its statistics.
func appendArrayHeader(b []byte, e element) []byte {
	return append(append(b, "EAHD"...), 0, e.class(), byte(e.size()), arrayMaxBits, arrayInIndex, arrayMinElements, arrayMinPointers, pageBits)
}

func (a *extensible) writeIndexBlock() (uint64, error) {
	b := append([]byte("EAIB"), 0, a.class())
	b = cursor.AppendUint(b, a.header, 8)
	b, a.chunks = a.appendRange(b, a.chunks, 0, arrayInIndex)
	for k, s := range superBlocks() {
		if k >= arrayDirectSuper {
			address, err := a.writeSuperBlock(s)
			if err != nil {
				return 0, err
			}
			b = cursor.AppendUint(b, address, 8)
			continue
		}
		for j := range s.blocks {
			// The library counts these blocks from the first of all when it numbers them.
			offset := s.start + (s.firstBlock+j)*s.elements
			address, err := a.writeDataBlock(s, j, offset, nil)
			if err != nil {
				return 0, err
			}
			b = cursor.AppendUint(b, address, 8)
		}
	}
	return a.out.Append(cursor.AppendChecksum(b, 0), store.AlignMetadata)
}

// reaches reports whether a chunk that is still to be written has a number below end, not counting those of the index block.
func (a *extensible) reaches(end uint64) bool {
	return len(a.chunks) > 0 && a.chunks[0].Number-arrayInIndex < end
}

func (a *extensible) writeSuperBlock(s superBlock) (uint64, error) {
	if !a.reaches(s.start + s.blocks*s.elements) {
		return cursor.Undefined, nil
	}
	b := append([]byte("EASB"), 0, a.class())
	b = cursor.AppendUint(b, a.header, 8)
	b = cursor.AppendUint(b, s.start, arrayOffsetWidth)
	var bitmap []byte
	if s.elements > pageElements {
		// Each data block has a whole number of bytes here, but the bits of all of them follow each other without gaps.
		pages := s.elements / pageElements
		bitmap = make([]byte, s.blocks*((pages+7)/8))
	}
	var pointers []byte
	for j := range s.blocks {
		address, err := a.writeDataBlock(s, j, s.start+j*s.elements, bitmap)
		if err != nil {
			return 0, err
		}
		pointers = cursor.AppendUint(pointers, address, 8)
	}
	b = append(append(b, bitmap...), pointers...)
	b = cursor.AppendChecksum(b, 0)
	a.superCount++
	a.superBytes += uint64(len(b))
	return a.out.Append(b, store.AlignMetadata)
}

// writeDataBlock writes data block j of a super block, unless no chunk is in it. offset is what it says of its own place; bitmap has the bits of
// the pages of all the super block's data blocks.
func (a *extensible) writeDataBlock(s superBlock, j, offset uint64, bitmap []byte) (uint64, error) {
	first := s.start + j*s.elements
	if !a.reaches(first + s.elements) {
		return cursor.Undefined, nil
	}
	b := append([]byte("EADB"), 0, a.class())
	b = cursor.AppendUint(b, a.header, 8)
	b = cursor.AppendUint(b, offset, arrayOffsetWidth)
	a.blockCount++
	a.realised += s.elements
	if s.elements <= pageElements {
		b, a.chunks = a.appendRange(b, a.chunks, first+arrayInIndex, s.elements)
		b = cursor.AppendChecksum(b, 0)
		a.blockBytes += uint64(len(b))
		return a.out.Append(b, store.AlignMetadata)
	}
	b = cursor.AppendChecksum(b, 0)
	pages := s.elements / pageElements
	size := uint64(len(b)) + s.elements*uint64(a.size()) + pages*4
	a.blockBytes += size
	address := a.out.Allocate(size, store.AlignMetadata)
	if err := a.out.WriteAt(b, address); err != nil {
		return 0, err
	}
	var err error
	a.chunks, err = a.writePages(a.out, address+uint64(len(b)), a.chunks, first+arrayInIndex, s.elements, func(page uint64) {
		setBit(bitmap, j*pages+page)
	})
	return address, err
}
