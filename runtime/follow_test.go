package runtime

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// followScript starts with what makes virtual datasets that h5py's high-level interface cannot make.
const followScript = prelude + `
U = h5py.h5s.UNLIMITED
def space(shape, start, stride, count, block):
    s = h5py.h5s.create_simple(shape, (U,) * len(shape))
    s.select_hyperslab(start, count, stride, block)
    return s
def virtual(name, shape, mappings, fill=-1):
    with h5py.File(name, 'w', libver='latest') as f:
        p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        p.set_fill_value(np.array(fill, 'i4'))
        for v, file, path, s in mappings: p.set_virtual(v, file.encode(), path.encode(), s)
        h5py.h5d.create(f.id, b'v', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple(shape, (U,) + shape[1:]), p).close()
`

// pythonFile writes a script that runs for itself.
func pythonFile(t *testing.T, dir, script string) string {
	t.Helper()
	name := in(dir, "writer.py")
	must(t, os.WriteFile(name, []byte(followScript+script), 0o666))
	return name
}

// waitFor reads what a script prints up to a line.
func waitFor(r *bufio.Reader, want string) error {
	for {
		line, err := r.ReadString('\n')
		if strings.TrimSpace(line) == want {
			return nil
		}
		if err != nil {
			return fmt.Errorf("waiting for %q: %w", want, err)
		}
	}
}

// followed checks that n rows come, that row i holds 10*i, 10*i+1, …, and that the script then ends well.
func followRows(t *testing.T, dir, script string, n int, opts ...Option) {
	t.Helper()
	failure := oracle.H5pyStream(t, dir, pythonFile(t, dir, script), nil, func(out io.Reader) error {
		r := bufio.NewReader(out)
		if err := waitFor(r, "begun"); err != nil {
			return err
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		f, err := Open(ctx, in(dir, "v.h5"), append(opts, WithPollInterval(time.Millisecond))...)
		if err != nil {
			return err
		}
		defer f.Close()
		i := 0
		for row, err := range Follow[int32](ctx, f, "v") {
			if err != nil {
				return fmt.Errorf("after %d rows: %w", i, err)
			}
			for j, got := range row.Data {
				if want := int32(10*i + j); got != want {
					return fmt.Errorf("row %d has %v", i, row.Data)
				}
			}
			if i++; i == n {
				break
			}
		}
		if i != n {
			return fmt.Errorf("%d rows came, want %d", i, n)
		}
		return nil
	})
	if failure != "" {
		t.Fatal(failure)
	}
}

// Three writers in turn, each at its own pace, that write for simultaneous readers.
func TestFollowInterleaved(t *testing.T) {
	const frames = 300
	followRows(t, t.TempDir(), fmt.Sprintf(`
import random
random.seed(3)
virtual('v.h5', (0, 4), [(space((3, 4), (k, 0), (3, 1), (U, 1), (1, 4)), 's%%d.h5' %% k, 'd', space((1, 4), (0, 0), (1, 1), (U, 1), (1, 4))) for k in range(3)])
files = [h5py.File('s%%d.h5' %% k, 'w', libver='latest') for k in range(3)]
sets = [f.create_dataset('d', (0, 4), 'i4', maxshape=(None, 4), chunks=(1, 4)) for f in files]
for f in files: f.swmr_mode = True
print('begun', flush=True)
counts = [0, 0, 0]
while sum(counts) < %d:
    k = random.randrange(3)
    if counts[k] == %d: continue
    d = sets[k]
    d.resize(counts[k] + 1, axis=0)
    d[counts[k]] = (counts[k] * 3 + k) * 10 + np.arange(4)
    d.flush()
    counts[k] += 1
for f in files: f.close()
`, frames, frames/3), frames)
}

// A numbered series of files that are written under their own names, in two steps each: a file that is not finished is not seen.
func TestFollowSeries(t *testing.T) {
	const blocks = 12
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			followRows(t, t.TempDir(), fmt.Sprintf(`
virtual('v.h5', (0, 3), [(space((4, 3), (0, 0), (4, 1), (U, 1), (4, 3)), 'f-%%b.h5', 'd', space((4, 3), (0, 0), (1, 1), (1, 1), (4, 3)))])
print('begun', flush=True)
for b in range(%d):
    with h5py.File('f-%%d.h5' %% b, 'w', libver='%s') as f:
        d = f.create_dataset('d', (4, 3), 'i4')
        rows = (np.arange(4) + 4 * b)[:, None] * 10 + np.arange(3)
        d[:2] = rows[:2]
        f.flush()
        d[2:] = rows[2:]
`, blocks, libver), 4*blocks)
		})
	}
}

