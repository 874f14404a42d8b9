package filter

import (
	"encoding/binary"
	"math/bits"
)

// fletcher32Codec is filter 3: the bytes as they are, and after them their Fletcher-32 checksum, little-endian. It
// has no client data.
type fletcher32Codec struct{}

const fletcher32Size = 4

func (fletcher32Codec) storedSize(raw int, _ Params) int { return raw + fletcher32Size }

func (fletcher32Codec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	n := len(stored) - fletcher32Size
	if n < 0 {
		return nil, corrupt("%d bytes are too few for a checksum", len(stored))
	}
	if n > len(raw) {
		return nil, tooLong(n, len(raw))
	}
	want := binary.LittleEndian.Uint32(stored[n:])
	got := fletcher32(stored[:n])
	if want != got && want != beforeRelease163(got) {
		return nil, &ChecksumError{Kind: "Fletcher-32", Stored: want, Computed: got}
	}
	return stored[:n], nil
}

func (fletcher32Codec) Encode(stored, raw []byte, _ Params) ([]byte, error) {
	stored = append(stored[:0], raw...)
	return binary.LittleEndian.AppendUint32(stored, fletcher32(raw)), nil
}

// beforeRelease163 is the checksum as libraries before HDF5 1.6.3 stored it on little-endian machines: the bytes of
// each half exchanged.
func beforeRelease163(sum uint32) uint32 {
	return sum&0xff00ff00>>8 | sum&0x00ff00ff<<8
}

// fletcher32 is HDF5's Fletcher-32: sums modulo 65535 of big-endian 16-bit words, a last odd byte being the high half
// of a word. The sums are folded and not divided, so that 0xffff, which is 0 modulo 65535, stays what it is.
func fletcher32(b []byte) uint32 {
	var sum1, sum2 uint64
	for len(b) >= 8 {
		// Each 8 bytes add less than 2^18 to sum1, and 4·sum1 + 10·2^16 to sum2: in 2^16 steps neither reaches 2^53.
		part := b[:min(len(b)&^7, 8<<16)]
		b = b[len(part):]
		for ; len(part) >= 8; part = part[8:] {
			v := bits.ReverseBytes64(binary.LittleEndian.Uint64(part))
			w0, w1, w2, w3 := v>>48, v>>32&0xffff, v>>16&0xffff, v&0xffff
			sum2 += 4*sum1 + 4*w0 + 3*w1 + 2*w2 + w3
			sum1 += w0 + w1 + w2 + w3
		}
		sum1, sum2 = fold16(sum1), fold16(sum2)
	}
	for ; len(b) >= 2; b = b[2:] {
		sum1 += uint64(binary.BigEndian.Uint16(b))
		sum2 += sum1
	}
	if len(b) == 1 {
		sum1 += uint64(b[0]) << 8
		sum2 += sum1
	}
	return uint32(fold16(sum2))<<16 | uint32(fold16(sum1))
}

// fold16 adds the 16-bit digits of x until one is left: x modulo 65535, with 0 only for 0.
func fold16(x uint64) uint64 {
	for x > 0xffff {
		x = x&0xffff + x>>16
	}
	return x
}
