package hdf5

import (
	"fmt"
	"math"
	"unsafe"
)

// maxBoxRank bounds the axes of a box: 32 of a dataset and 32 of an array type.
const maxBoxRank = 64

// box is a strided box in memory and the same box in stored bytes, with as few axes as can be.
type box struct {
	rank     int
	dst, src [maxBoxRank]int // strides in bytes
	count    [maxBoxRank]int // at least 2, but for a box of one element, which has rank 0
	index    [maxBoxRank]int
}

func emptyBox(count []uint64) bool {
	for _, n := range count {
		if n == 0 {
			return true
		}
	}
	return false
}

// checkBox checks that the box lies in size bytes.
func checkBox(size, element int, stride []int64, count []uint64) error {
	last := uint64(0) // offset of the last element
	for i, n := range count {
		if stride[i] < 0 {
			return fmt.Errorf("hdf5: stride %d of axis %d is negative", stride[i], i)
		}
		if n == 1 || stride[i] == 0 {
			if n > math.MaxInt64 {
				return fmt.Errorf("hdf5: %d elements along axis %d", n, i)
			}
			continue
		}
		if n-1 > uint64(size)/uint64(stride[i]) {
			return fmt.Errorf("hdf5: %d elements at a stride of %d bytes do not lie in %d bytes", n, stride[i], size)
		}
		last += (n - 1) * uint64(stride[i]) // at most 64 times the size of a slice: no overflow
	}
	if element > size || last > uint64(size-element) {
		return fmt.Errorf("hdf5: a box that ends at byte %d of %d", last+uint64(element), size)
	}
	return nil
}

// set takes over a box that is not empty, drops axes of length one and joins axes that follow each other without a gap on both sides.
func (b *box) set(dst, src []int64, count []uint64) {
	b.rank = 0
	for i, n := range count {
		if n == 1 {
			continue
		}
		d, s, m := int(dst[i]), int(src[i]), int(n)
		if p := b.rank - 1; p >= 0 && b.dst[p] == d*m && b.src[p] == s*m {
			b.dst[p], b.src[p] = d, s
			b.count[p] *= m
			continue
		}
		b.dst[b.rank], b.src[b.rank], b.count[b.rank] = d, s, m
		b.rank++
	}
}

// shortRun is the length of a run below which a longer axis makes the better inner loop.
const shortRun = 16

// longestLast makes the longest axis the inner one when the last axis is short.
func (b *box) longestLast() {
	last := b.rank - 1
	if last < 1 || b.count[last] >= shortRun {
		return
	}
	longest := last
	for i := range last {
		if b.count[i] > b.count[longest] {
			longest = i
		}
	}
	b.dst[last], b.dst[longest] = b.dst[longest], b.dst[last]
	b.src[last], b.src[longest] = b.src[longest], b.src[last]
	b.count[last], b.count[longest] = b.count[longest], b.count[last]
}

// next steps the index of all axes before the last n and reports whether the box is done; the offsets follow.
func (b *box) next(inner int, d, s *int) bool {
	for i := b.rank - inner - 1; i >= 0; i-- {
		b.index[i]++
		*d += b.dst[i]
		*s += b.src[i]
		if b.index[i] < b.count[i] {
			return true
		}
		*d -= b.count[i] * b.dst[i]
		*s -= b.count[i] * b.src[i]
		b.index[i] = 0
	}
	return false
}

// each runs a kernel along the last axis, for every index of the others.
func (b *box) each(p *pass, k kernel, dst, src unsafe.Pointer) error {
	if b.rank == 0 {
		return k.run(p, dst, 0, src, 0, 1)
	}
	last := b.rank - 1
	d, s := 0, 0
	for {
		if err := k.run(p, unsafe.Add(dst, d), b.dst[last], unsafe.Add(src, s), b.src[last], b.count[last]); err != nil {
			return err
		}
		if !b.next(1, &d, &s) {
			return nil
		}
	}
}

