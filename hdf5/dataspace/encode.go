package dataspace

import (
	"encoding/binary"
	"fmt"
	"slices"
)

// maxListedBlocks is the number of blocks up to which a regular hyperslab is written as a list of
// them, as HDF5 1.10 writes it.
const maxListedBlocks = 3

// AppendEncode appends the serialized form of s to b, in a version that HDF5 1.10 and all later
// ones read: version 1 for up to three blocks, for irregular hyperslabs and for points, version 2
// for regular hyperslabs of more blocks, unlimited ones, and those with a coordinate that needs
// more than 32 bits. An irregular hyperslab or a list of points with such a coordinate is an
// error, because HDF5 1.10 has no form for it; so is an irregular one that Count cannot count.
func (s Selection) AppendEncode(b []byte) ([]byte, error) { return s.appendEncode(b) }

func (s *Selection) appendEncode(b []byte) ([]byte, error) {
	switch s.kind {
	case KindNone:
		return appendWords(b, typeNone, 1, 0, 0), nil
	case KindAll:
		return appendWords(b, typeAll, 1, 0, 0), nil
	case KindPoints:
		return s.appendPoints(b)
	case KindIrregular:
		return s.appendIrregular(b)
	}
	if encoded, ok := s.appendBox(b); ok {
		return encoded, nil
	}
	if n, ok := blocks(s.dims); s.unlimited == 0 && ok && n <= maxListedBlocks && s.fits32() {
		return s.appendBlocks(b, n)
	}
	length := 4 + 32*uint32(s.rank)
	b = appendWords(b, typeHyperslab, 2)
	b = append(b, flagRegular)
	b = appendWords(b, length, uint32(s.rank))
	for _, d := range s.dims {
		for _, x := range [4]uint64{d.Start, d.Stride, d.Count, d.Block} {
			b = binary.LittleEndian.AppendUint64(b, x)
		}
	}
	return b, nil
}

// appendIrregular appends the ordered boxes of an irregular hyperslab.
func (s Selection) appendIrregular(b []byte) ([]byte, error) {
	if _, err := s.Count(nil); err != nil {
		return b, err
	}
	if !s.fits32() {
		return b, fmt.Errorf("dataspace: %v needs more than 32 bits for a coordinate, and HDF5 1.10 has no form for that", s)
	}
	n := uint64(0)
	for range s.Boxes() {
		n++
	}
	return s.appendBlocks(b, n)
}

// appendBlocks appends a hyperslab as a list of n blocks.
func (s Selection) appendBlocks(b []byte, n uint64) ([]byte, error) {
	length := 8 + 8*uint64(s.rank)*n
	if length > maxUint32 {
		return b, fmt.Errorf("dataspace: %d blocks do not fit the serialized form of a hyperslab", n)
	}
	b = appendWords(b, typeHyperslab, 1, 0, uint32(length), uint32(s.rank), uint32(n))
	for box := range s.Boxes() {
		for _, x := range box.Start {
			b = binary.LittleEndian.AppendUint32(b, uint32(x))
		}
		for axis, x := range box.Start {
			b = binary.LittleEndian.AppendUint32(b, uint32(x+box.Count[axis]-1))
		}
	}
	return b, nil
}

// appendBox is appendBlocks for a regular hyperslab of one block with coordinates of 32 bits, as most selections of mappings are. It is
// not ok for others.
func (s *Selection) appendBox(b []byte) (_ []byte, ok bool) {
	n := len(s.dims)
	at := len(b)
	b, first, last := growBox(b, n)
	for i := range s.dims {
		d := &s.dims[i]
		end := d.Start + d.Block - 1
		if d.Count != 1 || d.Block > maxUint32 || end > maxUint32 {
			return b[:at], false
		}
		binary.LittleEndian.PutUint32(first[4*i:], uint32(d.Start))
		binary.LittleEndian.PutUint32(last[4*i:], uint32(end))
	}
	return b, true
}

// growBox appends a hyperslab of one block along n axes, of which the coordinates of the first and the last corner are still to be put.
func growBox(b []byte, n int) (_, first, last []byte) {
	const head = 24
	at, size := len(b), head+8*n
	b = slices.Grow(b, size)[:at+size]
	p := b[at:]
	binary.LittleEndian.PutUint32(p, typeHyperslab)
	binary.LittleEndian.PutUint32(p[4:], 1) // version
	binary.LittleEndian.PutUint32(p[8:], 0)
	binary.LittleEndian.PutUint32(p[12:], 8+8*uint32(n)) // bytes that follow
	binary.LittleEndian.PutUint32(p[16:], uint32(n))
	binary.LittleEndian.PutUint32(p[20:], 1) // block
	return b, p[head : head+4*n], p[head+4*n:]
}

func (s Selection) appendPoints(b []byte) ([]byte, error) {
	n := uint64(s.set.len(KindPoints))
	length := 8 + 4*uint64(s.rank)*n
	if !s.fits32() || length > maxUint32 {
		return b, fmt.Errorf("dataspace: %v does not fit 32 bits, and HDF5 1.10 has no other form for points", s)
	}
	b = appendWords(b, typePoints, 1, 0, uint32(length), uint32(s.rank), uint32(n))
	for _, x := range s.set.at {
		b = binary.LittleEndian.AppendUint32(b, uint32(x))
	}
	return b, nil
}

// fits32 reports whether every coordinate of s fits 32 bits.
func (s *Selection) fits32() bool {
	if s.kind == KindRegular {
		for i := range s.dims {
			if s.dims[i].last() > maxUint32 {
				return false
			}
		}
		return true
	}
	var lo, hi [MaxRank]uint64
	s.BoundsInto(lo[:], hi[:])
	for _, x := range hi[:s.rank] {
		if x > maxUint32 {
			return false
		}
	}
	return true
}

func appendWords(b []byte, words ...uint32) []byte {
	for _, w := range words {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}
