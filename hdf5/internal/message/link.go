package message

import (
	"bytes"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// LinkType is the kind of a link, with the numbers of the format.
type LinkType uint8

// The kinds of links. Numbers from LinkUser on that are not LinkExternal are defined by applications.
const (
	LinkHard     LinkType = 0
	LinkSoft     LinkType = 1
	LinkExternal LinkType = 64
	LinkUser     LinkType = 65 // the first of them
)

// Link is the link message (IV.A.2.g). Name, Target and TargetFile are copies.
type Link struct {
	Type       LinkType
	Name       string
	UTF8       bool // the character set of Name, as stored
	HasOrder   bool
	Order      int64  // creation order, when HasOrder
	Address    uint64 // of the object header, LinkHard
	Target     string // path, LinkSoft and LinkExternal
	TargetFile string // LinkExternal
	Data       []byte // kinds of applications
}

// DecodeLink reads a link message.
func DecodeLink(c *cursor.Cursor) (Link, error) {
	c.Version(1)
	flags := c.U8()
	if c.Err() == nil && flags&^0x1f != 0 {
		return Link{}, c.Fail("flags %#x", flags)
	}
	var m Link
	if flags&0x08 != 0 {
		m.Type = LinkType(c.U8())
	}
	if flags&0x04 != 0 {
		m.HasOrder = true
		m.Order = int64(c.U64())
	}
	if flags&0x10 != 0 {
		m.UTF8 = c.U8() == 1
	}
	name := c.Bytes(c.Uint(1 << (flags & 3)))
	if c.Err() == nil && (len(name) == 0 || bytes.IndexByte(name, 0) >= 0) {
		return Link{}, c.Fail("name %.40q of a link is empty or has a NUL in it", name)
	}
	m.Name = string(name)
	switch {
	case m.Type == LinkHard:
		m.Address = c.Address()
	case m.Type == LinkSoft:
		path := c.Bytes(uint64(c.U16()))
		if c.Err() == nil && len(path) == 0 {
			return Link{}, c.Fail("soft link %q has no target", m.Name)
		}
		m.Target = string(path)
	case m.Type == LinkExternal:
		s := c.Sub(uint64(c.U16()), "external link")
		if flags := s.U8(); s.Err() == nil && flags != 0 {
			return Link{}, c.Fail("external link %q has version and flags %#x", m.Name, flags)
		}
		m.TargetFile = s.Text()
		m.Target = s.Text()
		if err := s.Err(); err != nil {
			return Link{}, err
		}
	case m.Type >= LinkUser:
		m.Data = bytes.Clone(c.Bytes(uint64(c.U16())))
	default:
		return Link{}, c.Fail("link %q is of type %d", m.Name, m.Type)
	}
	return m, c.Err()
}

// LinkName returns the name in a link message without decoding the rest; it is not a copy.
func LinkName(c *cursor.Cursor) ([]byte, error) {
	c.Version(1)
	flags := c.U8()
	if flags&0x08 != 0 {
		c.U8()
	}
	if flags&0x04 != 0 {
		c.U64()
	}
	if flags&0x10 != 0 {
		c.U8()
	}
	name := c.Bytes(c.Uint(1 << (flags & 3)))
	return name, c.Err()
}
