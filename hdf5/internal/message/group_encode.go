package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Append appends the body of a link info message.
func (m LinkInfo) Append(b []byte) []byte {
	return storage{m.Tracked, m.Indexed, m.MaxOrder, 8, m.Heap, m.NameIndex, m.OrderTree}.append(b)
}

// Append appends the body of an attribute info message.
func (m AttributeInfo) Append(b []byte) []byte {
	return storage{m.Tracked, m.Indexed, uint64(m.MaxOrder), 2, m.Heap, m.NameIndex, m.OrderTree}.append(b)
}

// storage is what link info and attribute info share.
type storage struct {
	tracked, indexed       bool
	maxOrder               uint64
	width                  int // bytes of maxOrder
	heap, names, orderTree uint64
}

func (s storage) append(b []byte) []byte {
	flags := byte(0)
	if s.tracked {
		flags |= 1
	}
	if s.indexed {
		flags |= 2
	}
	b = append(b, 0, flags)
	if s.tracked {
		b = cursor.AppendUint(b, s.maxOrder, s.width)
	}
	b = cursor.AppendUint(b, s.heap, 8)
	b = cursor.AppendUint(b, s.names, 8)
	if s.indexed {
		b = cursor.AppendUint(b, s.orderTree, 8)
	}
	return b
}

// Append appends the body of a symbol table message.
func (m SymbolTable) Append(b []byte) []byte {
	return cursor.AppendUint(cursor.AppendUint(b, m.BTree, 8), m.Heap, 8)
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
