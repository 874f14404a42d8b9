package hdf5

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Storage, fill value and times are those that the library gives a dataset of the same properties, of which nothing, or one element, is written.
func TestFillAndAllocationTimes(t *testing.T) {
	dir := t.TempDir()
	var script strings.Builder
	script.WriteString(`
import h5py, numpy as np
f = h5py.File("theirs.h5", "w", libver="latest")
def make(name, chunk, limit, deflate, compact, allocate, never, write):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if chunk: plist.set_chunk((chunk,))
    if deflate: plist.set_deflate(1)
    if compact: plist.set_layout(h5py.h5d.COMPACT)
    plist.set_fill_value(np.array(7, "<i2"))
    if allocate: plist.set_alloc_time(allocate)
    if never: plist.set_fill_time(h5py.h5d.FILL_TIME_NEVER)
    d = h5py.Dataset(h5py.h5d.create(f.id, name.encode(), h5py.h5t.STD_I16LE, h5py.h5s.create_simple((10,), (limit or h5py.h5s.UNLIMITED,)), plist))
    if write: d[4] = 5
`)
	name := writeFile(t, func(w *Writer) {
		number := 0
		make := func(s DatasetSpec) {
			for _, write := range []bool{false, true} {
				number++
				s.Type, s.Shape, s.Fill = Int16(), []uint64{10}, []byte{7, 0}
				path := fmt.Sprintf("%03d", number)
				d, err := w.CreateDataset(path, s)
				must(t, err)
				if write {
					must(t, WriteSlab(d, []int16{5}, []uint64{4}, nil, []uint64{1}))
				}
				chunk, limit := uint64(0), uint64(10)
				if s.Chunk != nil {
					chunk = s.Chunk[0]
				}
				if s.MaxShape != nil {
					limit = s.MaxShape[0]
				}
				if limit == unlimited {
					limit = 0
				}
				python := map[bool]string{false: "False", true: "True"}
				fmt.Fprintf(&script, "make(%q, %d, %d, %s, %s, %d, %s, %s)\n", path, chunk, limit, python[s.Filters != nil], python[s.Compact], s.Allocate, python[s.NeverFill], python[write])
			}
		}
		for _, never := range []bool{false, true} {
			make(DatasetSpec{Compact: true, NeverFill: never})
			for _, allocate := range []AllocationTime{AllocateDefault, AllocateEarly, AllocateLate} {
				make(DatasetSpec{Allocate: allocate, NeverFill: never})
			}
			for _, allocate := range []AllocationTime{AllocateDefault, AllocateEarly, AllocateLate, AllocateIncremental} {
				for _, limit := range []uint64{10, 15, unlimited} {
					for _, words := range [][]string{nil, {"deflate(1)"}} {
						for _, chunk := range []uint64{4, 10} {
							make(DatasetSpec{Chunk: []uint64{chunk}, MaxShape: []uint64{limit}, Filters: filters(words...), Allocate: allocate, NeverFill: never})
						}
					}
				}
			}
		}
	})
	script.WriteString("f.close()\n")
	oracle.H5py(t, dir, script.String())
	// Addresses differ, and compressed chunks by some bytes; where the library says that nothing is allocated, so must we.
	numbers := regexp.MustCompile(`OFFSET \d+|SIZE [1-9]\d*( \(.*\))?|HDF5 ".*"`)
	dump := func(file string) []string {
		out := oracle.H5dump(t, dir, "-p", "-H", file)
		return strings.Split(numbers.ReplaceAllString(string(out), "*"), "   DATASET ")
	}
	got, want := dump(name), dump(filepath.Join(dir, "theirs.h5"))
	if len(got) != len(want) || len(want) < 100 {
		t.Fatalf("%d datasets, the library has %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("dataset\n%sthe library makes\n%s", got[i], want[i])
		}
	}
	sameIndexKinds(t, filepath.Join(dir, "theirs.h5"), name)
	oracle.H5py(t, dir, `
import h5py, sys
with h5py.File("theirs.h5") as f, h5py.File(sys.argv[1]) as g:
    for k in f:
        a, b = f[k][...], g[k][...]
        never = f[k].id.get_create_plist().get_fill_time() == h5py.h5d.FILL_TIME_NEVER
        assert (int(k) % 2 or a[4] == b[4] == 5) and (never or (a == b).all()), (k, a, b)
`, name)
}

// sameIndexKinds compares the chunk indexes of all datasets of two files.
func sameIndexKinds(t *testing.T, theirs, ours string) {
	f, g := mustOpen(t, theirs), mustOpen(t, ours)
	for l, err := range f.Root().Links() {
		must(t, err)
		a, err := f.Dataset(l.Name)
		must(t, err)
		b, err := g.Dataset(l.Name)
		must(t, err)
		if a.layout.Index != b.layout.Index {
			t.Errorf("%s: index %d, the library has %d", l.Name, b.layout.Index, a.layout.Index)
		}
	}
}
