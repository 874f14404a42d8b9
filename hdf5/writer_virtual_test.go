package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// slab is a hyperslab of start, stride, count and block along each axis.
func slab(dims ...dataspace.Dim) dataspace.Selection {
	s, err := dataspace.Regular(dims...)
	if err != nil {
		panic(err)
	}
	return s
}

// span is a range along one axis.
func span(start, count uint64) dataspace.Dim {
	return dataspace.Dim{Start: start, Stride: 1, Count: 1, Block: count}
}

// stacked is n mappings of one source for each index of axis 0, a frame of rows × cols.
type stacked struct {
	n          int
	rows, cols uint64
}

func (s stacked) Len() int { return s.n }

func (s stacked) Range(from, to int) iter.Seq[VirtualMapping] {
	return func(yield func(VirtualMapping) bool) {
		for i := from; i < to; i++ {
			m := VirtualMapping{File: fmt.Sprintf("frame_%06d.h5", i), Path: "/data", Source: dataspace.All(), Virtual: slab(span(uint64(i), 1), span(0, s.rows), span(0, s.cols))}
			if !yield(m) {
				return
			}
		}
	}
}

// Virtual datasets of our own and h5py's have the same mappings and the same values, with sources that h5py wrote.
func TestVirtualLikeH5py(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
for i in range(4):
    with h5py.File("src_%d.h5" % i, "w") as f:
        f["data"] = np.arange(100, dtype="i4") + 1000 * i
        f["images"] = np.arange(5 * 6 * 7, dtype="u2").reshape(5, 6, 7) + 300 * i
with h5py.File("100%.h5", "w") as f:
    f["data"] = np.arange(100, dtype="i4") - 7
def layout(f, name, shape, dtype, fill, *maps, maxshape=None):
    l = h5py.VirtualLayout(shape, dtype, maxshape)
    for key, source in maps:
        l[key] = source
    f.create_virtual_dataset(name, l, fillvalue=fill)
def source(i, name, shape, key=...):
    s = h5py.VirtualSource("src_%d.h5" % i, name, shape)
    return s if key is ... else s[key]
with h5py.File("theirs.h5", "w", libver="latest") as f:
    layout(f, "stack", (5, 100), "i4", -5, *((i, source(i, "data", (100,))) for i in range(4)))
    layout(f, "interleaved", (20, 8, 7), "u2", 9, *((np.s_[i:20:4, 1:7], source(i, "images", (5, 6, 7))) for i in range(4)))
    layout(f, "parts", (50,), "f8", 0.5, *((np.s_[10 * i:10 * i + 5], source(i, "data", (100,), np.s_[20:30:2])) for i in range(4)))
    layout(f, "percent", (100,), "i4", 0, (np.s_[:], h5py.VirtualSource("100%%.h5", "data", (100,))))
    layout(f, "empty", (4, 4), "i4", 3)
    with h5py.File("local.h5", "w") as g:
        pass
`)
	name := filepath.Join(dir, "ours.h5")
	w, err := Create(name, WithoutSync())
	must(t, err)
	virtual := func(path string, s VirtualSpec, mappings ...VirtualMapping) {
		s.Mappings = MappingSlice(mappings)
		must(t, w.CreateVirtual(path, s))
	}
	var stack, interleaved, parts []VirtualMapping
	for i := range uint64(4) {
		file := fmt.Sprintf("src_%d.h5", i)
		stack = append(stack, VirtualMapping{file, "data", dataspace.All(), slab(span(i, 1), span(0, 100))})
		interleaved = append(interleaved, VirtualMapping{file, "images", dataspace.All(), slab(dataspace.Dim{Start: i, Stride: 4, Count: 5, Block: 1}, span(1, 6), span(0, 7))})
		parts = append(parts, VirtualMapping{file, "data", slab(dataspace.Dim{Start: 20, Stride: 2, Count: 5, Block: 1}), slab(span(10*i, 5))})
	}
	virtual("/stack", VirtualSpec{Type: Int32(), Shape: []uint64{5, 100}, Fill: []byte{0xfb, 0xff, 0xff, 0xff}}, stack...)
	virtual("/interleaved", VirtualSpec{Type: Uint16(), Shape: []uint64{20, 8, 7}, Fill: []byte{9, 0}}, interleaved...)
	virtual("/parts", VirtualSpec{Type: Float64(), Shape: []uint64{50}, Fill: []byte{0, 0, 0, 0, 0, 0, 0xe0, 0x3f}}, parts...)
	virtual("/percent", VirtualSpec{Type: Int32(), Shape: []uint64{100}}, VirtualMapping{"100%%.h5", "data", dataspace.All(), slab(span(0, 100))})
	virtual("/empty", VirtualSpec{Type: Int32(), Shape: []uint64{4, 4}, Fill: []byte{3, 0, 0, 0}})
	must(t, w.Close())

	theirs := digests(t, filepath.Join(dir, "theirs.h5"))
	if len(theirs) != 5 {
		t.Fatalf("h5py wrote %v", theirs)
	}
	compare(t, "h5py", digests(t, name), theirs)
	compare(t, "h5wasm", wasmDigests(t, name), theirs)
	oracle.H5dump(t, dir, name)
	for path := range theirs {
		if path == "/empty" {
			continue
		}
		got, want := oracle.VirtualSources(t, name, path), oracle.VirtualSources(t, filepath.Join(dir, "theirs.h5"), path)
		if got != want {
			t.Errorf("%s has the mappings\n%s\nwant\n%s", path, got, want)
		}
	}
}

// Selections that h5py's layouts cannot say: unlimited, printf, irregular, same file, none at all, larger than 32 bits.
func TestVirtualSelections(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
for i in range(3):
    with h5py.File("part_%d.h5" % i, "w") as f:
        f["d"] = np.arange(6, dtype="i4").reshape(2, 3) + 10 * i
for i in range(2):
    with h5py.File("grow_%d.h5" % i, "w") as f:
        f.create_dataset("d", data=np.arange(12, dtype="i4").reshape(4, 3) + 100 * i, maxshape=(None, 3))
`)
	name := filepath.Join(dir, "ours.h5")
	w, err := Create(name, WithoutSync())
	must(t, err)
	open := []uint64{unlimited, 3}
	all := dataspace.Unlimited
	virtual := func(path string, shape, limits []uint64, mappings ...VirtualMapping) {
		must(t, w.CreateVirtual(path, VirtualSpec{Type: Int32(), Shape: shape, MaxShape: limits, Mappings: MappingSlice(mappings)}))
	}
	virtual("/printf", []uint64{0, 3}, open, VirtualMapping{"part_%b.h5", "/d", dataspace.All(), slab(dataspace.Dim{Stride: 2, Count: all, Block: 2}, span(0, 3))})
	virtual("/interleaved", []uint64{0, 3}, open,
		VirtualMapping{"grow_0.h5", "/d", slab(dataspace.Dim{Stride: 1, Count: all, Block: 1}, span(0, 3)), slab(dataspace.Dim{Stride: 2, Count: all, Block: 1}, span(0, 3))},
		VirtualMapping{"grow_1.h5", "/d", slab(dataspace.Dim{Stride: 1, Count: 1, Block: all}, span(0, 3)), slab(dataspace.Dim{Start: 1, Stride: 2, Count: all, Block: 1}, span(0, 3))})
	boxes, err := dataspace.Boxes(2, []dataspace.Box{{Start: []uint64{0, 0}, Count: []uint64{1, 3}}, {Start: []uint64{3, 1}, Count: []uint64{3, 1}}})
	must(t, err)
	virtual("/irregular", []uint64{7, 3}, nil, VirtualMapping{"part_1.h5", "/d", dataspace.All(), boxes})
	virtual("/far", []uint64{1 << 40, 3}, nil, VirtualMapping{"part_2.h5", "/d", dataspace.All(), slab(span(1<<40-2, 2), span(0, 3))})
	virtual("/same", []uint64{3}, nil, VirtualMapping{".", "/real", dataspace.All(), dataspace.All()})
	virtual("/none", []uint64{3}, nil, VirtualMapping{"part_0.h5", "/d", dataspace.None(), dataspace.None()})
	must(t, w.CreateVirtual("/scalar", VirtualSpec{Type: Int32(), Mappings: MappingSlice{{"part_0.h5", "/d", slab(span(1, 1), span(2, 1)), dataspace.All()}}}))
	dataset(t, w, "/real", DatasetSpec{Type: Int32(), Shape: []uint64{3}}, []int32{7, 8, 9})
	must(t, w.Close())
	out := oracle.H5py(t, dir, `
import h5py
with h5py.File("ours.h5", "r") as f:
    print(f["printf"][...].tolist())
    print(f["interleaved"][...].tolist())
    print(f["irregular"][...].tolist())
    print(f["far"].shape, f["far"][-3:].tolist())
    print(f["same"][...].tolist(), f["none"][...].tolist(), f["scalar"][()])
`)
	want := `[[0, 1, 2], [3, 4, 5], [10, 11, 12], [13, 14, 15], [20, 21, 22], [23, 24, 25]]
[[0, 1, 2], [100, 101, 102], [3, 4, 5], [103, 104, 105], [6, 7, 8], [106, 107, 108], [9, 10, 11], [109, 110, 111]]
[[10, 11, 12], [0, 0, 0], [0, 0, 0], [0, 13, 0], [0, 14, 0], [0, 15, 0], [0, 0, 0]]
(1099511627776, 3) [[0, 0, 0], [20, 21, 22], [23, 24, 25]]
[7, 8, 9] [0, 0, 0] 5
`
	if string(out) != want {
		t.Errorf("h5py: %s\nwant %s", out, want)
	}
	oracle.H5dump(t, dir, "-H", name)
}