// A dataset of fixed length whose sources appear one after another, and grow: the loop ends by itself.
func TestFollowFixed(t *testing.T) {
	dir := t.TempDir()
	followRows(t, dir, `
l = h5py.VirtualLayout((9, 2), 'i4')
for k in range(3): l[3 * k:3 * k + 3] = h5py.VirtualSource('s%d.h5' % k, 'd', shape=(3, 2))[:]
with h5py.File('v.h5', 'w') as f: f.create_virtual_dataset('v', l)
print('begun', flush=True)
for k in range(3):
    with h5py.File('s%d.h5' % k, 'w', libver='latest') as f:
        d = f.create_dataset('d', (0, 2), 'i4', maxshape=(None, 2), chunks=(1, 2))
        f.swmr_mode = True
        for i in range(3):
            d.resize(i + 1, axis=0)
            d[i] = (3 * k + i) * 10 + np.arange(2)
            d.flush()
`, 9)
	f := open(t, in(dir, "v.h5"), WithPollInterval(time.Millisecond))
	n := 0
	for _, err := range dataset[int32](t, f, "v").Follow(t.Context(), From(2), Index(1)) {
		must(t, err)
		n++
	}
	if n != 7 {
		t.Errorf("%d rows from 2 on, want 7", n)
	}
}

// Without anything to come, the loop says what it waited for when its context ends.
func TestFollowStops(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
l = h5py.VirtualLayout((2, 2), 'i4')
l[0] = h5py.VirtualSource('s0.h5', 'd', shape=(2,))
l[1] = h5py.VirtualSource('s1.h5', 'd', shape=(2,))
with h5py.File('v.h5', 'w') as f: f.create_virtual_dataset('v', l)
with h5py.File('s0.h5', 'w') as f: f['d'] = np.arange(2, dtype='i4')
`)
	f := open(t, in(dir, "v.h5"), WithPollInterval(time.Millisecond))
	d := dataset[int32](t, f, "v")
	follow := func(wait time.Duration) (rows int, last error) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		for _, err := range d.Follow(ctx) {
			if err != nil {
				last = err
				continue
			}
			if rows++; rows == 1 {
				time.AfterFunc(wait, cancel)
			}
		}
		return rows, last
	}
	for wait := 20 * time.Millisecond; ; wait *= 10 {
		rows, last := follow(wait)
		if rows != 1 || !errors.Is(last, context.Canceled) {
			t.Fatalf("%d rows, then %v", rows, last)
		}
		missing := (*MissingSourceError)(nil)
		if errors.As(last, &missing) && missing.Mapping == 1 {
			break
		}
		if wait > 10*time.Second { // or a busy machine did not come to look for what is missing
			t.Fatalf("it was stopped with %v", last)
		}
	}
	for _, s := range [][]Slice{{To(1)}, {From(-1)}, {Index(0)}, {All().By(2)}} {
		for _, err := range d.Follow(t.Context(), s...) {
			if err == nil {
				t.Errorf("no error for %v", s)
			}
			break
		}
	}
}

// Refresh sees what was written since, and the dataset that it was called on stays as it was.
func TestRefresh(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	write := func(frames int) {
		h5py(t, dir, followScript[len(prelude):]+`
n = int(sys.argv[1])
if not os.path.exists('v.h5'):
    virtual('v.h5', (0, 2), [(space((1, 2), (0, 0), (1, 1), (U, 1), (1, 2)), 's.h5', 'd', space((1, 2), (0, 0), (1, 1), (U, 1), (1, 2)))])
with h5py.File('s.h5', 'a', libver='latest') as f:
    d = f.require_dataset('d', (1, 2), 'i4', maxshape=(None, 2), chunks=(2, 2)) if 'd' not in f else f['d']
    d.resize(n, axis=0)
    d[...] = np.arange(n)[:, None] * 10 + np.arange(2) + 100 * n
`, fmt.Sprint(frames))
	}
	write(3)
	f := open(t, in(dir, "v.h5"))
	first := dataset[int32](t, f, "v")
	a, err := first.Read(ctx)
	must(t, err)
	write(5)
	second, err := first.Refresh(ctx)
	must(t, err)
	b, err := second.Read(ctx)
	must(t, err)
	if fmt.Sprint(a.Data) != "[300 301 310 311 320 321]" || fmt.Sprint(b.Data) != "[500 501 510 511 520 521 530 531 540 541]" {
		t.Errorf("first %v, then %v", a.Data, b.Data)
	}
	if n := first.Shape()[0]; n != 3 {
		t.Errorf("the first dataset has %d rows now", n)
	}
}
