package chunkindex

// Stored is a chunk that was written, as an index keeps it.
type Stored struct {
	Number  uint64 // its place in an array, and in the order of a tree
	Address uint64
	Size    uint64 // stored bytes
	Mask    uint32 // filters that were skipped
	Room    uint32 // bytes that may be stored at Address; no index keeps it
}

// Numbering turns scaled coordinates of chunks into linear indexes, and back.
type Numbering struct {
	first int      // the axis that changes most slowly
	down  []uint64 // from one chunk to the next along each axis
}

// NewNumbering makes the numbering for a dataset of at most chunks[i] chunks along axis i. axis is the one that changes most slowly, whose number of
// chunks does not matter, as an unlimited one must; -1: there is none, and axis 0 is. The chunks of the other axes must multiply to less than 2^64.
func NewNumbering(chunks []uint64, axis int) Numbering {
	n := Numbering{first: max(axis, 0), down: make([]uint64, len(chunks))}
	step := uint64(1)
	for i := len(chunks) - 1; i >= 0; i-- {
		if i != n.first {
			n.down[i] = step
			step *= chunks[i]
		}
	}
	n.down[n.first] = step
	return n
}

// Number is the linear index of a chunk.
func (n Numbering) Number(scaled []uint64) uint64 {
	sum := uint64(0)
	for i, s := range scaled {
		sum += s * n.down[i]
	}
	return sum
}

// Scaled sets the coordinates of the chunk with a linear index.
func (n Numbering) Scaled(scaled []uint64, number uint64) {
	scaled[n.first], number = n.divide(n.first, number)
	for i := range scaled {
		if i != n.first {
			scaled[i], number = n.divide(i, number)
		}
	}
}

// divide is how many steps along an axis a number has, and what is left. There is no chunk where another axis has none.
func (n Numbering) divide(axis int, number uint64) (steps, rest uint64) {
	if n.down[axis] == 0 {
		return 0, number
	}
	return number / n.down[axis], number % n.down[axis]
}
