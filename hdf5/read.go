package hdf5

// Read reads all elements.
func Read[T any](d *Dataset) ([]T, error) { return nil, errLater }

// ReadSlab reads a strided box.
func ReadSlab[T any](d *Dataset, dst []T, start, step, count []uint64) error { return errLater }
