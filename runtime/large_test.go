package runtime

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/filter"
)

// makeSource writes a dataset of int32 whose element at flat position i is base+i.
func makeSource(t testing.TB, name string, shape, chunk []uint64, base int32, filters ...filter.Spec) {
	t.Helper()
	w, err := hdf5.Create(name, hdf5.WithoutSync())
	must(t, err)
	d, err := w.CreateDataset("d", hdf5.DatasetSpec{Type: hdf5.Int32(), Shape: shape, Chunk: chunk, Filters: filters})
	must(t, err)
	n := uint64(1)
	for _, e := range shape {
		n *= e
	}
	data := make([]int32, n)
	for i := range data {
		data[i] = base + int32(i)
	}
	must(t, hdf5.WriteAll(d, data))
	must(t, w.Close())
}

// Sources that are larger than one task, contiguous and in chunks, filtered and not, read right by any number of workers, whole and in parts.
func TestLargeSources(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	shape := []uint64{6, 700, 600} // 10 MB each
	makeSource(t, in(dir, "s0.h5"), shape, nil, 0)
	makeSource(t, in(dir, "s1.h5"), shape, []uint64{1, 128, 600}, 100_000_000)
	makeSource(t, in(dir, "s2.h5"), shape, []uint64{4, 100, 90}, 200_000_000, filter.NewShuffle(0), filter.NewDeflate(1))
	// Frames of the sources in turn, odd ones with their columns in two mappings, so that two segments need each chunk.
	l := NewLayout[int32]([]int{18, 700, 601}, Fill(-1))
	for k := range 3 {
		for i := range 6 {
			s := NewSource(fmt.Sprintf("s%d.h5", k), "d", []int{6, 700, 600})
			if i%2 == 0 {
				must(t, l.Map([]Slice{Index(3*i + k), All(), To(600)}, s.Slice(Index(i))))
				continue
			}
			must(t, l.Map([]Slice{Index(3*i + k), All(), To(300)}, s.Slice(Index(i), All(), To(300))))
			must(t, l.Map([]Slice{Index(3*i + k), All(), Range(300, 600)}, s.Slice(Index(i), All(), From(300))))
		}
	}
	// Whole sources, each of them one segment that is read in pieces.
	whole := NewLayout[int32]([]int{18, 700, 601}, Fill(-1))
	for k := range 3 {
		must(t, whole.Map([]Slice{From(k).By(3), All(), To(600)}, NewSource(fmt.Sprintf("s%d.h5", k), "d", []int{6, 700, 600})))
	}
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("v", l)
	b.Virtual("whole", whole)
	must(t, b.Commit(ctx))
	value := func(frame, row, col int) int {
		if col == 600 {
			return -1
		}
		return frame%3*100_000_000 + (frame/3*700+row)*600 + col
	}
	for _, workers := range []int{1, 5} {
		f := open(t, in(dir, "v.h5"), WithWorkers(workers))
		d, wide := dataset[int32](t, f, "v"), dataset[float64](t, f, "whole")
		entire, err := dataset[int32](t, f, "whole").Read(ctx)
		must(t, err)
		for i, got := range entire.Data {
			if want := value(i/601/700, i/601%700, i%601); int(got) != want {
				t.Fatalf("%d workers: element %d is %d, want %d", workers, i, got, want)
			}
		}
		for _, c := range []struct{ frames, rows, cols [3]int }{
			{[3]int{0, 18, 1}, [3]int{0, 700, 1}, [3]int{0, 601, 1}},
			{[3]int{1, 17, 2}, [3]int{3, 690, 7}, [3]int{0, 601, 2}},
			{[3]int{0, 18, 1}, [3]int{100, 200, 1}, [3]int{250, 350, 1}},
			{[3]int{0, 18, 1}, [3]int{0, 700, 1}, [3]int{17, 18, 1}},
		} {
			slices := []Slice{Range(c.frames[0], c.frames[1]).By(c.frames[2]), Range(c.rows[0], c.rows[1]).By(c.rows[2]), Range(c.cols[0], c.cols[1]).By(c.cols[2])}
			a, err := d.Read(ctx, slices...)
			must(t, err)
			converted, err := wide.Read(ctx, slices...)
			must(t, err)
			at := 0
			for i := c.frames[0]; i < c.frames[1]; i += c.frames[2] {
				for j := c.rows[0]; j < c.rows[1]; j += c.rows[2] {
					for k := c.cols[0]; k < c.cols[1]; k += c.cols[2] {
						if want := value(i, j, k); int(a.Data[at]) != want || int(converted.Data[at]) != want {
							t.Fatalf("%d workers, %v: [%d, %d, %d] is %d and %v, want %d", workers, slicesString(slices), i, j, k, a.Data[at], converted.Data[at], want)
						}
						at++
					}
				}
			}
			if at != len(a.Data) {
				t.Fatalf("%d elements, want %d", len(a.Data), at)
			}
		}
	}
}

