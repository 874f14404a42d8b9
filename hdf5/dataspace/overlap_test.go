package dataspace

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
)

// mosaics are n selections that share nothing, as layouts deal them out.
func mosaics(t testing.TB, n int) map[string]func(i int) Selection {
	shuffled := rand.New(rand.NewPCG(1, 1)).Perm(n)
	side := 1
	for side*side < n {
		side++
	}
	frames := func(i int) Selection {
		return mustRegular(t, Range(uint64(i)*10, uint64(i)*10+10), Range(0, 512))
	}
	return map[string]func(i int) Selection{
		"frames":   frames,
		"shuffled": func(i int) Selection { return frames(shuffled[i]) },
		"tiles": func(i int) Selection {
			y, x := uint64(i/side), uint64(i%side)
			return mustRegular(t, Range(0, 1000), Range(y*20, y*20+16), Range(x*20, x*20+16))
		},
		"modules by frames": func(i int) Selection {
			m, f := uint64(i/(n/16+1)), uint64(i%(n/16+1))
			return mustRegular(t, Range(f, f+1), Range(m*512, m*512+512))
		},
		"dealt": func(i int) Selection {
			return mustRegular(t, Dim{uint64(i), uint64(n), 100, 1}, Range(0, 512))
		},
		"dealt, shuffled": func(i int) Selection {
			return mustRegular(t, Dim{uint64(shuffled[i]) * 5, uint64(n) * 5, Unlimited, 5}, Range(0, 512))
		},
		"files dealt to writers": func(i int) Selection {
			writer, file := uint64(i%8), uint64(i/8)
			return mustRegular(t, Dim{(file*80+writer)*1000 + file%3, 8000, 10, 990}, Range(0, 512))
		},
		"lists of rows": func(i int) Selection {
			u := uint64(i)
			s, err := Boxes(1, []Box{{[]uint64{u * 7}, []uint64{2}}, {[]uint64{u*7 + 3}, []uint64{1}}, {[]uint64{u*7 + 5}, []uint64{1}}})
			if err != nil {
				t.Fatal(err)
			}
			return s
		},
	}
}

func TestFirstOverlapOfMosaics(t *testing.T) {
	const n = 4000
	for name, at := range mosaics(t, n) {
		t.Run(name, func(t *testing.T) {
			selections := make([]Selection, n)
			for i := range selections {
				selections[i] = at(i)
			}
			if i, j, ok := FirstOverlap(selections); ok {
				t.Fatalf("%d and %d: %v and %v", i, j, selections[i], selections[j])
			}
			// One that is there twice is found, wherever it is.
			for _, pair := range [][2]int{{0, n - 1}, {1234, 1235}, {17, 3000}} {
				changed := slices.Clone(selections)
				changed[pair[1]] = changed[pair[0]]
				if i, j, ok := FirstOverlap(changed); !ok || i != pair[0] || j != pair[1] {
					t.Errorf("%d, %d, %v, want %v", i, j, ok, pair)
				}
			}
		})
	}
}

func BenchmarkFirstOverlap(b *testing.B) {
	const n = 1000000
	all := mosaics(b, n)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		b.Run(name, func(b *testing.B) {
			selections := make([]Selection, n)
			for i := range selections {
				selections[i] = all[name](i)
			}
			b.ResetTimer()
			for b.Loop() {
				if i, j, ok := FirstOverlap(selections); ok {
					b.Fatal(i, j)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/selection")
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, g := range golden {
		text := fromHex(b, g.bytes)
		b.Run(g.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := Decode(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecodeBounds(b *testing.B) {
	text := fromHex(b, golden[3].bytes)
	var lo, hi [MaxRank]uint64
	b.ReportAllocs()
	for b.Loop() {
		if _, _, _, _, err := DecodeBounds(text, lo[:], hi[:]); err != nil {
			b.Fatal(err)
		}
	}
}
