package hdf5

import (
	"sync"
	"unsafe"
)

const (
	// spanBytes is how much is read at a time where the bytes do not go straight into the caller's
	// memory: it stays in the second-level cache until it is converted.
	spanBytes = 256 << 10
	// maxGap is how many unwanted bytes are read rather than skipped: a read of its own costs about as much.
	maxGap = 8 << 10
	// minDirect is the shortest run that is read straight into the caller's memory; shorter ones are read together.
	minDirect = 16 << 10
)

// bufferPool holds the buffers of reads in progress.
var bufferPool = sync.Pool{New: func() any { return new([]byte) }}

// withBuffer lends size bytes to f.
func withBuffer(size int, f func(buffer []byte) error) error {
	p := bufferPool.Get().(*[]byte)
	if cap(*p) < size {
		*p = make([]byte, size)
	}
	err := f((*p)[:size])
	if cap(*p) <= keptScratch {
		bufferPool.Put(p)
	}
	return err
}

// readContiguous reads a box of a compact or contiguous dataset.
func (d *Dataset) readContiguous(c *Conversion, memory unsafe.Pointer, memStride []int64, start, step, count []uint64) error {
	offset, stride := storedBox(d.Shape(), c.stored.size, start, step)
	return d.readStored(d.ReadRaw, offset, stride, c, memory, memStride, count)
}

// storedBox is where in a row-major array of elements of size bytes a box starts, and its strides in bytes.
func storedBox(shape []uint64, size int, start, step []uint64) (offset int64, stride []int64) {
	stride = make([]int64, len(shape))
	n := int64(size)
	for i := len(shape) - 1; i >= 0; i-- {
		offset += int64(start[i]) * n
		stride[i] = int64(stepOf(step, i)) * n
		n *= int64(shape[i])
	}
	return offset, stride
}

// converted puts the path before the error of a conversion.
func (d *Dataset) converted(err error) error {
	if err != nil {
		return d.place(err)
	}
	return nil
}

// readStored reads a box of an array of stored elements whose bytes read gives. Long runs go straight into memory when their bytes
// agree; everything else is read in spans that are dense enough and converted from there.
func (d *Dataset) readStored(read func(p []byte, off int64) error, offset int64, stride []int64, c *Conversion, memory unsafe.Pointer, memStride []int64, count []uint64) error {
	var b box
	b.set(memStride, stride, count)
	size := c.stored.size

	if c.copies {
		run, inner := size, 0
		if last := b.rank - 1; last >= 0 && b.dst[last] == size && b.src[last] == size {
			run, inner = size*b.count[last], 1
		}
		if run >= minDirect || b.rank == inner {
			to, from := 0, 0
			for {
				if err := read(unsafe.Slice((*byte)(unsafe.Add(memory, to)), run), offset+int64(from)); err != nil {
					return err
				}
				if !b.next(inner, &to, &from) {
					return nil
				}
			}
		}
	}

	// The axes from k on are read together: span bytes, with gaps that are not worth skipping.
	k, span := b.rank, size
	for k > 0 && b.src[k-1]-span <= maxGap {
		whole := (b.count[k-1]-1)*b.src[k-1] + span
		if whole > spanBytes {
			break
		}
		k, span = k-1, whole
	}
	// Of the axis before them, as many steps at a time as fill a buffer.
	block := 1
	if k > 0 && b.src[k-1]-span <= maxGap {
		block = max(1, (spanBytes-span)/b.src[k-1]+1)
	}
	return withBuffer(span+blockTail(&b, k, block), func(buffer []byte) error {
		return d.readSpans(read, offset, &b, k, block, span, c, memory, buffer)
	})
}

// blockTail is how many bytes a block of steps of axis k-1 takes beyond the first one.
func blockTail(b *box, k, block int) int {
	if k == 0 {
		return 0
	}
	return (min(block, b.count[k-1]) - 1) * b.src[k-1]
}

// readSpans reads the box b span by span: the axes from k on together, and axis k-1 block steps at a time.
func (d *Dataset) readSpans(read func(p []byte, off int64) error, offset int64, b *box, k, block, span int, c *Conversion, memory unsafe.Pointer, buffer []byte) error {
	if k == 0 {
		if err := read(buffer, offset); err != nil {
			return err
		}
		return d.converted(c.copyFrom(b, 0, 0, memory, buffer))
	}
	outer := *b // steps over the axes before k-1
	to, from := 0, 0
	for {
		for i := 0; i < b.count[k-1]; i += block {
			n := min(block, b.count[k-1]-i)
			part := buffer[:(n-1)*b.src[k-1]+span]
			if err := read(part, offset+int64(from+i*b.src[k-1])); err != nil {
				return err
			}
			if err := c.copyFrom(b, k-1, n, unsafe.Add(memory, to+i*b.dst[k-1]), part); err != nil {
				return d.converted(err)
			}
		}
		if !outer.next(b.rank-k+1, &to, &from) {
			return nil
		}
	}
}

// copyFrom converts the axes of b from first on, of which the first has n steps (all when n is 0).
func (c *Conversion) copyFrom(b *box, first, n int, memory unsafe.Pointer, stored []byte) error {
	inner := box{rank: b.rank - first}
	copy(inner.dst[:], b.dst[first:b.rank])
	copy(inner.src[:], b.src[first:b.rank])
	copy(inner.count[:], b.count[first:b.rank])
	if n > 0 {
		inner.count[0] = n
	}
	from := unsafe.Pointer(unsafe.SliceData(stored))
	if c.copies {
		inner.copyBytes(memory, from, c.stored.size)
		return nil
	}
	inner.longestLast()
	return inner.each(c.newPass(), c.kernel, memory, from)
}
