package runtime

import (
	"syscall"
	"unsafe"
)

const (
	hugePage     = 2 << 20
	leastForHuge = 4 * hugePage
)

// hugePages asks the system to give fresh memory of a large result in pages of 2 MiB: taking 4 KiB at a time costs several times what reading into them does. It
// has no effect on contents, and where the system does not want to, none at all.
func hugePages(memory unsafe.Pointer, size uintptr) {
	if size < leastForHuge {
		return
	}
	skip := -uintptr(memory) & (hugePage - 1)
	whole := (size - skip) &^ (hugePage - 1)
	_ = syscall.Madvise(unsafe.Slice((*byte)(unsafe.Add(memory, skip)), whole), syscall.MADV_HUGEPAGE)
}
