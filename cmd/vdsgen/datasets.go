package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// maxWalked bounds the objects that a search for datasets looks at.
const maxWalked = 1_000_000

// walkDatasets calls f for each dataset of a file, once each, until f returns false. Groups are searched in
// the order of their paths' depth and name; links to other files are not followed.
func walkDatasets(file *hdf5.File, f func(d *hdf5.Dataset) bool) error {
	looked := 0
	for object, err := range file.All() {
		if err != nil {
			return err
		}
		if d, ok := object.(*hdf5.Dataset); ok && !f(d) {
			return nil
		}
		if looked++; looked >= maxWalked {
			return nil
		}
	}
	return nil
}

// openDataset opens the dataset of a file that the command line names.
func openDataset(ctx context.Context, f *vds.File, path string) (*vds.RawDataset, error) {
	d, err := f.Dataset(ctx, path)
	if errors.Is(err, hdf5.ErrNotFound) || errors.Is(err, hdf5.ErrKind) {
		return nil, fmt.Errorf("%w; vdsgen inspect %s --brief shows what there is", err, f.Name())
	}
	return d, err
}
