package filter

import "encoding/binary"

// Byte planes: plane k holds byte k of every element. The work is that of a matrix transposition, done on eight bytes
// in a register at once, or by the machine's vector kernels as far as these go. In all functions here element i lies at raw[i*pitch], and plane k at planes[k*stride].

var le = binary.LittleEndian

// exchange swaps, in the places that mask names, the fields of a that lie shift bits higher with the fields of b: one
// step of the transposition of a matrix of which a and b are rows.
func exchange(a, b uint64, shift uint, mask uint64) (uint64, uint64) {
	t := (a>>shift ^ b) & mask
	return a ^ t<<shift, b ^ t
}

// The masks of exchange for fields of 1, 2, 4, 8, 16 and 32 bits.
const (
	mask1  = 0x5555555555555555
	mask2  = 0x3333333333333333
	mask4  = 0x0f0f0f0f0f0f0f0f
	mask8  = 0x00ff00ff00ff00ff
	mask16 = 0x0000ffff0000ffff
	mask32 = 0x00000000ffffffff
)

// unshuffleBytes turns size planes of n bytes each into n elements of size bytes.
func unshuffleBytes(raw, planes []byte, size, n int) {
	switch size {
	case 1:
		copy(raw[:n], planes)
		return
	case 2:
		joinPlanes2(raw, planes, n, n)
		return
	case 4:
		joinPlanes4(raw, planes, n, n)
		return
	}
	for k := 0; k < size; {
		if size-k >= 8 {
			joinPlanes8(raw[k:], size, planes[k*n:], n, n)
			k += 8
			continue
		}
		joinPlane(raw[k:], size, planes[k*n:], n, 0)
		k++
	}
}

// shuffleBytes is the inverse of unshuffleBytes.
func shuffleBytes(planes, raw []byte, size, n int) {
	switch size {
	case 1:
		copy(planes[:n], raw)
		return
	case 2:
		splitPlanes2(planes, n, raw, n)
		return
	case 4:
		splitPlanes4(planes, n, raw, n)
		return
	}
	for k := 0; k < size; {
		if size-k >= 8 {
			splitPlanes8(planes[k*n:], n, raw[k:], size, n)
			k += 8
			continue
		}
		splitPlane(planes[k*n:], raw[k:], size, n, 0)
		k++
	}
}

// joinPlane puts one plane's bytes from element first on into their elements.
func joinPlane(raw []byte, pitch int, plane []byte, n, first int) {
	at := first * pitch
	for _, b := range plane[first:n] {
		raw[at] = b
		at += pitch
	}
}

// splitPlane is the inverse of joinPlane.
func splitPlane(plane, raw []byte, pitch, n, first int) {
	at := first * pitch
	plane = plane[first:n]
	for i := range plane {
		plane[i] = raw[at]
		at += pitch
	}
}

// joinPlanes2 joins the planes of n elements of 2 bytes that lie one after another.
func joinPlanes2(raw, planes []byte, stride, n int) {
	p0, p1 := planes[:n], planes[stride:stride+n]
	raw = raw[:2*n]
	i := joinPlanesVector(raw, planes, 2, stride, n)
	for ; i+8 <= n; i += 8 {
		a, b := exchange(le.Uint64(p0[i:]), le.Uint64(p1[i:]), 8, mask8)
		a, b = exchange(a, b, 16, mask16)
		a, b = exchange(a, b, 32, mask32)
		out := raw[2*i : 2*i+16]
		le.PutUint64(out, a)
		le.PutUint64(out[8:], b)
	}
	joinPlane(raw, 2, p0, n, i)
	joinPlane(raw[min(1, len(raw)):], 2, p1, n, i)
}

func splitPlanes2(planes []byte, stride int, raw []byte, n int) {
	p0, p1 := planes[:n], planes[stride:stride+n]
	raw = raw[:2*n]
	i := splitPlanesVector(planes, stride, raw, 2, n)
	for ; i+8 <= n; i += 8 {
		from := raw[2*i : 2*i+16]
		a, b := exchange(le.Uint64(from), le.Uint64(from[8:]), 32, mask32)
		a, b = exchange(a, b, 16, mask16)
		a, b = exchange(a, b, 8, mask8)
		le.PutUint64(p0[i:], a)
		le.PutUint64(p1[i:], b)
	}
	splitPlane(p0, raw, 2, n, i)
	splitPlane(p1, raw[min(1, len(raw)):], 2, n, i)
}

// joinPlanes4 joins the planes of n elements of 4 bytes that lie one after another.
func joinPlanes4(raw, planes []byte, stride, n int) {
	p0, p1, p2, p3 := planes[:n], planes[stride:stride+n], planes[2*stride:2*stride+n], planes[3*stride:3*stride+n]
	raw = raw[:4*n]
	i := joinPlanesVector(raw, planes, 4, stride, n)
	for ; i+8 <= n; i += 8 {
		a, b, c, d := le.Uint64(p0[i:]), le.Uint64(p1[i:]), le.Uint64(p2[i:]), le.Uint64(p3[i:])
		a, b = exchange(a, b, 8, mask8)
		c, d = exchange(c, d, 8, mask8)
		a, c = exchange(a, c, 16, mask16) // elements 0, 4 and 2, 6
		b, d = exchange(b, d, 16, mask16) // elements 1, 5 and 3, 7
		a, b = exchange(a, b, 32, mask32)
		c, d = exchange(c, d, 32, mask32)
		out := raw[4*i : 4*i+32]
		le.PutUint64(out, a)
		le.PutUint64(out[8:], c)
		le.PutUint64(out[16:], b)
		le.PutUint64(out[24:], d)
	}
	for k, p := range [4][]byte{p0, p1, p2, p3} {
		joinPlane(raw[min(k, len(raw)):], 4, p, n, i)
	}
}

