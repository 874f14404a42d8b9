package dataspace

// Disjoint reports whether no element is in both a and b. It is exact, for strided and unlimited
// selections too: an unlimited one is taken to have grown as far as it can. Selections of
// different rank share nothing; All meets everything but None.
func Disjoint(a, b Selection) bool {
	switch {
	case a.kind == KindNone || b.kind == KindNone:
		return true
	case a.kind == KindAll || b.kind == KindAll:
		return false
	case a.rank != b.rank:
		return true
	case a.dims != nil && b.dims != nil && a.tail == 0 && b.tail == 0:
		return !productsMeet(a.dims, b.dims)
	case !a.boundsMeet(b):
		return true
	}
	if a.partCount() < b.partCount() {
		a, b = b, a
	}
	if a.partCount() <= fewParts || b.partCount() == 1 {
		return a.disjointByPairs(b)
	}
	return a.disjointByIndex(b)
}

// fewParts is the number of boxes up to which comparing all pairs beats building an index.
const fewParts = 32

// partCount returns the number of products that make up s.
func (s Selection) partCount() int {
	switch {
	case s.dims == nil:
		return s.set.len(s.kind)
	case s.tail > 0:
		return 2
	}
	return 1
}

// part returns product i of s; scratch, of length Rank, is what it may be built in.
func (s Selection) part(i int, scratch []Dim) []Dim {
	switch {
	case s.dims == nil:
		first, last := s.set.element(s.kind, i)
		for axis := range scratch {
			scratch[axis] = Dim{Start: first[axis], Stride: 1, Count: 1, Block: last[axis] - first[axis] + 1}
		}
		return scratch
	case i == 1:
		return s.tailDims()
	}
	return s.dims
}

func (s Selection) boundsMeet(t Selection) bool {
	var b [4][MaxRank]uint64
	s.BoundsInto(b[0][:], b[1][:])
	t.BoundsInto(b[2][:], b[3][:])
	for axis := range int(s.rank) {
		if b[0][axis] > b[3][axis] || b[2][axis] > b[1][axis] {
			return false
		}
	}
	return true
}

func (s Selection) disjointByPairs(t Selection) bool {
	var p, q [MaxRank]Dim
	for i := range s.partCount() {
		a := s.part(i, p[:s.rank])
		for j := range t.partCount() {
			if productsMeet(a, t.part(j, q[:t.rank])) {
				return false
			}
		}
	}
	return true
}

// disjointByIndex looks each part of t up among the parts of s.
func (s Selection) disjointByIndex(t Selection) bool {
	var p, q [MaxRank]Dim
	index := NewBoxIndex(int(s.rank), s.partCount(), func(i int, lo, hi []uint64) bool {
		for axis, d := range s.part(i, p[:s.rank]) {
			lo[axis], hi[axis] = d.Start, d.last()
		}
		return true
	})
	axes := make([]Progression, t.rank)
	meet := false
	for j := 0; j < t.partCount() && !meet; j++ {
		b := t.part(j, q[:t.rank])
		for axis, d := range b {
			axes[axis] = Progression{Start: d.Start, Step: 1, Count: d.last() - d.Start + 1}
		}
		index.Visit(axes, func(i int) bool {
			meet = productsMeet(s.part(i, p[:s.rank]), b)
			return !meet
		})
	}
	return !meet
}

// productsMeet reports whether two regular hyperslabs share an element: they do if they share a
// coordinate along every axis.
func productsMeet(a, b []Dim) bool {
	for axis, d := range a {
		if e := b[axis]; d.Start > e.last() || e.Start > d.last() {
			return false
		}
	}
	for axis, d := range a {
		if e := b[axis]; d.Count > 1 && e.Count > 1 && !axesMeet(d.limited(), e.limited()) ||
			d.Count == 1 && e.Count > 1 && !e.limited().meetsRange(d.Start, d.last()) ||
			e.Count == 1 && d.Count > 1 && !d.limited().meetsRange(e.Start, e.last()) {
			return false
		}
	}
	return true
}

// meetsRange reports whether the limited axis d, with more than one block, has a coordinate in
// [lo, hi], a range that meets its bounds.
func (d Dim) meetsRange(lo, hi uint64) bool {
	if lo <= d.Start {
		return true
	}
	at := lo - d.Start
	if at%d.Stride < d.Block {
		return true
	}
	// lo lies in a gap: the next block begins at the next multiple of the stride.
	next := (at/d.Stride + 1) * d.Stride
	return next <= hi-d.Start
}

// axesMeet reports whether two limited axes, each with blocks a stride apart, share a coordinate.
// Block i of a and block j of b do exactly if low ≤ a.Stride·i - b.Stride·j ≤ low + width.
func axesMeet(a, b Dim) bool {
	low := int64(b.Start) - int64(a.Start) - int64(a.Block-1)
	width := a.Block + b.Block - 2
	stride, reach := int64(a.Stride), int64(b.Stride)*int64(b.Count-1)

	// For the blocks i with 0 ≤ a.Stride·i - low < b.Stride·b.Count, the only candidate is
	// j = (a.Stride·i - low) / b.Stride: what remains must be at most width.
	from := max(0, ceilDiv(low, stride))
	to := min(int64(a.Count-1), floorDiv(low+reach+int64(b.Stride)-1, stride))
	if from <= to {
		x, ok := FirstResidue(a.Stride, uint64(stride*from-low), b.Stride, width)
		if ok && x <= uint64(to-from) {
			return true
		}
	}
	// Beyond them, block i may still meet the last block of b.
	from = max(0, ceilDiv(low+reach+int64(b.Stride), stride))
	to = min(int64(a.Count-1), floorDiv(low+int64(width)+reach, stride))
	return from <= to
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func ceilDiv(a, b int64) int64 { return -floorDiv(-a, b) }
