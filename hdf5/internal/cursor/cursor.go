// Package cursor reads the little-endian fields of HDF5 metadata from bytes in memory.
//
// A Cursor never reads outside its bytes. The first field that does not fit, and the first
// check that fails, is kept as the cursor's error; from then on every field reads as zero, so that a decoder
// reads its fields one call after another and asks for Err once. Loops over a count that came
// from the file must be bounded by Need or by a limit of their own.
package cursor

import (
	"bytes"
	"encoding/binary"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

// Undefined is the address that means "not there", whatever the size of offsets of the file.
const Undefined = ^uint64(0)

// Sizes are the numbers of bytes of addresses and of lengths in one file, from its superblock.
type Sizes struct {
	Offset uint8 // bytes of an address, 2, 4 or 8
	Length uint8 // bytes of a length, 2, 4 or 8
}

// Cursor is a position in some bytes of a file. The zero value is at the end of nothing.
// It is not safe for concurrent use.
type Cursor struct {
	buf   []byte
	pos   int
	file  string // name of the file, for errors
	start int64  // offset of buf[0] in the file, for errors
	what  string // the structure that is being read, for errors
	sizes Sizes
	err   error
}

// New returns a cursor at the start of buf. file and start (the offset of buf[0] in it) and what
// (the name of the structure) are for errors.
func New(file string, start int64, buf []byte, sizes Sizes, what string) Cursor {
	return Cursor{buf: buf, file: file, start: start, sizes: sizes, what: what}
}

// Err is the first error that was met.
func (c *Cursor) Err() error { return c.err }

// File is the name of the file, for errors.
func (c *Cursor) File() string { return c.file }

// What is the name of the structure that is being read.
func (c *Cursor) What() string { return c.what }

// Sizes are the sizes of addresses and lengths in this file.
func (c *Cursor) Sizes() Sizes { return c.sizes }

// SetSizes sets the sizes of addresses and lengths, for a superblock, which says them itself.
func (c *Cursor) SetSizes(s Sizes) { c.sizes = s }

// Pos is the number of bytes before the next field.
func (c *Cursor) Pos() int { return c.pos }

// At is the offset of the next field in the file; -1 when it is not known where the structure lies.
func (c *Cursor) At() int64 {
	if c.start < 0 {
		return -1
	}
	return c.start + int64(c.pos)
}

// Len is the number of bytes left.
func (c *Cursor) Len() int { return len(c.buf) - c.pos }

// Rest is the bytes left; they are not consumed.
func (c *Cursor) Rest() []byte { return c.buf[c.pos:] }

// All is every byte of the structure, read or not.
func (c *Cursor) All() []byte { return c.buf }

// Fail makes a *fault.FormatError at the next field, keeps it if it is the first error, and
// returns the error that is kept.
func (c *Cursor) Fail(format string, args ...any) error {
	if c.err == nil {
		c.err = &fault.FormatError{File: c.file, Offset: c.At(), What: c.what + ": " + fmt.Sprintf(format, args...)}
	}
	return c.err
}

// Unsupported is like Fail for what is well-formed and not supported.
func (c *Cursor) Unsupported(format string, args ...any) error {
	if c.err == nil {
		c.err = &fault.UnsupportedError{File: c.file, Feature: fmt.Sprintf(format, args...)}
	}
	return c.err
}

// Need reports whether n bytes are left, and fails if they are not.
func (c *Cursor) Need(n uint64) bool {
	if c.err != nil {
		return false
	}
	if n > uint64(c.Len()) {
		c.Fail("%d bytes are needed and %d are left", n, c.Len())
		return false
	}
	return true
}

// NeedEach reports whether count elements of size bytes each are left, and fails if they are not.
func (c *Cursor) NeedEach(count uint64, size int) bool {
	if c.err != nil {
		return false
	}
	if size > 0 && count > uint64(c.Len()/size) {
		c.Fail("%d entries of %d bytes do not fit in the %d bytes left", count, size, c.Len())
		return false
	}
	return true
}

// Bytes returns the next n bytes, not a copy. It returns nil if they are not there.
func (c *Cursor) Bytes(n uint64) []byte {
	if !c.Need(n) {
		return nil
	}
	end := c.pos + int(n)
	b := c.buf[c.pos:end:end]
	c.pos = end
	return b
}

// Skip passes over n bytes.
func (c *Cursor) Skip(n uint64) { c.Bytes(n) }

// Pad passes over the bytes up to the next multiple of 8 counted from the field at position from.
func (c *Cursor) Pad(from int) {
	if used := (c.pos - from) % 8; used != 0 {
		c.Skip(uint64(8 - used))
	}
}

// U8 reads one byte.
func (c *Cursor) U8() uint8 {
	if !c.Need(1) {
		return 0
	}
	c.pos++
	return c.buf[c.pos-1]
}

// U16 reads two bytes.
func (c *Cursor) U16() uint16 {
	if !c.Need(2) {
		return 0
	}
	c.pos += 2
	return binary.LittleEndian.Uint16(c.buf[c.pos-2:])
}

// U32 reads four bytes.
func (c *Cursor) U32() uint32 {
	if !c.Need(4) {
		return 0
	}
	c.pos += 4
	return binary.LittleEndian.Uint32(c.buf[c.pos-4:])
}

// U64 reads eight bytes.
func (c *Cursor) U64() uint64 {
	if !c.Need(8) {
		return 0
	}
	c.pos += 8
	return binary.LittleEndian.Uint64(c.buf[c.pos-8:])
}

// Uint reads an unsigned number of width bytes, 0 to 8.
func (c *Cursor) Uint(width int) uint64 {
	if width == 8 {
		return c.U64()
	}
	if width < 0 || width > 8 {
		c.Fail("a number of %d bytes is wider than 8", width)
		return 0
	}
	b := c.Bytes(uint64(width))
	var v uint64
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	return v
}

// Length reads a length: as many bytes as the superblock says.
func (c *Cursor) Length() uint64 { return c.Uint(int(c.sizes.Length)) }

// Address reads an address; all ones become Undefined.
func (c *Cursor) Address() uint64 {
	v := c.Uint(int(c.sizes.Offset))
	if n := c.sizes.Offset; n < 8 && v == 1<<(8*n)-1 {
		return Undefined
	}
	return v
}

// Signature reads four bytes and fails unless they are want.
func (c *Cursor) Signature(want string) {
	at := c.At()
	if got := c.Bytes(uint64(len(want))); c.err == nil && string(got) != want {
		c.err = &fault.FormatError{File: c.file, Offset: at, What: fmt.Sprintf("%s: signature %q is expected, found %q", c.what, want, got)}
	}
}

// Version reads one byte and fails unless it is want.
func (c *Cursor) Version(want uint8) {
	at := c.At()
	if got := c.U8(); c.err == nil && got != want {
		c.err = &fault.FormatError{File: c.file, Offset: at, What: fmt.Sprintf("%s: version %d is expected, found %d", c.what, want, got)}
	}
}

// Text reads bytes up to a NUL, which must be there, and passes over it.
func (c *Cursor) Text() string { return string(c.Terminated()) }

// Terminated is Text without a copy.
func (c *Cursor) Terminated() []byte {
	if c.err != nil {
		return nil
	}
	n := bytes.IndexByte(c.buf[c.pos:], 0)
	if n < 0 {
		c.Fail("a string has no terminating NUL in the %d bytes left", c.Len())
		return nil
	}
	b := c.Bytes(uint64(n))
	c.pos++
	return b
}

// Checksum reads four bytes and fails unless they are the checksum of all bytes before them.
func (c *Cursor) Checksum() { c.ChecksumFrom(0) }

// ChecksumFrom reads four bytes and fails unless they are the checksum of the bytes from position from up to them.
func (c *Cursor) ChecksumFrom(from int) {
	end := c.pos
	stored := c.U32()
	if c.err != nil {
		return
	}
	c.Compare(end, stored, Checksum(c.buf[from:end]))
}

// Compare fails unless the checksum that is stored at position at is the one computed.
func (c *Cursor) Compare(at int, stored, computed uint32) {
	if c.err == nil && stored != computed {
		c.err = &fault.FormatError{File: c.file, Offset: c.start + int64(at), What: c.what, Err: &fault.ChecksumError{Stored: stored, Computed: computed}}
	}
}

// Sub is a cursor over the next n bytes, which c passes over. what names the structure in them.
func (c *Cursor) Sub(n uint64, what string) Cursor {
	at := c.At()
	b := c.Bytes(n)
	s := New(c.file, at, b, c.sizes, what)
	s.err = c.err
	return s
}
