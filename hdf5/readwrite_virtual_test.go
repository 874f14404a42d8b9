package hdf5

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// makeVirtual writes two sources and, for two library versions, a virtual dataset with mappings of every kind of selection.
const makeVirtual = `
import h5py, numpy as np, os
os.mkdir("old"), os.mkdir("new")
for name, first in (("a", 0), ("b", 100), ("100%", 200)):
    for folder, more in (("old", 0), ("new", 1000)):
        with h5py.File(folder + "/" + name + ".h5", "w") as f:
            f["data"] = np.arange(10, dtype="i4") + first + more
            f["more"] = np.arange(10, dtype="i4") - first - more
for libver in "earliest", "latest":
    with h5py.File(libver + ".h5", "w", libver=libver) as f:
        l = h5py.VirtualLayout((5, 10), "i4", maxshape=(5, 10))
        l[0] = h5py.VirtualSource("old/a.h5", "data", (10,))
        l[1, 1:9:2] = h5py.VirtualSource("old/b.h5", "data", (10,))[3:7]
        l[2, [0, 3, 4, 9]] = h5py.VirtualSource("old/a.h5", "data", (10,))[[1, 2, 5, 8]]
        l[3] = h5py.VirtualSource("old/100%%.h5", "data", (10,))
        l[4, :5] = h5py.VirtualSource(".", "own", (5,))
        f.create_virtual_dataset("v", l, fillvalue=-1)
        f["v"].attrs["units"] = "counts"
        f["own"] = np.arange(5, dtype="i4") + 7
        f["group/same"] = f["v"]
`

func reopen(t *testing.T, name string) *Writer {
	t.Helper()
	w, err := OpenReadWrite(name, WithoutSync())
	must(t, err)
	return w
}

func TestRenameSources(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			oracle.H5py(t, dir, makeVirtual)
			name := filepath.Join(dir, libver+".h5")
			want := strings.ReplaceAll(oracle.VirtualSources(t, name, "/v"), " old/", " new/")

			w := reopen(t, name)
			changed, err := w.RenameSources("/v", func(file, path string) (string, string) {
				return strings.Replace(file, "old/", "new/", 1), path
			})
			must(t, err)
			if changed != 4 {
				t.Errorf("%d mappings changed, want 4", changed)
			}
			must(t, w.Close())

			if got := oracle.VirtualSources(t, name, "/group/same"); got != want {
				t.Errorf("h5py lists\n%swant\n%s", got, want)
			}
			oracle.H5py(t, dir, `
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "r") as f:
    d = f["v"]
    n = np.arange(10)
    want = np.full((5, 10), -1)
    want[0] = n + 1000
    want[1, 1:9:2] = n[3:7] + 1100
    want[2, [0, 3, 4, 9]] = n[[1, 2, 5, 8]] + 1000
    want[3] = n + 1200
    want[4, :5] = n[:5] + 7
    np.testing.assert_array_equal(d[...], want)
    assert d.attrs["units"] == "counts" and d.fillvalue == -1 and d.dtype == "i4" and d.maxshape == (5, 10)
`, name)
			oracle.SameBytes(t, "h5wasm", oracle.WasmValues(t, name, "/v"), oracle.Values(t, name, "/v"))
		})
	}
}

func TestRenameSourcesOfNothing(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, makeVirtual)
	name := filepath.Join(dir, "latest.h5")
	before := readFile(t, name)
	w := reopen(t, name)
	changed, err := w.RenameSources("/v", func(file, path string) (string, string) { return file, path })
	if err != nil || changed != 0 {
		t.Errorf("%d mappings changed, error %v", changed, err)
	}
	must(t, w.Close())
	if !slices.Equal(before, readFile(t, name)) {
		t.Error("the file changed, and nothing in it should")
	}
}

