package chunkindex

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// extensibleArray is the index of a dataset with one axis without a limit. Elements lie in the index block, in data blocks that it points to,
// and in data blocks of super blocks; the data blocks of super block k have all the same size, and it doubles with every other k.
type extensibleArray struct {
	r         *block.Reader
	elements  elements
	numbering numbering
	rank      int
	header    uint64

	maxBits       uint8
	indexElements uint64 // in the index block
	minElements   uint64 // of a data block
	minPointers   uint64 // of a super block
	pageBits      uint8
	indexBlock    uint64 // address

	offsetBytes  uint64 // of the position that blocks store
	superBlocks  int    // number of sizes of data blocks
	directSupers int    // super blocks whose data blocks the index block points to itself
	directBlocks uint64 // the number of those data blocks
}

// arraySuper is what follows from the number of a super block.
type arraySuper struct {
	blocks   uint64 // data blocks
	elements uint64 // of each of them
	start    uint64 // its first element, counted from the end of the index block's own
	first    uint64 // number of its first data block
	pages    uint64 // of each data block; 0: not paged
}

func openExtensibleArray(r *block.Reader, l *message.Layout, g Grid) (Index, error) {
	const what = "extensible array header"
	x := &extensibleArray{r: r, elements: newElements(r, l, &g), rank: len(g.chunk), header: l.Address}
	sizes := r.Sizes()
	c, err := loadHeader(r, l.Address, 16+6*uint64(sizes.Length)+uint64(sizes.Offset), what, "EAHD")
	if err != nil {
		return nil, err
	}
	class, size := c.U8(), int(c.U8())
	x.maxBits = c.U8()
	x.indexElements = uint64(c.U8())
	x.minElements = uint64(c.U8())
	x.minPointers = uint64(c.U8())
	x.pageBits = c.U8()
	for range 6 {
		c.Length() // statistics; the highest element may lag behind the data blocks
	}
	x.indexBlock = c.Address()
	if err := c.Err(); err != nil {
		return nil, err
	}
	if class != x.elements.class() || size != x.elements.size() {
		return nil, c.Fail("elements of class %d and %d bytes, %d and %d are expected", class, size, x.elements.class(), x.elements.size())
	}
	if err := x.derive(&c); err != nil {
		return nil, err
	}
	axis, ok := g.unlimitedAxis()
	if !ok {
		return nil, c.Fail("exactly one axis without a limit is expected, there are at most %d chunks", g.Limit)
	}
	if x.numbering, ok = newNumbering(g.Limit, axis); !ok {
		return nil, c.Fail("%d chunks", g.Limit)
	}
	if x.indexBlock == cursor.Undefined {
		return empty{}, nil
	}
	return x, nil
}

func powerOfTwo(n uint64) bool { return n != 0 && n&(n-1) == 0 }

func log2(n uint64) int { return bits.Len64(n) - 1 }

// derive checks the parameters and computes what follows from them.
func (x *extensibleArray) derive(c *cursor.Cursor) error {
	switch {
	case x.maxBits == 0 || x.maxBits > 63:
		return c.Fail("%d bits for the number of elements", x.maxBits)
	case !powerOfTwo(x.minElements) || !powerOfTwo(x.minPointers) || x.minPointers < 2:
		return c.Fail("%d elements of a data block and %d pointers of a super block at least: each must be a power of two", x.minElements, x.minPointers)
	case log2(x.minElements) > int(x.maxBits):
		return c.Fail("data blocks of %d elements with %d bits for their number", x.minElements, x.maxBits)
	case x.pageBits > maxPageBits:
		return c.Fail("pages of 2^%d elements", x.pageBits)
	}
	x.offsetBytes = (uint64(x.maxBits) + 7) / 8
	x.superBlocks = 1 + int(x.maxBits) - log2(x.minElements)
	x.directSupers = 2 * log2(x.minPointers)
	x.directBlocks = 2 * (x.minPointers - 1)
	if x.directSupers > x.superBlocks {
		return c.Fail("%d pointers of a super block with %d bits for the number of elements", x.minPointers, x.maxBits)
	}
	// Pages are marked in super blocks, so the data blocks of the index block must do without.
	if x.directSupers > 0 && x.superBlock(x.directSupers-1).pages > 0 {
		return c.Fail("pages of 2^%d elements are less than a data block of the index block", x.pageBits)
	}
	return nil
}

func (x *extensibleArray) superBlock(k int) arraySuper {
	s := arraySuper{
		blocks:   1 << (k / 2),
		elements: x.minElements << ((k + 1) / 2),
		start:    x.minElements * (1<<k - 1),
	}
	// Each pair of super blocks before k has twice the blocks of the pair before it.
	s.first = 2 * (1<<(k/2) - 1)
	if k%2 != 0 {
		s.first += 1 << (k / 2)
	}
	if s.elements > 1<<x.pageBits {
		s.pages = s.elements >> x.pageBits
	}
	return s
}

