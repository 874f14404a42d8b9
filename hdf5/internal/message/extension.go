package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// BTreeK is the message of a superblock extension with the sizes of version-1 B-trees (IV.A.2.t).
type BTreeK struct {
	Chunk    uint16 // half the children of a node of a chunk index
	Internal uint16 // half the children of a node of a group
	Leaf     uint16 // half the entries of a symbol table node
}

// DecodeBTreeK reads a B-tree K message.
func DecodeBTreeK(c *cursor.Cursor) (BTreeK, error) {
	c.Version(0)
	m := BTreeK{Chunk: c.U16(), Internal: c.U16(), Leaf: c.U16()}
	if c.Err() == nil && (m.Chunk == 0 || m.Internal == 0 || m.Leaf == 0) {
		return m, c.Fail("K values %d, %d, %d: none may be 0", m.Chunk, m.Internal, m.Leaf)
	}
	return m, c.Err()
}

// Continuation is where the messages of an object header go on (IV.A.2.q).
type Continuation struct {
	Address uint64
	Length  uint64 // bytes
}

// DecodeContinuation reads a continuation message.
func DecodeContinuation(c *cursor.Cursor) (Continuation, error) {
	return Continuation{Address: c.Address(), Length: c.Length()}, c.Err()
}

// FileSpace is how a writer manages the free space of a file (IV.A.2.x). Readers have no use for it.
type FileSpace struct {
	Version   uint8
	Strategy  uint8
	Persist   bool
	Threshold uint64 // bytes of the smallest free space that is tracked
	PageSize  uint64 // bytes, version 1
}

// Paged reports whether the file is divided into pages, each for metadata or for raw data.
func (m FileSpace) Paged() bool {
	const paged = 1
	return m.Version == 1 && m.Strategy == paged
}

// DecodeFileSpace reads a file space info message, version 0 or 1.
func DecodeFileSpace(c *cursor.Cursor) (FileSpace, error) {
	m := FileSpace{Version: c.U8(), Strategy: c.U8()}
	managers := 0
	switch m.Version {
	case 0:
		const allPersist = 1
		m.Threshold = c.Length()
		if m.Persist = m.Strategy == allPersist; m.Persist {
			managers = 6
		}
	case 1:
		m.Persist = c.U8() != 0
		m.Threshold = c.Length()
		m.PageSize = c.Length()
		c.U16()
		c.Address() // end of the file before free space was written
		if m.Persist {
			managers = 12
		}
	default:
		if err := c.Err(); err != nil {
			return m, err
		}
		return m, c.Fail("version 0 or 1 is expected, found %d", m.Version)
	}
	for range managers {
		c.Address()
	}
	return m, c.Err()
}