// A long list of mappings, at sizes around those of the pieces in which it is written.
func TestVirtualManyMappings(t *testing.T) {
	for _, n := range []int{1, 47, 48, 49, 1000, 1500, 1600, 4000} {
		name := writeFile(t, func(w *Writer) {
			must(t, w.CreateVirtual("/before", VirtualSpec{Type: Uint16(), Shape: []uint64{uint64(n), 4, 5}, Mappings: stacked{n, 4, 5}}))
			must(t, w.CreateVirtual("/v", VirtualSpec{Type: Uint16(), Shape: []uint64{uint64(n), 4, 5}, Mappings: stacked{n, 4, 5}}))
			dataset(t, w, "/after", DatasetSpec{Type: Int8(), Shape: []uint64{3}}, []int8{1, 2, 3})
		})
		out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    n = int(sys.argv[2])
    for path in "before", "v":
        s = f[path].virtual_sources()
        assert len(s) == n
        for i, m in enumerate(s):
            assert m.file_name == "frame_%06d.h5" % i and m.dset_name == "/data"
            assert m.vspace.get_regular_hyperslab()[0] == (i, 0, 0)
    f["added"] = 1
    print(f["after"][...].tolist())
`, name, fmt.Sprint(n))
		if string(out) != "[1, 2, 3]\n" {
			t.Errorf("%d mappings: %s", n, out)
		}
	}
}

// inLists is mappings with their selections in lists.
type inLists struct {
	MappingSlice
	virtual, source dataspace.List
}

func newInLists(mappings MappingSlice) *inLists {
	l := &inLists{MappingSlice: mappings}
	for _, m := range mappings {
		l.virtual.Append(m.Virtual)
		l.source.Append(m.Source)
	}
	return l
}

func (l *inLists) Selections() (virtual, source *dataspace.List) { return &l.virtual, &l.source }

func (l *inLists) Names(from, to int) iter.Seq2[string, string] {
	return func(yield func(file, path string) bool) {
		for _, m := range l.MappingSlice[from:to] {
			if !yield(m.File, m.Path) {
				return
			}
		}
	}
}

// Mappings in lists are written, and refused, as any others.
func TestMappingLists(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const rows = 4000
	union, err := dataspace.Boxes(2, []dataspace.Box{{Start: []uint64{0, 0}, Count: []uint64{1, 3}}, {Start: []uint64{1, 1}, Count: []uint64{1, 2}}})
	must(t, err)
	selections := []dataspace.Selection{slab(span(3, 1), span(0, 5)), slab(span(0, 5), span(7, 1)), slab(dataspace.Dim{Start: 1, Stride: 3, Count: 5, Block: 1}), dataspace.All(), union}
	var mappings MappingSlice
	for i := range uint64(rows) {
		mappings = append(mappings, VirtualMapping{File: fmt.Sprintf("f%d.h5", i/3), Path: []string{"/data", "/100%%"}[r.IntN(2)], Source: selections[r.IntN(len(selections))], Virtual: slab(span(i, 1), span(0, 5))})
	}
	write := func(mappings Mappings, share bool) ([]byte, error) {
		name := filepath.Join(t.TempDir(), "v.h5")
		w, err := Create(name, WithoutSync(), WithEncoders(1+r.IntN(4)))
		must(t, err)
		if err := w.CreateVirtual("/v", VirtualSpec{Type: Int32(), Shape: []uint64{rows, 5}, Mappings: mappings, ShareNames: share}); err != nil {
			_ = w.Abort()
			return nil, errors.Unwrap(err)
		}
		must(t, w.Close())
		return readFile(t, name), nil
	}
	for _, share := range []bool{false, true} {
		want, err := write(mappings, share)
		must(t, err)
		if got, err := write(newInLists(mappings), share); err != nil || !bytes.Equal(got, want) {
			t.Errorf("shared names %t: the files differ (%v)", share, err)
		}
	}
	for _, wrong := range []VirtualMapping{
		{"", "/d", dataspace.All(), slab(span(0, 1), span(0, 5))},
		{"a.h5", "", dataspace.All(), slab(span(0, 1), span(0, 5))},
		{"a%.h5", "/d", dataspace.All(), slab(span(0, 1), span(0, 5))},
		{"a%b.h5", "/d", dataspace.All(), slab(span(0, 1), span(0, 5))},
		{"a.h5", "/d%b", slab(span(0, 5)), slab(span(0, 1), span(0, 5))},
		{"a.h5", "/d", slab(span(0, 4)), slab(span(0, 1), span(0, 5))},
		{"a.h5", "/d", slab(span(0, 6)), slab(span(0, 1), span(0, 6))},
		{"a.h5", "/d", dataspace.All(), slab(span(rows, 1), span(0, 5))},
		{"a.h5", "/d", dataspace.All(), slab(span(0, 5))},
	} {
		for _, at := range []int{0, 1, rows - 1} {
			broken := slices.Clone(mappings)
			broken[at] = wrong
			_, want := write(broken, false)
			if _, got := write(newInLists(broken), false); want == nil || got == nil || got.Error() != want.Error() {
				t.Errorf("%v at %d: got %v, want %v", wrong, at, got, want)
			}
		}
	}
}

// 100,000 mappings are written in little memory, and h5py finds them as they were asked for.
func TestVirtualHundredThousandMappings(t *testing.T) {
	const n = 100_000
	name := filepath.Join(t.TempDir(), "a.h5")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	w, err := Create(name, WithoutSync())
	must(t, err)
	must(t, w.CreateVirtual("/v", VirtualSpec{Type: Uint16(), Shape: []uint64{n, 256, 2048}, Mappings: stacked{n, 256, 2048}}))
	must(t, w.Close())
	runtime.ReadMemStats(&after)
	info, err := os.Stat(name)
	must(t, err)
	t.Logf("%d bytes of file, %d bytes allocated in all (the names and selections of the test are most of it)", info.Size(), after.TotalAlloc-before.TotalAlloc)
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r") as f:
    p = f["v"].id.get_create_plist()
    n = p.get_virtual_count()
    for i in list(range(0, n, 997)) + [n - 1]:
        assert p.get_virtual_filename(i) == "frame_%06d.h5" % i and p.get_virtual_dsetname(i) == "/data"
        assert p.get_virtual_vspace(i).get_regular_hyperslab() == ((i, 0, 0), (1, 1, 1), (1, 1, 1), (1, 256, 2048))
    print(n)
`, name)
	if string(out) != "100000\n" {
		t.Errorf("%s", out)
	}
}

