//go:build !linux

package runtime

import "unsafe"

// hugePages does nothing: this system gives large pages by itself, or not at all.
func hugePages(unsafe.Pointer, uintptr) {}
