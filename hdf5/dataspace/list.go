package dataspace

import "encoding/binary"

// List is many selections in little memory: for a regular hyperslab 8 bytes an axis where it is one block of coordinates of 32 bits, as most are,
// else 32; and 12 bytes for each, but where all are such hyperslabs with as many axes, or all are All. Hardly any of it is pointers. The zero value
// is empty. A List that changes must not be used by several goroutines at a time; one that does not may be.
type List struct {
	n       int
	alike   listEntry     // of each selection, as long as there are no entries
	row     [][]uint32    // boxes that are alike, blocks of listBlock of them, the last of which may have less
	entries [][]listEntry // blocks of listBlock, the last of which may have less
	boxes   arena[uint32] // the start and the length of a hyperslab of one block along each axis
	dims    arena[Dim]    // axes of other regular hyperslabs
	others  []Selection   // those that have no axes of their own: irregular ones and points
}

// listEntry is one selection. A regular hyperslab has its axes at at; block is the place in others for one that stands there.
type listEntry struct {
	at              place
	kind            Kind
	box             bool // the axes are in boxes
	rank, unlimited uint8
}

// listBlock is the number of selections of a block of entries, so that a list that grows is not moved.
const listBlock = 1024

// Len returns the number of selections.
func (l *List) Len() int { return l.n }

func (l *List) entry(i int) *listEntry {
	if l.entries == nil {
		return &l.alike
	}
	return &l.entries[i/listBlock][i%listBlock]
}

// words is the start and the length along each axis of selection i, which is a box.
func (l *List) words(i int) []uint32 {
	e := l.entry(i)
	n := 2 * int(e.rank)
	if l.entries != nil {
		return l.boxes.get(e.at, n)
	}
	at := i % listBlock * n
	return l.row[i/listBlock][at : at+n : at+n]
}

// At returns selection i.
func (l *List) At(i int) Selection { return l.AtInto(i, nil) }

// AtInto is At with memory for the axes, MaxRank of them, that the caller keeps: the selection is good until that is used again.
func (l *List) AtInto(i int, room []Dim) Selection {
	e := l.entry(i)
	switch e.kind {
	case KindIrregular, KindPoints:
		return l.others[e.at.block]
	case KindRegular:
	default:
		return Selection{kind: e.kind}
	}
	n := int(e.rank)
	if !e.box {
		return Selection{kind: KindRegular, rank: e.rank, unlimited: e.unlimited, dims: l.dims.get(e.at, n)}
	}
	if room == nil {
		room = make([]Dim, n)
	}
	return boxSelection(l.words(i), room[:n:n])
}

// IsAll reports whether selection i is All.
func (l *List) IsAll(i int) bool { return l.entry(i).kind == KindAll }

// AppendBox appends what AppendEncode appends for selection i and counts its elements, if that is a hyperslab of one block, of coordinates of 32
// bits, that lies within the extent, or anywhere for a nil extent. It is not ok for others, and appends nothing.
func (l *List) AppendBox(b []byte, i int, extent []uint64) (_ []byte, elements uint64, ok bool) {
	e := l.entry(i)
	n := int(e.rank)
	if !e.box || extent != nil && len(extent) != n {
		return b, 0, false
	}
	at := len(b)
	elements = 1
	words := l.words(i)
	b, first, last := growBox(b, n)
	for axis := range n {
		start, length := words[2*axis], words[2*axis+1]
		if extent != nil && uint64(start)+uint64(length) > extent[axis] {
			return b[:at], 0, false
		}
		if elements, ok = product(elements, uint64(length)); !ok {
			return b[:at], 0, false
		}
		binary.LittleEndian.PutUint32(first[4*axis:], start)
		binary.LittleEndian.PutUint32(last[4*axis:], start+length-1)
	}
	return b, elements, true
}

// UnlimitedAxis is the method of that name of selection i.
func (l *List) UnlimitedAxis(i int) (axis int, ok bool) {
	if e := l.entry(i); e.kind != KindIrregular && e.kind != KindPoints {
		return int(e.unlimited) - 1, e.unlimited != 0
	}
	return l.At(i).UnlimitedAxis()
}

