package hdf5

import (
	"encoding/json"
	"errors"
	"math"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Sequences of sequences, of strings and inside of records.
func TestNestedSequences(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		f := mustOpen(t, writeStructure(t, libver, `
def objects(*items):
    a = np.empty(len(items), object)
    for i, x in enumerate(items): a[i] = x
    return a
i = lambda *v: np.array(v, "i4")
d = f.create_dataset("vv", (3,), dtype=h5py.vlen_dtype(h5py.vlen_dtype("<i4")))
d[0] = objects(i(1, 2), i(), i(3))
d[2] = objects(i(*range(1000)))
d = f.create_dataset("vs", (3,), dtype=h5py.vlen_dtype(h5py.string_dtype()), chunks=(2,), compression=1)
d[0] = np.array(["a", "süß", ""], object)
d[1] = np.array(["x" * 500], object)
d = f.create_dataset("rec", (2,), dtype=np.dtype([("n", "i4"), ("v", h5py.vlen_dtype(">f8")), ("s", h5py.string_dtype("ascii"))]))
d[0] = (1, np.array([1.5, 2]), "x")
d[1] = (-2, np.array([]), "")
f.attrs.create("vv", objects(i(1, 2), i()), shape=(2,), dtype=h5py.vlen_dtype("<i4"))`))
		wantRead(t, f, "vv", [][][]int32{{{1, 2}, nil, {3}}, nil, {count[int32](1000)}})
		wantRead(t, f, "vs", [][]string{{"a", "süß", ""}, {strings.Repeat("x", 500)}, nil})
		type record struct {
			N int16     `hdf5:"n"`
			V []float32 `hdf5:"v"`
			S string    `hdf5:"s"`
		}
		wantRead(t, f, "rec", []record{{1, []float32{1.5, 2}, "x"}, {-2, nil, ""}})
		a, err := f.Root().Attribute("vv")
		must(t, err)
		if v, err := a.Value(); err != nil || !reflect.DeepEqual(v, []any{[]int64{1, 2}, []int64{}}) {
			t.Errorf("attribute: %v, %v", v, err)
		}
	}
}

func count[T int32 | uint64](n int) []T {
	list := make([]T, n)
	for i := range list {
		list[i] = T(i)
	}
	return list
}

// Classes of numbers beside integers and IEEE's: times, bit fields, long double and VAX.
func TestRareNumbers(t *testing.T) {
	f := mustOpen(t, writeStructure(t, "earliest", `
from h5py import h5d, h5s, h5t
def write(name, t, values, memory=None):
    d = h5d.create(f.id, name, t, h5s.create_simple((len(values),)))
    d.write(h5s.ALL, h5s.ALL, values, memory or t)
write(b"bits16", h5t.STD_B16BE, np.array([1, 2, 0xfffe], ">u2"))
write(b"bits64", h5t.STD_B64LE, np.array([1, 2**63, 7], "<u8"))
write(b"time32", h5t.UNIX_D32LE, np.array([1, -2, 1700000000], "<i4"))
write(b"time64", h5t.UNIX_D64BE, np.array([1, -2, 17 * 10**9], ">i8"))
f["long"] = np.array([1.5, -np.pi, 1e300, 0, -0.0, 2**-1000, np.inf], np.longdouble)
f["half"] = np.array([1.5, -2, 65504, 2**-24, np.inf], ">f2")
values = np.array([1.5, -3.25, 1e30, 0, 2**-100], "<f8")
for name, t in ((b"vaxf", h5t.IEEE_F32LE), (b"vaxg", h5t.IEEE_F64LE)):
    t = t.copy()
    t.set_order(2)
    t.set_ebias(0x81 if name == b"vaxf" else 0x401)
    write(name, t, values, h5t.IEEE_F64LE)`))
	wantRead(t, f, "bits16", []uint16{1, 2, 0xfffe})
	wantRead(t, f, "bits64", []uint64{1, 1 << 63, 7})
	wantRead(t, f, "time32", []int64{1, -2, 1700000000})
	wantRead(t, f, "time64", []int64{1, -2, 17e9})
	wantRead(t, f, "long", []float64{1.5, -math.Pi, 1e300, 0, math.Copysign(0, -1), math.Ldexp(1, -1000), math.Inf(1)})
	wantRead(t, f, "half", []float32{1.5, -2, 65504, float32(math.Ldexp(1, -24)), float32(math.Inf(1))})
	wantRead(t, f, "vaxf", []float64{1.5, -3.25, float64(float32(1e30)), 0, math.Ldexp(1, -100)})
	wantRead(t, f, "vaxg", []float64{1.5, -3.25, 1e30, 0, math.Ldexp(1, -100)})
}

