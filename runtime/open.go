package runtime

import "context"

// File is an HDF5 file that is open for reading, and the sources of its virtual datasets that are open with it. It is safe for
// concurrent use.
type File struct {
	name string
	opts options
}

// Open opens a file. Sources are opened when they are read.
func Open(ctx context.Context, name string, opts ...Option) (*File, error) { return nil, errNotYet }

// Name is the name of the file as it was opened.
func (f *File) Name() string { return f.name }

// Close closes the file and every source that is open. Reads that are under way fail.
func (f *File) Close() error { return nil }

// Dataset opens a dataset, virtual or not, whose element type is not known when the program is compiled.
func (f *File) Dataset(ctx context.Context, path string) (*RawDataset, error) { return nil, errNotYet }
