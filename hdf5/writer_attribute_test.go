package hdf5

import (
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// attributeCases are values and what h5py says of them: type and value.
var attributeCases = []struct {
	name  string
	value any
	want  string
}{
	{"string", "counts", "str 'counts'"},
	{"empty", "", "str ''"},
	{"unicode", "Å ngström µ 🙂", "str 'Å ngström µ 🙂'"},
	{"int", 42, "int64 () 42"},
	{"int8", int8(-5), "int8 () -5"},
	{"int16", int16(-5), "int16 () -5"},
	{"int32", int32(-5), "int32 () -5"},
	{"int64", int64(math.MinInt64), "int64 () -9223372036854775808"},
	{"uint", uint(7), "uint64 () 7"},
	{"uint8", uint8(200), "uint8 () 200"},
	{"uint16", uint16(60000), "uint16 () 60000"},
	{"uint32", uint32(1 << 31), "uint32 () 2147483648"},
	{"uint64", uint64(math.MaxUint64), "uint64 () 18446744073709551615"},
	{"float32", float32(1.5), "float32 () 1.5"},
	{"float64", 12.4, "float64 () 12.4"},
	{"bool", true, "bool () True"},
	{"complex", complex(1, -2), "complex128 () (1-2j)"},
	{"ints", []int{1, 2, 3}, "int64 (3,) [1, 2, 3]"},
	{"no-ints", []int32{}, "int32 (0,) []"},
	{"bools", []bool{true, false}, "bool (2,) [True, False]"},
	{"strings", []string{"frame_number", ".", "", "é"}, "object (4,) ['frame_number', '.', '', 'é']"},
	{"array", [3]float32{1, 2, 3}, "float32 (3,) [1.0, 2.0, 3.0]"},
	{"struct", struct {
		X float32 `hdf5:"x"`
		N uint16  `hdf5:"n"`
	}{1.5, 7}, "[('x', '<f4'), ('n', '<u2')] () (1.5, 7)"},
	{"typed-scalar", AttributeValue{Type: Float32(), Data: 1.5}, "float32 () 1.5"},
	{"typed-matrix", AttributeValue{Type: BigEndian(Int16()), Shape: []uint64{2, 3}, Data: []int{1, 2, 3, 4, 5, 6}}, ">i2 (2, 3) [[1, 2, 3], [4, 5, 6]]"},
	{"typed-bytes", AttributeValue{Type: Uint16(), Shape: []uint64{2}, Data: []byte{1, 0, 0, 1}}, "uint16 (2,) [1, 256]"},
	{"fixed-string", AttributeValue{Type: String(8, NullPadded, ASCII), Data: "abc"}, "|S3 () b'abc'"},
	{"fixed-strings", AttributeValue{Type: String(3, NullPadded, UTF8), Shape: []uint64{2}, Data: []string{"ab", "xyz"}}, "|S3 (2,) [b'ab', b'xyz']"},
	{"enum", AttributeValue{Type: Enum(Int8(), EnumMember{"RED", 0}, EnumMember{"BLUE", 3}), Data: int8(3)}, "int8 () 3"},
	{"opaque", AttributeValue{Type: Opaque(4, ""), Data: []byte{1, 2, 3, 4}}, "|V4 () b'\\x01\\x02\\x03\\x04'"},
	{"sequences", AttributeValue{Type: VarLen(Int32()), Shape: []uint64{3}, Data: [][]int32{{1}, nil, {2, 3}}}, "object (3,) [[1], [], [2, 3]]"},
	{"null", AttributeValue{Type: Int32()}, "Empty int32"},
	{"64KiB", slices.Repeat([]uint8{3}, 70_000), "uint8 (70000,) sum 210000"},
	{"1MB", ramp[float64](130_000), fmt.Sprintf("float64 (130000,) sum %d", sumOf(ramp[float64](130_000)))},
	{"long-string", strings.Repeat("x", 100_000), "str of 100000"},
}

func sumOf(list []float64) int {
	s := 0
	for _, v := range list {
		s += int(v)
	}
	return s
}

const showAttributes = `
import h5py, sys, numpy as np
def show(v):
    if isinstance(v, h5py.Empty):
        return "Empty " + str(v.dtype)
    if isinstance(v, str):
        return "str " + repr(v) if len(v) < 1000 else "str of %d" % len(v)
    a = np.asarray(v)
    kind = str(v.dtype)
    if a.dtype.kind == "V" and not a.dtype.names: return "%s () %r" % (a.dtype.str, a.tobytes())
    if a.dtype.kind in "S" : kind = a.dtype.str
    if a.size > 1000:
        return "%s %s sum %d" % (kind, a.shape, int(a.sum()))
    if a.dtype == object:
        return "object %s %s" % (a.shape, [x if isinstance(x, str) else x.tolist() for x in a])
    if a.dtype.byteorder == ">": kind = a.dtype.str
    return "%s %s %s" % (kind, a.shape, (repr(a.item()) if a.shape == () else a.tolist()))
with h5py.File(sys.argv[1], "r") as f:
    for path in sys.argv[2:]:
        o = f[path]
        for name in o.attrs:
            print(path, name, "=", show(o.attrs[name]), sep=" ")
        print(path, len(o.attrs))
`

// Attributes of every kind, in the header and outside of it, on every kind of object.
func TestAttributes(t *testing.T) {
	var want strings.Builder
	expect := func(path string, names []string) {
		slices.Sort(names)
		for _, n := range names {
			i := slices.IndexFunc(attributeCases, func(c struct {
				name  string
				value any
				want  string
			}) bool {
				return c.name == n
			})
			fmt.Fprintf(&want, "%s %s = %s\n", path, n, attributeCases[i].want)
		}
		fmt.Fprintf(&want, "%s %d\n", path, len(names))
	}
	paths := []string{"/", "/group", "/dataset", "/small"}
	name := writeFile(t, func(w *Writer) {
		must(t, w.CreateGroup("/group"))
		must(t, w.CreateGroup("/small"))
		dataset(t, w, "/dataset", DatasetSpec{Type: Int32(), Shape: []uint64{3}}, []int32{1, 2, 3})
		for _, path := range paths {
			var names []string
			for _, c := range attributeCases {
				if path == "/small" && slices.Contains([]string{"64KiB", "1MB", "long-string"}, c.name) {
					continue // all others stay in the header
				}
				must(t, w.SetAttribute(path, c.name, 1)) // replaced
				must(t, w.SetAttribute(path, c.name, c.value))
				names = append(names, c.name)
			}
			expect(path, names)
		}
	})
	got := oracle.H5py(t, filepath.Dir(name), showAttributes, append([]string{name}, paths...)...)
	if diff := cmp.Diff(strings.Split(want.String(), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("h5py, - want, + got:\n%s", diff)
	}
	oracle.H5dump(t, filepath.Dir(name), name)
	wasm := oracle.H5wasm(t, filepath.Dir(name), `
const f = new h5wasm.File(process.argv[2], "r");
for (const p of ["group", "dataset", "small"]) {
  const a = f.get(p).attrs;
  console.log(Object.keys(a).length, a.string.value, a.int16.value, a.float64.value, a.strings.value.join("|"), "64KiB" in a ? a["64KiB"].value.length : 0);
}
f.close();
`, name)
	n := len(attributeCases)
	if want := fmt.Sprintf("%d counts -5 12.4 frame_number|.||é 70000\n%[1]d counts -5 12.4 frame_number|.||é 70000\n%d counts -5 12.4 frame_number|.||é 0\n", n, n-3); string(wasm) != want {
		t.Errorf("h5wasm:\n%s\nwant\n%s", wasm, want)
	}
}

// Any number of attributes, of names that need more than one byte a letter; the library adds, changes and removes them.
func TestManyAttributes(t *testing.T) {
	sizes := []int{1, 8, 9, maxCompactAttributes, maxCompactAttributes + 1, 2000}
	name := writeFile(t, func(w *Writer) {
		for _, n := range sizes {
			path := fmt.Sprintf("/g%d", n)
			must(t, w.CreateGroup(path))
			for i := range n {
				length := i%300 + 1
				if i%10 == 9 {
					length += 1500 // outside of the blocks of the heap, if there is one
				}
				must(t, w.SetAttribute(path, linkName(i), slices.Repeat([]int32{int32(i)}, length)))
			}
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, numpy as np
def link_name(i):
    return "n\u00e9" * (i % 5) + "_%06d" % (i * 7919 % 1000003)
sizes = [int(a) for a in sys.argv[2:]]
def check(a, numbers):
    for i in numbers:
        v = a[link_name(i)]
        assert v.shape == (i % 300 + 1 + 1500 * (i % 10 == 9),) and (v == i).all(), (a, i)
with h5py.File(sys.argv[1], "r") as f:
    for n in sizes:
        a = f["g%d" % n].attrs
        assert len(a) == n and sorted(a) == sorted(link_name(i) for i in range(n)), n
        check(a, range(n))
        assert "nothing" not in a
with h5py.File(sys.argv[1], "r+") as f:
    for n in sizes:
        a = f["g%d" % n].attrs
        for i in range(40):
            a["added%d" % i] = np.arange(i * 200)
        for i in range(0, n, 2):
            del a[link_name(i)]
with h5py.File(sys.argv[1], "r") as f:
    for n in sizes:
        a = f["g%d" % n].attrs
        assert len(a) == n // 2 + 40, n
        check(a, range(1, n, 2))
        for i in range(40):
            assert len(a["added%d" % i]) == i * 200
print("fine")
`, append([]string{name}, strings.Fields(strings.Trim(fmt.Sprint(sizes), "[]"))...)...)
	if string(out) != "fine\n" {
		t.Errorf("%s", out)
	}
}

func TestAttributeErrors(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		want  string
	}{
		{"", 1, "the name of an attribute is empty"},
		{"a\x00", 1, "has a NUL"},
		{strings.Repeat("x", 65_001), 1, "longer than 65000"},
		{"nil", nil, "the value is nil"},
		{"chan", make(chan int), "chan int"},
		{"typeless", AttributeValue{Data: 1}, "no datatype"},
		{"shape", AttributeValue{Type: Int8(), Shape: []uint64{3}, Data: []int8{1}}, "there are 1 elements where the shape says 3"},
		{"null-shape", AttributeValue{Type: Int8(), Shape: []uint64{3}}, "leave out the shape"},
		{"unconvertible", AttributeValue{Type: Int8(), Data: "text"}, "cannot be stored as int8"},
		{"large", AttributeValue{Type: Int64(), Shape: []uint64{1 << 30}, Data: []int8{1}}, "make it a dataset"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Create(filepath.Join(t.TempDir(), "a.h5"), WithoutSync())
			must(t, err)
			defer w.Abort()
			if err := w.SetAttribute("/", c.name, c.value); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
