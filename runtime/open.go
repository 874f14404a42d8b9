package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
)

// File is an HDF5 file that is open for reading, and the sources of its virtual datasets that are open with it. It is safe for
// concurrent use.
type File struct {
	name      string // as it was opened
	key       string // absolute, or as the Opener was given it
	opts      options
	workers   int
	root      *os.Root
	rootNames []string // of the root folder: as given, and without symbolic links
	files     *fetch.Files
	own       *fetch.File

	realFolders sync.Map // by name of a holder: see realFolder

	closing sync.Once
	closed  error
}

// Open opens a file. Sources are opened when they are read.
func Open(ctx context.Context, name string, opts ...Option) (*File, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	return openWith(ctx, name, o)
}

func openWith(ctx context.Context, name string, o options) (*File, error) {
	f := &File{name: name, key: name, opts: o, workers: o.workers}
	if f.workers == 0 {
		f.workers = goruntime.GOMAXPROCS(0)
	}
	if o.opener == nil {
		f.key = absolute(name)
	}
	if o.hasRoot {
		if err := f.openRoot(o.root); err != nil {
			return nil, err
		}
	}
	limit := o.maxOpenFiles
	if limit == 0 {
		limit = fetch.DefaultFiles()
	}
	f.files = fetch.NewFiles(limit, f.openKey)
	var err error
	if f.own, err = f.files.Acquire(ctx, f.key); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

func (f *File) openRoot(dir string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("WithRoot: %w", err)
	}
	f.root = root
	name, err := filepath.Abs(dir)
	if err != nil {
		return errors.Join(fmt.Errorf("WithRoot: %w", err), root.Close())
	}
	f.rootNames = []string{name}
	if real, err := filepath.EvalSymlinks(name); err == nil && real != name {
		f.rootNames = append(f.rootNames, real)
	}
	return nil
}

// Name is the name of the file as it was opened.
func (f *File) Name() string { return f.name }

// HDF5 is the file as package hdf5 has it: groups, attributes, links. It is closed with f.
func (f *File) HDF5() *hdf5.File { return f.own.File }

// Close closes the file and every source that is open. Reads that are under way may fail. Closing twice does nothing more.
func (f *File) Close() error {
	f.closing.Do(func() {
		if f.own != nil {
			f.own.Release()
		}
		f.closed = f.files.Close()
		if f.root != nil {
			f.closed = errors.Join(f.closed, f.root.Close())
		}
	})
	return f.closed
}

// Dataset opens a dataset, virtual or not, whose element type is not known when the program is compiled. For a virtual dataset that
// grows, its sources are opened to learn how long it is.
func (f *File) Dataset(ctx context.Context, path string) (*RawDataset, error) {
	dataset, err := f.own.Dataset(path)
	if err != nil {
		return nil, err
	}
	n, err := f.newNode(ctx, f.own, dataset, true, nil)
	if err != nil {
		return nil, err
	}
	return &RawDataset{file: f, path: path, node: n}, nil
}
