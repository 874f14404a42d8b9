package hdf5

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// maxExternal is how many files one File opens for its external links. Each is a descriptor until the File is closed; a
// master file of more data files is read through a virtual dataset, or by opening its targets one by one.
const maxExternal = 256

// OpenExternal opens the file of an external link as libhdf5 does without its prefix settings: an absolute name as it is, and a relative
// one, or an absolute one that is not there, by its last element, in the folder of from; then relative to the working folder.
func OpenExternal(from *File, name string) (*File, error) {
	if name == "" {
		return nil, errors.New("external link without a file name")
	}
	var errs []error
	for _, candidate := range externalCandidates(from.name, name) {
		f, err := Open(candidate, from.inherited)
		if err == nil {
			return f, nil
		}
		if !noSuchFile(err) {
			return nil, err
		}
		errs = append(errs, err)
	}
	return nil, errors.Join(errs...)
}

// inherited gives a file that a link of f leads to the openers of f, and WithUnfinished.
func (f *File) inherited(o *openOptions) {
	o.external, o.confined, o.raw = f.opts.external, f.opts.confined, f.opts.raw
	o.unfinished = f.opts.unfinished
}

// externalCandidates are the names under which a file may be, best first.
func externalCandidates(from, name string) []string {
	var list []string
	beside := name
	if filepath.IsAbs(name) {
		list = append(list, name)
		beside = filepath.Base(name)
	}
	if from != "" {
		list = append(list, filepath.Join(filepath.Dir(from), beside))
		if real, err := filepath.EvalSymlinks(from); err == nil && filepath.Dir(real) != filepath.Dir(from) {
			list = append(list, filepath.Join(filepath.Dir(real), beside))
		}
	}
	if !filepath.IsAbs(name) && (from == "" || filepath.Dir(from) != ".") {
		list = append(list, name)
	}
	return list
}

// externalFile returns the file of an external link, opened once for all links with the same name.
func (f *File) externalFile(name string) (*File, error) {
	if f.opts.external == nil {
		return nil, errors.New("external links are not followed here")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return nil, fmt.Errorf("%s: %w", f.name, os.ErrClosed)
	}
	if x := f.external[name]; x != nil {
		return x, nil
	}
	if len(f.external) >= maxExternal {
		return nil, fmt.Errorf("%s: its external links lead to more than %d files", f.name, maxExternal)
	}
	x, err := f.opts.external(f, name)
	if err != nil {
		return nil, err
	}
	if f.external == nil {
		f.external = map[string]*File{}
	}
	f.external[name] = x
	return x, nil
}
