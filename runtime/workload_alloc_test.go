//go:build !race

package runtime_test

// The race detector makes pools forget buffers at random, so that allocations are counted without it.

import (
	"context"
	"path/filepath"
	stdruntime "runtime"
	"testing"

	vds "github.com/vdsgen/vdsgen/runtime"
)

// Reading four times as much allocates no more, save a few bytes for each part of the plan.
func TestReadIntoAllocatesNothingInProportion(t *testing.T) {
	for _, w := range []struct {
		name string
		make func(tb testing.TB, dir string, n int)
		n    int
	}{
		{"W2 mosaic", makeMosaic, 4}, {"W3 bitshuffle", makeBitshuffle, 8}, {"W4 interleaved", makeInterleaved, 8},
		{"W6 contiguous", makeContiguous, 4}, {"W7 modules", makeModules, 4},
	} {
		t.Run(w.name, func(t *testing.T) {
			small, smallData := allocated(t, w.make, w.n)
			large, largeData := allocated(t, w.make, 4*w.n)
			// Plans have some words for each chunk, of which the smallest here has 128 KiB.
			if grown, data := large-small, largeData-smallData; grown > data/64 {
				t.Errorf("%d bytes allocated for %d bytes, %d for %d: that grows with the data", small, smallData, large, largeData)
			}
		})
	}
}

// allocated is how many bytes a ReadInto of n frames allocates, and how many it reads. It is the least of a few reads:
// the collector may empty pools of buffers at any time, which are then filled again.
func allocated(t *testing.T, make func(tb testing.TB, dir string, n int), n int) (least, data int64) {
	t.Helper()
	dir := t.TempDir()
	make(t, dir, n)
	f, d := openWorkload(t, filepath.Join(dir, "v.h5"), vds.WithWorkers(1))
	into := intoFor(t, d, nil)
	least = 1 << 62
	for range 4 {
		var before, after stdruntime.MemStats
		stdruntime.ReadMemStats(&before)
		check(t, d.ReadInto(context.Background(), into))
		stdruntime.ReadMemStats(&after)
		least = min(least, int64(after.TotalAlloc-before.TotalAlloc))
	}
	check(t, f.Close())
	return least, int64(2 * len(into))
}
