package filter

func shuffleBits1(planes, raw []byte, n int) {
	stride := n / 8
	var w [8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		o := raw[first : first+elementsAtOnce]
		w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7] = transposeBytes(
			le.Uint64(o), le.Uint64(o[8:]), le.Uint64(o[16:]), le.Uint64(o[24:]),
			le.Uint64(o[32:]), le.Uint64(o[40:]), le.Uint64(o[48:]), le.Uint64(o[56:]))
		storePlanes(planes[first/8:], stride, &w)
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

func shuffleBits4(planes, raw []byte, n int) {
	stride := n / 8
	var w [4][8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		from := raw[4*first : 4*(first+elementsAtOnce)]
		for i := 0; i < 8; i += 2 { // elements 8g+i and 8g+i+1
			o := from[4*i : 4*i+232]
			a0, a1, a2, a3 := le.Uint64(o[0:]), le.Uint64(o[32:]), le.Uint64(o[64:]), le.Uint64(o[96:])
			b0, b1, b2, b3 := le.Uint64(o[128:]), le.Uint64(o[160:]), le.Uint64(o[192:]), le.Uint64(o[224:])
			a0, b0 = exchange(a0, b0, 32, mask32)
			a1, b1 = exchange(a1, b1, 32, mask32)
			a2, b2 = exchange(a2, b2, 32, mask32)
			a3, b3 = exchange(a3, b3, 32, mask32)
			a0, a2 = exchange(a0, a2, 16, mask16)
			a1, a3 = exchange(a1, a3, 16, mask16)
			b0, b2 = exchange(b0, b2, 16, mask16)
			b1, b3 = exchange(b1, b3, 16, mask16)
			w[0][i], w[1][i] = exchange(a0, a1, 8, mask8)
			w[2][i], w[3][i] = exchange(a2, a3, 8, mask8)
			w[0][i+1], w[1][i+1] = exchange(b0, b1, 8, mask8)
			w[2][i+1], w[3][i+1] = exchange(b2, b3, 8, mask8)
		}
		for k := range w {
			storePlanes(planes[first/8+8*k*stride:], stride, &w[k])
		}
	}
}

func shuffleBits8(planes, raw []byte, n int) {
	stride := n / 8
	var w [8][8]uint64
	for first := 0; first+elementsAtOnce <= n; first += elementsAtOnce {
		from := raw[8*first : 8*(first+elementsAtOnce)]
		for i := range 8 { // elements 8g+i
			o := from[8*i : 8*i+456]
			w[0][i], w[1][i], w[2][i], w[3][i], w[4][i], w[5][i], w[6][i], w[7][i] = transposeBytes(
				le.Uint64(o[0:]), le.Uint64(o[64:]), le.Uint64(o[128:]), le.Uint64(o[192:]),
				le.Uint64(o[256:]), le.Uint64(o[320:]), le.Uint64(o[384:]), le.Uint64(o[448:]))
		}
		for k := range w {
			storePlanes(planes[first/8+8*k*stride:], stride, &w[k])
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
			if width == 8 {
				splitPlanes8(tile[:], elementsAtOnce, from[k:], size, elementsAtOnce)
			} else {
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
