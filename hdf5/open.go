package hdf5

import (
	"errors"
	"fmt"
	"io"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/disk"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

type openOptions struct {
	name     string
	external ExternalOpener
	confined bool      // external was given: raw files are only opened by what was given for them
	raw      RawOpener // nil: not given

	unfinished bool // files that a writer without SWMR has open, or left open, open too
}

// OpenOption is an option of Open and NewFile.
type OpenOption func(*openOptions)

// ExternalOpener opens the file that an external link of the file from names. name is as it is stored in the link: often relative to
// the folder of from. The file that it returns is closed together with from.
type ExternalOpener func(from *File, name string) (*File, error)

// WithName gives a file opened by NewFile a name, for errors and as the folder in which external links look.
func WithName(name string) OpenOption { return func(o *openOptions) { o.name = name } }

// WithExternalLinks sets what opens the files of external links, OpenExternal by default; nil makes following one an error. The option
// holds for files that external links lead to only if open passes it on.
func WithExternalLinks(open ExternalOpener) OpenOption {
	return func(o *openOptions) { o.external, o.confined = open, true }
}

func newOptions(opts []OpenOption) openOptions {
	o := openOptions{external: OpenExternal}
	for _, opt := range opts {
		opt(&o)
	}
	return o
}

// Open opens a file for reading. It reads the superblock, a few KiB; what else is needed is read when it is asked for.
//
// The error wraps ErrNotHDF5 for a file without an HDF5 signature, is a *FormatError for one that is cut off or damaged, and
// otherwise wraps what os.Open gives. A file that is being written for simultaneous readers (SWMR) opens, and grows at each Refresh; for one that
// is being written otherwise, which its lock (flock) or the file itself says, or that a writer left so when it died, the error wraps ErrUnfinished unless WithUnfinished is given. The lock
// is only looked at, and not held: a program that begins to write later is not kept from it.
func Open(name string, opts ...OpenOption) (*File, error) {
	o := newOptions(opts)
	if o.name == "" {
		o.name = name
	}
	src, size, err := disk.Open(name)
	if errors.Is(err, disk.ErrNotRegular) {
		return nil, fmt.Errorf("%s: %w: %w", o.name, ErrNotHDF5, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: cannot be opened: %w", o.name, err)
	}
	f, err := openSource(src, size, o)
	if err != nil {
		src.Close()
		return nil, err
	}
	f.closer = src
	return f, nil
}

func openSource(src *disk.File, size int64, o openOptions) (*File, error) {
	if !o.unfinished && store.WrittenElsewhere(src) {
		return nil, fmt.Errorf("%s: %w: a program has it locked; wait until it is closed (HDF5_USE_FILE_LOCKING=FALSE turns this check off)", o.name, ErrUnfinished)
	}
	return newFile(src, size, o)
}

// NewFile opens an HDF5 file of size bytes that is read from r, which must serve concurrent calls. Closing the File does not
// close r.
func NewFile(r io.ReaderAt, size int64, opts ...OpenOption) (*File, error) {
	return newFile(r, size, newOptions(opts))
}

func newFile(r io.ReaderAt, size int64, o openOptions) (*File, error) {
	if size < 0 {
		return nil, fmt.Errorf("%s: a file of %d bytes", o.name, size)
	}
	f := &File{name: o.name, opts: o, reader: block.NewReader(o.name, r, size)}
	f.heap = heap.NewGlobal(f.reader)
	f.groups = block.NewCache[*groupNode](groupBudget)
	if err := f.reader.Retry(f.readSuperblock, block.Torn); err != nil {
		return nil, err
	}
	if err := f.checkFinished(); err != nil {
		return nil, err
	}
	// The root group is needed for whatever comes; it is mostly in the bytes that were read.
	if _, err := f.groupNode(f.root); err != nil {
		return nil, fmt.Errorf("root group: %w", err)
	}
	return f, nil
}
