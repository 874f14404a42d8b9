package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	goruntime "runtime"
	"slices"

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

// checkSources compares the sources of a finished layout that exist already with what the layout says of them. What cannot be opened now is left
// alone: a detector may be writing it. Mistakes are reported together.
func checkSources(ctx context.Context, spec hdf5.VirtualSpec, path string, opts *options) error {
	mappings, ok := spec.Mappings.(storedMappings)
	if !ok { // it could not be finished
		return nil
	}
	names, of := mappings.names, mappings.of
	f, err := newSearch(names.name, opts)
	if err != nil {
		return err
	}
	defer f.Close()
	var there *folders
	if opts.opener == nil && distinctNeighbours(of) >= manySources {
		there = f.listFolders()
	}
	var last *sourceDataset
	seen := map[*sourceDataset]bool{}
	var errs []error
	for i, s := range of {
		if s == last || s.template || there.lacks(s.file) || names.isOwn(s.file) || s.file == "." || seen[s] {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		last, seen[s] = s, true
		what, found, err := f.compare(ctx, s)
		if err != nil {
			return err
		}
		if what != "" {
			errs = append(errs, &SourceMismatchError{File: names.name, Dataset: path, Mapping: i, Source: s.name(), Found: found, What: what})
		}
	}
	return errors.Join(errs...)
}

// distinctNeighbours is how often the source changes from one mapping to the next.
func distinctNeighbours(of []*sourceDataset) int {
	n := 0
	for i, s := range of {
		if i == 0 || s != of[i-1] {
			n++
		}
	}
	return n
}

// compare says what is different in a source that exists, and the file that it was found in.
func (f *File) compare(ctx context.Context, s *sourceDataset) (what, found string, err error) {
	file, tried, err := f.find(ctx, f.key, s.file, true)
	if err != nil {
		return "", "", err
	}
	if file == nil {
		for _, t := range tried {
			if errors.Is(t.Err, hdf5.ErrNotHDF5) && !errors.Is(t.Err, hdf5.ErrEmpty) { // a writer may just have created an empty one
				return t.Err.Error(), t.Path, nil
			}
		}
		return "", "", nil
	}
	defer file.Release()
	dataset, err := file.Dataset(s.path)
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

// folders is which files there are where sources are looked for, each folder listed once.
type folders struct {
	search []string                   // the folders in which sources are looked for
	below  map[string]map[string]bool // the files in a folder below any of these, by its name, "" for themselves; nil where that is not known
	last   string                     // the folder of the name before
	files  map[string]bool            // in it
}

// listFolders lists nothing yet.
func (f *File) listFolders() *folders {
	return &folders{search: slices.Collect(f.searchFolders(f.key, true)), below: map[string]map[string]bool{}}
}

// lacks reports whether there is surely no file of that name.
func (f *folders) lacks(name string) bool {
	if f == nil {
		return false
	}
	folder, base := filepath.Split(name)
	if f.files == nil || folder != f.last {
		f.last, f.files = folder, f.list(folder)
	}
	return f.files != nil && !f.files[base] && (!filepath.IsAbs(name) || f.lacks(base))
}

// list is the files in a folder that is absolute, or below any of those that are searched.
func (f *folders) list(folder string) map[string]bool {
	if files, listed := f.below[folder]; listed {
		return files
	}
	files := map[string]bool{}
	if filepath.IsAbs(folder) {
		files = addNames(files, folder)
	} else {
		for _, search := range f.search {
			files = addNames(files, under(search, folder))
		}
	}
	f.below[folder] = files
	return files
}

// addNames adds what is in a folder; nil, also before, is not known.
func addNames(files map[string]bool, folder string) map[string]bool {
	if files == nil {
		return nil
	}
	f, err := os.Open(folder)
	if errors.Is(err, os.ErrNotExist) {
		return files
	}
	if err != nil {
		return nil
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil
	}
	for _, name := range names {
		files[name] = true
	}
	return files
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
		if s.Err() != nil || s.probe == nil {
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
			errs = append(errs, fmt.Errorf("source %s is missing: %w", s.name(), err))
			continue
		}
		probed[i] = s.probed(shape)
	}
	for i := range probed {
		if err := probed[i].Err(); err != nil {
			errs = append(errs, fmt.Errorf("source %s: %w", probed[i].Name(), err))
		}
	}
	return probed, errors.Join(errs...)
}

// probe is the shape of a source in its file.
func (f *File) probe(ctx context.Context, s *Source) ([]uint64, error) {
	missing := func(tried []Attempt, err error) error {
		return &MissingSourceError{File: f.name, Mapping: -1, Source: s.name(), Tried: tried, Err: err}
	}
	file, tried, err := f.find(ctx, f.key, s.file, true)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, missing(tried, nil)
	}
	defer file.Release()
	dataset, err := file.Dataset(s.path)
	if err != nil {
		return nil, missing(nil, err)
	}
	n, err := f.newNode(ctx, file, dataset, false, nil)
	if err != nil {
		return nil, err
	}
	if len(n.shape) != len(s.extent) {
		return nil, fmt.Errorf("source %s: it has shape %v, and the layout says that it has %s", s.name(), n.shape, plural(len(s.extent), "axis", "axes"))
	}
	return n.shape, nil
}

// probed is the source with the extents that were probed.
func (s Source) probed(shape []uint64) Source {
	form, details := *s.sourceForm, *s.sourceDetails
	form.extent = slices.Clone(s.extent)
	for i, probe := range s.probe {
		if probe {
			form.extent[i] = shape[i]
		}
	}
	details.probe, form.sourceDetails = nil, &details
	given := s.given
	s.sourceDataset, s.sourcePart = &sourceDataset{s.file, &form}, wholeSource
	if s.sliced {
		s.refuse(s.slice(given))
	} else {
		s.refuse(s.selectAll())
	}
	return s
}
