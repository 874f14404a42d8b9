package dataspace

import "slices"

// List is many selections in little memory: 12 bytes for each, and 32 more an axis for a regular hyperslab, hardly any of it
// pointers. The zero value is empty. A List that changes must not be used by several goroutines at a time; one that does not may be.
type List struct {
	entries []listEntry
	blocks  [][]Dim     // axes of regular hyperslabs; a block is never moved, so that selections can refer to it
	others  []Selection // those that have no axes of their own: irregular ones and points
}

// listEntry is one selection. A regular hyperslab has its axes in block number block, from offset on; block is the place in others
// for one that stands there.
type listEntry struct {
	block           uint32
	offset          uint16
	kind            Kind
	rank, unlimited uint8
}

// Numbers of axes that a block has room for: the first, and the largest. An offset has 16 bits.
const (
	firstBlock   = 32
	largestBlock = 4096
)

// Len returns the number of selections.
func (l *List) Len() int { return len(l.entries) }

// At returns selection i, without a copy of its axes.
func (l *List) At(i int) Selection {
	e := l.entries[i]
	switch e.kind {
	case KindIrregular, KindPoints:
		return l.others[e.block]
	case KindRegular:
		dims := l.blocks[e.block][e.offset:]
		return Selection{kind: KindRegular, rank: e.rank, unlimited: e.unlimited, dims: dims[:e.rank:e.rank]}
	}
	return Selection{kind: e.kind}
}

// Append appends a selection.
func (l *List) Append(s Selection) {
	switch s.kind {
	case KindIrregular, KindPoints:
		l.push(listEntry{block: uint32(len(l.others)), kind: s.kind})
		l.others = append(l.others, s)
	case KindRegular:
		copy(l.room(len(s.dims)), s.dims)
		l.appendRegular(s)
	default:
		l.push(listEntry{kind: s.kind})
	}
}

// AppendRegular appends what Regular returns for the same axes, or returns its error.
func (l *List) AppendRegular(dims ...Dim) error {
	if len(dims) > MaxRank {
		_, err := regularIn(nil, dims)
		return err
	}
	s, err := regularIn(l.room(len(dims)), dims)
	if err != nil {
		return err
	}
	if s.kind != KindRegular {
		l.Append(s)
		return nil
	}
	l.appendRegular(s)
	return nil
}

// appendRegular appends a selection whose axes are in the room already.
func (l *List) appendRegular(s Selection) {
	last := len(l.blocks) - 1
	offset := len(l.blocks[last])
	l.blocks[last] = l.blocks[last][:offset+len(s.dims)]
	l.push(listEntry{block: uint32(last), offset: uint16(offset), kind: KindRegular, rank: s.rank, unlimited: s.unlimited})
}

func (l *List) push(e listEntry) {
	if len(l.entries) == cap(l.entries) {
		l.entries = slices.Grow(l.entries, len(l.entries)) // append alone takes smaller steps, and leaves more behind
	}
	l.entries = append(l.entries, e)
}

// room returns memory for the axes of the next regular hyperslab.
func (l *List) room(rank int) []Dim {
	last := len(l.blocks) - 1
	if last < 0 || cap(l.blocks[last])-len(l.blocks[last]) < rank {
		size := firstBlock
		if last >= 0 {
			size = min(2*cap(l.blocks[last]), largestBlock)
		}
		l.blocks = append(l.blocks, make([]Dim, 0, size))
		last++
	}
	used := len(l.blocks[last])
	return l.blocks[last][used : used+rank : used+rank]
}

// Truncate drops all selections but the first n. What At returned for the others is no longer good: later ones take their memory.
func (l *List) Truncate(n int) {
	regular, other := true, true // whether none of that sort was dropped so far
	for _, e := range l.entries[n:] {
		switch {
		case e.kind == KindRegular && regular:
			regular = false
			l.blocks = l.blocks[:e.block+1]
			l.blocks[e.block] = l.blocks[e.block][:e.offset]
		case (e.kind == KindIrregular || e.kind == KindPoints) && other:
			other = false
			clear(l.others[e.block:])
			l.others = l.others[:e.block]
		}
	}
	l.entries = l.entries[:n]
}
