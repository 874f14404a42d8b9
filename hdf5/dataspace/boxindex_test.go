package dataspace

import (
	"fmt"
	"slices"
	"testing"
)

// TestBoxIndexAgainstModel holds Visit against looking at every box, for boxes of every size and
// order, with and without gaps in their numbers, bounds that need 32 bits or more, and none.
func TestBoxIndexAgainstModel(t *testing.T) {
	r := newRandom(t)
	type bounds struct{ lo, hi []uint64 }
	for round := range 250 {
		rank := 1 + r.IntN(3)
		size := []uint64{6, 300, 1 << 20, 1 << 40}[r.IntN(4)]
		boxes := make([]*bounds, r.IntN(1200))
		for i := range boxes {
			b := &bounds{}
			for axis := range rank {
				lo := r.upTo(size)
				if round%4 == 0 {
					lo = uint64(i) * (size / uint64(len(boxes)))
				}
				hi := lo + r.upTo(max(1, size/30))
				switch {
				case axis == 1 && round%2 == 0:
					lo, hi = 2, 9
				case r.IntN(50) == 0:
					hi = MaxCoordinate
				}
				b.lo, b.hi = append(b.lo, lo), append(b.hi, hi)
			}
			if boxes[i] = b; r.IntN(70) == 0 && round%3 == 0 {
				boxes[i] = nil
			}
		}
		x := NewBoxIndex(rank, len(boxes), func(i int, lo, hi []uint64) bool {
			if boxes[i] == nil {
				return false
			}
			copy(lo, boxes[i].lo)
			copy(hi, boxes[i].hi)
			return true
		})
		for range 20 {
			query := make([]Progression, rank)
			for axis := range query {
				query[axis] = Progression{Start: r.upTo(size), Step: 1 + r.upTo(size/10), Count: 1 + r.upTo(5)}
				switch r.IntN(4) {
				case 0:
					query[axis] = Progression{Start: 0, Step: 1, Count: MaxCoordinate}
				case 1:
					query[axis] = Progression{Start: r.upTo(size), Step: 1, Count: 1}
				}
			}
			var want, got []int
			for i, b := range boxes {
				if b == nil {
					continue
				}
				met := true
				for axis, p := range query {
					met = met && naiveMeets(p, b.lo[axis], b.hi[axis])
				}
				if met {
					want = append(want, i)
				}
			}
			x.Visit(query, func(i int) bool { got = append(got, i); return true })
			if !slices.Equal(got, want) {
				t.Fatalf("%d boxes of rank %d below %d, query %v: got %v, want %v", len(boxes), rank, size, query, got, want)
			}
			visits := 0
			x.Visit(query, func(int) bool { visits++; return false })
			if visits != min(1, len(want)) {
				t.Fatalf("%d visits although the first one said stop", visits)
			}
		}
		// Boxes that are called apart share no element.
		if (x.Separate() || len(boxes) > 1 && len(x.columns) > 0 && x.apart()) && len(boxes) < 400 {
			for j, b := range boxes {
				for i, a := range boxes[:j] {
					if a == nil || b == nil {
						continue
					}
					meet := true
					for axis := range rank {
						meet = meet && a.lo[axis] <= b.hi[axis] && b.lo[axis] <= a.hi[axis]
					}
					if meet {
						t.Fatalf("boxes %d and %d are called separate: %v, %v", i, j, a, b)
					}
				}
			}
		}
	}
}

func naiveMeets(p Progression, lo, hi uint64) bool {
	if p.Step == 1 {
		return p.Start <= hi && p.Last() >= lo
	}
	for i := range p.Count {
		if x := p.Start + i*p.Step; lo <= x && x <= hi {
			return true
		}
	}
	return false
}

