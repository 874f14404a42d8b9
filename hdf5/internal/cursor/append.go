package cursor

import "encoding/binary"

// AppendUint appends v as an unsigned little-endian number of width bytes (1 to 8).
func AppendUint(b []byte, v uint64, width int) []byte {
	for range width {
		b = append(b, byte(v))
		v >>= 8
	}
	return b
}

// AppendChecksum appends the checksum of b[from:].
func AppendChecksum(b []byte, from int) []byte {
	return binary.LittleEndian.AppendUint32(b, Checksum(b[from:]))
}

// Width is the number of bytes that hold v: 1 for 0 to 255, 2 up to 65535, and so on.
func Width(v uint64) int {
	n := 1
	for v >>= 8; v != 0; v >>= 8 {
		n++
	}
	return n
}
