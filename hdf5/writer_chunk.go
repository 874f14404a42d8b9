package hdf5

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// chunkStorage keeps elements in chunks. A chunk that a call writes as a whole goes straight to the filters, several at a time, and to the file. One that is
// written in part waits in the cache: it starts as the fill value, or as what is stored of it, and is filtered and stored when it is complete, when the cache
// needs its room, and at the end.
//
// Where chunks lie is in the table, from which the index is written at the end. A chunk that is stored again takes its place in the file again if it fits there; but
// what was in the file when it was opened (before the address old) is never overwritten, because the old index, which counts until the end, leads there.
type chunkStorage struct {
	d          *DatasetWriter
	message    message.Layout
	pipeline   *filter.Pipeline // nil: no filters
	encoder    *filter.Pipeline // the same for encoding; no filter of it may leave a chunk as it is
	encodable  bool             // all filters are known to be ones that can be written
	chunkBytes int
	stride     []int64 // bytes between the elements of a chunk along each axis

	kind      message.ChunkIndex
	numbering chunkindex.Numbering
	radix     []uint64 // chunks along each axis that numbers have room for, where the index is a tree
	possible  uint64   // chunks in the maximal shape; of no meaning with unlimited axes
	table     chunkTable
	cache     chunkCache
	queue     encodeQueue

	grow chunkindex.Growing // after StartSWMR: the index in the file
	base uint64             // address of chunk 0, where chunks lie one after another without an index
	old  existingChunks

	scaled, count [dataspace.MaxRank]uint64 // of the chunk at which a box is written
	partStride    [dataspace.MaxRank]int64
	axes          [dataspace.MaxRank]chunkAxis
	corner        [dataspace.MaxRank]uint64 // what offset returned
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
	if !ok || bytes > min(maxChunkBytes, maxInt) {
		return nil, fmt.Errorf("chunks of shape %d and elements of %d bytes have more than %d bytes; use smaller chunks", s.Chunk, d.typ.Size(), min(maxChunkBytes, maxInt))
	}
	c := &chunkStorage{
		d:       d,
		message: message.Layout{Class: message.LayoutChunked, ChunkDims: slices.Clone(s.Chunk), ElementSize: uint64(d.typ.Size())},
	}
	c.setChunk(int(bytes))
	c.chooseIndex(s)
	if err := c.setNumbering(); err != nil {
		return nil, err
	}
	if err := c.setFilters(s.Filters); err != nil {
		return nil, err
	}
	c.queue.init(c)
	return c, c.reserve()
}

// setChunk sets what follows from the chunk shape.
func (c *chunkStorage) setChunk(bytes int) {
	c.chunkBytes = bytes
	c.stride = rowMajor(c.message.ChunkDims, int(c.message.ElementSize))
	c.cache.limit = defaultChunkCache
}

func ceilDiv(a, b uint64) uint64 { return a/b + min(a%b, 1) }

// setFilters makes the pipeline and the list of filters that the file keeps.
func (c *chunkStorage) setFilters(specs []filter.Spec) error {
	if len(specs) == 0 {
		return nil
	}
	t := c.d.typ
	if t.Class() == ClassVarLen {
		for _, s := range specs {
			if !s.Optional {
				return fmt.Errorf("filter %s must be applied, and HDF5 applies none to elements of %s; leave it out", s.Name, t)
			}
		}
	}
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
	return c.setPipeline(complete)
}

// setPipeline makes the pipeline and the list of filters that the file keeps.
//
// A filter that may leave a chunk as it is, with a filter mask that says so, is not allowed to: HDF5 (1.10.8 at least) forgets to store the new mask where it writes such a chunk
// again and the filtered bytes happen to be as many as the elements, and reads garbage from then on. Its own filters of this kind never leave a chunk.
func (c *chunkStorage) setPipeline(specs []filter.Spec) error {
	var err error
	if c.pipeline, err = filter.NewPipeline(specs, c.d.typ.Size(), c.chunkBytes); err != nil {
		return err
	}
	for _, s := range c.pipeline.Specs() {
		c.d.filters = append(c.d.filters, message.Filter{ID: uint16(s.ID), Optional: s.Optional, Name: s.Name, Params: s.Params})
	}
	specs = slices.Clone(c.pipeline.Specs())
	for i := range specs {
		specs[i].Optional = false
	}
	c.encoder, err = filter.NewPipeline(specs, c.d.typ.Size(), c.chunkBytes)
	return err
}

