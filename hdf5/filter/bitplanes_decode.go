package filter

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
