package plan

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

func hits(x *Index, req Request) []int {
	var all []int
	x.Query(req, func(i int) bool { all = append(all, i); return true })
	return all
}

// TestIndexRandom holds Query against looking at every mapping.
func TestIndexRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := random{rand.New(rand.NewPCG(seed, 5))}
	for round := range 300 {
		rank := 1 + r.IntN(3)
		n := r.IntN(600)
		size := []uint64{8, 200, 1 << 34}[r.IntN(3)]
		selections := make([]dataspace.Selection, n)
		for i := range selections {
			dims := make([]dataspace.Dim, rank)
			for axis := range dims {
				start := r.upTo(size)
				if round%3 == 0 && axis == 0 {
					start = uint64(i) * size / uint64(n)
				}
				dims[axis] = dataspace.Range(start, start+1+r.upTo(max(1, size/50)))
				if axis == 1 && round%2 == 0 {
					dims[axis] = dataspace.Range(3, 5)
				}
				if r.IntN(40) == 0 && axis == 0 {
					dims[axis] = dataspace.Dim{Start: start, Stride: 4, Count: dataspace.Unlimited, Block: 2}
				}
			}
			selections[i], _ = dataspace.Regular(dims...)
			switch r.IntN(60) {
			case 0:
				selections[i] = dataspace.None()
			case 1:
				selections[i] = dataspace.All()
			}
		}
		x := NewSelectionIndex(rank, n, func(i int) dataspace.Selection { return selections[i] })
		for range 20 {
			req := Request{Axes: make([]Progression, rank)}
			for axis := range req.Axes {
				req.Axes[axis] = Progression{Start: r.upTo(size), Step: 1 + r.upTo(size/20), Count: r.upTo(6)}
				if r.IntN(3) == 0 {
					req.Axes[axis] = Progression{Start: 0, Step: 1, Count: 2 * size}
				}
			}
			var want []int
			for i, s := range selections {
				if meets(s, req) {
					want = append(want, i)
				}
			}
			if got := hits(x, req); !slices.Equal(got, want) {
				t.Fatalf("index of %d: %+v found %v, want %v", n, req, got, want)
			}
			count := 0
			x.Query(req, func(int) bool { count++; return count < 3 })
			if count != min(3, len(want)) {
				t.Fatalf("%d visits although the third one said stop", count)
			}
		}
	}
}

// meets reports whether the request has an element within the bounds of s.
func meets(s dataspace.Selection, req Request) bool {
	for _, p := range req.Axes {
		if p.Count == 0 {
			return false
		}
	}
	lo, hi, ok := s.Bounds()
	if !ok {
		return s.Kind() == dataspace.KindAll
	}
	for axis, p := range req.Axes {
		if p.Start > hi[axis] || p.Last() < lo[axis] {
			return false
		}
		found := false
		for i := uint64(0); i < p.Count && !found; i++ {
			x := p.Start + i*p.Step
			found = lo[axis] <= x && x <= hi[axis]
			if p.Step == 1 {
				found = true // both ends were compared
			}
		}
		if !found {
			return false
		}
	}
	return true
}

func TestIndexOfScalar(t *testing.T) {
	x := NewSelectionIndex(0, 2, func(int) dataspace.Selection { return dataspace.All() })
	if got := hits(x, Request{}); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("found %v", got)
	}
	if got := hits(NewSelectionIndex(1, 0, nil), Request{Axes: []Progression{steps(0, 1, 1)}}); got != nil {
		t.Errorf("an empty index found %v", got)
	}
}

func TestIndexOverlap(t *testing.T) {
	frame := func(i int) dataspace.Selection {
		s, _ := dataspace.Regular(dataspace.Range(uint64(i), uint64(i)+1), dataspace.Range(0, 10))
		return s
	}
	grid := func(i int) dataspace.Selection {
		s, _ := dataspace.Regular(dataspace.Range(uint64(i/4), uint64(i/4)+1), dataspace.Range(uint64(i%4)*10, uint64(i%4)*10+8))
		return s
	}
	twice := func(i int) dataspace.Selection { return frame(i % 90) }
	dealt := func(i int) dataspace.Selection {
		s, _ := dataspace.Regular(dataspace.Dim{Start: uint64(i), Stride: 100, Count: 5, Block: 1})
		return s
	}
	tests := []struct {
		name     string
		rank     int
		virtual  func(int) dataspace.Selection
		from, to int
		want     bool
	}{
		{"one", 2, frame, 0, 1, false},
		{"frames, few", 2, frame, 0, 10, false},
		{"frames, all", 2, frame, 0, 100, false},
		{"grid, all", 2, grid, 0, 100, false},
		{"dealt, few", 1, dealt, 0, 10, false},
		{"dealt, all", 1, dealt, 0, 100, false},
		{"twice, not among these", 2, twice, 0, 90, false},
		{"twice, few", 2, twice, 85, 100, false},
		{"twice, all", 2, twice, 0, 100, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			x := NewSelectionIndex(test.rank, 100, test.virtual)
			var numbers []int
			for i := test.from; i < test.to; i++ {
				numbers = append(numbers, i)
			}
			if got := x.Overlap(numbers, test.virtual); got != test.want {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
	if !NewSelectionIndex(2, 100, twice).Overlap([]int{3, 93}, twice) {
		t.Error("two mappings of the same frame do not overlap")
	}
}

// TestIndexSize keeps the index compact.
func TestIndexSize(t *testing.T) {
	const n = 100000
	for name, virtual := range layouts(n) {
		before := allocated()
		x := NewSelectionIndex(3, n, virtual)
		if size := (allocated() - before) / n; size > 100 {
			t.Errorf("%s: %d bytes for a mapping", name, size)
		}
		hits(x, Request{Axes: []Progression{steps(0, 1, 1), steps(0, 1, 1), steps(0, 1, 1)}})
	}
}