func TestVirtualErrors(t *testing.T) {
	all := dataspace.Unlimited
	points, err := dataspace.Points(2, []uint64{0, 0, 1, 1})
	must(t, err)
	whole := slab(span(0, 4), span(0, 3))
	endless := slab(dataspace.Dim{Stride: 2, Count: all, Block: 2}, span(0, 3))
	for _, c := range []struct {
		name string
		m    VirtualMapping
		want string
	}{
		{"empty file", VirtualMapping{"", "/d", dataspace.All(), whole}, "the file name of the source is empty"},
		{"empty path", VirtualMapping{"f", "", dataspace.All(), whole}, "the path of the source is empty"},
		{"NUL", VirtualMapping{"f\x00", "/d", dataspace.All(), whole}, "NUL"},
		{"percent", VirtualMapping{"50%.h5", "/d", dataspace.All(), whole}, "write a literal % twice"},
		{"percent d", VirtualMapping{"f", "/d%05d", dataspace.All(), whole}, "neither %b nor %%"},
		{"percent at end", VirtualMapping{"f%", "/d", dataspace.All(), whole}, "neither %b nor %%"},
		{"points", VirtualMapping{"f", "/d", points, points}, "list of points"},
		{"rank", VirtualMapping{"f", "/d", dataspace.All(), slab(span(0, 4))}, "has 1 axes and the dataset has 2"},
		{"bounds", VirtualMapping{"f", "/d", dataspace.All(), slab(span(7, 4), span(0, 3))}, "reaches index 10 along axis 0, where the dataset has 10"},
		{"counts", VirtualMapping{"f", "/d", slab(span(0, 11)), whole}, "different numbers of elements: virtual 12, source 11"},
		{"none", VirtualMapping{"f", "/d", dataspace.None(), whole}, "virtual 12, source 0"},
		{"all", VirtualMapping{"f", "/d", whole, dataspace.All()}, "virtual 30, source 12"},
		{"source unlimited", VirtualMapping{"f", "/d", endless, whole}, "the source selection is unlimited and the virtual selection is not"},
		{"no b", VirtualMapping{"f", "/d", dataspace.All(), endless}, "needs %b"},
		{"b without unlimited", VirtualMapping{"f%b", "/d", dataspace.All(), whole}, "needs an unlimited virtual selection"},
		{"b and both unlimited", VirtualMapping{"f%b", "/d", endless, endless}, "a printf mapping has a limited source"},
		{"endless block", VirtualMapping{"f%b", "/d", dataspace.All(), slab(dataspace.Dim{Stride: 1, Count: 1, Block: all}, span(0, 3))}, "one block without end"},
		{"block count", VirtualMapping{"f%b", "/d", slab(span(0, 5)), endless}, "virtual 6, source 5"},
		{"slices", VirtualMapping{"f", "/d", slab(dataspace.Dim{Stride: 1, Count: all, Block: 1}), endless}, "axes that are not unlimited have different numbers of elements: virtual 3, source 1"},
		{"fixed axis", VirtualMapping{"f", "/d", endless, slab(span(0, 4), dataspace.Dim{Stride: 1, Count: all, Block: 1})}, "make its maximal shape unlimited there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "a.h5")
			w, err := Create(name, WithoutSync())
			must(t, err)
			defer w.Abort()
			good := VirtualMapping{"f", "/d", dataspace.All(), whole}
			err = w.CreateVirtual("/g/v", VirtualSpec{Type: Int8(), Shape: []uint64{10, 3}, MaxShape: []uint64{unlimited, 3}, Mappings: MappingSlice{good, c.m}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if !strings.HasPrefix(err.Error(), name+": /g/v: ") || !strings.Contains(err.Error(), "mapping 1 (") {
				t.Errorf("the error does not name file, dataset and mapping: %v", err)
			}
		})
	}
}

func TestVirtualHasNoElements(t *testing.T) {
	w, err := Create(filepath.Join(t.TempDir(), "a.h5"), WithoutSync())
	must(t, err)
	defer w.Abort()
	if err := w.CreateVirtual("/v", VirtualSpec{}); err == nil || !strings.Contains(err.Error(), "no datatype") {
		t.Errorf("without a type: %v", err)
	}
}

func TestDimensionScales(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		dataset(t, w, "/entry/data", DatasetSpec{Type: Uint16(), Shape: []uint64{3, 4, 5}}, make([]uint16, 60))
		must(t, w.CreateVirtual("/entry/virtual", VirtualSpec{Type: Uint16(), Shape: []uint64{3, 4, 5}}))
		dataset(t, w, "/entry/frame", DatasetSpec{Type: Int64(), Shape: []uint64{3}}, []int64{1, 2, 3})
		dataset(t, w, "/entry/time", DatasetSpec{Type: Float64(), Shape: []uint64{3}}, []float64{.1, .2, .3})
		dataset(t, w, "/entry/µ", DatasetSpec{Type: Float64(), Shape: []uint64{5}}, make([]float64, 5))
		for _, path := range []string{"/entry/data", "/entry/virtual"} {
			must(t, w.AttachScale(path, 0, "/entry/frame"))
			must(t, w.AttachScale(path, 0, "/entry/time"))
			must(t, w.AttachScale(path, 0, "/entry/frame"))
			must(t, w.AttachScale(path, 2, "/entry/µ"))
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    for d in f["entry/data"], f["entry/virtual"]:
        print([list(dim.keys()) for dim in d.dims], d.dims[0]["time"][...].tolist(), d.dims[2][0].name, h5py.h5ds.get_num_scales(d.id, 0), h5py.h5ds.is_attached(d.id, f["entry/frame"].id, 0), h5py.h5ds.is_attached(d.id, f["entry/frame"].id, 2))
    print(h5py.h5ds.is_scale(f["entry/frame"].id), h5py.h5ds.is_scale(f["entry/data"].id), f["entry/frame"].attrs["REFERENCE_LIST"].dtype, f[f["entry/frame"].attrs["REFERENCE_LIST"][1][0]].name, [int(r[1]) for r in f["entry/µ"].attrs["REFERENCE_LIST"]])
    f["entry/data"].dims[0].detach_scale(f["entry/frame"])
    f["entry/new"] = [1, 2, 3, 4]
    f["entry/new"].make_scale("new")
    f["entry/data"].dims[1].attach_scale(f["entry/new"])
with h5py.File(sys.argv[1], "r") as f:
    print([list(dim.keys()) for dim in f["entry/data"].dims], [list(dim.keys()) for dim in f["entry/virtual"].dims])
`, name)
	want := `[['frame', 'time'], [], ['µ']] [0.1, 0.2, 0.3] /entry/µ 2 True False
[['frame', 'time'], [], ['µ']] [0.1, 0.2, 0.3] /entry/µ 2 True False
True False {'names': ['dataset', 'dimension'], 'formats': ['O', '<i4'], 'offsets': [0, 8], 'itemsize': 16} /entry/virtual [2, 2]
[['time'], ['new'], ['µ']] [['frame', 'time'], [], ['µ']]
`
	if string(out) != want {
		t.Errorf("h5py: %s\nwant %s", out, want)
	}
	oracle.H5dump(t, filepath.Dir(name), name)
}

func TestScaleErrors(t *testing.T) {
	for _, c := range []struct {
		name    string
		dataset string
		axis    int
		scale   string
		want    string
	}{
		{"no dataset", "/nothing", 0, "/s", "not found"},
		{"no scale", "/d", 0, "/nothing", "not found"},
		{"group", "/g", 0, "/s", "/g is a group, not a dataset"},
		{"axis", "/d", 2, "/s", "has 2 axes"},
		{"itself", "/d", 0, "/d", "its own scale"},
		{"scale of a scale", "/used", 0, "/s", "/used is a dimension scale and cannot have one"},
		{"scaled as a scale", "/s", 0, "/d", "/d has dimension scales and cannot be one"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, err := Create(filepath.Join(t.TempDir(), "a.h5"), WithoutSync())
			must(t, err)
			defer w.Abort()
			must(t, w.CreateGroup("/g"))
			dataset(t, w, "/d", DatasetSpec{Type: Int8(), Shape: []uint64{1, 1}}, []int8{1})
			for _, path := range []string{"/s", "/used"} {
				dataset(t, w, path, DatasetSpec{Type: Int8(), Shape: []uint64{1}}, []int8{1})
			}
			must(t, w.AttachScale("/d", 0, "/used"))
			if err := w.AttachScale(c.dataset, c.axis, c.scale); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
