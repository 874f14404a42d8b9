package hdf5

import (
	"errors"
	"io"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
)

// File is an HDF5 file that is open for reading. All its methods, and those of the objects found in
// it, are safe for concurrent use: reads are positioned and share no cursor. An open File holds a few
// KiB of metadata, whatever the size of the file, and at most some MiB while indexes of large datasets are in use.
type File struct {
	name   string
	opts   openOptions
	reader *block.Reader
	closer io.Closer // nil: the file is the caller's own
	info   SuperblockInfo
	super  superblockFields
	root   uint64 // address of the root group's object header
	heap   *heap.Global
	groups *block.Cache[*groupNode] // groups that were looked into, by address
	shared sharedMessages
	raw    rawFiles

	mu       sync.Mutex
	closed   bool
	external map[string]*File // files that external links led to, by the name in the link
}

// Close closes the file, and the files that external links and external storage led to. Objects of the file cannot be read afterwards. Closing
// twice is an error, like that of an os.File.
func (f *File) Close() error {
	f.mu.Lock()
	if f.closed {
		f.mu.Unlock()
		return errors.New(f.name + ": file is already closed")
	}
	f.closed = true
	files := f.external
	f.external = nil
	f.mu.Unlock()
	err := f.raw.close()
	for _, x := range files {
		err = errors.Join(err, x.Close())
	}
	if f.closer != nil {
		err = errors.Join(err, f.closer.Close())
	}
	return err
}

// Name is the name of the file as it was opened, or as WithName gave it.
func (f *File) Name() string { return f.name }

// Size is the number of bytes of the file: when it was opened, or, of a file that is being written, now.
func (f *File) Size() int64 { return f.reader.Size() }

// Superblock is what the superblock said when the file was opened, or at the last Refresh.
func (f *File) Superblock() SuperblockInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.info
}

// Root is the root group. What is wrong with it shows when it is used.
func (f *File) Root() *Group { return &Group{entity{file: f, path: "/", addr: f.root}} }

// Group finds a group. path is absolute; the leading slash may be left out. The error is a *NotFoundError when there is nothing
// at the path, and wraps ErrKind when there is another kind of object.
func (f *File) Group(path string) (*Group, error) { return f.Root().Group(path) }

// Dataset finds a dataset, like Group.
func (f *File) Dataset(path string) (*Dataset, error) { return f.Root().Dataset(path) }

// Object finds an object of any kind, like Group. Soft links are followed, and external links, into other files; at most 16 of them.
func (f *File) Object(path string) (Object, error) { return f.Root().Object(path) }

// globalHeapObject returns the bytes of object index of the global heap collection at addr. They must not be changed, and stay good.
func (f *File) globalHeapObject(addr uint64, index uint32) ([]byte, error) {
	return f.heap.Object(addr, index)
}

// readAt fills p from an offset in the file, user block included, as Chunk.Address has it.
func (f *File) readAt(p []byte, offset uint64) error {
	base := uint64(f.info.UserBlock)
	if offset < base {
		return &FormatError{File: f.name, Offset: int64(offset), What: "raw data: it would lie in the user block"}
	}
	return f.reader.ReadAt(p, offset-base, "raw data")
}
