package dataspace

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// A List gives back what was put into it, of every kind, also after some of it was dropped.
func TestList(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var list List
	var want []Selection
	for range 20_000 {
		switch r.IntN(12) {
		case 0:
			n := r.IntN(min(len(want), 60) + 1)
			want = want[:len(want)-n]
			list.Truncate(len(want))
			continue
		case 1:
			want = append(want, All())
		case 2:
			want = append(want, None())
		case 3:
			var n Narrow
			dims := make([]Dim, 1+r.IntN(narrowAxes))
			for axis := range dims {
				dims[axis] = Range(r.Uint64N(9), 10+r.Uint64N(9))
				if !n.Add(dims[axis].Start, dims[axis].Block) {
					t.Fatal(dims[axis])
				}
			}
			want = append(want, mustRegular(t, dims...))
			list.AppendNarrow(&n)
			continue
		case 4:
			boxes, err := Boxes(2, []Box{{[]uint64{0, uint64(len(want))}, []uint64{3, 4}}, {[]uint64{9, 9}, []uint64{1, 2}}})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, boxes)
		default:
			dims := make([]Dim, 1+r.IntN(MaxRank))
			for axis := range dims {
				dims[axis] = Dim{Start: r.Uint64N(1000), Stride: 2 + r.Uint64N(3), Count: 1 + r.Uint64N(3), Block: 1 + r.Uint64N(2)}
			}
			if r.IntN(2) == 0 {
				for axis := range dims {
					dims[axis].Count = 1
				}
			}
			if r.IntN(9) == 0 {
				dims[r.IntN(len(dims))].Start = maxUint32 - r.Uint64N(3)
			}
			if r.IntN(3) == 0 {
				dims[r.IntN(len(dims))].Count = Unlimited
			}
			if r.IntN(9) == 0 {
				dims[r.IntN(len(dims))].Block = 0
			}
			want = append(want, mustRegular(t, dims...))
			if r.IntN(2) == 0 {
				if err := list.AppendRegular(dims...); err != nil {
					t.Fatal(err)
				}
				continue
			}
		}
		list.Append(want[len(want)-1])
	}
	if list.Len() != len(want) {
		t.Fatalf("%d selections, want %d", list.Len(), len(want))
	}
	room := make([]Dim, MaxRank)
	for i, s := range want {
		if got := list.At(i); got.Kind() != s.Kind() || !got.Equal(s) {
			t.Fatalf("selection %d is %v, want %v", i, got, s)
		}
		if got := list.AtInto(i, room); got.Kind() != s.Kind() || !got.Equal(s) {
			t.Fatalf("selection %d is %v in memory of the caller, want %v", i, got, s)
		}
		if list.IsAll(i) != (s.Kind() == KindAll) {
			t.Fatalf("selection %d is everything: %t", i, list.IsAll(i))
		}
		checkAppendBox(t, &list, i, s)
		axis, ok := s.UnlimitedAxis()
		if got, unlimited := list.UnlimitedAxis(i); got != axis || unlimited != ok {
			t.Fatalf("selection %d has no end along %d (%t), want %d (%t)", i, got, unlimited, axis, ok)
		}
	}
	for _, dims := range [][]Dim{nil, make([]Dim, MaxRank+1), {{Count: 2, Stride: 1, Block: 2}}} {
		_, err := Regular(dims...)
		if got := list.AppendRegular(dims...); err == nil || got == nil || got.Error() != err.Error() || list.Len() != len(want) {
			t.Errorf("%v: got %v, want %v", dims, got, err)
		}
	}
}

// checkAppendBox holds AppendBox of selection i of a list against that selection: what it appends, and counts, and that it passes over others.
// Selections that are alike stay what they are when some are dropped, and when one comes that is not like them.
func TestListOfAlike(t *testing.T) {
	box := func(i int) Selection { return mustRegular(t, Range(uint64(i), uint64(i+1)), Range(0, 5)) }
	all := func(int) Selection { return All() }
	others := []Selection{All(), None(), box(7), mustRegular(t, Range(3, 9)), mustRegular(t, Dim{Start: 1, Stride: 3, Count: 2, Block: 1}, Range(0, 5)), mustRegular(t, Dim{Start: 1, Stride: 1, Count: 1, Block: Unlimited}, Range(0, 5))}
	for _, like := range []func(int) Selection{box, all} {
		for _, n := range []int{0, 1, 2, listBlock - 1, listBlock, listBlock + 1, 3*listBlock + 5} {
			for _, left := range []int{0, 1, n / 2, n - 1, n} {
				for k, other := range others {
					var list List
					var want []Selection
					add := func(s Selection) { list.Append(s); want = append(want, s) }
					drop := func(n int) { list.Truncate(n); want = want[:n] }
					for i := range n {
						add(like(i))
					}
					drop(min(max(left, 0), n))
					for i := range 3 {
						add(like(i))
					}
					add(other)
					add(like(n))
					drop(len(want) - 1)
					add(like(n + 1))
					drop(len(want) - 2) // those that are alike alone, again
					for i := range 3 {
						add(others[(k+i)%len(others)])
					}
					if list.Len() != len(want) {
						t.Fatalf("%d selections, want %d", list.Len(), len(want))
					}
					for i, s := range want {
						if got := list.At(i); got.Kind() != s.Kind() || !got.Equal(s) || list.IsAll(i) != (s.Kind() == KindAll) {
							t.Fatalf("%d, %d left, other %v: selection %d is %v, want %v", n, left, other, i, got, s)
						}
						axis, open := list.UnlimitedAxis(i)
						if wantAxis, wantOpen := s.UnlimitedAxis(); open != wantOpen || open && axis != wantAxis {
							t.Fatalf("selection %d: axis %d %t, want %d %t", i, axis, open, wantAxis, wantOpen)
						}
						checkAppendBox(t, &list, i, s)
					}
				}
			}
		}
	}
}