func TestUpdateVirtual(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			oracle.H5py(t, dir, makeVirtual)
			name := filepath.Join(dir, libver+".h5")
			f, err := Open(name)
			must(t, err)
			d, err := f.Dataset("/v")
			must(t, err)
			v, err := d.VirtualMappings()
			must(t, err)
			must(t, f.Close())

			w := reopen(t, name)
			mappings := append(MappingSlice(slices.Collect(v.All())), VirtualMapping{File: "old/b.h5", Path: "/more", Source: dataspace.All(), Virtual: slab(span(6, 1), span(0, 10))})
			must(t, w.UpdateVirtual("/v", VirtualUpdate{Shape: []uint64{7, 10}, Mappings: mappings}))
			must(t, w.Close())
			oracle.H5py(t, dir, `
import h5py, numpy as np, sys
with h5py.File(sys.argv[1], "r+") as f:
    d = f["v"]
    assert d.shape == d.maxshape == (7, 10), (d.shape, d.maxshape)
    n = np.arange(10)
    np.testing.assert_array_equal(d[6], n - 100)
    np.testing.assert_array_equal(d[5], np.full(10, -1))
    np.testing.assert_array_equal(d[3], n + 200)
    np.testing.assert_array_equal(d[4, :5], n[:5] + 7)
    assert len(d.virtual_sources()) == 6 and d.attrs["units"] == "counts"
    f["added"] = 1
`, name)
		})
	}
}

func TestUpdateVirtualRefuses(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, makeVirtual)
	for _, c := range []struct {
		name, path string
		update     VirtualUpdate
		want       string
	}{
		{"another rank", "/v", VirtualUpdate{Shape: []uint64{5}}, "1 axes"},
		{"mappings outside", "/v", VirtualUpdate{Shape: []uint64{4, 10}}, "reaches index 4"},
		{"maximum below", "/v", VirtualUpdate{MaxShape: []uint64{5, 9}}, "more than its maximum"},
		{"no virtual dataset", "/own", VirtualUpdate{}, "not virtual"},
		{"nothing there", "/elsewhere", VirtualUpdate{}, "elsewhere"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(dir, "latest.h5")
			before := readFile(t, name)
			w := reopen(t, name)
			err := w.UpdateVirtual(c.path, c.update)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			must(t, w.Abort())
			if !slices.Equal(before, readFile(t, name)) {
				t.Error("the file changed")
			}
		})
	}
}

// Names that are shared are those of a list that HDF5 2.0 writes; it and we read them back, HDF5 1.10 refuses the list.
func TestShareNames(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, makeVirtual)
	sizes := map[bool]int64{}
	for _, share := range []bool{false, true} {
		name := filepath.Join(dir, "shared.h5")
		w, err := Create(name, WithoutSync())
		must(t, err)
		var mappings MappingSlice
		for i := range uint64(101) {
			m := VirtualMapping{File: []string{"./old/../old/a.h5", "./old/../old/b.h5", "./old/../old/100%%.h5"}[i%3], Path: []string{"/data", "/more"}[i%2], Source: slab(span(i%6, 5)), Virtual: slab(span(i, 1), span(0, 5))}
			if i == 50 {
				m.File, m.Path = ".", "own"
			}
			mappings = append(mappings, m)
		}
		must(t, w.CreateVirtual("v", VirtualSpec{Type: Int32(), Shape: []uint64{101, 5}, ShareNames: share, Mappings: mappings}))
		own, err := w.CreateDataset("own", DatasetSpec{Type: Int32(), Shape: []uint64{10}})
		must(t, err)
		must(t, WriteAll(own, []int32{9, 8, 7, 6, 5, 4, 3, 2, 1, 0}))
		must(t, w.Close())
		sizes[share] = int64(len(readFile(t, name)))
		values := oracle.WasmValues(t, name, "/v")
		if share {
			plain := filepath.Join(dir, "plain.h5")
			oracle.SameBytes(t, "h5wasm", values, oracle.Values(t, plain, "/v"))
			f, err := Open(name)
			must(t, err)
			defer f.Close()
			d, err := f.Dataset("v")
			must(t, err)
			v, err := d.VirtualMappings()
			must(t, err)
			g, err := Open(plain)
			must(t, err)
			defer g.Close()
			other, err := g.Dataset("v")
			must(t, err)
			u, err := other.VirtualMappings()
			must(t, err)
			for i := range u.Len() {
				if v.File(i) != u.File(i) || v.Path(i) != u.Path(i) || !v.Source(i).Equal(u.Source(i)) || !v.Virtual(i).Equal(u.Virtual(i)) {
					t.Fatalf("mapping %d is %s:%s, want %s:%s", i, v.File(i), v.Path(i), u.File(i), u.Path(i))
				}
			}
			continue
		}
		copyFile(t, name, filepath.Join(dir, "plain.h5"))
	}
	if sizes[true] >= sizes[false] {
		t.Errorf("%d bytes with shared names, %d without", sizes[true], sizes[false])
	}
}

func readFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	return b
}
