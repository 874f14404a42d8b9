package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// makeIndexed makes files with a chunked dataset for each kind of index.
const makeIndexed = `
import h5py, numpy as np
for libver in ("earliest", "latest"):
    with h5py.File(libver + ".h5", "w", libver=libver) as f:
        def make(name, maxshape, **kw):
            f.create_dataset(name, data=np.arange(60, dtype="i4").reshape(12, 5), chunks=(4, 3), maxshape=maxshape, fillvalue=-1, **kw)
        make("fixed", (20, 5))
        make("array", (None, 5))
        make("array filtered", (None, 5), compression=1, shuffle=True)
        make("tree", (None, None))
        make("tree filtered", (None, None), fletcher32=True)
        f.create_dataset("single", data=np.arange(60, dtype="i4"), chunks=(60,))
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk((4,))
        plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        h5py.h5d.create(f.id, b"implicit", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((12,), (20,)), plist)
        f.create_dataset("empty", (0,), "i4", chunks=(3,), maxshape=(None,))
`

// changeIndexed changes all datasets of makeIndexed.
func changeIndexed(w *Writer) error {
	for _, path := range []string{"fixed", "array", "array filtered", "tree", "tree filtered"} {
		d, err := w.OpenDataset(path)
		if err != nil {
			return err
		}
		if err := errors.Join(Append(d, ramp[int32](15)), WriteSlab(d, []int32{70, 71, 72, 73}, []uint64{0, 1}, []uint64{7, 2}, []uint64{2, 2})); err != nil {
			return err
		}
	}
	for path, n := range map[string]uint64{"single": 30, "implicit": 18, "empty": 10} {
		d, err := w.OpenDataset(path)
		if err == nil {
			err = errors.Join(d.Resize(n), WriteSlab(d, []int64{1 << 40, -5}, []uint64{3}, []uint64{4}, []uint64{2}))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A process that is killed while it changes datasets leaves each as it was or as it was meant to be: its shape and its values together.
func TestStoppedWhileChangingDatasets(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, makeIndexed)
	args := []string{}
	for _, name := range []string{"earliest", "latest"} {
		old := filepath.Join(dir, name+".h5")
		run := func(file string, operations int) (int, error) {
			copyFile(t, old, file)
			left := operations
			w, err := OpenReadWrite(file, killAfter(&left, func() error { return errKilled }))
			if err != nil {
				return 0, err
			}
			if err := changeIndexed(w); err != nil {
				return 0, errors.Join(err, w.Abort())
			}
			err = w.Close()
			return operations - left, err
		}
		used, err := run(filepath.Join(dir, name+"-new.h5"), 1<<30)
		must(t, err)
		for n := range used {
			// How writes are gathered differs a little from run to run: the last of them may not be needed.
			if _, err := run(filepath.Join(dir, fmt.Sprintf("%s-%d.h5", name, n)), n); !errors.Is(err, errKilled) && (err != nil || n < used-3) {
				t.Fatalf("%s: killed after %d of %d writes: %v", name, n, used, err)
			}
		}
		args = append(args, name, fmt.Sprint(used))
	}
	out := oracle.H5py(t, dir, `
import h5py, sys
def load(name):
    with h5py.File(name, "r") as f: return {k: f[k][...] for k in f}
def same(a, b): return a.shape == b.shape and (a == b).all()
for name, used in zip(sys.argv[1::2], sys.argv[2::2]):
    old, new, counts = load(name + ".h5"), load(name + "-new.h5"), [0, 0, 0]
    assert not any(same(old[k], new[k]) for k in old)
    assert new["array"].shape == (15, 5) and new["empty"].tolist() == [0, 0, 0, 2**31 - 1, 0, 0, 0, -5, 0, 0] and new["implicit"][3] == 2**31 - 1, new
    for n in range(int(used)):
        state = load("%s-%d.h5" % (name, n))
        switched = 0
        for k, v in state.items():
            assert same(v, old[k]) or same(v, new[k]), (name, n, k, v)
            switched += same(v, new[k])
        counts[0 if switched == 0 else 2 if switched == len(new) else 1] += 1
    print(name, *counts)
`, args...)
	t.Logf("stopped before, within, after the switches: %s", bytes.TrimSpace(out))
	if strings.Contains(string(out), " 0 ") {
		t.Errorf("not all states were met: %s", out)
	}
}

// What is no chunked dataset, and types that are not numbers.
func TestWriteIntoOtherDatasets(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		dir := t.TempDir()
		name := filepath.Join(dir, "f.h5")
		oracle.H5py(t, dir, `
import h5py, sys, numpy as np
with h5py.File("f.h5", "w", libver=sys.argv[1]) as f:
    f["contiguous"] = np.arange(12, dtype=">i2").reshape(3, 4)
    f.create_dataset("late", (1000, 300), "f4", fillvalue=2)
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_layout(h5py.h5d.COMPACT)
    h5py.h5d.create(f.id, b"compact", h5py.h5t.NATIVE_INT32, h5py.h5s.create_simple((5,)), plist)
    f["scalar"] = 5.0
    f.create_dataset("text", data=["a", "bb"], maxshape=(None,), chunks=(3,), dtype=h5py.string_dtype())
    f.create_dataset("compound", (4,), [("x", "f4"), ("n", "i8")], chunks=(2,), maxshape=(None,))
    f["null"] = h5py.Empty("f4")
`, libver)
		w, err := OpenReadWrite(name, WithoutSync())
		must(t, err)
		open := func(path string) *DatasetWriter {
			d, err := w.OpenDataset(path)
			must(t, err)
			return d
		}
		must(t, WriteSlab(open("contiguous"), []float64{1e9, -3.7}, []uint64{1, 0}, []uint64{1, 2}, []uint64{1, 2}))
		must(t, WriteSlab(open("late"), ramp[float32](20), []uint64{500, 0}, []uint64{3, 30}, []uint64{2, 10}))
		must(t, WriteSlab(open("compact"), []int32{8, 9}, []uint64{1}, []uint64{2}, []uint64{2}))
		must(t, open("scalar").WriteValues(float32(6)))
		must(t, Append(open("text"), []string{"ccc", strings.Repeat("d", 5000)}))
		must(t, WriteSlab(open("text"), []string{"new"}, []uint64{0}, nil, []uint64{1}))
		type record struct {
			N int64   `hdf5:"n"`
			X float32 `hdf5:"x"`
		}
		must(t, Append(open("compound"), []record{{7, 1.5}}))
		must(t, WriteAll(open("null"), []float32{}))
		if a, b := open("text"), open("text"); a != b || !slices.Equal(a.Shape(), []uint64{4}) {
			t.Errorf("opened twice it is another, of shape %d", a.Shape())
		}
		must(t, w.Close())
		out := oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("f.h5") as f:
    late = f["late"][...]
    where = np.argwhere(late != 2)
    print(f["contiguous"][...].tolist(), f["compact"][...].tolist(), f["scalar"][()], [s if len(s) < 10 else len(s) for s in f["text"].asstr()[...]], f["compound"][...].tolist(), f["null"][()])
    print(sorted({int(r) for r in where[:, 0]}), len(where), late[503, 270], late.sum())
`)
		values := ramp[float32](20)
		sum := 2.0 * (300_000 - 20)
		for _, v := range values {
			sum += float64(v)
		}
		want := "[[0, 1, 2, 3], [32767, 5, -3, 7], [8, 9, 10, 11]] [0, 8, 0, 9, 0] 6.0 ['new', 'bb', 'ccc', 5000] [(0.0, 0), (0.0, 0), (0.0, 0), (0.0, 0), (1.5, 7)] Empty(dtype=dtype('<f4'))\n" +
			fmt.Sprintf("[500, 503] 20 %.1f %.1f\n", values[19], sum)
		if string(out) != want {
			t.Errorf("%s: h5py reads\n%swant\n%s", libver, out, want)
		}
	}
}

// Abort leaves a file, with all its chunked datasets, byte for byte as it was.
func TestAbortOfChangedDatasets(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, makeIndexed)
	name := filepath.Join(dir, "latest.h5")
	before, err := os.ReadFile(name)
	must(t, err)
	w, err := OpenReadWrite(name)
	must(t, err)
	must(t, changeIndexed(w))
	must(t, w.Abort())
	if after, err := os.ReadFile(name); err != nil || !bytes.Equal(before, after) {
		t.Errorf("%d bytes became %d: %v", len(before), len(after), err)
	}
}

func TestOpenDatasetErrors(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f.h5")
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("f.h5", "w") as f:
    f.create_dataset("lzf", data=np.arange(100), chunks=(10,), compression="lzf")
    f.create_dataset("external", (10,), "i4", external=[("raw.bin", 0, 40)])
    f.create_dataset("fixed", (10,), "i4", chunks=(5,))
    f["contiguous"] = np.arange(10)
    f.create_group("group")
    f["virtual source"] = np.arange(10)
    layout = h5py.VirtualLayout((10,), "i8")
    layout[:] = h5py.VirtualSource(f["virtual source"])
    f.create_virtual_dataset("virtual", layout)
`)
	for _, c := range []struct {
		path string
		do   func(d *DatasetWriter) error
		want string
		is   error
	}{
		{"none", nil, "none", nil},
		{"group", nil, "not a dataset", ErrKind},
		{"virtual", nil, "write to its sources", ErrVirtual},
		{"external", nil, "external files", nil},
		{"lzf", func(d *DatasetWriter) error { return WriteSlab(d, []int64{1}, []uint64{3}, nil, []uint64{1}) }, "WriteChunk", nil},
		{"fixed", func(d *DatasetWriter) error { return d.Resize(11) }, "at most 10", nil},
		{"fixed", func(d *DatasetWriter) error { return Append(d, []int32{1}) }, "has room for 10", nil},
		{"fixed", func(d *DatasetWriter) error { return WriteSlab(d, []int32{1, 2}, []uint64{9}, nil, []uint64{2}) }, "resize it first", nil},
		{"fixed", func(d *DatasetWriter) error {
			return WriteSlab(d, []int32{1, 2}, []uint64{1}, []uint64{0}, []uint64{2})
		}, "step 0", nil},
		{"fixed", func(d *DatasetWriter) error { return WriteSlab(d, []int32{1}, []uint64{1, 1}, nil, []uint64{1, 1}) }, "rank 2", nil},
		{"fixed", func(d *DatasetWriter) error { return d.WriteBytes([]byte{1, 2, 3}, []uint64{0}, nil, []uint64{1}) }, "no whole elements", nil},
		{"fixed", func(d *DatasetWriter) error { return WriteAll(d, []string{"a"}) }, "", nil},
		{"fixed", func(d *DatasetWriter) error { return errors.Join(d.Close(), WriteAll(d, make([]int32, 10))) }, "closed", ErrClosed},
		{"contiguous", func(d *DatasetWriter) error { return d.Resize(5) }, "only a chunked dataset", nil},
		{"contiguous", func(d *DatasetWriter) error { return d.WriteChunk([]uint64{0}, make([]byte, 80), 0) }, "not chunked", nil},
	} {
		w, err := OpenReadWrite(name, WithoutSync())
		must(t, err)
		d, err := w.OpenDataset(c.path)
		if c.do != nil {
			must(t, err)
			err = c.do(d)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || c.is != nil && !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
		if _, is := errors.AsType[*filter.ReadOnlyError](err); is != (c.path == "lzf") {
			t.Errorf("%s: %v", c.path, err)
		}
		must(t, w.Abort())
	}
}

// A dataset whose filters we cannot apply still takes chunks that went through them.
func TestWriteChunkIntoExisting(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "f.h5")
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("f.h5", "w") as f:
    d = f.create_dataset("d", data=np.arange(20, dtype="u1"), chunks=(10,), maxshape=(None,), compression="lzf")
`)
	f := mustOpen(t, name)
	d, err := f.Dataset("d")
	must(t, err)
	c, _, err := d.Chunk([]uint64{1})
	must(t, err)
	stored, err := d.ReadChunk(c, nil)
	must(t, err)
	edit(t, name, func(w *Writer) {
		d, err := w.OpenDataset("d")
		must(t, err)
		must(t, d.WriteChunk([]uint64{30}, stored, c.FilterMask))
		must(t, d.WriteChunk([]uint64{0}, bytes.Repeat([]byte{9}, 10), 1))
	})
	want := slices.Concat(bytes.Repeat([]byte{9}, 10), []byte{10, 11, 12, 13, 14, 15, 16, 17, 18, 19}, make([]byte, 10), []byte{10, 11, 12, 13, 14, 15, 16, 17, 18, 19})
	compare(t, "h5py", digests(t, name), map[string]string{"/d": "(40) " + digest(want)})
}