func checkAppendBox(t *testing.T, list *List, i int, s Selection) {
	t.Helper()
	before := []byte("before")
	b, n, ok := list.AppendBox(before, i, nil)
	narrow := s.Kind() == KindRegular
	for _, d := range s.Dims() {
		narrow = narrow && d.Count == 1 && fitsBox(d.Start, d.Block)
	}
	if ok != narrow || !ok && len(b) != len(before) {
		t.Fatalf("selection %d, %v, is appended: %t, %d bytes", i, s, ok, len(b)-len(before))
	}
	if !ok {
		return
	}
	want, err := s.AppendEncode(before)
	count, wrong := s.CountWithin(nil)
	if err != nil || !wrong || !bytes.Equal(b, want) || n != count {
		t.Fatalf("selection %d, %v, is %x with %d elements, want %x with %d (%v)", i, s, b, n, want, count, err)
	}
	_, extent, _ := s.Bounds()
	for axis := range extent {
		extent[axis]++
	}
	if b, m, ok := list.AppendBox(before, i, extent); !ok || m != n || !bytes.Equal(b, want) {
		t.Fatalf("selection %d, %v, does not lie within %v", i, s, extent)
	}
	extent[i%len(extent)]--
	if b, _, ok := list.AppendBox(before, i, extent); ok || len(b) != len(before) {
		t.Fatalf("selection %d, %v, lies within %v", i, s, extent)
	}
	if _, _, ok := list.AppendBox(before, i, append(extent, 5)); ok {
		t.Fatalf("selection %d, %v, has an extent of another rank", i, s)
	}
}

// The first overlap of a list is that of its selections.
func TestListFirstOverlap(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	for range 2000 {
		var list List
		var selections []Selection
		at := r.Uint64N(2) * (maxUint32 - 10) // also where numbers of 32 bits end
		for range 1 + r.IntN(12) {
			first := Range(at, at+1+r.Uint64N(3))
			at = first.Start + first.Block - min(first.Block, r.Uint64N(8)/7) // now and then one less than the end
			dims := []Dim{first, Range(r.Uint64N(2), 2)}
			if r.IntN(20) == 0 {
				dims[1] = Dim{Stride: 2, Count: 2, Block: 1}
			}
			s := mustRegular(t, dims...)
			if r.IntN(30) == 0 {
				s = None()
			}
			list.Append(s)
			selections = append(selections, s)
		}
		if r.IntN(3) == 0 { // not in row-major order
			r.Shuffle(len(selections), func(i, j int) { selections[i], selections[j] = selections[j], selections[i] })
			list = List{}
			for _, s := range selections {
				list.Append(s)
			}
		}
		i, j, ok := list.FirstOverlap()
		if wantI, wantJ, want := FirstOverlap(selections); i != wantI || j != wantJ || ok != want {
			t.Fatalf("%v: %d %d %t, want %d %d %t", selections, i, j, ok, wantI, wantJ, want)
		}
	}
}

// What lies within an extent is counted as Count counts it, and nothing else is.
func TestCountWithin(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	for range 20_000 {
		dims, extent := make([]Dim, 1+r.IntN(3)), []uint64(nil)
		for axis := range dims {
			dims[axis] = Dim{Start: r.Uint64N(5), Stride: 2 + r.Uint64N(3), Count: r.Uint64N(4), Block: 1 + r.Uint64N(2)}
			extent = append(extent, r.Uint64N(16))
		}
		if r.IntN(9) == 0 {
			dims[0].Count = Unlimited
		}
		s := mustRegular(t, dims...)
		_, hi, bounded := s.Bounds()
		_, open := s.UnlimitedAxis()
		inside := s.Kind() == KindRegular && bounded && !open
		for axis := range dims {
			inside = inside && hi[axis] < extent[axis]
		}
		n, ok := s.CountWithin(extent)
		if ok != inside {
			t.Fatalf("%v lies within %v: %t", s, extent, ok)
		}
		if want, err := s.Count(extent); ok && (err != nil || n != want) {
			t.Fatalf("%v has %d elements within %v, want %d", s, n, extent, want)
		}
		if m, ok := s.CountWithin(nil); ok == open && s.Kind() == KindRegular || inside && m != n {
			t.Fatalf("%v has %d elements (%t) anywhere, and %d within %v", s, m, ok, n, extent)
		}
	}
	if _, ok := mustRegular(t, Range(0, 2)).CountWithin([]uint64{3, 3}); ok {
		t.Error("an extent of another rank is taken")
	}
}