// The last mapping wins also where the first one takes much longer to read.
func TestOverlapLarge(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	makeSource(t, in(dir, "slow.h5"), []uint64{16, 256, 256}, []uint64{1, 256, 256}, 0, filter.NewShuffle(0), filter.NewDeflate(6))
	makeSource(t, in(dir, "quick.h5"), []uint64{16, 4}, nil, -100)
	l := NewLayout[int32]([]int{16, 256, 256}, AllowOverlap())
	must(t, l.Map(nil, NewSource("slow.h5", "d", []int{16, 256, 256})))
	must(t, l.Map([]Slice{All(), Index(5), To(4)}, NewSource("quick.h5", "d", []int{16, 4})))
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("v", l)
	must(t, b.Commit(ctx))
	f := open(t, in(dir, "v.h5"), WithWorkers(8))
	for range 5 {
		a, err := dataset[int32](t, f, "v").Read(ctx)
		must(t, err)
		for i := range 16 {
			for j := range 4 {
				if got, want := a.At(i, 5, j), int32(-100+4*i+j); got != want {
					t.Fatalf("[%d, 5, %d] is %d, want %d", i, j, got, want)
				}
			}
			if got, want := a.At(i, 5, 4), int32((i*256+5)*256+4); got != want {
				t.Fatalf("[%d, 5, 4] is %d, want %d", i, got, want)
			}
		}
	}
}

// A column of a file that was cut off after it was opened is an error, whoever finds that out.
func TestColumnOfFileThatShrank(t *testing.T) {
	ctx := context.Background()
	name := in(t.TempDir(), "s.h5")
	makeSource(t, name, []uint64{4, 1000, 600}, nil, 0)
	d := dataset[int32](t, open(t, name), "d")
	column := []Slice{All(), All(), Index(17)}
	a, err := d.Read(ctx, column...)
	must(t, err)
	for i, got := range a.Data {
		if want := int32(i*600 + 17); got != want {
			t.Fatalf("row %d is %d, want %d", i, got, want)
		}
	}
	info, err := os.Stat(name)
	must(t, err)
	must(t, os.Truncate(name, info.Size()/2))
	if _, err := d.Read(ctx, column...); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a column of half a file: %v", err)
	}
}

// Gaps that are filled in pieces are filled wholly, and nothing else is, also in memory that was used before.
func TestLargeGaps(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	makeSource(t, in(dir, "s.h5"), []uint64{40, 100, 500}, nil, 0)
	l := NewLayout[int32]([]int{1, 40, 460, 500}, Fill(-1))
	for k := range 2 {
		must(t, l.Map([]Slice{Index(0), All(), Range(230*k+60, 230*k+160)}, NewSource("s.h5", "d", []int{40, 100, 500})))
	}
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("v", l)
	must(t, b.Commit(ctx))
	d := dataset[int32](t, open(t, in(dir, "v.h5"), WithWorkers(3)), "v")
	into := make([]int32, 40*460*500)
	for i := range into {
		into[i] = 12345
	}
	must(t, d.ReadInto(ctx, into))
	for i, got := range into {
		frame, row, col := i/500/460, i/500%460%230, i%500
		want := int32(-1)
		if row >= 60 && row < 160 {
			want = int32((frame*100+row-60)*500 + col)
		}
		if got != want {
			t.Fatalf("[%d, %d, %d] is %d, want %d", frame, i/500%460, col, got, want)
		}
	}
}
