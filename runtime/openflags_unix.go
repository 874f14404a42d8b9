//go:build unix

package runtime

import "syscall"

// openWithoutWaiting keeps the opening of a named pipe from waiting for a program that writes to it. For files it means nothing.
const openWithoutWaiting = syscall.O_NONBLOCK
