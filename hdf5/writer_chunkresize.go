package hdf5

import (
	"fmt"
	"slices"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// resize goes to another shape as the library does (H5D__set_extent): what is cut off is dropped, and is the fill value when the dataset grows again.
func (c *chunkStorage) resize(shape []uint64) error {
	shrinks, bares := false, c.message.Flags&message.ChunkEdgesUnfiltered != 0
	for i, n := range shape {
		shrinks = shrinks || n < c.d.shape[i]
		c.old.grown = c.old.grown || n > c.d.shape[i]
	}
	if shrinks && c.grow != nil {
		return fmt.Errorf("%w; a dataset cannot become smaller", ErrLive)
	}
	if shrinks || bares {
		if err := c.open(); err != nil {
			return err
		}
	}
	if shrinks {
		if err := c.prune(shape); err != nil {
			return err
		}
	}
	if bares {
		if err := c.filterEdges(shape); err != nil {
			return err
		}
	}
	if c.tree() {
		return c.renumber(shape)
	}
	return nil
}

// prune drops the chunks outside of a smaller shape, and fills those that it cuts where they lie outside.
func (c *chunkStorage) prune(shape []uint64) error {
	if err := c.queue.drain(); err != nil {
		return err
	}
	scaled := make([]uint64, len(shape))
	inside := func(number uint64) bool {
		c.numbering.Scaled(scaled, number)
		for i, s := range scaled {
			if s*c.message.ChunkDims[i] >= shape[i] {
				return false
			}
		}
		return true
	}
	c.table.keep(inside)
	var cut []uint64
	for number := range c.cache.chunks {
		if !inside(number) {
			c.discard(number)
		} else if c.cuts(number, shape) {
			cut = append(cut, number)
		}
	}
	for _, s := range c.table.all() {
		if c.cuts(s.Number, shape) {
			cut = append(cut, s.Number)
		}
	}
	slices.Sort(cut)
	for _, number := range slices.Compact(cut) {
		if err := c.checkEncoders(); err != nil {
			return err
		}
		e, err := c.fetch(number, false)
		if err != nil {
			return err
		}
		c.fillOutside(e, shape)
		e.dirty = true
	}
	return nil
}

// cuts reports whether a smaller shape ends within a chunk where the shape did not before.
func (c *chunkStorage) cuts(number uint64, shape []uint64) bool {
	for i, first := range c.offset(number) {
		if end := first + c.message.ChunkDims[i]; shape[i] < c.d.shape[i] && shape[i] < end {
			return true
		}
	}
	return false
}

// fillOutside sets the elements of a chunk outside of a shape to the fill value.
func (c *chunkStorage) fillOutside(e *cachedChunk, shape []uint64) {
	kept := c.queue.buffer(c.chunkBytes)
	copy(kept, e.data)
	fillPattern(e.data, c.d.initial())
	inside := make([]uint64, len(shape))
	for i, first := range c.offset(e.number) {
		inside[i] = min(c.message.ChunkDims[i], shape[i]-first)
	}
	var b box
	b.set(c.stride, c.stride, inside)
	b.copyBytes(unsafe.Pointer(&e.data[0]), unsafe.Pointer(&kept[0]), int(c.message.ElementSize))
	c.queue.recycle(kept)
}

// bare reports whether a chunk is stored without filters because it crosses the shape, which is so in datasets that ask for it
// (H5D_CHUNK_DONT_FILTER_PARTIAL_CHUNKS).
func (c *chunkStorage) bare(number uint64, shape []uint64) bool {
	if c.message.Flags&message.ChunkEdgesUnfiltered == 0 {
		return false
	}
	for i, first := range c.offset(number) {
		if first+c.message.ChunkDims[i] > shape[i] {
			return true
		}
	}
	return false
}

// filterEdges stores the chunks again that cross another shape and did not cross this one, or the other way round.
func (c *chunkStorage) filterEdges(shape []uint64) error {
	if err := c.flushAll(); err != nil {
		return err
	}
	for _, s := range slices.Clone(c.table.all()) {
		bare := c.bare(s.Number, shape)
		if bare == c.bare(s.Number, c.d.shape) {
			continue
		}
		if err := c.checkEncoders(); err != nil {
			return err
		}
		if err := c.refilter(s, bare); err != nil {
			return err
		}
	}
	return nil
}

// refilter stores a chunk again with filters, or bare.
func (c *chunkStorage) refilter(s chunkindex.Stored, bare bool) error {
	raw := make([]byte, c.chunkBytes)
	if err := c.read(s, raw); err != nil {
		return err
	}
	if bare {
		return c.store(s.Number, raw, 0)
	}
	stored, mask, err := c.encoder.Encode(nil, raw)
	if err != nil {
		return c.place(err, s.Number)
	}
	return c.store(s.Number, stored, mask)
}
