package dataspace

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// The naive model that the package is held against: a selection is the list of its elements, found
// by asking of every element of the dataspace whether it is selected.

// member reports whether x is selected along an axis.
func member(d Dim, x uint64) bool {
	if x < d.Start || d.Count == 0 {
		return false
	}
	i := uint64(0)
	if d.Count > 1 {
		i = (x - d.Start) / d.Stride
	}
	return i < d.Count && (d.Block == Unlimited || x-d.Start-i*d.Stride < d.Block)
}

// everyElement visits all elements of a dataspace in row-major order.
func everyElement(extent []uint64, visit func(x []uint64)) {
	if slices.Contains(extent, 0) {
		return
	}
	x := make([]uint64, len(extent))
	for {
		visit(x)
		axis := len(x) - 1
		for ; axis >= 0; axis-- {
			if x[axis]++; x[axis] < extent[axis] {
				break
			}
			x[axis] = 0
		}
		if axis < 0 {
			return
		}
	}
}

// regularElements lists the elements of a regular hyperslab in a dataspace.
func regularElements(dims []Dim, extent []uint64) []string {
	var all []string
	everyElement(extent, func(x []uint64) {
		for axis, d := range dims {
			if !member(d, x[axis]) {
				return
			}
		}
		all = append(all, fmt.Sprint(x))
	})
	return all
}

// boxElements lists the elements of a union of boxes in a dataspace.
func boxElements(boxes []Box, extent []uint64) []string {
	var all []string
	everyElement(extent, func(x []uint64) {
		for _, b := range boxes {
			inside := true
			for axis := range x {
				inside = inside && x[axis] >= b.Start[axis] && x[axis]-b.Start[axis] < b.Count[axis]
			}
			if inside {
				all = append(all, fmt.Sprint(x))
				return
			}
		}
	})
	return all
}

// listed lists the elements of a selection by its own account: the ordinals of its pieces. It fails
// unless the pieces number every element once.
func listed(t *testing.T, s Selection, extent []uint64) []string {
	t.Helper()
	pieces, err := s.Pieces(extent)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	n, err := s.Count(extent)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	all := make([]string, n)
	first := uint64(0)
	for _, p := range pieces {
		if p.Ordinal < first {
			t.Fatalf("%v: pieces out of order: %+v", s, pieces)
		}
		first = p.Ordinal
		counts := make([]uint64, len(p.Digits))
		for i, d := range p.Digits {
			counts[i] = d.Count
			rest := uint64(0)
			for _, later := range p.Digits[i+1:] {
				rest += (later.Count - 1) * later.Ordinal
			}
			if d.Ordinal <= rest || d.Count < 2 {
				t.Fatalf("%v: digits do not nest: %+v", s, p)
			}
		}
		everyElement(counts, func(i []uint64) {
			x, k := slices.Clone(p.Start), p.Ordinal
			for j, d := range p.Digits {
				x[d.Axis] += i[j] * d.Step
				k += i[j] * d.Ordinal
			}
			if k >= n || all[k] != "" {
				t.Fatalf("%v: element %v is number %d of %d, taken by %q", s, x, k, n, all[k])
			}
			all[k] = fmt.Sprint(x)
		})
	}
	if slices.Contains(all, "") {
		t.Fatalf("%v: pieces leave elements out: %v", s, all)
	}
	return all
}

// boxesOf lists the elements of the boxes that a selection yields, and fails if two share one.
func boxesOf(t *testing.T, s Selection) []string {
	t.Helper()
	seen := map[string]bool{}
	var all [][]uint64
	for b := range s.Boxes() {
		everyElement(b.Count, func(i []uint64) {
			x := slices.Clone(b.Start)
			for axis := range x {
				x[axis] += i[axis]
			}
			if seen[fmt.Sprint(x)] {
				t.Fatalf("%v: two boxes hold %v", s, x)
			}
			seen[fmt.Sprint(x)] = true
			all = append(all, x)
		})
	}
	slices.SortFunc(all, slices.Compare[[]uint64])
	var text []string
	for _, x := range all {
		text = append(text, fmt.Sprint(x))
	}
	return text
}

type random struct{ *rand.Rand }

// newRandom returns a source of random selections with a new seed, which a failure prints.
func newRandom(t testing.TB) random {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	return random{rand.New(rand.NewPCG(seed, 0))}
}

