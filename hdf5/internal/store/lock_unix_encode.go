//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package store

import (
	"errors"
	"os"
	"syscall"
)

// lock takes the file for this process alone, as libhdf5 does for a file that it opens for writing. The lock goes when the file is closed. File systems
// without locks do without, which is what libhdf5 does unless it is told otherwise.
func lock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		return ErrLocked
	case errors.Is(err, syscall.ENOSYS), errors.Is(err, errors.ErrUnsupported):
		return nil
	}
	return err
}

// Unlock gives up the lock of OpenExisting, so that others may read the file while it is being written.
func Unlock(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	if errors.Is(err, syscall.ENOSYS) || errors.Is(err, errors.ErrUnsupported) {
		return nil
	}
	return err
}
