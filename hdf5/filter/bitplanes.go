package filter

// Bit planes: plane p holds bit p%8, counted from the least, of byte p/8 of every element; within a plane element i is bit i%8 of byte i/8. A block of n elements, n a
// multiple of 8, has its planes of n/8 bytes one after another.
//
// unshuffleBits and shuffleBits are the places for faster kernels of particular machines; what is in this file works everywhere and is what such kernels are tested against.
//
// The kernels take 64 elements at a time. One word of each of the eight planes of a byte holds, in its byte g, a row of the 8×8 bit matrix of elements 8g to 8g+7; eight such
// matrices are transposed at once (transposeBits), after which byte g of word i is a byte of element 8g+i. What remains is a transposition of bytes, arranged so that each
// of its steps works on whole words too, and each result word goes to its place with one store.

// elementsAtOnce is how many elements the kernels take at a time: the bits of a word.
const elementsAtOnce = 64

// unshuffleBits turns the bit planes of a block into its n elements of size bytes; n is a multiple of 8.
func unshuffleBits(raw, planes []byte, size, n int) {
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
	done := n &^ (elementsAtOnce - 1)
	if size == 2 {
		shuffleBits2(planes, raw, n)
	} else {
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

// loadPlanes transposes 64 elements' bits of the eight planes at planes[0], planes[stride], …: word i of the result holds a byte of the elements 8g+i.
// It says false, and leaves the words alone, where all bits are zero, as the high bits of detector data mostly are.
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

func unshuffleBits1(raw, planes []byte, n int) {
	stride := n / 8
	var w [8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		out := raw[first : first+elementsAtOnce]
		if !loadPlanes(&w, planes[first/8:], stride) {
			clear(out)
			continue
		}
		w0, w1, w2, w3, w4, w5, w6, w7 := transposeBytes(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
		le.PutUint64(out, w0)
		le.PutUint64(out[8:], w1)
		le.PutUint64(out[16:], w2)
		le.PutUint64(out[24:], w3)
		le.PutUint64(out[32:], w4)
		le.PutUint64(out[40:], w5)
		le.PutUint64(out[48:], w6)
		le.PutUint64(out[56:], w7)
	}
}

func unshuffleBits2(raw, planes []byte, n int) {
	stride := n / 8
	var low, high [8]uint64
	highSet := false // high holds something
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		out := raw[2*first : 2*(first+elementsAtOnce)]
		lowAny := loadPlanes(&low, planes[first/8:], stride)
		highAny := loadPlanes(&high, planes[first/8+8*stride:], stride)
		if !lowAny {
			if !highAny {
				clear(out)
				continue
			}
			clear(low[:])
		}
		if !highAny && highSet {
			clear(high[:])
		}
		highSet = highAny
		for half := 0; half < 8; half += 4 { // elements 8g+half to 8g+half+3
			a0, b0 := exchange(low[half], high[half], 8, mask8) // a: g even, b: g odd
			a1, b1 := exchange(low[half+1], high[half+1], 8, mask8)
			a2, b2 := exchange(low[half+2], high[half+2], 8, mask8)
			a3, b3 := exchange(low[half+3], high[half+3], 8, mask8)
			a0, a1 = exchange(a0, a1, 16, mask16)
			a2, a3 = exchange(a2, a3, 16, mask16)
			b0, b1 = exchange(b0, b1, 16, mask16)
			b2, b3 = exchange(b2, b3, 16, mask16)
			a0, a2 = exchange(a0, a2, 32, mask32)
			a1, a3 = exchange(a1, a3, 32, mask32)
			b0, b2 = exchange(b0, b2, 32, mask32)
			b1, b3 = exchange(b1, b3, 32, mask32)
			o := out[2*half : 2*half+120]
			le.PutUint64(o[0:], a0)
			le.PutUint64(o[16:], b0)
			le.PutUint64(o[32:], a1)
			le.PutUint64(o[48:], b1)
			le.PutUint64(o[64:], a2)
			le.PutUint64(o[80:], b2)
			le.PutUint64(o[96:], a3)
			le.PutUint64(o[112:], b3)
		}
	}
}

func shuffleBits2(planes, raw []byte, n int) {
	stride := n / 8
	var low, high [8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		from := raw[2*first : 2*(first+elementsAtOnce)]
		for half := 0; half < 8; half += 4 {
			o := from[2*half : 2*half+120]
			a0, b0, a1, b1 := le.Uint64(o[0:]), le.Uint64(o[16:]), le.Uint64(o[32:]), le.Uint64(o[48:])
			a2, b2, a3, b3 := le.Uint64(o[64:]), le.Uint64(o[80:]), le.Uint64(o[96:]), le.Uint64(o[112:])
			a0, a2 = exchange(a0, a2, 32, mask32)
			a1, a3 = exchange(a1, a3, 32, mask32)
			b0, b2 = exchange(b0, b2, 32, mask32)
			b1, b3 = exchange(b1, b3, 32, mask32)
			a0, a1 = exchange(a0, a1, 16, mask16)
			a2, a3 = exchange(a2, a3, 16, mask16)
			b0, b1 = exchange(b0, b1, 16, mask16)
			b2, b3 = exchange(b2, b3, 16, mask16)
			low[half], high[half] = exchange(a0, b0, 8, mask8)
			low[half+1], high[half+1] = exchange(a1, b1, 8, mask8)
			low[half+2], high[half+2] = exchange(a2, b2, 8, mask8)
			low[half+3], high[half+3] = exchange(a3, b3, 8, mask8)
		}
		storePlanes(planes[first/8:], stride, &low)
		storePlanes(planes[first/8+8*stride:], stride, &high)
	}
}

func unshuffleBits4(raw, planes []byte, n int) {
	stride := n / 8
	var w [4][8]uint64
	var set [4]bool // w[k] holds something
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		out := raw[4*first : 4*(first+elementsAtOnce)]
		anything := false
		for k := range w {
			found := loadPlanes(&w[k], planes[first/8+8*k*stride:], stride)
			if !found && set[k] {
				clear(w[k][:])
			}
			set[k] = found
			anything = anything || found
		}
		if !anything {
			clear(out)
			continue
		}
		for i := 0; i < 8; i += 2 { // elements 8g+i and 8g+i+1
			a0, a1 := exchange(w[0][i], w[1][i], 8, mask8)
			b0, b1 := exchange(w[0][i+1], w[1][i+1], 8, mask8)
			a2, a3 := exchange(w[2][i], w[3][i], 8, mask8)
			b2, b3 := exchange(w[2][i+1], w[3][i+1], 8, mask8)
			a0, a2 = exchange(a0, a2, 16, mask16)
			a1, a3 = exchange(a1, a3, 16, mask16)
			b0, b2 = exchange(b0, b2, 16, mask16)
			b1, b3 = exchange(b1, b3, 16, mask16)
			a0, b0 = exchange(a0, b0, 32, mask32) // a: g, b: g+4
			a1, b1 = exchange(a1, b1, 32, mask32)
			a2, b2 = exchange(a2, b2, 32, mask32)
			a3, b3 = exchange(a3, b3, 32, mask32)
			o := out[4*i : 4*i+232]
			le.PutUint64(o[0:], a0)
			le.PutUint64(o[32:], a1)
			le.PutUint64(o[64:], a2)
			le.PutUint64(o[96:], a3)
			le.PutUint64(o[128:], b0)
			le.PutUint64(o[160:], b1)
			le.PutUint64(o[192:], b2)
			le.PutUint64(o[224:], b3)
		}
	}
}

func unshuffleBits8(raw, planes []byte, n int) {
	stride := n / 8
	var w [8][8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		out := raw[8*first : 8*(first+elementsAtOnce)]
		for k := range w {
			if !loadPlanes(&w[k], planes[first/8+8*k*stride:], stride) {
				clear(w[k][:])
			}
		}
		for i := range 8 { // elements 8g+i
			w0, w1, w2, w3, w4, w5, w6, w7 := transposeBytes(w[0][i], w[1][i], w[2][i], w[3][i], w[4][i], w[5][i], w[6][i], w[7][i])
			o := out[8*i : 8*i+456]
			le.PutUint64(o[0:], w0)
			le.PutUint64(o[64:], w1)
			le.PutUint64(o[128:], w2)
			le.PutUint64(o[192:], w3)
			le.PutUint64(o[256:], w4)
			le.PutUint64(o[320:], w5)
			le.PutUint64(o[384:], w6)
			le.PutUint64(o[448:], w7)
		}
	}
}

// unshuffleBitsAny makes byte planes of up to eight bytes of 64 elements first, and joins those.
func unshuffleBitsAny(raw, planes []byte, size, n int) {
	stride := n / 8
	var tile [8 * elementsAtOnce]byte
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		out := raw[first*size:]
		for k := 0; k < size; {
			width := min(8, size-k)
			unshuffleBytePlanes(&tile, planes[first/8+8*k*stride:], stride, width)
			if width == 8 {
				joinPlanes8(out[k:], size, tile[:], elementsAtOnce, elementsAtOnce)
			} else {
				for j := range width {
					joinPlane(out[k+j:], size, tile[j*elementsAtOnce:], elementsAtOnce, 0)
				}
			}
			k += width
		}
	}
}

