package filter

// Margins of the fast loop. An iteration takes at most 8 bytes twice from the stream, and writes two literals and the longest match,
// the latter in steps of 8 bytes.
const (
	longestMatch = 258
	marginIn     = 16
	marginOut    = 2 + longestMatch + 8
)

// symbols decodes the symbols of a block with the tables, up to its end: first without looking where stream and memory end, and the last ones with care.
func (z *inflater) symbols() error {
	ended, err := z.fastSymbols()
	if ended || err != nil {
		return err
	}
	for {
		e, err := z.symbol(z.literals[:], literalBits)
		if err != nil {
			return err
		}
		switch {
		case e&entryLiteral != 0:
			if z.at == len(z.out) {
				return z.errTooLong()
			}
			z.out[z.at] = byte(e >> 16)
			z.at++
		case e&entryEnd != 0:
			return nil
		default:
			length := e >> 16
			offset, err := z.symbol(z.offsets[:], offsetBits)
			if err != nil {
				return err
			}
			if err := z.match(int(length), int(offset>>16)); err != nil {
				return err
			}
		}
	}
}

// symbol consumes one symbol with its extra bits. The upper half of the result is the literal, length or offset.
func (z *inflater) symbol(table []uint32, tableBits uint) (uint32, error) {
	z.fill()
	e := table[z.buf&(1<<tableBits-1)]
	if e&entrySubtable != 0 && e&entrySpecial != 0 {
		if z.n < tableBits {
			return 0, errCutOff()
		}
		z.buf >>= tableBits
		z.n -= tableBits
		e = table[uint64(e>>16)+z.buf&(1<<(e>>8&15)-1)]
	}
	if e&entrySpecial != 0 && e&entryEnd == 0 {
		return 0, z.errNoCode()
	}
	whole := uint(e & 0xff)
	if z.n < whole {
		return 0, errCutOff()
	}
	extra := uint32(z.buf&(1<<whole-1)) >> (e >> 8 & 15)
	z.buf >>= whole
	z.n -= whole
	if e&(entryLiteral|entryEnd) != 0 {
		return e, nil
	}
	return e&0xffff + (e>>16+extra)<<16, nil
}

func (z *inflater) match(length, offset int) error {
	switch {
	case offset > z.at:
		return errTooFar()
	case length > len(z.out)-z.at:
		return z.errTooLong()
	}
	for i := z.at; i < z.at+length; i++ {
		z.out[i] = z.out[i-offset]
	}
	z.at += length
	return nil
}

func errTooFar() error { return corrupt("a match from before the beginning of the chunk") }

// fastSymbols decodes symbols while stream and memory have more than an iteration needs, and says whether the block ended.
func (z *inflater) fastSymbols() (ended bool, err error) {
	in, out, literals, offsets := z.in, z.out, &z.literals, &z.offsets
	pos, at, buf, n := z.pos, z.at, z.buf, z.n
	for pos <= len(in)-marginIn && at <= len(out)-marginOut {
		buf |= le.Uint64(in[pos:]) << (n & 63)
		pos += int(63-n) >> 3
		n |= 56

		e := literals[buf&(1<<literalBits-1)]
		if e&entryLiteral != 0 {
			out[at] = byte(e >> 16)
			at++
			buf >>= e & 63
			n -= uint(e & 63)
			e = literals[buf&(1<<literalBits-1)]
			if e&entryLiteral != 0 {
				out[at] = byte(e >> 16)
				at++
				buf >>= e & 63
				n -= uint(e & 63)
				e = literals[buf&(1<<literalBits-1)]
				if e&entryLiteral != 0 {
					continue // with new bits
				}
			}
		}
		if e&entrySpecial != 0 {
			if e&entrySubtable != 0 {
				buf >>= literalBits
				n -= literalBits
				e = literals[(uint64(e>>16)+buf&(1<<(e>>8&15)-1))%literalSlots]
				if e&entryLiteral != 0 {
					out[at] = byte(e >> 16)
					at++
					buf >>= e & 63
					n -= uint(e & 63)
					continue
				}
			}
			if e&entrySpecial != 0 {
				if e&entryEnd == 0 {
					return false, corrupt("bits that are no code")
				}
				buf >>= e & 63
				n -= uint(e & 63)
				ended = true
				break
			}
		}
		length := int(e>>16) + int(buf&(1<<(e&63)-1)>>(e>>8&63))
		buf >>= e & 63
		n -= uint(e & 63)

		buf |= le.Uint64(in[pos:]) << (n & 63)
		pos += int(63-n) >> 3
		n |= 56
		e = offsets[buf&(1<<offsetBits-1)]
		if e&entrySpecial != 0 {
			if e&entrySubtable == 0 {
				return false, corrupt("bits that are no code")
			}
			buf >>= offsetBits
			n -= offsetBits
			e = offsets[(uint64(e>>16)+buf&(1<<(e>>8&15)-1))%offsetSlots]
			if e&entrySpecial != 0 {
				return false, corrupt("bits that are no code")
			}
		}
		offset := int(e>>16) + int(buf&(1<<(e&63)-1)>>(e>>8&63))
		buf >>= e & 63
		n -= uint(e & 63)
		if offset > at {
			return false, errTooFar()
		}
		copyEarlier(out[:at+length+8], at, offset)
		at += length
	}
	z.pos, z.at, z.buf, z.n = pos, at, buf, n
	return ended, nil
}

// copyEarlier copies to out[at:], up to 8 bytes before the end of out, what stands offset bytes before. It may write the last 8 bytes, too.
func copyEarlier(out []byte, at, offset int) {
	if offset >= 8 {
		from, to := out[at-offset:], out[at:]
		for len(to) > 8 {
			le.PutUint64(to, le.Uint64(from))
			from, to = from[8:], to[8:]
		}
		return
	}
	// What repeats after less than 8 bytes is laid out in a word, and the word moves by whole repeats.
	bits := 8 * uint(offset)
	word := le.Uint64(out[at-offset:]) & (1<<bits - 1)
	for ; bits < 64; bits *= 2 {
		word |= word << bits
	}
	step := 8 / offset * offset
	for to := out[at:]; len(to) > 8; to = to[step:] {
		le.PutUint64(to, word)
	}
}
