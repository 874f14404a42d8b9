package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// SymbolTable is the message of an old-style group (IV.A.2.r).
type SymbolTable struct {
	BTree uint64 // address of the version-1 B-tree
	Heap  uint64 // address of the local heap with the names
}

// DecodeSymbolTable reads a symbol table message.
func DecodeSymbolTable(c *cursor.Cursor) (SymbolTable, error) {
	return SymbolTable{BTree: c.Address(), Heap: c.Address()}, c.Err()
}

// LinkInfo is the message of a new-style group (IV.A.2.c).
type LinkInfo struct {
	Tracked   bool   // creation order of links is kept
	Indexed   bool   // and has an index
	MaxOrder  uint64 // highest creation order so far plus one, when Tracked
	Heap      uint64 // fractal heap with the links; cursor.Undefined: they are link messages of the header
	NameIndex uint64 // version-2 B-tree, by hash of names
	OrderTree uint64 // version-2 B-tree, by creation order, when Indexed
}

// DecodeLinkInfo reads a link info message.
func DecodeLinkInfo(c *cursor.Cursor) (LinkInfo, error) {
	c.Version(0)
	flags := c.U8()
	if c.Err() == nil && flags&^3 != 0 {
		return LinkInfo{}, c.Fail("flags %#x", flags)
	}
	m := LinkInfo{Tracked: flags&1 != 0, Indexed: flags&2 != 0, OrderTree: cursor.Undefined}
	if m.Tracked {
		m.MaxOrder = c.U64()
	}
	m.Heap = c.Address()
	m.NameIndex = c.Address()
	if m.Indexed {
		m.OrderTree = c.Address()
	}
	return m, c.Err()
}

// GroupInfo is the message with the constants of a new-style group (IV.A.2.k).
type GroupInfo struct {
	HasPhaseChange bool
	MaxCompact     uint16 // links that a compact group holds at most
	MinDense       uint16 // links that a dense group holds at least
	HasEstimates   bool
	Entries        uint16 // estimated number of links
	NameLength     uint16 // estimated bytes of a name
}

// DecodeGroupInfo reads a group info message.
func DecodeGroupInfo(c *cursor.Cursor) (GroupInfo, error) {
	c.Version(0)
	flags := c.U8()
	if c.Err() == nil && flags&^3 != 0 {
		return GroupInfo{}, c.Fail("flags %#x", flags)
	}
	m := GroupInfo{HasPhaseChange: flags&1 != 0, HasEstimates: flags&2 != 0}
	if m.HasPhaseChange {
		m.MaxCompact = c.U16()
		m.MinDense = c.U16()
	}
	if m.HasEstimates {
		m.Entries = c.U16()
		m.NameLength = c.U16()
	}
	return m, c.Err()
}
