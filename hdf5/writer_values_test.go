package hdf5

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Values of another Go type are converted to the type of the dataset; text and sequences may be long, and a single value need not be a slice.
func TestValuesAreConverted(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		dataset(t, w, "/clamped", DatasetSpec{Type: Uint8(), Shape: []uint64{5}}, []int64{-1, 0, 255, 256, 1 << 40})
		dataset(t, w, "/halves", DatasetSpec{Type: Float16(), Shape: []uint64{5}}, []float32{1, -2.5, 65504, 0, 1e-4})
		dataset(t, w, "/text", DatasetSpec{Type: VarString(UTF8), Shape: []uint64{2}}, []string{strings.Repeat("long", 30_000), "quote \" and \\"})
		dataset(t, w, "/sequence", DatasetSpec{Type: VarLen(Float32()), Shape: []uint64{2}}, [][]float64{make([]float64, 20_000), {0.5}})
		d, err := w.CreateDataset("/scalar", DatasetSpec{Type: VarString(UTF8)})
		must(t, err)
		must(t, d.WriteValues("alone"))
		d, err = w.CreateDataset("/run-time", DatasetSpec{Type: Int32(), Shape: []uint64{2}})
		must(t, err)
		must(t, d.WriteValues([]uint8{7, 8}))
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r") as f:
    print(f["clamped"][...].tolist(), f["halves"][...].tolist())
    print(f["text"][0] == b"long" * 30000, f["text"][1], len(f["sequence"][0]), f["sequence"][1], f["scalar"][()], f["run-time"][...])
`, name)
	want := `[0, 0, 255, 255, 255] [1.0, -2.5, 65504.0, 0.0, 0.00010001659393310547]
True b'quote " and \\' 20000 [0.5] b'alone' [7 8]
`
	if diff := cmp.Diff(want, string(out)); diff != "" {
		t.Errorf("h5py, - want, + got:\n%s", diff)
	}
}

// A column of many strings fills many collections of the global heap.
func TestManyStrings(t *testing.T) {
	list := make([]string, 60_000)
	for i := range list {
		list[i] = strings.Repeat(fmt.Sprint(i, "-"), i%17)
		if i%10_000 == 0 {
			list[i] = strings.Repeat("large", 20_000+i)
		}
	}
	name := writeFile(t, func(w *Writer) {
		d, err := w.CreateDataset("/s", DatasetSpec{Type: VarString(UTF8), Shape: []uint64{0}, MaxShape: []uint64{unlimited}, Chunk: []uint64{1000}})
		must(t, err)
		for part := range slices.Chunk(list, 777) {
			must(t, Append(d, part))
			must(t, w.SetAttribute("/s", "last", part[0])) // in between, in the same heap
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, hashlib
with h5py.File(sys.argv[1], "r+") as f:
    print(len(f["s"]), hashlib.sha256(b"\n".join(f["s"][...])).hexdigest()[:16])
    f["s"][::1000] = "changed"
    f["s"].attrs["new"] = "value"
with h5py.File(sys.argv[1], "r") as f:
    print(f["s"][1000], f["s"][1001], f["s"].attrs["new"])
`, name)
	want := fmt.Sprintf("60000 %s\nb'changed' b'%s' value\n", digest([]byte(strings.Join(list, "\n"))), list[1001])
	if string(out) != want {
		t.Errorf("h5py: %swant %s", out, want)
	}
}

// The library's own programs take what we write: everything in one file, repacked, copied, compared.
func TestLibraryProgramsAccept(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "all.h5")
	w, err := Create(name, WithoutSync())
	must(t, err)
	must(t, writeEverything(w))
	for _, c := range indexCases[:3] {
		dataset(t, w, "/chunks/"+c.name, DatasetSpec{Type: Uint16(), Shape: c.shape, Chunk: c.chunk}, make([]uint16, c.shape[0]*uint64(len(c.shape))))
	}
	dataset(t, w, "/scale", DatasetSpec{Type: Int32(), Shape: []uint64{1000}}, make([]int32, 1000))
	must(t, w.AttachScale("/virtual", 0, "/scale"))
	must(t, w.Close())
	oracle.Tool(t, dir, "h5repack", name, "repacked.h5")
	oracle.Tool(t, dir, "h5diff", "-v", name, "repacked.h5")
	oracle.Tool(t, dir, "h5repack", "-f", "GZIP=1", "-L", name, "zipped.h5")
	oracle.Tool(t, dir, "h5diff", name, "zipped.h5")
	for _, path := range []string{"/group", "/text", "/many", "/virtual", "/chunks"} {
		oracle.Tool(t, dir, "h5copy", "-i", name, "-o", "copied.h5", "-s", path, "-d", path, "-p")
		if path != "/virtual" { // its references to the scale lead nowhere in the copy
			oracle.Tool(t, dir, "h5diff", name, "copied.h5", path)
		}
	}
	oracle.Tool(t, dir, "h5stat", name)
	oracle.Tool(t, dir, "h5ls", "-rv", name)
	oracle.H5dump(t, dir, "-p", name)
}

// Several goroutines may write several datasets of a file.
func TestConcurrentDatasets(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		var group sync.WaitGroup
		for i := range 6 {
			path := fmt.Sprint("/d", i)
			data := ramp[int32](1000 * (i + 1))
			want[path] = fmt.Sprintf("(%d) %s", len(data), digest(elementsIn(data).bytes(0, len(data))))
			group.Go(func() {
				d, err := w.CreateDataset(path, DatasetSpec{Type: Int32(), Shape: []uint64{0}, MaxShape: []uint64{unlimited}, Chunk: []uint64{64}, Filters: filters("deflate(1)")})
				if err != nil {
					t.Error(err)
					return
				}
				for part := range slices.Chunk(data, 50) {
					if err := Append(d, part); err != nil {
						t.Error(err)
					}
					if err := w.SetAttribute(path, "n", len(part)); err != nil {
						t.Error(err)
					}
				}
				if err := d.Close(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	})
	compare(t, "h5py", digests(t, name), want)
}
