//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package store

import (
	"errors"
	"os"
	"syscall"
)

// WrittenElsewhere reports whether a program has the file locked as libhdf5 locks a file that it writes, unless its users turned locks off. The lock that is
// taken to find that out is given back at once: readers are not in the way of writers.
func WrittenElsewhere(f *os.File) bool {
	if lockingOff() {
		return false
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
		return errors.Is(err, syscall.EWOULDBLOCK) // other errors: a file system without locks
	}
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	return false
}
