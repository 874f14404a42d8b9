package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// writeScript makes sources of several storages and types and virtual datasets over them.
const writeScript = `
with h5py.File('a.h5', 'w') as f: f['d'] = np.zeros((4, 6), 'i2')
with h5py.File('b.h5', 'w', libver='latest') as f: f.create_dataset('d', (4, 6), '>f4', chunks=(3, 4), compression='gzip', shuffle=True, fillvalue=7)
with h5py.File('c.h5', 'w') as f: f.create_dataset('g/d', (4, 6), 'i8', chunks=(2, 2), fillvalue=7)
l = h5py.VirtualLayout((12, 8), 'f8')
for k, (file, path) in enumerate((('a.h5', 'd'), ('b.h5', 'd'), ('c.h5', 'g/d'))):
    l[k::3, 1:7] = h5py.VirtualSource(file, path, shape=(4, 6))
with h5py.File('v.h5', 'w') as f:
    f.create_virtual_dataset('v', l, fillvalue=-1)
    f['own'] = np.zeros(5, 'i4')
    m = h5py.VirtualLayout((5,), 'i4')
    m[...] = h5py.VirtualSource('v.h5', 'own', shape=(5,))
    f.create_virtual_dataset('same', m)
    o = h5py.VirtualLayout((2, 6), 'i4')
    o[0] = h5py.VirtualSource('a.h5', 'd', shape=(4, 6))[0]
    o[0:1, 3:] = h5py.VirtualSource('a.h5', 'd', shape=(4, 6))[1, 3:]
    o[1] = h5py.VirtualSource('gone.h5', 'd', shape=(6,))
    f.create_virtual_dataset('bad', o)
with h5py.File('nested.h5', 'w') as f:
    n = h5py.VirtualLayout((3, 6), 'i4')
    n[...] = h5py.VirtualSource('v.h5', 'v', shape=(12, 8))[6:9, 1:7]
    f.create_virtual_dataset('n', n)
`

// checkWritten compares the virtual datasets and their sources with what NumPy gives for the same assignments.
const checkWritten = `
want = np.full((12, 8), -1.0)
want[:, 1:7] = 0
want[1::3, 1:7] = want[2::3, 1:7] = 7
%s
with h5py.File('v.h5', 'r') as f:
    np.testing.assert_array_equal(f['v'][...], want)
for k, (file, path) in enumerate((('a.h5', 'd'), ('b.h5', 'd'), ('c.h5', 'g/d'))):
    with h5py.File(file, 'r') as f: np.testing.assert_array_equal(f[path][...], want[k::3, 1:7])
`

func numbers[T Integer | float32 | float64](first, n int) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = T(first + i)
	}
	return values
}

func TestWriteThrough(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, writeScript)
	f := open(t, in(dir, "v.h5"))
	d := dataset[float64](t, f, "v")
	must(t, d.Write(ctx, numbers[float64](100, 72), All(), Range(1, 7)))
	must(t, d.Write(ctx, []float64{-5.7, 1e9, 2.5, -1e9}, Range(2, 9).By(2), Index(3)))
	must(t, dataset[int16](t, f, "v").Write(ctx, numbers[int16](1, 6), Indices(11, 0), Range(1, 4)))
	a, err := d.Read(ctx, Index(2), Range(2, 5))
	must(t, err)
	if a.Data[1] != -5 {
		t.Errorf("the dataset reads %v after the write", a.Data)
	}
	h5py(t, dir, strings.Replace(checkWritten, "%s", `
want[:, 1:7] = 100 + np.arange(72).reshape(12, 6)
want[2, 3], want[4, 3], want[6, 3], want[8, 3] = -5, np.float32(1e9), 2, -10**9
want[11, 1:4] = [1, 2, 3]
want[0, 1:4] = [4, 5, 6]
`, 1))
}

func TestWriteThroughOwnFileAndNested(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, writeScript)
	f := open(t, in(dir, "v.h5"))
	same := dataset[int32](t, f, "same")
	must(t, same.Write(ctx, []int32{5, 6}, Range(1, 3)))
	a, err := same.Read(ctx)
	must(t, err)
	if a.Data[1] != 5 || a.Data[2] != 6 {
		t.Errorf("the dataset reads %v after the write", a.Data)
	}
	nested := open(t, in(dir, "nested.h5"))
	must(t, dataset[uint8](t, nested, "n").Write(ctx, numbers[uint8](10, 6), All(), Range(0, 2)))
	h5py(t, dir, strings.Replace(checkWritten, "%s", `
want[6:9, 1:3] = 10 + np.arange(6).reshape(3, 2)
with h5py.File('v.h5') as f: assert f['own'][...].tolist() == [0, 5, 6, 0, 0]
`, 1))
}

