//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package store

import (
	"syscall"
)

// Controlled is an open file that lends its descriptor.
type Controlled interface {
	Control(use func(fd uintptr)) error
}

// WrittenElsewhere reports whether a program has the file locked as libhdf5 locks a file that it writes, unless its users turned locks off. The lock that is
// taken to find that out is given back at once: readers are not in the way of writers.
func WrittenElsewhere(f Controlled) (written bool) {
	if lockingOff() {
		return false
	}
	_ = f.Control(func(fd uintptr) {
		if err := syscall.Flock(int(fd), syscall.LOCK_SH|syscall.LOCK_NB); err != nil {
			written = err == syscall.EWOULDBLOCK // other errors: a file system without locks
			return
		}
		_ = syscall.Flock(int(fd), syscall.LOCK_UN)
	})
	return written
}
