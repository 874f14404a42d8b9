package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

const selectionScript = `
a = np.arange(12 * 9, dtype='i4').reshape(12, 9)
with h5py.File('s.h5', 'w') as f:
    f['contiguous'] = a
    f.create_dataset('chunked', data=a, chunks=(5, 4), compression='gzip')
with h5py.File('v.h5', 'w', libver='latest') as f:
    layout = h5py.VirtualLayout((12, 9), 'i4')
    for i in range(0, 12, 2): layout[i:i + 2] = h5py.VirtualSource('s.h5', 'chunked' if i % 4 else 'contiguous', shape=(12, 9))[i:i + 2]
    f.create_virtual_dataset('v', layout)
    f['plain'] = a
    f['scalar'] = 5
def slab(s, *dims, op=h5py.h5s.SELECT_OR): s.select_hyperslab(*(tuple(d[i] for d in dims) for i in range(4)), op=op)
space = h5py.h5s.create_simple((12, 9))
slab(space, (1, 3, 4, 2), (0, 2, 5, 3), op=h5py.h5s.SELECT_SET)
slab(space, (2, 1, 1, 4), (2, 1, 1, 4))
with h5py.File('v.h5', 'r') as f:
    out = np.zeros(space.get_select_npoints(), 'i4')
    f['v'].id.read(h5py.h5s.create_simple(out.shape), space, out)
    points = h5py.h5s.create_simple((12, 9))
    points.select_elements([(11, 8), (0, 0), (5, 3), (0, 0), (5, 2), (10, 8)])
    some = np.zeros(6, 'i4')
    f['plain'].id.read(h5py.h5s.create_simple((6,)), points, some)
print(json.dumps(dict(union=out.tolist(), points=some.tolist())))
`

// Unions of hyperslabs are read in row-major order, each element once, and points in the order of their list, from plain and virtual datasets.
func TestReadSelection(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	theirs := fromH5py[map[string][]int32](t, dir, selectionScript)
	f := open(t, in(dir, "v.h5"))
	var boxes []dataspace.Box
	for _, dims := range [][]dataspace.Dim{
		{{Start: 1, Stride: 4, Count: 3, Block: 2}, {Start: 0, Stride: 5, Count: 2, Block: 3}},
		{dataspace.Range(2, 6), dataspace.Range(2, 6)},
	} {
		s, err := dataspace.Regular(dims...)
		must(t, err)
		for b := range s.Boxes() {
			boxes = append(boxes, dataspace.Box{Start: append([]uint64(nil), b.Start...), Count: append([]uint64(nil), b.Count...)})
		}
	}
	union, err := dataspace.Boxes(2, boxes)
	must(t, err)
	points := [][]int{{-1, -1}, {0, 0}, {5, 3}, {0, 0}, {5, 2}, {10, 8}}
	for _, path := range []string{"v", "plain"} {
		d := dataset[int32](t, f, path)
		for what, read := range map[string]func() (Array[int32], error){
			"union":  func() (Array[int32], error) { return d.ReadSelection(ctx, union) },
			"points": func() (Array[int32], error) { return d.ReadPoints(ctx, points...) },
		} {
			a, err := read()
			if err != nil || arrayText(a) != fmt.Sprint([]int{len(theirs[what])}, theirs[what]) {
				t.Errorf("%s of %s: got %v, %v, want %v", what, path, a.Data, err, theirs[what])
			}
		}
		raw, err := d.Raw().ReadPoints(ctx, points...)
		if err != nil || len(raw.Bytes) != 24 || raw.Bytes[0] != 107 || raw.Bytes[4] != 0 {
			t.Errorf("points of %s as bytes: %v, %v", path, raw, err)
		}
		all, err := d.ReadSelection(ctx, dataspace.All())
		if err != nil || len(all.Data) != 108 || all.Data[107] != 107 {
			t.Errorf("ALL of %s: %v, %v", path, all.Data, err)
		}
		none, err := d.ReadPoints(ctx)
		if err != nil || fmt.Sprint(none.Shape) != "[0]" {
			t.Errorf("no points of %s: %v, %v", path, none, err)
		}
		endless, err := dataspace.Regular(dataspace.Dim{Start: 7, Stride: 2, Count: dataspace.Unlimited, Block: 1}, dataspace.Range(8, 9))
		must(t, err)
		rest, err := d.ReadSelection(ctx, endless)
		if err != nil || arrayText(rest) != "[3] [71 89 107]" {
			t.Errorf("an unlimited selection of %s: %s, %v", path, arrayText(rest), err)
		}
	}
}

func TestReadSelectionErrors(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, selectionScript)
	f := open(t, in(dir, "v.h5"))
	d := dataset[int32](t, f, "v")
	line, err := dataspace.Regular(dataspace.Range(0, 3))
	must(t, err)
	far, err := dataspace.Points(2, []uint64{3, 3, 12, 0})
	must(t, err)
	for _, c := range []struct {
		read func() (Array[int32], error)
		want string
	}{
		{func() (Array[int32], error) { return d.ReadSelection(ctx, line) }, "is of 1 axis, and the dataset has 2"},
		{func() (Array[int32], error) { return d.ReadSelection(ctx, far) }, "reaches to 12, and the axis has 12 elements"},
		{func() (Array[int32], error) { return d.ReadPoints(ctx, []int{1}) }, "point 0: 1 index for 2 axes"},
		{func() (Array[int32], error) { return d.ReadPoints(ctx, []int{1, 1}, []int{0, -10}) }, "point 1: the index is outside the axis"},
		{func() (Array[int32], error) { return dataset[int32](t, f, "scalar").ReadPoints(ctx, []int{}) }, "a scalar has no points"},
	} {
		if _, err := c.read(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	_, err = d.ReadSelection(ctx, far)
	var bad *SliceError
	if !errors.As(err, &bad) || bad.Axis != 0 || bad.Extent != 12 {
		t.Errorf("got %+v", bad)
	}
}

// The blocks of a series are each read from their own source, in whatever order they are asked for.
func TestSeriesInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
U = h5py.h5s.UNLIMITED
for j in range(4):
    with h5py.File('q%d.h5' % j, 'w') as f: f['d'] = np.array([10 * j, 10 * j + 1], 'i4')
dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
v = h5py.h5s.create_simple((2,), (U,)); v.select_hyperslab((0,), (U,), (2,), (2,))
dcpl.set_virtual(v, b'q%b.h5', b'd', h5py.h5s.create_simple((2,)))
with h5py.File('v.h5', 'w', libver='latest') as f: h5py.h5d.create(f.id, b'v', h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((2,), (U,)), dcpl)
`)
	got, err := read[int32](t, in(dir, "v.h5"), "v", []Slice{Indices(7, 0, 3, 1, 6, 0)})
	if err != nil || got != "[6] [31 0 11 1 30 0]" {
		t.Errorf("got %s, %v", got, err)
	}
}
