package runtime

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Source writers write what the source says, and h5py reads it.
func TestCreateSource(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	sources := map[string]Source{
		"fixed":    NewSource("sub/fixed.h5", "/entry/d", []int{6, 2, 3}),
		"chunked":  NewSource("chunked.h5", "/d", []int{6, 2, 3}, Chunk(4, 2, 2)),
		"growing":  NewSource("growing.h5", "/d", []int{Unlimited, 2, 3}, Chunk(1, 2, 3), Filters(Shuffle(), Deflate(4)), Fill(9)),
		"shuffled": NewSource("100%.h5", "/d", []int{Unlimited, 2, 3}, Filters(Deflate(1), Fletcher32())),
		"probed":   NewSource("probed.h5", "/d", []int{Probe, 2, 3}),
	}
	data := make([]uint16, 36)
	for i := range data {
		data[i] = uint16(i * 7)
	}
	for name, s := range sources {
		w, err := CreateSource[uint16](ctx, dir, s)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, part := range [][]uint16{data[:6], data[6:24], nil, data[24:]} {
			must(t, w.Append(part))
		}
		if w.Len() != 6 {
			t.Errorf("%s: %d elements", name, w.Len())
		}
		must(t, w.Close())
		must(t, w.Abort())
	}
	got := fromH5py[[]string](t, dir, `
out = []
for name, path in [('sub/fixed.h5', 'entry/d'), ('chunked.h5', 'd'), ('growing.h5', 'd'), ('100%.h5', 'd'), ('probed.h5', 'd')]:
    with h5py.File(name, 'r') as f:
        d = f[path]
        out.append('%s %s %s %s %s %s %s %s' % (d.dtype, d.shape, d.maxshape, d.chunks, d.compression, d.shuffle, d.fillvalue, bool((d[...].ravel() == np.arange(36) * 7).all())))
print(json.dumps(out))`)
	want := []string{
		"uint16 (6, 2, 3) (6, 2, 3) None None False 0 True",
		"uint16 (6, 2, 3) (6, 2, 3) (4, 2, 2) None False 0 True",
		"uint16 (6, 2, 3) (None, 2, 3) (1, 2, 3) gzip True 9 True",
		"uint16 (6, 2, 3) (None, 2, 3) (87381, 2, 3) gzip False 0 True",
		"uint16 (6, 2, 3) (None, 2, 3) (87381, 2, 3) None False 0 True",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Several datasets in one file, and what their writers refuse.
func TestSourceFile(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	f, err := CreateSourceFile(ctx, dir, "many.h5")
	must(t, err)
	image, err := AddSource[uint16](f, NewSource("many.h5", "/image", []int{Unlimited, 2}))
	must(t, err)
	gain, err := AddSource[uint8](f, NewSource("many.h5", "/gain", []int{3, 2}))
	must(t, err)
	for range 3 {
		must(t, image.Append([]uint16{1, 2}))
		must(t, gain.Append([]uint8{3, 4}))
	}
	for _, err := range []error{gain.Append([]uint8{1, 2}), image.Append([]uint16{1}), image.Append(make([]uint16, 3))} {
		if err == nil {
			t.Error("too much, or less than an element, is appended")
		}
	}
	must(t, f.SetAttributes("/image", A("units", "counts")))
	must(t, image.Close())
	must(t, f.Close())
	got := fromH5py[[]any](t, dir, `
with h5py.File('many.h5') as f: print(json.dumps([f['image'][...].tolist(), f['gain'][...].tolist(), f['image'].attrs['units']]))`)
	if fmt.Sprint(got) != "[[[1 2] [1 2] [1 2]] [[3 4] [3 4] [3 4]] counts]" {
		t.Errorf("h5py reads %v", got)
	}

	short, err := CreateSource[int32](ctx, dir, NewSource("short.h5", "d", []int{3, 2}))
	must(t, err)
	must(t, short.Append([]int32{1, 2}))
	if err := short.Close(); err == nil || !strings.Contains(err.Error(), "1 elements of axis 0 were appended, and its extent is 3") {
		t.Errorf("closing a short source: %v", err)
	}
	for _, c := range []struct {
		source Source
		want   string
	}{
		{NewSource("x.h5", "d", nil), "a scalar has no axis 0"},
		{NewSource("x.h5", "d", []int{2, Unlimited}), "only axis 0 grows"},
		{NewSource("x.h5", "d", []int{2}, ElementOf[float32]()), "its elements are float32, and int32 is written"},
		{NewSource("x.h5", "d", []int{2}, Chunk(1, 1)), "the chunk has 2 axes"},
		{NewSource("x.h5", "d", []int{2}, Fill(1.5)), "cannot hold it exactly"},
		{NewSource("x.h5", "d", []int{Bad}), "overflows"},
	} {
		if _, err := CreateSource[int32](ctx, dir, c.source); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	cancelled, cancel := context.WithCancel(ctx)
	w, err := CreateSource[int32](cancelled, dir, NewSource("cancelled.h5", "d", []int{Unlimited}))
	must(t, err)
	cancel()
	if err := w.Append([]int32{1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := w.Close(); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(dir)
	must(t, err)
	if len(left) != 1 || left[0].Name() != "many.h5" {
		t.Errorf("left behind: %v", left)
	}
}
