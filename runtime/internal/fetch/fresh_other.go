//go:build !linux

package fetch

import "unsafe"

// adviseLarge does nothing: this system gives large pages by itself, or not at all.
func adviseLarge(unsafe.Pointer, uintptr, bool) bool { return false }

func populate(unsafe.Pointer, uintptr) bool { return false }
