package hdf5

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// HDF5 2.x reads what was added.
func TestAddedInWasm(t *testing.T) {
	dir, names := makeExistingFiles(t)
	for _, name := range names {
		file := filepath.Join(dir, name)
		edit(t, file, func(w *Writer) { addEverything(t, w) })
		out := oracle.H5wasm(t, dir, `
const f = new h5wasm.File(process.argv[2], "r");
const say = [f.get("new/data").value.length, Array.from(f.get("virtual").value.slice(0, 5)), f.get("many").keys().length,
	f.get("many").attrs["a07"].value, f.get("data").attrs["attribute 1"].value, f.get("group/inner/chunked").value.length, f.get("nothing/something").value, f.get("/").attrs["added"].value,
	f.get("nothing/again").value.length, f.get("text").value];
console.log(JSON.stringify(say));
`, file)
		const want = `[20,[0,1,2,3,4],2010,"replaced",2.5,100,"text","words é",60,["one","twoé",""]]`
		if got := strings.TrimSpace(string(out)); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// Links and attributes go away, and with the last link the object; the library counts the same links.
func TestUnlink(t *testing.T) {
	dir, names := makeExistingFiles(t)
	for _, name := range names {
		edit(t, filepath.Join(dir, name), func(w *Writer) {
			must(t, w.Unlink("hard"))
			must(t, w.Unlink("group/soft"))
			must(t, w.Unlink("text"))
			must(t, w.Unlink("nothing"))
			must(t, w.CreateGroup("nothing/new"))
			must(t, w.HardLink("again", "group/inner"))
			must(t, w.Unlink("group")) // and group/up with it
			for i := range 40 {
				must(t, w.RemoveAttribute("many", fmt.Sprintf("a%02d", i)))
			}
			must(t, w.RemoveAttribute("data", "words"))
			for i := range 1000 {
				must(t, w.Unlink(fmt.Sprintf("many/link %05d", (2*i)*7919%100003)))
			}
			must(t, w.CreateGroup("made/here"))
			must(t, w.HardLink("made/too", "made/here"))
			must(t, w.Unlink("made/here"))
			must(t, w.SetAttribute("made/too", "kept", 1))
			must(t, w.SetAttribute("made/too", "removed", 1))
			must(t, w.RemoveAttribute("made/too", "removed"))
		})
	}
	oracle.H5py(t, dir, `
import h5py, sys
for name in sys.argv[1:]:
    with h5py.File(name, "r+") as f:
        rc = lambda p: h5py.h5o.get_info(f[p].id).rc
        assert not {"hard", "text", "group"} & set(f) and list(f["nothing"]) == ["new"], name
        assert rc("/") == 1 and rc("again") == 1 and rc("data") == 1, (name, rc("/"), rc("again"), rc("data"))
        assert len(f["many"]) == 1000 and len(f["many"].attrs) == 0 and len(f["data"].attrs) == 7, name
        assert all(f.get("many/" + k, getlink=True).path == "/data" for k in f["many"])
        assert list(f["made"]) == ["too"] and rc("made/too") == 1 and list(f["made/too"].attrs) == ["kept"]
        f["many/library"], f["many"].attrs["library"] = 1, 2
        assert f["many/library"][()] == 1 and f["many"].attrs["library"] == 2
`, names...)
	for path, say := range map[string]string{"/": "no link", "absent": "not found", "data/x": "not a group", "many/absent": "not found"} {
		w, err := OpenReadWrite(filepath.Join(dir, names[0]))
		must(t, err)
		if err := w.Unlink(path); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", path, err)
		}
		must(t, w.Abort())
	}
}

// Dimension scales join those that are there.
func TestAttachStoredScale(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
for name, libver in (("a.h5", "earliest"), ("b.h5", "latest")):
    with h5py.File(name, "w", libver=libver) as f:
        f["d"], f["e"] = np.zeros((3, 4)), np.zeros(3)
        f["x"], f["y"] = np.arange(3), np.arange(4)
        f["x"].make_scale("ex")
        f["d"].dims[0].attach_scale(f["x"])
`)
	for _, name := range []string{"a.h5", "b.h5"} {
		edit(t, filepath.Join(dir, name), func(w *Writer) {
			must(t, w.AttachScale("d", 0, "x")) // it is there already
			must(t, w.AttachScale("d", 1, "y"))
			must(t, w.AttachScale("e", 0, "x"))
			dataset(t, w, "new", DatasetSpec{Type: Float32(), Shape: []uint64{3}}, []float32{1, 2, 3})
			must(t, w.AttachScale("d", 0, "new"))
			dataset(t, w, "late", DatasetSpec{Type: Float32(), Shape: []uint64{3}}, []float32{1, 2, 3})
			must(t, w.AttachScale("late", 0, "x"))
		})
	}
	oracle.H5py(t, dir, `
import h5py
for name in ("a.h5", "b.h5"):
    with h5py.File(name) as f:
        names = lambda d, axis: [s.name for s in d.dims[axis].values()]
        assert names(f["d"], 0) == ["/x", "/new"] and names(f["d"], 1) == ["/y"], name
        assert names(f["e"], 0) == ["/x"] and names(f["late"], 0) == ["/x"], name
        assert h5py.h5ds.is_scale(f["x"].id) and h5py.h5ds.is_scale(f["y"].id) and f["x"].attrs["NAME"] == b"ex"
        assert sorted((f[r].name, i) for r, i in f["x"].attrs["REFERENCE_LIST"]) == [("/d", 0), ("/e", 0), ("/late", 0)]
`)
	w, err := OpenReadWrite(filepath.Join(dir, "a.h5"))
	must(t, err)
	if err := w.AttachScale("x", 0, "y"); err == nil || !strings.Contains(err.Error(), "cannot have one") {
		t.Error(err)
	}
	must(t, w.Abort())
}

// Each of many rounds costs the same, and none is lost.
func TestManyRounds(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
for name, libver in (("a.h5", "earliest"), ("b.h5", "latest")):
    with h5py.File(name, "w", libver=libver) as f:
        for i in range(50): f["group %d/data" % i] = i
`)
	const rounds = 50
	for _, name := range []string{"a.h5", "b.h5"} {
		file := filepath.Join(dir, name)
		var sizes []int64
		for i := range rounds {
			edit(t, file, func(w *Writer) {
				group := fmt.Sprintf("group %d", i)
				dataset(t, w, group+"/new", DatasetSpec{Type: Int32(), Shape: []uint64{10}}, ramp[int32](10))
				must(t, w.SetAttribute(group, "round", i))
				must(t, w.SetAttribute("/", "round", i))
				must(t, w.SetAttribute("group 0/data", "round", i))
			})
			info, err := os.Stat(file)
			must(t, err)
			sizes = append(sizes, info.Size())
		}
		first, last := sizes[1]-sizes[0], sizes[rounds-1]-sizes[rounds-2]
		if last > first+64 {
			t.Errorf("%s: the first round took %d bytes, the last %d", name, first, last)
		}
		sameAsH5py(t, file)
	}
	oracle.H5py(t, dir, `
import h5py
for name in ("a.h5", "b.h5"):
    with h5py.File(name, "r+") as f:
        for i in range(50):
            g = f["group %d" % i]
            assert g["data"][()] == i and len(g["new"]) == 10 and g.attrs["round"] == i
        assert f.attrs["round"] == 49 and f["group 0/data"].attrs["round"] == 49
        for i in range(50): f["group %d/data" % i].attrs["library"] = i
`)
}

