package message

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// LayoutClass says how the elements of a dataset are stored, with the numbers of the format.
type LayoutClass uint8

// The classes of layouts.
const (
	LayoutCompact    LayoutClass = 0
	LayoutContiguous LayoutClass = 1
	LayoutChunked    LayoutClass = 2
	LayoutVirtual    LayoutClass = 3
)

// ChunkIndex is the kind of structure that finds chunks, with the numbers of layout version 4.
type ChunkIndex uint8

// The kinds of chunk indexes.
const (
	IndexBTree1          ChunkIndex = 0 // layout versions 1 to 3
	IndexSingle          ChunkIndex = 1
	IndexImplicit        ChunkIndex = 2
	IndexFixedArray      ChunkIndex = 3
	IndexExtensibleArray ChunkIndex = 4
	IndexBTree2          ChunkIndex = 5
)

// Flags of chunked storage in layout versions 4 and 5.
const (
	ChunkEdgesUnfiltered = 1 << 0 // chunks that cross the extent are stored without filters
	ChunkSingleFiltered  = 1 << 1 // a single chunk's size and mask stand in the message
)

// Layout is the data layout message (IV.A.2.i). Which fields mean something depends on Class.
type Layout struct {
	Version uint8
	Class   LayoutClass

	Data []byte // the elements, LayoutCompact; not a copy

	// Address is where the elements are (LayoutContiguous), the chunk index (LayoutChunked; the chunk itself
	// with IndexSingle), or the global heap collection (LayoutVirtual). cursor.Undefined: nothing was allocated yet.
	Address uint64
	Size    uint64 // bytes, LayoutContiguous; what writers store here is not reliable

	HeapIndex uint32 // object of the collection, LayoutVirtual

	ChunkDims   []uint64 // elements of a chunk along each axis, LayoutChunked
	ElementSize uint64   // bytes of an element, LayoutChunked
	Flags       uint8    // ChunkEdgesUnfiltered, ChunkSingleFiltered
	Index       ChunkIndex
	SingleSize  uint64 // stored bytes of a filtered single chunk
	SingleMask  uint32 // its filter mask

	PageBits      uint8  // IndexFixedArray, IndexExtensibleArray
	MaxBits       uint8  // IndexExtensibleArray
	IndexElements uint8  // IndexExtensibleArray
	MinPointers   uint8  // IndexExtensibleArray: data block pointers of a super block at least
	MinElements   uint8  // IndexExtensibleArray: elements of a data block at least
	NodeSize      uint32 // IndexBTree2
	Split, Merge  uint8  // IndexBTree2, percent
}

// DecodeLayout reads a data layout message, versions 1 to 5.
func DecodeLayout(c *cursor.Cursor) (Layout, error) {
	m := Layout{Version: c.U8(), Address: cursor.Undefined}
	switch m.Version {
	case 1, 2:
		m.decodeOld(c)
	case 3:
		m.decode3(c)
	case 4, 5:
		m.decode4(c)
	default:
		if err := c.Err(); err != nil {
			return Layout{}, err
		}
		return Layout{}, c.Unsupported("data layout version %d", m.Version)
	}
	return m, c.Err()
}

// decodeOld reads versions 1 and 2.
func (m *Layout) decodeOld(c *cursor.Cursor) {
	n := int(c.U8())
	m.Class = LayoutClass(c.U8())
	c.Skip(5)
	switch m.Class {
	case LayoutCompact:
	case LayoutContiguous, LayoutChunked:
		m.Address = c.Address()
	default:
		c.Fail("layout class %d", m.Class)
		return
	}
	least := 1
	if m.Class == LayoutChunked {
		least = 2
	}
	if n < least || n > MaxRank+1 {
		c.Fail("%d dimensions, the element's size included", n)
		return
	}
	dims := make([]uint64, n)
	for i := range dims {
		dims[i] = uint64(c.U32())
	}
	switch m.Class {
	case LayoutCompact:
		m.Data = c.Bytes(uint64(c.U32()))
	case LayoutContiguous:
		// The size follows from dataspace and datatype: 32-bit dimensions may be cut off.
		m.Size, _ = Product(dims)
	case LayoutChunked:
		m.setChunk(c, dims)
	}
}

