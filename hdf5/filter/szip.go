package filter

import (
	"encoding/binary"
	"sync"
)

// szipCodec is filter 4: the raw size (4 bytes, little-endian), then extended-Rice coding as CCSDS 121.0-B
// standardises it, in the form of the SZIP library.
//
// Samples go in blocks, blocks in scanlines; each scanline is padded to whole blocks and coded on its own. With
// preprocessing the first sample of a scanline is stored as it is and each other as its difference from the one
// before, folded to a number that is not negative. Each block names one of the codings: the numbers as they are,
// split into a unary high part and k low bits, pairs of numbers as one unary number, or nothing for a run of blocks
// of zeros. Elements of 32 and 64 bits are coded as byte planes, each byte a sample.
//
// Client data: options, samples in a block, bits of a sample, samples in a scanline.
type szipCodec struct{}

// Options that change how a stream is read.
const (
	szipMSB        = 16 // samples of several bytes are big-endian
	szipPreprocess = 32 // "NN": differences of neighbours
)

// The limits of the SZIP library (szlib.h).
const (
	szipMaxBlock    = 32
	szipMaxScanline = 4096
)

// szipRunOfRest is the number of zero blocks that stands for "as many as there are up to the end of the scanline or
// of 64 blocks".
const szipRunOfRest = 5

// szipMaxPair is the largest unary number of the second extension: pairs of numbers with a sum of up to 12.
const szipMaxPair = 90

// szip is the client data made sense of.
type szip struct {
	block, scanline int
	blocks          int // in a scanline, the last perhaps with padding
	planes          int // bytes of an element that is coded as byte planes, else 1
	bits            int // of a sample
	size            int // bytes of a sample
	bigEndian       bool
	preprocess      bool
	idBits          int // that name a block's coding
}

func newSzip(p Params) (szip, error) {
	if len(p.Values) < 4 {
		return szip{}, paramError("number of words", uint32(len(p.Values)), "4")
	}
	options, block, depth, scanline := p.Values[0], p.Values[1], p.Values[2], p.Values[3]
	switch {
	case block == 0 || block%2 != 0 || block > szipMaxBlock:
		return szip{}, paramError("samples in a block", block, "even, and at most 32")
	case scanline == 0 || scanline > szipMaxScanline:
		return szip{}, paramError("samples in a scanline", scanline, "1 to 4096")
	case depth == 0 || depth > 32 && depth != 64:
		return szip{}, paramError("bits of a sample", depth, "1 to 32, or 64")
	}
	s := szip{
		block: int(block), scanline: int(scanline), planes: 1, bits: int(depth),
		bigEndian: options&szipMSB != 0, preprocess: options&szipPreprocess != 0,
	}
	s.blocks = (s.scanline + s.block - 1) / s.block
	if depth == 32 || depth == 64 {
		s.planes, s.bits = int(depth/8), 8
	}
	switch {
	case s.bits > 16:
		s.idBits, s.size = 5, 4
	case s.bits > 8:
		s.idBits, s.size = 4, 2
	default:
		s.idBits, s.size = 3, 1
	}
	return s, nil
}

// szipScanline holds the numbers of a scanline while it is decoded.
type szipScanline [szipMaxScanline + szipMaxBlock]uint32

var szipScanlines = sync.Pool{New: func() any { return new(szipScanline) }}

func (szipCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	s, err := newSzip(p)
	if err != nil {
		return nil, err
	}
	if len(stored) < 4 {
		return nil, corrupt("%d bytes are too few for a header of 4", len(stored))
	}
	size := binary.LittleEndian.Uint32(stored)
	stored = stored[4:]
	if uint64(size) > uint64(len(raw)) {
		return nil, tooLong(int(size), len(raw))
	}
	raw = raw[:size]
	if len(raw)%s.size != 0 {
		return nil, corrupt("%d bytes are not whole samples of %d bytes", len(raw), s.size)
	}
	if s.planes == 1 {
		return raw, s.decode(raw, stored)
	}
	planes := takeScratch(len(raw))
	defer planes.put()
	if err := s.decode(planes.bytes, stored); err != nil {
		return nil, err
	}
	n := len(raw) / s.planes
	unshuffleBytes(raw, planes.bytes, s.planes, n)
	copy(raw[n*s.planes:], planes.bytes[n*s.planes:])
	return raw, nil
}

// decode fills raw with samples.
func (s szip) decode(raw, stored []byte) error {
	numbers := szipScanlines.Get().(*szipScanline)
	defer szipScanlines.Put(numbers)
	bits := bitReader{rest: stored}
	for len(raw) > 0 {
		n := min(s.scanline, len(raw)/s.size)
		if err := s.decodeScanline(numbers, n, &bits); err != nil {
			return err
		}
		if s.preprocess {
			s.integrate(numbers[:n])
		}
		s.put(raw, numbers[:n])
		raw = raw[n*s.size:]
	}
	return nil
}

