package runtime

import (
	"context"
	"fmt"
)

// Refresh returns the dataset as it is now: with the length that its sources have grown to, with those that have appeared, and with the elements that were written
// since. d itself keeps its shape, so that others may go on with it. It is the counterpart of h5py's Dataset.refresh, and opens sources again; of a numbered series it looks
// only for what was not there before.
//
// A file that was replaced by another of its name (a virtual file that was built anew) is not seen: open it again.
func (d *RawDataset) Refresh(ctx context.Context) (*RawDataset, error) {
	f := d.file
	if err := f.forget(); err != nil {
		return nil, fmt.Errorf("%s:%s: %w", f.name, d.path, err)
	}
	dataset, err := d.node.dataset.Refresh()
	if err != nil {
		return nil, err
	}
	n, err := f.newNodeAfter(ctx, d.node.virtual, f.own, dataset, true, nil)
	if err != nil {
		return nil, err
	}
	return &RawDataset{file: f, path: d.path, node: n, optional: d.optional}, nil
}

// Refresh is [RawDataset.Refresh] for a dataset with a Go type.
func (d *Dataset[T]) Refresh(ctx context.Context) (*Dataset[T], error) {
	raw, err := d.raw.Refresh(ctx)
	if err != nil {
		return nil, err
	}
	return As[T](raw)
}

// forget makes everything that is read from now on come from the files anew.
func (f *File) forget() error {
	f.files.Forget(f.own)
	f.own.Forget()
	return f.own.File.Refresh()
}