func (r random) upTo(n uint64) uint64 { return r.Uint64N(n + 1) }

// dim draws an axis that ends below size, which is at least 4.
func (r random) dim(size uint64) Dim {
	d := Dim{Start: r.upTo(size / 2), Block: 1 + r.upTo(size/6), Count: 1}
	d.Stride = d.Block + r.upTo(3)
	if room := size - d.Start; d.Block > room {
		d.Block = room
		d.Stride = max(d.Stride, d.Block)
	} else if r.IntN(3) > 0 {
		d.Count = 1 + r.upTo((room-d.Block)/d.Stride)
	}
	return d
}

func (r random) dims(extent []uint64) []Dim {
	dims := make([]Dim, len(extent))
	for axis, e := range extent {
		dims[axis] = r.dim(e)
	}
	return dims
}

func (r random) boxes(extent []uint64, n int) []Box {
	boxes := make([]Box, n)
	for i := range boxes {
		for _, e := range extent {
			start := r.upTo(e - 1)
			boxes[i].Start = append(boxes[i].Start, start)
			boxes[i].Count = append(boxes[i].Count, 1+r.upTo(min(3, e-start-1)))
		}
	}
	return boxes
}

// selection draws any kind of limited selection in a dataspace, and lists its elements.
func (r random) selection(t testing.TB, extent []uint64) (Selection, []string) {
	switch r.IntN(5) {
	case 0:
		boxes := r.boxes(extent, 1+r.IntN(6))
		s, err := Boxes(len(extent), boxes)
		if err != nil {
			t.Fatal(err)
		}
		return s, boxElements(boxes, extent)
	case 1:
		var coords []uint64
		var all []string
		for range 1 + r.IntN(6) {
			var x []uint64
			for _, e := range extent {
				x = append(x, r.upTo(e-1))
			}
			coords = append(coords, x...)
			all = append(all, fmt.Sprint(x))
		}
		s, err := Points(len(extent), coords)
		if err != nil {
			t.Fatal(err)
		}
		return s, all
	}
	dims := r.dims(extent)
	if r.IntN(3) == 0 {
		// An unlimited selection that was ended, within a block if it comes so.
		axis := r.IntN(len(dims))
		dims[axis].Count = Unlimited
		s := mustRegular(t, dims...).Clip(axis, extent[axis])
		return s, regularElements(dims, extent)
	}
	return mustRegular(t, dims...), regularElements(dims, extent)
}