// copyBytes copies elements of size bytes. What is contiguous on both sides counts as one larger element.
func (b *box) copyBytes(dst, src unsafe.Pointer, size int) {
	for b.rank > 0 && b.dst[b.rank-1] == size && b.src[b.rank-1] == size {
		b.rank--
		size *= b.count[b.rank]
	}
	if b.rank == 0 {
		copyMemory(dst, src, size)
		return
	}
	b.longestLast()
	last := b.rank - 1
	d, s := 0, 0
	for {
		copyRun(unsafe.Add(dst, d), b.dst[last], unsafe.Add(src, s), b.src[last], b.count[last], size)
		if !b.next(1, &d, &s) {
			return
		}
	}
}

// fillBytes sets every element to the bytes of element.
func (b *box) fillBytes(dst unsafe.Pointer, element []byte) {
	size := len(element)
	last := b.rank - 1
	if b.rank == 0 || b.dst[last] != size {
		from := unsafe.Pointer(&element[0])
		if b.rank == 0 {
			copyMemory(dst, from, size)
			return
		}
		d, s := 0, 0
		for {
			copyRun(unsafe.Add(dst, d), b.dst[last], from, 0, b.count[last], size)
			if !b.next(1, &d, &s) {
				return
			}
		}
	}
	zero := allZero(element)
	d, s := 0, 0
	for {
		row := unsafe.Slice((*byte)(unsafe.Add(dst, d)), size*b.count[last])
		if zero {
			clear(row)
		} else {
			// Doubling: each copy is of what is there already.
			for n := copy(row, element); n < len(row); n *= 2 {
				copy(row[n:], row[:n])
			}
		}
		if !b.next(1, &d, &s) {
			return
		}
	}
}

func allZero(b []byte) bool {
	for _, v := range b {
		if v != 0 {
			return false
		}
	}
	return true
}

func copyMemory(dst, src unsafe.Pointer, n int) {
	copy(unsafe.Slice((*byte)(dst), n), unsafe.Slice((*byte)(src), n))
}

// copyKernel copies elements as they are.
type copyKernel struct{ size int }

func (k copyKernel) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	copyRun(dst, dstStride, src, srcStride, n, k.size)
	return nil
}

// copyRun copies n elements of size bytes.
func copyRun(dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n, size int) {
	if dstStride == size && srcStride == size {
		copyMemory(dst, src, n*size)
		return
	}
	if dstStride == size && srcStride == 2*size {
		done := copyEverySecond(dst, src, n, size)
		dst, src, n = unsafe.Add(dst, done*size), unsafe.Add(src, done*2*size), n-done
	}
	switch size {
	case 1:
		copyStrided[uint8](dst, dstStride, src, srcStride, n)
	case 2:
		copyStrided[uint16](dst, dstStride, src, srcStride, n)
	case 4:
		copyStrided[uint32](dst, dstStride, src, srcStride, n)
	case 8:
		copyStrided[uint64](dst, dstStride, src, srcStride, n)
	case 16:
		copyStrided[[2]uint64](dst, dstStride, src, srcStride, n)
	default:
		for i := range n {
			copyMemory(unsafe.Add(dst, i*dstStride), unsafe.Add(src, i*srcStride), size)
		}
	}
}

func copyStrided[T any](dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) {
	d, s := 0, 0
	for ; n >= 4; n -= 4 {
		v0 := *(*T)(unsafe.Add(src, s))
		v1 := *(*T)(unsafe.Add(src, s+srcStride))
		v2 := *(*T)(unsafe.Add(src, s+2*srcStride))
		v3 := *(*T)(unsafe.Add(src, s+3*srcStride))
		*(*T)(unsafe.Add(dst, d)) = v0
		*(*T)(unsafe.Add(dst, d+dstStride)) = v1
		*(*T)(unsafe.Add(dst, d+2*dstStride)) = v2
		*(*T)(unsafe.Add(dst, d+3*dstStride)) = v3
		d += 4 * dstStride
		s += 4 * srcStride
	}
	for range n {
		*(*T)(unsafe.Add(dst, d)) = *(*T)(unsafe.Add(src, s))
		d += dstStride
		s += srcStride
	}
}
