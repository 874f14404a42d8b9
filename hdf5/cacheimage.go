package hdf5

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// maxImageEntries is the most structures in a metadata cache image: libhdf5's cache holds thousands.
const maxImageEntries = 1 << 22

// readCacheImage reads a metadata cache image (H5Cimage.c of libhdf5): structures that were in the writer's cache when it closed the file and that were not
// written to their places. They are seen there from then on. c is at the body of the message that says where the image is.
func (f *File) readCacheImage(c *cursor.Cursor) error {
	c.Version(0)
	addr := c.Address()
	size := c.Length()
	if err := c.Err(); err != nil || addr == cursor.Undefined {
		return err
	}
	b, err := f.reader.Bytes(addr, size, "metadata cache image")
	if err != nil {
		return err
	}
	image := f.reader.Over(slices.Clone(b), addr, "metadata cache image")
	patches, err := f.decodeCacheImage(&image)
	if err != nil {
		return err
	}
	f.reader.Overlay(patches)
	return nil
}

func (f *File) decodeCacheImage(c *cursor.Cursor) ([]block.Patch, error) {
	if c.Len() < 4 {
		return nil, c.Fail("%d bytes are too few", c.Len())
	}
	whole := f.reader.Over(c.All(), 0, c.What())
	whole.Skip(uint64(c.Len() - 4))
	whole.Checksum()
	if err := whole.Err(); err != nil {
		return nil, err
	}
	c.Signature("MDCI")
	c.Version(0)
	c.U8() // flags
	c.Length()
	count := c.U32()
	if c.Err() == nil && count > maxImageEntries {
		return nil, c.Fail("%d structures are more than %d", count, maxImageEntries)
	}
	var patches []block.Patch
	for range count {
		c.Skip(4 + 2 + 2) // type, flags, ring, age and numbers of children
		parents := uint64(c.U16())
		c.U32() // place in the list of the least recently used
		addr := c.Address()
		size := c.Length()
		c.Skip(parents * uint64(c.Sizes().Offset))
		data := c.Bytes(size)
		if c.Err() == nil && size > f.reader.Room(addr) {
			return nil, c.Fail("a structure of %d bytes at address %#x reaches past the end of the file", size, addr)
		}
		if err := c.Err(); err != nil {
			return nil, err
		}
		patches = append(patches, block.Patch{Offset: f.reader.Offset(addr), Data: data})
	}
	return patches, nil
}
