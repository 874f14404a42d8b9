package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
)

// newSearch is a File for looking for the sources of a file that does not exist yet.
func newSearch(name string, opts *options) (*File, error) {
	f := &File{name: name, key: name, opts: *opts, workers: opts.workers}
	if f.workers == 0 {
		f.workers = goruntime.GOMAXPROCS(0)
	}
	if opts.opener == nil {
		f.key = absolute(name)
	}
	if opts.hasRoot {
		if err := f.openRoot(opts.root); err != nil {
			return nil, err
		}
	}
	limit := opts.maxOpenFiles
	if limit == 0 {
		limit = fetch.DefaultFiles()
	}
	f.files = fetch.NewFiles(limit, f.openKey)
	return f, nil
}

// manySources is from how many sources on folders are listed, so that those that do not exist cost no system call each.
const manySources = 256

// checkSources compares the sources of mappings that exist already with what the layout says of them. What cannot be opened now is left
// alone: a detector may be writing it. Mistakes are reported together.
func (l *Layout) checkSources(ctx context.Context, name, path string, mappings []layoutMapping, opts *options) error {
	numbers := map[*layoutSource]int{}
	var sources []*layoutSource
	var last *layoutSource
	for i, m := range mappings {
		if m.of == last {
			continue
		}
		last = m.of
		if _, seen := numbers[last]; seen || last.template || storedFile(last, name, opts) == "." {
			continue
		}
		numbers[last] = i
		sources = append(sources, last)
	}
	if len(sources) == 0 {
		return nil
	}
	f, err := newSearch(name, opts)
	if err != nil {
		return err
	}
	defer f.Close()
	if len(sources) >= manySources && opts.opener == nil {
		f.folders = &folders{}
	}
	var errs []error
	for _, s := range sources {
		if err := ctx.Err(); err != nil {
			return err
		}
		what, found, err := f.compare(ctx, s)
		if err != nil {
			return err
		}
		if what != "" {
			errs = append(errs, &SourceMismatchError{File: name, Dataset: path, Mapping: numbers[s], Source: s.name, Found: found, What: what})
		}
	}
	return errors.Join(errs...)
}

// compare says what is different in a source that exists, and the file that it was found in.
func (f *File) compare(ctx context.Context, s *layoutSource) (what, found string, err error) {
	file, tried, err := f.find(ctx, f.key, s.name.File, true)
	if err != nil {
		return "", "", err
	}
	if file == nil {
		for _, t := range tried {
			if errors.Is(t.Err, hdf5.ErrNotHDF5) {
				return t.Err.Error(), t.Path, nil
			}
		}
		return "", "", nil
	}
	defer file.Release()
	dataset, err := file.Dataset(s.name.Path)
	if err != nil {
		return "", "", nil
	}
	shape := dataset.Shape()
	if dataset.Layout() == hdf5.Virtual {
		n, err := f.newNode(ctx, file, dataset, false, nil)
		if err != nil {
			return "", "", nil
		}
		shape = n.shape
	}
	if len(shape) != len(s.extent) {
		return fmt.Sprintf("it has shape %v, and the layout says that it has %s", shape, plural(len(s.extent), "axis", "axes")), file.Key, nil
	}
	for i, want := range s.extent {
		if want == unknownExtent || shape[i] == want {
			continue
		}
		if limit := dataset.MaxShape()[i]; shape[i] < want && (limit == dataspace.Unlimited || limit >= want) {
			continue // It can grow to what the layout says: it is being written.
		}
		return fmt.Sprintf("axis %d has %d elements, and the layout says %d", i, shape[i], want), file.Key, nil
	}
	if s.element != nil && !sameType(dataset.Datatype(), s.element) {
		return fmt.Sprintf("its elements are %v, and the layout says %v", dataset.Datatype(), s.element), file.Key, nil
	}
	return "", file.Key, nil
}

// folders is which files folders have, listed once.
type folders struct{ names map[string]map[string]bool }

// lacks reports whether there is surely no file of that name.
func (f *folders) lacks(key string) bool {
	if f == nil {
		return false
	}
	folder, base := filepath.Split(key)
	names, listed := f.names[folder]
	if !listed {
		entries, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return false
		}
		names = make(map[string]bool, len(entries))
		for _, e := range entries {
			names[e.Name()] = true
		}
		if f.names == nil {
			f.names = map[string]map[string]bool{}
		}
		f.names[folder] = names
	}
	return !names[base]
}

// ProbeSources fills in the extents of sources that were given as [Probe] from the files, looked for as the virtual dataset in the file
// name would. All mistakes are reported together. A missing source that is [Optional] takes the extents of the others where these agree.
func ProbeSources(ctx context.Context, name string, sources []Source, opts ...Option) ([]Source, error) {
	o, err := newOptions(opts)
	if err != nil {
		return nil, err
	}
	f, err := newSearch(name, &o)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	probed := make([]Source, len(sources))
	var errs []error
	var left []int
	agreed := agreement{}
	for i, s := range sources {
		probed[i] = s
		if s.err != nil || s.probe == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		shape, err := f.probe(ctx, &s)
		var missing *MissingSourceError
		switch {
		case err == nil:
			agreed.add(&s, shape)
			probed[i] = s.probed(shape)
		case s.optional && errors.As(err, &missing) && missing.absent():
			left = append(left, i)
		default:
			errs = append(errs, err)
		}
	}
	for _, i := range left {
		s := sources[i]
		shape, err := agreed.shape(&s)
		if err != nil {
			errs = append(errs, fmt.Errorf("source %s is missing: %w", s.name, err))
			continue
		}
		probed[i] = s.probed(shape)
	}
	for i := range probed {
		if err := probed[i].err; err != nil {
			errs = append(errs, fmt.Errorf("source %s: %w", probed[i].name, err))
		}
	}
	return probed, errors.Join(errs...)
}

// probe is the shape of a source in its file.
func (f *File) probe(ctx context.Context, s *Source) ([]uint64, error) {
	missing := func(tried []Attempt, err error) error {
		return &MissingSourceError{File: f.name, Mapping: -1, Source: s.name, Tried: tried, Err: err}
	}
	file, tried, err := f.find(ctx, f.key, s.name.File, true)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, missing(tried, nil)
	}
	defer file.Release()
	dataset, err := file.Dataset(s.name.Path)
	if err != nil {
		return nil, missing(nil, err)
	}
	n, err := f.newNode(ctx, file, dataset, false, nil)
	if err != nil {
		return nil, err
	}
	if len(n.shape) != len(s.extent) {
		return nil, fmt.Errorf("source %s: it has shape %v, and the layout says that it has %s", s.name, n.shape, plural(len(s.extent), "axis", "axes"))
	}
	return n.shape, nil
}

// probed is the source with the extents that were probed.
func (s Source) probed(shape []uint64) Source {
	extent := append([]uint64(nil), s.extent...)
	for i, probe := range s.probe {
		if probe {
			extent[i] = shape[i]
		}
	}
	s.extent, s.probe = extent, nil
	if s.sliced {
		s.err = s.slice()
	} else {
		s.err = s.selectAll()
	}
	return s
}
