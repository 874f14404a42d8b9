// Package block reads pieces of one HDF5 file by their addresses.
//
// Metadata is small and lies close together, so reads of metadata are served from a few windows of the
// file that are kept in memory: the first one is read when the file is opened, and finding a dataset in a small file
// needs no other. Raw data passes by the windows, straight into the caller's memory.
//
// A file that is being written (live.go) grows, and a structure of it may be caught half written: the Reader then reads it again. After Forget everything comes
// from reads of the file that began later.
package block

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

const (
	// pageSize is the unit of windows: a window starts and ends at a multiple of it, so that neighbours
	// of what was asked for come with it. It is the size of the blocks in which libhdf5 lays out metadata.
	pageSize = 2048

	// windowLimit is the longest read that is kept in a window; longer ones are structures that
	// their own readers keep (B-tree nodes, heap collections) or that are read once.
	windowLimit = 8192

	// windowCount bounds the memory of an open file: 6 windows of at most 10 KiB.
	windowCount = 6

	// loadedBudget bounds the verified structures that a file keeps in memory, in bytes: the upper nodes of an index and the
	// part of it that is being read.
	loadedBudget = 1 << 20
)

// Reader reads byte ranges of one file. It is safe for concurrent use.
type Reader struct {
	name  string
	src   io.ReaderAt
	size  atomic.Int64 // bytes of the file
	base  uint64       // offset in the file of address 0
	sizes cursor.Sizes // bytes of addresses and lengths

	askLocal sync.Once
	local    bool // the file lies on a disk of this machine; set by askLocal

	live   atomic.Bool  // a writer may be at work
	broken atomic.Int32 // structures in a row that stayed damaged after all retries

	loaded *Cache[[]byte] // structures that were verified, by address

	mu      sync.Mutex
	epoch   uint64              // how often Forget was called: what was read in an earlier epoch is not kept
	windows [windowCount]window // most recently used first
}

// window is a part of the file in memory. Its bytes are never changed, so slices of them stay good after the
// window is gone.
type window struct {
	start uint64 // offset in the file
	data  []byte // empty: unused
}

// NewReader returns a Reader of a file of size bytes, with base 0 and unknown sizes of addresses.
func NewReader(name string, src io.ReaderAt, size int64) *Reader {
	r := &Reader{name: name, src: src, loaded: NewCache[[]byte](loadedBudget)}
	r.size.Store(size)
	return r
}

// Configure sets what the superblock says: the offset in the file of address 0, and the sizes of addresses and
// lengths. It is called once, before the Reader is shared.
func (r *Reader) Configure(base uint64, sizes cursor.Sizes) { r.base, r.sizes = base, sizes }

// Name is the name of the file, for errors.
func (r *Reader) Name() string { return r.name }

// Size is the number of bytes of the file: when it was opened, or now while it is live.
func (r *Reader) Size() int64 {
	if r.Live() {
		r.Measure()
	}
	return r.size.Load()
}

// Sizes are the sizes of addresses and lengths in the file.
func (r *Reader) Sizes() cursor.Sizes { return r.sizes }

// Offset is the offset in the file of an address.
func (r *Reader) Offset(addr uint64) int64 { return int64(addr + r.base) }

// Source is the file itself. Its offsets count from the start of the file, not from address 0.
func (r *Reader) Source() io.ReaderAt { return r.src }

// Room is the number of bytes of the file at and after an address, 0 if it lies outside.
func (r *Reader) Room(addr uint64) uint64 {
	return r.room(addr, uint64(r.Size()))
}

// room is Room in a file of size bytes.
func (r *Reader) room(addr, size uint64) uint64 {
	at := addr + r.base
	if at < addr || at >= size {
		return 0
	}
	return size - at
}

// check refuses ranges that are not in the file.
func (r *Reader) check(addr, n uint64, what string) error {
	if addr == cursor.Undefined {
		return &fault.FormatError{File: r.name, Offset: -1, What: what + ": its address is undefined"}
	}
	if n <= r.room(addr, uint64(r.size.Load())) {
		return nil
	}
	if size := r.Size(); n > r.room(addr, uint64(size)) {
		at := int64(-1)
		if addr+r.base >= addr && addr+r.base < 1<<62 {
			at = int64(addr + r.base)
		}
		return &fault.FormatError{File: r.name, Offset: at, What: fmt.Sprintf("%s: %d bytes at address %#x reach past the end of the file (%d bytes)", what, n, addr, size)}
	}
	return nil
}

// ReadAt fills p with the bytes at an address. what names them, for errors.
func (r *Reader) ReadAt(p []byte, addr uint64, what string) error {
	if err := r.check(addr, uint64(len(p)), what); err != nil {
		return err
	}
	return r.fill(p, addr+r.base, what)
}

// fill reads p from an offset that was checked.
func (r *Reader) fill(p []byte, offset uint64, what string) error {
	n, err := r.src.ReadAt(p, int64(offset))
	if n == len(p) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("%s: offset %#x: reading %s: %w", r.name, offset, what, err)
}

