package filter

import (
	"encoding/binary"
	"math/bits"
)

// bitReader takes bits off bytes, the most significant first. Past the end it yields zeros and remembers that it did.
type bitReader struct {
	rest  []byte
	next  uint64 // the coming bits, from the top down; below them zeros
	n     int    // how many there are in next
	short bool   // more was taken than there was
}

// fill makes at least 57 bits ready, or all that are left.
func (r *bitReader) fill() {
	if len(r.rest) >= 8 {
		r.next |= binary.BigEndian.Uint64(r.rest) >> r.n
		whole := (63 - r.n) / 8
		r.rest = r.rest[whole:]
		r.n += 8 * whole
		r.next &= ^uint64(0) << (64 - r.n)
		return
	}
	for r.n <= 56 && len(r.rest) > 0 {
		r.next |= uint64(r.rest[0]) << (56 - r.n)
		r.rest = r.rest[1:]
		r.n += 8
	}
}

// take is the next k bits as a number, k from 0 to 64.
func (r *bitReader) take(k int) uint64 {
	if k > 32 {
		high := r.take(k - 32)
		return high<<32 | r.take(32)
	}
	if r.n < k {
		r.fill()
		if r.n < k {
			r.short = true
			r.n = k
		}
	}
	v := r.next >> (64 - k)
	r.next <<= k
	r.n -= k
	return v
}

// unary is the number of zeros before the next one, which is taken too.
func (r *bitReader) unary() int {
	zeros := 0
	for {
		if r.next != 0 {
			k := bits.LeadingZeros64(r.next)
			r.next = r.next << k << 1
			r.n -= k + 1
			return zeros + k
		}
		zeros += r.n
		r.n = 0
		r.fill()
		if r.n == 0 {
			r.short = true
			return zeros
		}
	}
}
