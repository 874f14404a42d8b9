package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

// growScript makes growing virtual datasets of each kind and prints what libhdf5 says of them in each view.
const growScript = `
U = h5py.h5s.UNLIMITED
def source(name, n, width=2, path='d', start=0, fill=-7):
    with h5py.File(name, 'w', libver='latest') as f:
        f.create_dataset(path, data=(np.arange(n * width, dtype='i4').reshape(n, width) + start), maxshape=(None, width), chunks=(2, width), fillvalue=fill)
def make(name, shape, maps, fill=-1):
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(fill, 'i4'))
    for vsel, file, path, sshape, ssel in maps:
        v = h5py.h5s.create_simple(shape, (U,) * len(shape))
        v.select_hyperslab(*vsel)
        s = h5py.h5s.create_simple(sshape, (U,) * len(sshape))
        if ssel: s.select_hyperslab(*ssel)
        dcpl.set_virtual(v, file.encode(), path.encode(), s)
    with h5py.File(name + '.h5', 'w', libver='latest') as f:
        h5py.h5d.create(f.id, b'v', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple(shape, (U,) * len(shape)), dcpl)
# start, count, stride, block of each axis
def slab(start, count, stride=1, block=1): return ((start, 0), (count, 1), (stride, 1), (block, 2))
def interleave(name, sizes):
    maps = []
    for i, n in enumerate(sizes):
        if n is not None: source('%s_%d.h5' % (name, i), n, start=100 * i)
        maps.append((slab(i, U, len(sizes)), '%s_%d.h5' % (name, i), 'd', (1, 2), slab(0, U)))
    make(name, (len(sizes), 2), maps)
source('five.h5', 5); source('seven.h5', 7, start=50)
make('one', (0, 2), [(slab(0, U), 'five.h5', 'd', (1, 2), slab(0, U))])
make('longer', (20, 2), [(slab(0, U), 'five.h5', 'd', (1, 2), slab(0, U))])
interleave('even', (5, 5, 5, 4))
interleave('ragged', (5, 2, 7, 0))
interleave('absent', (5, 5, None, 4))
make('floor', (12, 2), [(slab(0, U), 'seven.h5', 'd', (1, 2), slab(0, U)), (slab(8, 1, 1, 4), 'five.h5', 'd', (5, 2), slab(0, 1, 1, 4))])
make('blocks', (3, 2), [(slab(1, U, 3, 2), 'seven.h5', 'd', (1, 2), slab(2, U))])
make('both', (4, 2), [(slab(0, U, 4, 2), 'seven.h5', 'd', (4, 2), slab(0, U, 2, 2))])
make('endless', (4, 2), [(slab(3, 1, 1, U), 'five.h5', 'd', (1, 2), slab(1, 1, 1, U))])
for j in (0, 1, 2, 4, 9): source('series_%d.h5' % j, 3, start=10 * j)
make('series', (3, 2), [(slab(0, U, 3, 3), 'series_%b.h5', 'd', (3, 2), None)])
make('spaced', (3, 2), [(slab(1, U, 5, 3), 'series_%b.h5', 'd', (3, 2), None)])
with h5py.File('paths%.h5', 'w') as f:
    for j in range(3): f['g%d/d%d%%' % (j, j)] = np.full((1, 2), j, 'i4')
make('named', (1, 2), [(slab(0, U), 'paths%%.h5', 'g%b/d%b%%', (1, 2), None)])
make('nothing', (2, 2), [(slab(0, U, 3, 3), 'none_%b.h5', 'd', (3, 2), None)])
make('twice', (6, 2), [(slab(0, U, 6, 3), 'series_%b.h5', 'd', (3, 2), None), (slab(3, U, 6, 3), 'series_%b.h5', 'd', (3, 2), None)])
out = {}
for name in 'one longer even ragged absent floor blocks both endless series spaced named nothing twice'.split():
    for view in (0, 1):
        for gap in (0, 1, 4):
            f = h5py.File(name + '.h5', 'r')
            dapl = h5py.h5p.create(h5py.h5p.DATASET_ACCESS)
            dapl.set_virtual_view(view)
            dapl.set_virtual_printf_gap(gap)
            d = h5py.h5d.open(f.id, b'v', dapl)
            shape = d.get_space().get_simple_extent_dims()
            a = np.full(shape, 12345, 'i4')
            try:
                d.read(h5py.h5s.ALL, h5py.h5s.ALL, a)
                text = '%s %s' % (list(shape), a.ravel().tolist())
            except Exception as e: text = '%s error' % list(shape)
            out['%s %d %d' % (name, view, gap)] = text.replace(',', '')
            del d
            f.close()
print(json.dumps(out))
`

