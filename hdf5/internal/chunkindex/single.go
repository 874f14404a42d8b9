package chunkindex

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// single is the index of a dataset that is one chunk: the layout message has all there is.
type single struct {
	rank  int
	entry Entry
}

func newSingle(r *block.Reader, l *message.Layout, g Grid) (Index, error) {
	s := &single{rank: len(g.chunk), entry: Entry{Address: l.Address, Size: g.chunkBytes}}
	filtered := l.Flags&message.ChunkSingleFiltered != 0
	if filtered && !g.filtered {
		return nil, r.Errorf(l.Address, "single chunk index: a filtered chunk in a dataset without filters")
	}
	if filtered {
		s.entry.Size, s.entry.Mask = l.SingleSize, l.SingleMask
	}
	return s, nil
}

func (s *single) Lookup(scaled []uint64) (Entry, bool, error) {
	for _, c := range scaled {
		if c != 0 {
			return Entry{}, false, nil
		}
	}
	return s.entry, true, nil
}

func (s *single) Walk(visit func([]uint64, Entry) (bool, error)) error {
	_, err := visit(make([]uint64, s.rank), s.entry)
	return err
}
