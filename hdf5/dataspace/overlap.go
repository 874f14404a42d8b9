package dataspace

// FirstOverlap returns two selections of one dataspace that share an element: the smallest j
// that meets an earlier selection, and the smallest i < j that it meets. ok is false if all are
// disjoint. For layouts as they occur (lists, stacks, grids, interleaved frames) the time is
// nearly proportional to the number of selections.
func FirstOverlap(selections []Selection) (i, j int, ok bool) {
	return FirstOverlapFunc(len(selections), func(i int) Selection { return selections[i] })
}

// FirstOverlapFunc is FirstOverlap for n selections that at returns; at is called more than once
// for each.
func FirstOverlapFunc(n int, at func(int) Selection) (i, j int, ok bool) {
	return firstOverlap(n, func(i int, _ []Dim) Selection { return at(i) })
}

// firstOverlap is FirstOverlapFunc for selections whose axes at may put into room, where they are good until that is used again.
func firstOverlap(n int, at func(i int, room []Dim) Selection) (i, j int, ok bool) {
	if inRowMajorOrder(n, at) {
		return 0, 0, false
	}
	f := &overlapFinder{n: n, at: at}
	for k := range n {
		s := at(k, f.room[0][:])
		if s.kind == KindAll && f.whole == nil {
			f.whole = &k
		}
		f.rank = max(f.rank, s.Rank())
	}
	if f.whole != nil || f.rank == 0 {
		return f.firstWithAll()
	}
	f.chooseStrides()
	return f.search()
}

// inRowMajorOrder reports whether each selection lies wholly beyond the one before it along the first axis in which their bounds differ: lists, stacks
// and grids row by row, as most layouts are. No two of them share an element then: from one to the next, the bounds along the first axis stay or
// move on, so that two that meet have the same bounds there as all between them; and so on, axis by axis. False says nothing.
func inRowMajorOrder(n int, at func(i int, room []Dim) Selection) bool {
	var rooms [2][MaxRank]Dim // for the selection and the one before it
	turn := 0
	var before []Dim
	for i := range n {
		s := at(i, rooms[turn][:])
		if s.kind == KindNone {
			continue
		}
		if s.kind != KindRegular || before != nil && !beyond(s.dims, before) {
			return false
		}
		before, turn = s.dims, 1-turn
	}
	return true
}

// beyond reports whether the regular hyperslab dims lies beyond another one, before, along the first axis in which their bounds differ.
func beyond(dims, before []Dim) bool {
	if len(dims) != len(before) {
		return false
	}
	for axis := range dims {
		d, e := &dims[axis], &before[axis]
		if last := e.last(); d.Start != e.Start || d.last() != last {
			return d.Start > last
		}
	}
	return false
}

type overlapFinder struct {
	n, rank int
	at      func(i int, room []Dim) Selection
	room    [2][MaxRank]Dim // for two selections at a time
	whole   *int            // the first selection that is All
	// strides has, for each axis, the stride that most selections have along it, 0 if few are
	// strided. Selections dealt out like cards all have the same bounds; what tells them apart
	// is where they lie within the stride, and that is taken as one more axis.
	strides []uint64
}

// firstWithAll settles the case in which a selection is All: the first two that are not None meet
// as soon as one of them is All, and what comes before the first All is looked at by itself.
func (f *overlapFinder) firstWithAll() (i, j int, ok bool) {
	if f.whole == nil {
		return 0, 0, false
	}
	all := *f.whole
	if i, j, ok = firstOverlap(all, f.at); ok {
		return i, j, true
	}
	for i = range all {
		if f.at(i, f.room[0][:]).kind != KindNone {
			return i, all, true
		}
	}
	for j = all + 1; j < f.n; j++ {
		if f.at(j, f.room[0][:]).kind != KindNone {
			return all, j, true
		}
	}
	return 0, 0, false
}

// chooseStrides finds for each axis the stride of the majority of the strided selections.
func (f *overlapFinder) chooseStrides() {
	f.strides = make([]uint64, f.rank)
	votes := make([]int, f.rank)
	strided := make([]int, f.rank)
	for k := range f.n {
		s := f.at(k, f.room[0][:])
		if s.dims == nil {
			continue
		}
		for axis, d := range s.dims {
			switch {
			case d.Count == 1:
				continue
			case votes[axis] == 0:
				f.strides[axis], votes[axis] = d.Stride, 1
			case f.strides[axis] == d.Stride:
				votes[axis]++
			default:
				votes[axis]--
			}
			strided[axis]++
		}
	}
	for axis, n := range strided {
		if n < f.n/4+2 {
			f.strides[axis] = 0
		}
	}
}

// bounds fills in the bounds of selection k along the axes and then its place within the stride
// of each axis that has one; false means that k selects nothing.
func (f *overlapFinder) bounds(k int, lo, hi []uint64) bool {
	s := f.at(k, f.room[0][:])
	if !s.BoundsInto(lo, hi) {
		return false
	}
	for axis := s.Rank(); axis < f.rank; axis++ {
		lo[axis], hi[axis] = 0, MaxCoordinate
	}
	extra := f.rank
	for axis, stride := range f.strides {
		if stride == 0 {
			continue
		}
		lo[extra], hi[extra] = s.residues(axis, stride, lo[axis], hi[axis])
		extra++
	}
	return true
}

// residues returns the range in which the coordinates of s along axis lie modulo stride.
func (s Selection) residues(axis int, stride, lo, hi uint64) (uint64, uint64) {
	reach := hi - lo
	if s.dims != nil && axis < len(s.dims) && s.dims[axis].Count > 1 && s.dims[axis].Stride == stride {
		reach = s.dims[axis].Block - 1
	}
	if first := lo % stride; reach < stride && first+reach < stride {
		return first, first + reach
	}
	return 0, stride - 1
}

// width returns the number of axes that bounds fills in.
func (f *overlapFinder) width() int {
	n := f.rank
	for _, stride := range f.strides {
		if stride != 0 {
			n++
		}
	}
	return n
}

// search looks every selection up among those before it.
func (f *overlapFinder) search() (i, j int, ok bool) {
	width := f.width()
	index := &BoxIndex{boxes: listBoxes(width, f.n, f.bounds).boxes, ordered: true}
	if index.Separate() || index.apart() {
		return 0, 0, false
	}
	index.arrange()
	lo, hi, axes := make([]uint64, width), make([]uint64, width), make([]Progression, width)
	for j = range f.n {
		if !f.bounds(j, lo, hi) {
			continue
		}
		for axis := range width {
			axes[axis] = Progression{Start: lo[axis], Step: 1, Count: hi[axis] - lo[axis] + 1}
		}
		s := f.at(j, f.room[0][:])
		index.Visit(axes, func(k int) bool {
			if k >= j {
				return false
			}
			i, ok = k, !Disjoint(f.at(k, f.room[1][:]), s)
			return !ok
		})
		if ok {
			return i, j, true
		}
	}
	return 0, 0, false
}