// verify checks the prefix of a block; withOffset is for those that store their position, which nobody reads.
func (x *extensibleArray) verify(c *cursor.Cursor, signature string, withOffset bool) {
	c.Signature(signature)
	c.Version(0)
	if class := c.U8(); c.Err() == nil && class != x.elements.class() {
		c.Fail("elements of class %d, %d is expected", class, x.elements.class())
	}
	c.Address() // of the header
	if withOffset {
		c.Skip(x.offsetBytes)
	}
}

// index returns the index block and where the parts of it start.
func (x *extensibleArray) index() (b []byte, blocks, supers uint64, err error) {
	offset := uint64(x.r.Sizes().Offset)
	prefix := 6 + offset
	blocks = prefix + x.indexElements*uint64(x.elements.size())
	supers = blocks + x.directBlocks*offset
	size := supers + uint64(x.superBlocks-x.directSupers)*offset + 4
	b, err = x.r.Load(x.indexBlock, size, "extensible array index block", func(c *cursor.Cursor) error {
		x.verify(c, "EAIB", false)
		c.Skip(size - 4 - prefix)
		c.Checksum()
		return c.Err()
	})
	return b, blocks, supers, err
}

// address reads the address at a position of a block.
func (x *extensibleArray) address(b []byte, at uint64) uint64 {
	c := cursor.New("", 0, b, x.r.Sizes(), "")
	c.Skip(at)
	return c.Address()
}

// block returns the address of data block j of super block k, and the bitmap of its pages with the number of its first bit. The address is
// undefined when there is no such block.
func (x *extensibleArray) block(k int, j uint64) (addr uint64, bitmap []byte, bit uint64, err error) {
	index, blocks, supers, err := x.index()
	if err != nil {
		return 0, nil, 0, err
	}
	offset := uint64(x.r.Sizes().Offset)
	s := x.superBlock(k)
	if k < x.directSupers {
		return x.address(index, blocks+(s.first+j)*offset), nil, 0, nil
	}
	at := x.address(index, supers+uint64(k-x.directSupers)*offset)
	if at == cursor.Undefined {
		return at, nil, 0, nil
	}
	b, bitmaps, pointers, err := x.super(at, s)
	if err != nil {
		return 0, nil, 0, err
	}
	// The bits of all data blocks follow each other, although each block has whole bytes for itself.
	return x.address(b, pointers+j*offset), b[bitmaps:pointers], j * s.pages, nil
}

// super returns a super block and where its bitmaps and its pointers start.
func (x *extensibleArray) super(addr uint64, s arraySuper) (b []byte, bitmaps, pointers uint64, err error) {
	const what = "extensible array super block"
	offset := uint64(x.r.Sizes().Offset)
	bitmaps = 6 + offset + x.offsetBytes
	bitmapBytes, ok := message.Product([]uint64{s.blocks, ceilDiv(s.pages, 8)})
	if !ok || bitmapBytes > uint64(x.r.Size()) || s.blocks > uint64(x.r.Size()) {
		return nil, 0, 0, x.r.Errorf(addr, "%s: %d data blocks of %d pages are more than the file holds", what, s.blocks, s.pages)
	}
	pointers = bitmaps + bitmapBytes
	size := pointers + s.blocks*offset + 4
	b, err = x.r.Load(addr, size, what, func(c *cursor.Cursor) error {
		x.verify(c, "EASB", true)
		c.Skip(size - 4 - bitmaps)
		c.Checksum()
		return c.Err()
	})
	return b, bitmaps, pointers, err
}

