package hdf5

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"
)

// BenchmarkWriteBoxes writes boxes of 16 × 16 elements at random places of an image of 2048 × 2048, chunks of 256 × 256.
func BenchmarkWriteBoxes(b *testing.B) {
	for _, c := range []struct {
		name    string
		chunk   []uint64
		filters []string
	}{
		{"contiguous", nil, nil},
		{"chunked", []uint64{256, 256}, nil},
		{"deflated", []uint64{256, 256}, []string{"deflate(1)"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			const side, boxes = 2048, 5000
			values := ramp[uint16](16 * 16)
			name := filepath.Join(b.TempDir(), "v.h5")
			b.ReportAllocs()
			for b.Loop() {
				w, err := Create(name, WithoutSync())
				must(b, err)
				d, err := w.CreateDataset("/d", DatasetSpec{Type: Uint16(), Shape: []uint64{side, side}, Chunk: c.chunk, Filters: filters(c.filters...)})
				must(b, err)
				r := rand.New(rand.NewPCG(1, 1))
				for range boxes {
					must(b, WriteSlab(d, values, []uint64{r.Uint64N(side - 16), r.Uint64N(side - 16)}, nil, []uint64{16, 16}))
				}
				must(b, w.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/boxes, "ns/box")
		})
	}
}

// BenchmarkAppendChunks appends one whole chunk of 4 KiB a call.
func BenchmarkAppendChunks(b *testing.B) {
	const chunks = 20_000
	values := ramp[uint16](2048)
	name := filepath.Join(b.TempDir(), "v.h5")
	b.SetBytes(chunks * 4096)
	b.ReportAllocs()
	for b.Loop() {
		w, err := Create(name, WithoutSync())
		must(b, err)
		d, err := w.CreateDataset("/d", DatasetSpec{Type: Uint16(), Shape: []uint64{0, 2048}, MaxShape: []uint64{unlimited, 2048}, Chunk: []uint64{1, 2048}})
		must(b, err)
		for range chunks {
			must(b, Append(d, values))
		}
		must(b, w.Close())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/chunks, "ns/chunk")
}

// BenchmarkAppendToExisting opens a file with a dataset of so many chunks, appends one chunk and closes it.
func BenchmarkAppendToExisting(b *testing.B) {
	for _, chunks := range []uint64{100_000, 1_000_000} {
		for _, limits := range [][]uint64{{unlimited, 8}, {unlimited, unlimited}} {
			b.Run(fmt.Sprintf("%d/%s", chunks, map[bool]string{true: "tree", false: "array"}[limits[1] == unlimited]), func(b *testing.B) {
				name := filepath.Join(b.TempDir(), "v.h5")
				w, err := Create(name, WithoutSync())
				must(b, err)
				d, err := w.CreateDataset("/d", DatasetSpec{Type: Uint8(), Shape: []uint64{chunks, 8}, MaxShape: limits, Chunk: []uint64{1, 8}})
				must(b, err)
				must(b, WriteAll(d, make([]uint8, 8*chunks)))
				must(b, w.Close())
				b.ReportAllocs()
				for b.Loop() {
					w, err := OpenReadWrite(name, WithoutSync())
					must(b, err)
					d, err := w.OpenDataset("/d")
					must(b, err)
					must(b, Append(d, make([]uint8, 8)))
					must(b, w.Close())
				}
			})
		}
	}
}
