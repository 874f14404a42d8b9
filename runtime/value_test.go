package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
)

const valuesScript = `
rec = np.dtype([('x', 'f4'), ('n', 'i8')])
swapped = np.dtype([('n', '>i2'), ('other', 'u1'), ('x', 'f8')])
color = h5py.enum_dtype({'red': 1, 'green': 2}, 'u1')
text = h5py.string_dtype()
with h5py.File('s.h5', 'w') as f:
    f['big'] = np.array([-300, 70000, 255, 3], '>i4')
    f['floats'] = np.array([1.9, -1.9, np.inf, np.nan], 'f8')
    f['bools'] = np.array([True, False, True, True])
    f['colors'] = np.array([1, 2, 2, 1], color)
    f['complex'] = np.array([1 + 2j, 3, 4j, 0], 'c16')
    f['records'] = np.array([(1.5, 2), (3, 4), (5, 6), (7, 8)], rec)
    f['others'] = np.array([(1, 2, 3.5), (4, 5, 6), (7, 8, 9), (10, 11, 12)], swapped)
    f['half'] = np.array([(1, ), (2, ), (3, ), (4, )], [('x', 'f4')])
    f['texts'] = np.array(['a', 'ßß', '', 'long ' * 50], object).astype(text)
    f['fixed'] = np.array([b'ab', b'c', b'', b'defg'], 'S4')
    f.create_dataset('ragged', (4,), h5py.vlen_dtype('i4'))
    for i in range(4): f['ragged'][i] = np.arange(i, dtype='i4')
    f['null'] = h5py.Empty('i4')
def make(name, source, dtype, fill=None):
    layout = h5py.VirtualLayout((6,), dtype)
    layout[1:5] = h5py.VirtualSource('s.h5', source, shape=(4,))
    with h5py.File('v.h5', 'a', libver='latest') as f: f.create_virtual_dataset(name, layout, fillvalue=fill)
make('big', 'big', 'i4', -1); make('clamped', 'big', 'u1', 7); make('floats', 'floats', 'f4', np.nan); make('ints', 'floats', 'i2', -1)
make('bools', 'bools', bool, True); make('colors', 'colors', color); make('complex', 'complex', 'c8', 1j); make('records', 'records', rec, np.array((9, 9), rec))
make('swapped', 'others', rec, np.array((9, 9), rec)); make('half', 'half', rec, np.array((9, 9), rec)); make('texts', 'texts', text); make('fixed', 'fixed', 'S4'); make('ragged', 'ragged', h5py.vlen_dtype('i4'))
with h5py.File('v.h5', 'a', libver='latest') as f:
    f['null'] = h5py.Empty('f4')
    l = h5py.VirtualLayout((0, 5), 'i4'); f.create_virtual_dataset('empty', l)
    l = h5py.VirtualLayout((2,), 'i4'); l[...] = h5py.VirtualSource('s.h5', 'texts', shape=(4,))[:2]; f.create_virtual_dataset('wrong', l)
`

type record struct {
	X float32 `hdf5:"x"`
	N int64   `hdf5:"n"`
}

// Elements of every kind come from the source's type straight to the caller's, and the fill value with them.
func TestValues(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, valuesScript)
	name := in(dir, "v.h5")
	check := func(path string, got string, err error, want string) {
		t.Helper()
		if err != nil || got != want {
			t.Errorf("%s: got %s, %v, want %s", path, got, err, want)
		}
	}
	ints, err := read[int32](t, name, "big", nil)
	check("big", ints, err, "[6] [-1 -300 70000 255 3 -1]")
	// The type of the virtual dataset stands for the fill value only: what it could not hold is not lost.
	wide, err := read[int32](t, name, "clamped", nil)
	check("clamped as int32", wide, err, "[6] [7 -300 70000 255 3 7]")
	narrow, err := read[uint8](t, name, "clamped", nil)
	check("clamped", narrow, err, "[6] [7 0 255 255 3 7]")
	floats, err := read[float32](t, name, "floats", nil)
	check("floats", floats, err, fmt.Sprint([]int{6}, []float32{float32(math.NaN()), 1.9, -1.9, float32(math.Inf(1)), float32(math.NaN()), float32(math.NaN())}))
	truncated, err := read[int16](t, name, "ints", nil)
	check("floats as int16", truncated, err, "[6] [-1 1 -1 32767 0 -1]")
	bools, err := read[bool](t, name, "bools", nil)
	check("bools", bools, err, "[6] [true true false true true true]")
	colors, err := read[uint8](t, name, "colors", nil)
	check("colors", colors, err, "[6] [0 1 2 2 1 0]")
	complexes, err := read[complex64](t, name, "complex", nil)
	check("complex", complexes, err, "[6] [(0+1i) (1+2i) (3+0i) (0+4i) (0+0i) (0+1i)]")
	records, err := read[record](t, name, "records", nil)
	check("records", records, err, "[6] [{9 9} {1.5 2} {3 4} {5 6} {7 8} {9 9}]")
	swapped, err := read[record](t, name, "swapped", nil)
	check("members in another order", swapped, err, "[6] [{9 9} {3.5 1} {6 4} {9 7} {12 10} {9 9}]")
	half, err := read[record](t, name, "half", nil)
	check("a member that the source lacks", half, err, "[6] [{9 9} {1 9} {2 9} {3 9} {4 9} {9 9}]")
	texts, err := read[string](t, name, "texts", nil)
	check("texts", texts, err, "[6] [ a ßß  "+strings.Repeat("long ", 50)+" ]")
	fixed, err := read[string](t, name, "fixed", slicesOf(t, "1:5"))
	check("fixed", fixed, err, "[4] [ab c  defg]")
	ragged, err := read[[]int32](t, name, "ragged", nil)
	check("ragged", ragged, err, "[6] [[] [] [0] [0 1] [0 1 2] []]")
	null, err := read[float32](t, name, "null", nil)
	check("null", null, err, "[0] []")
	empty, err := read[int32](t, name, "empty", nil)
	check("empty", empty, err, "[0 5] []")

	_, err = read[int32](t, name, "wrong", nil, FillMissing())
	var mismatch *SourceMismatchError
	if !errors.As(err, &mismatch) {
		t.Errorf("texts as numbers: %v", err)
	}
	f := open(t, name)
	if _, err := OpenDataset[int32](context.Background(), f, "texts"); err == nil {
		t.Error("a dataset of texts opens as numbers")
	}
	raw, err := f.Dataset(context.Background(), "texts")
	must(t, err)
	if _, err := raw.ReadBytes(context.Background()); err == nil || !strings.Contains(err.Error(), "OpenDataset[string]") {
		t.Errorf("bytes of texts: %v", err)
	}
}

// The bytes of a read are those of the array that h5py reads.
func TestReadBytes(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, valuesScript)
	theirs := fromH5py[map[string][2]string](t, dir, `
out = {}
with h5py.File('v.h5', 'r') as f:
    for name in 'big clamped floats ints bools colors complex records swapped fixed'.split():
        a = f[name][...]
        out[name] = [a.dtype.str if a.dtype.names is None else str(a.dtype.itemsize), a.tobytes().hex()]
print(json.dumps(out))`)
	f := open(t, in(dir, "v.h5"))
	for name, want := range theirs {
		d, err := f.Dataset(ctx, name)
		must(t, err)
		a, err := d.ReadBytes(ctx)
		must(t, err)
		if got := fmt.Sprintf("%x", a.Bytes); got != want[1] {
			t.Errorf("%s, %v: got %s, h5py %s", name, a.Type, got, want[1])
		}
	}
}
