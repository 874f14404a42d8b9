package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/vdsgen/vdsgen/hdf5"
)

// Option changes how files are opened, read and written. The zero value of everything is the good default;
// an option that makes no sense for a call is ignored by it, so that one list can be passed through.
type Option func(*options) error

// options is what a list of Options says.
type options struct {
	missing       missingPolicy
	workers       int // 0: GOMAXPROCS
	maxOpenFiles  int // 0: defaultOpenFiles, less where the process may open fewer
	prefix        string
	opener        Opener
	root          string
	hasRoot       bool
	onFilled      func(Filled)
	view          View
	printfGap     int
	relativeNames bool
	noClobber     bool
	poll          time.Duration // 0: DefaultPollInterval
}

func newOptions(opts []Option) (options, error) {
	var o options
	for _, set := range opts {
		if set == nil {
			continue
		}
		if err := set(&o); err != nil {
			return o, err
		}
	}
	if o.hasRoot && o.opener != nil {
		return o, errors.New("WithRoot confines the operating system's files, and WithOpener replaces them: use one")
	}
	return o, nil
}

// missingPolicy is what a source that cannot be read is.
type missingPolicy uint8

const (
	missingIsError missingPolicy = iota
	fillAbsent
	fillMissing
)

// FillAbsent makes a source that does not exist, file or dataset, read as the fill value of the virtual dataset.
// A source that exists and cannot be read is an error still. What was filled is in the result.
func FillAbsent() Option {
	return func(o *options) error { o.missing = max(o.missing, fillAbsent); return nil }
}

// FillMissing makes every source that libhdf5 reads as the fill value read so here: one that does not exist, cannot be
// opened, is no HDF5 file, is no dataset, or is too small for its mapping (there the elements beyond its end). What was filled
// is in the result. Damaged data, types that cannot be converted and too many open files are errors still.
func FillMissing() Option { return func(o *options) error { o.missing = fillMissing; return nil } }

// WithWorkers sets how many goroutines a read uses; 0 is GOMAXPROCS. It has no effect on results.
func WithWorkers(n int) Option {
	return func(o *options) error {
		if n < 0 {
			return fmt.Errorf("WithWorkers(%d): the number of workers is not negative", n)
		}
		o.workers = n
		return nil
	}
}

// WithMaxOpenFiles sets how many source files stay open between uses; 0 is the default, 128 or a quarter of what
// the process may open if that is less. It has no effect on results: more sources than that are opened in turn.
func WithMaxOpenFiles(n int) Option {
	return func(o *options) error {
		if n < 0 {
			return fmt.Errorf("WithMaxOpenFiles(%d): the number of files is not negative", n)
		}
		o.maxOpenFiles = n
		return nil
	}
}

// WithPrefix sets a folder in which sources are looked for before the folder of the virtual dataset's file, as
// H5Pset_virtual_prefix does. A leading ${ORIGIN} is the folder of that file. Folders of the environment variable
// HDF5_VDS_PREFIX come before it.
func WithPrefix(dir string) Option { return func(o *options) error { o.prefix = dir; return nil } }

// SourceFile is a file that an [Opener] found. Reads are positioned, and several at a time.
type SourceFile interface {
	io.ReaderAt
	io.Closer
	// Size is the number of bytes of the file.
	Size() int64
}

// Opener opens files in place of the operating system. name is as [Open] was given it, or one of the candidates for a
// source: its stored name under each place where it is searched, joined with forward slashes. An error that wraps
// fs.ErrNotExist says that there is no such file, and the search goes on. An Opener is called by several goroutines at a time.
type Opener func(ctx context.Context, name string) (SourceFile, error)

// WithOpener replaces the file system for reading, for object stores, archives and memory.
func WithOpener(open Opener) Option {
	return func(o *options) error {
		if open == nil {
			return errors.New("WithOpener: the opener is nil")
		}
		o.opener = open
		return nil
	}
}

// WithRoot confines sources to a folder, for virtual datasets from strangers: absolute names, "..", symbolic links
// and external links that lead out of it are refused, each with an error.
func WithRoot(dir string) Option {
	return func(o *options) error {
		if dir == "" {
			return errors.New("WithRoot: the folder has no name; \".\" is the current one")
		}
		o.root, o.hasRoot = dir, true
		return nil
	}
}

// WithOnFilled sets a function that is told of everything that was filled in place of a missing source, as the read
// finds it. Calls do not overlap within one read.
func WithOnFilled(report func(Filled)) Option {
	return func(o *options) error { o.onFilled = report; return nil }
}

// View says how long a virtual dataset is whose sources grow, as H5Pset_virtual_view does.
type View uint8

const (
	// LastAvailable takes the longest source: what others lack, because their writers are behind, reads as the fill value. It is libhdf5's default. No source
	// is missing then, and nothing is reported as filled: [RawDataset.Coverage] counts what each source has and what none has, and FirstMissing and [Follow] never give such elements.
	LastAvailable View = iota
	// FirstMissing ends before the first element that a source lacks.
	FirstMissing
)

// WithView sets the view of growing datasets.
func WithView(v View) Option {
	return func(o *options) error {
		if v > FirstMissing {
			return fmt.Errorf("WithView(%d): there are LastAvailable and FirstMissing", v)
		}
		o.view = v
		return nil
	}
}

// WithPrintfGap sets how many consecutive files or datasets of a numbered series may be missing before the series
// counts as ended, as H5Pset_virtual_printf_gap does. Those that are missing within the gap read as the fill value and are
// reported as filled. The view FirstMissing has no gap.
func WithPrintfGap(n int) Option {
	return func(o *options) error {
		if n < 0 || n > maxPrintfGap {
			return fmt.Errorf("WithPrintfGap(%d): a gap is 0 to %d", n, maxPrintfGap)
		}
		o.printfGap = n
		return nil
	}
}

// maxPrintfGap bounds the files that are tried after the last one of a series each time that its length is asked.
const maxPrintfGap = 1_000_000

// WithRelativeNames makes [Create] store absolute names of source files relative to the folder of the file that is
// written, so that the whole can be moved together.
func WithRelativeNames() Option { return func(o *options) error { o.relativeNames = true; return nil } }

// WithPollInterval sets how often [Dataset.Follow] looks for new elements.
func WithPollInterval(d time.Duration) Option {
	return func(o *options) error {
		if d <= 0 {
			return fmt.Errorf("WithPollInterval(%v): the interval is above 0", d)
		}
		o.poll = d
		return nil
	}
}

// WithNoClobber makes writing fail, with an error that wraps fs.ErrExist, where a file of that name exists. Without it the
// new file replaces the old one when it is whole.
func WithNoClobber() Option { return func(o *options) error { o.noClobber = true; return nil } }

func (o *options) createOptions() []hdf5.CreateOption {
	if o.noClobber {
		return []hdf5.CreateOption{hdf5.WithNoClobber()}
	}
	return nil
}
