package dataspace

import (
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
	for i, s := range want {
		if got := list.At(i); got.Kind() != s.Kind() || !got.Equal(s) {
			t.Fatalf("selection %d is %v, want %v", i, got, s)
		}
	}
	for _, dims := range [][]Dim{nil, make([]Dim, MaxRank+1), {{Count: 2, Stride: 1, Block: 2}}} {
		_, err := Regular(dims...)
		if got := list.AppendRegular(dims...); err == nil || got == nil || got.Error() != err.Error() || list.Len() != len(want) {
			t.Errorf("%v: got %v, want %v", dims, got, err)
		}
	}
}
