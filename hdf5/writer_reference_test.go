package hdf5

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// writeReferences writes references to all kinds of objects, also to some that get their links and attributes later, in all kinds of places.
func writeReferences(t *testing.T, w *Writer) {
	dataset(t, w, "/d", DatasetSpec{Type: Int32(), Shape: []uint64{4, 6}, Chunk: []uint64{2, 3}, Filters: filters("deflate(1)")}, ramp[int32](24))
	must(t, w.CreateGroup("/g"))
	must(t, w.CommitType("/t", Float32()))
	var refs []ObjectRef
	for _, path := range []string{"/d", "/g", "/t", "/", "/d"} {
		r, err := w.Reference(path)
		must(t, err)
		refs = append(refs, r)
	}
	if refs[0] != refs[4] {
		t.Errorf("/d has two addresses: %v", refs)
	}
	var regions []RegionRef
	block, err := dataspace.Regular(dataspace.Range(1, 3), dataspace.Dim{Start: 0, Stride: 3, Count: 2, Block: 2})
	must(t, err)
	points, err := dataspace.Points(2, []uint64{0, 5, 3, 1})
	must(t, err)
	for _, s := range []dataspace.Selection{block, points, dataspace.All()} {
		r, err := w.RegionReference("/d", s)
		must(t, err)
		regions = append(regions, r)
	}
	type pair struct {
		Object ObjectRef   `hdf5:"object"`
		Region RegionRef   `hdf5:"region"`
		List   []ObjectRef `hdf5:"list"`
	}
	typ, err := TypeOf[pair]()
	must(t, err)
	dataset(t, w, "/objects", DatasetSpec{Type: ObjectReference(), Shape: []uint64{5}}, refs)
	dataset(t, w, "/deflated", DatasetSpec{Type: ObjectReference(), Shape: []uint64{5}, Chunk: []uint64{2}, Filters: filters("deflate(1)")}, refs)
	dataset(t, w, "/regions", DatasetSpec{Type: RegionReference(), Shape: []uint64{3}}, regions)
	dataset(t, w, "/pairs", DatasetSpec{Type: typ, Shape: []uint64{1}}, []pair{{refs[1], regions[0], refs[:3]}})
	must(t, w.SetAttribute("/g", "objects", refs))
	must(t, w.SetAttribute("/g", "region", regions[1]))
	for i := range 200 {
		must(t, w.SoftLink("/g/"+strings.Repeat("x", i+1), "/d"))
	}
	must(t, w.SetAttribute("/t", "later", strings.Repeat("long", 100)))
}

const printReferences = `
import h5py, sys
def region(f, r):
    s = h5py.h5r.get_region(r, f.id)
    kind = s.get_select_type()
    if kind == h5py.h5s.SEL_POINTS: return f[r].name, s.get_select_elem_pointlist().tolist()
    if kind == h5py.h5s.SEL_HYPERSLABS: return f[r].name, s.get_select_hyper_blocklist().tolist()
    return f[r].name, s.get_select_npoints()
for name in sys.argv[1:]:
    with h5py.File(name, "r") as f:
        for n in "objects", "deflated": print(*[f[r].name for r in f[n][...]])
        for r in f["regions"][...]: print(*region(f, r))
        if name != "repacked.h5": # h5repack leaves references in compounds as they were
            p = f["pairs"][0]
            print(f[p["object"]].name, *region(f, p["region"]))
        print(*[f[r].name for r in f["g"].attrs["objects"]], *region(f, f["g"].attrs["region"]))
        print(len(f["g"]), len(f["t"].attrs["later"]), f["d"][3, 5])
`

const pairReferences = "/g /d [[[1, 0], [2, 1]], [[1, 3], [2, 4]]]\n"

const wantReferences = `/d /g /t / /d
/d /g /t / /d
/d [[[1, 0], [2, 1]], [[1, 3], [2, 4]]]
/d [[0, 5], [3, 1]]
/d 24
` + pairReferences + `/d /g /t / /d /d [[0, 5], [3, 1]]
200 400 16560
`

