package dataspace

// narrowAxes is how many axes a Narrow has at most.
const narrowAxes = 4

// Narrow is a hyperslab of one block, with one to four axes and coordinates of 32 bits, as most selections of mappings are: it needs no memory but its
// own. The zero value has no axes, and is no selection yet.
type Narrow struct {
	rank  uint8
	words [2 * narrowAxes]uint32 // the start and the length along each axis
}

// Add adds an axis of the coordinates [start, start+length). It is false, and adds nothing, where there are too many axes, or no or too large
// coordinates.
func (n *Narrow) Add(start, length uint64) bool {
	if n.rank == narrowAxes || !fitsBox(start, length) {
		return false
	}
	n.words[2*n.rank], n.words[2*n.rank+1] = uint32(start), uint32(length)
	n.rank++
	return true
}

// fitsBox reports whether a run of coordinates is not empty and has 32 bits.
func fitsBox(start, length uint64) bool { return length-1 < maxUint32 && start <= maxUint32-length }

// Rank is the number of axes.
func (n *Narrow) Rank() int { return int(n.rank) }

// Length is the number of coordinates along an axis.
func (n *Narrow) Length(axis int) uint64 { return uint64(n.words[:2*n.rank][2*axis+1]) }

// Start is the first coordinate along an axis.
func (n *Narrow) Start(axis int) uint64 { return uint64(n.words[:2*n.rank][2*axis]) }

// Selection is the same as a Selection.
func (n *Narrow) Selection() Selection {
	return boxSelection(n.words[:2*n.rank], make([]Dim, n.rank))
}

// boxSelection is the hyperslab of the starts and lengths of words, with its axes in room.
func boxSelection(words []uint32, room []Dim) Selection {
	for axis := range room {
		room[axis] = Dim{Start: uint64(words[2*axis]), Stride: 1, Count: 1, Block: uint64(words[2*axis+1])}
	}
	return Selection{kind: KindRegular, rank: uint8(len(room)), dims: room}
}
