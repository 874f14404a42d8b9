package plan

import "fmt"

// EachChunk visits the chunks of the source that the segment touches, in row-major order, until
// visit returns an error, which EachChunk returns. chunk is the shape of a chunk. scaled is the
// chunk's number along each axis, so that its first element is scaled·chunk, and part is what the
// segment has in it, with SourceStart relative to that first element: ready for a buffer that holds
// the decoded chunk. scaled and part are valid only during the visit; Clone keeps a part.
//
// A stride longer than a chunk skips the chunks in between. The work is in proportion to the
// number of chunks visited. It is an error if chunk does not have one positive entry for each axis.
func (s Segment) EachChunk(chunk []uint64, visit func(scaled []uint64, part Segment) error) error {
	rank := len(s.Count)
	if len(chunk) != rank {
		return fmt.Errorf("plan: chunks of rank %d in a source of rank %d", len(chunk), rank)
	}
	words := make([]uint64, 5*rank)
	take := func() []uint64 {
		w := words[:rank:rank]
		words = words[rank:]
		return w
	}
	scaled, done := take(), take()
	part := Segment{
		SourceStart: take(), SourceStep: take(), Count: take(),
		MemOffset: s.MemOffset, MemStride: make([]int64, rank),
	}
	for axis, c := range chunk {
		if c == 0 {
			return fmt.Errorf("plan: chunks of no length along axis %d", axis)
		}
		s.enter(&part, scaled, done, axis, c)
	}
	for {
		if err := visit(scaled, part); err != nil {
			return err
		}
		axis := rank - 1
		for ; axis >= 0; axis-- {
			part.MemOffset -= int64(done[axis]) * s.MemStride[axis]
			if done[axis] += part.Count[axis]; done[axis] < s.Count[axis] {
				s.enter(&part, scaled, done, axis, chunk[axis])
				break
			}
			done[axis] = 0
			s.enter(&part, scaled, done, axis, chunk[axis])
		}
		if axis < 0 {
			return nil
		}
	}
}

// enter makes part, along one axis, what the segment has in the chunk of its element number done.
func (s Segment) enter(part *Segment, scaled, done []uint64, axis int, chunk uint64) {
	at := s.SourceStart[axis] + done[axis]*s.SourceStep[axis]
	scaled[axis] = at / chunk
	first := at % chunk
	n := min((chunk-1-first)/s.SourceStep[axis]+1, s.Count[axis]-done[axis])
	part.SourceStart[axis], part.Count[axis] = first, n
	part.SourceStep[axis], part.MemStride[axis] = s.SourceStep[axis], s.MemStride[axis]
	if n == 1 {
		part.SourceStep[axis], part.MemStride[axis] = 1, 0
	}
	part.MemOffset += int64(done[axis]) * s.MemStride[axis]
}
