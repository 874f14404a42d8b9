package runtime

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// move is one step that turns positions in a member's own stream into positions along a virtual axis.
type move struct {
	member, members, block uint64 // members 0: a shift
	offset                 uint64
}

// Deal turns positions in a member's own stream into positions along an axis onto which the streams of several members are dealt in
// turn, block elements at a time: position j of member becomes ((j div block)·members + member)·block + j mod block. On the whole of
// an axis that grows it is the growing hyperslab with those numbers; on the whole of any other axis the stream is as long as the source.
// It is for the virtual side of [Layout.Map], which stores a ragged end as a mapping of its own.
func (s Slice) Deal(member, members, block int) Slice {
	switch {
	case s.bad != "":
	case block < 1 || members < 1 || member < 0 || member >= members:
		s.bad = fmt.Sprintf("dealing needs a block of at least 1 and a member of 0 to members-1; it has member %d of %d, blocks of %d", member, members, block)
	case members > math.MaxInt32 || block > math.MaxInt32:
		s.bad = fmt.Sprintf("dealing to %d members in blocks of %d is more than HDF5 can count", members, block)
	default:
		s.moves = appendMove(s.moves, move{member: uint64(member), members: uint64(members), block: uint64(block)})
	}
	return s
}

// Shift moves every position of a slice by offset, for the virtual side of [Layout.Map].
func (s Slice) Shift(offset int) Slice {
	switch {
	case s.bad != "":
	case offset < 0:
		s.bad = fmt.Sprintf("the offset %d is negative", offset)
	default:
		s.moves = appendMove(s.moves, move{offset: uint64(offset)})
	}
	return s
}

// appendMove appends without sharing memory with other slices that had the same moves.
func appendMove(moves []move, m move) []move {
	return append(moves[:len(moves):len(moves)], m)
}

// resolveMoved resolves a slice with moves to an axis of extent n. The slice itself is resolved against the stream of the
// member, which has length elements, or is unknown.
func (s *Slice) resolveMoved(n, length uint64) (axis, string) {
	a, why := s.resolveStream(length)
	if why != "" {
		return a, why
	}
	pieces := a.pieces
	for _, m := range s.moves {
		if pieces, why = m.apply(pieces); why != "" {
			return axis{}, why
		}
	}
	for _, p := range pieces {
		if p.count == 0 || p.count == dataspace.Unlimited {
			continue
		}
		if why := p.fits(n); why != "" {
			return axis{}, why
		}
	}
	return axis{pieces: pieces, drop: a.drop}, ""
}

// resolveStream resolves a slice, its moves aside, against the stream of a member: a slice with an end is positions in a stream that may be
// longer than the member, and one without an end has as many elements as the member.
func (s *Slice) resolveStream(length uint64) (axis, string) {
	if s.kind != sliceRange || s.hasStop || length == unknownExtent || s.start < 0 || s.step < 0 {
		return s.resolveBase(unknownExtent, nil)
	}
	step := max(uint64(s.step), 1)
	return axis{pieces: []piece{progression(uint64(s.start), uint64(s.start)+length*step, step)}}, ""
}

// maxPieces bounds the pieces of one slice that is dealt more than once: each becomes a mapping.
const maxPieces = maxMappings

func (m move) apply(pieces []piece) ([]piece, string) {
	var moved []piece
	for _, p := range pieces {
		if p.count == 0 {
			moved = append(moved, p)
			continue
		}
		if p.count != dataspace.Unlimited {
			if why := p.fits(unknownExtent); why != "" {
				return nil, why
			}
		}
		if m.members == 0 {
			p.start += m.offset
			moved = append(moved, p)
			continue
		}
		var why string
		if moved, why = m.deal(moved, p); why != "" {
			return nil, why
		}
	}
	return moved, ""
}

// deal appends the places of one piece.
func (m move) deal(moved []piece, p piece) ([]piece, string) {
	if p.end() != unknownExtent && p.end() > dataspace.MaxCoordinate/m.members {
		return nil, "the selection reaches further than HDF5 can count"
	}
	switch {
	case p.count == dataspace.Unlimited:
		if p.start != 0 || p.stride != 1 || p.block != 1 {
			return nil, "only the whole of a growing stream can be dealt"
		}
		return append(moved, piece{start: m.member * m.block, stride: m.members * m.block, count: dataspace.Unlimited, block: m.block}), ""
	case m.block == 1 && p.block == 1:
		return append(moved, piece{start: m.place(p.start), stride: p.stride * m.members, count: p.count, block: 1}.tidy()), ""
	case p.count == 1:
		return m.dealRun(moved, p.start, p.start+p.block), ""
	case p.block == 1 && p.stride == 1:
		return m.dealRun(moved, p.start, p.start+p.count), ""
	case p.count > maxPieces:
		return nil, fmt.Sprintf("it falls into more than %d pieces", maxPieces)
	}
	for i := range p.count {
		moved = m.dealRun(moved, p.start+i*p.stride, p.start+i*p.stride+p.block)
	}
	return joinPieces(moved), ""
}

