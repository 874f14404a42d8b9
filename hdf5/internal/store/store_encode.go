// Package store is the growing file that a writer writes to: space is allocated at its end, and small
// writes are gathered. A new file appears under its name only when it is whole; of an existing one nothing is overwritten but by
// Overwrite, after all else is on the disk.
//
// Read store_encode.go first (File: allocation and writing), then draft_encode.go (Draft: the temporary name) and lock_unix_encode.go.
package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
)

// Alignments of allocations, in bytes.
const (
	// Metadata starts at multiples of 8: nothing needs it, and it keeps structures inside cache lines and dumps readable.
	AlignMetadata = 8
	// AlignPage is for large blocks of raw data, so that readers can map them and read them without going
	// through the page cache.
	AlignPage = 4096
)

// bufferSize bounds what is gathered before it is written. Larger writes go straight to the file.
const bufferSize = 256 << 10

// Backing is what a File needs of a file of the operating system.
type Backing interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// File is a file that grows at its end. Addresses are byte offsets from its start, or from where a user block ends. It is not safe for concurrent use.
//
// The first error of the file is kept: all later writes fail with it, so that callers may look at it late.
type File struct {
	backing Backing
	base    uint64 // offset of address 0
	floor   uint64 // first byte that was not in the file before
	end     uint64 // first byte that is not allocated
	buf     []byte // bytes that are not written yet
	start   uint64 // where buf belongs
	high    uint64 // nothing was written from here on, buf included
	err     error
}

// New returns a File whose first end bytes are taken.
func New(b Backing, end uint64) *File {
	return &File{backing: b, end: end, buf: make([]byte, 0, bufferSize)}
}

// Extend returns a File that goes on behind the first end bytes of an existing one, counted from its offset base. Those stay as they are; behind them there must be nothing.
func Extend(b Backing, base, end uint64) *File {
	f := New(b, end)
	f.base, f.floor = base, end
	return f
}

// Err is the first error of the file.
func (f *File) Err() error { return f.err }

// End is the number of bytes that are allocated.
func (f *File) End() uint64 { return f.end }

// Allocate takes n bytes at the end, from the next multiple of align on, and returns their address. What is never written there reads as zeros.
func (f *File) Allocate(n, align uint64) uint64 {
	address := (f.end + align - 1) / align * align
	if address < f.end || n > math.MaxInt64-f.base-address {
		f.fail(fmt.Errorf("the file would have more than %d bytes", uint64(math.MaxInt64)))
		return f.end
	}
	f.end = address + n
	return address
}

// Append writes p to freshly allocated bytes and returns their address.
func (f *File) Append(p []byte, align uint64) (uint64, error) {
	address := f.Allocate(uint64(len(p)), align)
	return address, f.WriteAt(p, address)
}

// WriteAt writes p to allocated bytes. p is not kept.
func (f *File) WriteAt(p []byte, address uint64) error {
	if f.err != nil {
		return f.err
	}
	if address > f.end || uint64(len(p)) > f.end-address {
		return f.fail(fmt.Errorf("writing %d bytes at %d, behind the end of the file at %d", len(p), address, f.end))
	}
	if address < f.floor && len(p) > 0 {
		return f.fail(fmt.Errorf("writing %d bytes at %d, over what was in the file before (%d bytes)", len(p), address, f.floor))
	}
	next := f.start + uint64(len(f.buf))
	gap := address - next
	// A small gap behind all that was ever written is padding between two allocations: zeros bridge it.
	follows := address == next || address > next && gap < AlignMetadata && next == f.high
	f.high = max(f.high, address+uint64(len(p)))
	if len(f.buf) > 0 && (!follows || len(f.buf)+int(gap)+len(p) > cap(f.buf)) {
		if f.Flush() != nil {
			return f.err
		}
	}
	if len(p) > cap(f.buf)/2 {
		if f.Flush() != nil {
			return f.err
		}
		return f.write(p, address)
	}
	if len(f.buf) == 0 {
		f.start, gap = address, 0
	}
	for range gap {
		f.buf = append(f.buf, 0)
	}
	f.buf = append(f.buf, p...)
	return nil
}

// Overwrite writes p over bytes that were in the file before, at once and in one piece. It is how an existing file is switched from old to new: what
// the new bytes refer to must be on the disk before.
func (f *File) Overwrite(p []byte, address uint64) error {
	if f.Flush() != nil {
		return f.err
	}
	return f.write(p, address)
}

// ReadAt reads back what was written, or was in the file before; zeros where bytes were allocated and not written.
func (f *File) ReadAt(p []byte, address uint64) error {
	if f.Flush() != nil {
		return f.err
	}
	if address > f.end || uint64(len(p)) > f.end-address {
		return f.fail(fmt.Errorf("reading %d bytes at %d, behind the end of the file at %d", len(p), address, f.end))
	}
	n, err := f.backing.ReadAt(p, int64(address+f.base))
	if errors.Is(err, io.EOF) {
		clear(p[n:])
		err = nil
	}
	if err != nil {
		return f.fail(fmt.Errorf("reading back %d bytes at %d: %w", len(p), address, bare(err)))
	}
	return nil
}

// Flush writes what was gathered.
func (f *File) Flush() error {
	if f.err != nil || len(f.buf) == 0 {
		return f.err
	}
	err := f.write(f.buf, f.start)
	f.buf = f.buf[:0]
	return err
}

// Release gives back the allocated bytes from address on, which must be the last ones and are not used.
func (f *File) Release(address uint64) error {
	if f.Flush() == nil {
		f.end = min(f.end, address)
		f.high = min(f.high, f.end)
	}
	return f.err
}

func (f *File) write(p []byte, address uint64) error {
	if n, err := f.backing.WriteAt(p, int64(address+f.base)); err != nil {
		return f.fail(err)
	} else if n != len(p) {
		return f.fail(io.ErrShortWrite)
	}
	return nil
}

func (f *File) fail(err error) error {
	if f.err == nil {
		f.err = bare(err)
	}
	return f.err
}

// Finish writes what was gathered and makes the file as long as what was allocated; with sync it waits until all is on the disk. It does not close the file.
func (f *File) Finish(sync bool) error {
	if f.Flush() != nil {
		return f.err
	}
	if err := f.backing.Truncate(int64(f.end + f.base)); err != nil {
		return f.fail(err)
	}
	if !sync {
		return nil
	}
	return f.Sync()
}

// BeginSync makes a later Sync quicker: the system begins to bring the n bytes at an address to the disk while more is written. It has no other effect.
func (f *File) BeginSync(address, n uint64) {
	if f.Flush() == nil {
		beginSync(f.backing, int64(address+f.base), int64(n))
	}
}

// Sync waits until what was written is on the disk.
func (f *File) Sync() error {
	if f.Flush() != nil {
		return f.err
	}
	if err := f.backing.Sync(); err != nil {
		return f.fail(err)
	}
	return nil
}

// Cut makes the file size bytes long, to drop what was written behind what was there before. Nothing else works afterwards but Close.
func (f *File) Cut(size int64) error {
	f.buf = f.buf[:0]
	if f.err == nil {
		f.err = fs.ErrClosed
	}
	return bare(f.backing.Truncate(size))
}

// Close closes the file. Without a successful Finish before, its contents are undefined.
func (f *File) Close() error { return bare(f.backing.Close()) }

// bare is an error of the operating system without the temporary name, which says nothing to who gave the file another.
func bare(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		return e.Err
	}
	return err
}
