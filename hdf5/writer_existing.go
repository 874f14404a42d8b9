package hdf5

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
)

// existingChunks is what a chunked dataset of a file that was opened has more than a new one.
type existingChunks struct {
	exists  bool
	end     uint64   // of the file when it was opened, or when it was last committed: nothing before it is overwritten
	treeK   int      // half the most children of a node of a version-1 B-tree
	grown   bool     // the shape became larger
	dataset *Dataset // whose index was not read yet
}

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
	// The index has the numbers that chunks had in the file; the table numbers them as they are now.
	err = index.Walk(func(scaled []uint64, e chunkindex.Entry) (bool, error) {
		if !d.chunks.grid.Contains(scaled) {
			return true, nil // cut off by a writer that left it
		}
		if e.Size > math.MaxUint32 {
			return false, fmt.Errorf("a chunk of %d bytes; chunks of at most %d are written", e.Size, uint64(math.MaxUint32))
		}
		c.table.set(chunkindex.Stored{Number: c.numbering.Number(scaled), Address: e.Address, Size: e.Size, Mask: e.Mask, Room: uint32(e.Size)})
		return true, nil
	})
	c.table.changed = false
	c.old.dataset = nil
	return err
}
