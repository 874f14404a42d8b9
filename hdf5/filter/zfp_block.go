package filter

import (
	"math"
	"math/bits"
)

// The inverse of ZFP's transform of a block, step by step: bit planes to coefficients, coefficients to integers by lifting along each dimension, integers to floating-point
// numbers with the exponent that they share.

// zfpInteger is what a block is computed in: as wide as its elements.
type zfpInteger interface{ int32 | int64 }

// zfpCoefficient is a coefficient in negabinary, as stored.
type zfpCoefficient interface{ uint32 | uint64 }

// zfpBlock decodes blocks of one array, one after the other.
type zfpBlock[I zfpInteger, U zfpCoefficient] struct {
	*zfpArray
	bits   *zfpBits
	order  []uint8
	size   int // elements
	width  int // bits of an element
	coded  [256]U
	values [256]I
	raw    [256]U // the elements themselves, the fastest varying dimension first
}

// decodeZFP decodes a whole array into raw, which is as large.
func decodeZFP[I zfpInteger, U zfpCoefficient](a *zfpArray, r *zfpBits, raw []byte) error {
	b := zfpBlock[I, U]{zfpArray: a, bits: r, order: zfpOrder[a.rank-1], size: 1 << (2 * a.rank), width: 8 * a.scalar.size()}
	n := a.extent
	for w := 0; w < n[3]; w += 4 {
		for z := 0; z < n[2]; z += 4 {
			for y := 0; y < n[1]; y += 4 {
				for x := 0; x < n[0]; x += 4 {
					b.decode()
					if r.short() {
						return corrupt("they end in the block at %d", [4]int{w, z, y, x})
					}
					b.store(raw, x, y, z, w)
				}
			}
		}
	}
	return nil
}

// decode reads the next block, all of which is stored even where the array ends within it.
func (b *zfpBlock[I, U]) decode() {
	switch {
	case b.scalar >= zfpFloat32 && b.reversible:
		b.decodeReversibleFloats()
	case b.scalar >= zfpFloat32:
		b.decodeFloats()
	default:
		if b.reversible {
			b.decodeReversible(0)
		} else {
			b.decodePlanes(0, b.planes)
			b.unlift()
		}
		b.copyIntegers()
	}
}

func (b *zfpBlock[I, U]) copyIntegers() {
	for i, v := range b.values[:b.size] {
		b.raw[i] = U(v)
	}
}

// clear is a block of zeros that needed no more than the bits that were read.
func (b *zfpBlock[I, U]) clear(used int) {
	clear(b.raw[:b.size])
	b.bits.skip(max(0, b.minBits-used))
}

// exponentField is how the shared exponent is stored: in how many bits, and with what added to it.
func (b *zfpBlock[I, U]) exponentField() (width uint, bias int) {
	if b.width == 32 {
		return 8, 127
	}
	return 11, 1023
}

func (b *zfpBlock[I, U]) decodeFloats() {
	if b.bits.take(1) == 0 {
		b.clear(1)
		return
	}
	field, bias := b.exponentField()
	exponent := int(b.bits.take(field)) - bias
	planes := min(b.planes, max(0, exponent-b.minExp+2*b.rank+2))
	b.decodePlanes(1+int(field), planes)
	b.unlift()
	b.scale(exponent)
}

func (b *zfpBlock[I, U]) decodeReversibleFloats() {
	if b.bits.take(1) == 0 {
		b.clear(1)
		return
	}
	if b.bits.take(1) == 1 { // the numbers' own bits as integers
		b.decodeReversible(2)
		for i, v := range b.values[:b.size] {
			if v < 0 {
				v ^= I(^U(0) >> 1)
			}
			b.raw[i] = U(v)
		}
		return
	}
	field, bias := b.exponentField()
	exponent := int(b.bits.take(field)) - bias
	b.decodeReversible(2 + int(field))
	if exponent == -bias {
		clear(b.raw[:b.size])
		return
	}
	b.scale(exponent)
}

// scale multiplies the integers, whose binary point is below the second bit, by a power of two. Both the factor and the product are rounded to the elements'
// type, so that blocks of the least exponents are zero.
func (b *zfpBlock[I, U]) scale(exponent int) {
	factor := math.Ldexp(1, exponent-(b.width-2))
	if b.width == 32 {
		factor := float32(factor)
		for i, v := range b.values[:b.size] {
			b.raw[i] = U(math.Float32bits(factor * float32(v)))
		}
		return
	}
	for i, v := range b.values[:b.size] {
		b.raw[i] = U(math.Float64bits(factor * float64(v)))
	}
}

// decodeReversible reads a block without loss, of which used bits have been read.
func (b *zfpBlock[I, U]) decodeReversible(used int) {
	field := uint(5)
	if b.width == 64 {
		field = 6
	}
	planes := 1 + int(b.bits.take(field))
	b.decodePlanes(used+int(field), planes)
	b.unliftReversible()
}