// decodeScanline reads the numbers of a scanline, of which n are wanted. The blocks of a scanline are all stored, but
// those after the last wanted one of the chunk do not matter.
func (s szip) decodeScanline(numbers *szipScanline, n int, bits *bitReader) error {
	want := s.blocks
	if n < s.scanline {
		want = (n + s.block - 1) / s.block
	}
	for b := 0; b < want; {
		done, err := s.decodeBlock(numbers[b*s.block:s.blocks*s.block], b, bits)
		if err != nil {
			return err
		}
		if bits.short {
			return corrupt("the stream is cut off")
		}
		b += done
	}
	return nil
}

// decodeBlock reads block b of a scanline into the beginning of numbers, which reach to the end of the scanline. It
// returns how many blocks it has read.
func (s szip) decodeBlock(numbers []uint32, b int, bits *bitReader) (int, error) {
	id := int(bits.take(s.idBits))
	block := numbers[:s.block]
	if id == 1<<s.idBits-1 {
		for i := range block {
			block[i] = uint32(bits.take(s.bits))
		}
		return 1, nil
	}
	pairs := id == 0 && bits.take(1) == 1
	if b == 0 && s.preprocess {
		block[0] = uint32(bits.take(s.bits))
		block = block[1:]
	}
	switch {
	case pairs:
		return 1, s.decodePairs(block, bits)
	case id == 0:
		return s.decodeZeros(numbers[s.block-len(block):], b, bits)
	}
	k := id - 1
	for i := range block {
		block[i] = uint32(bits.unary()) << k
	}
	if k > 0 {
		for i := range block {
			block[i] += uint32(bits.take(k))
		}
	}
	return 1, nil
}

// decodeZeros clears the blocks of a run from block b on; the first of them may begin with a sample that is set already.
func (s szip) decodeZeros(numbers []uint32, b int, bits *bitReader) (int, error) {
	run := bits.unary() + 1
	switch {
	case run == szipRunOfRest:
		run = min(s.blocks-b, 64-b%64)
	case run > szipRunOfRest:
		run--
	}
	if run > s.blocks-b {
		return 0, corrupt("%d blocks of zeros where the scanline has %d left", run, s.blocks-b)
	}
	clear(numbers[:len(numbers)-(s.blocks-b-run)*s.block])
	return run, nil
}

// decodePairs is the second extension: the number m stands for the m-th of the pairs (0,0), (1,0), (0,1), (2,0), (1,1), …
// Where the block's first sample is set already, the first pair has a first member that counts for nothing.
func (s szip) decodePairs(block []uint32, bits *bitReader) error {
	i := 0
	for i < len(block) {
		m := bits.unary()
		if m > szipMaxPair {
			return corrupt("a pair of numbers coded as %d", m)
		}
		sum, first := szipPairs[m][0], szipPairs[m][1]
		second := uint32(m) - first
		if (len(block)-i)%2 == 0 {
			block[i] = sum - second
			i++
		}
		block[i] = second
		i++
	}
	return nil
}

// szipPairs has for each code the sum of the pair, and the first code with that sum.
var szipPairs = func() (pairs [szipMaxPair + 1][2]uint32) {
	code := uint32(0)
	for sum := range uint32(13) {
		first := code
		for range sum + 1 {
			pairs[code] = [2]uint32{sum, first}
			code++
		}
	}
	return pairs
}()

// integrate turns folded differences into samples. A difference is folded around what is possible: while a step to
// either side stays within the range of samples, steps alternate up and down; beyond that only one side is left.
func (s szip) integrate(numbers []uint32) {
	top := uint32(1<<s.bits - 1)
	half := top/2 + 1
	sample := numbers[0]
	for i, d := range numbers[1:] {
		mirror := uint32(0)
		if sample&half != 0 {
			mirror = top
		}
		switch {
		case d>>1+d&1 > mirror^sample:
			sample = mirror ^ d
		case d&1 != 0:
			sample -= d>>1 + 1
		default:
			sample += d >> 1
		}
		numbers[i+1] = sample
	}
}

// put stores samples in the bytes that they have in the dataset.
func (s szip) put(raw []byte, numbers []uint32) {
	switch {
	case s.size == 1:
		for i, v := range numbers {
			raw[i] = byte(v)
		}
	case s.size == 2 && s.bigEndian:
		for i, v := range numbers {
			binary.BigEndian.PutUint16(raw[2*i:], uint16(v))
		}
	case s.size == 2:
		for i, v := range numbers {
			le.PutUint16(raw[2*i:], uint16(v))
		}
	case s.bigEndian:
		for i, v := range numbers {
			binary.BigEndian.PutUint32(raw[4*i:], v)
		}
	default:
		for i, v := range numbers {
			le.PutUint32(raw[4*i:], v)
		}
	}
}
