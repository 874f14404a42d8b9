package heap

import (
	"bytes"
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

const (
	flagHugeWrapped = 1 << 0
	flagChecksums   = 1 << 1 // direct blocks have checksums

	idManaged = 0
	idHuge    = 1
	idTiny    = 2

	// maxObject is the largest object that is read from a fractal heap. Links fit in 64 KiB; attributes may be of any size,
	// and those that do not fit in memory are not attributes.
	maxObject = 1 << 30

	// maxBlock is the largest direct block, the limit of libhdf5.
	maxBlock = 1 << 31
)

// Unfilter undoes a filter pipeline: it turns stored bytes into size bytes.
type Unfilter func(pipeline []message.Filter, mask uint32, stored []byte, size uint64) ([]byte, error)

// Fractal is a fractal heap (III.G). It is immutable, and safe for concurrent use.
type Fractal struct {
	r        *block.Reader
	addr     uint64
	unfilter Unfilter

	idLength     int
	flags        uint8
	maxManaged   uint64
	hugeTree     uint64
	width        uint64 // blocks in a row
	start        uint64 // bytes of a block of the first row
	maxDirect    uint64 // bytes of the largest direct block
	heapBits     int    // bits of a position in the heap
	root         uint64
	rootRows     int // 0: the root is a direct block
	filters      []message.Filter
	rootSize     uint64 // stored bytes of a filtered root direct block
	rootMask     uint32
	offsetBytes  int // bytes of a position in the heap
	lengthBytes  int // bytes of a length in an id
	directRows   int // rows of an indirect block that hold direct blocks
	prefixLength uint64
}

// OpenFractal reads the header of the fractal heap at an address.
func OpenFractal(r *block.Reader, addr uint64, unfilter Unfilter) (*Fractal, error) {
	const what = "fractal heap"
	sizes := r.Sizes()
	fixed := 22 + 12*uint64(sizes.Length) + 3*uint64(sizes.Offset) + 4
	head, err := r.Cursor(addr, fixed, what)
	if err != nil {
		return nil, err
	}
	head.Skip(7)
	extra := uint64(head.U16())
	if extra > 0 {
		extra += uint64(sizes.Length) + 4
	}
	c, err := r.Cursor(addr, fixed+extra, what)
	if err != nil {
		return nil, err
	}
	h := &Fractal{r: r, addr: addr, unfilter: unfilter}
	if err := h.decode(&c); err != nil {
		return nil, err
	}
	return h, h.derive()
}

func (h *Fractal) decode(c *cursor.Cursor) error {
	c.Signature("FRHP")
	c.Version(0)
	h.idLength = int(c.U16())
	filterLength := uint64(c.U16())
	h.flags = c.U8()
	h.maxManaged = uint64(c.U32())
	c.Length() // next huge id
	h.hugeTree = c.Address()
	c.Length()  // free space in managed blocks
	c.Address() // free space manager
	for range 8 {
		c.Length() // statistics of managed, huge and tiny objects
	}
	h.width = uint64(c.U16())
	h.start = c.Length()
	h.maxDirect = c.Length()
	h.heapBits = int(c.U16())
	c.U16() // rows that the root indirect block starts with
	h.root = c.Address()
	h.rootRows = int(c.U16())
	if filterLength > 0 {
		h.rootSize = c.Length()
		h.rootMask = c.U32()
		pipeline := c.Sub(filterLength, "filter pipeline of fractal heap")
		filters, err := message.DecodeFilterPipeline(&pipeline)
		if err != nil {
			return err
		}
		h.filters = filters
	}
	c.Checksum()
	return c.Err()
}

func powerOfTwo(n uint64) bool { return n != 0 && n&(n-1) == 0 }

func log2(n uint64) int { return bits.Len64(n) - 1 }

// derive checks the parameters and computes what follows from them.
func (h *Fractal) derive() error {
	switch {
	case !powerOfTwo(h.width) || !powerOfTwo(h.start) || !powerOfTwo(h.maxDirect):
		return h.r.Errorf(h.addr, "fractal heap: width %d, block sizes %d to %d: each must be a power of two", h.width, h.start, h.maxDirect)
	case h.start > h.maxDirect || h.maxDirect > maxBlock:
		return h.r.Errorf(h.addr, "fractal heap: block sizes %d to %d", h.start, h.maxDirect)
	case h.heapBits < 1 || h.heapBits > 64:
		return h.r.Errorf(h.addr, "fractal heap: positions of %d bits", h.heapBits)
	case log2(h.start)+log2(h.width) > h.heapBits:
		return h.r.Errorf(h.addr, "fractal heap: a row of %d blocks of %d bytes does not fit in %d bits", h.width, h.start, h.heapBits)
	}
	h.offsetBytes = (h.heapBits + 7) / 8
	// libhdf5 takes bits of the direct block's size, or bytes of the managed size, whichever is less.
	h.lengthBytes = min((log2(h.maxDirect)+7)/8, cursor.Width(h.maxManaged))
	h.directRows = log2(h.maxDirect) - log2(h.start) + 2
	h.prefixLength = 5 + uint64(h.r.Sizes().Offset) + uint64(h.offsetBytes)
	if h.flags&flagChecksums != 0 {
		h.prefixLength += 4
	}
	if maxRows := h.rowsFor(uint64(1)<<(h.heapBits-1)) + 1; h.rootRows > maxRows {
		return h.r.Errorf(h.addr, "fractal heap: a root block of %d rows, with %d bits for positions", h.rootRows, h.heapBits)
	}
	if h.idLength < 2 {
		return h.r.Errorf(h.addr, "fractal heap: ids of %d bytes", h.idLength)
	}
	return nil
}

// rowsFor is the number of rows of an indirect block that covers size bytes.
func (h *Fractal) rowsFor(size uint64) int {
	return log2(size) - log2(h.start*h.width) + 1
}

// rowSize is the number of bytes that a block in a row covers.
func (h *Fractal) rowSize(row int) uint64 {
	if row <= 1 {
		return h.start
	}
	return h.start << (row - 1)
}

// Filtered reports whether the heap is stored filtered, so that its objects may have more bytes than the file.
func (h *Fractal) Filtered() bool { return len(h.filters) > 0 }

// IDLength is the number of bytes of an id.
func (h *Fractal) IDLength() int { return h.idLength }

// Object returns the object with an id; it must not be changed.
func (h *Fractal) Object(id []byte) ([]byte, error) {
	if len(id) < 2 {
		return nil, h.r.Errorf(h.addr, "fractal heap: an id of %d bytes", len(id))
	}
	if version := id[0] >> 6; version != 0 {
		return nil, h.r.Errorf(h.addr, "fractal heap: id of version %d", version)
	}
	switch kind := id[0] >> 4 & 3; kind {
	case idManaged:
		return h.managed(id)
	case idHuge:
		return h.huge(id)
	case idTiny:
		return h.tiny(id)
	default:
		return nil, h.r.Errorf(h.addr, "fractal heap: id of type %d", kind)
	}
}

// Position is where in the heap the object with an id lies; 0 for one that lies elsewhere. Objects that are read in the order of their positions
// have each block read once.
func (h *Fractal) Position(id []byte) uint64 {
	if len(id) < 1+h.offsetBytes || id[0]>>4 != idManaged {
		return 0
	}
	position := uint64(0)
	for i := h.offsetBytes; i > 0; i-- {
		position = position<<8 | uint64(id[i])
	}
	return position
}

// tiny returns an object that stands in its id.
func (h *Fractal) tiny(id []byte) ([]byte, error) {
	length, data := int(id[0]&15)+1, id[1:]
	if h.idLength-1 > 16 {
		length, data = (int(id[0]&15)<<8|int(id[1]))+1, id[2:]
	}
	if length > len(data) {
		return nil, h.r.Errorf(h.addr, "fractal heap: a tiny object of %d bytes in an id of %d", length, len(id))
	}
	return bytes.Clone(data[:length]), nil
}

// managed returns an object that lies in the blocks of the heap.
func (h *Fractal) managed(id []byte) ([]byte, error) {
	c := h.r.Over(id, h.addr, "fractal heap id")
	c.U8()
	position := c.Uint(h.offsetBytes)
	length := c.Uint(h.lengthBytes)
	if err := c.Err(); err != nil {
		return nil, err
	}
	if h.root == cursor.Undefined {
		return nil, h.r.Errorf(h.addr, "fractal heap: object at %d in an empty heap", position)
	}
	if h.heapBits < 64 && position>>h.heapBits != 0 {
		return nil, h.r.Errorf(h.addr, "fractal heap: position %d has more than %d bits", position, h.heapBits)
	}
	d, err := h.find(position)
	if err != nil {
		return nil, err
	}
	data, err := h.direct(d)
	if err != nil {
		return nil, err
	}
	at := position - d.position
	if at < h.prefixLength || at > uint64(len(data)) || length > uint64(len(data))-at {
		return nil, h.r.Errorf(d.addr, "fractal heap block: an object of %d bytes at %d of %d", length, at, len(data))
	}
	return data[at : at+length : at+length], nil
}

// directBlock is where a direct block is.
type directBlock struct {
	addr     uint64
	position uint64 // of its first byte in the heap
	size     uint64 // bytes, filters undone
	stored   uint64 // bytes in the file
	mask     uint32
}

// find goes down from the root to the direct block that holds a position of the heap.
func (h *Fractal) find(position uint64) (directBlock, error) {
	if h.rootRows == 0 {
		d := directBlock{addr: h.root, size: h.start, stored: h.start}
		if len(h.filters) > 0 {
			d.stored, d.mask = h.rootSize, h.rootMask
		}
		if position >= d.size {
			return d, h.r.Errorf(h.addr, "fractal heap: position %d in a root block of %d bytes", position, d.size)
		}
		return d, nil
	}
	addr, rows, base := h.root, h.rootRows, uint64(0)
	// Each level covers at least width times less than the one above.
	for range 64 {
		row, column := h.cell(position - base)
		if row >= rows {
			return directBlock{}, h.r.Errorf(addr, "fractal heap: position %d is past the %d rows of its block", position, rows)
		}
		d, err := h.entry(addr, rows, row, column)
		if err != nil {
			return directBlock{}, err
		}
		if d.addr == cursor.Undefined {
			return directBlock{}, h.r.Errorf(addr, "fractal heap: there is no block for position %d", position)
		}
		base += h.cellStart(row, column)
		if row < h.directRows {
			d.position = base
			return d, nil
		}
		addr, rows = d.addr, h.rowsFor(h.rowSize(row))
	}
	return directBlock{}, h.r.Errorf(h.addr, "fractal heap: more than 64 levels of blocks")
}

// cell is the row and column of the block that holds a position, counted from the start of an indirect block.
func (h *Fractal) cell(position uint64) (row, column int) {
	firstRow := h.start * h.width
	if position < firstRow {
		return 0, int(position / h.start)
	}
	high := log2(position)
	row = high - log2(firstRow) + 1
	return row, int((position - 1<<high) / h.rowSize(row))
}

// cellStart is the position where a cell begins, counted from the start of its indirect block.
func (h *Fractal) cellStart(row, column int) uint64 {
	start := uint64(0)
	if row > 0 {
		start = h.start * h.width << (row - 1)
	}
	return start + uint64(column)*h.rowSize(row)
}

// entry reads one entry of an indirect block.
func (h *Fractal) entry(addr uint64, rows, row, column int) (directBlock, error) {
	const what = "fractal heap indirect block"
	offset := uint64(h.r.Sizes().Offset)
	directEntry := offset
	if len(h.filters) > 0 {
		directEntry += uint64(h.r.Sizes().Length) + 4
	}
	direct := min(rows, h.directRows)
	prefix := 5 + offset + uint64(h.offsetBytes)
	size := prefix + h.width*(uint64(direct)*directEntry+uint64(rows-direct)*offset) + 4
	data, err := h.r.Load(addr, size, what, func(c *cursor.Cursor) error {
		c.Signature("FHIB")
		c.Version(0)
		if owner := c.Address(); c.Err() == nil && owner != h.addr {
			return c.Fail("it belongs to the heap at %#x, not to the one at %#x", owner, h.addr)
		}
		c.Skip(size - 4 - uint64(c.Pos()))
		c.Checksum()
		return c.Err()
	})
	if err != nil {
		return directBlock{}, err
	}
	cells := uint64(row)*h.width + uint64(column)
	at := prefix + cells*directEntry
	if row >= direct {
		at = prefix + h.width*uint64(direct)*directEntry + (cells-h.width*uint64(direct))*offset
	}
	c := h.r.Over(data, addr, what)
	c.Skip(at)
	d := directBlock{addr: c.Address(), size: h.rowSize(row), stored: h.rowSize(row)}
	if row < direct && len(h.filters) > 0 {
		d.stored = c.Length()
		d.mask = c.U32()
	}
	return d, c.Err()
}

// direct reads a direct block and undoes its filters.
func (h *Fractal) direct(d directBlock) ([]byte, error) {
	const what = "fractal heap block"
	if len(h.filters) > 0 {
		return h.filtered(d)
	}
	return h.r.Load(d.addr, d.size, what, h.verifyDirect)
}

// filtered reads a direct block that is stored filtered. The result is not kept: such heaps are all but unknown.
func (h *Fractal) filtered(d directBlock) ([]byte, error) {
	const what = "fractal heap block"
	stored, err := h.r.Bytes(d.addr, d.stored, what)
	if err != nil {
		return nil, err
	}
	if h.unfilter == nil {
		return nil, h.r.Unsupported("filtered fractal heap")
	}
	if d.size > maxObject {
		return nil, h.r.Errorf(d.addr, "%s: %d bytes", what, d.size)
	}
	data, err := h.unfilter(h.filters, d.mask, stored, d.size)
	if err != nil {
		return nil, err
	}
	c := h.r.Over(data, d.addr, what)
	return data, h.verifyDirect(&c)
}

// verifyDirect checks the prefix of a direct block and its checksum, which covers all of it with the checksum itself as 0.
func (h *Fractal) verifyDirect(c *cursor.Cursor) error {
	c.Signature("FHDB")
	c.Version(0)
	if owner := c.Address(); c.Err() == nil && owner != h.addr {
		return c.Fail("it belongs to the heap at %#x, not to the one at %#x", owner, h.addr)
	}
	c.Skip(uint64(h.offsetBytes))
	if c.Err() != nil || h.flags&flagChecksums == 0 {
		return c.Err()
	}
	at := c.Pos()
	stored := c.U32()
	if err := c.Err(); err != nil {
		return err
	}
	block := bytes.Clone(c.All())
	clear(block[at : at+4])
	c.Compare(at, stored, cursor.Checksum(block))
	return c.Err()
}

// huge returns an object that lies on its own in the file.
func (h *Fractal) huge(id []byte) ([]byte, error) {
	sizes := h.r.Sizes()
	direct := int(sizes.Offset) + int(sizes.Length)
	if len(h.filters) > 0 {
		direct += 4 + int(sizes.Length)
	}
	c := h.r.Over(id, h.addr, "fractal heap id of a huge object")
	c.U8()
	if direct <= h.idLength-1 {
		return h.hugeAt(&c)
	}
	key := c.Uint(min(int(sizes.Length), h.idLength-1, 8))
	if err := c.Err(); err != nil {
		return nil, err
	}
	kind, recordSize := uint8(btree.HugeIndirect), int(sizes.Offset)+2*int(sizes.Length)
	if len(h.filters) > 0 {
		kind, recordSize = btree.HugeIndirectFiltered, recordSize+4+int(sizes.Length)
	}
	tree, err := btree.Open2(h.r, h.hugeTree, kind, recordSize)
	if err != nil {
		return nil, err
	}
	record, found, err := tree.Find(func(record []byte) (int, error) {
		id := h.r.Over(record[recordSize-int(sizes.Length):], h.hugeTree, "record of a huge object")
		stored := id.Length()
		switch {
		case key < stored:
			return -1, id.Err()
		case key > stored:
			return 1, id.Err()
		}
		return 0, id.Err()
	})
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, h.r.Errorf(h.addr, "fractal heap: there is no huge object %d", key)
	}
	rc := h.r.Over(record, h.hugeTree, "record of a huge object")
	return h.hugeAt(&rc)
}

// hugeAt reads the object whose address and size c is at.
func (h *Fractal) hugeAt(c *cursor.Cursor) ([]byte, error) {
	addr := c.Address()
	stored := c.Length()
	mask, size := uint32(0), stored
	if len(h.filters) > 0 {
		mask = c.U32()
		size = c.Length()
	}
	if err := c.Err(); err != nil {
		return nil, err
	}
	if size > maxObject || stored > maxObject {
		return nil, h.r.Errorf(addr, "huge object of a fractal heap: %d bytes are more than %d", max(size, stored), maxObject)
	}
	data, err := h.r.Bytes(addr, stored, "huge object of a fractal heap")
	if err != nil || len(h.filters) == 0 {
		return data, err
	}
	if h.unfilter == nil {
		return nil, h.r.Unsupported("filtered fractal heap")
	}
	return h.unfilter(h.filters, mask, data, size)
}
