package fetch

import (
	"cmp"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

const (
	// taskBytes is about how many decoded bytes one task of small chunks makes.
	taskBytes = 256 << 10
	// maxVisits bounds the list of which segments need which chunk; where there are more, a chunk that two parts of the list need is
	// decoded for each.
	maxVisits = 1 << 20
)

// touched is the chunks along one axis that a segment touches: every one in turn, or, where the step is larger than a chunk, every
// one that has an element.
type touched struct {
	first, count uint64
	start, step  uint64 // of the elements, where each lies in a chunk of its own
	chunk        uint64
}

func touchedChunks(s *plan.Segment, axis int, chunk uint64) touched {
	start, step, count := s.SourceStart[axis], s.SourceStep[axis], s.Count[axis]
	if count == 0 {
		return touched{}
	}
	if step > chunk {
		return touched{count: count, start: start, step: step, chunk: chunk}
	}
	first := start / chunk
	return touched{first: first, count: (start+(count-1)*step)/chunk - first + 1}
}

// at is the scaled coordinate of touched chunk i.
func (t *touched) at(i uint64) uint64 {
	if t.chunk != 0 {
		return (t.start + i*t.step) / t.chunk
	}
	return t.first + i
}

// visit says that a segment needs a chunk.
type visit struct {
	chunk   uint64 // number of the chunk in row-major order
	segment int32
}

// chunkedWork reads segments chunk by chunk, each chunk once for all segments that need it.
type chunkedWork struct {
	r        *Reader
	segments []plan.Segment // those that are left
	done     func()
	chunk    []uint64
	grid     []uint64 // chunks along each axis
	perTask  int      // chunks of a task

	current []plan.Segment // those that are worked on
	visits  []visit        // sorted; nil where current is a single segment
	axes    []touched      // of a single segment
	number  []uint64       // of its next chunk
}

func newChunkedWork(r *Reader, segments []plan.Segment, done func()) (*chunkedWork, error) {
	c := &chunkedWork{r: r, segments: segments, done: done, chunk: r.chunk}
	for axis, n := range r.shape {
		c.grid = append(c.grid, (n+c.chunk[axis]-1)/c.chunk[axis])
	}
	c.perTask = max(1, taskBytes/max(1, r.Dataset.ChunkBytes()))
	return c, nil
}

// Done is called when all has been read.
func (c *chunkedWork) Done() { c.done() }

// Next yields the next chunks.
func (c *chunkedWork) Next() (Task, bool) {
	if len(c.visits) == 0 && c.number == nil && !c.begin() {
		return nil, false
	}
	if c.number != nil {
		return c.nextOfGrid(), true
	}
	return c.nextOfVisits(), true
}

// begin takes the next segments: one that has many chunks, or several whose chunks are listed.
func (c *chunkedWork) begin() bool {
	for len(c.segments) > 0 && c.segments[0].Elements() == 0 {
		c.segments = c.segments[1:]
	}
	if len(c.segments) == 0 {
		return false
	}
	n, total := 0, uint64(0)
	for n < len(c.segments) {
		chunks := c.chunks(&c.segments[n])
		if n > 0 && chunks > maxVisits-total {
			break
		}
		n++
		if total += chunks; total > maxVisits {
			break
		}
	}
	c.current, c.segments = c.segments[:n], c.segments[n:]
	if n == 1 {
		c.beginGrid(&c.current[0])
		return true
	}
	c.visits = make([]visit, 0, total)
	for i := range c.current {
		c.list(i)
	}
	slices.SortFunc(c.visits, func(a, b visit) int {
		return cmp.Or(cmp.Compare(a.chunk, b.chunk), cmp.Compare(a.segment, b.segment))
	})
	return len(c.visits) > 0
}

// chunks is the number of chunks that a segment touches.
func (c *chunkedWork) chunks(s *plan.Segment) uint64 {
	n := uint64(1)
	for axis := range c.chunk {
		t := touchedChunks(s, axis, c.chunk[axis])
		n *= t.count
	}
	return n
}

func (c *chunkedWork) beginGrid(s *plan.Segment) {
	c.axes = c.axes[:0]
	for axis := range c.chunk {
		c.axes = append(c.axes, touchedChunks(s, axis, c.chunk[axis]))
	}
	c.number = make([]uint64, len(c.axes))
}

// list appends the chunks that segment i of current touches to visits.
func (c *chunkedWork) list(i int) {
	if c.current[i].Elements() == 0 {
		return
	}
	c.beginGrid(&c.current[i])
	for more := true; more; more = c.advance() {
		chunk := uint64(0)
		for axis := range c.axes {
			chunk = chunk*c.grid[axis] + c.axes[axis].at(c.number[axis])
		}
		c.visits = append(c.visits, visit{chunk: chunk, segment: int32(i)})
	}
	c.number = nil
}

// advance goes on to the next chunk of a single segment and is false after the last.
func (c *chunkedWork) advance() bool {
	for axis := len(c.number) - 1; axis >= 0; axis-- {
		if c.number[axis]++; c.number[axis] < c.axes[axis].count {
			return true
		}
		c.number[axis] = 0
	}
	return false
}

// nextOfGrid is a task of the next chunks of a single segment.
func (c *chunkedWork) nextOfGrid() Task {
	rank := len(c.chunk)
	scaled := make([]uint64, 0, rank*min(c.perTask, 64))
	for range c.perTask {
		for axis := range c.axes {
			scaled = append(scaled, c.axes[axis].at(c.number[axis]))
		}
		if !c.advance() {
			c.number = nil
			break
		}
	}
	segments := c.current
	return func(w *Worker) error {
		for i := 0; i < len(scaled); i += rank {
			if err := c.r.readChunk(w, scaled[i:i+rank], segments, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// nextOfVisits is a task of the next chunks of several segments.
func (c *chunkedWork) nextOfVisits() Task {
	n := 0
	for chunks := 0; n < len(c.visits); n++ {
		if n > 0 && c.visits[n].chunk != c.visits[n-1].chunk {
			if chunks++; chunks == c.perTask {
				break
			}
		}
	}
	visits := c.visits[:n]
	c.visits = c.visits[n:]
	segments := c.current
	return func(w *Worker) error {
		var scaled [dataspace.MaxRank]uint64
		for len(visits) > 0 {
			n := 1
			for n < len(visits) && visits[n].chunk == visits[0].chunk {
				n++
			}
			left := visits[0].chunk
			for axis := len(c.grid) - 1; axis >= 0; axis-- {
				scaled[axis] = left % c.grid[axis]
				left /= c.grid[axis]
			}
			if err := c.r.readChunk(w, scaled[:len(c.grid)], segments, visits[:n]); err != nil {
				return err
			}
			visits = visits[n:]
		}
		return nil
	}
}

// part is the elements of a segment that lie in one chunk.
type part struct {
	count        [dataspace.MaxRank]uint64
	start        [dataspace.MaxRank]uint64 // relative to the chunk
	step         [dataspace.MaxRank]uint64
	memory       [dataspace.MaxRank]int64 // stride in the array, in bytes
	source       [dataspace.MaxRank]int64 // stride in the chunk, in bytes
	memoryOffset int64                    // in elements
}

// cut sets p to the part of s in a chunk; it is false where there is none.
func (p *part) cut(s *plan.Segment, scaled, chunk []uint64, size int64) bool {
	p.memoryOffset = s.MemOffset
	for axis := range chunk {
		low := scaled[axis] * chunk[axis]
		high := low + chunk[axis] - 1
		start, step := s.SourceStart[axis], s.SourceStep[axis]
		if start > high {
			return false
		}
		first := uint64(0)
		if start < low {
			first = (low - start + step - 1) / step
		}
		end := min(s.Count[axis], (high-start)/step+1)
		if first >= end {
			return false
		}
		p.count[axis] = end - first
		p.start[axis] = start + first*step - low
		p.step[axis] = step
		p.memory[axis] = s.MemStride[axis] * size
		p.memoryOffset += int64(first) * s.MemStride[axis]
	}
	return true
}

// whole reports whether the part is the whole chunk, and lies in the array as it lies in the chunk.
func (p *part) whole(chunk []uint64, size int64) bool {
	for axis := len(chunk) - 1; axis >= 0; axis-- {
		if p.count[axis] != chunk[axis] {
			return false
		}
		if chunk[axis] > 1 && (p.step[axis] != 1 || p.memory[axis] != size) {
			return false
		}
		size *= int64(chunk[axis])
	}
	return true
}

// readChunk reads one chunk and gives each segment its part: all segments, or those of visits.
func (r *Reader) readChunk(w *Worker, scaled []uint64, segments []plan.Segment, visits []visit) error {
	if err := w.Context().Err(); err != nil {
		return err
	}
	c, stored, err := r.Dataset.Chunk(scaled)
	if err != nil {
		return err
	}
	chunk := r.chunk
	n := len(visits)
	if visits == nil {
		n = len(segments)
	}
	segment := func(i int) *plan.Segment {
		if visits == nil {
			return &segments[i]
		}
		return &segments[visits[i].segment]
	}
	var p part
	if n == 1 && stored {
		if !p.cut(segment(0), scaled, chunk, r.Array.Size) {
			return nil
		}
		if r.Convert.Identity() && p.whole(chunk, r.Array.Size) {
			return r.decodeInPlace(w, c, p.memoryOffset*r.Array.Size)
		}
		if !r.Dataset.ChunkFiltered(c) {
			return r.readPart(w, c, &p, chunk)
		}
	}
	var decoded []byte
	if stored {
		decoded = w.Scratch.Bytes(r.Dataset.ChunkBytes())
		if err := r.Dataset.DecodeChunkParallel(c, decoded, r.parallel(w)); err != nil {
			return err
		}
	}
	fill := r.Dataset.Fill()
	for i := range n {
		if !p.cut(segment(i), scaled, chunk, r.Array.Size) {
			continue
		}
		if err := r.scatter(&p, chunk, decoded, fill); err != nil {
			return err
		}
	}
	return nil
}

// largeChunk is from how many bytes on the parts of a chunk are decoded by several workers, where these have nothing else to do.
const largeChunk = 1 << 20

// parallel is how parts of a chunk are decoded; nil: one after the other.
func (r *Reader) parallel(w *Worker) filter.Parallel {
	if r.Dataset.ChunkBytes() < largeChunk {
		return nil
	}
	return w.Parallel()
}

// decodeInPlace decodes a chunk to where it lies in the array, from the byte place on.
func (r *Reader) decodeInPlace(w *Worker, c hdf5.Chunk, place int64) error {
	size := int64(r.Dataset.ChunkBytes())
	parallel := r.parallel(w)
	if parallel == nil || r.Array.Fresh == nil {
		return r.Dataset.DecodeChunkParallel(c, r.Array.run(place, size), parallel)
	}
	// To take the pages is a part of the work, too.
	err := parallel(int((size+largeChunk-1)/largeChunk), func(i int) error {
		at := int64(i) * largeChunk
		r.Array.run(place+at, min(largeChunk, size-at))
		return nil
	})
	if err != nil {
		return err
	}
	return r.Dataset.DecodeChunkParallel(c, r.Array.run(place, size), parallel)
}

// readPart reads a part of a chunk that no filter was applied to, and no more of the chunk than that takes.
func (r *Reader) readPart(w *Worker, c hdf5.Chunk, p *part, chunk []uint64) error {
	b := strided{place: p.memoryOffset * r.Array.Size}
	stride := int64(r.Convert.Stored().Size())
	for axis := len(chunk) - 1; axis >= 0; axis-- {
		b.offset += int64(p.start[axis]) * stride
		p.source[axis] = int64(p.step[axis]) * stride
		stride *= int64(chunk[axis])
	}
	for axis := range chunk {
		b.add(p.count[axis], p.source[axis], p.memory[axis])
	}
	return r.readStrided(w, &b, stored{read: func(bytes []byte, offset int64) error { return r.Dataset.ReadChunkAt(c, bytes, offset) }})
}

// scatter copies a part out of a decoded chunk, or fills it where the chunk is not stored.
func (r *Reader) scatter(p *part, chunk []uint64, decoded []byte, fill hdf5.Fill) error {
	rank := len(chunk)
	to := r.Array.at(p.memoryOffset)
	if decoded == nil {
		return fillOver(r.Convert, to, p.memory[:rank], fill.Value, p.count[:rank])
	}
	stride := int64(r.Convert.Stored().Size())
	offset := int64(0)
	for axis := rank - 1; axis >= 0; axis-- {
		offset += int64(p.start[axis]) * stride
		p.source[axis] = int64(p.step[axis]) * stride
		stride *= int64(chunk[axis])
	}
	return r.Convert.CopyBox(to, p.memory[:rank], decoded[offset:], p.source[:rank], p.count[:rank])
}
