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
	// viewBytes is the largest piece whose pages are mapped and not read.
	viewBytes = 16 << 20
	// thinShare is the share of a span that elements are gathered from below which its pages are mapped and not read. A page of 4 KiB then costs
	// about a quarter of what copying it would.
	thinShare = 8
	// cacheLine is what a processor reads of memory at least.
	cacheLine = 64
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
func (c *contiguousWork) whole(s *plan.Segment) bool { return c.r.moved(s) <= pieceBytes }

// batch is a task of several small segments.
func (c *contiguousWork) batch() Task {
	total, n := uint64(0), 0
	for n < len(c.segments) && total < pieceBytes/4 {
		moved := c.r.moved(&c.segments[n])
		if n > 0 && moved > pieceBytes {
			break
		}
		total += moved
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
	var b strided
	c.r.strides(&b, s, c.r.shape)
	piece := uint64(pieceBytes)
	if b.thin(c.r.elementBytes()) {
		piece = viewBytes
	}
	slab := c.r.moved(s)
	for axis, n := range s.Count {
		slab /= n
		if slab <= piece || axis == len(s.Count)-1 {
			c.cut, c.group = axis, max(1, piece/max(slab, 1))
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

// moved is about how many bytes of the file the reading of a segment moves: those of its spans, the gaps in them included. A run that lies alone
// counts for what a system call costs.
func (r *Reader) moved(s *plan.Segment) uint64 {
	size := uint64(r.elementBytes())
	span, stride, alone := size, size, false
	for axis := len(r.shape) - 1; axis >= 0; axis-- {
		n, step := s.Count[axis], s.SourceStep[axis]*stride
		stride *= r.shape[axis]
		switch {
		case n == 0:
			return 0
		case n == 1:
		case alone:
			span *= n
		case step > span+gapBytes:
			span, alone = max(span, directBytes)*n, true
		default:
			span += (n - 1) * step
		}
	}
	return span
}

// elementBytes is the size of a stored element.
func (r *Reader) elementBytes() int64 { return int64(r.Convert.Stored().Size()) }

// strided is a box as strides in bytes, with axes of one element left out and those that follow one another on both sides joined.
type strided struct {
	rank   int
	count  [dataspace.MaxRank]uint64
	source [dataspace.MaxRank]int64 // stride in the source
	memory [dataspace.MaxRank]int64 // stride in the caller's array
	offset int64                    // of the first element in the source
	place  int64                    // of the first element in the array
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
	return r.readStrided(w, &b, stored{read: r.Dataset.ReadRaw, view: r.Dataset.ViewRaw})
}

// strides turns a segment of an array of the given shape into strides.
func (r *Reader) strides(b *strided, s *plan.Segment, shape []uint64) {
	size := r.elementBytes()
	b.place = s.MemOffset * r.Array.Size
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

// stored is elements that lie one after another: those of a contiguous dataset, or of a chunk without filters. Offsets are in bytes, from the first
// of them.
type stored struct {
	read func(p []byte, offset int64) error
	// view lends n bytes as pages of the file, where that can be done; nil where it never can.
	view func(offset, n int64, use func(b []byte) error) (viewed bool, err error)
}

// readStrided reads a box: runs that are long enough straight into the array, else spans, from which elements are gathered.
func (r *Reader) readStrided(w *Worker, b *strided, from stored) error {
	size := r.elementBytes()
	inner, run := b.rank, size
	if r.Convert.Identity() {
		if i := b.rank - 1; i >= 0 && b.source[i] == size && b.memory[i] == size {
			inner, run = i, int64(b.count[i])*size
		}
		if inner == 0 || run >= directBytes {
			return b.eachRun(inner, func(offset, place int64) error {
				return from.read(r.Array.run(place, run), offset)
			})
		}
	}
	if from.view != nil && b.thin(size) {
		return r.viewSpans(w, b, from)
	}
	return r.readSpans(w, b, from.read)
}

// readSpans reads a box span by span into scratch memory.
func (r *Reader) readSpans(w *Worker, b *strided, read func(p []byte, offset int64) error) error {
	return b.eachSpan(r.elementBytes(), spanBytes, func(s *strided, span int64) error {
		buffer := w.Scratch.Bytes(int(span))
		if err := read(buffer, s.offset); err != nil {
			return err
		}
		return r.gather(s, buffer)
	})
}

// viewSpans gathers the elements of a box from pages of the file itself, so that no more of them is touched than has elements.
func (r *Reader) viewSpans(w *Worker, b *strided, from stored) error {
	return b.eachSpan(r.elementBytes(), viewBytes, func(s *strided, span int64) error {
		viewed, err := from.view(s.offset, span, func(pages []byte) error { return r.gather(s, pages) })
		if viewed || err != nil {
			return err
		}
		return r.readSpans(w, s, from.read)
	})
}

// gather copies the elements of a box whose first one lies at the start of bytes.
func (r *Reader) gather(b *strided, bytes []byte) error {
	return r.Convert.CopyBox(unsafe.Add(r.Array.Base, b.place), b.memory[:b.rank], bytes, b.source[:b.rank], b.count[:b.rank])
}

// span finds how much of a box is read at once, at most about most bytes: all of the axes after first, and group indices of first, together span bytes.
func (b *strided) span(size, most int64) (first int, group uint64, span int64) {
	first, group, span = b.rank, 1, size
	for axis := b.rank - 1; axis >= 0; axis-- {
		if b.source[axis]-span > gapBytes {
			return first, group, span
		}
		fit := min(b.count[axis], uint64(max(0, most-span)/max(b.source[axis], 1))+1)
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

// thin reports whether so little of the spans of a box is wanted that looking at it in place is better than reading them.
func (b *strided) thin(size int64) bool {
	inner, run := b.rank, size
	for inner > 0 && b.source[inner-1] == run {
		inner--
		run *= int64(b.count[inner])
	}
	return inner > 0 && b.source[inner-1] >= thinShare*(run+cacheLine)
}

// eachRun visits every combination of indices of the axes before inner. Places in the array are kept as offsets: a pointer may not point
// outside of it, not even between two visits.
func (b *strided) eachRun(inner int, visit func(offset, place int64) error) error {
	var number [dataspace.MaxRank]uint64
	offset, place := b.offset, b.place
	for {
		if err := visit(offset, place); err != nil {
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

// eachSpan visits the parts of a box that are read at once, each of which spans at most about most bytes.
func (b *strided) eachSpan(size, most int64, visit func(part *strided, span int64) error) error {
	first, group, span := b.span(size, most)
	part := strided{rank: b.rank - first}
	copy(part.count[:], b.count[first:b.rank])
	copy(part.source[:], b.source[first:b.rank])
	copy(part.memory[:], b.memory[first:b.rank])
	return b.eachRun(first, func(offset, place int64) error {
		part.offset, part.place = offset, place
		if part.rank == 0 {
			return visit(&part, span)
		}
		for left := b.count[first]; left > 0; left -= part.count[0] {
			part.count[0] = min(group, left)
			if err := visit(&part, span-int64(group-part.count[0])*part.source[0]); err != nil {
				return err
			}
			part.offset += int64(part.count[0]) * part.source[0]
			part.place += int64(part.count[0]) * part.memory[0]
		}
		return nil
	})
}
