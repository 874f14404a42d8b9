package runtime_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// workload is what detectors have, with data of our own writers: those of `make bench` (internal/bench), but small.
type workload struct {
	name string
	// make writes n frames, or mappings, and the virtual dataset /data of v.h5 into a folder.
	make  func(tb testing.TB, dir string, n int)
	n     int
	reads []workloadRead
}

// workloadRead is a selection of a workload. Frames are read with another index each time.
type workloadRead struct {
	name   string
	slices func(i, n int) []vds.Slice
	opened bool // the file is opened and closed each time
}

var (
	everything = workloadRead{name: "all", slices: func(int, int) []vds.Slice { return nil }}
	reopened   = workloadRead{name: "open and all", slices: everything.slices, opened: true}
	oneKept    = workloadRead{name: "frame kept", slices: oneFrame}
	oneCold    = workloadRead{name: "frame cold", slices: oneFrame, opened: true}
)

func oneFrame(i, n int) []vds.Slice { return []vds.Slice{vds.Index(i * 7919 % n)} }

func some(name string, slices ...vds.Slice) workloadRead {
	return workloadRead{name: name, slices: func(int, int) []vds.Slice { return slices }}
}

var workloads = []workload{
	{"W1 files", makeFiles, 300, []workloadRead{reopened, oneCold, oneKept}},
	{"W1n mappings 1000", makeMappings, 1000, []workloadRead{everything, oneCold, oneKept}},
	{"W1n mappings 20000", makeMappings, 20_000, []workloadRead{everything, oneCold, oneKept}},
	{"W2 mosaic", makeMosaic, 10, []workloadRead{everything, some("region", vds.All(), vds.Range(210, 310), vds.Range(500, 600)), oneKept}},
	{"W3 bitshuffle", makeBitshuffle, 16, []workloadRead{everything, oneKept}},
	{"W4 interleaved", makeInterleaved, 40, []workloadRead{everything, some("every tenth", vds.All().By(10))}},
	{"W6 contiguous", makeContiguous, 16, []workloadRead{everything, some("every second", vds.All(), vds.All(), vds.All().By(2)), some("column", vds.All(), vds.All(), vds.Index(17))}},
	{"W7 modules", makeModules, 12, []workloadRead{everything, some("quarter", vds.To(3)), some("region", vds.All(), vds.All(), vds.Range(200, 300), vds.Range(10, 110))}},
}

// BenchmarkWorkload reads into memory that is there. The bytes allocated for each read stay far below those read.
func BenchmarkWorkload(b *testing.B) {
	for _, w := range workloads {
		b.Run(w.name, func(b *testing.B) {
			dir := b.TempDir()
			w.make(b, dir, w.n)
			for _, r := range w.reads {
				b.Run(r.name, func(b *testing.B) { benchmarkRead(b, filepath.Join(dir, "v.h5"), w.n, r) })
			}
		})
	}
}

func benchmarkRead(b *testing.B, file string, n int, r workloadRead) {
	ctx := context.Background()
	f, d := openWorkload(b, file)
	into := intoFor(b, d, r.slices(0, n))
	b.SetBytes(int64(2 * len(into)))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		i++
		if !r.opened {
			check(b, d.ReadInto(ctx, into, r.slices(i, n)...))
			continue
		}
		f, d := openWorkload(b, file)
		check(b, d.ReadInto(ctx, into, r.slices(i, n)...))
		check(b, f.Close())
	}
	check(b, f.Close())
}

// BenchmarkWorkloadFresh reads into memory that Read allocates.
func BenchmarkWorkloadFresh(b *testing.B) {
	for _, w := range []workload{{name: "W2 mosaic", make: makeMosaic, n: 10}, {name: "W6 contiguous", make: makeContiguous, n: 16}} {
		b.Run(w.name, func(b *testing.B) {
			dir := b.TempDir()
			w.make(b, dir, w.n)
			_, d := openWorkload(b, filepath.Join(dir, "v.h5"))
			b.ReportAllocs()
			for b.Loop() {
				a, err := d.Read(context.Background())
				check(b, err)
				b.SetBytes(int64(2 * len(a.Data)))
			}
		})
	}
}

// BenchmarkWorkloadBuild writes virtual datasets of many mappings (W5).
func BenchmarkWorkloadBuild(b *testing.B) {
	const n = 10_000
	stack := vds.NewSource("src.h5", "data", []int{n, 64, 64})
	for _, w := range []struct {
		name   string
		source func(i int) vds.Source
	}{
		{"W5 one file", func(i int) vds.Source { return stack.Slice(vds.Index(i)) }},
		{"W5 a file each", func(i int) vds.Source {
			return vds.NewSource(fmt.Sprintf("src_%06d.h5", i), "data", []int{1, 64, 64})
		}},
	} {
		b.Run(w.name, func(b *testing.B) {
			dir := b.TempDir()
			b.ReportAllocs()
			for b.Loop() {
				l := vds.NewLayout[uint16]([]int{n, 64, 64}, vds.SeparateMappings())
				for i := range n {
					check(b, l.Map([]vds.Slice{vds.Index(i)}, w.source(i)))
				}
				buildWorkload(b, dir, l)
			}
		})
	}
}

func check(tb testing.TB, err error) {
	if err != nil {
		tb.Helper()
		tb.Fatal(err)
	}
}