// checkEncoders says which filter cannot be applied.
func (c *chunkStorage) checkEncoders() error {
	if c.encodable || c.pipeline == nil {
		return nil
	}
	for _, s := range c.pipeline.Specs() {
		switch decode, encode := filter.Registered(s.ID); {
		case encode:
		case decode:
			return fmt.Errorf("its chunks go through %w; write whole chunks that another program filtered with WriteChunk", &filter.ReadOnlyError{ID: s.ID})
		default:
			return fmt.Errorf("its chunks go through %w; register a codec for it", &filter.UnknownFilterError{ID: s.ID})
		}
	}
	c.encodable = true
	return nil
}

// filtered reports whether the index keeps sizes and masks.
func (c *chunkStorage) filtered() bool { return c.pipeline != nil }

// writeBox goes through the chunks that a box touches, in their order.
func (c *chunkStorage) writeBox(s *hyperslab) error {
	if err := c.open(); err != nil {
		return err
	}
	if err := c.checkEncoders(); err != nil {
		return err
	}
	elements := uint64(1)
	for i, n := range s.count {
		elements *= n
		c.axes[i] = chunkAxis{start: s.start[i], step: stepOf(s.step, i), count: n, chunk: c.message.ChunkDims[i]}
		c.axes[i].at(0)
	}
	// What is encoded in the background may look at the caller's memory only as long as this call lasts. Waiting for that pays where
	// there is much; few chunks are copied, and encoded while the caller prepares the next ones.
	if elements*c.message.ElementSize/uint64(c.chunkBytes) < uint64(2*c.queue.depth) {
		return c.writeParts(s, transient)
	}
	if err := c.writeParts(s, borrowed); err != nil {
		c.queue.abandon()
		return err
	}
	return c.queue.drain()
}

func (c *chunkStorage) writeParts(s *hyperslab, held holding) error {
	packed := c.packed(s)
	for {
		if err := c.writePart(s, packed, held); err != nil {
			return err
		}
		axis := len(s.count) - 1
		for axis >= 0 && !c.axes[axis].next() {
			axis--
		}
		if axis < 0 {
			return nil
		}
	}
}

// packed reports whether a whole chunk has its elements in the caller's memory as it has them in the file.
func (c *chunkStorage) packed(s *hyperslab) bool {
	if !s.conversion.Identity() {
		return false
	}
	for i, stride := range c.stride {
		if s.memStride[i] != stride && c.message.ChunkDims[i] > 1 {
			return false
		}
	}
	return true
}

// writePart writes the part of a box that lies in the current chunk.
func (c *chunkStorage) writePart(s *hyperslab, packed bool, held holding) error {
	rank := len(s.count)
	whole, covered := true, true
	var to, from int64
	elements := uint64(1)
	for i := range rank {
		a := &c.axes[i]
		c.scaled[i], c.count[i] = a.index, a.n
		from += int64(a.first) * s.memStride[i]
		first := a.start + a.first*a.step - a.index*a.chunk
		to += int64(first) * c.stride[i]
		c.partStride[i] = int64(a.step) * c.stride[i]
		elements *= a.n
		dense := first == 0 && (a.step == 1 || a.n == 1)
		whole = whole && dense && a.n == a.chunk
		covered = covered && dense && a.n == min(a.chunk, c.d.shape[i]-a.index*a.chunk)
	}
	number, memory := c.numbering.Number(c.scaled[:rank]), s.memory[from:]
	if whole {
		c.discard(number)
		if packed {
			return c.put(number, memory[:c.chunkBytes], held)
		}
		chunk := c.queue.buffer(c.chunkBytes)
		if err := s.conversion.CopyBox(unsafe.Pointer(&chunk[0]), c.stride, memory, s.memStride, c.count[:rank]); err != nil {
			return err
		}
		return c.put(number, chunk, owned)
	}
	e, err := c.fetch(number, covered)
	if err != nil {
		return err
	}
	e.dirty = true
	e.written += elements
	err = s.conversion.CopyBox(unsafe.Pointer(&e.data[to]), c.partStride[:rank], memory, s.memStride, c.count[:rank])
	if err == nil && e.written >= c.attainable(c.scaled[:rank]) {
		err = c.flush(e)
	}
	return err
}

