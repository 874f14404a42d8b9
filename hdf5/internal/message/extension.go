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
