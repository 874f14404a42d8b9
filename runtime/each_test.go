package runtime

import (
	"context"
	"errors"
	goruntime "runtime"
	"slices"
	"testing"
	"time"
)

const framesScript = `
n, rows = int(sys.argv[1]), int(sys.argv[2])
for k in range(4):
    with h5py.File('s%d.h5' % k, 'w', libver='latest') as f: f.create_dataset('d', data=(np.arange(n * rows * 64, dtype='u4').reshape(n, rows, 64) + 1000000 * k), chunks=(1, rows, 64), compression='gzip' if k % 2 else None, compression_opts=1 if k % 2 else None)
layout = h5py.VirtualLayout((4 * n, rows, 64), 'u4')
for k in range(4): layout[k::4] = h5py.VirtualSource('s%d.h5' % k, 'd', shape=(n, rows, 64))
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout)
`

func frame(i, rows int) uint32 { return uint32(1000000*(i%4) + i/4*rows*64) }

// Iteration yields every element in order, in as many batches as it takes.
func TestEach(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	const n, rows = 40, 1024 // 256 KiB a frame: several batches
	h5py(t, dir, framesScript, "40", "1024")
	d := dataset[uint32](t, open(t, in(dir, "v.h5")), "v")
	i := 0
	for a, err := range d.Each(ctx) {
		must(t, err)
		if !slices.Equal(a.Shape, []int{rows, 64}) || a.Data[0] != frame(i, rows) || a.At(rows-1, 63) != frame(i, rows)+rows*64-1 {
			t.Fatalf("element %d: shape %v, begins with %d", i, a.Shape, a.Data[0])
		}
		i++
	}
	if i != 4*n {
		t.Errorf("%d elements", i)
	}
	want := []int{150, 153, 156, 159}
	for a, err := range d.Each(ctx, Range(-10, 1000).By(3), Index(2), To(1)) {
		must(t, err)
		if !slices.Equal(a.Shape, []int{1}) || a.Data[0] != frame(want[0], rows)+2*64 {
			t.Errorf("element %d: %v", want[0], a)
		}
		want = want[1:]
	}
	if len(want) != 0 {
		t.Errorf("missing %v", want)
	}
	for _, bad := range [][]Slice{{Index(0)}, {All(), Index(5000)}} {
		for _, err := range d.Each(ctx, bad...) {
			var wrong *SliceError
			if !errors.As(err, &wrong) {
				t.Errorf("%v: got %v", bad, err)
			}
		}
	}
}

// The elements before an unreadable one are yielded, then the error, and that is all.
func TestEachError(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, framesScript, "10", "4")
	h5py(t, dir, `os.remove('s3.h5')`)
	d := dataset[uint32](t, open(t, in(dir, "v.h5")), "v")
	var firsts []uint32
	var failed error
	for a, err := range d.Each(context.Background()) {
		if failed != nil {
			t.Fatal("iteration goes on after an error")
		}
		if failed = err; err == nil {
			firsts = append(firsts, a.Data[0])
		}
	}
	var missing *MissingSourceError
	if !errors.As(failed, &missing) || !slices.Equal(firsts, []uint32{0, 1000000, 2000000}) {
		t.Errorf("got %v, then %v", firsts, failed)
	}
}

// Leaving an iteration, and cancelling a read, end soon and leave nothing running.
func TestCancel(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, framesScript, "40", "1024")
	d := dataset[uint32](t, open(t, in(dir, "v.h5")), "v")
	before := goruntime.NumGoroutine()
	for range d.Each(context.Background()) {
		break
	}
	ctx, cancel := context.WithCancel(context.Background())
	for _, err := range d.Each(ctx) {
		if err != nil {
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v", err)
			}
			break
		}
		cancel()
	}
	cancel()
	if _, err := d.Read(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("a read after cancelling: %v", err)
	}
	for i := range 20 {
		ctx, cancel := context.WithTimeout(context.Background(), time.Duration(i)*200*time.Microsecond)
		_, err := d.Read(ctx)
		if err == nil || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a read with a deadline of %d00 µs: %v", 2*i, err)
		}
		cancel()
	}
	for i := 0; goruntime.NumGoroutine() > before; i++ {
		if i == 100 {
			t.Fatalf("%d goroutines, %d before", goruntime.NumGoroutine(), before)
		}
		time.Sleep(10 * time.Millisecond)
	}
}
