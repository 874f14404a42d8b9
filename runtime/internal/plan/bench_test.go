package plan

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// allocated returns the bytes of live memory.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// layouts are n mappings as detectors have them, of rank 3.
func layouts(n int) map[string]func(i int) dataspace.Selection {
	rng := dataspace.Range
	box := func(f, y, x dataspace.Dim) dataspace.Selection {
		s, err := dataspace.Regular(f, y, x)
		if err != nil {
			panic(err)
		}
		return s
	}
	shuffled := rand.New(rand.NewPCG(1, 1)).Perm(n)
	frame := func(i int) dataspace.Selection {
		return box(rng(uint64(i), uint64(i)+1), rng(0, 512), rng(0, 1024))
	}
	return map[string]func(i int) dataspace.Selection{
		"frames":          frame,
		"frames-shuffled": func(i int) dataspace.Selection { return frame(shuffled[i]) },
		"tiles": func(i int) dataspace.Selection {
			y, x := uint64(i/316), uint64(i%316)
			return box(rng(0, 100), rng(y*256, y*256+256), rng(x*260, x*260+256))
		},
		"frames-by-modules": func(i int) dataspace.Selection {
			f, m := uint64(i/16), uint64(i%16)
			return box(rng(f, f+1), rng(m*512, m*512+512), rng(0, 128))
		},
		"modules-by-frames": func(i int) dataspace.Selection {
			f, m := uint64(i%(n/16)), uint64(i/(n/16))
			return box(rng(f, f+1), rng(m*512, m*512+512), rng(0, 128))
		},
	}
}

// requests are what is asked of layouts, with the number of mappings that answer.
var requests = map[string]struct {
	req  Request
	hits map[string]int
}{
	"one-element": {
		Request{Axes: []Progression{{Start: 50, Step: 1, Count: 1}, {Start: 700, Step: 1, Count: 1}, {Start: 100, Step: 1, Count: 1}}},
		map[string]int{"frames": 0, "frames-shuffled": 0, "tiles": 1, "frames-by-modules": 1, "modules-by-frames": 1},
	},
	"one-frame": {
		Request{Axes: []Progression{{Start: 50, Step: 1, Count: 1}, {Start: 0, Step: 1, Count: 8192}, {Start: 0, Step: 1, Count: 128}}},
		map[string]int{"frames": 1, "frames-shuffled": 1, "tiles": 32, "frames-by-modules": 16, "modules-by-frames": 16},
	},
}

func TestIndexHits(t *testing.T) {
	const n = 100000
	for name, virtual := range layouts(n) {
		x := NewSelectionIndex(3, n, virtual)
		for what, r := range requests {
			if got := len(hits(x, r.req)); got != r.hits[name] {
				t.Errorf("%s of %s: %d mappings, want %d", what, name, got, r.hits[name])
			}
		}
	}
}

func BenchmarkIndexQuery(b *testing.B) {
	const n = 100000
	all := layouts(n)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		x := NewSelectionIndex(3, n, all[name])
		for what, r := range requests {
			b.Run(name+"/"+what, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					x.Query(r.req, func(int) bool { return true })
				}
			})
		}
	}
}

func BenchmarkIndexBuild(b *testing.B) {
	const n = 100000
	all := layouts(n)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		selections := make([]dataspace.Selection, n)
		for i := range selections {
			selections[i] = all[name](i)
		}
		at := func(i int) dataspace.Selection { return selections[i] }
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewSelectionIndex(3, n, at)
			}
		})
		numbers := make([]int, n)
		for i := range numbers {
			numbers[i] = i
		}
		b.Run(name+"/overlap", func(b *testing.B) {
			for b.Loop() {
				x := NewSelectionIndex(3, n, at)
				if x.Overlap(numbers, at) {
					b.Fatal("overlap")
				}
			}
		})
	}
}

func BenchmarkProject(b *testing.B) {
	rng := dataspace.Range
	every := func(start, stride, count, block uint64) dataspace.Dim {
		return dataspace.Dim{Start: start, Stride: stride, Count: count, Block: block}
	}
	tests := []struct {
		name            string
		virtual, source []dataspace.Dim
	}{
		{"stack", []dataspace.Dim{rng(0, 200), rng(5, 6), rng(0, 512), rng(0, 128)}, []dataspace.Dim{rng(0, 200), rng(0, 512), rng(0, 128)}},
		{"interleave", []dataspace.Dim{every(3, 4, 50, 1), rng(0, 1000), rng(0, 1000)}, []dataspace.Dim{rng(0, 50), rng(0, 1000), rng(0, 1000)}},
		{"interleave-blocks", []dataspace.Dim{every(10, 40, 5, 10), rng(0, 1000), rng(0, 1000)}, []dataspace.Dim{rng(0, 50), rng(0, 1000), rng(0, 1000)}},
		{"reshape", []dataspace.Dim{rng(0, 100), rng(0, 60), rng(0, 40)}, []dataspace.Dim{rng(0, 6000), rng(0, 40)}},
	}
	for _, test := range tests {
		virtual, err := dataspace.Regular(test.virtual...)
		if err != nil {
			b.Fatal(err)
		}
		source, err := dataspace.Regular(test.source...)
		if err != nil {
			b.Fatal(err)
		}
		m := Mapping{Virtual: virtual, Source: source}
		_, virtualExtent, _ := virtual.Bounds()
		_, sourceExtent, _ := source.Bounds()
		req := Request{}
		for axis := range virtualExtent {
			virtualExtent[axis]++
			req.Axes = append(req.Axes, Progression{Start: 0, Step: 1, Count: virtualExtent[axis]})
		}
		for axis := range sourceExtent {
			sourceExtent[axis]++
		}
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			var p Projector
			for b.Loop() {
				if err := p.Project(req, m, virtualExtent, sourceExtent, func(Segment) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEachChunk(b *testing.B) {
	s := Segment{
		SourceStart: []uint64{0, 3, 5}, SourceStep: []uint64{1, 2, 1}, Count: []uint64{100, 200, 500},
		MemStride: []int64{100000, 500, 1},
	}
	b.ReportAllocs()
	for b.Loop() {
		err := s.EachChunk([]uint64{1, 64, 64}, func([]uint64, Segment) error { return nil })
		if err != nil {
			b.Fatal(err)
		}
	}
}
