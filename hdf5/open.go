package hdf5

import "io"

type openOptions struct {
	name     string
	external ExternalOpener
}

// OpenOption is an option of Open and NewFile.
type OpenOption func(*openOptions)

// ExternalOpener opens the file that an external link of the file from names. name is as it is stored in the link.
// The file that it returns is closed together with from.
type ExternalOpener func(from *File, name string) (*File, error)

// WithName gives a file opened by NewFile a name for errors, and the folder in which external links look.
func WithName(name string) OpenOption { return func(o *openOptions) { o.name = name } }

// WithExternalLinks sets what opens the files of external links; nil makes following one an error.
func WithExternalLinks(open ExternalOpener) OpenOption {
	return func(o *openOptions) { o.external = open }
}

// Open opens a file for reading.
func Open(name string, opts ...OpenOption) (*File, error) { return nil, ErrNotHDF5 }

// NewFile opens an HDF5 file of size bytes that is read from r.
func NewFile(r io.ReaderAt, size int64, opts ...OpenOption) (*File, error) {
	return nil, ErrNotHDF5
}