// unshuffleBytePlanes turns the bit planes of width bytes of 64 elements into as many byte planes.
func unshuffleBytePlanes(tile *[8 * elementsAtOnce]byte, planes []byte, stride, width int) {
	var w [8]uint64
	for j := range width {
		out := tile[j*elementsAtOnce : (j+1)*elementsAtOnce]
		if !loadPlanes(&w, planes[8*j*stride:], stride) {
			clear(out)
			continue
		}
		w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7] = transposeBytes(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
		for g, word := range w {
			le.PutUint64(out[8*g:], word)
		}
	}
}

func shuffleBitsAny(planes, raw []byte, size, n int) {
	stride := n / 8
	var tile [8 * elementsAtOnce]byte
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		from := raw[first*size:]
		for k := 0; k < size; {
			width := min(8, size-k)
			switch {
			case width == 8:
				splitPlanes8(tile[:], elementsAtOnce, from[k:], size, elementsAtOnce)
			case size == 4:
				splitPlanes4(tile[:], elementsAtOnce, from, elementsAtOnce)
			default:
				for j := range width {
					splitPlane(tile[j*elementsAtOnce:], from[k+j:], size, elementsAtOnce, 0)
				}
			}
			shuffleBytePlanes(planes[first/8+8*k*stride:], stride, &tile, width)
			k += width
		}
	}
}

