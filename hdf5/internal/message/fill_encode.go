package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Append appends the body of a fill value message, version 3.
func (m Fill) Append(b []byte) []byte {
	flags := m.Allocate&3 | m.Time&3<<2
	switch {
	case m.Undefined:
		return append(b, 3, flags|0x10)
	case m.Value == nil:
		return append(b, 3, flags)
	}
	b = append(b, 3, flags|0x20)
	b = cursor.AppendUint(b, uint64(len(m.Value)), 4)
	return append(b, m.Value...)
}
