package hdf5

import (
	"errors"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

const (
	// pageAligned is the number of bytes from which raw data starts at a page of the file.
	pageAligned = 64 << 10

	// fillPiece is how many bytes of fill values are written at a time.
	fillPiece = 256 << 10

	// maxWriteGap is how many bytes are read and written again rather than skipped: a write of its own costs about as much.
	maxWriteGap = 1 << 10
)

var errNotChunked = errors.New("only a chunked dataset can change its shape; give a chunk shape when it is created")

// contiguousStorage keeps elements in one block, which is allocated with the first of them.
type contiguousStorage struct {
	d         *DatasetWriter
	version   uint8  // of the layout message that is there; 0: none
	size      uint64 // bytes of all elements
	early     bool   // allocated even if nothing is written
	old       bool   // the block was there when the file was opened
	changed   bool   // an old block was written to
	allocated bool
	address   uint64 // once allocated
	filled    uint64 // bytes from the start that were written or filled, where the block is new
}

// writeBox writes long runs straight from the caller's memory; the rest is gathered, elements between that stay as they are included.
func (c *contiguousStorage) writeBox(s *hyperslab) error {
	if c.size == 0 {
		return nil
	}
	c.allocate()
	offset, stride := storedBox(c.d.shape, c.d.typ.Size(), s.start, s.step)
	r := contiguousRun{c: c, s: s, size: c.d.typ.Size()}
	r.box.set(stride, s.memStride, s.count)
	if err := c.fillBefore(uint64(offset), &r.box); err != nil {
		return err
	}
	return r.write(0, int(offset), 0)
}

func (c *contiguousStorage) allocate() {
	if c.allocated {
		return
	}
	c.address, c.allocated = c.d.w.out.Allocate(c.size, alignment(c.size)), true
	if c.d.initial() == nil {
		c.filled = c.size // zeros are there already: nothing else was ever in that part of the file
	}
}

// alignment is where raw data of so many bytes starts.
func alignment(size uint64) uint64 {
	if size >= pageAligned {
		return store.AlignPage
	}
	return store.AlignMetadata
}

// fillBefore fills the new part of the block up to a box that starts at offset and, if the box has gaps, up to its end.
func (c *contiguousStorage) fillBefore(offset uint64, b *box) error {
	if c.filled == c.size {
		return nil
	}
	end, dense := offset+uint64(c.d.typ.Size()), true
	run := c.d.typ.Size()
	for i := b.rank - 1; i >= 0; i-- {
		dense = dense && b.dst[i] == run
		run *= b.count[i]
		end += uint64(b.count[i]-1) * uint64(b.dst[i])
	}
	until := end
	if dense {
		until = offset
	}
	if err := c.fillUntil(until); err != nil {
		return err
	}
	c.filled = max(c.filled, end)
	return nil
}

// fillUntil fills what was not written yet of the first end bytes.
func (c *contiguousStorage) fillUntil(end uint64) error {
	fill := c.d.initial()
	if fill == nil || end <= c.filled {
		return nil
	}
	element := uint64(len(fill))
	piece := make([]byte, min(end-c.filled, max(fillPiece/element, 1)*element))
	fillPattern(piece, fill)
	for c.filled < end {
		n := min(uint64(len(piece)), end-c.filled)
		if err := c.put(piece[:n], int(c.filled)); err != nil {
			return err
		}
		c.filled += n
	}
	return nil
}

// put writes bytes of elements at an offset in the block.
func (c *contiguousStorage) put(p []byte, offset int) error {
	if c.old {
		c.changed = true
		return c.d.w.out.Overwrite(p, c.address+uint64(offset))
	}
	return c.d.w.out.WriteAt(p, c.address+uint64(offset))
}

// finish fills what was not written, if there is a block.
func (c *contiguousStorage) finish() error {
	if c.early && c.size > 0 {
		c.allocate()
	}
	if c.changed && c.d.w.sync {
		return c.d.w.out.Sync()
	}
	if !c.allocated || c.old {
		return nil
	}
	return c.fillUntil(c.size)
}

func (c *contiguousStorage) resize([]uint64) error { return errNotChunked }
func (c *contiguousStorage) abandon()              {}

func (c *contiguousStorage) layout() message.Layout {
	l := message.Layout{Version: c.version, Class: message.LayoutContiguous, Address: cursor.Undefined, Size: c.size}
	if c.allocated {
		l.Address = c.address
	}
	return l
}

// contiguousRun writes a box into a block. In its box, dst is the block and src the caller's memory.
type contiguousRun struct {
	c      *contiguousStorage
	s      *hyperslab
	size   int // bytes of a stored element
	box    box
	buffer []byte // grows with what is gathered
}

// write writes what the axes from axis on have at an offset in the block and at another in memory.
func (r *contiguousRun) write(axis, offset, memory int) error {
	span, dense, near, packed := r.span(axis)
	if dense && packed && r.s.conversion.Identity() {
		return r.c.put(r.s.memory[memory:memory+span], offset)
	}
	if axis == r.box.rank || dense && span <= convertPiece || near && span <= spanBytes {
		return r.piece(axis, r.box.count[axis:r.box.rank], span, dense, offset, memory)
	}
	below, dense, near, _ := r.span(axis + 1)
	step, n := r.box.dst[axis], r.box.count[axis]
	block := 1
	switch {
	case dense && step == below && below < convertPiece:
		block = convertPiece / below
	case near && step-below <= maxWriteGap && step < spanBytes:
		block = spanBytes / step
	}
	for i := 0; i < n; i += block {
		at, from := offset+i*step, memory+i*r.box.src[axis]
		if block == 1 {
			if err := r.write(axis+1, at, from); err != nil {
				return err
			}
			continue
		}
		count := append([]int{min(block, n-i)}, r.box.count[axis+1:r.box.rank]...)
		if err := r.piece(axis, count, (count[0]-1)*step+below, dense && step == below, at, from); err != nil {
			return err
		}
	}
	return nil
}

// span is how many bytes of the block the axes from axis on take, and how they lie: dense without gaps, near with small ones; packed without gaps in memory.
func (r *contiguousRun) span(axis int) (span int, dense, near, packed bool) {
	span, dense, near, packed = r.size, true, true, true
	memory := r.size
	for i := r.box.rank - 1; i >= axis; i-- {
		dense = dense && r.box.dst[i] == span
		near = near && r.box.dst[i]-span <= maxWriteGap
		packed = packed && r.box.src[i] == memory
		span += (r.box.count[i] - 1) * r.box.dst[i]
		memory *= r.box.count[i]
	}
	return span, dense, near, packed
}

// piece converts a part of the box into a buffer and writes it, with what lies between its elements.
func (r *contiguousRun) piece(axis int, count []int, span int, dense bool, offset, memory int) error {
	if cap(r.buffer) < span {
		r.buffer = make([]byte, span)
	}
	p := r.buffer[:span]
	if !dense {
		if err := r.c.d.w.out.ReadAt(p, r.c.address+uint64(offset)); err != nil {
			return err
		}
	}
	var to, from [maxBoxRank]int64
	var n [maxBoxRank]uint64
	for i, m := range count {
		to[i], from[i], n[i] = int64(r.box.dst[axis+i]), int64(r.box.src[axis+i]), uint64(m)
	}
	err := r.s.conversion.CopyBox(unsafe.Pointer(&p[0]), to[:len(count)], r.s.memory[memory:], from[:len(count)], n[:len(count)])
	if err != nil {
		return err
	}
	return r.c.put(p, offset)
}
