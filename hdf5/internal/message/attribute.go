package message

import (
	"bytes"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// Flags of an attribute message of version 2 or 3.
const (
	AttributeDatatypeShared  = 1 << 0
	AttributeDataspaceShared = 1 << 1
)

// Attribute is the attribute message (IV.A.2.m), its parts not yet decoded.
type Attribute struct {
	Version  uint8
	Flags    uint8 // AttributeDatatypeShared, AttributeDataspaceShared
	UTF8     bool  // the character set of Name, as stored
	Name     string
	Datatype cursor.Cursor // body of a datatype message, or of a Shared
	Space    cursor.Cursor // body of a dataspace message, or of a Shared
	Data     []byte        // the value and, in version-1 object headers, padding; not a copy
}

// DecodeAttribute reads an attribute message, versions 1 to 3.
func DecodeAttribute(c *cursor.Cursor) (Attribute, error) {
	m, name := decodeAttribute(c)
	m.Name = string(name)
	return m, c.Err()
}

// AttributeName returns the name in an attribute message; it is not a copy.
func AttributeName(c *cursor.Cursor) ([]byte, error) {
	_, name := decodeAttribute(c)
	return name, c.Err()
}

func decodeAttribute(c *cursor.Cursor) (Attribute, []byte) {
	m := Attribute{Version: c.U8()}
	if c.Err() == nil && (m.Version < 1 || m.Version > 3) {
		c.Fail("version 1 to 3 is expected, found %d", m.Version)
		return m, nil
	}
	m.Flags = c.U8()
	if m.Version == 1 {
		m.Flags = 0 // reserved there
	}
	if m.Flags&^3 != 0 {
		c.Fail("flags %#x", m.Flags)
		return m, nil
	}
	nameSize := uint64(c.U16())
	typeSize := uint64(c.U16())
	spaceSize := uint64(c.U16())
	if m.Version == 3 {
		m.UTF8 = c.U8() == 1
	}
	pad := func(n uint64) uint64 {
		if m.Version == 1 {
			return (n+7)&^7 - n
		}
		return 0
	}
	stored := c.Bytes(nameSize)
	c.Skip(pad(nameSize))
	name, _, terminated := bytes.Cut(stored, []byte{0})
	if c.Err() == nil && (!terminated || len(name) == 0) {
		c.Fail("name %.40q of an attribute is empty or does not end in NUL", stored)
		return m, nil
	}
	m.Datatype = c.Sub(typeSize, "datatype of attribute")
	c.Skip(pad(typeSize))
	m.Space = c.Sub(spaceSize, "dataspace of attribute")
	c.Skip(pad(spaceSize))
	if c.Err() == nil {
		m.Data = c.Rest()
	}
	return m, name
}

// AttributeInfo is the message about the attributes of an object (IV.A.2.v).
type AttributeInfo struct {
	Tracked   bool   // creation order of attributes is kept
	Indexed   bool   // and has an index
	MaxOrder  uint16 // highest creation order so far plus one, when Tracked
	Heap      uint64 // fractal heap with the attributes; cursor.Undefined: they are messages of the header
	NameIndex uint64 // version-2 B-tree, by hash of names
	OrderTree uint64 // version-2 B-tree, by creation order, when Indexed
}

// DecodeAttributeInfo reads an attribute info message.
func DecodeAttributeInfo(c *cursor.Cursor) (AttributeInfo, error) {
	c.Version(0)
	flags := c.U8()
	if c.Err() == nil && flags&^3 != 0 {
		return AttributeInfo{}, c.Fail("flags %#x", flags)
	}
	m := AttributeInfo{Tracked: flags&1 != 0, Indexed: flags&2 != 0, OrderTree: cursor.Undefined}
	if m.Tracked {
		m.MaxOrder = c.U16()
	}
	m.Heap = c.Address()
	m.NameIndex = c.Address()
	if m.Indexed {
		m.OrderTree = c.Address()
	}
	return m, c.Err()
}
