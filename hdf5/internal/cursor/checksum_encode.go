package cursor

import (
	"encoding/binary"
	"math/bits"
)

// streamPiece is the number of bytes that ChecksumStream holds at a time: a multiple of the 12 bytes of a round of the checksum.
const streamPiece = 12 << 14

// ChecksumStream is Checksum of n bytes that are too many to hold in memory: read fills p with the bytes from offset on.
func ChecksumStream(n uint64, read func(p []byte, offset uint64) error) (uint32, error) {
	if n <= streamPiece {
		b := make([]byte, n)
		if err := read(b, 0); err != nil {
			return 0, err
		}
		return Checksum(b), nil
	}
	x := 0xdeadbeef + uint32(n)
	y, z := x, x
	buf := make([]byte, streamPiece)
	offset := uint64(0)
	for ; n-offset > streamPiece; offset += streamPiece {
		if err := read(buf, offset); err != nil {
			return 0, err
		}
		x, y, z = rounds(buf, x, y, z)
	}
	last := buf[:n-offset]
	if err := read(last, offset); err != nil {
		return 0, err
	}
	whole := (len(last) - 1) / 12 * 12 // all rounds but the last, which mixes differently
	x, y, z = rounds(last[:whole], x, y, z)
	var tail [12]byte
	copy(tail[:], last[whole:])
	x += binary.LittleEndian.Uint32(tail[0:])
	y += binary.LittleEndian.Uint32(tail[4:])
	z += binary.LittleEndian.Uint32(tail[8:])
	z = (z ^ y) - bits.RotateLeft32(y, 14)
	x = (x ^ z) - bits.RotateLeft32(z, 11)
	y = (y ^ x) - bits.RotateLeft32(x, 25)
	z = (z ^ y) - bits.RotateLeft32(y, 16)
	x = (x ^ z) - bits.RotateLeft32(z, 4)
	y = (y ^ x) - bits.RotateLeft32(x, 14)
	z = (z ^ y) - bits.RotateLeft32(y, 24)
	return z, nil
}

// rounds mixes b, a multiple of 12 bytes, into the state.
func rounds(b []byte, x, y, z uint32) (uint32, uint32, uint32) {
	for ; len(b) >= 12; b = b[12:] {
		x += binary.LittleEndian.Uint32(b)
		y += binary.LittleEndian.Uint32(b[4:])
		z += binary.LittleEndian.Uint32(b[8:])
		x = (x - z) ^ bits.RotateLeft32(z, 4)
		z += y
		y = (y - x) ^ bits.RotateLeft32(x, 6)
		x += z
		z = (z - y) ^ bits.RotateLeft32(y, 8)
		y += x
		x = (x - z) ^ bits.RotateLeft32(z, 16)
		z += y
		y = (y - x) ^ bits.RotateLeft32(x, 19)
		x += z
		z = (z - y) ^ bits.RotateLeft32(y, 4)
		y += x
	}
	return x, y, z
}
