package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
)

// Sources are looked for as libhdf5 since 1.10.2 does (H5F_prefix_open_file): the first candidate that opens is the source. A key is the
// name by which a file is opened and kept: an absolute path, or what an Opener is given.

// prefixVariable is the environment variable with folders of sources, separated as in PATH.
const prefixVariable = "HDF5_VDS_PREFIX"

// origin at the start of a prefix is the folder of the virtual dataset's file.
const origin = "${ORIGIN}"

// candidates yields the keys under which a source may be found that the file holder names. top says that holder is the file that
// the caller opened: the prefix option holds for its sources and not for those of virtual datasets among these.
func (f *File) candidates(holder, name string, top bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		var tried []string
		for key := range f.allCandidates(holder, name, top) {
			if slices.Contains(tried, key) {
				continue
			}
			tried = append(tried, key)
			if !yield(key) {
				return
			}
		}
	}
}

func (f *File) allCandidates(holder, name string, top bool) iter.Seq[string] {
	if f.opts.opener != nil {
		return f.openerCandidates(holder, name, top)
	}
	return func(yield func(string) bool) {
		beside := name
		if filepath.IsAbs(name) {
			if !yield(name) {
				return
			}
			beside = filepath.Base(name)
		}
		for folder := range f.searchFolders(holder, top) {
			if !yield(under(folder, beside)) {
				return
			}
		}
	}
}

// searchFolders yields the folders in which the sources of a file are looked for.
func (f *File) searchFolders(holder string, top bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		folder := filepath.Dir(holder)
		for _, prefix := range f.prefixes(folder, top) {
			if !yield(absolute(prefix)) {
				return
			}
		}
		if !yield(folder) || !yield(absolute("")) {
			return
		}
		if real := f.realFolder(holder); real != "" {
			yield(real)
		}
	}
}

// realFolder is the folder of a file that holds virtual datasets, symbolic links followed; empty where it is not to be found. It is looked up once: a file has
// as many sources as it likes.
func (f *File) realFolder(holder string) string {
	if known, ok := f.realFolders.Load(holder); ok {
		return known.(string)
	}
	folder := ""
	if real, err := filepath.EvalSymlinks(holder); err == nil {
		folder = filepath.Dir(real)
	}
	f.realFolders.Store(holder, folder)
	return folder
}

// prefixes is the folders that are searched before that of the holder. The variable is read each time, as libhdf5 does; that
// it hides the prefix option when it was set before the program began is not repeated here.
func (f *File) prefixes(folder string, top bool) []string {
	var prefixes []string
	if variable := os.Getenv(prefixVariable); variable != "" {
		for _, p := range filepath.SplitList(variable) {
			if p != "" {
				prefixes = append(prefixes, p)
			}
		}
		if whole := withOrigin(variable, folder); len(prefixes) != 1 || whole != prefixes[0] {
			prefixes = append(prefixes, whole)
		}
	}
	if p := f.opts.prefix; top && p != "" && p != "." {
		prefixes = append(prefixes, withOrigin(p, folder))
	}
	return prefixes
}

// withOrigin puts the folder in the place of a leading ${ORIGIN}.
func withOrigin(prefix, folder string) string {
	if rest, ok := strings.CutPrefix(prefix, origin); ok {
		return folder + rest
	}
	return prefix
}

// under is a name in a folder. The parts are put together as they are: cleaning "a/../b" would change what it means where a is a
// symbolic link.
func under(folder, name string) string {
	if folder == "" {
		return name
	}
	if os.IsPathSeparator(folder[len(folder)-1]) {
		return folder + name
	}
	return folder + string(filepath.Separator) + name
}

// absolute makes a name absolute without cleaning it.
func absolute(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	folder, err := os.Getwd()
	if err != nil {
		return name
	}
	return under(folder, name)
}

