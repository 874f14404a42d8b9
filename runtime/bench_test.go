package runtime

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/filter"
)

// frames writes a source of frames of uint16.
func frames(b *testing.B, name string, shape, chunk []uint64, filters ...filter.Spec) {
	b.Helper()
	w, err := hdf5.Create(name, hdf5.WithoutSync())
	must(b, err)
	d, err := w.CreateDataset("d", hdf5.DatasetSpec{Type: hdf5.Uint16(), Shape: shape, Chunk: chunk, Filters: filters})
	must(b, err)
	row := uint64(1)
	for _, n := range shape[1:] {
		row *= n
	}
	random := rand.New(rand.NewPCG(1, uint64(len(name))))
	data := make([]uint16, row)
	for range shape[0] {
		for i := range data {
			data[i] = uint16(random.Uint32() & 15)
		}
		must(b, hdf5.Append(d, data))
	}
	must(b, w.Close())
}

func build(b *testing.B, name string, l *Layout) {
	b.Helper()
	builder := NewBuilder(name)
	builder.Virtual("v", l)
	must(b, builder.Commit(context.Background()))
}

func benchmarkInto(b *testing.B, d *Dataset[uint16], next func(i int) []Slice) {
	b.Helper()
	ctx := context.Background()
	s, err := d.raw.selection(next(0))
	must(b, err)
	into := make([]uint16, s.elements)
	must(b, d.ReadInto(ctx, into, next(0)...))
	b.SetBytes(int64(2 * len(into)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if err := d.ReadInto(ctx, into, next(i)...); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// One frame of a dataset with a mapping for each frame costs the same however many mappings there are.
func BenchmarkFrameOfMappings(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		dir := b.TempDir()
		const files = 10
		for k := range files {
			frames(b, in(dir, fmt.Sprintf("s%d.h5", k)), []uint64{uint64(n / files), 16, 16}, nil)
		}
		l := NewLayout[uint16]([]int{n, 16, 16}, SeparateMappings())
		for i := range n {
			must(b, l.Map([]Slice{Index(i)}, NewSource(fmt.Sprintf("s%d.h5", i*files/n), "d", []int{n / files, 16, 16}).Slice(Index(i%(n/files)))))
		}
		build(b, in(dir, "v.h5"), l)
		b.Run(fmt.Sprintf("kept/%d", n), func(b *testing.B) {
			d := dataset[uint16](b, open(b, in(dir, "v.h5")), "v")
			benchmarkInto(b, d, func(i int) []Slice { return []Slice{Index(i * 7919 % n)} })
		})
		b.Run(fmt.Sprintf("cold/%d", n), func(b *testing.B) {
			ctx := context.Background()
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				f, err := Open(ctx, in(dir, "v.h5"))
				must(b, err)
				d, err := OpenDataset[uint16](ctx, f, "v")
				must(b, err)
				if _, err := d.Read(ctx, Index(i*7919%n)); err != nil {
					b.Fatal(err)
				}
				must(b, f.Close())
				i++
			}
		})
		b.Run(fmt.Sprintf("all/%d", n), func(b *testing.B) {
			benchmarkInto(b, dataset[uint16](b, open(b, in(dir, "v.h5")), "v"), func(int) []Slice { return nil })
		})
	}
}

// Ten thousand files of one small frame each, opened and read.
func BenchmarkFiles(b *testing.B) {
	const n = 10_000
	ctx := context.Background()
	dir := b.TempDir()
	l := NewLayout[uint16]([]int{n, 64, 64})
	for i := range n {
		name := fmt.Sprintf("s%05d.h5", i)
		frames(b, in(dir, name), []uint64{1, 64, 64}, nil)
		must(b, l.Map([]Slice{Index(i)}, NewSource(name, "d", []int{1, 64, 64})))
	}
	build(b, in(dir, "v.h5"), l)
	into := make([]uint16, n*64*64)
	b.SetBytes(2 * n * 64 * 64)
	b.ReportAllocs()
	for b.Loop() {
		f, err := Open(ctx, in(dir, "v.h5"))
		must(b, err)
		d, err := OpenDataset[uint16](ctx, f, "v")
		must(b, err)
		if err := d.ReadInto(ctx, into); err != nil {
			b.Fatal(err)
		}
		must(b, f.Close())
	}
}

// Sixteen modules of chunked frames, stacked on an axis in the middle.
func BenchmarkModuleStack(b *testing.B) {
	dir := b.TempDir()
	const trains, modules, h, w = 50, 16, 512, 128
	l := NewLayout[uint16]([]int{trains, modules, h, w})
	for m := range modules {
		name := fmt.Sprintf("m%02d.h5", m)
		frames(b, in(dir, name), []uint64{trains, h, w}, []uint64{1, h, w})
		must(b, l.Map([]Slice{All(), Index(m)}, NewSource(name, "d", []int{trains, h, w})))
	}
	build(b, in(dir, "v.h5"), l)
	d := dataset[uint16](b, open(b, in(dir, "v.h5")), "v")
	b.Run("all", func(b *testing.B) { benchmarkInto(b, d, func(int) []Slice { return nil }) })
	b.Run("region", func(b *testing.B) {
		benchmarkInto(b, d, func(int) []Slice { return []Slice{All(), All(), Range(200, 300), Range(10, 110)} })
	})
	b.Run("train", func(b *testing.B) { benchmarkInto(b, d, func(i int) []Slice { return []Slice{Index(i % trains)} }) })
}

// Four writers' frames interleaved, gzip with shuffle.
func BenchmarkInterleave(b *testing.B) {
	dir := b.TempDir()
	const n, h, w = 10, 512, 1024
	l := NewLayout[uint16]([]int{4 * n, h, w})
	for k := range 4 {
		name := fmt.Sprintf("w%d.h5", k)
		frames(b, in(dir, name), []uint64{n, h, w}, []uint64{1, h, w}, filter.NewShuffle(0), filter.NewDeflate(4))
		must(b, l.Map([]Slice{From(k).By(4)}, NewSource(name, "d", []int{n, h, w})))
	}
	build(b, in(dir, "v.h5"), l)
	d := dataset[uint16](b, open(b, in(dir, "v.h5")), "v")
	b.Run("all", func(b *testing.B) { benchmarkInto(b, d, func(int) []Slice { return nil }) })
	b.Run("every tenth", func(b *testing.B) { benchmarkInto(b, d, func(int) []Slice { return []Slice{All().By(10)} }) })
}

// Six contiguous stripes with gaps.
func BenchmarkMosaic(b *testing.B) {
	dir := b.TempDir()
	const n, rows, cols, gap = 20, 256, 2048, 10
	l := NewLayout[uint16]([]int{n, Fit, cols}, Fill(1))
	place := Tile(gap)
	for k := range 6 {
		name := fmt.Sprintf("s%d.h5", k)
		frames(b, in(dir, name), []uint64{n, rows, cols}, nil)
		must(b, l.Map([]Slice{All(), place.Next(rows)}, NewSource(name, "d", []int{n, rows, cols})))
	}
	build(b, in(dir, "v.h5"), l)
	d := dataset[uint16](b, open(b, in(dir, "v.h5")), "v")
	b.Run("all", func(b *testing.B) { benchmarkInto(b, d, func(int) []Slice { return nil }) })
	b.Run("region", func(b *testing.B) {
		benchmarkInto(b, d, func(int) []Slice { return []Slice{All(), Range(210, 310), Range(500, 600)} })
	})
	b.Run("column steps", func(b *testing.B) {
		benchmarkInto(b, d, func(int) []Slice { return []Slice{All(), All(), All().By(2)} })
	})
}

// Writing a virtual dataset of many mappings.
func BenchmarkBuild(b *testing.B) {
	for name, source := range map[string]func(i int) string{"one name": func(int) string { return "src.h5" }, "distinct names": func(i int) string { return fmt.Sprintf("src_%06d.h5", i) }} {
		b.Run(name, func(b *testing.B) {
			const n = 100_000
			dir := b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				l := NewLayout[uint16]([]int{n, 64, 64})
				for i := range n {
					must(b, l.Map([]Slice{Index(i)}, NewSource(source(i), "d", []int{64, 64})))
				}
				build(b, in(dir, "v.h5"), l)
			}
		})
	}
}
