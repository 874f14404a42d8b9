package chunkindex

import (
	"encoding/binary"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// btree2 is the index of a dataset with two or more axes without a limit. A record is an element as in arrays, followed by the scaled coordinates.
type btree2 struct {
	tree     *btree.Tree2
	elements elements
	rank     int
}

func openBTree2(r *block.Reader, l *message.Layout, g Grid) (Index, error) {
	x := &btree2{elements: newElements(r, l, &g), rank: len(g.chunk)}
	kind := uint8(btree.Chunk2)
	if g.filtered {
		kind = btree.Chunk2Filtered
	}
	tree, err := btree.Open2(r, l.Address, kind, x.elements.size()+8*x.rank)
	if err != nil {
		return nil, err
	}
	x.tree = tree
	return x, nil
}

func (x *btree2) Lookup(scaled []uint64) (Entry, bool, error) {
	size := x.elements.size()
	record, found, err := x.tree.Find(func(record []byte) (int, error) {
		coordinates := record[size:]
		for i, s := range scaled {
			stored := binary.LittleEndian.Uint64(coordinates[8*i:])
			switch {
			case s < stored:
				return -1, nil
			case s > stored:
				return 1, nil
			}
		}
		return 0, nil
	})
	if err != nil || !found {
		return Entry{}, false, err
	}
	e, ok := x.elements.decode(record[:size])
	return e, ok, nil
}

func (x *btree2) Walk(visit func([]uint64, Entry) (bool, error)) error {
	scaled := make([]uint64, x.rank)
	size := x.elements.size()
	return x.tree.Walk(func(record []byte) (bool, error) {
		e, ok := x.elements.decode(record[:size])
		if !ok {
			return true, nil
		}
		for i := range scaled {
			scaled[i] = binary.LittleEndian.Uint64(record[size+8*i:])
		}
		return visit(scaled, e)
	})
}