// What is refused changes nothing at all, neither in the files that could be written.
func TestWriteThroughRefuses(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, writeScript)
	contents := func() string {
		var all strings.Builder
		for _, name := range []string{"a.h5", "b.h5", "c.h5", "v.h5", "nested.h5"} {
			b, err := os.ReadFile(in(dir, name))
			must(t, err)
			all.Write(b)
		}
		return all.String()
	}
	before := contents()
	f := open(t, in(dir, "v.h5"))
	v, bad := dataset[float64](t, f, "v"), dataset[int32](t, f, "bad")
	short, err := As[string](dataset[int32](t, f, "same").Raw())
	if err == nil {
		t.Errorf("integers read as strings: %v", short)
	}
	for _, c := range []struct {
		name string
		err  error
		want string
	}{
		{"elements without a source", v.Write(ctx, numbers[float64](0, 96)), "have no source"},
		{"too few values", v.Write(ctx, numbers[float64](0, 5), Index(0), Range(1, 7)), "6 elements, shape [6], and there are 5 values"},
		{"overlap", bad.Write(ctx, numbers[int32](0, 6), Index(0)), "overlap"},
		{"missing source", bad.Write(ctx, numbers[int32](0, 6), Index(1)), "gone.h5"},
		{"beyond the shape", v.Write(ctx, numbers[float64](0, 6), Index(12), Range(1, 7)), "12"},
		{"plain dataset", dataset[int32](t, f, "own").Write(ctx, numbers[int32](0, 5)), "not virtual"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, c.err, c.want)
		}
	}
	missing := bad.Write(ctx, numbers[int32](0, 6), Index(1))
	if !errors.Is(missing, fs.ErrNotExist) {
		t.Errorf("error %v is not fs.ErrNotExist", missing)
	}
	writer := oracle.LiveH5py(t, dir, `
import h5py
f = h5py.File('c.h5', 'r+')
print('open')
input()
f.close()
`)
	writer.Answer()
	err = v.Write(ctx, numbers[float64](0, 72), All(), Range(1, 7))
	if err == nil || !strings.Contains(err.Error(), "c.h5") {
		t.Errorf("error %v for a source that another program has open for writing", err)
	}
	writer.Tell("close")
	writer.End()
	confined := dataset[float64](t, open(t, in(dir, "v.h5"), WithRoot(dir)), "v")
	if err := confined.Write(ctx, numbers[float64](0, 72), All(), Range(1, 7)); err == nil || !strings.Contains(err.Error(), "WithRoot") {
		t.Errorf("error %v through a File that is confined", err)
	}
	if contents() != before {
		t.Error("a file changed")
	}
	if left, err := filepath.Glob(in(dir, ".*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

// The parts of HDF5's own tests of virtual datasets (test/vds.c, vds_env.c) that write: each through our Write and through libhdf5's, into copies of the same
// files, which then hold the same values.
func TestWriteThroughAsHDF5(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		name, script string
		slices       []Slice
		selection    string // of h5py
		values       int
		opts         []Option
		prefix       string // of h5py's access property
		environment  string
	}{
		{name: "basic_io 1: all of one source", script: `virtual((4, 6), [(np.s_[:, :], 's.h5', 'd', (4, 6), np.s_[:, :])])`, selection: `np.s_[:, :]`, values: 24},
		{name: "basic_io 2: two sources, %% in the path", script: `
l = [(np.s_[:2], 's.h5', 'd%%', (2, 6), np.s_[:]), (np.s_[2:], 't.h5', 'd%%', (2, 6), np.s_[:])]
virtual((4, 6), l)`, selection: `np.s_[:, :]`, values: 24},
		{name: "basic_io 4: %% in the file", script: `virtual((4, 6), [(np.s_[:, 1:5], 's%%.h5', 'd', (4, 4), np.s_[:])])`, slices: []Slice{All(), Range(1, 5)}, selection: `np.s_[:, 1:5]`, values: 16},
		{name: "basic_io 5: parts of hyperslabs on both sides", script: `virtual((6, 8), [(np.s_[1:6:2, 2:8], 's.h5', 'd', (5, 9), np.s_[2:5, 1:7])])`,
			slices: []Slice{Range(1, 6).By(2), Range(3, 8).By(2)}, selection: `np.s_[1:6:2, 3:8:2]`, values: 9},
		{name: "basic_io 6: stripes", script: `
l = [(np.s_[0::2], 's.h5', 'd', (3, 4), np.s_[:]), (np.s_[1::2], 't.h5', 'd', (3, 4), np.s_[:])]
virtual((6, 4), l)`, slices: []Slice{Range(1, 5), Range(0, 4).By(3)}, selection: `np.s_[1:5, 0:4:3]`, values: 8},
		{name: "basic_io 7: four axes from three", script: `
virtual((2, 2, 3, 4), [(np.s_[0], 's.h5', 'd', (4, 3, 4), np.s_[0::2]), (np.s_[1], 's.h5', 'd', (4, 3, 4), np.s_[1::2])])`, selection: `np.s_[:, :, :, :]`, values: 48},
		{name: "prefix_first: the option wins over the working folder", script: `
os.mkdir('prefix')
virtual((4,), [(np.s_[:], 's.h5', 'd', (4,), np.s_[:])])
os.rename('s.h5', 'prefix/s.h5')
with h5py.File('s.h5', 'w') as f: f['d'] = np.zeros(4, 'i4') - 9`, selection: `np.s_[:]`, values: 4, prefix: "prefix"},
		{name: "env: HDF5_VDS_PREFIX with ${ORIGIN}", script: `
os.mkdir('tmp_vds_env')
virtual((4,), [(np.s_[:], 's.h5', 'd', (4,), np.s_[:])])
os.rename('s.h5', 'tmp_vds_env/s.h5')`, selection: `np.s_[:]`, values: 4, environment: "${ORIGIN}/tmp_vds_env"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dirs := [2]string{t.TempDir(), t.TempDir()}
			for _, dir := range dirs {
				h5py(t, dir, `
def virtual(shape, mappings):
    l = h5py.VirtualLayout(shape, 'i4')
    for v, file, path, size, s in mappings:
        with h5py.File(file.replace('%%', '%'), 'a') as f:
            if path.replace('%%', '%') not in f: f.create_dataset(path.replace('%%', '%'), size, 'i4', chunks=size, fillvalue=5)
        l[v] = h5py.VirtualSource(file, path, shape=size)[s]
    with h5py.File('v.h5', 'w') as f: f.create_virtual_dataset('v', l, fillvalue=-1)
`+c.script)
			}
			if c.environment != "" {
				t.Setenv("HDF5_VDS_PREFIX", c.environment)
			}
			h5py(t, dirs[0], `
selection, n, prefix = eval(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
with h5py.File('v.h5', 'r+') as f:
    p = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
    if prefix: p.set_virtual_prefix(os.path.abspath(prefix).encode())
    d = h5py.Dataset(h5py.h5d.open(f.id, b'v', p))
    d[selection] = np.arange(100, 100 + n, dtype='i4').reshape(d[selection].shape)  # of another type libhdf5 writes garbage
`, c.selection, fmt.Sprint(c.values), c.prefix)
			opts := c.opts
			if c.prefix != "" {
				opts = append(opts, WithPrefix(in(dirs[1], c.prefix)))
			}
			d := dataset[int32](t, open(t, in(dirs[1], "v.h5"), opts...), "v")
			must(t, d.Write(ctx, numbers[int32](100, c.values), c.slices...))
			got, want := h5py(t, dirs[1], dumpSources), h5py(t, dirs[0], dumpSources)
			if string(got) != string(want) {
				t.Errorf("the sources hold\n%swant\n%s", got, want)
			}
			if !strings.Contains(string(want), "100") {
				t.Errorf("libhdf5 wrote nothing:\n%s", want)
			}
		})
	}
}

// dumpSources prints the values of all datasets in all files of a folder.
const dumpSources = `
for folder, _, names in sorted(os.walk('.')):
    for name in sorted(names):
        with h5py.File(os.path.join(folder, name), 'r') as f:
            for path in sorted(f):
                if not f[path].is_virtual: print(folder, name, path, f[path][...].tolist())
`

// A write that is cancelled says so, even where no file was begun.
func TestWriteCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := &writing[int32]{file: &File{workers: 2}, order: []*writtenFile{{name: "a.h5"}, {name: "b.h5"}}}
	cancel()
	if err := w.each(ctx, func(*writtenFile) error { return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("no file was written, and the error is %v", err)
	}
}
