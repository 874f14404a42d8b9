package filter

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// inflater decodes zlib streams (RFC 1950, RFC 1951) that are in memory as a whole into memory that has room for all of what they hold. That
// both ends are at hand is what makes it fast: matches are copied from where they were written, there is no window, and all
// but the last bytes are decoded without asking whether there are more.
type inflater struct {
	in  []byte
	pos int    // in of the first byte that is not in bits
	buf uint64 // the next bits of the stream, from the least on; above count they are those of in[pos:], or zero
	n   uint   // bits of buf that count
	out []byte
	at  int // out of the next byte

	lengths  [maxLiterals + maxDistances]uint8
	literals [literalSlots]uint32
	offsets  [offsetSlots]uint32
	order    [maxLiterals + 2]uint16 // symbols by length of their codes
}

// Sizes of the codes' alphabets and the longest codes.
const (
	maxLiterals   = 286
	maxDistances  = 30
	precodeLength = 19
	maxCode       = 15
	endOfBlock    = 256
)

// Codes of at most literalBits, and offsetBits, are decoded by one look into a table; longer ones by a second look into a part of the table behind the first.
// The numbers of slots are those of the worst codes there are (zlib's enough.c computes them).
const (
	literalBits  = 11
	offsetBits   = 8
	literalSlots = 2342
	offsetSlots  = 402
)

// An entry of a table says what a code stands for:
//
//	bits 0–7    bits to consume: those of the code and its extra bits
//	bits 8–15   bits of the code itself
//	bits 16–30  literal byte, base of a length or of an offset, or first slot of a second table
//	bit 31      a literal
//
// The second kinds have one of the bits below, too, in the place of a part of bits 8–15, which are at most 15.
const (
	entryLiteral  = 1 << 31
	entrySpecial  = 1 << 15 // one of the two below, or no code at all
	entrySubtable = 1 << 14
	entryEnd      = 1 << 13
)

var (
	lengthBase  = [29]uint16{3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258}
	lengthExtra = [29]uint8{0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0}
	offsetBase  = [30]uint16{1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577}
	// precodeOrder is the order in which the lengths of the codes for lengths of codes stand.
	precodeOrder = [precodeLength]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
)

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

// inflate decodes the zlib stream at the beginning of stored into raw, which must have room for all of it. What follows the stream is ignored, as zlib does.
func inflate(raw, stored []byte) ([]byte, error) {
	z := inflaters.Get().(*inflater)
	defer func() {
		z.in, z.out = nil, nil // keep no hold on the caller's memory
		inflaters.Put(z)
	}()
	switch {
	case len(stored) < 2:
		return nil, errCutOff()
	case stored[0]&15 != 8 || stored[0]>>4 > 7 || binary.BigEndian.Uint16(stored)%31 != 0:
		return nil, corrupt("bytes % x do not start a zlib stream", stored[:2])
	case stored[1]&0x20 != 0:
		return nil, corrupt("the zlib stream needs a preset dictionary")
	}
	z.in, z.out, z.pos, z.at, z.buf, z.n = stored[2:], raw, 0, 0, 0, 0
	for last := false; !last; {
		var err error
		if last, err = z.block(); err != nil {
			return nil, err
		}
	}
	z.align()
	if len(z.in)-z.pos < 4 {
		return nil, errCutOff()
	}
	raw = raw[:z.at]
	if adler(raw) != binary.BigEndian.Uint32(z.in[z.pos:]) {
		return nil, corrupt("Adler-32 checksum mismatch")
	}
	return raw, nil
}

func errCutOff() error { return corrupt("the zlib stream is cut off") }

func (z *inflater) errTooLong() error {
	return corrupt("the zlib stream holds more than the %d bytes that the chunk may have here", len(z.out))
}

// block decodes one block, and says whether it is the last.
func (z *inflater) block() (last bool, err error) {
	head, err := z.take(3)
	if err != nil {
		return false, err
	}
	switch head >> 1 {
	case 0:
		err = z.storedBlock()
	case 1:
		if err = z.fixedTables(); err == nil {
			err = z.symbols()
		}
	case 2:
		if err = z.dynamicTables(); err == nil {
			err = z.symbols()
		}
	default:
		err = corrupt("a block of a kind that Deflate does not have")
	}
	return head&1 != 0, err
}