// A Writer that is abandoned, or that did nothing, leaves the file as it was, to the byte.
func TestAbortReadWrite(t *testing.T) {
	dir, names := makeExistingFiles(t)
	for _, name := range names {
		file := filepath.Join(dir, name)
		old, err := os.ReadFile(file)
		must(t, err)
		same := func(what string) {
			t.Helper()
			if now, err := os.ReadFile(file); err != nil || !bytes.Equal(old, now) {
				t.Errorf("%s: %s changed the file: %v", name, what, err)
			}
		}
		w, err := OpenReadWrite(file)
		must(t, err)
		addEverything(t, w)
		must(t, w.Abort())
		same("Abort")
		w, err = OpenReadWrite(file)
		must(t, err)
		addEverything(t, w)
		if err := w.SoftLink("data", "x"); !errors.Is(err, fs.ErrExist) {
			t.Error(err)
		}
		if err := w.Close(); !errors.Is(err, fs.ErrExist) {
			t.Error(err)
		}
		same("an error")
		edit(t, file, func(w *Writer) { must(t, w.CreateGroup("group/inner")) })
		same("nothing")
	}
}

// What cannot be changed safely is refused, with the way out.
func TestOpenReadWriteRefuses(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
def make(name, change=lambda p: None, **options):
    fcpl = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    change(fcpl)
    h5py.File(h5py.h5f.create(name.encode(), h5py.h5f.ACC_TRUNC, fcpl)).close()
make("persistent.h5", lambda p: p.set_file_space_strategy(h5py.h5f.FSPACE_STRATEGY_FSM_AGGR, True, 1))
make("paged.h5", lambda p: p.set_file_space_strategy(h5py.h5f.FSPACE_STRATEGY_PAGE, False, 1))
make("none.h5", lambda p: p.set_file_space_strategy(h5py.h5f.FSPACE_STRATEGY_NONE, False, 1))
make("small.h5", lambda p: p.set_sizes(4, 4))
h5py.File("latest.h5", "w", libver="latest").close()
`)
	b, err := os.ReadFile(filepath.Join(dir, "latest.h5"))
	must(t, err)
	must(t, os.WriteFile(filepath.Join(dir, "cut.h5"), b[:len(b)-1], 0o600))
	must(t, os.WriteFile(filepath.Join(dir, "other.h5"), []byte("no HDF5"), 0o600))
	must(t, os.Mkdir(filepath.Join(dir, "folder"), 0o700))
	writeFlagged(t, filepath.Join(dir, "writing.h5"), b, 1)
	writeFlagged(t, filepath.Join(dir, "swmr.h5"), b, 5)
	for name, say := range map[string]string{
		"persistent.h5": "h5repack", "paged.h5": "h5repack", "small.h5": "h5repack", "cut.h5": "cut off", "other.h5": "not an HDF5 file",
		"absent.h5": "no such file", "folder": "", "writing.h5": "h5clear", "swmr.h5": "h5clear",
	} {
		before, _ := os.ReadFile(filepath.Join(dir, name))
		_, err := OpenReadWrite(filepath.Join(dir, name))
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v", name, err)
		}
		if !errors.As(err, new(*WriteError)) {
			t.Errorf("%s: a %T", name, err)
		}
		if after, _ := os.ReadFile(filepath.Join(dir, name)); !bytes.Equal(before, after) {
			t.Errorf("%s was changed", name)
		}
	}
	if _, err := OpenReadWrite(filepath.Join(dir, "absent.h5")); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := OpenReadWrite(filepath.Join(dir, "latest.h5"), WithNoClobber()); err == nil {
		t.Error("WithNoClobber is taken")
	}
	edit(t, filepath.Join(dir, "none.h5"), func(w *Writer) { must(t, w.CreateGroup("a")) })
	oracle.H5py(t, dir, `
import h5py
with h5py.File("none.h5", "r+") as f: f["a/b"] = 1
with h5py.File("none.h5") as f: assert f["a/b"][()] == 1
`)
}

// writeFlagged writes a file with a version 3 superblock as if a writer had it open.
func writeFlagged(t *testing.T, name string, b []byte, flags byte) {
	t.Helper()
	b = bytes.Clone(b)
	b[11] = flags
	copy(b, cursor.AppendChecksum(b[:superblockSize-4:superblockSize-4], 0))
	must(t, os.WriteFile(name, b, 0o600))
}

// A file is open for writing once, here or in the library.
func TestLocked(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `import h5py; h5py.File("a.h5", "w").close()`)
	file := filepath.Join(dir, "a.h5")
	w, err := OpenReadWrite(file)
	must(t, err)
	if _, err := OpenReadWrite(file); err == nil || !strings.Contains(err.Error(), "another program has the file open") {
		t.Error(err)
	}
	out := oracle.H5py(t, dir, `
import h5py
try: h5py.File("a.h5", "r+"); print("open")
except BlockingIOError as e: print("locked")
`)
	if string(out) != "locked\n" {
		t.Errorf("h5py: %s", out)
	}
	must(t, w.Close())
	edit(t, file, func(w *Writer) { must(t, w.CreateGroup("a")) })
	out = oracle.H5py(t, dir, `
import h5py, subprocess, sys
f = h5py.File("a.h5", "r")
r = subprocess.run([sys.argv[1], "-test.run", "^TestOpensLocked$", "-test.v"], env={"HDF5_TEST_LOCKED": "a.h5"}, capture_output=True, text=True)
print("another program has the file open" in r.stdout)
`, os.Args[0])
	if string(out) != "True\n" {
		t.Errorf("a file that h5py has open was opened: %s", out)
	}
	t.Setenv("HDF5_USE_FILE_LOCKING", "FALSE")
	w, err = OpenReadWrite(file)
	must(t, err)
	again, err := OpenReadWrite(file)
	must(t, err)
	must(t, errors.Join(w.Abort(), again.Abort()))
}

// TestOpensLocked is a process that TestLocked starts.
func TestOpensLocked(t *testing.T) {
	if name := os.Getenv("HDF5_TEST_LOCKED"); name != "" {
		_, err := OpenReadWrite(name)
		t.Log(err)
	}
}

// What a Writer made in one session can be changed in the next one, and committed types can be used again.
func TestOwnFiles(t *testing.T) {
	record := mustCompound(12, Member{"a", 0, Int32()}, Member{"b", 4, Float64()})
	name := writeFile(t, func(w *Writer) {
		must(t, w.CommitType("small", Int8()))
		must(t, w.CommitType("record", record))
		dataset(t, w, "group/data", DatasetSpec{Type: Int32(), Shape: []uint64{5}, MaxShape: []uint64{dataspace.Unlimited}, Chunk: []uint64{2}}, ramp[int32](5))
		for i := range 200 {
			must(t, w.SoftLink(fmt.Sprintf("many/%03d", i), "/group"))
			must(t, w.SetAttribute("many", fmt.Sprintf("a%03d", i), i))
		}
	})
	edit(t, name, func(w *Writer) {
		must(t, w.SetAttribute("small", "a", 1))
		must(t, w.SetAttribute("record", "large", make([]int64, 10_000)))
		must(t, w.SetAttribute("many", "a100", "new"))
		must(t, w.Unlink("many/100"))
		must(t, w.HardLink("many/small", "small"))
		must(t, w.SetAttribute("group/data", "added", []string{"x", "y"}))
	})
	sameAsH5py(t, name)
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, json
with h5py.File(sys.argv[1], "r+") as f:
    f["many/x"], f["many"].attrs["x"] = 1, 2
    rc = h5py.h5o.get_info(f["small"].id).rc
    print(json.dumps([len(f["many"]), len(f["many"].attrs), f["many"].attrs["a100"], rc, len(f["record"].attrs["large"]), list(f["group/data"].attrs["added"])]))
`, name)
	var got []any
	must(t, json.Unmarshal(out, &got))
	if say := fmt.Sprint(got); say != "[201 201 new 2 10000 [x y]]" {
		t.Error(say)
	}
}