// attainable is how many elements of a chunk can ever lie in the shape.
func (c *chunkStorage) attainable(scaled []uint64) uint64 {
	n := uint64(1)
	for i, s := range scaled {
		n *= min(c.message.ChunkDims[i], c.d.max[i]-s*c.message.ChunkDims[i])
	}
	return n
}

// fetch brings a chunk into the cache. covered: all that the shape has of it will be written at once, and its old contents do not matter.
func (c *chunkStorage) fetch(number uint64, covered bool) (*cachedChunk, error) {
	if e := c.cache.get(number); e != nil {
		return e, nil
	}
	if err := c.checkSize(); err != nil {
		return nil, err
	}
	if err := c.makeRoom(c.chunkBytes); err != nil {
		return nil, err
	}
	if err := c.settle(number); err != nil {
		return nil, err
	}
	e := &cachedChunk{number: number, data: c.queue.buffer(c.chunkBytes)}
	stored, ok := c.table.find(number)
	if ok && !covered {
		if err := c.read(stored, e.data); err != nil {
			return nil, err
		}
	} else {
		fillPattern(e.data, c.d.initial())
	}
	c.cache.add(e)
	return e, nil
}

// makeRoom stores chunks until so many bytes more fit into the cache.
func (c *chunkStorage) makeRoom(bytes int) error {
	for c.cache.oldest != nil && c.cache.bytes+bytes > c.cache.limit {
		if err := c.flush(c.cache.oldest); err != nil {
			return err
		}
	}
	return nil
}

// keepRow makes the cache large enough for all chunks with the same index along an axis.
func (c *chunkStorage) keepRow(axis int) {
	row := []uint64{uint64(c.chunkBytes)}
	for i, n := range c.d.shape {
		if i != axis {
			row = append(row, ceilDiv(n, c.message.ChunkDims[i]))
		}
	}
	if bytes, ok := message.Product(row); ok && bytes <= math.MaxInt {
		c.cache.limit = max(c.cache.limit, int(bytes))
	}
}

// discard forgets what is in memory of a chunk that is replaced as a whole.
func (c *chunkStorage) discard(number uint64) {
	if len(c.cache.chunks) == 0 {
		return
	}
	if e := c.cache.get(number); e != nil {
		c.cache.remove(e)
		c.queue.recycle(e.data)
	}
}

// flush stores a chunk, if it has to be, and takes it out of the cache.
func (c *chunkStorage) flush(e *cachedChunk) error {
	c.cache.remove(e)
	if !e.dirty {
		c.queue.recycle(e.data)
		return nil
	}
	return c.put(e.number, e.data, owned)
}

// flushAll stores all chunks of the cache, in the order of their numbers.
func (c *chunkStorage) flushAll() error {
	for _, number := range slices.Sorted(maps.Keys(c.cache.chunks)) {
		if err := c.flush(c.cache.chunks[number]); err != nil {
			return err
		}
	}
	return c.queue.drain()
}

// settle waits until a chunk is stored, if it is on its way.
func (c *chunkStorage) settle(number uint64) error {
	if !c.queue.holds(number) {
		return nil
	}
	return c.queue.drain()
}