// fill gets bits until there are 56 or the stream is at its end.
func (z *inflater) fill() {
	if len(z.in)-z.pos >= 8 {
		z.buf |= le.Uint64(z.in[z.pos:]) << z.n
		z.pos += int(63-z.n) >> 3
		z.n |= 56
		return
	}
	for z.n < 56 && z.pos < len(z.in) {
		z.buf |= uint64(z.in[z.pos]) << z.n
		z.pos++
		z.n += 8
	}
}

// take consumes at most 32 bits.
func (z *inflater) take(bits uint) (uint32, error) {
	if z.n < bits {
		if z.fill(); z.n < bits {
			return 0, errCutOff()
		}
	}
	v := uint32(z.buf & (1<<bits - 1))
	z.buf >>= bits
	z.n -= bits
	return v, nil
}

// align goes to the next whole byte of the stream, and gives back what was taken beyond it.
func (z *inflater) align() {
	z.pos -= int(z.n / 8)
	z.buf, z.n = 0, 0
}

func (z *inflater) storedBlock() error {
	z.align()
	if len(z.in)-z.pos < 4 {
		return errCutOff()
	}
	n := binary.LittleEndian.Uint16(z.in[z.pos:])
	if n != ^binary.LittleEndian.Uint16(z.in[z.pos+2:]) {
		return corrupt("the two lengths of a stored block contradict")
	}
	z.pos += 4
	switch {
	case len(z.in)-z.pos < int(n):
		return errCutOff()
	case len(z.out)-z.at < int(n):
		return z.errTooLong()
	}
	z.at += copy(z.out[z.at:], z.in[z.pos:z.pos+int(n)])
	z.pos += int(n)
	return nil
}

// fixedTables makes the tables of the code that Deflate itself lays down. Two symbols of either alphabet have codes and must not occur.
func (z *inflater) fixedTables() error {
	var lengths [288]uint8
	for i := range lengths {
		switch {
		case i < 144 || i >= 280:
			lengths[i] = 8
		case i < 256:
			lengths[i] = 9
		default:
			lengths[i] = 7
		}
	}
	if err := z.buildTable(z.literals[:], lengths[:], literalBits, literalEntry); err != nil {
		return err
	}
	for i := range 32 {
		lengths[i] = 5
	}
	return z.buildTable(z.offsets[:], lengths[:32], offsetBits, offsetEntry)
}

func (z *inflater) dynamicTables() error {
	head, err := z.take(14)
	if err != nil {
		return err
	}
	literals, offsets, precodes := int(head&31)+257, int(head>>5&31)+1, int(head>>10)+4
	if literals > maxLiterals || offsets > maxDistances {
		return corrupt("a block with %d literals and lengths and %d distances, more than Deflate has", literals, offsets)
	}
	var lengths [precodeLength]uint8
	for _, symbol := range precodeOrder[:precodes] {
		n, err := z.take(3)
		if err != nil {
			return err
		}
		lengths[symbol] = uint8(n)
	}
	const precodeBits = 7
	if err := z.buildTable(z.offsets[:], lengths[:], precodeBits, precodeEntry); err != nil {
		return err
	}
	for i := 0; i < literals+offsets; {
		z.fill()
		e := z.offsets[z.buf&(1<<precodeBits-1)]
		if e&entrySpecial != 0 {
			return z.errNoCode()
		}
		if _, err := z.take(uint(e & 0xff)); err != nil {
			return err
		}
		symbol := e >> 16
		if symbol < 16 {
			z.lengths[i] = uint8(symbol)
			i++
			continue
		}
		if i, err = z.repeatLength(i, literals+offsets, symbol); err != nil {
			return err
		}
	}
	if z.lengths[endOfBlock] == 0 {
		return corrupt("a block that cannot end")
	}
	if err := z.buildTable(z.literals[:], z.lengths[:literals], literalBits, literalEntry); err != nil {
		return err
	}
	return z.buildTable(z.offsets[:], z.lengths[literals:literals+offsets], offsetBits, offsetEntry)
}

// repeatLength writes a run of lengths of codes from index i on, and returns the index behind it.
func (z *inflater) repeatLength(i, end int, symbol uint32) (int, error) {
	var value uint8
	least, extra := 3, uint(3)
	switch symbol {
	case 16:
		if i == 0 {
			return 0, corrupt("a length of a code is repeated before there is one")
		}
		value, extra = z.lengths[i-1], 2
	case 18:
		least, extra = 11, 7
	}
	more, err := z.take(extra)
	if err != nil {
		return 0, err
	}
	n := least + int(more)
	if n > end-i {
		return 0, corrupt("more lengths of codes than a block has symbols")
	}
	for range n {
		z.lengths[i] = value
		i++
	}
	return i, nil
}