func splitPlanes4(planes []byte, stride int, raw []byte, n int) {
	p0, p1, p2, p3 := planes[:n], planes[stride:stride+n], planes[2*stride:2*stride+n], planes[3*stride:3*stride+n]
	raw = raw[:4*n]
	i := splitPlanesVector(planes, stride, raw, 4, n)
	for ; i+8 <= n; i += 8 {
		from := raw[4*i : 4*i+32]
		a, c, b, d := le.Uint64(from), le.Uint64(from[8:]), le.Uint64(from[16:]), le.Uint64(from[24:])
		a, b = exchange(a, b, 32, mask32)
		c, d = exchange(c, d, 32, mask32)
		a, c = exchange(a, c, 16, mask16)
		b, d = exchange(b, d, 16, mask16)
		a, b = exchange(a, b, 8, mask8)
		c, d = exchange(c, d, 8, mask8)
		le.PutUint64(p0[i:], a)
		le.PutUint64(p1[i:], b)
		le.PutUint64(p2[i:], c)
		le.PutUint64(p3[i:], d)
	}
	for k, p := range [4][]byte{p0, p1, p2, p3} {
		splitPlane(p, raw[min(k, len(raw)):], 4, n, i)
	}
}

// joinPlanes8 joins eight planes into the first eight bytes of n elements pitch bytes apart.
func joinPlanes8(raw []byte, pitch int, planes []byte, stride, n int) {
	var p [8][]byte
	for k := range p {
		p[k] = planes[k*stride : k*stride+n]
	}
	i := 0
	if pitch == 8 {
		i = joinPlanesVector(raw, planes, 8, stride, n)
	}
	for ; i+8 <= n; i += 8 {
		w0, w1, w2, w3, w4, w5, w6, w7 := transposeBytes(
			le.Uint64(p[0][i:]), le.Uint64(p[1][i:]), le.Uint64(p[2][i:]), le.Uint64(p[3][i:]),
			le.Uint64(p[4][i:]), le.Uint64(p[5][i:]), le.Uint64(p[6][i:]), le.Uint64(p[7][i:]))
		at := i * pitch
		le.PutUint64(raw[at:], w0)
		le.PutUint64(raw[at+pitch:], w1)
		le.PutUint64(raw[at+2*pitch:], w2)
		le.PutUint64(raw[at+3*pitch:], w3)
		le.PutUint64(raw[at+4*pitch:], w4)
		le.PutUint64(raw[at+5*pitch:], w5)
		le.PutUint64(raw[at+6*pitch:], w6)
		le.PutUint64(raw[at+7*pitch:], w7)
	}
	for k := range p {
		joinPlane(raw[min(k, len(raw)):], pitch, p[k], n, i)
	}
}

func splitPlanes8(planes []byte, stride int, raw []byte, pitch, n int) {
	var p [8][]byte
	for k := range p {
		p[k] = planes[k*stride : k*stride+n]
	}
	i := 0
	for ; i+8 <= n; i += 8 {
		at := i * pitch
		w0, w1, w2, w3, w4, w5, w6, w7 := transposeBytes(
			le.Uint64(raw[at:]), le.Uint64(raw[at+pitch:]), le.Uint64(raw[at+2*pitch:]), le.Uint64(raw[at+3*pitch:]),
			le.Uint64(raw[at+4*pitch:]), le.Uint64(raw[at+5*pitch:]), le.Uint64(raw[at+6*pitch:]), le.Uint64(raw[at+7*pitch:]))
		le.PutUint64(p[0][i:], w0)
		le.PutUint64(p[1][i:], w1)
		le.PutUint64(p[2][i:], w2)
		le.PutUint64(p[3][i:], w3)
		le.PutUint64(p[4][i:], w4)
		le.PutUint64(p[5][i:], w5)
		le.PutUint64(p[6][i:], w6)
		le.PutUint64(p[7][i:], w7)
	}
	for k := range p {
		splitPlane(p[k], raw[min(k, len(raw)):], pitch, n, i)
	}
}

// transposeBytes transposes an 8×8 matrix of bytes, one row a word.
func transposeBytes(w0, w1, w2, w3, w4, w5, w6, w7 uint64) (r0, r1, r2, r3, r4, r5, r6, r7 uint64) {
	w0, w1 = exchange(w0, w1, 8, mask8)
	w2, w3 = exchange(w2, w3, 8, mask8)
	w4, w5 = exchange(w4, w5, 8, mask8)
	w6, w7 = exchange(w6, w7, 8, mask8)
	w0, w2 = exchange(w0, w2, 16, mask16)
	w1, w3 = exchange(w1, w3, 16, mask16)
	w4, w6 = exchange(w4, w6, 16, mask16)
	w5, w7 = exchange(w5, w7, 16, mask16)
	w0, w4 = exchange(w0, w4, 32, mask32)
	w1, w5 = exchange(w1, w5, 32, mask32)
	w2, w6 = exchange(w2, w6, 32, mask32)
	w3, w7 = exchange(w3, w7, 32, mask32)
	return w0, w1, w2, w3, w4, w5, w6, w7
}
