package dataspace

import "fmt"

// Piece is a part of a selection whose elements a few independent counters number: with counter
// i running from 0 to Digits[i].Count-1, the element lies at Start plus each counter times its
// Step along its Axis, and is element number Ordinal plus each counter times its Ordinal of the
// selection. Digits come from coarse to fine: one step of a counter is more than all the later
// ones together reach, in ordinals. A piece of one element has no digits.
//
// A regular hyperslab of any size is one piece, an irregular one has a piece for each box of its
// ordered boxes.
type Piece struct {
	Start   []uint64 // one coordinate for each axis
	Ordinal uint64
	Digits  []Digit
}

// Digit is one counter of a Piece.
type Digit struct {
	Axis    int
	Count   uint64 // at least 2
	Step    uint64 // along Axis
	Ordinal uint64
}

// Pieces returns s as pieces, in increasing order of their first ordinals. The extent of the
// dataspace counts for All and along an unlimited axis. The pieces belong to s and must not be
// changed. Errors are those of Count.
func (s Selection) Pieces(extent []uint64) ([]Piece, error) { return s.piecesOf(extent, false) }

// DistinctPieces is Pieces without the elements that a later point of the same list selects
// again: what is left when each element is written in the order of the list.
func (s Selection) DistinctPieces(extent []uint64) ([]Piece, error) { return s.piecesOf(extent, true) }

func (s Selection) piecesOf(extent []uint64, distinct bool) ([]Piece, error) {
	if s.unlimited != 0 {
		if len(extent) != int(s.rank) {
			return nil, fmt.Errorf("dataspace: a selection of rank %d in an extent of rank %d", s.rank, len(extent))
		}
		axis := int(s.unlimited - 1)
		return s.Clip(axis, extent[axis]).piecesOf(nil, distinct)
	}
	switch {
	case s.kind == KindNone:
		return nil, nil
	case s.kind == KindAll:
		return allPieces(extent)
	case s.dims != nil:
		return s.regularPieces()
	}
	s.set.resolve(s.kind)
	if distinct {
		return s.set.distinct, s.set.err
	}
	return s.set.pieces, s.set.err
}

// allPieces returns a whole dataspace as one piece.
func allPieces(extent []uint64) ([]Piece, error) {
	n, err := volume(extent)
	if err != nil || n == 0 {
		return nil, err
	}
	piece := Piece{Start: make([]uint64, len(extent))}
	for axis, e := range extent {
		n /= e
		if e > 1 {
			piece.Digits = append(piece.Digits, Digit{Axis: axis, Count: e, Step: 1, Ordinal: n})
		}
	}
	return []Piece{piece}, nil
}

// regularPieces returns a limited regular hyperslab as one piece, and the tail as a second one.
func (s Selection) regularPieces() ([]Piece, error) {
	n, err := s.Count(nil)
	if err != nil {
		return nil, err
	}
	whole := Piece{Start: make([]uint64, s.rank), Digits: make([]Digit, 0, 2*int(s.rank))}
	rest := whole
	if s.tail > 0 {
		rest = Piece{Start: make([]uint64, s.rank), Digits: make([]Digit, 0, 2*int(s.rank))}
	}
	for axis, d := range s.dims {
		length := d.length()
		tailed := s.tail > 0 && axis == int(s.tailAxis)
		if tailed {
			length += s.tail
		}
		n /= length
		whole.Start[axis], rest.Start[axis] = d.Start, d.Start
		whole.add(axis, d.Count, d.Stride, n*d.Block)
		whole.add(axis, d.Block, 1, n)
		switch {
		case tailed:
			rest.Start[axis] += d.Count * d.Stride
			rest.Ordinal = d.Count * d.Block * n
			rest.add(axis, s.tail, 1, n)
		case s.tail > 0:
			rest.add(axis, d.Count, d.Stride, n*d.Block)
			rest.add(axis, d.Block, 1, n)
		}
	}
	if s.tail > 0 {
		return []Piece{whole, rest}, nil
	}
	return []Piece{whole}, nil
}

// add appends a digit that counts.
func (p *Piece) add(axis int, count, step, ordinal uint64) {
	if count > 1 {
		p.Digits = append(p.Digits, Digit{Axis: axis, Count: count, Step: step, Ordinal: ordinal})
	}
}

// boxPieces returns the boxes of the span tree, with the ordinals of their elements.
func (c *coordinates) boxPieces() []Piece {
	var pieces []Piece
	first := make([]uint64, c.rank)
	var digits []Digit
	var walk func(s *spans, axis int, ordinal uint64)
	walk = func(s *spans, axis int, ordinal uint64) {
		for _, sp := range s.list {
			each := uint64(1)
			if sp.down != nil {
				each = sp.down.count
			}
			first[axis] = sp.first
			kept := len(digits)
			if sp.last > sp.first {
				digits = append(digits, Digit{Axis: axis, Count: sp.last - sp.first + 1, Step: 1, Ordinal: each})
			}
			if sp.down != nil {
				walk(sp.down, axis+1, ordinal+sp.before)
			} else {
				pieces = append(pieces, Piece{
					Start:   append([]uint64(nil), first...),
					Ordinal: ordinal + sp.before,
					Digits:  append([]Digit(nil), digits...),
				})
			}
			digits = digits[:kept]
		}
	}
	walk(c.order, 0, 0)
	return pieces
}
