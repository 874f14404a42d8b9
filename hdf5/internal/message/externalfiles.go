package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// ExternalFiles is the external file list message (IV.A.2.h): the elements of a contiguous dataset lie in other files, raw.
type ExternalFiles struct {
	Heap  uint64 // address of the local heap with the file names
	Slots []ExternalSlot
}

// ExternalSlot is a piece of a dataset in another file. The pieces follow each other.
type ExternalSlot struct {
	Name   uint64 // position of the file's name in the heap
	Offset uint64 // of the first byte in that file
	Size   uint64 // bytes; all ones: no limit, in the last slot
}

// DecodeExternalFiles reads an external file list message.
func DecodeExternalFiles(c *cursor.Cursor) (ExternalFiles, error) {
	c.Version(1)
	c.Skip(3)
	allocated := c.U16()
	used := c.U16()
	m := ExternalFiles{Heap: c.Address()}
	if c.Err() == nil && used > allocated {
		return m, c.Fail("%d slots of %d are used", used, allocated)
	}
	if !c.NeedEach(uint64(used), 3*int(c.Sizes().Length)) {
		return m, c.Err()
	}
	m.Slots = make([]ExternalSlot, used)
	for i := range m.Slots {
		m.Slots[i] = ExternalSlot{Name: c.Length(), Offset: c.Length(), Size: c.Length()}
	}
	return m, c.Err()
}
