package filter

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/bits"
)

// scaleOffsetCodec is filter 6. Integers are stored as differences from the least of the chunk, and floating-point
// numbers as such differences after multiplication with a power of ten and rounding; all in the same number of bits,
// without gaps, the most significant bit first. The largest number of that many bits stands for the fill value, where
// the client data has one.
//
//	u32 little-endian  bits of a number
//	u8                 bytes that follow for the least value (8)
//	u64 little-endian  the least value
//	8 bytes            zero
//	the numbers; in all the bits of the type they are the elements themselves, little-endian
//
// Client data: kind of scaling, its factor (integers: bits, 0 for as many as the chunk needs; floating point: the
// decimal exponent), elements in a chunk, class (0 integer, 1 floating point), size, sign, byte order (1 big-endian),
// whether there is a fill value, the fill value, least significant word first.
type scaleOffsetCodec struct{}

// The words of the client data, and their values.
const (
	scaleKind      = 0
	scaleFactor    = 1
	scaleElements  = 2
	scaleClass     = 3
	scaleSize      = 4
	scaleSign      = 5
	scaleOrder     = 6
	scaleHasFill   = 7
	scaleFill      = 8
	scaleWords     = 20
	scaleDecimal   = 0 // of scaleKind
	scaleInteger   = 2 // of scaleKind
	scaleIsInteger = 0 // of scaleClass
	scaleIsFloat   = 1 // of scaleClass

	scaleHeader = 21
)

// scaleOffset is the client data made sense of.
type scaleOffset struct {
	elements, size    int
	float             bool
	signed, bigEndian bool
	hasFill           bool
	fill              uint64 // the bits of the fill value
	factor            int    // integers: bits; floating point: decimal exponent
}

func newScaleOffset(p Params) (scaleOffset, error) {
	if len(p.Values) < scaleFill+2 {
		return scaleOffset{}, paramError("number of words", uint32(len(p.Values)), fmt.Sprint(scaleWords))
	}
	v := p.Values
	s := scaleOffset{
		elements: int(v[scaleElements]), size: int(v[scaleSize]), float: v[scaleClass] == scaleIsFloat, signed: v[scaleSign] != 0,
		bigEndian: v[scaleOrder] != 0, hasFill: v[scaleHasFill] != 0, fill: uint64(v[scaleFill]) | uint64(v[scaleFill+1])<<32, factor: int(int32(v[scaleFactor])),
	}
	switch {
	case v[scaleClass] > scaleIsFloat:
		return s, paramError("class", v[scaleClass], "0 or 1")
	case s.float && v[scaleKind] != scaleDecimal:
		return s, paramError("kind of scaling", v[scaleKind], "0 for floating point")
	case !s.float && v[scaleKind] != scaleInteger:
		return s, paramError("kind of scaling", v[scaleKind], "2 for integers")
	case s.float && s.size != 4 && s.size != 8, s.size != 1 && s.size != 2 && s.size != 4 && s.size != 8:
		return s, paramError("element size", v[scaleSize], "1, 2, 4 or 8 for integers, 4 or 8 for floating point")
	case !s.float && s.factor > 8*s.size:
		return s, paramError("number of bits", v[scaleFactor], "at most those of the element")
	}
	if !s.float {
		s.factor = max(0, s.factor)
	}
	s.fill &= ones(8 * s.size)
	return s, nil
}

// ones is a number of n one bits, n from 0 to 64.
func ones(n int) uint64 { return ^uint64(0) >> (64 - n) }

func (s scaleOffset) isPlain() bool { return !s.float && s.factor == 8*s.size }

func (scaleOffsetCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	s, err := newScaleOffset(p)
	if err != nil {
		return nil, err
	}
	if s.isPlain() { // asked for in all its bits, an element is stored as it is
		if len(stored) > len(raw) {
			return nil, tooLong(len(stored), len(raw))
		}
		return stored, nil
	}
	size := uint64(s.elements) * uint64(s.size)
	if size > uint64(len(raw)) {
		return nil, tooLong(int(size), len(raw))
	}
	raw = raw[:size]
	if len(stored) < scaleHeader {
		return nil, corrupt("%d bytes are too few for a header of %d", len(stored), scaleHeader)
	}
	width := binary.LittleEndian.Uint32(stored)
	least := binary.LittleEndian.Uint64(stored[5:]) & ones(8*int(min(8, stored[4])))
	stored = stored[scaleHeader:]
	switch {
	case uint64(width) > 8*uint64(s.size):
		return nil, corrupt("%d bits for an element of %d bytes", width, s.size)
	case (uint64(s.elements)*uint64(width)+7)/8 > uint64(len(stored)):
		return nil, corrupt("%d numbers of %d bits in %d bytes", s.elements, width, len(stored))
	}
	if int(width) == 8*s.size {
		copy(raw, stored)
		s.swap(raw)
		return raw, nil
	}
	s.unpack(raw, stored, int(width), least)
	s.swap(raw)
	return raw, nil
}

// unpack writes the elements, little-endian.
func (s scaleOffset) unpack(raw, stored []byte, width int, least uint64) {
	bits := bitReader{rest: stored}
	absent := ones(width) // the number that stands for the fill value
	switch {
	case s.float && s.size == 4:
		scale, base := float32(math.Pow10(s.factor)), math.Float32frombits(uint32(least))
		for ; len(raw) >= 4; raw = raw[4:] {
			code := bits.take(width)
			v := math.Float32bits(float32(int32(code))/scale + base)
			if s.hasFill && code == absent {
				v = uint32(s.fill)
			}
			le.PutUint32(raw, v)
		}
	case s.float:
		scale, base := math.Pow10(s.factor), math.Float64frombits(least)
		for ; len(raw) >= 8; raw = raw[8:] {
			code := bits.take(width)
			v := math.Float64bits(float64(int64(code))/scale + base)
			if s.hasFill && code == absent {
				v = s.fill
			}
			le.PutUint64(raw, v)
		}
	default:
		for ; len(raw) >= s.size; raw = raw[s.size:] {
			code := bits.take(width)
			v := code + least
			if s.hasFill && code == absent {
				v = s.fill
			}
			putElement(raw, s.size, v)
		}
	}
}

// putElement stores the low size bytes of v, little-endian; size is 1, 2, 4 or 8.
func putElement(raw []byte, size int, v uint64) {
	switch size {
	case 1:
		raw[0] = byte(v)
	case 2:
		le.PutUint16(raw, uint16(v))
	case 4:
		le.PutUint32(raw, uint32(v))
	default:
		le.PutUint64(raw, v)
	}
}

// swap changes elements from little-endian to the dataset's byte order, or back.
func (s scaleOffset) swap(raw []byte) {
	if !s.bigEndian {
		return
	}
	switch s.size {
	case 2:
		for ; len(raw) >= 2; raw = raw[2:] {
			le.PutUint16(raw, bits.ReverseBytes16(le.Uint16(raw)))
		}
	case 4:
		for ; len(raw) >= 4; raw = raw[4:] {
			le.PutUint32(raw, bits.ReverseBytes32(le.Uint32(raw)))
		}
	case 8:
		for ; len(raw) >= 8; raw = raw[8:] {
			le.PutUint64(raw, bits.ReverseBytes64(le.Uint64(raw)))
		}
	}
}
