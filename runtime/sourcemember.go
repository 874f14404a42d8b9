package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5"
)

// CreateMember is [CreateSource] for a file that holds other datasets too, such as members of the same source set that differ in their paths alone: the dataset is
// added to the file that is there. It takes the place of a dataset of the same path, whose room in the file is lost until h5repack; everything else stays. Where the file is not there it is
// made. [OpenSourceFile] says what holds until Close, and for several members of a file at a time.
func CreateMember[T any](ctx context.Context, dir string, s Source, opts ...Option) (*SourceWriter[T], error) {
	return createSource[T](ctx, dir, s, OpenSourceFile, opts)
}

// OpenSourceFile is [CreateSourceFile] for a file that may be there already: datasets are added to it, or take the places of those that have their
// paths. With [WithNoClobber] a dataset of the path is an error that wraps fs.ErrExist. What lies at the path may be a dataset only, not a group or a soft link.
//
// Nothing of a file that is there changes before Close, as [hdf5.OpenReadWrite] says, and a process that is killed leaves it whole. Until then the file is
// locked, and other programs that look at locks cannot open it. One writer has a file at a time: while another has it open, this one gets an error that says so. Where the file is not
// there, several may begin; the first to close makes the file, and Close of the others is an error that wraps fs.ErrExist, after which their members are to be written again. So
// write the members of one file one after another, or let one [SourceFileWriter] write several. Where there are no locks (Windows, file systems without, HDF5_USE_FILE_LOCKING=FALSE) nobody else
// sees to that.
func OpenSourceFile(ctx context.Context, dir, file string, opts ...Option) (*SourceFileWriter, error) {
	name, o, err := prepareSourceFile(ctx, dir, file, opts)
	if err != nil {
		return nil, err
	}
	f := &SourceFileWriter{ctx: ctx, noClobber: o.noClobber}
	for range maxOpenings {
		if f.w, err = hdf5.OpenReadWrite(name); err == nil {
			f.replaced = map[uint64]bool{}
			return f, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("adding to a source file: %w", err)
		}
		if f.w, err = hdf5.Create(name, hdf5.WithNoClobber()); err == nil {
			f.first = true
			return f, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
	}
	return nil, err
}

// maxOpenings bounds how often a file is looked for that comes and goes.
const maxOpenings = 10

// makeRoom removes the dataset whose place a new one takes. Datasets that were replaced in this session are left: two of one path are an error.
func (f *SourceFileWriter) makeRoom(name string) error {
	if f.replaced == nil {
		return nil
	}
	now, err := hdf5.Open(f.w.Name(), hdf5.WithUnfinished()) // the lock is our own
	if err != nil {
		return err
	}
	address, err := datasetAt(now, name)
	if err = errors.Join(err, now.Close()); err != nil || address == 0 || f.replaced[address] {
		return err
	}
	if f.noClobber {
		return fmt.Errorf("%s:%s: %w; remove it or write another member", f.w.Name(), name, fs.ErrExist)
	}
	f.replaced[address] = true
	return f.w.Unlink(name)
}

// datasetAt is the address of the dataset at a path, 0 where there is nothing. Anything else there is an error.
func datasetAt(f *hdf5.File, name string) (uint64, error) {
	names := slices.DeleteFunc(strings.Split(name, "/"), func(n string) bool { return n == "" || n == "." })
	if len(names) == 0 {
		return 0, nil
	}
	last := len(names) - 1
	group, err := f.Group("/" + strings.Join(names[:last], "/"))
	if err != nil {
		return 0, absent(err)
	}
	if group.File() != f {
		return 0, fmt.Errorf("%s:%s: it lies behind an external link; write to file %s", f.Name(), name, group.File().Name())
	}
	link, err := group.Link(names[last])
	if err != nil {
		return 0, absent(err)
	}
	if link.Kind != hdf5.HardLink {
		return 0, fmt.Errorf("%s:%s: it is a %v, and only a dataset is replaced; remove the link or write to where it leads", f.Name(), name, link)
	}
	d, err := f.Dataset(name)
	if err != nil {
		return 0, fmt.Errorf("%s:%s: only a dataset is replaced: %w", f.Name(), name, err)
	}
	return d.Address(), nil
}

// absent is nil for the error that says that there is nothing at a path.
func absent(err error) error {
	if missing := (*hdf5.NotFoundError)(nil); errors.As(err, &missing) && missing.Err == nil {
		return nil
	}
	return err
}
