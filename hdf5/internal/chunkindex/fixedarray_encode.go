package chunkindex

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// maxFixedArray bounds the chunks of a dataset without unlimited axes: the index has an element for each of them, there or
// not, and one of 2^32 elements takes 32 GB of the file.
const maxFixedArray = 1 << 32

// WriteFixedArray writes the index of a chunked dataset of which no axis is unlimited, and puts into the layout where it is. n is the
// number of all chunks that the maximal shape has room for. chunks are sorted by number and unique.
func WriteFixedArray(out *store.File, l *message.Layout, filtered bool, chunks []Stored, n uint64) error {
	if n > maxFixedArray {
		return fmt.Errorf("%d chunks are more than %d; use larger chunks", n, uint64(maxFixedArray))
	}
	chunkBytes, _ := l.ChunkBytes()
	e := newElement(filtered, chunkBytes)
	l.Index, l.PageBits, l.Address = message.IndexFixedArray, pageBits, cursor.Undefined
	if len(chunks) == 0 {
		return nil
	}
	l.Address = out.Allocate(fixedHeaderSize, store.AlignMetadata)
	block, err := writeFixedBlock(out, l.Address, e, chunks, n)
	if err != nil {
		return err
	}
	return out.WriteAt(appendFixedHeader(nil, e, n, block), l.Address)
}

// fixedHeaderSize is the bytes of the header of a fixed array.
const fixedHeaderSize = 8 + 8 + 8 + 4

// appendFixedHeader appends the header of a fixed array of n elements, whose data block has an address.
func appendFixedHeader(b []byte, e element, n, block uint64) []byte {
	start := len(b)
	b = append(append(b, "FAHD"...), 0, e.class(), byte(e.size()), pageBits)
	b = cursor.AppendUint(b, n, 8)
	b = cursor.AppendUint(b, block, 8)
	return cursor.AppendChecksum(b, start)
}

func writeFixedBlock(out *store.File, header uint64, e element, chunks []Stored, n uint64) (uint64, error) {
	b := append([]byte("FADB"), 0, e.class())
	b = cursor.AppendUint(b, header, 8)
	if n <= pageElements {
		b, _ = e.appendRange(b, chunks, 0, n)
		return out.Append(cursor.AppendChecksum(b, 0), store.AlignMetadata)
	}
	pages := (n + pageElements - 1) / pageElements
	start := len(b)
	b = append(b, make([]byte, (pages+7)/8)...)
	bitmap := b[start:]
	prefix := uint64(len(b) + 4)
	address := out.Allocate(prefix+n*uint64(e.size())+pages*4, store.AlignMetadata)
	_, err := e.writePages(out, address+prefix, chunks, 0, n, func(page uint64) { setBit(bitmap, page) })
	if err != nil {
		return 0, err
	}
	return address, out.WriteAt(cursor.AppendChecksum(b, 0), address)
}
