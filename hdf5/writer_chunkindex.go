package hdf5

import (
	"fmt"
	"math/bits"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// chooseIndex chooses the index of a new dataset, as the library does (H5D_layout_set_latest_indexing).
func (c *chunkStorage) chooseIndex(s DatasetSpec) {
	unlimited := 0
	for _, limit := range c.d.max {
		if limit == dataspace.Unlimited {
			unlimited++
		}
	}
	switch {
	case unlimited > 1:
		c.kind = message.IndexBTree2
	case unlimited == 1:
		c.kind = message.IndexExtensibleArray
	case slices.Equal(c.d.shape, c.d.max) && slices.Equal(c.d.shape, c.message.ChunkDims):
		c.kind = message.IndexSingle
	case len(s.Filters) == 0 && s.Allocate == AllocateEarly:
		c.kind = message.IndexImplicit
	default:
		c.kind = message.IndexFixedArray
	}
}

// tree reports whether the index is a B-tree, which keeps coordinates and not numbers.
func (c *chunkStorage) tree() bool {
	return c.kind == message.IndexBTree1 || c.kind == message.IndexBTree2
}

// setNumbering numbers chunks as the index does. In a tree numbers only keep the order of coordinates, and change when the dataset grows.
func (c *chunkStorage) setNumbering() error {
	if c.tree() {
		return c.renumber(c.d.shape)
	}
	chunks := make([]uint64, len(c.d.max))
	growing := -1
	for i, limit := range c.d.max {
		if limit == dataspace.Unlimited {
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

// renumber makes the numbers of a tree large enough for the chunks of a shape: with room to grow, to powers of two, so that it happens seldom; where numbers of 64 bits have no such
// room, just large enough.
func (c *chunkStorage) renumber(shape []uint64) error {
	counts := make([]uint64, len(shape))
	roomy := make([]uint64, len(shape))
	for i, n := range shape {
		counts[i] = ceilDiv(n, c.message.ChunkDims[i])
		roomy[i] = counts[i]
		if i > 0 {
			roomy[i] = 1 << bits.Len64(max(counts[i], 1)-1)
			if c.radix != nil {
				roomy[i] = max(c.radix[i], roomy[i])
			}
		}
	}
	if _, ok := message.Product(roomy); !ok {
		roomy = counts
	}
	roomy[0] = 0 // the number has room for any
	if slices.Equal(roomy, c.radix) {
		return nil
	}
	if err := c.queue.drain(); err != nil { // chunks on their way have numbers, too
		return err
	}
	before, after := c.numbering, chunkindex.NewNumbering(roomy, 0)
	c.radix, c.numbering = roomy, after
	scaled := make([]uint64, len(shape))
	again := func(number uint64) uint64 {
		before.Scaled(scaled, number)
		return after.Number(scaled)
	}
	c.table.renumber(again)
	c.cache.renumber(again)
	return nil
}

// writeIndex writes the index behind the chunks and sets what the layout message says of it.
func (c *chunkStorage) writeIndex() error {
	if c.exists() && !c.table.changed {
		return nil
	}
	l, out, stored := &c.message, c.d.w.out, c.table.all()
	l.Version = 4 // also where it was 5, which says the same with wider sizes
	if c.kind == message.IndexBTree1 {
		l.Version = 3
	}
	switch c.kind {
	case message.IndexBTree1:
		return chunkindex.WriteBTree1(out, l, c.old.treeK, stored, c.numbering)
	case message.IndexBTree2:
		return chunkindex.WriteBTree2(out, l, c.filtered(), stored, c.numbering)
	case message.IndexExtensibleArray:
		return chunkindex.WriteExtensibleArray(out, l, c.filtered(), stored)
	case message.IndexImplicit:
		l.Index, l.Address = message.IndexImplicit, cursor.Undefined
		if len(stored) > 0 {
			l.Address = c.base
		}
		return nil
	case message.IndexSingle:
		if c.exists() || slices.Equal(c.d.shape, l.ChunkDims) {
			c.setSingle(stored)
			return nil
		}
	}
	return chunkindex.WriteFixedArray(out, l, c.filtered(), stored, c.possible)
}

// setSingle makes the only chunk its own index.
func (c *chunkStorage) setSingle(stored []chunkindex.Stored) {
	l := &c.message
	l.Index, l.Address = message.IndexSingle, cursor.Undefined
	if len(stored) > 0 {
		l.Address, l.SingleSize, l.SingleMask = stored[0].Address, stored[0].Size, stored[0].Mask
	}
	if c.filtered() {
		l.Flags |= message.ChunkSingleFiltered
	}
}
