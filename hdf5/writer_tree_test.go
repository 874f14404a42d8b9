package hdf5

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// linkName is a name whose length and letters vary.
func linkName(i int) string {
	return fmt.Sprintf("%s_%06d", strings.Repeat("né", i%5), i*7919%1_000_003)
}

// Groups of any number of links: the library lists them, finds each and nothing else, and adds and removes links.
func TestGroupSizes(t *testing.T) {
	sizes := []int{0, 1, 8, 9, maxCompactLinks, maxCompactLinks + 1, 1000, 5000}
	name := writeFile(t, func(w *Writer) {
		dataset(t, w, "/target", DatasetSpec{Type: Int32()}, []int32{42})
		for _, n := range sizes {
			group := fmt.Sprintf("/g%d", n)
			must(t, w.CreateGroup(group))
			for i := range n {
				path := group + "/" + linkName(i)
				switch i % 4 {
				case 0:
					must(t, w.HardLink(path, "/target"))
				case 1:
					must(t, w.SoftLink(path, "/target"))
				case 2:
					must(t, w.ExternalLink(path, "other.h5", fmt.Sprint("/there/", i)))
				case 3:
					must(t, w.CreateGroup(path+"/inner"))
				}
			}
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
def link_name(i):
    return "n\u00e9" * (i % 5) + "_%06d" % (i * 7919 % 1000003)
def check(g, n):
    assert len(g) == n, (g.name, len(g))
    names = [link_name(i) for i in range(n)]
    assert sorted(g) == sorted(names), g.name
    for i, name in enumerate(names):
        l = g.get(name, getlink=True)
        if i % 4 == 0:
            assert isinstance(l, h5py.HardLink) and g[name][()] == 42, name
        elif i % 4 == 1:
            assert isinstance(l, h5py.SoftLink) and l.path == "/target" and g[name][()] == 42, name
        elif i % 4 == 2:
            assert isinstance(l, h5py.ExternalLink) and l.filename == "other.h5" and l.path == "/there/%d" % i, name
        else:
            assert list(g[name]) == ["inner"], name
    assert "nothing" not in g and "_" not in g
sizes = [int(a) for a in sys.argv[2:]]
with h5py.File(sys.argv[1], "r") as f:
    for n in sizes:
        check(f["g%d" % n], n)
    assert h5py.h5o.get_info(f["target"].id).rc == 1 + sum((n + 3) // 4 for n in sizes)
with h5py.File(sys.argv[1], "r+") as f:
    for n in sizes:
        g = f["g%d" % n]
        for i in range(60):
            g["added%d" % i] = i
        for i in range(0, n, 2):
            del g[link_name(i)]
with h5py.File(sys.argv[1], "r") as f:
    for n in sizes:
        g = f["g%d" % n]
        assert len(g) == 60 + n // 2, g.name
        for i in range(60):
            assert g["added%d" % i][()] == i
        for i in range(1, n, 4):
            assert g[link_name(i)][()] == 42
    assert h5py.h5o.get_info(f["target"].id).rc == 1
print("fine")
`, append([]string{name}, strings.Fields(strings.Trim(fmt.Sprint(sizes), "[]"))...)...)
	if string(out) != "fine\n" {
		t.Errorf("%s", out)
	}
}

// A group of 100,000 links is written and searched in little time.
func TestHundredThousandLinks(t *testing.T) {
	const n = 100_000
	name := writeFile(t, func(w *Writer) {
		for i := range n {
			must(t, w.ExternalLink(fmt.Sprintf("/many/frame_%06d", i), fmt.Sprintf("data_%06d.h5", i), "/entry/data/data"))
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, time, random
with h5py.File(sys.argv[1], "r") as f:
    g = f["many"]
    assert len(g) == 100000
    start = time.time()
    for _ in range(5000):
        i = random.randrange(100000)
        l = g.get("frame_%06d" % i, getlink=True)
        assert l.filename == "data_%06d.h5" % i
    took = time.time() - start
    names = list(g)
    assert names == ["frame_%06d" % i for i in range(100000)]
print("%.1f us a lookup" % (took / 5000 * 1e6))
`, name)
	t.Logf("%s", out)
	out = oracle.H5wasm(t, filepath.Dir(name), `
const f = new h5wasm.File(process.argv[2], "r");
const g = f.get("many");
console.log(g.keys().length, g.get("frame_099999").filename);
f.close();
`, name)
	if got := strings.TrimSpace(string(out)); got != "100000 data_099999.h5" {
		t.Errorf("h5wasm: %q", got)
	}
}

// Links form circles, and names are any UTF-8.
func TestHardLinksAndNames(t *testing.T) {
	long := strings.Repeat("long ", 800) // an object of its own in a dense group
	name := writeFile(t, func(w *Writer) {
		must(t, w.CreateGroup("a/b/"))
		must(t, w.HardLink("/a/b/up", "/a"))
		must(t, w.HardLink("/root", "/"))
		must(t, w.CreateGroup("/über/日本/🙂 and space"))
		must(t, w.SoftLink("/soft", "über"))
		must(t, w.CreateGroup("/soft/through"))
		must(t, w.SoftLink("/"+long+"compact", "/a"))
		for i := range 200 { // few of them long, because h5dump takes long over long names
			must(t, w.SoftLink(fmt.Sprintf("/dense/%s%d", strings.Repeat(long, i/198+i/199), i), "/a/b"))
		}
		must(t, w.SetAttribute("/a/b/up/b", "deep", int64(1)))
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r") as f:
    long = "long " * 800
    print(f["a"] == f["a/b/up"], f["root"] == f["/"], f["a"].id == f["a/b/up/b/up"].id)
    print(list(f["über/日本"]), sorted(f["soft"]), f[long + "compact"].name)
    print(len(f["dense"]), all(f["dense"][long * (i // 198 + i // 199) + str(i)] == f["a/b"] for i in range(200)))
    print(f["a/b"].attrs["deep"], h5py.h5o.get_info(f.id).rc, h5py.h5o.get_info(f["a"].id).rc)
`, name)
	want := "True True True\n['🙂 and space'] ['through', '日本'] /" + long + "compact\n200 True\n1 2 2\n"
	if string(out) != want {
		t.Errorf("h5py: %s\nwant %s", out, want)
	}
	oracle.H5dump(t, filepath.Dir(name), name)
	oracle.Tool(t, filepath.Dir(name), "h5repack", name, "repacked.h5")
	oracle.Tool(t, filepath.Dir(name), "h5diff", name, "repacked.h5")
}

func TestCommittedTypes(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		typ := Compound(Member{"x", 0, Float32()}, Member{"y", 4, Float32()})
		must(t, w.CommitType("/types/point", typ))
		must(t, w.SetAttribute("/types/point", "doc", "a point"))
		for i := range 2 {
			d, err := w.CreateDataset(fmt.Sprint("/points", i), DatasetSpec{Type: typ, Shape: []uint64{2}})
			must(t, err)
			must(t, WriteAll(d, []struct {
				X float32 `hdf5:"x"`
				Y float32 `hdf5:"y"`
			}{{1, 2}, {3, 4}}))
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys
with h5py.File(sys.argv[1], "r+") as f:
    t = f["types/point"]
    print(t.dtype, t.attrs["doc"], f["points1"][...], f["points0"].id.get_type().committed(), h5py.h5o.get_info(t.id).rc)
    del f["points0"]
with h5py.File(sys.argv[1], "r") as f:
    print(h5py.h5o.get_info(f["types/point"].id).rc)
`, name)
	want := "[('x', '<f4'), ('y', '<f4')] a point [(1., 2.) (3., 4.)] True 3\n2\n"
	if string(out) != want {
		t.Errorf("h5py: %s\nwant %s", out, want)
	}
}

func TestTreeErrors(t *testing.T) {
	for _, c := range []struct {
		name string
		do   func(w *Writer) error
		want string
	}{
		{"empty path", func(w *Writer) error { return w.CreateGroup("") }, "the path is empty"},
		{"NUL", func(w *Writer) error { return w.CreateGroup("/a\x00b") }, "has a NUL"},
		{"not UTF-8", func(w *Writer) error { return w.CreateGroup("/\xff") }, "not UTF-8"},
		{"long name", func(w *Writer) error { return w.CreateGroup(strings.Repeat("x", 65_001)) }, "longer than 65000"},
		{"group below dataset", func(w *Writer) error { return w.CreateGroup("/data/group") }, "/data is a dataset, not a group"},
		{"group in place of dataset", func(w *Writer) error { return w.CreateGroup("/data") }, "/data is a dataset, not a group"},
		{"group below external link", func(w *Writer) error { return w.CreateGroup("/external/group") }, "/external is an external link"},
		{"dangling soft link", func(w *Writer) error { return w.CreateGroup("/dangling/group") }, "/dangling is a soft link to /nowhere, which is not there"},
		{"circle of soft links", func(w *Writer) error { return w.CreateGroup("/circle/group") }, "more than 16 soft links"},
		{"dataset twice", func(w *Writer) error {
			_, err := w.CreateDataset("/data", DatasetSpec{Type: Int8()})
			return err
		}, "/data: file already exists in this file; choose another name"},
		{"root again", func(w *Writer) error { return w.SoftLink("/", "/data") }, "root group"},
		{"hard link to nothing", func(w *Writer) error { return w.HardLink("/a", "/group/b/c") }, "there is no /group/b: create it first"},
		{"soft link to nothing", func(w *Writer) error { return w.SoftLink("/a", "") }, "is empty"},
		{"external link without file", func(w *Writer) error { return w.ExternalLink("/a", "", "/b") }, "the file name \"\" is empty"},
		{"long target", func(w *Writer) error { return w.SoftLink("/a", strings.Repeat("x", 65_001)) }, "more than the 65000"},
		{"attribute of nothing", func(w *Writer) error { return w.SetAttribute("/nothing", "a", 1) }, "/nothing: not found"},
		{"no datatype", func(w *Writer) error { return w.CommitType("/t", nil) }, "no datatype"},
		{"committed twice", func(w *Writer) error {
			typ := Int8()
			must(t, w.CommitType("/t", typ))
			return w.CommitType("/u", typ)
		}, "committed already, as /t"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			w, err := Create(filepath.Join(dir, "a.h5"), WithoutSync())
			must(t, err)
			defer w.Abort()
			dataset(t, w, "/data", DatasetSpec{Type: Int8()}, []int8{1})
			must(t, w.CreateGroup("/group"))
			must(t, w.ExternalLink("/external", "b.h5", "/b"))
			must(t, w.SoftLink("/dangling", "/nowhere"))
			must(t, w.SoftLink("/circle", "/circle"))
			if err := c.do(w); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
		})
	}
}