func (z *inflater) errNoCode() error {
	if z.n < maxCode && z.pos == len(z.in) {
		return errCutOff()
	}
	return corrupt("bits that are no code")
}

// literalEntry is the entry of a symbol of literals and lengths, without the bits of its code.
func literalEntry(symbol uint32) uint32 {
	switch {
	case symbol < endOfBlock:
		return entryLiteral | symbol<<16
	case symbol == endOfBlock:
		return entrySpecial | entryEnd
	case symbol-257 < uint32(len(lengthBase)):
		return uint32(lengthBase[symbol-257])<<16 | uint32(lengthExtra[symbol-257])
	}
	return entrySpecial
}

func offsetEntry(symbol uint32) uint32 {
	if symbol >= uint32(len(offsetBase)) {
		return entrySpecial
	}
	return uint32(offsetBase[symbol])<<16 | max(symbol/2, 1) - 1
}

func precodeEntry(symbol uint32) uint32 { return symbol << 16 }

// buildTable makes the table of the canonical code whose symbols have codes of these lengths. As in zlib, a code must be complete, but for a code of
// one symbol with one bit, and a code of no symbols.
func (z *inflater) buildTable(table []uint32, lengths []uint8, tableBits uint, entry func(symbol uint32) uint32) error {
	var count [maxCode + 1]int
	for _, n := range lengths {
		count[n]++
	}
	var next [maxCode + 2]int // place in order of the next symbol with a code of a length
	room := 1                 // codes that are left at a length
	longest := uint(0)
	for n := 1; n <= maxCode; n++ {
		room = room<<1 - count[n]
		if room < 0 {
			return corrupt("a code with more codes than there is room for")
		}
		next[n+1] = next[n] + count[n]
		if count[n] > 0 {
			longest = uint(n)
		}
	}
	if room > 0 && longest > 1 {
		return corrupt("an incomplete code")
	}
	if room > 0 {
		for i := range table[:1<<tableBits] {
			table[i] = entrySpecial
		}
	}
	for symbol, n := range lengths {
		if n > 0 {
			z.order[next[n]] = uint16(symbol)
			next[n]++
		}
	}
	next[0] = len(lengths) - count[0]
	z.fillTable(table, lengths, &count, &next, tableBits, entry)
	return nil
}

// fillTable goes through the symbols in the order of their codes; ends are the places in that order behind those of each length.
func (z *inflater) fillTable(table []uint32, lengths []uint8, count *[maxCode + 1]int, ends *[maxCode + 2]int, tableBits uint, entry func(symbol uint32) uint32) {
	symbols := ends[0]
	code := uint(0)             // of the symbol, its bits in the order of the stream
	end := uint(1) << tableBits // slots in use
	prefix, start, width := ^uint(0), uint(0), uint(0)
	for i, symbol := range z.order[:symbols] {
		n := uint(lengths[symbol])
		e := entry(uint32(symbol))
		if n <= tableBits {
			e += uint32(n)<<8 + uint32(n)
			for slot := code; slot < 1<<tableBits; slot += 1 << n {
				table[slot] = e
			}
		} else {
			if code&(1<<tableBits-1) != prefix {
				prefix, start = code&(1<<tableBits-1), end
				width = subtableBits(count, n, ends[n]-i, tableBits)
				end += 1 << width
				table[prefix] = entrySpecial | entrySubtable | uint32(start)<<16 | uint32(width)<<8 | uint32(tableBits)
			}
			n -= tableBits
			e += uint32(n)<<8 + uint32(n)
			for slot := code >> tableBits; slot < 1<<width; slot += 1 << n {
				table[start+slot] = e
			}
			n += tableBits
		}
		if i+1 < symbols {
			code = nextCode(code, n, uint(lengths[z.order[i+1]]))
		}
	}
}

// nextCode is the code of length m that follows code of length n; the bits of codes stand in reverse.
func nextCode(code, n, m uint) uint {
	v := uint(bits.Reverse64(uint64(code))>>(64-n)) + 1
	return uint(bits.Reverse64(uint64(v<<(m-n))) >> (64 - m))
}

// subtableBits is the least width of a second table that holds all codes with the prefix of the first of left codes of length n.
func subtableBits(count *[maxCode + 1]int, n uint, left int, tableBits uint) uint {
	width := n - tableBits
	for room := 1<<width - left; room > 0 && tableBits+width < maxCode; {
		width++
		room = room<<1 - count[tableBits+width]
	}
	return width
}
