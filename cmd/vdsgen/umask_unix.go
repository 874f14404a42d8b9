//go:build unix

package main

import (
	"os"
	"sync"
	"syscall"
)

// umask is the process's file mode creation mask, read once: reading it means setting it.
var umask = sync.OnceValue(func() os.FileMode {
	mask := syscall.Umask(0)
	syscall.Umask(mask)
	return os.FileMode(mask)
})
