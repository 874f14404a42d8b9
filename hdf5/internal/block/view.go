package block

import (
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/disk"
)

const (
	// LeastView is the shortest range that is mapped: below it reading takes no longer.
	LeastView = 128 << 10

	// maxView bounds a mapping, which takes room among the addresses: there are few of 32 bits.
	maxView = 64 << 20
)

// errShrunk is what a fault in mapped pages means.
var errShrunk = fmt.Errorf("the file became shorter while it was read: %w", io.ErrUnexpectedEOF)

// CanView reports whether View may map ranges of this file: it is one of a local file system, and nobody writes it. Over a network every page
// could be a round trip, while reads come in large pieces.
func (r *Reader) CanView() bool {
	file, ok := r.src.(*disk.File)
	if !ok || r.Live() {
		return false
	}
	r.askLocal.Do(func() { r.local = onLocalDisk(file) })
	return r.local
}

// View lends n bytes at an address to use, as pages of the file itself: nothing is copied. They must not be changed, or kept. Where
// that cannot be done it is not viewed, use is not called, and ReadAt is the way. A file that becomes shorter meanwhile is an error, and
// what use has made of the bytes is worth nothing then.
func (r *Reader) View(addr, n uint64, what string, use func(b []byte) error) (viewed bool, err error) {
	if n < LeastView || n > maxView || !r.CanView() {
		return false, nil
	}
	if err := r.check(addr, n, what); err != nil {
		return false, err
	}
	file, offset := r.src.(*disk.File), addr+r.base
	mapped, ok := mapFile(file, offset, n)
	if !ok {
		return false, nil
	}
	defer mapped.unmap()
	if err := guarded(mapped.bytes, use); !errors.Is(err, errShrunk) {
		if err != nil {
			return true, err
		}
		// A page that holds the new end of the file reads as zeros behind it.
		if uint64(file.Size()) >= offset+n {
			return true, nil
		}
	}
	return true, fmt.Errorf("%s: offset %#x: reading %s: %w", r.name, offset, what, errShrunk)
}

// guarded calls use, and turns the fault of a page that is no longer there into errShrunk.
func guarded(pages []byte, use func(b []byte) error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		fault, ok := cause.(interface{ Addr() uintptr })
		if start := uintptr(unsafe.Pointer(unsafe.SliceData(pages))); !ok || fault.Addr()-start >= uintptr(len(pages)) {
			panic(cause)
		}
		err = errShrunk
	}()
	return use(pages)
}