// decode3 reads what follows the number of version 3.
func (m *Layout) decode3(c *cursor.Cursor) {
	m.Class = LayoutClass(c.U8())
	switch m.Class {
	case LayoutCompact, LayoutContiguous:
		m.decodePlain(c)
	case LayoutChunked:
		n := int(c.U8())
		m.Address = c.Address()
		if n < 2 || n > MaxRank+1 {
			c.Fail("a chunk with %d dimensions, the element's size included", n)
			return
		}
		dims := make([]uint64, n)
		for i := range dims {
			dims[i] = uint64(c.U32())
		}
		m.setChunk(c, dims)
	case LayoutVirtual:
		// No library writes it in version 3, and it is unambiguous.
		m.decodeVirtual(c)
	default:
		c.Fail("layout class %d", m.Class)
	}
}

// decodePlain reads compact and contiguous layouts of versions 3 and later.
func (m *Layout) decodePlain(c *cursor.Cursor) {
	if m.Class == LayoutCompact {
		m.Data = c.Bytes(uint64(c.U16()))
		return
	}
	m.Address = c.Address()
	m.Size = c.Length()
}

func (m *Layout) decodeVirtual(c *cursor.Cursor) {
	m.Address = c.Address()
	m.HeapIndex = c.U32()
}

// decode4 reads what follows the number of versions 4 and 5.
func (m *Layout) decode4(c *cursor.Cursor) {
	m.Class = LayoutClass(c.U8())
	switch m.Class {
	case LayoutCompact, LayoutContiguous:
		m.decodePlain(c)
	case LayoutChunked:
		m.decodeChunked4(c)
	case LayoutVirtual:
		m.decodeVirtual(c)
	default:
		c.Fail("layout class %d", m.Class)
	}
}

func (m *Layout) decodeChunked4(c *cursor.Cursor) {
	m.Flags = c.U8()
	n := int(c.U8())
	width := int(c.U8())
	switch {
	case c.Err() != nil:
		return
	case m.Flags&^(ChunkEdgesUnfiltered|ChunkSingleFiltered) != 0:
		c.Fail("flags %#x", m.Flags)
		return
	case n < 2 || n > MaxRank+1:
		c.Fail("a chunk with %d dimensions, the element's size included", n)
		return
	case width < 1 || width > 8:
		c.Fail("chunk dimensions of %d bytes", width)
		return
	}
	dims := make([]uint64, n)
	for i := range dims {
		dims[i] = c.Uint(width)
	}
	m.setChunk(c, dims)
	m.Index = ChunkIndex(c.U8())
	switch m.Index {
	case IndexSingle:
		if m.Flags&ChunkSingleFiltered != 0 {
			m.SingleSize = c.Length()
			m.SingleMask = c.U32()
		}
	case IndexImplicit:
	case IndexFixedArray:
		m.PageBits = c.U8()
	case IndexExtensibleArray:
		m.MaxBits = c.U8()
		m.IndexElements = c.U8()
		m.MinPointers = c.U8()
		m.MinElements = c.U8()
		m.PageBits = c.U8()
	case IndexBTree2:
		m.NodeSize = c.U32()
		m.Split = c.U8()
		m.Merge = c.U8()
	default:
		if c.Err() == nil {
			c.Unsupported("chunk index type %d", m.Index)
		}
		return
	}
	m.Address = c.Address()
}

// setChunk takes the dimensions of a chunk, of which the last is the size of an element.
func (m *Layout) setChunk(c *cursor.Cursor, dims []uint64) {
	if c.Err() != nil {
		return
	}
	for i, d := range dims {
		if d == 0 {
			c.Fail("dimension %d of a chunk is 0", i)
			return
		}
	}
	n := len(dims) - 1
	m.ChunkDims, m.ElementSize = dims[:n:n], dims[n]
	if _, ok := m.ChunkBytes(); !ok {
		c.Fail("a chunk of %d elements of %d bytes is larger than any file", m.ChunkDims, m.ElementSize)
	}
}

// ChunkBytes is the number of bytes of a chunk without filters; ok is false when it is more than 2^63.
func (m *Layout) ChunkBytes() (n uint64, ok bool) {
	n, ok = Product(m.ChunkDims)
	if !ok {
		return 0, false
	}
	n, ok = Product([]uint64{n, m.ElementSize})
	return n, ok && n < 1<<63
}