// openerCandidates is allCandidates for names that an Opener opens: with slashes, without an environment and a working folder.
func (f *File) openerCandidates(holder, name string, top bool) iter.Seq[string] {
	return func(yield func(string) bool) {
		beside := name
		if path.IsAbs(name) || strings.Contains(name, "://") {
			if !yield(name) {
				return
			}
			beside = path.Base(name)
		}
		folder := ""
		if i := strings.LastIndexByte(holder, '/'); i >= 0 {
			folder = holder[:i]
		}
		if p := f.opts.prefix; top && p != "" && p != "." {
			if !yield(strings.TrimSuffix(withOrigin(p, folder), "/") + "/" + beside) {
				return
			}
		}
		if folder != "" && !yield(folder+"/"+beside) {
			return
		}
		yield(beside)
	}
}

// find opens the file of a source that the file holder names. Where there is none, tried says what was tried; err is an error that
// has nothing to do with the source, such as too many open files.
func (f *File) find(ctx context.Context, holder, name string, top bool) (file *fetch.File, tried []Attempt, err error) {
	if name == "." {
		file, err := f.files.Acquire(ctx, holder)
		if err != nil {
			if hard(ctx, err) {
				return nil, nil, err
			}
			return nil, []Attempt{{holder, err}}, nil
		}
		return file, nil, nil
	}
	if name == "" {
		return nil, nil, nil
	}
	for key := range f.candidates(holder, name, top) {
		file, err := f.files.Acquire(ctx, key)
		if err == nil {
			return file, nil, nil
		}
		if hard(ctx, err) {
			return nil, nil, fmt.Errorf("source %s: %w", name, err)
		}
		tried = append(tried, Attempt{key, err})
	}
	return nil, tried, nil
}

// hard reports whether an error of opening a source says nothing about the source: it is never taken for a missing one.
func hard(ctx context.Context, err error) bool {
	var unsupported *hdf5.UnsupportedError
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return true // an Opener has given up
	}
	return ctx.Err() != nil || errors.Is(err, fetch.ErrTooManyFiles) || errors.Is(err, os.ErrClosed) || errors.As(err, &unsupported)
}

// openKey opens a file for the pool of open files.
func (f *File) openKey(ctx context.Context, key string) (*hdf5.File, io.Closer, error) {
	if f.opts.opener == nil && f.root == nil {
		file, err := hdf5.Open(key)
		return file, nil, err
	}
	var links linkedFiles
	// The file stays open, and its links are followed, when the read that opens it is over.
	external := links.options(context.WithoutCancel(ctx), f)
	switch {
	case f.opts.opener != nil:
		file, source, err := f.openWith(ctx, key, external)
		links.add(source)
		return file, &links, err
	case key != f.key:
		file, source, err := f.openInRoot(key, external)
		links.add(source)
		return file, &links, err
	}
	file, err := hdf5.Open(key, external...)
	return file, &links, err
}

// openWith opens a file with the Opener.
func (f *File) openWith(ctx context.Context, key string, external []hdf5.OpenOption) (*hdf5.File, io.Closer, error) {
	source, err := f.opts.opener(ctx, key)
	if err != nil {
		return nil, nil, err
	}
	file, err := hdf5.NewFile(source, source.Size(), append(external, hdf5.WithName(key))...)
	if err != nil {
		return nil, nil, errors.Join(err, source.Close())
	}
	return file, source, nil
}

// OutsideRootError says that a source lies outside of the folder that [WithRoot] gave.
type OutsideRootError struct{ Path, Root string }

func (e *OutsideRootError) Error() string {
	return fmt.Sprintf("%s: outside of the folder %s, to which sources are confined", e.Path, e.Root)
}

// openInRoot opens a file below the root folder; symbolic links cannot lead out of it.
func (f *File) openInRoot(key string, external []hdf5.OpenOption) (*hdf5.File, io.Closer, error) {
	source, info, err := f.openRegular(key)
	if err != nil {
		return nil, nil, err
	}
	file, err := hdf5.NewFile(source, info.Size(), append(external, hdf5.WithName(key))...)
	if err != nil {
		return nil, nil, errors.Join(err, source.Close())
	}
	return file, source, nil
}

// openRegular opens a file below the root folder that is neither a folder nor a device.
func (f *File) openRegular(key string) (*os.File, fs.FileInfo, error) {
	relative, ok := f.insideRoot(key)
	if !ok {
		return nil, nil, &OutsideRootError{Path: key, Root: f.opts.root}
	}
	source, err := f.root.OpenFile(relative, os.O_RDONLY|openWithoutWaiting, 0)
	if err != nil {
		return nil, nil, rootError(err, key, f.opts.root)
	}
	info, err := source.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s: %w: it is not a regular file", key, hdf5.ErrNotHDF5)
	}
	if err != nil {
		return nil, nil, errors.Join(err, source.Close())
	}
	return source, info, nil
}

