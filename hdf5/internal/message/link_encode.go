package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Append appends the body of a link message. Target is at most 65,535 bytes long, with TargetFile at most 65,532.
func (m Link) Append(b []byte) []byte {
	flags, width := byte(0), 1
	for len(m.Name) >= 1<<(8*width) {
		width *= 2
		flags++
	}
	if m.Type != LinkHard {
		flags |= 0x08
	}
	if m.HasOrder {
		flags |= 0x04
	}
	if m.UTF8 {
		flags |= 0x10
	}
	b = append(b, 1, flags)
	if m.Type != LinkHard {
		b = append(b, byte(m.Type))
	}
	if m.HasOrder {
		b = cursor.AppendUint(b, uint64(m.Order), 8)
	}
	if m.UTF8 {
		b = append(b, 1)
	}
	b = cursor.AppendUint(b, uint64(len(m.Name)), width)
	b = append(b, m.Name...)
	switch m.Type {
	case LinkSoft:
		b = cursor.AppendUint(b, uint64(len(m.Target)), 2)
		b = append(b, m.Target...)
	case LinkExternal:
		b = cursor.AppendUint(b, uint64(1+len(m.TargetFile)+1+len(m.Target)+1), 2)
		b = append(b, 0)
		b = append(b, m.TargetFile...)
		b = append(b, 0)
		b = append(b, m.Target...)
		b = append(b, 0)
	case LinkHard:
		b = cursor.AppendUint(b, m.Address, 8)
	default:
		b = cursor.AppendUint(b, uint64(len(m.Data)), 2)
		b = append(b, m.Data...)
	}
	return b
}
