package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
)

// ErrLocked says that another process has the file open.
var ErrLocked = errors.New("another program has the file open; close it there first (HDF5_USE_FILE_LOCKING=FALSE turns this check off)")

// lockingVariable is the environment variable with which libhdf5's users turn locks off.
const lockingVariable = "HDF5_USE_FILE_LOCKING"

// OpenExisting opens a regular file for reading and writing, and locks it.
func OpenExisting(name string) (*os.File, error) {
	// Without O_NONBLOCK a named pipe would keep us waiting; for files it means nothing.
	f, err := os.OpenFile(name, os.O_RDWR|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, bare(err)
	}
	if err := claimExisting(f); err != nil {
		return nil, errors.Join(bare(err), f.Close())
	}
	return f, nil
}

func claimExisting(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fmt.Errorf("%w: it is not a regular file (%s)", fs.ErrInvalid, info.Mode().Type())
	}
	if lockingOff() {
		return nil
	}
	return lock(f)
}

// lockingOff reports whether users of libhdf5 turned locks off.
func lockingOff() bool {
	switch strings.ToUpper(os.Getenv(lockingVariable)) {
	case "FALSE", "0":
		return true
	}
	return false
}
