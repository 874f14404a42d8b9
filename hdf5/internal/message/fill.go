package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Allocation times of a fill value message.
const (
	AllocateEarly       = 1
	AllocateLate        = 2
	AllocateIncremental = 3
)

// Fill is the fill value message (IV.A.2.f) or its older form (IV.A.2.e).
type Fill struct {
	Allocate  uint8  // one of the allocation times; 0: not said
	Time      uint8  // 0 on allocation, 1 never, 2 if the user set a value
	Undefined bool   // the writer said that there is no fill value
	Value     []byte // one element as stored; nil: zeros. It is not a copy
}

// DecodeFill reads a fill value message, versions 1 to 3.
func DecodeFill(c *cursor.Cursor) (Fill, error) {
	version := c.U8()
	var m Fill
	hasValue := false
	switch version {
	case 1, 2:
		m.Allocate = c.U8()
		m.Time = c.U8()
		defined := c.U8() != 0
		m.Undefined = !defined
		hasValue = version == 1 || defined
	case 3:
		flags := c.U8()
		if c.Err() == nil && flags&0xc0 != 0 {
			return Fill{}, c.Fail("flags %#x", flags)
		}
		m.Allocate = flags & 3
		m.Time = flags >> 2 & 3
		m.Undefined = flags&0x10 != 0
		hasValue = flags&0x20 != 0
		if m.Undefined && hasValue {
			return Fill{}, c.Fail("a value that is said to be undefined")
		}
	default:
		if err := c.Err(); err != nil {
			return Fill{}, err
		}
		return Fill{}, c.Fail("version 1 to 3 is expected, found %d", version)
	}
	if hasValue {
		m.Value = decodeFillValue(c)
	}
	return m, c.Err()
}

// DecodeFillOld reads an old fill value message.
func DecodeFillOld(c *cursor.Cursor) (Fill, error) {
	return Fill{Time: 2, Value: decodeFillValue(c)}, c.Err()
}

// decodeFillValue reads a size and as many bytes. Size 0 is the default value, zeros; so is the all-ones that
// version 1 stores for an undefined value.
func decodeFillValue(c *cursor.Cursor) []byte {
	size := c.U32()
	if size == 0 || size == 1<<32-1 {
		return nil
	}
	return c.Bytes(uint64(size))
}
