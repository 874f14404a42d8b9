package hdf5

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// chunkStorage keeps elements in chunks. Elements come in row-major order and are gathered until a row of chunks (all chunks with the same first
// coordinate) is complete; then its chunks are filtered, several at a time, and written in order.
type chunkStorage struct {
	d          *DatasetWriter
	message    message.Layout
	pipeline   *filter.Pipeline // nil: no filters
	chunkBytes int
	rowBytes   uint64 // of one index of axis 0
	slabBytes  uint64 // of a row of chunks, whole along axis 0

	slab  []byte // elements of the row of chunks that is not complete
	slabs uint64 // rows of chunks that are complete

	queue encodeQueue

	unlimited int // axes
	numbering chunkindex.Numbering
	possible  uint64   // chunks in the maximal shape; of no meaning with unlimited axes
	highest   []uint64 // scaled coordinate of the last chunk along each axis
	stored    []chunkindex.Stored
	coords    []uint64 // scaled coordinates of stored chunks, where the index is a tree
}

func newChunkStorage(d *DatasetWriter, s DatasetSpec) (*chunkStorage, error) {
	if d.kind == message.SpaceScalar {
		return nil, errors.New("a scalar has no chunks; leave out the chunk shape")
	}
	if len(s.Chunk) != len(d.shape) {
		return nil, fmt.Errorf("the chunk shape has %d axes and the shape has %d", len(s.Chunk), len(d.shape))
	}
	for i, n := range s.Chunk {
		switch {
		case n == 0:
			return nil, fmt.Errorf("the chunk shape has no elements along axis %d; give at least 1", i)
		case n > d.max[i] && d.max[i] != 0:
			return nil, fmt.Errorf("the chunk shape has %d elements along axis %d, more than the %d that the dataset can have there", n, i, d.max[i])
		}
	}
	bytes, ok := message.Product(append(slices.Clone(s.Chunk), uint64(d.typ.Size())))
	if !ok || bytes > min(maxChunkBytes, math.MaxInt) {
		return nil, fmt.Errorf("chunks of shape %d and elements of %d bytes have more than %d bytes; use smaller chunks", s.Chunk, d.typ.Size(), uint64(min(maxChunkBytes, math.MaxInt)))
	}
	c := &chunkStorage{
		d:          d,
		message:    message.Layout{Class: message.LayoutChunked, ChunkDims: slices.Clone(s.Chunk), ElementSize: uint64(d.typ.Size())},
		chunkBytes: int(bytes),
		rowBytes:   d.rowElements * uint64(d.typ.Size()),
		highest:    make([]uint64, len(d.shape)),
	}
	if c.slabBytes, ok = message.Product([]uint64{s.Chunk[0], c.rowBytes}); !ok {
		return nil, fmt.Errorf("a row of chunks of shape %d is larger than any memory; use chunks with fewer elements along axis 0", s.Chunk)
	}
	if err := c.setNumbering(); err != nil {
		return nil, err
	}
	return c, c.setFilters(s.Filters)
}

// setNumbering prepares the index of chunks that the shape asks for.
func (c *chunkStorage) setNumbering() error {
	chunks := make([]uint64, len(c.d.max))
	growing := -1
	for i, limit := range c.d.max {
		if limit == dataspace.Unlimited {
			c.unlimited++
			growing = i
			chunks[i] = 1
			continue
		}
		chunks[i] = ceilDiv(limit, c.message.ChunkDims[i])
	}
	var ok bool
	if c.possible, ok = message.Product(chunks); !ok {
		return fmt.Errorf("the dataset has room for more than 2^64 chunks of shape %d; use larger chunks", c.message.ChunkDims)
	}
	c.numbering = chunkindex.NewNumbering(chunks, growing)
	return nil
}

func ceilDiv(a, b uint64) uint64 { return a/b + min(a%b, 1) }

// setFilters makes the pipeline and the list of filters that the file keeps.
func (c *chunkStorage) setFilters(specs []filter.Spec) error {
	if len(specs) == 0 {
		return nil
	}
	t := c.d.typ
	element := filter.Element{Size: t.Size(), Fill: c.d.fill, BigEndian: t.Order() == OrderBE, Signed: t.Signed()}
	base := t
	if t.Class() == ClassEnum {
		base = t.Base()
	}
	element.Integer = base.Class() == ClassInteger && base.BitOffset() == 0 && base.Precision() == 8*base.Size()
	if element.Fill == nil {
		element.Fill = make([]byte, t.Size())
	}
	complete, err := filter.Complete(specs, element, c.chunkBytes)
	if err != nil {
		return err
	}
	if c.pipeline, err = filter.NewPipeline(complete, t.Size(), c.chunkBytes); err != nil {
		return err
	}
	for _, s := range c.pipeline.Specs() {
		c.d.filters = append(c.d.filters, message.Filter{ID: uint16(s.ID), Optional: s.Optional, Name: s.Name, Params: s.Params})
	}
	c.queue.init(c)
	return nil
}