// Values of attributes wherever they are stored: in the header, in a heap, larger than the heap's blocks, and shared by many objects.
func TestAttributesOfAnySize(t *testing.T) {
	for _, libver := range []string{"v108", "latest"} {
		file := writeStructure(t, libver, `
fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
lib.H5Pset_shared_mesg_nindexes(fcpl.id, 1)
lib.H5Pset_shared_mesg_index(fcpl.id, 0, 0x1000, 50)     # attributes
shared = create(fcpl)
with h5py.File("plain.h5", "w", libver=libver) as plain:
    for f in (shared, plain):
        for i in range(30):
            g = f.create_group("g%d" % i)
            g.attrs["same"] = np.arange(100, dtype="u8")
            g.attrs["own"] = np.arange(i, dtype="u8")
        for n in (1, 500, 8150, 8200, 70000, 300000): f.attrs["n%d" % n] = np.arange(n, dtype="u8")
        for i in range(20): f.attrs["more%d" % i] = np.arange(300 + i, dtype="u8")
shared.close()
f = None`)
		for _, file := range []string{file, filepath.Join(filepath.Dir(file), "plain.h5")} {
			var want map[string]map[string]int
			must(t, json.Unmarshal(oracle.H5py(t, t.TempDir(), `
import h5py, json, sys
with h5py.File(sys.argv[1], "r") as f:
    print(json.dumps({name: {k: len(v) for k, v in o.attrs.items()} for name, o in [("/", f)] + list(f.items())}))`, file), &want))
			f := mustOpen(t, file)
			if len(want) != 31 || len(want["/"]) != 26 {
				t.Fatalf("%d objects, %d attributes", len(want), len(want["/"]))
			}
			for path, attributes := range want {
				o, err := f.Object(path)
				must(t, err)
				for name, n := range attributes {
					a, err := o.Attribute(name)
					must(t, err)
					if v, err := ReadAttribute[uint64](a); err != nil || !slices.Equal(v, count[uint64](n)) {
						t.Errorf("%s: %s: %d values, want %d, %v", path, name, len(v), n, err)
					}
				}
			}
		}
	}
}

// invert is a codec as a user may add one.
type invert struct{}

func (invert) Decode(raw, stored []byte, _ filter.Params) ([]byte, error) {
	for i := range stored {
		raw[i] = ^stored[i]
	}
	return raw[:len(stored)], nil
}

// A filter that is not known is an error where a chunk went through it, optional or not, and not where it was skipped; a user's codec reads it.
func TestFiltersOfUsers(t *testing.T) {
	const script = `
def dataset(name, id, flags):
    plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    plist.set_chunk((4,))
    plist.set_filter(id, flags, (1, 2))
    d = h5py.h5d.create(f.id, name, h5py.h5t.STD_U8LE, h5py.h5s.create_simple((8,)), plist)
    d.write_direct_chunk((0,), bytes([255, 254, 253, 252]), 0)
    d.write_direct_chunk((4,), bytes([4, 5, 6, 7]), 1)
dataset(b"optional", 499, h5py.h5z.FLAG_OPTIONAL)
dataset(b"registered", 498, h5py.h5z.FLAG_OPTIONAL)`
	for _, libver := range []string{"earliest", "latest"} {
		f := mustOpen(t, writeStructure(t, libver, script))
		d, err := f.Dataset("optional")
		must(t, err)
		var unknown *filter.UnknownFilterError
		if v, err := Read[uint8](d); !errors.As(err, &unknown) || unknown.ID != 499 {
			t.Errorf("an unknown filter: %v, %v", v, err)
		}
		skipped := make([]uint8, 4)
		if err := ReadSlab(d, skipped, []uint64{4}, nil, []uint64{4}); err != nil || !slices.Equal(skipped, []uint8{4, 5, 6, 7}) {
			t.Errorf("a chunk that skipped it: %v, %v", skipped, err)
		}
		filter.Register(498, invert{})
		wantRead(t, f, "registered", []uint8{0, 1, 2, 3, 4, 5, 6, 7})
	}
}
