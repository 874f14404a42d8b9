package cursor

import (
	"encoding/binary"
	"math/bits"
)

// Checksum is Bob Jenkins' lookup3 (hashlittle, initial value 0): the checksum of every
// checksummed structure of the format, and the hash of names in B-trees of links and attributes.
func Checksum(b []byte) uint32 {
	a := 0xdeadbeef + uint32(len(b))
	c := a
	d := a
	// a, d, c are the a, b, c of the published function; b is taken by the input.
	for len(b) > 12 {
		a += binary.LittleEndian.Uint32(b)
		d += binary.LittleEndian.Uint32(b[4:])
		c += binary.LittleEndian.Uint32(b[8:])
		a -= c
		a ^= bits.RotateLeft32(c, 4)
		c += d
		d -= a
		d ^= bits.RotateLeft32(a, 6)
		a += c
		c -= d
		c ^= bits.RotateLeft32(d, 8)
		d += a
		a -= c
		a ^= bits.RotateLeft32(c, 16)
		c += d
		d -= a
		d ^= bits.RotateLeft32(a, 19)
		a += c
		c -= d
		c ^= bits.RotateLeft32(d, 4)
		d += a
		b = b[12:]
	}
	if len(b) == 0 {
		return c
	}
	var tail [12]byte
	copy(tail[:], b)
	a += binary.LittleEndian.Uint32(tail[0:])
	d += binary.LittleEndian.Uint32(tail[4:])
	c += binary.LittleEndian.Uint32(tail[8:])
	c ^= d
	c -= bits.RotateLeft32(d, 14)
	a ^= c
	a -= bits.RotateLeft32(c, 11)
	d ^= a
	d -= bits.RotateLeft32(a, 25)
	c ^= d
	c -= bits.RotateLeft32(d, 16)
	a ^= c
	a -= bits.RotateLeft32(c, 4)
	d ^= a
	d -= bits.RotateLeft32(a, 14)
	c ^= d
	c -= bits.RotateLeft32(d, 24)
	return c
}