func shuffleBytePlanes(planes []byte, stride int, tile *[8 * elementsAtOnce]byte, width int) {
	var w [8]uint64
	for j := range width {
		from := tile[j*elementsAtOnce : (j+1)*elementsAtOnce]
		for g := range w {
			w[g] = le.Uint64(from[8*g:])
		}
		w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7] = transposeBytes(w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7])
		storePlanes(planes[8*j*stride:], stride, &w)
	}
}

// unshuffleBitsOfEight does the elements from first on, eight at a time.
func unshuffleBitsOfEight(raw, planes []byte, size, n, first int) {
	stride := n / 8
	for ; first < n; first += 8 {
		for k := range size {
			var rows uint64
			for bit := range 8 {
				rows |= uint64(planes[(8*k+bit)*stride+first/8]) << (8 * bit)
			}
			rows = transposeMatrix(rows)
			for i := range 8 {
				raw[(first+i)*size+k] = byte(rows >> (8 * i))
			}
		}
	}
}

func shuffleBitsOfEight(planes, raw []byte, size, n, first int) {
	stride := n / 8
	for ; first < n; first += 8 {
		for k := range size {
			var rows uint64
			for i := range 8 {
				rows |= uint64(raw[(first+i)*size+k]) << (8 * i)
			}
			rows = transposeMatrix(rows)
			for bit := range 8 {
				planes[(8*k+bit)*stride+first/8] = byte(rows >> (8 * bit))
			}
		}
	}
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
