package hdf5

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// BenchmarkBuildVirtual builds a whole file with one virtual dataset of so many mappings, one source file each.
func BenchmarkBuildVirtual(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		mappings := MappingSlice(slices.Collect(stacked{n, 256, 2048}.Range(0, n)))
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			name := filepath.Join(b.TempDir(), "v.h5")
			b.ReportAllocs()
			for b.Loop() {
				w, err := Create(name, WithoutSync())
				must(b, err)
				must(b, w.CreateVirtual("/v", VirtualSpec{Type: Uint16(), Shape: []uint64{uint64(n), 256, 2048}, Mappings: mappings}))
				must(b, w.Close())
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/mapping")
		})
	}
}

// BenchmarkAppendFrames appends frames of 512 × 512 16-bit pixels, one a call.
func BenchmarkAppendFrames(b *testing.B) {
	const side, frames = 512, 200
	frame := make([]uint16, side*side)
	for i := range frame {
		frame[i] = uint16(uint32(i) * 2654435761 >> 27) // counts of a few photons
	}
	for _, c := range []struct {
		name    string
		chunk   []uint64
		filters []string
	}{
		{"frame", []uint64{1, side, side}, nil},
		{"10frames", []uint64{10, side, side}, nil},
		{"tiles", []uint64{1, 128, 128}, nil},
		{"bitshuffle-lz4", []uint64{1, side, side}, []string{"bitshuffle-lz4"}},
		{"shuffle-deflate1", []uint64{1, side, side}, []string{"shuffle", "deflate(1)"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			name := filepath.Join(b.TempDir(), "v.h5")
			b.SetBytes(2 * side * side * frames)
			b.ReportAllocs()
			for b.Loop() {
				w, err := Create(name, WithoutSync())
				must(b, err)
				d, err := w.CreateDataset("/d", DatasetSpec{Type: Uint16(), Shape: []uint64{0, side, side}, MaxShape: []uint64{dataspace.Unlimited, side, side}, Chunk: c.chunk, Filters: filters(c.filters...)})
				must(b, err)
				for range frames {
					must(b, Append(d, frame))
				}
				must(b, w.Close())
			}
		})
	}
}

// BenchmarkWriteContiguous writes 256 MiB at once.
func BenchmarkWriteContiguous(b *testing.B) {
	data := make([]float32, 64<<20)
	name := filepath.Join(b.TempDir(), "v.h5")
	b.SetBytes(int64(len(data) * 4))
	b.ReportAllocs()
	for b.Loop() {
		w, err := Create(name, WithoutSync())
		must(b, err)
		d, err := w.CreateDataset("/d", DatasetSpec{Type: Float32(), Shape: []uint64{uint64(len(data))}})
		must(b, err)
		must(b, WriteAll(d, data))
		must(b, w.Close())
	}
}

// BenchmarkLinks writes a group of 100,000 external links.
func BenchmarkLinks(b *testing.B) {
	const n = 100_000
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("/many/frame_%06d", i)
	}
	name := filepath.Join(b.TempDir(), "v.h5")
	b.ReportAllocs()
	for b.Loop() {
		w, err := Create(name, WithoutSync())
		must(b, err)
		for _, link := range names {
			must(b, w.ExternalLink(link, "file.h5", "/data"))
		}
		must(b, w.Close())
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/link")
}
