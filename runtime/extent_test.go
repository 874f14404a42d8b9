package runtime

import (
	"context"
	"strings"
	"testing"
)

// What libhdf5 stores and then cannot open, or measure, is an error here, too, and says which mapping is at fault.
func TestUnusableDatasets(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	theirs := fromH5py[map[string]bool](t, dir, `
U = h5py.h5s.UNLIMITED
with h5py.File('s.h5', 'w', libver='latest') as f:
    f.create_dataset('grown', data=np.arange(6, dtype='i4'), maxshape=(None,), chunks=(2,))
    f['line'] = np.arange(4, dtype='i4')
def make(name, shape, maxshape, vspace, path, sspace):
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_virtual(vspace, b's.h5', path, sspace)
    with h5py.File(name, 'w', libver='latest') as f: h5py.h5d.create(f.id, b'v', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple(shape, maxshape), dcpl)
def slab(n, *sel, maxshape=None):
    s = h5py.h5s.create_simple((n,), maxshape or (n,)); s.select_hyperslab(*sel)
    return s
make('rank.h5', (4, 4), (4, 4), slab(4, (0,), (1,), (1,), (4,)), b'line', h5py.h5s.create_simple((4,)))
make('limit.h5', (4,), (4,), slab(4, (0,), (U,), (1,), (1,), maxshape=(U,)), b'grown', slab(1, (0,), (U,), (1,), (1,), maxshape=(U,)))
make('fits.h5', (4,), (6,), slab(4, (0,), (U,), (1,), (1,), maxshape=(U,)), b'grown', slab(1, (0,), (U,), (1,), (1,), maxshape=(U,)))
out = {}
for name in ('rank.h5', 'limit.h5', 'fits.h5'):
    try:
        with h5py.File(name, 'r') as f: out[name] = f['v'][...].size > 0
    except Exception: out[name] = False
print(json.dumps(out))
`)
	for name, want := range map[string]string{"rank.h5": "a hyperslab of no blocks", "limit.h5": "cannot be longer than 4", "fits.h5": ""} {
		if theirs[name] != (want == "") {
			t.Errorf("%s: libhdf5 reads it: %v", name, theirs[name])
		}
		f := open(t, in(dir, name))
		d, err := OpenDataset[int32](ctx, f, "v")
		if err == nil {
			_, err = d.Read(ctx)
		}
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
