package hdf5

import (
	"errors"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// WriteChunk stores a chunk as it is: data are its elements after the filters of the dataset, in their order, except those whose bit in
// filterMask is set (H5Dwrite_chunk). offset is the place of its first element, a multiple of the chunk shape along each axis. A chunk at the edge of the dataset is whole. The
// dataset grows, as far as it may, until the chunk lies inside; Resize says how much of a last chunk counts. data is not kept. A chunk that is there already is
// replaced.
func (d *DatasetWriter) WriteChunk(offset []uint64, data []byte, filterMask uint32) error {
	return d.do("writing chunk", func() error {
		c, ok := d.storage.(*chunkStorage)
		if !ok {
			return errors.New("the dataset is not chunked; give a chunk shape when it is created")
		}
		if err := c.open(); err != nil {
			return err
		}
		scaled, err := c.scale(offset)
		if err != nil {
			return err
		}
		if err := c.checkStored(len(data), filterMask); err != nil {
			return fmt.Errorf("chunk at %d: %w", offset, err)
		}
		shape := slices.Clone(d.shape)
		for i, o := range offset {
			shape[i] = max(shape[i], min(o+c.message.ChunkDims[i], d.max[i]))
		}
		if err := d.resize(shape); err != nil {
			return err
		}
		d.rows = max(d.rows, min(offset[0]+c.message.ChunkDims[0], d.shape[0]))
		number := c.numbering.Number(scaled)
		if c.bare(number, d.shape) && len(data) != c.chunkBytes {
			return fmt.Errorf("chunk at %d: there are %d bytes, and chunks at the edge of this dataset are stored without filters and have %d", offset, len(data), c.chunkBytes)
		}
		c.discard(number)
		if err := c.settle(number); err != nil {
			return err
		}
		return c.store(number, data, filterMask)
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