// put filters and stores one chunk.
func (c *chunkStorage) put(number uint64, raw []byte, held holding) error {
	if c.filtered() && !c.bare(number, c.d.shape) {
		return c.queue.submit(number, raw, held)
	}
	err := c.settle(number)
	if err == nil {
		err = c.store(number, raw, 0)
	}
	if held == owned {
		c.queue.recycle(raw)
	}
	return err
}

// store writes the stored bytes of a chunk and notes where.
func (c *chunkStorage) store(number uint64, b []byte, mask uint32) error {
	if uint64(len(b)) > math.MaxUint32 {
		return fmt.Errorf("a chunk of %d bytes after its filters; the index holds no more than %d", len(b), uint64(math.MaxUint32))
	}
	out, size := c.d.w.out, uint64(len(b))
	if c.kind == message.IndexImplicit {
		address := c.base + number*uint64(c.chunkBytes)
		c.table.set(chunkindex.Stored{Number: number, Address: address, Size: size, Room: uint32(size)})
		return out.WriteAt(b, address)
	}
	// Whoever reads the file meanwhile may see old and new elements of a chunk without filters, but never half of a filtered one.
	inPlace := c.grow != nil && !c.filtered()
	if at, ok := c.table.find(number); ok && (inPlace || at.Address >= c.old.end) && size <= uint64(at.Room) {
		if err := out.WriteAt(b, at.Address); err != nil {
			return err
		}
		at.Size, at.Mask = size, mask
		return c.note(at)
	}
	align := uint64(8)
	if !c.filtered() {
		align = alignment(uint64(len(b)))
	}
	address, err := out.Append(b, align)
	if err != nil {
		return err
	}
	return c.note(chunkindex.Stored{Number: number, Address: address, Size: size, Mask: mask, Room: uint32(size)})
}

// note keeps where a chunk lies.
func (c *chunkStorage) note(s chunkindex.Stored) error {
	c.table.set(s)
	if c.grow == nil {
		return nil
	}
	return c.grow.Set(s)
}

// read reads a stored chunk and undoes its filters.
func (c *chunkStorage) read(s chunkindex.Stored, raw []byte) error {
	if c.filtered() && !c.bare(s.Number, c.d.shape) {
		stored, err := c.readStored(s)
		if err == nil {
			err = c.pipeline.Decode(raw, stored, s.Mask)
		}
		return c.place(err, s.Number)
	}
	if s.Size != uint64(len(raw)) {
		return c.place(fmt.Errorf("it has %d bytes in the file, and a chunk without filters has %d", s.Size, len(raw)), s.Number)
	}
	return c.d.w.out.ReadAt(raw, s.Address)
}

// readStored reads a chunk as it is in the file.
func (c *chunkStorage) readStored(s chunkindex.Stored) ([]byte, error) {
	if end := c.d.w.out.End(); s.Address > end || s.Size > end-s.Address {
		return nil, fmt.Errorf("its %d bytes at address %#x reach past the end of the file", s.Size, s.Address)
	}
	stored := make([]byte, s.Size)
	return stored, c.d.w.out.ReadAt(stored, s.Address)
}

// place puts the chunk before an error.
func (c *chunkStorage) place(err error, number uint64) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("chunk at %d: %w", c.offset(number), err)
}

// offset is where the first element of a chunk is, until the next call.
func (c *chunkStorage) offset(number uint64) []uint64 {
	offset := c.corner[:len(c.message.ChunkDims)]
	c.numbering.Scaled(offset, number)
	for i, n := range c.message.ChunkDims {
		offset[i] *= n
	}
	return offset
}

func (c *chunkStorage) abandon() { c.queue.abandon() }

// finish stores what is in memory and the index.
func (c *chunkStorage) finish() error {
	if err := c.flushAll(); err != nil {
		return err
	}
	if err := c.allocateAll(); err != nil {
		return err
	}
	c.queue.free()
	err := c.writeIndex()
	c.table = chunkTable{}
	c.cache = chunkCache{}
	return err
}

func (c *chunkStorage) layout() message.Layout { return c.message }
