package chunkindex

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// Growing is an index that lies in the file and grows there, while others read it. What Set changes is kept in memory until Flush, which writes it from the
// leaves to the header, each structure in one piece: whoever reads from the header to the leaves meets nothing that is not there yet. Both cost the
// same however many chunks there are. It is not safe for concurrent use.
type Growing interface {
	// Set says where a chunk is, whose bytes were written to the file's out before. The chunk may have been elsewhere.
	Set(s Stored) error
	// Flush makes it known.
	Flush() error
}

// NewGrowing makes an index without chunks and puts into the layout where it is; the first Flush writes it. One axis is unlimited, or none and then possible is the number of
// chunks that the maximal shape has room for. ready is called before anything is written that leads to what was allocated since.
func NewGrowing(out *store.File, l *message.Layout, filtered bool, unlimited bool, possible uint64, ready func() error) (Growing, error) {
	chunkBytes, _ := l.ChunkBytes()
	c := leaves{out: out, ready: ready, e: newElement(filtered, chunkBytes), byAddr: map[uint64]*leaf{}}
	if unlimited {
		return newGrowingArray(l, c), nil
	}
	return newGrowingFixed(l, c, possible)
}

// maxLeaves bounds the leaves that are kept in memory. Each has at most 1024 elements of 20 bytes.
const maxLeaves = 64

// leaf is elements that lie together in the file behind a prefix, with the checksum of it all behind them.
type leaf struct {
	address uint64
	first   uint64 // number of its first element
	b       []byte
	prefix  int
	dirty   bool
}

// set changes an element.
func (l *leaf) set(e element, s Stored) {
	at := l.prefix + int(s.Number-l.first)*e.size()
	e.append(l.b[:at], s)
	l.dirty = true
}

// leaves are those that are in memory, by address.
type leaves struct {
	out    *store.File
	ready  func() error
	e      element
	byAddr map[uint64]*leaf
}

// make adds a leaf that is new in the file: n elements from number first on, none of which is there.
func (c *leaves) make(address, first, n uint64, prefix []byte) *leaf {
	l := &leaf{address: address, first: first, prefix: len(prefix), dirty: true}
	l.b, _ = c.e.appendRange(prefix, nil, first, n)
	l.b = append(l.b, 0, 0, 0, 0)
	c.byAddr[address] = l
	return l
}

// get returns a leaf that was in the file before.
func (c *leaves) get(address, first, n uint64, prefix int) (*leaf, error) {
	if l := c.byAddr[address]; l != nil {
		return l, nil
	}
	if err := c.bound(); err != nil {
		return nil, err
	}
	l := &leaf{address: address, first: first, prefix: prefix, b: make([]byte, prefix+int(n)*c.e.size()+4)}
	if err := c.out.ReadAt(l.b, address); err != nil {
		return nil, err
	}
	c.byAddr[address] = l
	return l, nil
}

// bound makes room when there are too many.
func (c *leaves) bound() error {
	if len(c.byAddr) < maxLeaves {
		return nil
	}
	// It is right to write leaves before Flush: what they lead to is in the file.
	if err := c.flush(); err != nil {
		return err
	}
	clear(c.byAddr)
	return nil
}

// flush writes what was changed.
func (c *leaves) flush() error {
	if err := c.ready(); err != nil {
		return err
	}
	var changed []*leaf
	for _, l := range c.byAddr {
		if l.dirty {
			changed = append(changed, l)
		}
	}
	slices.SortFunc(changed, func(a, b *leaf) int { return cmp.Compare(a.address, b.address) })
	for _, l := range changed {
		if err := overwriteSummed(c.out, l.b, l.address); err != nil {
			return err
		}
		l.dirty = false
	}
	return nil
}

// overwriteSummed writes a structure in one piece, with the checksum of it in its last four bytes.
func overwriteSummed(out *store.File, b []byte, address uint64) error {
	n := len(b) - 4
	binary.LittleEndian.PutUint32(b[n:], cursor.Checksum(b[:n]))
	return out.Overwrite(b, address)
}
