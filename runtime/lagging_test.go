package runtime

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Where sources of a growing dataset differ in length, the default view goes as far as the longest, as libhdf5's does. What the others do not have yet is
// no missing source: it reads as the fill value, nothing is reported as filled, and Coverage, and the view FirstMissing, tell it from data.
func TestLaggingSource(t *testing.T) {
	dir := t.TempDir()
	want := fromH5py[[]int32](t, dir, `
for name, n in (('a.h5', 4), ('b.h5', 2)):
    with h5py.File(name, 'w') as f: f.create_dataset('d', data=np.arange(1, n + 1, dtype='i4'), maxshape=(None,))
l = h5py.VirtualLayout((1, 2), 'i4', maxshape=(None, 2))
with h5py.File('v.h5', 'w', libver='latest') as f:
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    dcpl.set_fill_value(np.array(-1, 'i4'))
    u = h5py.h5s.UNLIMITED
    for i, name in enumerate((b'a.h5', b'b.h5')):
        v = h5py.h5s.create_simple((4, 2), (u, 2)); v.select_hyperslab((0, i), (1, 1), (1, 1), (u, 1))
        s = h5py.h5s.create_simple((4,), (u,)); s.select_hyperslab((0,), (1,), (1,), (u,))
        dcpl.set_virtual(v, name, b'd', s)
    h5py.h5d.create(f.id, b'd', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((4, 2), (u, 2)), dcpl)
print(json.dumps(h5py.File('v.h5', 'r')['d'][...].ravel().tolist()))`)
	ctx := t.Context()
	d := dataset[int32](t, open(t, in(dir, "v.h5")), "d")
	a, err := d.Read(ctx)
	must(t, err)
	if diff := cmp.Diff(want, a.Data); diff != "" {
		t.Errorf("h5py reads something else: %s", diff)
	}
	if diff := cmp.Diff([]int32{1, 1, 2, 2, 3, -1, 4, -1}, a.Data); diff != "" || len(a.Filled) != 0 {
		t.Errorf("%s, filled: %v", diff, a.Filled)
	}
	c, err := d.Coverage(ctx)
	must(t, err)
	if c.Unmapped != 2 || len(c.Sources) != 2 || c.Sources[0].Elements != 4 || c.Sources[1].Elements != 2 {
		t.Errorf("coverage: %+v", c)
	}
	complete, err := dataset[int32](t, open(t, in(dir, "v.h5"), WithView(FirstMissing)), "d").Read(ctx)
	must(t, err)
	if diff := cmp.Diff([]int32{1, 1, 2, 2}, complete.Data); diff != "" {
		t.Error(diff)
	}
}
