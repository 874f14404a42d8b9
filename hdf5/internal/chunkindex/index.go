// Package chunkindex finds the chunks of a dataset in the file (III.A.1, VII.A of the specification): one type for each kind of
// index, all behind Index. Index.go has what they share; read it first.
//
// Chunks are named by their scaled coordinates: the coordinates of an element divided by the chunk's extent along each axis.
package chunkindex

import (
	"math/bits"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// Entry is where a chunk is stored.
type Entry struct {
	Address uint64
	Size    uint64 // stored bytes
	Mask    uint32 // bit i set: filter i was skipped
}

// Index finds chunks. It reads what it needs when it is asked, and keeps no more than its file's Reader does. It is
// safe for concurrent use.
type Index interface {
	// Lookup finds a chunk; ok is false when none is allocated there. scaled has one coordinate an axis, within the extent.
	Lookup(scaled []uint64) (e Entry, ok bool, err error)
	// Walk visits the allocated chunks, in the order in which they are indexed, until visit returns false or an error. scaled belongs to
	// Walk. Chunks outside of the current extent may be among them.
	Walk(visit func(scaled []uint64, e Entry) (bool, error)) error
}

// Grid is a dataset seen as chunks.
type Grid struct {
	Count []uint64 // chunks along each axis now
	Limit []uint64 // chunks along each axis at most; message.Unlimited

	chunk      []uint64
	chunkBytes uint64
	filtered   bool
}

// NewGrid divides a dataspace into chunks. filtered says that the dataset has a filter pipeline.
func NewGrid(l *message.Layout, space message.Dataspace, filtered bool) Grid {
	g := Grid{chunk: l.ChunkDims, filtered: filtered}
	g.chunkBytes, _ = l.ChunkBytes()
	limit := space.MaxDims
	if limit == nil {
		limit = space.Dims
	}
	for i, dim := range l.ChunkDims {
		g.Count = append(g.Count, ceilDiv(space.Dims[i], dim))
		if limit[i] == message.Unlimited {
			g.Limit = append(g.Limit, message.Unlimited)
		} else {
			g.Limit = append(g.Limit, ceilDiv(limit[i], dim))
		}
	}
	return g
}

func ceilDiv(a, b uint64) uint64 {
	n := a / b
	if a%b != 0 {
		n++
	}
	return n
}

// Contains reports whether scaled coordinates lie within the current extent.
func (g *Grid) Contains(scaled []uint64) bool {
	for i, s := range scaled {
		if s >= g.Count[i] {
			return false
		}
	}
	return true
}

// Open returns the index of a chunked dataset, whose header it reads.
func Open(r *block.Reader, l *message.Layout, grid Grid) (Index, error) {
	if l.Address == cursor.Undefined {
		return empty{}, nil
	}
	switch l.Index {
	case message.IndexBTree1:
		return newBTree1(r, l, grid), nil
	case message.IndexSingle:
		return newSingle(r, l, grid)
	case message.IndexImplicit:
		return newImplicit(r, l, grid)
	case message.IndexFixedArray:
		return openFixedArray(r, l, grid)
	case message.IndexExtensibleArray:
		return openExtensibleArray(r, l, grid)
	case message.IndexBTree2:
		return openBTree2(r, l, grid)
	}
	return nil, r.Unsupported("chunk index type %d", l.Index)
}

// empty is the index of a dataset without chunks.
type empty struct{}

func (empty) Lookup([]uint64) (Entry, bool, error) { return Entry{}, false, nil }

func (empty) Walk(func([]uint64, Entry) (bool, error)) error { return nil }

// elements is the form in which arrays and version-2 B-trees store where a chunk is.
type elements struct {
	filtered   bool
	sizeWidth  int    // bytes of the stored size, of filtered chunks
	chunkBytes uint64 // without filters
	sizes      cursor.Sizes
}

// newElements derives the form: from layout version 5 on the size has the width of lengths, before that just enough for a chunk
// that a filter made somewhat larger.
func newElements(r *block.Reader, l *message.Layout, g *Grid) elements {
	e := elements{filtered: g.filtered, chunkBytes: g.chunkBytes, sizes: r.Sizes()}
	if l.Version >= 5 {
		e.sizeWidth = int(e.sizes.Length)
	} else {
		log2 := bits.Len64(g.chunkBytes) - 1
		e.sizeWidth = min(8, 1+(log2+8)/8)
	}
	return e
}

// size is the number of bytes of an element.
func (e *elements) size() int {
	if !e.filtered {
		return int(e.sizes.Offset)
	}
	return int(e.sizes.Offset) + e.sizeWidth + 4
}

// class is the number that arrays store for the form of their elements.
func (e *elements) class() uint8 {
	if e.filtered {
		return 1
	}
	return 0
}

// decode reads an element of size bytes; ok is false for a chunk that is not allocated.
func (e *elements) decode(b []byte) (entry Entry, ok bool) {
	c := cursor.New("", 0, b, e.sizes, "")
	entry = Entry{Address: c.Address(), Size: e.chunkBytes}
	if e.filtered {
		entry.Size = c.Uint(e.sizeWidth)
		entry.Mask = c.U32()
	}
	return entry, entry.Address != cursor.Undefined
}

// numbering turns scaled coordinates into places in an array and back.
type numbering struct {
	order []int    // axes, slowest first
	down  []uint64 // places from one chunk to the next along order[i]
}

// newNumbering numbers chunks in C order over the largest extent. first is an axis that comes first whatever its place, as
// an unlimited one must; -1 for none. ok is false when the numbers do not fit.
func newNumbering(limit []uint64, first int) (n numbering, ok bool) {
	n.order = make([]int, 0, len(limit))
	if first >= 0 {
		n.order = append(n.order, first)
	}
	for i := range limit {
		if i != first {
			n.order = append(n.order, i)
		}
	}
	n.down = make([]uint64, len(limit))
	step := uint64(1)
	for i := len(limit) - 1; i >= 0; i-- {
		n.down[i] = step
		if i == 0 && first >= 0 {
			break
		}
		hi, lo := bits.Mul64(step, limit[n.order[i]])
		if hi != 0 {
			return n, false
		}
		step = lo
	}
	return n, true
}

// number is the place of a chunk. ok is false when it does not fit.
func (n *numbering) number(scaled []uint64) (sum uint64, ok bool) {
	for i, axis := range n.order {
		hi, lo := bits.Mul64(scaled[axis], n.down[i])
		var carry uint64
		sum, carry = bits.Add64(sum, lo, 0)
		if hi != 0 || carry != 0 {
			return 0, false
		}
	}
	return sum, true
}

// scaled sets the coordinates of the chunk at a place.
func (n *numbering) scaled(scaled []uint64, number uint64) {
	for i, axis := range n.order {
		if n.down[i] == 0 {
			scaled[axis] = 0 // an axis of no chunks at all
			continue
		}
		scaled[axis] = number / n.down[i]
		number %= n.down[i]
	}
}

// bit reports whether a bit of a bitmap of pages is set; the first is the most significant one of its byte.
func bit(bitmap []byte, i uint64) bool { return bitmap[i/8]&(0x80>>(i%8)) != 0 }

// unlimitedAxis is the one axis without a limit; ok is false when there is none, or more than one.
func (g *Grid) unlimitedAxis() (axis int, ok bool) {
	axis = slices.Index(g.Limit, message.Unlimited)
	return axis, axis >= 0 && slices.Index(g.Limit[axis+1:], message.Unlimited) < 0
}

// holds reports whether a data block of n elements of size bytes can be in the file, in pages of 2^pageBits. Of a file that is being written, pages to which no
// element came yet may lie behind its end; but the bits that say so, one for each page, are there.
func holds(r *block.Reader, n uint64, size int, pageBits uint8) bool {
	bytes := uint64(r.Size())
	if r.Live() && n > 1<<pageBits {
		return n>>pageBits <= 8*bytes
	}
	return n <= bytes/uint64(size)
}

// loadHeader returns a cursor behind signature and version of the header of an array, which has size bytes with its checksum.
func loadHeader(r *block.Reader, addr, size uint64, what, signature string) (cursor.Cursor, error) {
	b, err := r.Load(addr, size, what, func(c *cursor.Cursor) error {
		c.Signature(signature)
		c.Version(0)
		c.Skip(size - 4 - uint64(c.Pos()))
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return cursor.Cursor{}, err
	}
	c := r.Over(b, addr, what)
	c.Skip(uint64(len(signature)) + 1)
	return c, nil
}

// loadElements reads n elements with their checksum behind them.
func loadElements(r *block.Reader, addr, n uint64, size int, what string) ([]byte, error) {
	if n > uint64(r.Size())/uint64(size) {
		return nil, r.Errorf(addr, "%s: %d elements of %d bytes are more than the file holds", what, n, size)
	}
	b, err := r.Load(addr, n*uint64(size)+4, what, func(c *cursor.Cursor) error {
		c.Skip(n * uint64(size))
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return nil, err
	}
	return b[:n*uint64(size)], nil
}