// Growing datasets are as long as libhdf5 says in each view and with each gap, and read the same.
func TestGrow(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	theirs := fromH5py[map[string]string](t, dir, growScript)
	// libhdf5 reads past the end of a source where a fixed mapping makes the dataset longer than the first missing element: elements 7 of
	// the source are made up. They read as the fill value here.
	for gap := range 5 {
		delete(theirs, fmt.Sprintf("floor 0 %d", gap))
	}
	for key, want := range theirs {
		var name string
		var view, gap int
		if _, err := fmt.Sscan(key, &name, &view, &gap); err != nil {
			t.Fatal(err)
		}
		opts := []Option{WithPrintfGap(gap), FillAbsent()}
		if view == 0 {
			opts = append(opts, WithView(FirstMissing))
		}
		f := open(t, in(dir, name+".h5"), opts...)
		a, err := dataset[int32](t, f, "v").Read(ctx)
		if err != nil {
			t.Errorf("%s: %v", key, err)
			continue
		}
		if got := arrayText(a); got != want {
			t.Errorf("%s:\n     got %s\nlibhdf5 %s", key, got, want)
		}
	}
	got, err := read[int32](t, in(dir, "floor.h5"), "v", nil, WithView(FirstMissing))
	must(t, err)
	if want := "[12 2] [50 51 52 53 54 55 56 57 58 59 60 61 62 63 -1 -1 0 1 2 3 4 5 6 7]"; got != want {
		t.Errorf("floor, first missing: got %s, want %s", got, want)
	}
	// Without the option an absent source that others outgrew is an error, and not fill.
	_, err = read[int32](t, in(dir, "absent.h5"), "v", nil)
	var missing *MissingSourceError
	if !errors.As(err, &missing) || !errors.Is(err, fs.ErrNotExist) || missing.Mapping != 2 {
		t.Errorf("absent: got %v", err)
	}
	// What is missing within the gap is consent, and reported.
	f := open(t, in(dir, "series.h5"), WithPrintfGap(1))
	a, err := dataset[int32](t, f, "v").Read(ctx)
	must(t, err)
	if len(a.Filled) != 1 || a.Filled[0].Source.File != "series_3.h5" || a.Filled[0].Elements != 6 {
		t.Errorf("filled %+v", a.Filled)
	}
}

// Where libhdf5 gives wrong data for unlimited selections, the right ones are read.
func TestGrowWhereLibraryFails(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
U = h5py.h5s.UNLIMITED
def make(name, vsel, ssel, data, shape, sshape):
    with h5py.File(name + '_s.h5', 'w', libver='latest') as f: f.create_dataset('d', data=data, maxshape=(None,) * data.ndim, chunks=data.shape)
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-1, 'i4'))
    v = h5py.h5s.create_simple(shape, (U,) * len(shape)); v.select_hyperslab(*vsel)
    s = h5py.h5s.create_simple(sshape, (U,) * len(sshape)); s.select_hyperslab(*ssel)
    dcpl.set_virtual(v, (name + '_s.h5').encode(), b'd', s)
    with h5py.File(name + '.h5', 'w', libver='latest') as f:
        h5py.h5d.create(f.id, b'v', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple(shape, (U,) * len(shape)), dcpl)
# the unlimited axis is another one in the source
make('turned', ((0, 0), (U, 1), (1, 1), (1, 2)), ((0, 0), (1, U), (1, 1), (2, 1)), np.arange(6, dtype='i4').reshape(2, 3), (1, 2), (2, 1))
# the first block of the source is not whole
make('partial', ((0,), (U,), (1,), (1,)), ((0,), (U,), (3,), (2,)), np.arange(1, dtype='i4') + 9, (1,), (1,))
`)
	for _, c := range []struct {
		file string
		view View
		want string
	}{
		{"turned", LastAvailable, "[3 2] [0 1 2 3 4 5]"},
		{"turned", FirstMissing, "[3 2] [0 1 2 3 4 5]"},
		{"partial", LastAvailable, "[1] [9]"},
		{"partial", FirstMissing, "[1] [9]"},
	} {
		got, err := read[int32](t, in(dir, c.file+".h5"), "v", nil, WithView(c.view))
		if err != nil || got != c.want {
			t.Errorf("%s, view %d: got %s, %v, want %s", c.file, c.view, got, err, c.want)
		}
	}
}

// Fills are those of the level that lacks the element.
func TestFillLevels(t *testing.T) {
	dir := t.TempDir()
	script := `
with h5py.File('unwritten.h5', 'w') as f: f.create_dataset('d', (3,), 'i4', fillvalue=-3, chunks=(2,))
with h5py.File('written.h5', 'w') as f: f['d'] = np.arange(3, dtype='i4')
inner = h5py.VirtualLayout((7,), 'i4')
inner[0:3] = h5py.VirtualSource('written.h5', 'd', shape=(3,))
inner[3:6] = h5py.VirtualSource('unwritten.h5', 'd', shape=(3,))
with h5py.File('inner.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', inner, fillvalue=-2)
outer = h5py.VirtualLayout((10,), 'i4')
outer[1:8] = h5py.VirtualSource('inner.h5', 'v', shape=(7,))
outer[8:10] = h5py.VirtualSource('gone.h5', 'v', shape=(2,))
with h5py.File('outer.h5', 'w', libver='latest') as f:
    f.create_virtual_dataset('v', outer, fillvalue=-1)
    print(json.dumps(f['v'][...].tolist()))
`
	theirs := fromH5py[[]int](t, dir, script)
	got, err := read[int32](t, in(dir, "outer.h5"), "v", nil, FillAbsent())
	must(t, err)
	if want := "[10] " + fmt.Sprint(theirs); got != want || want != "[10] [-1 0 1 2 -3 -3 -3 -2 -1 -1]" {
		t.Errorf("got %s, libhdf5 %s", got, want)
	}
}