// place is where position j lies.
func (m move) place(j uint64) uint64 {
	return ((j/m.block)*m.members+m.member)*m.block + j%m.block
}

// dealRun appends the places of the positions from..to: what is left of a block, whole blocks, the beginning of a block.
func (m move) dealRun(moved []piece, from, to uint64) []piece {
	if head := min(to, (from+m.block-1)/m.block*m.block); head > from {
		moved = append(moved, run(m.place(from), head-from))
		from = head
	}
	if blocks := (to - from) / m.block; blocks > 0 {
		moved = append(moved, piece{start: m.place(from), stride: m.members * m.block, count: blocks, block: m.block}.tidy())
		from += blocks * m.block
	}
	if to > from {
		moved = append(moved, run(m.place(from), to-from))
	}
	return moved
}

// run is n coordinates without gaps.
func run(start, n uint64) piece { return piece{start: start, stride: 1, count: n, block: 1} }

// tidy writes a piece without gaps as a run.
func (p piece) tidy() piece {
	if p.count == 1 || p.stride == p.block {
		return run(p.start, p.count*p.block)
	}
	return p
}

// joinPieces joins neighbours that are one piece: blocks of one size at one distance.
func joinPieces(pieces []piece) []piece {
	joined := pieces[:0:0]
	for _, p := range pieces {
		if len(joined) > 0 {
			if both, ok := joined[len(joined)-1].join(p); ok {
				joined[len(joined)-1] = both
				continue
			}
		}
		joined = append(joined, p)
	}
	return joined
}

// join is p followed by q as one piece, where they are one.
func (p piece) join(q piece) (piece, bool) {
	if p.stride == 1 && p.block == 1 && q.stride == 1 && q.block == 1 {
		if p.start+p.count == q.start {
			return run(p.start, p.count+q.count), true
		}
		if p.count == q.count && q.start > p.start+p.count {
			return piece{start: p.start, stride: q.start - p.start, count: 2, block: p.count}, true
		}
		return p, false
	}
	if q.stride == 1 && q.block == 1 && q.count == p.block && q.start == p.start+p.count*p.stride {
		p.count++
		return p, true
	}
	return p, false
}

// Cursor places members one after another along an axis.
type Cursor struct {
	at     int // where the next member begins
	placed int
	gaps   []int
	bad    string
	of     map[string]*Cursor
}

// Of is a cursor of its own for each combination of keys, with the same gaps: for members whose lengths depend on another variable.
func (c *Cursor) Of(keys ...int) *Cursor {
	key := fmt.Sprint(keys)
	if c.of == nil {
		c.of = map[string]*Cursor{}
	}
	if c.of[key] == nil {
		c.of[key] = Tile(c.gaps...)
	}
	return c.of[key]
}

// Concat places members without gaps.
func Concat() *Cursor { return &Cursor{} }

// Tile places members with gaps between neighbours; the gaps repeat cyclically.
func Tile(gaps ...int) *Cursor {
	c := &Cursor{gaps: gaps}
	for _, g := range gaps {
		if g < 0 {
			c.bad = fmt.Sprintf("a gap of %d elements is negative", g)
		}
	}
	return c
}

// Next is the place of the next member, length elements long. What is wrong with it is reported where it is used.
func (c *Cursor) Next(length int) Slice {
	switch {
	case c.bad != "":
		return Slice{bad: c.bad}
	case length == Bad:
		c.bad = "the length of a member overflows or divides by zero"
		return Slice{bad: c.bad}
	case length < 0:
		c.bad = fmt.Sprintf("the length of a member is negative (%d)", length)
		return Slice{bad: c.bad}
	}
	if c.placed > 0 && len(c.gaps) > 0 {
		c.at = Add(c.at, c.gaps[(c.placed-1)%len(c.gaps)])
	}
	start := c.at
	c.at = Add(c.at, length)
	if c.at == Bad || uint64(c.at) > dataspace.MaxCoordinate {
		c.bad = "the members together are longer than HDF5 can count"
		return Slice{bad: c.bad}
	}
	c.placed++
	return Range(start, c.at)
}
