package fetch

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// adviseLarge asks for pages of 2 MiB, or for small ones, for what is not there yet of some memory. It reports whether the system has that to choose.
func adviseLarge(memory unsafe.Pointer, size uintptr, large bool) bool {
	advice := unix.MADV_HUGEPAGE
	if !large {
		advice = unix.MADV_NOHUGEPAGE
	}
	return unix.Madvise(unsafe.Slice((*byte)(memory), size), advice) == nil
}

// populate has the system provide the pages of some memory, as if it were written to. It is false where it does not do that: before Linux 5.14.
func populate(memory unsafe.Pointer, size uintptr) bool {
	return unix.Madvise(unsafe.Slice((*byte)(memory), size), unix.MADV_POPULATE_WRITE) == nil
}