// page returns the elements of a data block that lie together with its element i, and the number of the first of them; nil when
// they were never written.
func (x *extensibleArray) page(addr uint64, s arraySuper, bitmap []byte, firstBit, i uint64) (b []byte, first uint64, err error) {
	const what = "extensible array data block"
	size := uint64(x.elements.size())
	prefix := 6 + uint64(x.r.Sizes().Offset) + x.offsetBytes
	if !holds(x.r, s.elements, int(size), x.pageBits) {
		return nil, 0, x.r.Errorf(addr, "%s: %d elements of %d bytes are more than the file holds", what, s.elements, size)
	}
	if s.pages == 0 {
		b, err := x.r.Load(addr, prefix+s.elements*size+4, what, func(c *cursor.Cursor) error {
			x.verify(c, "EADB", true)
			c.Skip(s.elements * size)
			c.Checksum()
			return c.Err()
		})
		if err != nil {
			return nil, 0, err
		}
		return b[prefix : prefix+s.elements*size], 0, nil
	}
	page := i >> x.pageBits
	first = page << x.pageBits
	if !bit(bitmap, firstBit+page) {
		return nil, first, nil
	}
	_, err = x.r.Load(addr, prefix+4, what, func(c *cursor.Cursor) error {
		x.verify(c, "EADB", true)
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return nil, 0, err
	}
	b, err = loadElements(x.r, addr+prefix+4+page*(size<<x.pageBits+4), 1<<x.pageBits, int(size), "extensible array page")
	return b, first, err
}

func (x *extensibleArray) Lookup(scaled []uint64) (Entry, bool, error) {
	number, ok := x.numbering.number(scaled)
	if !ok {
		return Entry{}, false, nil
	}
	size := uint64(x.elements.size())
	if number < x.indexElements {
		index, blocks, _, err := x.index()
		if err != nil {
			return Entry{}, false, err
		}
		at := blocks - (x.indexElements-number)*size
		e, ok := x.elements.decode(index[at : at+size])
		return e, ok, nil
	}
	number -= x.indexElements
	if number>>x.maxBits != 0 {
		return Entry{}, false, nil
	}
	k := log2(number/x.minElements + 1)
	if k >= x.superBlocks {
		return Entry{}, false, nil
	}
	s := x.superBlock(k)
	j, i := (number-s.start)/s.elements, (number-s.start)%s.elements
	addr, bitmap, bit, err := x.block(k, j)
	if err != nil || addr == cursor.Undefined {
		return Entry{}, false, err
	}
	b, first, err := x.page(addr, s, bitmap, bit, i)
	if err != nil || b == nil {
		return Entry{}, false, err
	}
	at := (i - first) * size
	e, ok := x.elements.decode(b[at : at+size])
	return e, ok, nil
}

func (x *extensibleArray) Walk(visit func([]uint64, Entry) (bool, error)) error {
	w := arrayWalk{x: x, scaled: make([]uint64, x.rank), visit: visit, seen: map[uint64]struct{}{}}
	index, blocks, supers, err := x.index()
	if err != nil {
		return err
	}
	own := index[blocks-x.indexElements*uint64(x.elements.size()) : blocks]
	if more, err := w.run(own, 0); err != nil || !more {
		return err
	}
	offset := uint64(x.r.Sizes().Offset)
	for k := range x.superBlocks {
		if k >= x.directSupers && x.address(index, supers+uint64(k-x.directSupers)*offset) == cursor.Undefined {
			continue
		}
		if more, err := w.super(k); err != nil || !more {
			return err
		}
	}
	return nil
}

// arrayWalk is one walk over an extensible array.
type arrayWalk struct {
	x      *extensibleArray
	scaled []uint64
	visit  func([]uint64, Entry) (bool, error)
	seen   map[uint64]struct{} // data blocks, each of which has one place
	bytes  uint64              // of all their elements so far; blocks do not overlap, so that they fit in the file
}

// run visits elements that follow each other from a number on.
func (w *arrayWalk) run(b []byte, number uint64) (bool, error) {
	size := w.x.elements.size()
	for i := range len(b) / size {
		e, ok := w.x.elements.decode(b[i*size : (i+1)*size])
		if !ok {
			continue
		}
		w.x.numbering.scaled(w.scaled, number+uint64(i))
		if more, err := w.visit(w.scaled, e); err != nil || !more {
			return false, err
		}
	}
	return true, nil
}

// super visits the data blocks of super block k.
func (w *arrayWalk) super(k int) (bool, error) {
	s := w.x.superBlock(k)
	step := s.elements
	if s.pages > 0 {
		step = 1 << w.x.pageBits
	}
	for j := range s.blocks {
		addr, bitmap, bit, err := w.x.block(k, j)
		if err != nil {
			return false, err
		}
		if addr == cursor.Undefined {
			continue
		}
		if _, twice := w.seen[addr]; twice {
			return false, w.x.r.Errorf(addr, "extensible array data block: it is reached twice")
		}
		w.seen[addr] = struct{}{}
		for i := uint64(0); i < s.elements; i += step {
			b, _, err := w.x.page(addr, s, bitmap, bit, i)
			if err != nil {
				return false, err
			}
			if w.bytes += uint64(len(b)); w.bytes > uint64(w.x.r.Size()) {
				return false, w.x.r.Errorf(addr, "extensible array data block: the blocks have more bytes than the file")
			}
			if more, err := w.run(b, w.x.indexElements+s.start+j*s.elements+i); err != nil || !more {
				return false, err
			}
		}
	}
	return true, nil
}
