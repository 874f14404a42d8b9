package message

import (
	"bytes"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// MaxFilters is the longest filter pipeline, HDF5's own limit: a chunk's filter mask has 32 bits.
const MaxFilters = 32

// firstNamedFilter is the lowest number of filters that store a name in version 2 of the message.
const firstNamedFilter = 256

// Filter is one entry of a filter pipeline.
type Filter struct {
	ID       uint16
	Optional bool
	Name     string // may be empty
	Params   []uint32
}

// DecodeFilterPipeline reads a filter pipeline message (IV.A.2.l), version 1 or 2.
func DecodeFilterPipeline(c *cursor.Cursor) ([]Filter, error) {
	version := c.U8()
	count := int(c.U8())
	switch {
	case c.Err() != nil:
		return nil, c.Err()
	case version != 1 && version != 2:
		return nil, c.Fail("version 1 or 2 is expected, found %d", version)
	case count > MaxFilters:
		return nil, c.Fail("%d filters are more than %d", count, MaxFilters)
	}
	if version == 1 {
		c.Skip(6)
	}
	list := make([]Filter, 0, count)
	for range count {
		f := decodeFilter(c, version)
		if err := c.Err(); err != nil {
			return nil, err
		}
		list = append(list, f)
	}
	return list, nil
}

func decodeFilter(c *cursor.Cursor, version uint8) Filter {
	f := Filter{ID: c.U16()}
	nameLength := uint64(0)
	if version == 1 || f.ID >= firstNamedFilter {
		nameLength = uint64(c.U16())
	}
	f.Optional = c.U16()&1 != 0
	params := int(c.U16())
	if version == 1 {
		nameLength = (nameLength + 7) &^ 7
	}
	name := c.Bytes(nameLength)
	if end := bytes.IndexByte(name, 0); end >= 0 {
		name = name[:end]
	}
	f.Name = string(name)
	if params > 0 && c.NeedEach(uint64(params), 4) {
		f.Params = make([]uint32, params)
		for i := range f.Params {
			f.Params[i] = c.U32()
		}
	}
	if version == 1 && params%2 != 0 {
		c.Skip(4)
	}
	return f
}
