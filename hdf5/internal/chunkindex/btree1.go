package chunkindex

import (
	"encoding/binary"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// btree1 is the index of layout versions 1 to 3. A key has the stored size, the filter mask, and the chunk's offset in elements along each axis
// and within an element (always 0).
type btree1 struct {
	r       *block.Reader
	root    uint64
	chunk   []uint64
	keySize int
}

func newBTree1(r *block.Reader, l *message.Layout, g Grid) Index {
	return &btree1{r: r, root: l.Address, chunk: g.chunk, keySize: 8 + 8*(len(g.chunk)+1)}
}

// compare orders the offset of a chunk and a key.
func (x *btree1) compare(scaled []uint64, key []byte) int {
	for i, s := range scaled {
		// Within the extent the product fits.
		offset, stored := s*x.chunk[i], binary.LittleEndian.Uint64(key[8+8*i:])
		switch {
		case offset < stored:
			return -1
		case offset > stored:
			return 1
		}
	}
	if binary.LittleEndian.Uint64(key[8+8*len(scaled):]) > 0 {
		return -1
	}
	return 0
}

func (x *btree1) Lookup(scaled []uint64) (Entry, bool, error) {
	leaf, i, found, err := btree.Find1(x.r, x.root, btree.Chunk1, x.keySize, func(left, right []byte) (int, error) {
		if x.compare(scaled, right) >= 0 {
			return 1, nil
		}
		if x.compare(scaled, left) < 0 {
			return -1, nil
		}
		return 0, nil
	})
	if err != nil || !found || x.compare(scaled, leaf.Key(i)) != 0 {
		return Entry{}, false, err
	}
	return entryOf(leaf.Key(i), leaf.Child(i)), true, nil
}

func entryOf(key []byte, child uint64) Entry {
	return Entry{Address: child, Size: uint64(binary.LittleEndian.Uint32(key)), Mask: binary.LittleEndian.Uint32(key[4:])}
}

func (x *btree1) Walk(visit func([]uint64, Entry) (bool, error)) error {
	scaled := make([]uint64, len(x.chunk))
	return btree.Walk1(x.r, x.root, btree.Chunk1, x.keySize, func(key []byte, child uint64) (bool, error) {
		for i, dim := range x.chunk {
			offset := binary.LittleEndian.Uint64(key[8+8*i:])
			if offset%dim != 0 {
				return false, x.r.Errorf(x.root, "B-tree of chunks: a chunk at element %d of axis %d, chunks have %d", offset, i, dim)
			}
			scaled[i] = offset / dim
		}
		return visit(scaled, entryOf(key, child))
	})
}
