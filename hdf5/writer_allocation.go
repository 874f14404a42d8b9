package hdf5

import (
	"fmt"
	"math"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// reserve takes the room of chunks that lie one after another without an index: of all that the maximal shape has.
func (c *chunkStorage) reserve() error {
	if c.kind != message.IndexImplicit {
		return nil
	}
	bytes, ok := message.Product([]uint64{c.possible, uint64(c.chunkBytes)})
	if !ok || bytes > math.MaxInt64 {
		return fmt.Errorf("%d chunks of %d bytes are larger than any file; do not allocate them early", c.possible, c.chunkBytes)
	}
	c.base = c.d.w.out.Allocate(bytes, alignment(bytes))
	return nil
}

// allocateAll stores chunks of fill values for all that were never written, where they are to be allocated early, or late and something was written. Of an existing
// dataset it is those that it gained, if it had all before.
func (c *chunkStorage) allocateAll() error {
	if c.exists() {
		if c.d.allocate != AllocateEarly || !c.old.grown {
			return nil
		}
		if err := c.open(); err != nil || !c.old.complete {
			return err
		}
	} else if c.d.allocate != AllocateEarly && (c.d.allocate != AllocateLate || c.table.len() == 0) {
		return nil
	}
	if slices.Contains(c.d.shape, 0) {
		return nil
	}
	blank := make([]byte, c.chunkBytes)
	fillPattern(blank, c.d.initial())
	stored, mask := blank, uint32(0)
	if c.filtered() {
		if err := c.checkEncoders(); err != nil {
			return err
		}
		var err error
		if stored, mask, err = c.encoder.Encode(nil, blank); err != nil {
			return err
		}
	}
	scaled := make([]uint64, len(c.d.shape))
	for {
		number := c.numbering.Number(scaled)
		if _, ok := c.table.find(number); !ok {
			b, m := stored, mask
			if c.bare(number, c.d.shape) {
				b, m = blank, 0
			}
			if err := c.store(number, b, m); err != nil {
				return err
			}
		}
		axis := len(scaled) - 1
		for ; axis >= 0; axis-- {
			scaled[axis]++
			if scaled[axis]*c.message.ChunkDims[axis] < c.d.shape[axis] {
				break
			}
			scaled[axis] = 0
		}
		if axis < 0 {
			return nil
		}
	}
}