// filtered reports whether the index keeps sizes and masks.
func (c *chunkStorage) filtered() bool { return c.pipeline != nil }

func (c *chunkStorage) write(p []byte) error {
	// What is encoded in the background may look at the caller's memory only as long as this call lasts. Waiting for that pays where
	// there is much; few chunks are copied, and encoded while the caller prepares the next ones.
	if len(p)/c.chunkBytes < 2*c.queue.depth {
		return c.split(p, transient)
	}
	if err := c.split(p, borrowed); err != nil {
		c.queue.abandon()
		return err
	}
	return c.queue.drain()
}

// split cuts elements into rows of chunks.
func (c *chunkStorage) split(p []byte, held holding) error {
	for len(p) > 0 {
		room := c.slabBytes - uint64(len(c.slab))
		if len(c.slab) == 0 && uint64(len(p)) >= room {
			if err := c.emit(p[:room], held); err != nil {
				return err
			}
			p = p[room:]
			continue
		}
		n := min(room, uint64(len(p)))
		c.slab = append(c.slab, p[:n]...)
		p = p[n:]
		if n == room {
			if err := c.emit(c.slab, transient); err != nil {
				return err
			}
			c.slab = c.slab[:0]
		}
	}
	return nil
}

// emit writes the chunks of a row of chunks of which all, or in the last row fewer, indexes along axis 0 are in slab.
func (c *chunkStorage) emit(slab []byte, held holding) error {
	rank := len(c.d.shape)
	scaled := make([]uint64, rank)
	scaled[0] = c.slabs
	c.slabs++
	if uint64(len(slab)) == uint64(c.chunkBytes) && slices.Equal(c.d.shape[1:], c.message.ChunkDims[1:]) {
		return c.put(scaled, slab, held)
	}
	rows := uint64(len(slab)) / c.rowBytes
	for {
		chunk := c.queue.buffer(c.chunkBytes)
		c.gather(chunk, slab, scaled, rows)
		if err := c.put(scaled, chunk, owned); err != nil {
			return err
		}
		axis := rank - 1
		for ; axis > 0; axis-- {
			scaled[axis]++
			if scaled[axis]*c.message.ChunkDims[axis] < c.d.shape[axis] {
				break
			}
			scaled[axis] = 0
		}
		if axis == 0 {
			return nil
		}
	}
}

// gather copies a chunk out of a row of chunks with so many indexes along axis 0. What lies outside of the dataset is filled.
func (c *chunkStorage) gather(chunk, slab []byte, scaled []uint64, rows uint64) {
	rank := len(scaled)
	first := make([]uint64, rank)
	count := make([]uint64, rank)
	whole := true
	for i := range rank {
		extent := c.d.shape[i]
		if i == 0 {
			extent = rows
		} else {
			first[i] = scaled[i] * c.message.ChunkDims[i]
		}
		count[i] = min(c.message.ChunkDims[i], extent-first[i])
		whole = whole && count[i] == c.message.ChunkDims[i]
	}
	if !whole {
		fillPattern(chunk, c.d.fill)
	}
	size := c.message.ElementSize
	chunkStride, slabStride := size, size
	start := uint64(0)
	chunkStrides, slabStrides := make([]uint64, rank), make([]uint64, rank)
	for i := rank - 1; i >= 0; i-- {
		chunkStrides[i], slabStrides[i] = chunkStride, slabStride
		start += first[i] * slabStride
		chunkStride *= c.message.ChunkDims[i]
		slabStride *= c.d.shape[i]
	}
	copyRows(chunk, slab[start:], chunkStrides, slabStrides, count, size)
}

// copyRows copies a box; strides are in bytes, the last axis is contiguous on both sides.
func copyRows(to, from []byte, toStride, fromStride, count []uint64, size uint64) {
	if len(count) == 1 {
		copy(to[:count[0]*size], from)
		return
	}
	for i := range count[0] {
		copyRows(to[i*toStride[0]:], from[i*fromStride[0]:], toStride[1:], fromStride[1:], count[1:], size)
	}
}

