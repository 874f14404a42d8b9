//go:build !purego

package filter

import "golang.org/x/sys/cpu"

// vectors says whether the machine has the instructions of the kernels below.
var vectors = cpu.X86.HasAVX2

// The kernels of bits take multiples of vectorBits elements, except splitBitsAVX2, which like the kernels of bytes takes multiples of vectorBytes. n is never 0.
const (
	vectorBits  = 256
	vectorBytes = 32
)

// joinBitsAVX2 makes n bytes of one plane of bytes from its eight planes of bits, which are stride bytes apart.
//
//go:noescape
func joinBitsAVX2(plane, rows *byte, stride, n int)

// splitBitsAVX2 is the inverse of joinBitsAVX2.
//
//go:noescape
func splitBitsAVX2(rows *byte, stride int, plane *byte, n int)

// joinBits2AVX2 and joinBits4AVX2 make n elements of 2 and 4 bytes from all their planes of bits, which are stride bytes apart.
//
//go:noescape
func joinBits2AVX2(raw, planes *byte, stride, n int)

//go:noescape
func joinBits4AVX2(raw, planes *byte, stride, n int)

// joinPlanes2AVX2, joinPlanes4AVX2 and joinPlanes8AVX2 make n elements of 2, 4 and 8 bytes from their planes of bytes, which are
// stride bytes apart.
//
//go:noescape
func joinPlanes2AVX2(raw, rows *byte, stride, n int)

//go:noescape
func joinPlanes4AVX2(raw, rows *byte, stride, n int)

//go:noescape
func joinPlanes8AVX2(raw, rows *byte, stride, n int)

// splitPlanes2AVX2 and splitPlanes4AVX2 are the inverses of joinPlanes2AVX2 and joinPlanes4AVX2.
//
//go:noescape
func splitPlanes2AVX2(rows *byte, stride int, raw *byte, n int)

//go:noescape
func splitPlanes4AVX2(rows *byte, stride int, raw *byte, n int)

// joinPlanesVector does what joinPlanes2, 4 and 8 do for as many elements as the kernels can, and returns how many these are.
func joinPlanesVector(raw, planes []byte, size, stride, n int) (done int) {
	done = n &^ (vectorBytes - 1)
	if !vectors || done == 0 {
		return 0
	}
	_, _ = raw[done*size-1], planes[(size-1)*stride+done-1]
	switch size {
	case 2:
		joinPlanes2AVX2(&raw[0], &planes[0], stride, done)
	case 4:
		joinPlanes4AVX2(&raw[0], &planes[0], stride, done)
	case 8:
		joinPlanes8AVX2(&raw[0], &planes[0], stride, done)
	default:
		return 0
	}
	return done
}

// splitPlanesVector is the inverse of joinPlanesVector, for 2 and 4 bytes.
func splitPlanesVector(planes []byte, stride int, raw []byte, size, n int) (done int) {
	done = n &^ (vectorBytes - 1)
	if !vectors || done == 0 {
		return 0
	}
	_, _ = raw[done*size-1], planes[(size-1)*stride+done-1]
	switch size {
	case 2:
		splitPlanes2AVX2(&planes[0], stride, &raw[0], done)
	case 4:
		splitPlanes4AVX2(&planes[0], stride, &raw[0], done)
	default:
		return 0
	}
	return done
}

// tileBytes is the size of the planes of bytes that stand between planes of bits and elements where no kernel makes the one of the other: they stay in
// the nearest cache.
const tileBytes = 4096

// unshuffleBitsVector does what unshuffleBits does for as many elements as the kernels can, and returns how many these are.
func unshuffleBitsVector(raw, planes []byte, size, n int) (done int) {
	if !vectors || n < vectorBits || size > 8 || size&(size-1) != 0 {
		return 0
	}
	done = n &^ (vectorBits - 1)
	stride := n / 8
	_, _ = raw[done*size-1], planes[8*size*stride-1]
	switch size {
	case 1:
		joinBitsAVX2(&raw[0], &planes[0], stride, done)
	case 2:
		joinBits2AVX2(&raw[0], &planes[0], stride, done)
	case 4:
		joinBits4AVX2(&raw[0], &planes[0], stride, done)
	case 8:
		unshuffleBits8Vector(raw, planes, stride, done)
	}
	return done
}

func unshuffleBits8Vector(raw, planes []byte, stride, n int) {
	const size = 8
	var tile [tileBytes]byte
	for first := 0; first < n; first += tileBytes / size {
		m := min(tileBytes/size, n-first)
		for k := range size {
			joinBitsAVX2(&tile[k*m], &planes[8*k*stride+first/8], stride, m)
		}
		joinPlanes8AVX2(&raw[first*size], &tile[0], m, m)
	}
}

// shuffleBitsVector is the inverse of unshuffleBitsVector.
func shuffleBitsVector(planes, raw []byte, size, n int) (done int) {
	if !vectors || n < vectorBits || size > 8 || size&(size-1) != 0 {
		return 0
	}
	done = n &^ (vectorBits - 1)
	stride := n / 8
	_, _ = raw[done*size-1], planes[8*size*stride-1]
	if size == 1 {
		splitBitsAVX2(&planes[0], stride, &raw[0], done)
		return done
	}
	var tile [tileBytes]byte
	for first := 0; first < done; first += tileBytes / size {
		m := min(tileBytes/size, done-first)
		from := raw[first*size:]
		if size == 8 {
			splitPlanes8(tile[:], m, from, size, m)
		} else {
			splitPlanesVector(tile[:], m, from, size, m)
		}
		for k := range size {
			splitBitsAVX2(&planes[8*k*stride+first/8], stride, &tile[k*m], m)
		}
	}
	return done
}
