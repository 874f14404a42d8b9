// Package output brings generated files onto disk: it compares what should be there
// with what is, and writes only the difference, each file whole or not at all.
//
// [Compare] makes the list of changes without touching anything, [Commit] carries it
// out, and [Change.Diff] shows one as a unified diff.
package output

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/rogpeppe/go-internal/diff"
)

// Kind tells what is to be done with a file.
type Kind uint8

// The kinds of changes.
const (
	Missing Kind = iota // the file is not there: it is to be written
	Stale               // the file has other contents: it is to be replaced
	Orphan              // the file was generated from a layout that is gone: it is to be removed
)

// String returns the word that messages use.
func (k Kind) String() string {
	return [...]string{"missing", "stale", "orphaned"}[k]
}

// File is a file that should be there.
type File struct {
	Path string
	Data []byte
}

// Change is one difference between what should be on disk and what is.
type Change struct {
	Path string
	Kind Kind
	Old  []byte // nil for Missing
	New  []byte // nil for Orphan
}

// Compare returns what is to be done so that files hold what they should and the
// orphans are gone, in the order of paths. Nothing is written.
func Compare(files []File, orphans []string) ([]Change, error) {
	var changes []Change
	for _, f := range files {
		old, err := os.ReadFile(f.Path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			changes = append(changes, Change{Path: f.Path, Kind: Missing, New: f.Data})
		case err != nil:
			return nil, err
		case !bytes.Equal(old, f.Data):
			changes = append(changes, Change{Path: f.Path, Kind: Stale, Old: old, New: f.Data})
		}
	}
	for _, path := range orphans {
		old, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		changes = append(changes, Change{Path: path, Kind: Orphan, Old: old})
	}
	slices.SortFunc(changes, func(a, b Change) int { return cmp.Compare(a.Path, b.Path) })
	return changes, nil
}

// Diff returns the change as a unified diff, with name standing for the path.
func (c Change) Diff(name string) []byte {
	from, to := name, name
	if c.Kind == Missing {
		from = os.DevNull
	}
	if c.Kind == Orphan {
		to = os.DevNull
	}
	return diff.Diff(from, c.Old, to, c.New)
}

// Commit carries out changes. All new contents are on disk under temporary names
// before the first file changes, so that a full disk or a folder that cannot be written
// leaves everything as it was.
func Commit(changes []Change) error {
	staged := make([]string, 0, len(changes))
	defer func() {
		for _, name := range staged {
			os.Remove(name) // those that were renamed are gone already
		}
	}()
	targets := make([]string, len(changes))
	for i, c := range changes {
		targets[i] = target(c.Path)
		if c.Kind == Orphan {
			staged = append(staged, "")
			continue
		}
		name, err := stage(targets[i], c.New)
		if err != nil {
			return fmt.Errorf("%s cannot be written; nothing was changed: %w", c.Path, bare(err))
		}
		staged = append(staged, name)
	}
	for i, c := range changes {
		if err := carryOut(c, staged[i], targets[i]); err != nil {
			return err
		}
		staged[i] = ""
	}
	return nil
}

// bare is an error without the temporary name that it is about.
func bare(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}

func carryOut(c Change, staged, target string) error {
	if c.Kind == Orphan {
		return os.Remove(c.Path)
	}
	return os.Rename(staged, target)
}

// target is the file that path leads to: a symbolic link stays one.
func target(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}

// stage writes data beside path under a temporary name and returns that name. The new
// file has the permissions of the old one, or those that the process gives new files.
func stage(path string, data []byte) (name string, err error) {
	f, err := create(path)
	if err != nil {
		return "", err
	}
	defer func() {
		if err != nil {
			os.Remove(f.Name())
		}
	}()
	if old, statErr := os.Stat(path); statErr == nil {
		if err := f.Chmod(old.Mode().Perm()); err != nil {
			f.Close()
			return "", err
		}
	}
	if _, err := f.Write(data); err != nil {
		f.Close()
		return "", err
	}
	if err := f.Sync(); err != nil {
		f.Close()
		return "", err
	}
	return f.Name(), f.Close()
}

// attempts bounds the search for a temporary name that is free.
const attempts = 1000

// create makes a new file beside path. Its name starts with a point and does not end
// in .go, so that no Go tool takes it for a source file.
func create(path string) (*os.File, error) {
	dir, base := filepath.Split(path)
	var f *os.File
	var err error
	for i := range attempts {
		name := filepath.Join(dir, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), i))
		f, err = os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
		if !errors.Is(err, fs.ErrExist) {
			break
		}
	}
	return f, err
}