// Append appends a selection.
func (l *List) Append(s Selection) {
	switch s.kind {
	case KindIrregular, KindPoints:
		l.push(listEntry{at: place{block: uint32(len(l.others))}, kind: s.kind})
		l.others = append(l.others, s)
	case KindRegular:
		if !l.appendBox(s.dims) {
			copy(l.dims.room(len(s.dims)), s.dims)
			l.appendDims(s)
		}
	default:
		l.push(listEntry{kind: s.kind})
	}
}

// AppendRegular appends what Regular returns for the same axes, or returns its error.
func (l *List) AppendRegular(dims ...Dim) error {
	if l.appendBox(dims) {
		return nil
	}
	if len(dims) > MaxRank {
		_, err := regularIn(nil, dims)
		return err
	}
	s, err := regularIn(l.dims.room(len(dims)), dims)
	if err != nil {
		return err
	}
	if s.kind != KindRegular {
		l.Append(s)
		return nil
	}
	l.appendDims(s)
	return nil
}

// AppendAll appends All.
func (l *List) AppendAll() { l.push(listEntry{kind: KindAll}) }

// AppendNarrow appends a hyperslab that has axes.
func (l *List) AppendNarrow(n *Narrow) {
	l.appendWords(n.words[:2*n.rank])
}

// appendBox appends a hyperslab of one block whose coordinates have 32 bits; it is false for any other.
func (l *List) appendBox(dims []Dim) bool {
	if len(dims) == 0 || len(dims) > MaxRank {
		return false
	}
	var words [2 * MaxRank]uint32
	for axis := range dims {
		d := &dims[axis]
		if d.Count != 1 || !fitsBox(d.Start, d.Block) {
			return false
		}
		words[2*axis], words[2*axis+1] = uint32(d.Start), uint32(d.Block)
	}
	l.appendWords(words[:2*len(dims)])
	return true
}

// appendWords appends a box.
func (l *List) appendWords(words []uint32) {
	e := listEntry{kind: KindRegular, box: true, rank: uint8(len(words) / 2)}
	if l.entries == nil {
		if l.n == 0 || l.alike == e {
			l.alike = e
			l.row = appendBlock(l.row, l.n, len(words), words...)
			l.n++
			return
		}
		l.tellApart()
	}
	copy(l.boxes.room(len(words)), words)
	e.at = l.boxes.take(len(words))
	l.push(e)
}

// tellApart gives each selection an entry of its own, before one comes that is not like the others.
func (l *List) tellApart() {
	n, alike, row := l.n, l.alike, l.row
	l.n, l.row, l.entries = 0, nil, [][]listEntry{}
	size := 2 * int(alike.rank)
	for i := range n {
		if alike.box {
			at := i % listBlock * size
			l.appendWords(row[i/listBlock][at : at+size])
		} else {
			l.push(alike)
		}
	}
}

// appendBlock appends what belongs to selection n, size elements for each, to blocks of listBlock selections, so that nothing is moved when a list grows.
func appendBlock[T any](blocks [][]T, n, size int, elements ...T) [][]T {
	last := n / listBlock
	if last == len(blocks) {
		var block []T
		if last > 0 {
			block = make([]T, 0, listBlock*size)
		}
		blocks = append(blocks, block)
	}
	blocks[last] = append(blocks[last], elements...)
	return blocks
}

// appendDims appends a regular hyperslab whose axes are in the room of dims already.
func (l *List) appendDims(s Selection) {
	l.push(listEntry{at: l.dims.take(len(s.dims)), kind: KindRegular, rank: s.rank, unlimited: s.unlimited})
}

func (l *List) push(e listEntry) {
	if l.entries == nil {
		if e == (listEntry{kind: e.kind}) && (l.n == 0 || l.alike == e) && e.kind != KindIrregular && e.kind != KindPoints {
			l.alike = e
			l.n++
			return
		}
		l.tellApart()
	}
	l.entries = appendBlock(l.entries, l.n, 1, e)
	l.n++
}

