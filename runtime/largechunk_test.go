package runtime_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// A chunk of which several workers read and decode parts is what it is when one does all of it, into new memory and into memory that is there.
func TestLargeChunks(t *testing.T) {
	const frames, rows, cols = 2, 2200, 2250
	ctx := context.Background()
	random := rand.New(rand.NewPCG(1, rows*cols)) // as writeStack has it
	want := make([]uint16, frames*rows*cols)
	for i := range want {
		want[i] = uint16(random.Uint32() & 15)
	}
	for name, filters := range map[string][]filter.Spec{
		"no filter": nil, "deflate": {vds.Deflate(1)}, "bitshuffle": {vds.BitshuffleLZ4()}, "bitshuffle, Zstandard": {filter.NewBitshuffleZstd(0, 1)},
	} {
		file := filepath.Join(t.TempDir(), "v.h5")
		writeStack(t, file, []uint64{frames, rows, cols}, []uint64{1, rows, cols}, filters...)
		for _, workers := range []int{1, 2, 7} {
			t.Run(fmt.Sprintf("%s, %d workers", name, workers), func(t *testing.T) {
				f, d := openWorkload(t, file, vds.WithWorkers(workers))
				for i := range frames {
					frame := want[i*rows*cols : (i+1)*rows*cols]
					got, err := d.Read(ctx, vds.Index(i))
					if check(t, err); !slices.Equal(got.Data, frame) {
						t.Errorf("frame %d differs", i)
					}
					clear(got.Data)
					if check(t, d.ReadInto(ctx, got.Data, vds.Index(i))); !slices.Equal(got.Data, frame) {
						t.Errorf("frame %d differs in memory that is there", i)
					}
				}
				part, err := d.Read(ctx, vds.All(), vds.From(1).By(3))
				check(t, err)
				for i, got := range part.Data {
					frame, row, col := i/(733*cols), i/cols%733, i%cols
					if got != want[(frame*rows+1+3*row)*cols+col] {
						t.Fatalf("element %d of every third row differs", i)
					}
				}
				check(t, f.Close())
			})
		}
	}
}