func openWorkload(tb testing.TB, file string, opts ...vds.Option) (*vds.File, *vds.Dataset[uint16]) {
	f, err := vds.Open(context.Background(), file, opts...)
	check(tb, err)
	d, err := vds.OpenDataset[uint16](context.Background(), f, "data")
	check(tb, err)
	return f, d
}

// intoFor is memory for a selection.
func intoFor(tb testing.TB, d *vds.Dataset[uint16], slices []vds.Slice) []uint16 {
	shape, _, err := d.Raw().Select(slices...)
	check(tb, err)
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	return make([]uint16, n)
}

func buildWorkload(tb testing.TB, dir string, l *vds.Layout) {
	b := vds.NewBuilder(filepath.Join(dir, "v.h5"))
	b.Virtual("data", l)
	check(tb, b.Commit(context.Background()))
}

// writeStack writes a dataset of frames of small numbers.
func writeStack(tb testing.TB, file string, shape, chunk []uint64, filters ...filter.Spec) {
	w, err := hdf5.Create(file, hdf5.WithoutSync())
	check(tb, err)
	d, err := w.CreateDataset("data", hdf5.DatasetSpec{Type: hdf5.Uint16(), Shape: shape, Chunk: chunk, Filters: filters})
	check(tb, err)
	row := uint64(1)
	for _, n := range shape[1:] {
		row *= n
	}
	random := rand.New(rand.NewPCG(1, row))
	data := make([]uint16, row)
	for range shape[0] {
		for i := range data {
			data[i] = uint16(random.Uint32() & 15)
		}
		check(tb, hdf5.Append(d, data))
	}
	check(tb, w.Close())
}

func makeFiles(tb testing.TB, dir string, n int) {
	l := vds.NewLayout[uint16]([]int{n, 64, 64})
	for i := range n {
		name := fmt.Sprintf("s%05d.h5", i)
		writeStack(tb, filepath.Join(dir, name), []uint64{1, 64, 64}, nil)
		check(tb, l.Map([]vds.Slice{vds.Index(i)}, vds.NewSource(name, "data", []int{1, 64, 64})))
	}
	buildWorkload(tb, dir, l)
}

func makeMappings(tb testing.TB, dir string, n int) {
	const files = 10
	l := vds.NewLayout[uint16]([]int{n, 16, 16}, vds.SeparateMappings())
	for k := range files {
		name := fmt.Sprintf("s%d.h5", k)
		writeStack(tb, filepath.Join(dir, name), []uint64{uint64(n / files), 16, 16}, nil)
		source := vds.NewSource(name, "data", []int{n / files, 16, 16})
		for i := range n / files {
			check(tb, l.Map([]vds.Slice{vds.Index(k*n/files + i)}, source.Slice(vds.Index(i))))
		}
	}
	buildWorkload(tb, dir, l)
}

func makeMosaic(tb testing.TB, dir string, n int) {
	const rows, cols, gap = 256, 1024, 10
	l := vds.NewLayout[uint16]([]int{n, vds.Fit, cols}, vds.Fill(1))
	place := vds.Tile(gap)
	for k := range 6 {
		name := fmt.Sprintf("s%d.h5", k)
		writeStack(tb, filepath.Join(dir, name), []uint64{uint64(n), rows, cols}, []uint64{1, rows, cols})
		check(tb, l.Map([]vds.Slice{vds.All(), place.Next(rows)}, vds.NewSource(name, "data", []int{n, rows, cols})))
	}
	buildWorkload(tb, dir, l)
}

func makeBitshuffle(tb testing.TB, dir string, n int) {
	const files, rows, cols = 4, 514, 1030
	l := vds.NewLayout[uint16]([]int{n, rows, cols})
	place := vds.Concat()
	for k := range files {
		name := fmt.Sprintf("s%d.h5", k)
		writeStack(tb, filepath.Join(dir, name), []uint64{uint64(n / files), rows, cols}, []uint64{1, rows, cols}, vds.BitshuffleLZ4())
		check(tb, l.Map([]vds.Slice{place.Next(n / files)}, vds.NewSource(name, "data", []int{n / files, rows, cols})))
	}
	buildWorkload(tb, dir, l)
}

func makeInterleaved(tb testing.TB, dir string, n int) {
	const files, rows, cols = 4, 371, 352
	l := vds.NewLayout[uint16]([]int{n, rows, cols})
	for k := range files {
		name := fmt.Sprintf("s%d.h5", k)
		writeStack(tb, filepath.Join(dir, name), []uint64{uint64(n / files), rows, cols}, []uint64{1, rows, cols}, vds.Shuffle(), vds.Deflate(4))
		check(tb, l.Map([]vds.Slice{vds.From(k).By(files)}, vds.NewSource(name, "data", []int{n / files, rows, cols})))
	}
	buildWorkload(tb, dir, l)
}

func makeContiguous(tb testing.TB, dir string, n int) {
	writeStack(tb, filepath.Join(dir, "v.h5"), []uint64{uint64(n), 512, 1024}, nil)
}

func makeModules(tb testing.TB, dir string, n int) {
	const modules, rows, cols = 16, 512, 128
	l := vds.NewLayout[uint16]([]int{n, modules, rows, cols})
	for m := range modules {
		name := fmt.Sprintf("m%02d.h5", m)
		writeStack(tb, filepath.Join(dir, name), []uint64{uint64(n), rows, cols}, []uint64{1, rows, cols})
		check(tb, l.Map([]vds.Slice{vds.All(), vds.Index(m)}, vds.NewSource(name, "data", []int{n, rows, cols})))
	}
	buildWorkload(tb, dir, l)
}
