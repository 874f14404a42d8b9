//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package store

import "os"

// lock does nothing: these systems have no flock.
func lock(*os.File) error { return nil }

// Unlock does nothing.
func Unlock(*os.File) error { return nil }
