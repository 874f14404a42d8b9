package fetch

import (
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

const (
	// pieceBytes is how much of a contiguous dataset one task reads.
	pieceBytes = 4 << 20
	// spanBytes is the largest piece of a file that is read to gather elements from.
	spanBytes = 512 << 10
	// directBytes is the shortest run that is read straight into the caller's array where a span would read several of them at once:
	// a system call takes about as long as copying that many bytes.
	directBytes = 16 << 10
	// gapBytes is the largest gap between runs that is read and thrown away to save a system call.
	gapBytes = 16 << 10
)

// contiguousWork reads segments piece by piece.
type contiguousWork struct {
	r        *Reader
	segments []plan.Segment
	done     func()
	number   []uint64 // of the next piece of segments[0], along the axes up to the one that is cut
	cut      int      // axis that is cut into groups, -1 before the segment is begun
	group    uint64   // indices of that axis in a piece
}

func newContiguousWork(r *Reader, segments []plan.Segment, done func()) *contiguousWork {
	return &contiguousWork{r: r, segments: segments, done: done, cut: -1}
}

// Done is called when all has been read.
func (c *contiguousWork) Done() { c.done() }

// Next yields the next piece.
func (c *contiguousWork) Next() (Task, bool) {
	if len(c.segments) == 0 {
		return nil, false
	}
	s := &c.segments[0]
	if c.cut < 0 {
		if c.whole(s) {
			return c.batch(), true
		}
		c.begin(s)
	}
	piece := c.piece(s)
	c.advance(s)
	return func(w *Worker) error { return c.r.readContiguous(w, &piece) }, true
}

// whole reports whether a segment is small enough for one task.
func (c *contiguousWork) whole(s *plan.Segment) bool { return s.Elements()*c.size() <= pieceBytes }

func (c *contiguousWork) size() uint64 { return uint64(c.r.Convert.Stored().Size()) }

// batch is a task of several small segments.
func (c *contiguousWork) batch() Task {
	total, n := uint64(0), 0
	for n < len(c.segments) && c.whole(&c.segments[n]) && (n == 0 || total < pieceBytes/4) {
		total += c.segments[n].Elements() * c.size()
		n++
	}
	taken := c.segments[:n]
	c.segments = c.segments[n:]
	return func(w *Worker) error {
		for i := range taken {
			if err := w.Context().Err(); err != nil {
				return err
			}
			if err := c.r.readContiguous(w, &taken[i]); err != nil {
				return err
			}
		}
		return nil
	}
}

// begin finds the axis along which a large segment is cut: the first one of which an index is not more than a piece.
func (c *contiguousWork) begin(s *plan.Segment) {
	slab := s.Elements() * c.size()
	for axis, n := range s.Count {
		slab /= n
		if slab <= pieceBytes || axis == len(s.Count)-1 {
			c.cut, c.group = axis, max(1, pieceBytes/max(slab, 1))
			break
		}
	}
	c.number = make([]uint64, c.cut+1)
}

// piece is the next part of the segment.
func (c *contiguousWork) piece(s *plan.Segment) plan.Segment {
	p := s.Clone()
	for axis := range c.cut + 1 {
		first, n := c.number[axis], uint64(1)
		if axis == c.cut {
			n = min(c.group, s.Count[axis]-first)
		}
		p.SourceStart[axis] += first * s.SourceStep[axis]
		p.MemOffset += int64(first) * s.MemStride[axis]
		p.Count[axis] = n
	}
	return p
}

// advance goes on to the next piece, or to the next segment.
func (c *contiguousWork) advance(s *plan.Segment) {
	for axis := c.cut; axis >= 0; axis-- {
		step := uint64(1)
		if axis == c.cut {
			step = c.group
		}
		if c.number[axis] += step; c.number[axis] < s.Count[axis] {
			return
		}
		c.number[axis] = 0
	}
	c.segments, c.cut = c.segments[1:], -1
}

// strided is a box as strides in bytes, with axes of one element left out and those that follow one another on both sides joined.
type strided struct {
	rank         int
	count        [dataspace.MaxRank]uint64
	source       [dataspace.MaxRank]int64 // stride in the source
	memory       [dataspace.MaxRank]int64 // stride in the caller's array
	offset       int64                    // of the first element in the source
	memoryOffset int64                    // of the first element in the array, in elements
}

// add appends an inner axis.
func (b *strided) add(count uint64, source, memory int64) {
	if count == 1 {
		return
	}
	if i := b.rank - 1; i >= 0 && b.source[i] == int64(count)*source && b.memory[i] == int64(count)*memory {
		b.count[i] *= count
		b.source[i], b.memory[i] = source, memory
		return
	}
	b.count[b.rank], b.source[b.rank], b.memory[b.rank] = count, source, memory
	b.rank++
}

// readContiguous reads one segment of a dataset whose elements lie one after another.
func (r *Reader) readContiguous(w *Worker, s *plan.Segment) error {
	if s.Elements() == 0 {
		return nil
	}
	var b strided
	r.strides(&b, s, r.shape)
	return r.readStrided(w, &b, r.Dataset.ReadRaw)
}

// strides turns a segment of an array of the given shape into strides.
func (r *Reader) strides(b *strided, s *plan.Segment, shape []uint64) {
	size := int64(r.Convert.Stored().Size())
	b.memoryOffset = s.MemOffset
	// Strides grow from the last axis on; axes are joined from the first.
	var stride [dataspace.MaxRank]int64
	at := size
	for axis := len(shape) - 1; axis >= 0; axis-- {
		stride[axis] = at
		at *= int64(shape[axis])
	}
	for axis := range shape {
		b.offset += int64(s.SourceStart[axis]) * stride[axis]
		b.add(s.Count[axis], int64(s.SourceStep[axis])*stride[axis], s.MemStride[axis]*r.Array.Size)
	}
}

// readAt reads bytes of the elements of a dataset, or of a chunk, by their offset in it.
type readAt func(p []byte, offset int64) error

// readStrided reads a box: runs that are long enough straight into the array, else spans, from which elements are gathered.
func (r *Reader) readStrided(w *Worker, b *strided, read readAt) error {
	size := int64(r.Convert.Stored().Size())
	inner, run := b.rank, size
	if r.Convert.Identity() {
		if i := b.rank - 1; i >= 0 && b.source[i] == size && b.memory[i] == size {
			inner, run = i, int64(b.count[i])*size
		}
		if inner == 0 || run >= directBytes {
			return r.eachRun(b, inner, func(offset int64, to unsafe.Pointer) error {
				return read(unsafe.Slice((*byte)(to), run), offset)
			})
		}
	}
	first, group, span := b.span(size)
	counts := b.count
	return r.eachGroup(b, first, group, func(offset int64, to unsafe.Pointer, n uint64) error {
		length := span
		if first < b.rank {
			counts[first] = n
			length -= int64(group-n) * b.source[first]
		}
		buffer := w.Scratch.Bytes(int(length))
		if err := read(buffer, offset); err != nil {
			return err
		}
		return r.Convert.CopyBox(to, b.memory[first:b.rank], buffer, b.source[first:b.rank], counts[first:b.rank])
	})
}

// span finds how much of a box is read at once: all of the axes after first, and group indices of first, together span bytes.
func (b *strided) span(size int64) (first int, group uint64, span int64) {
	first, group, span = b.rank, 1, size
	for axis := b.rank - 1; axis >= 0; axis-- {
		if b.source[axis]-span > gapBytes && axis < b.rank {
			return first, group, span
		}
		fit := min(b.count[axis], uint64(max(0, spanBytes-span)/max(b.source[axis], 1))+1)
		if fit == 1 {
			return first, group, span
		}
		first, group = axis, fit
		span += int64(fit-1) * b.source[axis]
		if fit < b.count[axis] {
			return first, group, span
		}
	}
	return first, group, span
}

// eachRun visits every combination of indices of the axes before inner. Places in the array are kept as offsets: a pointer may not point
// outside of it, not even between two visits.
func (r *Reader) eachRun(b *strided, inner int, visit func(offset int64, to unsafe.Pointer) error) error {
	var number [dataspace.MaxRank]uint64
	offset, place := b.offset, b.memoryOffset*r.Array.Size
	for {
		if err := visit(offset, unsafe.Add(r.Array.Base, place)); err != nil {
			return err
		}
		axis := inner - 1
		for ; axis >= 0; axis-- {
			offset += b.source[axis]
			place += b.memory[axis]
			if number[axis]++; number[axis] < b.count[axis] {
				break
			}
			offset -= int64(b.count[axis]) * b.source[axis]
			place -= int64(b.count[axis]) * b.memory[axis]
			number[axis] = 0
		}
		if axis < 0 {
			return nil
		}
	}
}

// eachGroup visits every combination of indices of the axes before first, and of groups of n indices of that axis.
func (r *Reader) eachGroup(b *strided, first int, group uint64, visit func(offset int64, to unsafe.Pointer, n uint64) error) error {
	return r.eachRun(b, first, func(offset int64, to unsafe.Pointer) error {
		if first == b.rank {
			return visit(offset, to, 1)
		}
		for i := uint64(0); i < b.count[first]; i += group {
			n := min(group, b.count[first]-i)
			if err := visit(offset+int64(i)*b.source[first], unsafe.Add(to, int64(i)*b.memory[first]), n); err != nil {
				return err
			}
		}
		return nil
	})
}
