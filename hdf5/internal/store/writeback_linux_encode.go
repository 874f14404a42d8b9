//go:build linux && (amd64 || arm64)

package store

import (
	"os"
	"syscall"
)

// beginSync asks the system to begin writing bytes of a file to the disk, without waiting for it.
func beginSync(b Backing, offset, n int64) {
	const begin = 2 // SYNC_FILE_RANGE_WRITE
	if f, ok := b.(*os.File); ok {
		_ = syscall.SyncFileRange(int(f.Fd()), offset, n, begin) // a file system that cannot does it later
	}
}
