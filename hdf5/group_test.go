package hdf5

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Every one of many links is listed and found, in every form of group, and others are not found.
func TestLargeGroups(t *testing.T) {
	for _, c := range []struct {
		name, libver string
		n            int
	}{
		{"symbol table", "earliest", 1000}, {"symbol table", "earliest", 30000},
		{"dense", "latest", 9}, {"dense", "latest", 1000}, {"dense", "latest", 30000},
	} {
		t.Run(fmt.Sprintf("%s/%d", c.name, c.n), func(t *testing.T) {
			file := writeStructure(t, c.libver, fmt.Sprintf(`
g = f.create_group("g")
for i in range(%d): g["link %%d" %% i] = h5py.SoftLink("/target/%%d" %% i)`, c.n))
			g, err := mustOpen(t, file).Group("/g")
			must(t, err)
			var want []string
			for i := range c.n {
				want = append(want, fmt.Sprintf("link %d", i))
			}
			slices.Sort(want)
			var got []string
			for l, err := range g.Links() {
				must(t, err)
				got = append(got, l.Name)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d links are listed, of %d, or in another order", len(got), len(want))
			}
			for i := range c.n {
				l, err := g.Link(fmt.Sprintf("link %d", i))
				if err != nil || l.Target != fmt.Sprintf("/target/%d", i) {
					t.Fatalf("link %d: %v, %v", i, l, err)
				}
			}
			for _, name := range []string{"link", "link -1", "link 30000", "", "zzz", "\x00", "link 1\x00"} {
				if l, err := g.Link(name); !errors.Is(err, ErrNotFound) {
					t.Errorf("link %q: %v, %v", name, l, err)
				}
			}
		})
	}
}

// The heap of a group may be filtered; nothing in HDF5's tools makes one, but its interface can.
func TestFilteredGroupHeap(t *testing.T) {
	for _, n := range []int{12, 1000} {
		file := writeStructure(t, "latest", fmt.Sprintf(`
plist = h5py.h5p.create(h5py.h5p.GROUP_CREATE)
lib.H5Pset_deflate(plist.id, 4)
g = h5py.Group(h5py.h5g.create(f.id, b"g", None, plist))
for i in range(%d): g["link%%d" %% i] = h5py.SoftLink("/target/" + "long" * 200)`, n))
		sameAsH5py(t, file)
	}
}

// Messages that are equal in many objects are stored once, when a file was made for it: in a list or a B-tree, which readers need not know.
func TestSharedMessages(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		script := `
fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
lib.H5Pset_shared_mesg_nindexes(fcpl.id, 2)
lib.H5Pset_shared_mesg_index(fcpl.id, 0, 0x10, 20)       # attributes
lib.H5Pset_shared_mesg_index(fcpl.id, 1, 0x0f, 8)        # the other kinds
f = create(fcpl)
for n in range(60):
    d = f.create_dataset("d%d" % n, (30, 40), np.dtype([("x", "<f4"), ("y", "<f8"), ("z", "<i2")]), chunks=(10, 10), compression=5, shuffle=True)
    d.attrs["the same for all"] = np.arange(20)
    if n % 7 == 0:
        for i in range(12): d.attrs["dense %d" % i] = np.arange(i)`
		sameAsH5py(t, writeStructure(t, libver, script))
	}
}

// Sizes of B-trees other than the usual ones: superblock version 1, or a message of its extension.
func TestOtherTreeSizes(t *testing.T) {
	for _, libver := range libvers {
		file := writeStructure(t, libver, `
fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
lib.H5Pset_istore_k(fcpl.id, 3)
lib.H5Pset_sym_k(fcpl.id, 2, 5)
f = create(fcpl)
for i in range(300): f.create_group("g%d" % i)
f.create_dataset("d", data=np.arange(500).reshape(20, 25), chunks=(2, 3))`)
		sameAsH5py(t, file)
		if v := mustOpen(t, file).Superblock().Version; libver == "earliest" && v != 1 {
			t.Errorf("superblock version %d, this was to be 1", v)
		}
	}
}

