package hdf5

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// WriteChunk stores a chunk as it is: data are its elements after the filters of the dataset, in their order, except those whose bit in
// filterMask is set (H5Dwrite_chunk). offset is the place of its first element, a multiple of the chunk shape along each axis. A chunk at the edge of the dataset is whole. The
// dataset grows, as far as it may, until the chunk lies inside; SetExtent says how much of a last chunk counts. data is not kept. A chunk that is written again
// replaces the earlier one, whose place in the file is lost.
func (d *DatasetWriter) WriteChunk(offset []uint64, data []byte, filterMask uint32) error {
	return d.do("writing chunk", func() error {
		c, ok := d.storage.(*chunkStorage)
		if !ok {
			return errors.New("the dataset is not chunked; give a chunk shape when it is created")
		}
		if d.rows > 0 {
			return errors.New("elements were written in order before; use either Append or WriteChunk")
		}
		scaled, err := c.scale(offset)
		if err != nil {
			return err
		}
		if err := c.checkStored(len(data), filterMask); err != nil {
			return fmt.Errorf("chunk at %d: %w", offset, err)
		}
		d.direct = true
		for i, o := range offset {
			d.shape[i] = max(d.shape[i], min(o+c.message.ChunkDims[i], d.max[i]))
		}
		return c.store(scaled, data, filterMask)
	})
}

// scale checks the place of a chunk and divides it by the chunk shape.
func (c *chunkStorage) scale(offset []uint64) ([]uint64, error) {
	if len(offset) != len(c.d.shape) {
		return nil, fmt.Errorf("the offset %d has %d axes and the dataset has %d", offset, len(offset), len(c.d.shape))
	}
	scaled := make([]uint64, len(offset))
	for i, o := range offset {
		switch n := c.message.ChunkDims[i]; {
		case o%n != 0:
			return nil, fmt.Errorf("the offset %d is not a multiple of the chunk shape %d along axis %d", offset, c.message.ChunkDims, i)
		case o >= c.d.max[i] || o > dataspace.MaxCoordinate:
			return nil, fmt.Errorf("the offset %d is outside of the %d elements that axis %d may have", offset, c.d.max[i], i)
		default:
			scaled[i] = o / n
		}
	}
	return scaled, nil
}

// checkStored checks the number of bytes of a chunk that was filtered elsewhere.
func (c *chunkStorage) checkStored(n int, mask uint32) error {
	all := uint32(1)<<len(c.d.filters) - 1
	switch {
	case mask&^all != 0:
		return fmt.Errorf("the filter mask %#x has bits for more than the %d filters of the dataset", mask, len(c.d.filters))
	case mask == all && n != c.chunkBytes:
		return fmt.Errorf("there are %d bytes, and a chunk without filters has %d", n, c.chunkBytes)
	case n == 0 || uint64(n) > maxChunkBytes:
		return fmt.Errorf("a stored chunk of %d bytes is not between 1 and %d", n, uint64(maxChunkBytes))
	}
	return nil
}

// SetExtent sets the shape of a dataset that may grow, after WriteChunk or to leave elements at the end that read as the fill value. It cannot be less than what
// was written in order, nor leave a chunk outside.
func (d *DatasetWriter) SetExtent(shape []uint64) error {
	return d.do(fmt.Sprintf("setting extent %d", shape), func() error {
		c, ok := d.storage.(*chunkStorage)
		if !ok {
			return errors.New("only a chunked dataset can change its extent; give a chunk shape when it is created")
		}
		if len(shape) != len(d.shape) {
			return fmt.Errorf("it has %d axes and the dataset has %d", len(shape), len(d.shape))
		}
		for i, n := range shape {
			switch {
			case n > d.max[i] || n > dataspace.MaxCoordinate:
				return fmt.Errorf("axis %d has at most %d elements", i, d.max[i])
			case i == 0 && n < d.rows:
				return fmt.Errorf("axis 0 has %d elements already", d.rows)
			case i > 0 && n != d.shape[i] && d.rows > 0:
				return fmt.Errorf("elements were written in order with %d elements along axis %d", d.shape[i], i)
			case d.direct && c.highest[i]*c.message.ChunkDims[i] >= n:
				return fmt.Errorf("a chunk was written at %d along axis %d", c.highest[i]*c.message.ChunkDims[i], i)
			}
		}
		copy(d.shape, shape)
		return c.setRows()
	})
}

// setRows works out the sizes that depend on the shape.
func (c *chunkStorage) setRows() error {
	_, ok := message.Product(append(slices.Clone(c.d.shape), c.message.ElementSize))
	if !ok {
		return fmt.Errorf("shape %d is larger than any file", c.d.shape)
	}
	elements, ok := message.Product(c.d.shape[1:])
	bytes, fits := message.Product([]uint64{elements, c.message.ElementSize})
	slab, last := message.Product([]uint64{c.message.ChunkDims[0], bytes})
	if !ok || !fits || !last {
		return fmt.Errorf("shape %d is larger than any file", c.d.shape)
	}
	c.d.rowElements, c.rowBytes, c.slabBytes = elements, bytes, slab
	return nil
}