// Truncate drops all selections but the first n. What At returned for the others is no longer good: later ones take their memory.
func (l *List) Truncate(n int) {
	if l.entries == nil {
		if l.n = n; l.alike.box {
			l.row = truncateBlocks(l.row, n, 2*int(l.alike.rank))
		}
		return
	}
	box, regular, other := true, true, true // whether none of that sort was dropped so far
	for i := n; i < l.n; i++ {
		e := l.entry(i)
		switch {
		case e.box && box:
			box = false
			l.boxes.truncate(e.at)
		case e.kind == KindRegular && !e.box && regular:
			regular = false
			l.dims.truncate(e.at)
		case (e.kind == KindIrregular || e.kind == KindPoints) && other:
			other = false
			clear(l.others[e.at.block:])
			l.others = l.others[:e.at.block]
		}
	}
	l.entries = truncateBlocks(l.entries, n, 1)
	l.n = n
}

// truncateBlocks drops what belongs to all selections but the first n.
func truncateBlocks[T any](blocks [][]T, n, size int) [][]T {
	blocks = blocks[:(n+listBlock-1)/listBlock]
	if last := len(blocks) - 1; last >= 0 {
		blocks[last] = blocks[last][:(n-last*listBlock)*size]
	}
	return blocks
}

// FirstOverlap is the function of that name for the selections of the list.
func (l *List) FirstOverlap() (i, j int, ok bool) {
	if l.boxesInRowMajorOrder() {
		return 0, 0, false
	}
	return firstOverlap(l.Len(), l.AtInto)
}

// boxesInRowMajorOrder is inRowMajorOrder where all selections are boxes.
func (l *List) boxesInRowMajorOrder() bool {
	var before []uint32
	for i := range l.n {
		if !l.entry(i).box {
			return false
		}
		words := l.words(i)
		if before != nil && !boxBeyond(words, before) {
			return false
		}
		before = words
	}
	return true
}

// boxBeyond is beyond for boxes.
func boxBeyond(words, before []uint32) bool {
	if len(words) != len(before) {
		return false
	}
	for i := 0; i+1 < len(words); i += 2 {
		if words[i] != before[i] || words[i+1] != before[i+1] {
			return words[i] >= before[i]+before[i+1]
		}
	}
	return false
}

// arena is memory that only grows, in blocks that are never moved, so that what lies in it can be referred to.
type arena[T any] struct{ blocks [][]T }

// place is where something lies in an arena: in block number block, from offset on.
type place struct {
	block  uint32
	offset uint16
}

// Numbers of elements that a block has room for: the first, and the largest. An offset has 16 bits.
const (
	firstBlock   = 32
	largestBlock = 4096
)

// room returns memory for n elements, at most 2 × MaxRank, that take takes.
func (a *arena[T]) room(n int) []T {
	last := len(a.blocks) - 1
	if last < 0 || cap(a.blocks[last])-len(a.blocks[last]) < n {
		size := 2 * max(firstBlock, n)
		if last >= 0 {
			size = min(2*cap(a.blocks[last]), largestBlock)
		}
		a.blocks = append(a.blocks, make([]T, 0, size))
		last++
	}
	used := len(a.blocks[last])
	return a.blocks[last][used : used+n : used+n]
}

// take keeps the n elements that room returned last.
func (a *arena[T]) take(n int) place {
	last := len(a.blocks) - 1
	offset := len(a.blocks[last])
	a.blocks[last] = a.blocks[last][:offset+n]
	return place{block: uint32(last), offset: uint16(offset)}
}

// get returns n elements at a place.
func (a *arena[T]) get(at place, n int) []T {
	return a.blocks[at.block][at.offset : int(at.offset)+n : int(at.offset)+n]
}

// truncate gives what lies at a place, and behind it, free.
func (a *arena[T]) truncate(at place) {
	a.blocks = a.blocks[:at.block+1]
	a.blocks[at.block] = a.blocks[at.block][:at.offset]
}