// Addresses and lengths of 4 and 2 bytes. libhdf5 1.10 forgets that an axis has no limit when lengths have less than 8 bytes, and cannot read
// its own fractal heaps then.
func TestSmallAddresses(t *testing.T) {
	dir := t.TempDir()
	var jobs []structureJob
	var files []string
	for _, sizes := range []string{"4, 4", "4, 8", "8, 4", "2, 2"} {
		for _, libver := range []string{"earliest", "latest"} {
			script := `
fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
fcpl.set_sizes(` + sizes + `)
f = create(fcpl)
for i in range(20 if libver == "earliest" else 6): f["g/s%d" % i] = h5py.SoftLink("/x")
for i in range(7): f["g"].attrs["a%d" % i] = i
f.create_dataset("fixed", data=np.arange(60).reshape(6, 10), chunks=(2, 3), compression=1)
f["contiguous"] = np.arange(10)`
			if strings.HasSuffix(sizes, "8") {
				script += `
f.create_dataset("grows", data=np.arange(60).reshape(6, 10), chunks=(2, 3), maxshape=(None, 10))
f.create_dataset("both", data=np.arange(60).reshape(6, 10), chunks=(2, 3), maxshape=(None, None))`
			}
			file := filepath.Join(dir, sizes+libver)
			jobs = append(jobs, structureJob{File: file, Libver: libver, Script: script})
			files = append(files, file)
		}
	}
	writeStructures(t, jobs)
	sameAsH5py(t, files...)
	if got := mustOpen(t, files[0]).Superblock(); got.OffsetSize != 4 || got.LengthSize != 4 {
		t.Errorf("sizes %d and %d, they are 4", got.OffsetSize, got.LengthSize)
	}
}

func TestUserDefinedLink(t *testing.T) {
	file := writeStructure(t, "latest", `
TRAVERSE = ctypes.CFUNCTYPE(ctypes.c_int64, ctypes.c_char_p, ctypes.c_int64, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int64)
class Class(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("id", ctypes.c_int), ("comment", ctypes.c_char_p), ("create", ctypes.c_void_p), ("move", ctypes.c_void_p),
                ("copy", ctypes.c_void_p), ("traverse", TRAVERSE), ("delete", ctypes.c_void_p), ("query", ctypes.c_void_p)]
traverse = TRAVERSE(lambda *args: -1)
link = Class(0, 187, b"test", None, None, None, traverse, None, None)
assert lib.H5Lregister(ctypes.byref(link)) >= 0
lib.H5Lcreate_ud.argtypes = [ctypes.c_int64, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int64, ctypes.c_int64]
assert lib.H5Lcreate_ud(f.id.id, b"ours", 187, b"payload", 7, 0, 0) >= 0`)
	f := mustOpen(t, file)
	l, err := f.Root().Link("ours")
	must(t, err)
	if want := (Link{Name: "ours", Kind: UserLink, UserType: 187, UserData: []byte("payload")}); !cmp.Equal(l, want) {
		t.Error(cmp.Diff(want, l))
	}
	if _, err := f.Object("/ours"); !errors.As(err, new(*UnsupportedError)) {
		t.Errorf("following a user-defined link: %v", err)
	}
}

