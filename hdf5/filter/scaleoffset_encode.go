package filter

import (
	"encoding/binary"
	"fmt"
	"math/bits"
)

// completeScaleOffset fills in what the filter must know of the dataset. A spec that says nothing of its elements is
// left to be completed when more of them is known.
func (s *Spec) completeScaleOffset(e Element, chunkBytes int) error {
	if len(s.Params) >= scaleWords || e.Size == 0 || !e.Integer {
		return nil
	}
	if param(s.Params, scaleKind, scaleInteger) != scaleInteger {
		return fmt.Errorf("only the scaling of integers can be written")
	}
	words := make([]uint32, scaleWords)
	copy(words, s.Params)
	words[scaleElements] = word(chunkBytes / e.Size)
	words[scaleClass] = scaleIsInteger
	words[scaleSize] = word(e.Size)
	words[scaleSign] = oneIf(e.Signed)
	words[scaleOrder] = oneIf(e.BigEndian)
	if e.Fill != nil {
		if len(e.Fill) != e.Size {
			return fmt.Errorf("a fill value of %d bytes for elements of %d bytes", len(e.Fill), e.Size)
		}
		var fill [8]byte
		copy(fill[:], e.Fill)
		scaleOffset{size: e.Size, bigEndian: e.BigEndian}.swap(fill[:min(8, e.Size)])
		words[scaleHasFill] = 1
		words[scaleFill] = binary.LittleEndian.Uint32(fill[:])
		words[scaleFill+1] = binary.LittleEndian.Uint32(fill[4:])
	}
	_, err := newScaleOffset(Params{Values: words})
	s.Params = words
	return err
}

// oneIf is a truth value as a word of client data.
func oneIf(set bool) uint32 {
	if set {
		return 1
	}
	return 0
}

func (scaleOffsetCodec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	s, err := newScaleOffset(p)
	switch {
	case err != nil:
		return nil, err
	case s.float:
		return nil, fmt.Errorf("only integers can be written")
	case len(raw) != s.elements*s.size:
		return nil, fmt.Errorf("client data: %d elements of %d bytes, and a chunk of %d bytes", s.elements, s.size, len(raw))
	case s.isPlain():
		return append(stored[:0], raw...), nil
	}
	least, most := s.bounds(raw)
	width, err := s.width(least, most)
	if err != nil {
		return nil, err
	}
	size := scaleHeader + len(raw)*width/(8*s.size) + 1
	if width == 8*s.size {
		size = scaleHeader + len(raw)
	}
	if p.Optional && size >= len(raw) {
		return nil, ErrDeclined
	}
	stored = resize(stored, size)
	clear(stored[:scaleHeader])
	binary.LittleEndian.PutUint32(stored, uint32(width))
	stored[4] = 8
	packed := stored[scaleHeader:]
	if width == 8*s.size {
		copy(packed, raw)
		s.swap(packed)
		return stored, nil
	}
	binary.LittleEndian.PutUint64(stored[5:], least)
	s.pack(packed, raw, width, least)
	return stored, nil
}

// element is the element at the beginning of raw, extended to 64 bits by its sign.
func (s scaleOffset) element(raw []byte) uint64 {
	var v uint64
	switch s.size {
	case 1:
		v = uint64(raw[0])
	case 2:
		v = uint64(le.Uint16(raw))
	case 4:
		v = uint64(le.Uint32(raw))
	default:
		v = le.Uint64(raw)
	}
	if s.bigEndian {
		v = bits.ReverseBytes64(v) >> (64 - 8*s.size)
	}
	return s.extend(v)
}

// extend makes the low bits of v, an element's, a number of 64 bits.
func (s scaleOffset) extend(v uint64) uint64 {
	if !s.signed {
		return v
	}
	spare := 64 - 8*s.size
	return uint64(int64(v<<spare) >> spare)
}

// bounds is the least and the greatest element that is not the fill value; 0 and 0 where there is none. They are
// ordered by the sign of the type.
func (s scaleOffset) bounds(raw []byte) (least, most uint64) {
	order := uint64(0) // turns the order of signed numbers into that of unsigned ones
	if s.signed {
		order = 1 << 63
	}
	fill := s.extend(s.fill)
	least, most = ^uint64(0), 0
	found := false
	for ; len(raw) >= s.size; raw = raw[s.size:] {
		v := s.element(raw)
		if s.hasFill && v == fill {
			continue
		}
		found = true
		least, most = min(least, v^order), max(most, v^order)
	}
	if !found {
		return 0, 0
	}
	return least ^ order, most ^ order
}

// width is the number of bits for numbers from 0 to most-least, and one more number where there is a fill value. It
// follows the library's choice, which takes all the bits of the type where the last two numbers of it would be
// needed.
func (s scaleOffset) width(least, most uint64) (int, error) {
	span := most - least
	all := 8 * s.size
	need := all
	if span <= ones(all)-2 {
		codes := span + 1
		if s.hasFill {
			codes++
		}
		need = bits.Len64(codes - 1)
	}
	if s.factor == 0 {
		return need, nil
	}
	if need > s.factor {
		return 0, fmt.Errorf("the chunk's values from %s need %d bits, and the filter has %d; scaleoffset(0) takes what is needed", s.interval(least, most), need, s.factor)
	}
	return s.factor, nil
}

func (s scaleOffset) interval(least, most uint64) string {
	if s.signed {
		return fmt.Sprintf("%d to %d", int64(least), int64(most))
	}
	return fmt.Sprintf("%d to %d", least, most)
}

// pack writes the numbers of all elements, width bits each; width is 0 to 63.
func (s scaleOffset) pack(packed, raw []byte, width int, least uint64) {
	fill, absent := s.extend(s.fill), ones(width)
	var next uint64 // bits not yet written, at the top
	n, at := 0, 0
	for ; len(raw) >= s.size; raw = raw[s.size:] {
		v := s.element(raw)
		code := v - least
		if s.hasFill && v == fill {
			code = absent
		}
		if n+width < 64 {
			next |= code << (64 - n - width)
			n += width
			continue
		}
		// The word is full: its last bits are the first of this number.
		left := n + width - 64
		binary.BigEndian.PutUint64(packed[at:], next|code>>left)
		at += 8
		next, n = code<<(64-left), left
	}
	for ; n > 0; n -= 8 {
		packed[at] = byte(next >> 56)
		at++
		next <<= 8
	}
	clear(packed[at:])
}
