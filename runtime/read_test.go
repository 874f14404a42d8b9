package runtime

import "testing"

// The stack of h5py's documentation.
func TestStack(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
for n in range(4):
    with h5py.File('%d.h5' % n, 'w') as f:
        f['data'] = np.arange(100, dtype='i4') + 1000 * n
layout = h5py.VirtualLayout(shape=(5, 100), dtype='i4')
for n in range(4):
    layout[n] = h5py.VirtualSource('%d.h5' % n, 'data', shape=(100,))
with h5py.File('v.h5', 'w', libver='latest') as f:
    f.create_virtual_dataset('vdata', layout, fillvalue=-5)
`)
	got, err := read[int32](t, in(dir, "v.h5"), "vdata", slicesOf(t, ":, 3:90:40"))
	must(t, err)
	if want := "[5 3] [3 43 83 1003 1043 1083 2003 2043 2083 3003 3043 3083 -5 -5 -5]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