// decodePlanes reads the coefficients of a block, of which used bits have been read, into values.
func (b *zfpBlock[I, U]) decodePlanes(used, planes int) {
	budget := b.maxBits - used
	if budget < 0 {
		budget = zfpMaxBits // so small a limit is none, in ZFP's arithmetic
	}
	used += b.readPlanes(budget, planes)
	b.bits.skip(max(0, b.minBits-used))
	mask := ^U(0) / 3 * 2 // negabinary to two's complement
	for i, place := range b.order {
		b.values[place] = I((b.coded[uint8(i)] ^ mask) - mask)
	}
}

// readPlanes reads planes into coded until budget bits have been read, and returns how many were.
//
// A plane has first the bits of as many coefficients as had a one in some plane before, in their order; then, again and again, a bit that says whether any of the others has a one,
// followed by the bits of these up to that one, which is left out where only the last coefficient is left.
func (b *zfpBlock[I, U]) readPlanes(budget, planes int) int {
	coded := &b.coded
	clear(coded[:b.size])
	r := b.bits
	next, n := r.next, r.n // in registers
	known, left := 0, budget
	for plane := b.width - 1; plane >= max(0, b.width-planes) && left > 0; plane-- {
		shift := plane & 63
		m := min(known, left)
		left -= m
		for at := 0; at < m; at += 56 {
			k := uint(min(56, m-at))
			if n < k {
				next, n = r.refill(next, n)
			}
			word := next & (1<<k - 1)
			next >>= k
			n -= k
			if m <= 4 { // no branch that cannot be predicted
				coded[0] |= U(word&1) << shift
				coded[1] |= U(word>>1&1) << shift
				coded[2] |= U(word>>2&1) << shift
				coded[3] |= U(word>>3) << shift
				continue
			}
			for ; word != 0; word &= word - 1 {
				coded[uint8(at+bits.TrailingZeros64(word))] |= 1 << shift
			}
		}
		for known < b.size && left > 0 {
			if n < 2 {
				next, n = r.refill(next, n)
			}
			left--
			more := next & 1
			next >>= 1
			n--
			if more == 0 {
				break
			}
			limit := uint(min(b.size-1-known, left))
			zeros := uint(bits.TrailingZeros64(next))
			for zeros >= n && limit >= n { // all that is ready, none of which is the one
				known += int(n)
				left -= int(n)
				limit -= n
				next, n = r.refill(0, 0)
				zeros = uint(bits.TrailingZeros64(next))
			}
			taken := limit
			if zeros < limit {
				taken = zeros + 1
			}
			known += int(min(zeros, limit))
			left -= int(taken)
			next >>= taken & 63
			n -= taken
			coded[uint8(known)] |= 1 << shift
			known++
		}
	}
	r.next, r.n = next, n
	return budget - left
}

// unlift undoes the decorrelating transform along each dimension, the slowest varying first.
func (b *zfpBlock[I, U]) unlift() {
	for step := b.size / 4; step > 0; step /= 4 {
		for first := 0; first < b.size; first += 4 * step {
			for i := first; i < first+step; i++ {
				p0, p1, p2, p3 := &b.values[uint8(i)], &b.values[uint8(i+step)], &b.values[uint8(i+2*step)], &b.values[uint8(i+3*step)]
				x, y, z, w := *p0, *p1, *p2, *p3
				y += w >> 1
				w -= y >> 1
				y += w
				w = 2*w - y
				z += x
				x = 2*x - z
				y += z
				z = 2*z - y
				w += x
				x = 2*x - w
				*p0, *p1, *p2, *p3 = x, y, z, w
			}
		}
	}
}

// unliftReversible does the same for the transform of reversible blocks, which predicts each element from those before it.
func (b *zfpBlock[I, U]) unliftReversible() {
	for step := b.size / 4; step > 0; step /= 4 {
		for first := 0; first < b.size; first += 4 * step {
			for i := first; i < first+step; i++ {
				p0, p1, p2, p3 := &b.values[uint8(i)], &b.values[uint8(i+step)], &b.values[uint8(i+2*step)], &b.values[uint8(i+3*step)]
				x, y, z, w := *p0, *p1, *p2, *p3
				*p1 = x + y
				*p2 = x + 2*y + z
				*p3 = x + 3*(y+z) + w
			}
		}
	}
}

// store writes the part of the block that is in the array.
func (b *zfpBlock[I, U]) store(raw []byte, x, y, z, w int) {
	n := b.extent
	columns := min(4, n[0]-x)
	for k := range min(4, n[3]-w) {
		for j := range min(4, n[2]-z) {
			for i := range min(4, n[1]-y) {
				at := (((w+k)*n[2]+z+j)*n[1]+y+i)*n[0] + x
				from := 64*k + 16*j + 4*i
				b.storeRow(raw[at*b.width/8:], b.raw[from:from+columns])
			}
		}
	}
}

func (b *zfpBlock[I, U]) storeRow(raw []byte, row []U) {
	if b.width == 32 {
		for i, v := range row {
			v := uint32(v)
			if b.bigEndian {
				v = bits.ReverseBytes32(v)
			}
			le.PutUint32(raw[4*i:], v)
		}
		return
	}
	for i, v := range row {
		v := uint64(v)
		if b.bigEndian {
			v = bits.ReverseBytes64(v)
		}
		le.PutUint64(raw[8*i:], v)
	}
}
