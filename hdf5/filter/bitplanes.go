package filter

// Bit planes: plane p holds bit p%8, counted from the least, of byte p/8 of every element; within a plane element i
// is bit i%8 of byte i/8. A block of n elements, n a multiple of 8, has its planes of n/8 bytes one after another.
//
// unshuffleBits and shuffleBits leave to the vector kernels of the machine (planes_amd64.go) what these can do. What is in this
// file works everywhere.
//
// The portable kernels take 64 elements at a time. One word of each of the eight planes of a byte holds, in its byte g, a row
// of the 8×8 bit matrix of elements 8g to 8g+7; eight such matrices are transposed at once (transposeBits), after
// which byte g of word i is a byte of element 8g+i. What remains is a transposition of bytes, arranged so that each
// of its steps works on whole words too, and each result word goes to its place with one store.

// elementsAtOnce is how many elements the kernels take at a time: the bits of a word.
const elementsAtOnce = 64

// unshuffleBits turns the bit planes of a block into its n elements of size bytes; n is a multiple of 8.
func unshuffleBits(raw, planes []byte, size, n int) {
	if done := unshuffleBitsVector(raw, planes, size, n); done > 0 {
		unshuffleBitsOfEight(raw, planes, size, n, done)
		return
	}
	done := n &^ (elementsAtOnce - 1)
	switch size {
	case 1:
		unshuffleBits1(raw, planes, n)
	case 2:
		unshuffleBits2(raw, planes, n)
	case 4:
		unshuffleBits4(raw, planes, n)
	case 8:
		unshuffleBits8(raw, planes, n)
	default:
		unshuffleBitsAny(raw, planes, size, n)
	}
	unshuffleBitsOfEight(raw, planes, size, n, done)
}

// shuffleBits is the inverse of unshuffleBits.
func shuffleBits(planes, raw []byte, size, n int) {
	if done := shuffleBitsVector(planes, raw, size, n); done > 0 {
		shuffleBitsOfEight(planes, raw, size, n, done)
		return
	}
	done := n &^ (elementsAtOnce - 1)
	switch size {
	case 1:
		shuffleBits1(planes, raw, n)
	case 2:
		shuffleBits2(planes, raw, n)
	case 4:
		shuffleBits4(planes, raw, n)
	case 8:
		shuffleBits8(planes, raw, n)
	default:
		shuffleBitsAny(planes, raw, size, n)
	}
	shuffleBitsOfEight(planes, raw, size, n, done)
}

// transposeBits transposes eight 8×8 bit matrices at once: bit c of byte g of word r becomes bit r of byte g of word c.
func transposeBits(w0, w1, w2, w3, w4, w5, w6, w7 uint64) (r0, r1, r2, r3, r4, r5, r6, r7 uint64) {
	w0, w1 = exchange(w0, w1, 1, mask1)
	w2, w3 = exchange(w2, w3, 1, mask1)
	w4, w5 = exchange(w4, w5, 1, mask1)
	w6, w7 = exchange(w6, w7, 1, mask1)
	w0, w2 = exchange(w0, w2, 2, mask2)
	w1, w3 = exchange(w1, w3, 2, mask2)
	w4, w6 = exchange(w4, w6, 2, mask2)
	w5, w7 = exchange(w5, w7, 2, mask2)
	w0, w4 = exchange(w0, w4, 4, mask4)
	w1, w5 = exchange(w1, w5, 4, mask4)
	w2, w6 = exchange(w2, w6, 4, mask4)
	w3, w7 = exchange(w3, w7, 4, mask4)
	return w0, w1, w2, w3, w4, w5, w6, w7
}

// loadPlanes transposes 64 elements' bits of the eight planes at planes[0], planes[stride], …: word i of the result
// holds a byte of the elements 8g+i. It says false, and leaves the words alone, where all bits are zero, as the high
// bits of detector data mostly are.
func loadPlanes(words *[8]uint64, planes []byte, stride int) bool {
	_ = planes[7*stride+7]
	w0, w1, w2, w3 := le.Uint64(planes), le.Uint64(planes[stride:]), le.Uint64(planes[2*stride:]), le.Uint64(planes[3*stride:])
	w4, w5, w6, w7 := le.Uint64(planes[4*stride:]), le.Uint64(planes[5*stride:]), le.Uint64(planes[6*stride:]), le.Uint64(planes[7*stride:])
	if w0|w1|w2|w3|w4|w5|w6|w7 == 0 {
		return false
	}
	words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7] = transposeBits(w0, w1, w2, w3, w4, w5, w6, w7)
	return true
}

// storePlanes is the inverse of loadPlanes.
func storePlanes(planes []byte, stride int, words *[8]uint64) {
	w0, w1, w2, w3, w4, w5, w6, w7 := transposeBits(words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
	le.PutUint64(planes, w0)
	le.PutUint64(planes[stride:], w1)
	le.PutUint64(planes[2*stride:], w2)
	le.PutUint64(planes[3*stride:], w3)
	le.PutUint64(planes[4*stride:], w4)
	le.PutUint64(planes[5*stride:], w5)
	le.PutUint64(planes[6*stride:], w6)
	le.PutUint64(planes[7*stride:], w7)
}

// transposeMatrix transposes one 8×8 bit matrix, one row a byte.
func transposeMatrix(x uint64) uint64 {
	t := (x ^ x>>7) & 0x00aa00aa00aa00aa
	x ^= t ^ t<<7
	t = (x ^ x>>14) & 0x0000cccc0000cccc
	x ^= t ^ t<<14
	t = (x ^ x>>28) & 0x00000000f0f0f0f0
	return x ^ t ^ t<<28
}