// Bytes returns n bytes at an address. They must not be changed: others may see them too.
func (r *Reader) Bytes(addr, n uint64, what string) ([]byte, error) {
	if err := r.check(addr, n, what); err != nil {
		return nil, err
	}
	return r.bytes(addr+r.base, n, what)
}

// Peek is Bytes for a structure whose length is not known before it is read: it returns at most n
// bytes, fewer at the end of the file, none past it.
func (r *Reader) Peek(addr, n uint64, what string) ([]byte, error) {
	if err := r.check(addr, 0, what); err != nil {
		return nil, err
	}
	return r.bytes(addr+r.base, min(n, r.Room(addr)), what)
}

// Cursor returns a cursor over n bytes at an address.
func (r *Reader) Cursor(addr, n uint64, what string) (cursor.Cursor, error) {
	b, err := r.Bytes(addr, n, what)
	if err != nil {
		return cursor.Cursor{}, err
	}
	return r.Over(b, addr, what), nil
}

// Load is Bytes for a structure that is asked often: it is verified when it is read, and kept. verify checks signature,
// version and checksum; one address is always loaded as the same structure.
func (r *Reader) Load(addr, n uint64, what string, verify func(c *cursor.Cursor) error) ([]byte, error) {
	if b, ok := r.loaded.Get(addr); ok && uint64(len(b)) == n {
		return b, nil
	}
	var b []byte
	var epoch uint64
	err := r.Retry(func() (err error) {
		epoch = r.Epoch()
		if b, err = r.Bytes(addr, n, what); err != nil {
			return err
		}
		c := r.Over(b, addr, what)
		return verify(&c)
	}, Torn)
	if err != nil {
		return nil, err
	}
	if n <= windowLimit {
		b = bytes.Clone(b) // not to keep a whole window for it
	}
	r.Keep(epoch, func() { r.loaded.Put(addr, b, len(b)) })
	return b, nil
}

// Loaded returns what Load keeps for an address.
func (r *Reader) Loaded(addr uint64) ([]byte, bool) { return r.loaded.Get(addr) }

// Over returns a cursor over bytes that lie at an address.
func (r *Reader) Over(b []byte, addr uint64, what string) cursor.Cursor {
	return cursor.New(r.name, r.Offset(addr), b, r.sizes, what)
}

// bytes serves a range, given by its offset in the file, that was checked.
func (r *Reader) bytes(offset, n uint64, what string) ([]byte, error) {
	if n == 0 {
		return nil, nil
	}
	if n > windowLimit {
		if b := r.cached(offset, n); b != nil {
			return b, nil
		}
		b := make([]byte, n)
		return b, r.fill(b, offset, what)
	}
	if b := r.cached(offset, n); b != nil {
		return b, nil
	}
	start := offset &^ (pageSize - 1)
	// The file may have become shorter since the range was checked; then the read says so.
	end := max(min((offset+n+pageSize-1)&^(pageSize-1), uint64(r.size.Load())), offset+n)
	epoch := r.Epoch()
	w := window{start: start, data: make([]byte, end-start)}
	if err := r.fill(w.data, start, what); err != nil {
		return nil, err
	}
	r.Keep(epoch, func() {
		copy(r.windows[1:], r.windows[:])
		r.windows[0] = w // the most recent one, in place of the least recent one
	})
	at := offset - start
	return w.data[at : at+n : at+n], nil
}

// cached returns the range from a window that holds all of it, or nil.
func (r *Reader) cached(offset, n uint64) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.windows {
		w := r.windows[i]
		if offset < w.start || offset+n > w.start+uint64(len(w.data)) {
			continue
		}
		copy(r.windows[1:i+1], r.windows[:i])
		r.windows[0] = w
		at := offset - w.start
		return w.data[at : at+n : at+n]
	}
	return nil
}

// Epoch is how often Forget was called: what was read in an epoch that is over is not to be kept.
func (r *Reader) Epoch() uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.epoch
}

// Keep calls keep, which puts something in a cache, unless the epoch in which it was read is over. A cache that is cleared after Forget then
// holds nothing from before.
func (r *Reader) Keep(epoch uint64, keep func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if epoch == r.epoch {
		keep()
	}
}

// Forget drops everything that is kept, and what others are just reading will not be kept either: what is read next comes from the file as it is then.
func (r *Reader) Forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.epoch++
	r.loaded.Clear()
	r.windows = [windowCount]window{}
}

// Errorf makes a *fault.FormatError about bytes at an address.
func (r *Reader) Errorf(addr uint64, format string, args ...any) error {
	at := int64(-1)
	if addr != cursor.Undefined {
		at = r.Offset(addr)
	}
	return &fault.FormatError{File: r.name, Offset: at, What: fmt.Sprintf(format, args...)}
}

// Unsupported makes a *fault.UnsupportedError about this file.
func (r *Reader) Unsupported(format string, args ...any) error {
	return &fault.UnsupportedError{File: r.name, Feature: fmt.Sprintf(format, args...)}
}
