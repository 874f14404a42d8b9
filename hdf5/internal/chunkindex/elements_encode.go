package chunkindex

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// element is how an index stores a chunk.
type element struct {
	filtered  bool
	sizeWidth int // bytes of the stored size, of filtered chunks
}

// newElement is the form of the elements of a dataset with layout version 4. chunkBytes is the size of a chunk without filters.
func newElement(filtered bool, chunkBytes uint64) element {
	log := bits.Len64(chunkBytes) - 1
	return element{filtered: filtered, sizeWidth: min(8, 1+(log+8)/8)}
}

// size is the number of bytes of an element of an array.
func (e element) size() int {
	if !e.filtered {
		return 8
	}
	return 8 + e.sizeWidth + 4
}

// class is the number that arrays store for the form of their elements.
func (e element) class() byte {
	if e.filtered {
		return 1
	}
	return 0
}

func (e element) append(b []byte, c Stored) []byte {
	b = cursor.AppendUint(b, c.Address, 8)
	if e.filtered {
		b = cursor.AppendUint(b, c.Size, e.sizeWidth)
		b = cursor.AppendUint(b, uint64(c.Mask), 4)
	}
	return b
}

// appendRange appends the elements with numbers from first up to first+n, and returns the chunks behind them. chunks are
// sorted by number and start at or behind first.
func (e element) appendRange(b []byte, chunks []Stored, first, n uint64) ([]byte, []Stored) {
	for number := first; number < first+n; number++ {
		if len(chunks) > 0 && chunks[0].Number == number {
			b = e.append(b, chunks[0])
			chunks = chunks[1:]
		} else {
			b = e.append(b, Stored{Address: cursor.Undefined})
		}
	}
	return b, chunks
}

// setBit sets a bit of a bitmap of pages, which starts with the most significant bit.
func setBit(bitmap []byte, i uint64) { bitmap[i/8] |= 0x80 >> (i % 8) }

// pageBits is the logarithm of the number of elements of a page, in both kinds of arrays; the library's own choice.
const pageBits = 10

const pageElements = 1 << pageBits

// writePages writes the pages of a data block that starts at address: n elements from number first on. used is called for
// each page that holds a chunk; others are left as they are, which is right where their bit in the bitmap of pages is clear.
func (e element) writePages(out *store.File, address uint64, chunks []Stored, first, n uint64, used func(page uint64)) ([]Stored, error) {
	var b []byte
	stride := uint64(pageElements*e.size() + 4)
	for len(chunks) > 0 && chunks[0].Number < first+n {
		page := (chunks[0].Number - first) / pageElements
		start := first + page*pageElements
		used(page)
		b, chunks = e.appendRange(b[:0], chunks, start, min(pageElements, first+n-start))
		if err := out.WriteAt(cursor.AppendChecksum(b, 0), address+page*stride); err != nil {
			return nil, err
		}
	}
	return chunks, nil
}
