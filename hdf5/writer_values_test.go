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

type reading struct {
	ID    uint16     `hdf5:"id"`
	Pos   [3]float32 `hdf5:"pos"`
	Name  string     `hdf5:"name"`
	Good  bool       `hdf5:"good"`
	Inner struct {
		A int64 `hdf5:"a"`
		B int8  `hdf5:"b"`
	} `hdf5:"inner"`
}

// Elements of every kind of type, contiguous and in filtered chunks, as h5py and h5dump read them.
func TestValuesOfEveryType(t *testing.T) {
	readings := make([]reading, 5)
	for i := range readings {
		readings[i] = reading{ID: uint16(i), Pos: [3]float32{float32(i), 0.5, -1}, Name: strings.Repeat("é", i), Good: i%2 == 1}
		readings[i].Inner.A, readings[i].Inner.B = int64(-i)<<40, int8(-i)
	}
	write := func(w *Writer, suffix string, s DatasetSpec) {
		s.Shape = []uint64{5}
		with := func(typ *Datatype, err error) DatasetSpec {
			must(t, err)
			s.Type = typ
			return s
		}
		dataset(t, w, "/strings"+suffix, with(VarString(UTF8), nil), []string{"a", "", "ünï", "three", strings.Repeat("long", 30_000)})
		dataset(t, w, "/ascii"+suffix, with(String(6, NullTerminated, ASCII), nil), []string{"a", "", "abcde", "x", "y"})
		dataset(t, w, "/padded"+suffix, with(String(4, SpacePadded, UTF8), nil), []string{"a", "", "abcd", "é", "y"})
		dataset(t, w, "/bools"+suffix, with(TypeOf[bool]()), []bool{true, false, true, true, false})
		dataset(t, w, "/enums"+suffix, with(Enum(Int16(), EnumMember{"RED", 1}, EnumMember{"GREEN", -300}), nil), []int16{1, -300, 1, 1, -300})
		dataset(t, w, "/complex"+suffix, with(TypeOf[complex64]()), []complex64{1, 2i, 3 + 4i, -1, 0})
		dataset(t, w, "/arrays"+suffix, with(TypeOf[[2][3]int16]()), [][2][3]int16{{{1, 2, 3}, {4, 5, 6}}, {}, {{7}}, {}, {}})
		dataset(t, w, "/sequences"+suffix, with(VarLen(Float32()), nil), [][]float32{{1, 2}, nil, {}, {3}, make([]float32, 20_000)})
		dataset(t, w, "/opaque"+suffix, with(Opaque(2, ""), nil), [][2]byte{{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}})
		dataset(t, w, "/readings"+suffix, with(TypeOf[reading]()), readings)
		dataset(t, w, "/halves"+suffix, with(Float16(), nil), []float32{1, -2.5, 65504, 0, 1e-4})
		dataset(t, w, "/clamped"+suffix, with(Uint8(), nil), []int64{-1, 0, 255, 256, 1 << 40})
	}
	name := writeFile(t, func(w *Writer) {
		write(w, "", DatasetSpec{})
		write(w, "-chunked", DatasetSpec{Chunk: []uint64{2}, MaxShape: []uint64{unlimited}, Filters: filters("shuffle", "deflate(1)")})
		d, err := w.CreateDataset("/scalar", DatasetSpec{Type: VarString(UTF8)})
		must(t, err)
		must(t, d.WriteValues("alone"))
		d, err = w.CreateDataset("/run-time", DatasetSpec{Type: Int32(), Shape: []uint64{2}})
		must(t, err)
		must(t, d.WriteValues([]uint8{7, 8}))
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, hashlib
def short(x):
    s = repr(x)
    return s if len(s) < 200 else "%s...%d" % (s[:24], len(s))
with h5py.File(sys.argv[1], "r") as f:
    for suffix in "", "-chunked":
        for name in "strings ascii padded bools enums complex arrays sequences opaque halves clamped".split():
            d = f[name + suffix]
            print(name + suffix, short([x.tolist() if hasattr(x, "tolist") else x for x in d[...]]))
        for r in f["readings" + suffix][...]:
            print(r["id"], r["pos"].tolist(), r["name"].decode(), r["good"], r["inner"].tolist())
    print(f["scalar"][()], f["run-time"][...], h5py.check_enum_dtype(f["enums"].dtype))
`, name)
	values := func(suffix string) string {
		return strings.ReplaceAll(`strings@ [b'a', b'', b'\xc3\xbcn\...120048
ascii@ [b'a', b'', b'abcde', b'x', b'y']
padded@ [b'a', b'', b'abcd', b'\xc3\xa9', b'y']
bools@ [True, False, True, True, False]
enums@ [1, -300, 1, 1, -300]
complex@ [(1+0j), 2j, (3+4j), (-1+0j), 0j]
arrays@ [[[1, 2, 3], [4, 5, 6]], [[0, 0, 0], [0, 0, 0]], [[7, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]], [[0, 0, 0], [0, 0, 0]]]
sequences@ [[1.0, 2.0], [], [], [3....100029
opaque@ [b'\x01\x02', b'\x03\x04', b'\x05\x06', b'\x07\x08', b'\t\n']
halves@ [1.0, -2.5, 65504.0, 0.0, 0.00010001659393310547]
clamped@ [0, 0, 255, 255, 255]
0 [0.0, 0.5, -1.0]  False (0, 0)
1 [1.0, 0.5, -1.0] é True (-1099511627776, -1)
2 [2.0, 0.5, -1.0] éé False (-2199023255552, -2)
3 [3.0, 0.5, -1.0] ééé True (-3298534883328, -3)
4 [4.0, 0.5, -1.0] éééé False (-4398046511104, -4)
`, "@", suffix)
	}
	want := values("") + values("-chunked") + "b'alone' [7 8] {'RED': 1, 'GREEN': -300}\n"
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(string(out), "\n")); diff != "" {
		t.Errorf("h5py, - want, + got:\n%s", diff)
	}
	oracle.H5dump(t, filepath.Dir(name), name)
	wasm := oracle.H5wasm(t, filepath.Dir(name), `
const f = new h5wasm.File(process.argv[2], "r");
for (const n of ["strings", "strings-chunked"]) console.log(f.get(n).value.map(s => s.length).join(","));
for (const n of ["ascii", "padded-chunked", "bools", "enums-chunked", "arrays", "clamped"]) console.log(Array.from(f.get(n).value.flat ? f.get(n).value.flat(9) : f.get(n).value).join("|"));
f.close();
`, name)
	wantWasm := "1,0,3,5,120000\n1,0,3,5,120000\na||abcde|x|y\na   |    |abcd|é  |y   \n1|0|1|1|0\n1|-300|1|1|-300\n" +
		"1|2|3|4|5|6" + strings.Repeat("|0", 6) + "|7" + strings.Repeat("|0", 17) + "\n0|0|255|255|255\n"
	if diff := cmp.Diff(strings.Split(wantWasm, "\n"), strings.Split(string(wasm), "\n")); diff != "" {
		t.Errorf("h5wasm, - want, + got:\n%s", diff)
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
