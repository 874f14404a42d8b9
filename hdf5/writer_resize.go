package hdf5

import (
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Resize sets the shape of a chunked dataset, along any axes, up to its maximal shape (H5Dset_extent). Elements that it gains read as the fill value. Elements that it loses are
// gone: when it grows again they read as the fill value, too. Chunks that lie outside are dropped, and their room in the file is not used again; of those that are
// cut the part outside is set to the fill value, for which they are read and written again.
func (d *DatasetWriter) Resize(shape ...uint64) error {
	return d.do(fmt.Sprintf("resizing to %d", shape), func() error {
		if _, ok := d.storage.(*chunkStorage); !ok && !slices.Equal(shape, d.shape) {
			return errNotChunked
		}
		if len(shape) != len(d.shape) {
			return fmt.Errorf("the new shape has %d axes and the dataset has %d", len(shape), len(d.shape))
		}
		return d.resize(slices.Clone(shape))
	})
}

// resize goes to another shape of the same rank, which it keeps.
func (d *DatasetWriter) resize(shape []uint64) error {
	for i, n := range shape {
		if n > d.max[i] || n > dataspace.MaxCoordinate {
			return fmt.Errorf("axis %d has at most %d elements", i, min(d.max[i], dataspace.MaxCoordinate))
		}
	}
	if slices.Equal(shape, d.shape) {
		return nil
	}
	if _, err := d.byteSize(shape); err != nil {
		return err
	}
	if err := d.storage.resize(shape); err != nil {
		return err
	}
	copy(d.shape, shape)
	d.rows = min(d.rows, shape[0])
	return nil
}
