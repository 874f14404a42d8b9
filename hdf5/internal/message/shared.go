package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Where a shared message of version 3 lies, and the bytes of its heap ID.
const (
	sharedInHeap    = 1
	sharedCommitted = 2
	sharedHere      = 3
	heapIDLength    = 8
)

// Shared is what stands in place of a message that lies elsewhere (IV.A.1.a "shared message").
// Either HeapID or Address says where.
type Shared struct {
	InHeap  bool   // in the file's heap of shared messages
	HeapID  []byte // 8 bytes, when InHeap
	Address uint64 // of the object header that has the message, when not InHeap
}

// DecodeShared reads a reference to a shared message, versions 1 to 3.
func DecodeShared(c *cursor.Cursor) (Shared, error) {
	version := c.U8()
	kind := c.U8()
	switch {
	case c.Err() != nil:
		return Shared{}, c.Err()
	case version == 1:
		c.Skip(6)
		c.Length() // position in a local heap, no longer used
		return Shared{Address: c.Address()}, c.Err()
	case version == 2, version == 3 && kind == sharedCommitted:
		return Shared{Address: c.Address()}, c.Err()
	case version == 3 && kind == sharedInHeap:
		return Shared{InHeap: true, HeapID: c.Bytes(heapIDLength)}, c.Err()
	case version == 3 && kind == sharedHere:
		return Shared{}, c.Fail("a message says that it is shared and stands in this very header")
	case version == 3:
		return Shared{}, c.Fail("shared message of type %d", kind)
	}
	return Shared{}, c.Fail("shared message: version 1 to 3 is expected, found %d", version)
}

// SharedTable is the shared message table message of a superblock extension (IV.A.2.p).
type SharedTable struct {
	Address uint64 // of the table
	Indexes int    // entries in it
}

// maxSharedIndexes is the most indexes of shared messages that a file has: one for each kind of message that can be shared, HDF5's own limit.
const maxSharedIndexes = 8

// DecodeSharedTable reads a shared message table message.
func DecodeSharedTable(c *cursor.Cursor) (SharedTable, error) {
	c.Version(0)
	t := SharedTable{Address: c.Address(), Indexes: int(c.U8())}
	if c.Err() == nil && t.Indexes > maxSharedIndexes {
		return t, c.Fail("%d indexes are more than %d", t.Indexes, maxSharedIndexes)
	}
	return t, c.Err()
}

// SharedIndex is one index of the master table of shared messages (III.H).
type SharedIndex struct {
	Types uint16 // bit n set: messages of type n
	Heap  uint64 // address of the fractal heap with the messages
}

// SharedMasterSize is the number of bytes of a master table with n indexes.
func SharedMasterSize(n int, s cursor.Sizes) uint64 {
	return uint64(4 + n*(1+1+2+4+3*2+2*int(s.Offset)) + 4)
}

// DecodeSharedMaster reads the master table with n indexes.
func DecodeSharedMaster(c *cursor.Cursor, n int) ([]SharedIndex, error) {
	c.Signature("SMTB")
	list := make([]SharedIndex, 0, min(n, maxSharedIndexes))
	for range n {
		c.Version(0)
		c.U8() // list or B-tree: the heap is enough for reading
		types := c.U16()
		c.U32() // smallest message that is shared
		c.Skip(3 * 2)
		c.Address() // of the list or B-tree
		list = append(list, SharedIndex{Types: types, Heap: c.Address()})
	}
	c.Checksum()
	return list, c.Err()
}
