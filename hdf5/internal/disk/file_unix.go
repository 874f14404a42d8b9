//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package disk

import (
	"io"
	"io/fs"
	"runtime"
	"sync/atomic"
	"syscall"
)

// File is a regular file that is open for reading.
type File struct {
	fd   int
	size atomic.Int64 // when it was last looked at
	// uses counts the calls that use the descriptor, with closedBit once Close was called. Whoever ends the last use after that closes the
	// descriptor: its number may be another file's from then on.
	uses atomic.Int32
	// dropped closes the descriptor of a File that nobody has any more, and that was not closed.
	dropped runtime.Cleanup
}

const closedBit = 1 << 30

// mostRead is the most bytes of one system call: some systems refuse more than 2 GiB.
const mostRead = 1 << 30

// Open opens a regular file, of size bytes now. The error for anything else is ErrNotRegular, and otherwise a syscall.Errno.
func Open(name string) (f *File, size int64, err error) {
	// Without O_NONBLOCK a named pipe would keep us waiting for somebody to write to it; for files it means nothing.
	fd, err := syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	for err == syscall.EINTR {
		fd, err = syscall.Open(name, syscall.O_RDONLY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	}
	if err != nil {
		return nil, 0, err
	}
	f = &File{fd: fd}
	if err := f.measure(); err != nil {
		_ = syscall.Close(fd)
		return nil, 0, err
	}
	f.dropped = runtime.AddCleanup(f, closeDropped, fd)
	return f, f.size.Load(), nil
}

func closeDropped(fd int) { _ = syscall.Close(fd) }

// measure finds the size of a regular file.
func (f *File) measure() error {
	var info syscall.Stat_t
	err := syscall.Fstat(f.fd, &info)
	for err == syscall.EINTR {
		err = syscall.Fstat(f.fd, &info)
	}
	if err != nil {
		return err
	}
	switch info.Mode & syscall.S_IFMT {
	case syscall.S_IFREG:
		f.size.Store(info.Size)
		return nil
	case syscall.S_IFDIR:
		return notRegular("a folder")
	case syscall.S_IFIFO:
		return notRegular("a named pipe")
	}
	return notRegular("a device")
}

// Size is the bytes of the file now; where that cannot be known any more, what it was before.
func (f *File) Size() int64 {
	if f.use() == nil {
		_ = f.measure()
		f.release()
	}
	return f.size.Load()
}

// ReadAt is that of io.ReaderAt.
func (f *File) ReadAt(p []byte, off int64) (n int, err error) {
	if err := f.use(); err != nil {
		return 0, err
	}
	defer f.release()
	for n < len(p) {
		m, err := syscall.Pread(f.fd, p[n:min(len(p), n+mostRead)], off+int64(n))
		switch {
		case err == syscall.EINTR:
		case err != nil:
			return n, err
		case m == 0:
			return n, io.EOF
		default:
			n += m
		}
	}
	return n, nil
}

// Control calls use with the descriptor, which stays open meanwhile.
func (f *File) Control(use func(fd uintptr)) error {
	if err := f.use(); err != nil {
		return err
	}
	defer f.release()
	use(uintptr(f.fd))
	return nil
}

// Close closes the file, once the calls that use it have ended. They cannot be begun any more.
func (f *File) Close() error {
	for {
		n := f.uses.Load()
		if n&closedBit != 0 {
			return fs.ErrClosed
		}
		if !f.uses.CompareAndSwap(n, n|closedBit) {
			continue
		}
		if n == 0 {
			return f.closeNow()
		}
		return nil
	}
}

func (f *File) use() error {
	for {
		n := f.uses.Load()
		if n&closedBit != 0 {
			return fs.ErrClosed
		}
		if f.uses.CompareAndSwap(n, n+1) {
			return nil
		}
	}
}

func (f *File) release() {
	if f.uses.Add(-1) == closedBit {
		_ = f.closeNow()
	}
}

// closeNow closes the descriptor, whose number may then be another file's: nobody may close it again.
func (f *File) closeNow() error {
	f.dropped.Stop()
	err := syscall.Close(f.fd)
	runtime.KeepAlive(f) // for Stop to have an effect
	return err
}
