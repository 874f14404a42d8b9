package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"unicode/utf8"
)

const (
	// maxSymlinks bounds the links that are followed from a file's name; more mean a loop.
	maxSymlinks = 40

	// maxDrafts bounds the temporary names that are tried: that many files of one name in the making, or left behind by killed processes
	// of the same number.
	maxDrafts = 10_000

	// maxBase is how many bytes of a file's name go into its temporary name; file systems allow 255 bytes in all.
	maxBase = 200
)

// Draft is a file under a temporary name in the folder where it will appear under its own.
type Draft struct {
	temporary string
	final     string // absolute, symbolic links followed
	clobber   bool
}

// CreateDraft makes an empty file, open for reading and writing, which Publish will give the name.
// Without clobber there must be no file of that name, now and then, else the error wraps fs.ErrExist.
func CreateDraft(name string, clobber bool) (*Draft, *os.File, error) {
	final, err := follow(name)
	if err != nil {
		return nil, nil, bare(err)
	}
	mode := fs.FileMode(0)
	switch info, err := os.Stat(final); {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, nil, bare(err)
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("%s is not a regular file (%s); write to another name", final, info.Mode().Type())
	case !clobber:
		return nil, nil, fmt.Errorf("%w; remove it or write to another name", fs.ErrExist)
	default:
		mode = info.Mode().Perm()
	}
	folder, base := filepath.Split(final)
	for len(base) > maxBase {
		_, size := utf8.DecodeLastRuneInString(base)
		base = base[:len(base)-size]
	}
	for n := range maxDrafts {
		temporary := filepath.Join(folder, fmt.Sprintf(".%s.%d-%d.tmp", base, os.Getpid(), n))
		file, err := os.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return nil, nil, bare(err)
		}
		if mode != 0 {
			if err := file.Chmod(mode); err != nil && runtime.GOOS != "windows" {
				return nil, nil, errors.Join(bare(err), file.Close(), os.Remove(temporary))
			}
		}
		return &Draft{temporary: temporary, final: final, clobber: clobber}, file, nil
	}
	return nil, nil, fmt.Errorf("%s holds %d unfinished files of this name (%s); remove them", folder, maxDrafts, "."+base+".*.tmp")
}

// follow is the absolute name of the file that name stands for: where it is a symbolic link, the link stays and its target is replaced.
func follow(name string) (string, error) {
	if name == "" {
		return "", errors.New("the name of the file is empty")
	}
	for range maxSymlinks {
		absolute, err := filepath.Abs(name)
		if err != nil {
			return "", err
		}
		info, err := os.Lstat(absolute)
		if errors.Is(err, fs.ErrNotExist) {
			return absolute, nil
		}
		if err != nil {
			return "", err
		}
		if info.Mode()&fs.ModeSymlink == 0 {
			return absolute, nil
		}
		if name, err = os.Readlink(absolute); err != nil {
			return "", err
		}
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(absolute), name)
		}
	}
	return "", fmt.Errorf("%s: too many symbolic links", name)
}

// Publish gives the file, which must be complete and closed, its name, in place of an older file of that name. With sync it waits until
// the folder is on the disk.
func (d *Draft) Publish(sync bool) error {
	var err error
	if d.clobber {
		err = os.Rename(d.temporary, d.final)
	} else {
		err = d.claim()
	}
	if err != nil {
		return bare(err)
	}
	d.temporary = ""
	if !sync {
		return nil
	}
	if err := syncFolder(filepath.Dir(d.final)); err != nil {
		return fmt.Errorf("the file is complete, but its name may be lost in a power failure: %w", err)
	}
	return nil
}

// claim gives the file its name unless it is taken. A hard link does that in one step; where the file
// system has none, another program may come between the question and the renaming.
func (d *Draft) claim() error {
	err := os.Link(d.temporary, d.final)
	if err == nil {
		return os.Remove(d.temporary)
	}
	if !errors.Is(err, fs.ErrExist) {
		if _, err = os.Lstat(d.final); errors.Is(err, fs.ErrNotExist) {
			return os.Rename(d.temporary, d.final)
		}
	}
	return fmt.Errorf("%w since the writing began; remove it or write to another name", fs.ErrExist)
}

// Remove deletes the temporary file, which must be closed, unless it was published.
func (d *Draft) Remove() error {
	if d.temporary == "" {
		return nil
	}
	name := d.temporary
	d.temporary = ""
	return os.Remove(name)
}

// syncFolder makes the names in a folder durable, where the system knows how to.
func syncFolder(folder string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	err = f.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, errors.ErrUnsupported) {
		err = nil // a file system that does not sync folders
	}
	return errors.Join(err, f.Close())
}