func TestPaths(t *testing.T) {
	file := writeStructure(t, "latest", `
f["a/b/data"] = np.arange(3)
f["a/b/up"] = h5py.SoftLink("/a")
f["a/rel"] = h5py.SoftLink("b/data")
f["a/soft"] = h5py.SoftLink("/a/b")
f["a/dangling"] = h5py.SoftLink("/a/nothing")
f["loop1"] = h5py.SoftLink("/loop2")
f["loop2"] = h5py.SoftLink("/loop1")
for i in range(17): f["chain%d" % i] = h5py.SoftLink("/chain%d" % (i + 1) if i < 16 else "/a")
f["type"] = np.dtype("f4")
f["x/here"] = h5py.ExternalLink("other.h5", "/data")
f["x/deep"] = h5py.ExternalLink("sub/deep.h5", "g/back")
f["x/absent"] = h5py.ExternalLink("absent.h5", "/data")
f["x/nothing"] = h5py.ExternalLink("other.h5", "/nothing")
f["x/self"] = h5py.ExternalLink("file.h5", "/x/self")
f["x/bad"] = h5py.ExternalLink("bad.h5", "/")
h5py.File("other.h5", "w")["data"] = 5
import os
os.mkdir("sub")
h5py.File("sub/deep.h5", "w")["g/back"] = h5py.ExternalLink("deeper.h5", "/data")
h5py.File("sub/deeper.h5", "w")["data"] = 6
open("bad.h5", "w").write("this is no HDF5")`)
	f := mustOpen(t, file)
	beside := filepath.Dir(file)
	for path, want := range map[string]string{
		"/": "group / file.h5", "": "group / file.h5", ".": "group / file.h5", "/a//b/./data": "dataset /a/b/data file.h5",
		"a/b/data/": "dataset /a/b/data file.h5", "/a/b/up/b/data": "dataset /a/b/up/b/data file.h5", "/a/rel": "dataset /a/rel file.h5",
		"/a/soft/data": "dataset /a/soft/data file.h5", "/type": "type /type file.h5", "/chain1": "group /chain1 file.h5",
		"/x/here": "dataset /data other.h5", "/x/deep": "dataset /data sub/deeper.h5",
	} {
		o, err := f.Object(path)
		if err != nil {
			t.Errorf("%q: %v", path, err)
			continue
		}
		rel, _ := filepath.Rel(beside, o.File().Name())
		kinds := map[bool]string{true: "group"}
		_, isGroup := o.(*Group)
		kind := kinds[isGroup]
		if _, ok := o.(*Dataset); ok {
			kind = "dataset"
		} else if _, ok := o.(*NamedType); ok {
			kind = "type"
		}
		if got := kind + " " + o.Path() + " " + rel; got != want {
			t.Errorf("%q: %s, not %s", path, got, want)
		}
	}
	for path, missing := range map[string]string{
		"/nothing": "/nothing", "/a/b/c/d": "/a/b/c", "/a/b/data/x": "/a/b/data/x", "/a/dangling": "/a/dangling", "/loop1": "/loop1", "/chain0": "/chain0",
		"/x/absent": "/x/absent", "/x/nothing": "/x/nothing", "/x/self": "/x/self", "/..": "/..", "/type/x": "/type/x", "/x/bad": "/x/bad",
	} {
		var wrong *NotFoundError
		o, err := f.Object(path)
		if !errors.As(err, &wrong) || wrong.Missing != missing || wrong.Path != path || !errors.Is(err, ErrNotFound) {
			t.Errorf("%q: %v, %v", path, o, err)
		}
	}
	if _, err := f.Object("/x/bad"); !errors.Is(err, ErrNotHDF5) {
		t.Errorf("a link to a file that is no HDF5: %v", err)
	}
	if _, err := f.Object("/x/absent"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a link to a file that is not there: %v", err)
	}
	if _, err := f.Dataset("/a"); !errors.Is(err, ErrKind) || errors.Is(err, ErrNotFound) {
		t.Errorf("a group as a dataset: %v", err)
	}
	if _, err := f.Group("/type"); !errors.Is(err, ErrKind) {
		t.Errorf("a type as a group: %v", err)
	}
	g, err := f.Group("a/b")
	must(t, err)
	if d, err := g.Dataset("data"); err != nil || d.Path() != "/a/b/data" {
		t.Errorf("a relative path: %v, %v", d, err)
	}
	closed := mustOpen(t, file, WithExternalLinks(nil))
	if _, err := closed.Object("/x/here"); !errors.Is(err, ErrNotFound) || !strings.Contains(err.Error(), "not followed") {
		t.Errorf("an external link that must not be followed: %v", err)
	}
	var asked []string
	own := mustOpen(t, file, WithExternalLinks(func(from *File, name string) (*File, error) {
		asked = append(asked, name)
		return Open(filepath.Join(beside, "other.h5"))
	}))
	for range 2 {
		if _, err := own.Object("/x/here"); err != nil {
			t.Error(err)
		}
	}
	if !slices.Equal(asked, []string{"other.h5"}) {
		t.Errorf("the opener was asked for %q", asked)
	}
}

// Closing a file closes those that external links opened.
func TestCloseExternal(t *testing.T) {
	file := writeStructure(t, "latest", `
f["x"] = h5py.ExternalLink("other.h5", "/data")
h5py.File("other.h5", "w")["data"] = np.arange(10)`)
	f, err := Open(file)
	must(t, err)
	d, err := f.Dataset("x")
	must(t, err)
	must(t, f.Close())
	if err := d.ReadRaw(make([]byte, 8), 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("reading after closing: %v", err)
	}
	if err := f.Close(); err == nil {
		t.Error("closing twice is an error")
	}
	if _, err := f.Object("/x"); err == nil {
		t.Error("a closed file was used")
	}
}
