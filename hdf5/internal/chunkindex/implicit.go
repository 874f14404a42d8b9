package chunkindex

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// maxAhead bounds how many times larger than a file that is being written the place of all chunks may be: it is taken when the dataset is created.
const maxAhead = 1 << 14

// implicit is the index of a dataset whose chunks lie one after another, all of them, without filters.
type implicit struct {
	addr      uint64
	bytes     uint64 // of a chunk
	numbering numbering
	grid      Grid
}

func newImplicit(r *block.Reader, l *message.Layout, g Grid) (Index, error) {
	x := &implicit{addr: l.Address, bytes: g.chunkBytes, grid: g}
	if g.filtered {
		return nil, r.Errorf(l.Address, "implicit chunk index: the dataset has filters")
	}
	total, ok := message.Product(g.Limit)
	for _, n := range g.Limit {
		ok = ok && n != message.Unlimited
	}
	hi, size := bits.Mul64(total, x.bytes)
	room := r.Room(l.Address)
	if r.Live() {
		room *= maxAhead
	}
	if !ok || hi != 0 || size > room {
		return nil, r.Errorf(l.Address, "implicit chunk index: %d chunks of %d bytes reach past the end of the file", g.Limit, x.bytes)
	}
	x.numbering, ok = newNumbering(g.Limit, -1)
	if !ok {
		return nil, r.Errorf(l.Address, "implicit chunk index: %d chunks", g.Limit)
	}
	return x, nil
}

func (x *implicit) Lookup(scaled []uint64) (Entry, bool, error) {
	number, ok := x.numbering.number(scaled)
	if !ok {
		return Entry{}, false, nil
	}
	return Entry{Address: x.addr + number*x.bytes, Size: x.bytes}, true, nil
}

func (x *implicit) Walk(visit func([]uint64, Entry) (bool, error)) error {
	if total, _ := message.Product(x.grid.Count); total == 0 {
		return nil
	}
	scaled := make([]uint64, len(x.grid.Count))
	for {
		e, _, _ := x.Lookup(scaled)
		if more, err := visit(scaled, e); err != nil || !more {
			return err
		}
		axis := len(scaled) - 1
		for ; axis >= 0; axis-- {
			if scaled[axis]++; scaled[axis] < x.grid.Count[axis] {
				break
			}
			scaled[axis] = 0
		}
		if axis < 0 {
			return nil
		}
	}
}
