package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Append appends the body of a link info message of a group that does not keep creation order.
func (m LinkInfo) Append(b []byte) []byte {
	return appendStorage(b, m.Heap, m.NameIndex)
}

// Append appends the body of an attribute info message of an object that does not keep creation order.
func (m AttributeInfo) Append(b []byte) []byte {
	return appendStorage(b, m.Heap, m.NameIndex)
}

// appendStorage appends version, flags, heap and index of names, which link info and attribute info share.
func appendStorage(b []byte, heap, index uint64) []byte {
	b = append(b, 0, 0)
	b = cursor.AppendUint(b, heap, 8)
	return cursor.AppendUint(b, index, 8)
}

// Append appends the body of a group info message without estimates.
func (m GroupInfo) Append(b []byte) []byte {
	if !m.HasPhaseChange {
		return append(b, 0, 0)
	}
	b = append(b, 0, 1)
	b = cursor.AppendUint(b, uint64(m.MaxCompact), 2)
	return cursor.AppendUint(b, uint64(m.MinDense), 2)
}

// AppendReferenceCount appends the body of a reference count message.
func AppendReferenceCount(b []byte, count uint32) []byte {
	return cursor.AppendUint(append(b, 0), uint64(count), 4)
}