// put stores one chunk.
func (c *chunkStorage) put(scaled []uint64, raw []byte, held holding) error {
	if c.filtered() {
		return c.queue.submit(scaled, raw, held)
	}
	err := c.store(scaled, raw, 0)
	if held == owned {
		c.queue.recycle(raw)
	}
	return err
}

// store writes the stored bytes of a chunk and notes where.
func (c *chunkStorage) store(scaled []uint64, b []byte, mask uint32) error {
	align := uint64(8)
	if !c.filtered() {
		align = alignment(uint64(len(b)))
	}
	address, err := c.d.w.out.Append(b, align)
	if err != nil {
		return err
	}
	c.stored = append(c.stored, chunkindex.Stored{Number: c.numbering.Number(scaled), Address: address, Size: uint64(len(b)), Mask: mask})
	if c.unlimited > 1 {
		c.coords = append(c.coords, scaled...)
	}
	for i, s := range scaled {
		c.highest[i] = max(c.highest[i], s)
	}
	return nil
}

func (c *chunkStorage) abandon() { c.queue.abandon() }

// finish stores the last row of chunks and the index.
func (c *chunkStorage) finish() error {
	if len(c.slab) > 0 {
		if err := c.emit(c.slab, transient); err != nil {
			return err
		}
	}
	if err := c.queue.drain(); err != nil {
		return err
	}
	c.slab = nil
	c.queue.free()
	if len(c.stored) > 0 {
		for i, s := range c.highest {
			if s*c.message.ChunkDims[i] >= c.d.shape[i] {
				return fmt.Errorf("a chunk was written at %d along axis %d, outside of the extent %d", s*c.message.ChunkDims[i], i, c.d.shape[i])
			}
		}
	}
	err := c.writeIndex()
	c.stored, c.coords = nil, nil
	return err
}

func (c *chunkStorage) writeIndex() error {
	l := &c.message
	out := c.d.w.out
	if c.unlimited > 1 {
		c.sortTree()
		return chunkindex.WriteBTree2(out, l, c.filtered(), c.stored, c.coords)
	}
	// A chunk that was written again replaces the earlier one.
	slices.SortStableFunc(c.stored, func(a, b chunkindex.Stored) int { return cmp.Compare(a.Number, b.Number) })
	c.stored = lastOfEach(c.stored, func(a, b chunkindex.Stored) bool { return a.Number == b.Number })
	switch {
	case c.unlimited == 1:
		return chunkindex.WriteExtensibleArray(out, l, c.filtered(), c.stored)
	case slices.Equal(c.d.shape, c.d.max) && slices.Equal(c.d.shape, l.ChunkDims):
		c.setSingle()
		return nil
	}
	return chunkindex.WriteFixedArray(out, l, c.filtered(), c.stored, c.possible)
}

// setSingle makes the only chunk its own index.
func (c *chunkStorage) setSingle() {
	l := &c.message
	l.Index, l.Address = message.IndexSingle, cursor.Undefined
	if len(c.stored) > 0 {
		l.Address, l.SingleSize, l.SingleMask = c.stored[0].Address, c.stored[0].Size, c.stored[0].Mask
	}
	if c.filtered() {
		l.Flags |= message.ChunkSingleFiltered
	}
}

// sortTree sorts chunks by their coordinates, and keeps the last of each.
func (c *chunkStorage) sortTree() {
	rank := len(c.d.shape)
	at := func(i int) []uint64 { return c.coords[i*rank : (i+1)*rank] }
	order := make([]int, len(c.stored))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(at(a), at(b)) })
	order = lastOfEach(order, func(a, b int) bool { return slices.Equal(at(a), at(b)) })
	stored := make([]chunkindex.Stored, len(order))
	coords := make([]uint64, 0, len(order)*rank)
	for i, o := range order {
		stored[i] = c.stored[o]
		coords = append(coords, at(o)...)
	}
	c.stored, c.coords = stored, coords
}

// lastOfEach keeps the last of each run of equal things.
func lastOfEach[T any](list []T, same func(a, b T) bool) []T {
	kept := list[:0]
	for i, thing := range list {
		if i+1 < len(list) && same(thing, list[i+1]) {
			continue
		}
		kept = append(kept, thing)
	}
	return kept
}

func (c *chunkStorage) layout() message.Layout { return c.message }