// References lead where they should: for h5py, h5dump, h5wasm and this package, and in a copy by h5repack.
func TestWriteReferences(t *testing.T) {
	name := writeFile(t, func(w *Writer) { writeReferences(t, w) })
	dir := filepath.Dir(name)
	oracle.Tool(t, dir, "h5repack", name, "repacked.h5")
	out := oracle.H5py(t, dir, printReferences, name, "repacked.h5")
	repacked := strings.Replace(wantReferences, pairReferences, "", 1)
	if diff := cmp.Diff(wantReferences+repacked, string(out)); diff != "" {
		t.Errorf("h5py, - want, + got:\n%s", diff)
	}
	dumped := string(oracle.H5dump(t, dir, "-d", "/pairs", "-d", "/regions", name))
	for _, want := range []string{`"/t")`, "REGION_TYPE BLOCK  (1,0)-(2,1), (1,3)-(2,4)", "REGION_TYPE POINT  (0,5), (3,1)"} {
		if !strings.Contains(dumped, want) {
			t.Errorf("h5dump prints nothing like %s:\n%s", want, dumped)
		}
	}
	wasm := oracle.H5wasm(t, dir, `
const f = new h5wasm.File(process.argv[2], "r");
const paths = (list) => list.map((r) => f.dereference(r)).map((o) => o.path ?? o.source_dataset.path + " " + o.value.join(",")).join(" ");
console.log(paths(f.get("deflated").value));
console.log(paths(f.get("regions").value.slice(0, 1))); // h5wasm reads hyperslabs only
console.log(paths(f.get("pairs").value[0][2]));
f.close();
`, name)
	if want := "/d /g /t / /d\n/d 1158,1568,2574,3170,4548,5330,7080,8048\n/d /g /t\n"; string(wasm) != want {
		t.Errorf("h5wasm, want %s: %s", want, wasm)
	}
	f := mustOpen(t, name)
	d, err := f.Dataset("regions")
	must(t, err)
	list, err := ReadReferences(d)
	must(t, err)
	for i, want := range []string{"[1:3, 0:6:3(block 2)]", "(0, 5), (3, 1)", "[...]"} {
		o, err := f.Dereference(list[i])
		if err != nil || kind(o) != "a dataset" || list[i].Selection.String() != want {
			t.Errorf("%v: %v, %v", list[i], o, err)
		}
	}
}

// References into a file that was there, to its objects and to new ones.
func TestWriteReferencesIntoFile(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		dataset(t, w, "/old", DatasetSpec{Type: Uint8(), Shape: []uint64{2, 3}}, ramp[uint8](6))
	})
	w, err := OpenReadWrite(name, WithoutSync())
	must(t, err)
	writeReferences(t, w)
	old, err := w.Reference("/old")
	must(t, err)
	part, err := w.RegionReference("/old", dataspace.All())
	must(t, err)
	must(t, w.SetAttribute("/old", "self", old))
	must(t, w.SetAttribute("/old", "part", part))
	must(t, w.Close())
	out := oracle.H5py(t, filepath.Dir(name), printReferences+`
        a = f["old"].attrs
        print(f[a["self"]].name, *region(f, a["part"]))
`, name)
	if diff := cmp.Diff(wantReferences+"/old /old 6\n", string(out)); diff != "" {
		t.Errorf("h5py, - want, + got:\n%s", diff)
	}
}

func TestReferencesRefuse(t *testing.T) {
	point, err := dataspace.Points(1, []uint64{3})
	must(t, err)
	for _, c := range []struct {
		name string
		call func(w *Writer) error
		says string
	}{
		{"no object", func(w *Writer) error { _, err := w.Reference("/nothing"); return err }, "create it first"},
		{"elements of a group", func(w *Writer) error { _, err := w.RegionReference("/", point); return err }, "not a dataset"},
		{"another rank", func(w *Writer) error { _, err := w.RegionReference("/d", point); return err }, "1 axes and the dataset has 2"},
	} {
		w, err := Create(filepath.Join(t.TempDir(), "f.h5"))
		must(t, err)
		_, err = w.CreateDataset("/d", DatasetSpec{Type: Int8(), Shape: []uint64{2, 2}})
		must(t, err)
		if err := c.call(w); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", c.name, err)
		}
		must(t, w.Abort())
	}
}