// TestDisjointOfMany compares selections of many parts, which are looked up and not compared pair by pair.
func TestDisjointOfMany(t *testing.T) {
	rows := func(first, step uint64, n int) Selection {
		boxes := make([]Box, n)
		for i := range boxes {
			u := uint64(i)
			boxes[i] = Box{Start: []uint64{first + u*step + u%2, 3 * u % 7}, Count: []uint64{1, 4}}
		}
		s, err := Boxes(2, boxes)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	points := func(coords ...uint64) Selection {
		s, err := Points(2, coords)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	a := rows(0, 8, 1000)
	var off, on []uint64
	for u := range uint64(500) {
		off = append(off, u*8+4, 5)
		on = append(on, u*8+4, 5)
	}
	on = append(on, 301*8+1, 3*301%7)
	tests := []struct {
		name string
		b    Selection
		want bool
	}{
		{"between", rows(2, 8, 1000), true},
		{"the same", rows(0, 8, 1000), false},
		{"few", rows(2, 8, 3), true},
		{"points beside", points(off...), true},
		{"one point within", points(on...), false},
		{"regular, between", mustRegular(t, Dim{4, 8, 1000, 2}, Range(0, 10)), true},
		{"regular, through", mustRegular(t, Dim{4, 7, 1000, 1}, Range(0, 10)), false},
		{"ended within a block", mustRegular(t, Dim{2, 8, Unlimited, 5}, Range(0, 10)).Clip(0, 500), true},
		{"far away", rows(10000, 8, 100), true},
		{"another rank", mustRegular(t, Range(0, 10)), true},
		{"all", All(), false},
		{"none", None(), true},
	}
	for _, test := range tests {
		if got := Disjoint(a, test.b); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
		if got := Disjoint(test.b, a); got != test.want {
			t.Errorf("%s, the other way round: %v", test.name, got)
		}
	}
}

func TestAllPieces(t *testing.T) {
	for _, extent := range [][]uint64{{}, {1}, {4}, {2, 1, 3}, {3, 0, 2}} {
		var want []string
		everyElement(extent, func(x []uint64) { want = append(want, fmt.Sprint(x)) })
		if got := listed(t, All(), extent); !slices.Equal(got, want) {
			t.Errorf("all of %v lists %v, want %v", extent, got, want)
		}
	}
	if pieces, err := None().Pieces([]uint64{3}); len(pieces) != 0 || err != nil {
		t.Errorf("none has %v, %v", pieces, err)
	}
	if _, err := mustRegular(t, Dim{0, 1, Unlimited, 1}).Pieces(nil); err == nil {
		t.Error("an unlimited selection has pieces without an extent")
	}
}

// TestDistinctPieces checks that of a point that is listed twice the last mention stays.
func TestDistinctPieces(t *testing.T) {
	s, err := Points(1, []uint64{5, 6, 7, 5, 6, 9, 7})
	if err != nil {
		t.Fatal(err)
	}
	pieces, err := s.DistinctPieces(nil)
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint64]uint64{}
	for _, p := range pieces {
		n := uint64(1)
		for _, d := range p.Digits {
			n = d.Count
			for i := range d.Count {
				got[p.Start[0]+i*d.Step] = p.Ordinal + i*d.Ordinal
			}
		}
		if n == 1 {
			got[p.Start[0]] = p.Ordinal
		}
	}
	if want := map[uint64]uint64{5: 3, 6: 4, 9: 5, 7: 6}; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestKind(t *testing.T) {
	for want, s := range map[string]Selection{
		"none": None(), "all": All(), "regular hyperslab": mustRegular(t, Range(0, 1)),
		"irregular hyperslab": mustRegular(t, Dim{0, 3, Unlimited, 2}).Clip(0, 4),
	} {
		if got := s.Kind().String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	// Ended between blocks, or where one ends, a selection stays regular.
	for n, want := range map[uint64]string{2: "[0:2]", 3: "[0:2]", 5: "[0:6:3(block 2)]", 6: "[0:6:3(block 2)]", 7: "[0:6:3(block 2)] | [6]"} {
		if got := mustRegular(t, Dim{0, 3, Unlimited, 2}).Clip(0, n); got.String() != want {
			t.Errorf("ended at %d: %v, want %s", n, got, want)
		}
	}
	if got := mustRegular(t, Range(5, 5), Range(0, 3)); got.Kind() != KindNone {
		t.Errorf("an empty range selects %v", got)
	}
	s := mustRegular(t, Dim{3, 9, 1, 4}, Dim{0, 5, 2, 1})
	if want := []Dim{{3, 1, 1, 4}, {0, 5, 2, 1}}; !slices.Equal(s.Dims(), want) || s.Dim(1) != want[1] {
		t.Errorf("axes %v, want %v", s.Dims(), want)
	}
	s.Dims()[0].Start = 100
	if s.Dim(0).Start != 3 {
		t.Error("a selection was changed through Dims")
	}
}
