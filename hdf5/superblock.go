package hdf5

import (
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// signature starts every superblock. It lies at the start of the file, or behind a user block of 512, 1024, 2048, … bytes.
const signature = "\x89HDF\r\n\x1a\n"

// firstUserBlock is the size of the smallest user block; the others are twice as large as the one before.
const firstUserBlock = 512

// superblockRead is enough for a superblock of any version.
const superblockRead = 160

// Flags of superblock version 3.
const (
	flagWriting = 1 << 0
	flagSWMR    = 1 << 2
)

// SuperblockInfo is what the superblock of a file says.
type SuperblockInfo struct {
	Version    int    // 0 to 3
	UserBlock  int64  // bytes before the superblock: where address 0 is
	EndOfFile  uint64 // bytes of the file as its writer left it, user block included
	OffsetSize int    // bytes of an address
	LengthSize int    // bytes of a length
	Writing    bool   // version 3: a writer has the file open, or died while it had; EndOfFile may lag behind or run ahead then
	SWMR       bool   // version 3: that writer writes for simultaneous readers (single writer, multiple readers)
}

// superblockFields is what only a writer needs of the superblock.
type superblockFields struct {
	base      uint64 // of all addresses, as it is stored: where the writer thought the superblock to be
	driver    bool   // a driver has information of its own in the file
	image     bool   // there is a metadata cache image
	fileSpace *message.FileSpace
	treeK     message.BTreeK
}

// defaultTreeK are the sizes of version-1 B-trees where the file says nothing of them.
var defaultTreeK = message.BTreeK{Chunk: 32, Internal: 16, Leaf: 4}

// readSuperblock finds the superblock and configures the reader of the file with what it says.
func (f *File) readSuperblock() error {
	at, err := findSignature(f.reader)
	if err != nil {
		return err
	}
	b, err := f.reader.Peek(at, superblockRead, "superblock")
	if err != nil {
		return err
	}
	c := cursor.New(f.name, int64(at), b, cursor.Sizes{}, "superblock")
	c.Signature(signature)
	version := c.U8()
	f.info = SuperblockInfo{Version: int(version), UserBlock: int64(at)}
	f.super.treeK = defaultTreeK
	switch version {
	case 0, 1:
		err = f.superblock01(&c, at)
	case 2, 3:
		err = f.superblock23(&c, at)
	default:
		return &UnsupportedError{File: f.name, Feature: fmt.Sprintf("superblock version %d", version)}
	}
	if err != nil {
		return err
	}
	// A writer grows the file as it sees fit; the place that it has set aside need not be there yet.
	if size := uint64(f.reader.Size()); f.info.EndOfFile > size && !f.reader.Live() {
		return &FormatError{File: f.name, Offset: int64(at), What: fmt.Sprintf("superblock: the file has %d bytes and was left with %d: it is cut off", size, f.info.EndOfFile)}
	}
	return nil
}

// findSignature looks where a superblock may be.
func findSignature(r *block.Reader) (uint64, error) {
	for at := uint64(0); at < uint64(r.Size()); at = max(firstUserBlock, 2*at) {
		b, err := r.Peek(at, uint64(len(signature)), "signature")
		if err != nil {
			return 0, err
		}
		if string(b) == signature {
			return at, nil
		}
	}
	if r.Size() == 0 {
		return 0, fmt.Errorf("%s: %w", r.Name(), ErrEmpty)
	}
	return 0, fmt.Errorf("%s: %w: the signature is neither at its start nor behind a user block", r.Name(), ErrNotHDF5)
}

// setSizes takes the sizes of addresses and lengths, and gives the cursor of the superblock the same.
func (f *File) setSizes(c *cursor.Cursor, offset, length uint8) error {
	if err := c.Err(); err != nil {
		return err
	}
	for _, n := range []uint8{offset, length} {
		if n != 2 && n != 4 && n != 8 {
			return &UnsupportedError{File: f.name, Feature: fmt.Sprintf("addresses of %d bytes and lengths of %d", offset, length)}
		}
	}
	f.info.OffsetSize, f.info.LengthSize = int(offset), int(length)
	c.SetSizes(cursor.Sizes{Offset: offset, Length: length})
	return nil
}

// configure takes the base address and the end of the file. Where the superblock was found counts, not where it says it is: someone may have put
// bytes before it.
func (f *File) configure(c *cursor.Cursor, at, base, end uint64) error {
	if err := c.Err(); err != nil {
		return err
	}
	if end < base || base == cursor.Undefined || end == cursor.Undefined {
		return c.Fail("base address %#x and end of file %#x", base, end)
	}
	f.super.base = base
	f.info.EndOfFile = end - base + at
	if f.info.EndOfFile < at {
		return c.Fail("end of file %#x", end)
	}
	f.reader.Configure(at, c.Sizes())
	return nil
}

// superblock01 reads versions 0 and 1.
func (f *File) superblock01(c *cursor.Cursor, at uint64) error {
	c.Skip(4) // versions of structures that never changed
	offset, length := c.U8(), c.U8()
	if err := f.setSizes(c, offset, length); err != nil {
		return err
	}
	c.U8()
	leafK, internalK := c.U16(), c.U16()
	c.U32() // flags, not used
	if f.info.Version == 1 {
		f.super.treeK.Chunk = c.U16()
		c.U16()
	}
	if c.Err() == nil && (leafK == 0 || internalK == 0) {
		return c.Fail("K values %d and %d: none may be 0", leafK, internalK)
	}
	f.super.treeK.Internal, f.super.treeK.Leaf = internalK, leafK
	base := c.Address()
	c.Address() // of free space
	end := c.Address()
	driver := c.Address()
	c.Length() // name of the root group
	f.root = c.Address()
	if err := f.configure(c, at, base, end); err != nil {
		return err
	}
	if driver == cursor.Undefined {
		return nil
	}
	d, err := f.reader.Cursor(driver, 16, "driver information")
	if err != nil {
		return err
	}
	f.super.driver = true
	d.Skip(8)
	return f.checkDriver(string(d.Bytes(8)))
}

// superblock23 reads versions 2 and 3.
func (f *File) superblock23(c *cursor.Cursor, at uint64) error {
	offset, length := c.U8(), c.U8()
	if err := f.setSizes(c, offset, length); err != nil {
		return err
	}
	flags := c.U8()
	if c.Err() == nil && flags&^7 != 0 {
		return c.Fail("flags %#x", flags)
	}
	if f.info.Version == 3 {
		f.info.Writing, f.info.SWMR = flags&flagWriting != 0, flags&flagSWMR != 0
		f.reader.SetLive(f.info.Writing)
	}
	base := c.Address()
	extension := c.Address()
	end := c.Address()
	f.root = c.Address()
	c.Checksum()
	if err := f.configure(c, at, base, end); err != nil {
		return err
	}
	if extension == cursor.Undefined {
		return nil
	}
	return f.readExtension(extension)
}

// readExtension reads what of the superblock's extension matters to a reader.
func (f *File) readExtension(addr uint64) error {
	h, err := object.Read(f.reader, addr)
	if err != nil {
		return fmt.Errorf("superblock extension: %w", err)
	}
	for i := range h.Messages {
		m := &h.Messages[i]
		c := f.reader.Over(m.Body, m.Address, m.Type.String())
		switch m.Type {
		case message.TypeSharedTable:
			t, err := message.DecodeSharedTable(&c)
			if err != nil {
				return err
			}
			f.shared.table = t
		case message.TypeBTreeK:
			if f.super.treeK, err = message.DecodeBTreeK(&c); err != nil {
				return err
			}
		case message.TypeFileSpaceInfo:
			if m.Flags&message.FlagWasUnknown != 0 {
				continue // a writer that did not know it changed the file: it says nothing any more
			}
			space, err := message.DecodeFileSpace(&c)
			if err != nil {
				return err
			}
			f.super.fileSpace = &space
		case message.TypeDriverInfo:
			f.super.driver = true
			c.Version(0)
			if err := f.checkDriver(string(c.Bytes(8))); err != nil {
				return err
			}
		case message.TypeCacheImage:
			f.super.image = true
			if err := f.readCacheImage(&c); err != nil {
				return err
			}
		}
	}
	return nil
}

// checkDriver refuses files that are one part of several.
func (f *File) checkDriver(id string) error {
	switch id {
	case "NCSAfami":
		return &UnsupportedError{File: f.name, Feature: "file that is one member of a family of files"}
	case "NCSAmult":
		return &UnsupportedError{File: f.name, Feature: "file that is one part of a multi or split file"}
	}
	return nil
}
