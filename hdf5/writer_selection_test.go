package hdf5

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Selections of every kind, in every kind of storage.
func TestWriteSelection(t *testing.T) {
	data := ramp[int32](20)
	boxes, err := dataspace.Boxes(2, []dataspace.Box{{Start: []uint64{2, 3}, Count: []uint64{2, 2}}, {Start: []uint64{0, 0}, Count: []uint64{2, 2}}})
	must(t, err)
	points, err := dataspace.Points(2, []uint64{3, 0, 1, 4, 3, 0})
	must(t, err)
	values := slices.Clone(data)
	for i, at := range []int{0, 1, 5, 6, 13, 14, 18, 19} {
		values[at] = int32(100 + i)
	}
	values[15], values[9] = 3, 2
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		for path, s := range map[string]DatasetSpec{
			"/contiguous": {}, "/compact": {Compact: true}, "/chunked": {Chunk: []uint64{3, 2}}, "/deflated": {Chunk: []uint64{3, 2}, Filters: filters("deflate(1)")}, "/single": {Chunk: []uint64{4, 5}},
		} {
			s.Type, s.Shape = Int32(), []uint64{4, 5}
			d, err := w.CreateDataset(path, s)
			must(t, err)
			must(t, d.WriteSelection(dataspace.All(), data))
			must(t, d.WriteSelection(boxes, []uint8{100, 101, 102, 103, 104, 105, 106, 107}))
			must(t, d.WriteSelection(points, []float64{1, 2, 3}))
			must(t, d.WriteSelection(dataspace.None(), []int32{}))
			must(t, d.WriteSelectionBytes(dataspace.None(), nil))
			want[path] = "(4,5) " + digest(elementsIn(values).bytes(0, 20))
		}
	})
	compare(t, "h5py", digests(t, name), want)
}

func TestWriteSelectionErrors(t *testing.T) {
	regular := func(dims ...dataspace.Dim) dataspace.Selection {
		s, err := dataspace.Regular(dims...)
		must(t, err)
		return s
	}
	for _, c := range []struct {
		sel    dataspace.Selection
		values any
		want   string
	}{
		{dataspace.All(), int32(1), "give a slice"},
		{dataspace.All(), []int32{1, 2}, "2 elements and 6 are selected"},
		{dataspace.All(), nil, "give a slice"},
		{regular(dataspace.Range(0, 2), dataspace.Range(0, 2)), make([]int32, 4), "rank 2"},
		{regular(dataspace.Range(4, 7)), make([]int32, 3), "reaches element 6 of axis 0"},
		{regular(dataspace.Dim{Stride: 1, Count: 1, Block: dataspace.Unlimited}), make([]int32, 6), "no end"},
	} {
		writeNothing(t, func(w *Writer) {
			d, err := w.CreateDataset("d", DatasetSpec{Type: Int32(), Shape: []uint64{6}})
			must(t, err)
			if err := d.WriteSelection(c.sel, c.values); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", c.sel, err, c.want)
			}
		})
	}
}

func writeNothing(t *testing.T, do func(w *Writer)) {
	t.Helper()
	w, err := Create(filepath.Join(t.TempDir(), "none.h5"), WithoutSync())
	must(t, err)
	defer w.Abort()
	do(w)
}

func TestNullDataspace(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		d, err := w.CreateDataset("/null", DatasetSpec{Type: Float32(), Null: true})
		must(t, err)
		must(t, WriteAll(d, []float32{}))
		if len(d.Shape()) != 0 || len(d.MaxShape()) != 0 {
			t.Errorf("shape %d of at most %d", d.Shape(), d.MaxShape())
		}
	})
	for _, s := range []DatasetSpec{{Shape: []uint64{1}}, {Compact: true}, {Chunk: []uint64{1}}} {
		writeNothing(t, func(w *Writer) {
			s.Type, s.Null = Float32(), true
			if _, err := w.CreateDataset("d", s); err == nil || !strings.Contains(err.Error(), "null dataspace") {
				t.Errorf("%+v: %v", s, err)
			}
		})
	}
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1]) as f: print(f["null"][()], f["null"].shape)
`, name)
	if want := fmt.Sprintln("Empty(dtype=dtype('<f4')) None"); string(out) != want {
		t.Errorf("h5py reads %q, want %q", out, want)
	}
}
