package block

import (
	"os"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/disk"
	"golang.org/x/sys/unix"
)

// mapping is pages of a file in memory, and the bytes of them that were asked for.
type mapping struct {
	bytes []byte
	pages unsafe.Pointer
	size  uintptr
}

// mapFile maps n bytes of a file, unless some of them seem not to be in memory: a fault that waits for a disk would keep a processor from other
// goroutines, and reading brings large pieces from there.
func mapFile(file *disk.File, offset, n uint64) (m mapping, ok bool) {
	var failed error
	skip := offset & uint64(os.Getpagesize()-1)
	m.size = uintptr(skip + n)
	err := file.Control(func(fd uintptr) {
		if ok = inMemory(int(fd), offset, n); ok {
			m.pages, failed = unix.MmapPtr(int(fd), int64(offset-skip), nil, m.size, unix.PROT_READ, unix.MAP_SHARED)
		}
	})
	if err != nil || failed != nil || !ok {
		return m, false
	}
	m.bytes = unsafe.Slice((*byte)(m.pages), m.size)[skip:]
	return m, true
}

// sampleBytes is how far apart the bytes are of which inMemory asks whether they are in memory.
const sampleBytes = 1 << 20

// inMemory reports whether the system has the pages of a file in memory, as far as a few of them tell. It asks by reading a byte without waiting.
func inMemory(fd int, offset, n uint64) bool {
	var one [1]byte
	into := [][]byte{one[:]}
	for at := uint64(0); at < n; at += sampleBytes {
		if got, err := unix.Preadv2(fd, into, int64(offset+at), unix.RWF_NOWAIT); got != 1 || err != nil {
			return false
		}
	}
	return true
}

func (m mapping) unmap() { _ = unix.MunmapPtr(m.pages, m.size) }

// onLocalDisk reports whether a file lies in a file system of this machine.
func onLocalDisk(file *disk.File) bool {
	var stat unix.Statfs_t
	var failed error
	if err := file.Control(func(fd uintptr) { failed = unix.Fstatfs(int(fd), &stat) }); err != nil || failed != nil {
		return false
	}
	switch uint32(stat.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.TMPFS_MAGIC, unix.F2FS_SUPER_MAGIC, unix.OVERLAYFS_SUPER_MAGIC:
		return true
	}
	return false
}
