package hdf5

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// existingChunks is what a chunked dataset of a file that was opened has more than a new one.
type existingChunks struct {
	end      uint64   // of the file when it was opened: no chunk before it is overwritten
	treeK    int      // half the most children of a node of a version-1 B-tree
	dataset  *Dataset // whose index was not read yet
	complete bool     // every chunk of the old shape is allocated
	grown    bool     // the shape became larger
}

// exists reports whether the dataset was in the file when it was opened.
func (c *chunkStorage) exists() bool { return c.d.old != nil }

// open reads the index of an existing dataset when its chunks are first needed.
func (c *chunkStorage) open() error {
	d := c.old.dataset
	if d == nil {
		return nil
	}
	index, err := d.chunkIndex()
	if err != nil {
		return err
	}
	end := c.d.w.out.End()
	all, ok := message.Product(d.chunks.grid.Count)
	if ok && !c.filtered() {
		// Without filters no more chunks can be stored than fit into the file.
		c.table.sorted = make([]chunkindex.Stored, 0, min(all, end/uint64(c.chunkBytes)))
	}
	err = index.Walk(func(scaled []uint64, e chunkindex.Entry) (bool, error) {
		switch {
		case !d.chunks.grid.Contains(scaled):
			return true, nil // left behind by a writer that cut it off
		case e.Size > math.MaxUint32:
			return false, fmt.Errorf("a chunk of %d bytes; only those of up to %d are written", e.Size, uint64(math.MaxUint32))
		case e.Address > end || e.Size > end-e.Address:
			return false, fmt.Errorf("a chunk of %d bytes at address %#x reaches past the end of the file", e.Size, e.Address)
		}
		c.table.set(chunkindex.Stored{Number: c.numbering.Number(scaled), Address: e.Address, Size: e.Size, Mask: e.Mask, Room: uint32(e.Size)})
		return true, nil
	})
	c.old.complete = ok && all == uint64(c.table.len())
	c.table.changed = false
	c.old.dataset = nil
	return err
}

// checkSize refuses to decode a chunk that is out of all proportion to the file that says it has one.
func (c *chunkStorage) checkSize() error {
	if !c.exists() || c.chunkBytes <= freeReadBytes || uint64(c.chunkBytes)/maxExpansion <= c.old.end {
		return nil
	}
	return fmt.Errorf("%w: a chunk of %d bytes of a file of %d", ErrTooLarge, c.chunkBytes, c.old.end)
}
