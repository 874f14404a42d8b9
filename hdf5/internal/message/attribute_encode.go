package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// AppendAttribute appends the body of an attribute message, version 3. datatype and space are bodies of messages of at most 65,535 bytes; so
// is the name with the NUL that ends it. data are the elements.
func AppendAttribute(b []byte, name string, utf8 bool, datatype, space, data []byte) []byte {
	b = append(b, 3, 0)
	b = cursor.AppendUint(b, uint64(len(name)+1), 2)
	b = cursor.AppendUint(b, uint64(len(datatype)), 2)
	b = cursor.AppendUint(b, uint64(len(space)), 2)
	charset := byte(0)
	if utf8 {
		charset = 1
	}
	b = append(b, charset)
	b = append(b, name...)
	b = append(b, 0)
	b = append(b, datatype...)
	b = append(b, space...)
	return append(b, data...)
}

// Append appends what stands in place of a message that lies in another object's header: version 2, which all libraries since 1.6 read.
func (m Shared) Append(b []byte) []byte {
	return cursor.AppendUint(append(b, 2, 0), m.Address, 8)
}
