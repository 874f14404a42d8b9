//go:build !purego

package filter

// decodeLZ4AVX2 decodes sequences of the LZ4 block of length bytes at packed to out while it can be sure of what it does, and returns how many
// bytes of both those take that it has done. It stops before what is wrong, and near the ends of
// what may be read and written: it reads less than readable bytes of packed, and writes at most room and lz4Margin bytes, of which
// those after the sequences mean nothing. repeats is lz4Repeats.
//
//go:noescape
func decodeLZ4AVX2(out *byte, room int, packed *byte, length, readable int, repeats *[17][32]byte) (read, written int)

// lz4Repeats are orders of bytes: row k repeats the first k bytes of a register.
var lz4Repeats = func() (rows [17][32]byte) {
	for k := 1; k < len(rows); k++ {
		for i := range rows[k] {
			rows[k][i] = byte(i % k)
		}
	}
	return rows
}()

// unpackLZ4Within decodes the LZ4 block stored[:length] to out[:n], which it fills. What else there is of both makes it faster: it may read
// all of stored, and overwrites up to lz4Margin bytes that out has beyond n.
func unpackLZ4Within(out []byte, n int, stored []byte, length int) error {
	room := min(n, len(out)-lz4Margin)
	if !vectors || room <= 0 || length == 0 {
		return unpackLZ4Library(out[:n], stored[:length])
	}
	read, written := decodeLZ4AVX2(&out[0], room, &stored[0], length, len(stored), &lz4Repeats)
	return finishLZ4(out[:n], stored[:length], read, written)
}

// finishLZ4 decodes the sequences of a block from the one at packed[read] on, whose bytes begin at out[written].
func finishLZ4(out, packed []byte, read, written int) error {
	if read > len(packed) {
		return corrupt("an LZ4 block that ends within a sequence")
	}
	for read < len(packed) {
		token := packed[read]
		literals, at, err := lz4Length(packed, read+1, int(token>>4))
		if err != nil {
			return err
		}
		if literals > len(packed)-at || written > len(out) || literals > len(out)-written {
			return corrupt("%d literals in an LZ4 block where %d bytes are left and there is room for %d", literals, len(packed)-at, len(out)-written)
		}
		copy(out[written:], packed[at:at+literals])
		written += literals
		read = at + literals
		if read == len(packed) {
			if token&15 != 0 {
				return corrupt("an LZ4 block that ends within a sequence")
			}
			break
		}
		if len(packed)-read < 2 {
			return corrupt("an LZ4 block that ends within a sequence")
		}
		offset := int(le.Uint16(packed[read:]))
		length, at, err := lz4Length(packed, read+2, int(token&15))
		if err != nil {
			return err
		}
		read, length = at, length+lz4MinMatch
		if offset == 0 || offset > written || length > len(out)-written {
			return corrupt("a match of %d bytes from %d bytes before in an LZ4 block where %d bytes are done and there is room for %d", length, offset, written, len(out)-written)
		}
		for first, end := written-offset, written+length; written < end; {
			written += copy(out[written:end], out[first:written])
		}
	}
	if written != len(out) {
		return corrupt("an LZ4 block holds %d bytes where there should be %d", written, len(out))
	}
	return nil
}

// lz4Length is a length whose first four bits the token has, and the place of what follows it.
func lz4Length(packed []byte, at, bits int) (length, after int, err error) {
	length = bits
	if bits < 15 {
		return length, at, nil
	}
	for ; at < len(packed); at++ {
		length += int(packed[at])
		if packed[at] < 255 {
			return length, at + 1, nil
		}
	}
	return 0, 0, corrupt("an LZ4 block that ends within a length")
}