func mustRegular(t testing.TB, dims ...Dim) Selection {
	t.Helper()
	s, err := Regular(dims...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSelectionsAgainstModel(t *testing.T) {
	r := newRandom(t)
	for range 6000 {
		extent := [][]uint64{{40}, {9, 9}, {4, 12}, {5, 4, 6}}[r.IntN(4)]
		s, want := r.selection(t, extent)
		if got := listed(t, s, nil); !slices.Equal(got, want) {
			t.Fatalf("%v lists %v, want %v", s, got, want)
		}
		if s.Kind() == KindPoints {
			continue
		}
		if got := boxesOf(t, s); !slices.Equal(got, want) {
			t.Fatalf("the boxes of %v hold %v, want %v", s, got, want)
		}
		checkBounds(t, s)
		checkEncoding(t, s)
	}
}

// checkBounds compares Bounds with the boxes.
func checkBounds(t *testing.T, s Selection) {
	t.Helper()
	lo, hi, ok := s.Bounds()
	if !ok {
		t.Fatalf("%v has no bounds", s)
	}
	for axis := range s.Rank() {
		first, last := ^uint64(0), uint64(0)
		for b := range s.Boxes() {
			first, last = min(first, b.Start[axis]), max(last, b.Start[axis]+b.Count[axis]-1)
		}
		if lo[axis] != first || hi[axis] != last {
			t.Fatalf("%v: bounds %v to %v, and along axis %d it goes from %d to %d", s, lo, hi, axis, first, last)
		}
	}
}

// checkEncoding decodes what s is encoded to.
func checkEncoding(t *testing.T, s Selection) {
	t.Helper()
	b, err := s.AppendEncode(nil)
	if err != nil {
		t.Fatalf("%v: %v", s, err)
	}
	back, n, err := Decode(append(b, 0xaa))
	if err != nil || n != len(b) || !back.Equal(s) {
		t.Fatalf("%v came back as %v, %d of %d bytes, %v", s, back, n, len(b), err)
	}
	if n, err := Skip(b); n != len(b) || err != nil {
		t.Fatalf("%v: Skip says %d of %d bytes, %v", s, n, len(b), err)
	}
	var lo, hi [MaxRank]uint64
	_, rank, n, ok, err := DecodeBounds(b, lo[:], hi[:])
	wantLo, wantHi, wantOK := s.Bounds()
	if err != nil || n != len(b) || ok != wantOK || rank != s.Rank() ||
		!slices.Equal(lo[:rank], wantLo) || !slices.Equal(hi[:rank], wantHi) {
		t.Fatalf("%v: DecodeBounds says %v to %v, %v, %v", s, lo[:rank], hi[:rank], ok, err)
	}
}

func TestUnlimitedAgainstModel(t *testing.T) {
	r := newRandom(t)
	for range 3000 {
		extent := [][]uint64{{30}, {9, 9}, {5, 4, 6}}[r.IntN(3)]
		dims := r.dims(extent)
		axis := r.IntN(len(dims))
		if dims[axis].Count = Unlimited; r.IntN(4) == 0 {
			dims[axis].Count, dims[axis].Block = 1, Unlimited
		}
		s := mustRegular(t, dims...)
		if got, ok := s.UnlimitedAxis(); !ok || got != axis {
			t.Fatalf("%v: unlimited axis %d, %v", s, got, ok)
		}
		checkEncoding(t, s)
		small := slices.Clone(extent)
		small[axis] = r.upTo(extent[axis])
		want := regularElements(dims, small)
		if got := listed(t, s, small); !slices.Equal(got, want) {
			t.Fatalf("%v in %v lists %v, want %v", s, small, got, want)
		}
		var coordinates []uint64
		for x := range extent[axis] {
			if member(dims[axis], x) {
				coordinates = append(coordinates, x)
			}
		}
		for e := range extent[axis] + 1 {
			n, _ := slices.BinarySearch(coordinates, e)
			if got := s.Slices(e); got != uint64(n) {
				t.Fatalf("%v has %d slices below %d, want %d", s, got, e, n)
			}
		}
		for n, x := range coordinates {
			// n slices end behind the last of them, or, with the gap, where the next one is.
			if n > 0 && s.ExtentFor(uint64(n), false) != coordinates[n-1]+1 || s.ExtentFor(uint64(n), true) != x {
				t.Fatalf("%v: %d slices need %d or, with the gap, %d; coordinates are %v", s, n,
					s.ExtentFor(uint64(n), false), s.ExtentFor(uint64(n), true), coordinates)
			}
		}
		if s.ExtentFor(0, false) != 0 {
			t.Fatalf("%v: no slices need %d", s, s.ExtentFor(0, false))
		}
		if dims[axis].Block != Unlimited {
			checkBlocks(t, r, s, axis, dims[axis], extent[axis])
		}
	}
}

// checkBlocks compares the blocks along an unlimited axis with the model.
func checkBlocks(t *testing.T, r random, s Selection, axis int, d Dim, extent uint64) {
	t.Helper()
	lo := r.upTo(extent)
	hi := lo + r.upTo(5)
	first, end := s.BlockRange(lo, hi)
	for j := range extent {
		b, err := s.BlockAt(j)
		if err != nil {
			t.Fatal(err)
		}
		from, to := d.Start+j*d.Stride, d.Start+j*d.Stride+d.Block-1
		bLo, bHi, _ := b.Bounds()
		if bLo[axis] != from || bHi[axis] != to {
			t.Fatalf("block %d of %v is %v", j, s, b)
		}
		if meets := from <= hi && to >= lo; meets != (first <= j && j < end) {
			t.Fatalf("%v: blocks %d to %d meet [%d, %d], and block %d is %v", s, first, end, lo, hi, j, b)
		}
	}
}

func TestDisjointAgainstModel(t *testing.T) {
	r := newRandom(t)
	meeting := 0
	for range 12000 {
		extent := [][]uint64{{60}, {30, 4}, {12, 12}, {4, 5, 6}}[r.IntN(4)]
		a, inA := r.selection(t, extent)
		b, inB := r.selection(t, extent)
		want := true
		for _, x := range inA {
			want = want && !slices.Contains(inB, x)
		}
		if !want {
			meeting++
		}
		if Disjoint(a, b) != want || Disjoint(b, a) != want {
			t.Fatalf("Disjoint(%v, %v) = %v, %v, want %v", a, b, Disjoint(a, b), Disjoint(b, a), want)
		}
	}
	t.Logf("%d pairs met", meeting)
}

// TestDisjointAxes tries long progressions, where hardly any pair of blocks meets.
func TestDisjointAxes(t *testing.T) {
	r := newRandom(t)
	draw := func() Dim {
		d := Dim{Start: r.upTo(400), Stride: 1 + r.upTo(60), Count: 2 + r.upTo(30)}
		d.Block = 1 + r.upTo(min(3, d.Stride-1))
		return d
	}
	for range 8000 {
		a, b := draw(), draw()
		want := true
		for x := range uint64(2500) {
			want = want && !(member(a, x) && member(b, x))
		}
		if got := Disjoint(mustRegular(t, a), mustRegular(t, b)); got != want {
			t.Fatalf("Disjoint(%v, %v) = %v, want %v", a, b, got, want)
		}
		// Without end, two progressions meet if they do within one common period beyond both starts.
		a.Count, b.Count = Unlimited, Unlimited
		want = true
		for x := range uint64(400 + 60*60 + 60) {
			want = want && !(member(a, x) && member(b, x))
		}
		if got := Disjoint(mustRegular(t, a), mustRegular(t, b)); got != want {
			t.Fatalf("Disjoint(%v, %v) = %v, want %v", a, b, got, want)
		}
	}
}

func TestFirstOverlapAgainstModel(t *testing.T) {
	r := newRandom(t)
	found := 0
	for range 3000 {
		extent := [][]uint64{{200}, {40, 8}, {12, 12}, {4, 8, 6}}[r.IntN(4)]
		var selections []Selection
		for range r.IntN(20) {
			s, _ := r.selection(t, extent)
			switch r.IntN(150) {
			case 0:
				s = All()
			case 1:
				s = None()
			}
			selections = append(selections, s)
			if i, _, ok := naiveOverlap(selections); ok && r.IntN(3) > 0 {
				_ = i
				selections = selections[:len(selections)-1]
			}
		}
		i, j, ok := FirstOverlap(selections)
		wantI, wantJ, want := naiveOverlap(selections)
		if ok != want || ok && (i != wantI || j != wantJ) {
			t.Fatalf("FirstOverlap(%v) = %d, %d, %v, want %d, %d, %v", selections, i, j, ok, wantI, wantJ, want)
		}
		if ok {
			found++
		}
	}
	t.Logf("%d overlaps", found)
}

func naiveOverlap(selections []Selection) (i, j int, ok bool) {
	for j := range selections {
		for i := range j {
			if !Disjoint(selections[i], selections[j]) {
				return i, j, true
			}
		}
	}
	return 0, 0, false
}

func TestFirstResidue(t *testing.T) {
	r := newRandom(t)
	for range 100000 {
		m := 1 + r.upTo(40)
		a, b, w := r.upTo(60), r.upTo(60), r.upTo(45)
		want, ok := uint64(0), false
		for x := uint64(0); x < m && !ok; x++ {
			if (a*x+b)%m <= w {
				want, ok = x, true
			}
		}
		if got, gotOK := FirstResidue(a, b, m, w); gotOK != ok || ok && got != want {
			t.Fatalf("FirstResidue(%d, %d, %d, %d) = %d, %v, want %d, %v", a, b, m, w, got, gotOK, want, ok)
		}
	}
	// Close to the largest numbers nothing overflows.
	for range 10000 {
		m := 1<<62 + r.Uint64N(1<<62)
		a, b, w := r.Uint64N(m), r.Uint64N(m), r.Uint64N(1000)
		if x, ok := FirstResidue(a, b, m, w); ok {
			if got := mulMod(a, x, m, b); got > w {
				t.Fatalf("FirstResidue(%d, %d, %d, %d) = %d, where it is %d", a, b, m, w, x, got)
			}
		}
	}
}

// mulMod returns (a·x + b) mod m.
func mulMod(a, x, m, b uint64) uint64 {
	p := new(big.Int).Mul(new(big.Int).SetUint64(a), new(big.Int).SetUint64(x))
	p.Add(p, new(big.Int).SetUint64(b))
	return p.Mod(p, new(big.Int).SetUint64(m)).Uint64()
}