// rawSource is a file of raw data below the root folder.
type rawSource struct {
	*os.File
	size int64
}

func (s rawSource) Size() int64 { return s.size }

// openRaw opens a file of raw data where the sources of f are: with the Opener, or below the root folder.
func (f *File) openRaw(ctx context.Context, from *hdf5.File, name string) (hdf5.RawFile, error) {
	var errs []error
	for _, key := range linkCandidates(from.Name(), name, f.opts.opener != nil) {
		file, err := f.openRawKey(ctx, key)
		if err == nil {
			return file, nil
		}
		errs = append(errs, err)
		if !noSuchFile(err) {
			break
		}
	}
	return nil, errors.Join(errs...)
}

func (f *File) openRawKey(ctx context.Context, key string) (hdf5.RawFile, error) {
	if f.opts.opener != nil {
		return f.opts.opener(ctx, key)
	}
	source, info, err := f.openRegular(key)
	if err != nil {
		return nil, err
	}
	return rawSource{source, info.Size()}, nil
}

// rootError tells an escape, for which os.Root has no exported error, from a file that does not exist.
func rootError(err error, key, root string) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) || fetch.TooMany(err) {
		return err
	}
	if strings.Contains(err.Error(), "escapes") {
		return &OutsideRootError{Path: key, Root: root}
	}
	return err
}

// insideRoot is a path as os.Root wants it.
func (f *File) insideRoot(key string) (string, bool) {
	for _, root := range f.rootNames {
		if relative, err := filepath.Rel(root, key); err == nil && filepath.IsLocal(relative) {
			return relative, true
		}
	}
	return "", false
}

// linkedFiles closes what was opened for the external links of a file, of the files that these lead to, and so on, and the file itself.
type linkedFiles struct {
	mu      sync.Mutex
	closers []io.Closer
}

func (l *linkedFiles) add(c io.Closer) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closers = append(l.closers, c)
}

// Close closes them all.
func (l *linkedFiles) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	var errs []error
	for _, c := range l.closers {
		if c != nil {
			errs = append(errs, c.Close())
		}
	}
	return errors.Join(errs...)
}

// options make external links, and files of raw data, open where the sources of f are.
func (l *linkedFiles) options(ctx context.Context, f *File) []hdf5.OpenOption {
	return []hdf5.OpenOption{
		hdf5.WithExternalLinks(func(from *hdf5.File, name string) (*hdf5.File, error) { return l.open(ctx, f, from, name) }),
		hdf5.WithRawFiles(func(from *hdf5.File, name string) (hdf5.RawFile, error) { return f.openRaw(ctx, from, name) }),
	}
}

// open opens the file of an external link where the sources of f are.
func (l *linkedFiles) open(ctx context.Context, f *File, from *hdf5.File, name string) (*hdf5.File, error) {
	var errs []error
	for _, key := range linkCandidates(from.Name(), name, f.opts.opener != nil) {
		external := l.options(ctx, f)
		var file *hdf5.File
		var source io.Closer
		var err error
		if f.opts.opener != nil {
			file, source, err = f.openWith(ctx, key, external)
		} else {
			file, source, err = f.openInRoot(key, external)
		}
		if err == nil {
			l.add(source)
			return file, nil
		}
		errs = append(errs, err)
		if !noSuchFile(err) {
			break
		}
	}
	return nil, errors.Join(errs...)
}

// linkCandidates is where the file of an external link may be: as named if that is absolute, else in the folder of the file with the link.
func linkCandidates(from, name string, slashes bool) []string {
	if slashes {
		if path.IsAbs(name) || strings.Contains(name, "://") {
			return []string{name}
		}
		return []string{from[:strings.LastIndexByte(from, '/')+1] + name}
	}
	if filepath.IsAbs(name) {
		return []string{name, under(filepath.Dir(from), filepath.Base(name))}
	}
	return []string{under(filepath.Dir(from), name)}
}
