package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// counting counts the reads of a file, and the bytes.
type counting struct {
	io.ReaderAt
	reads, bytes atomic.Int64
}

func (c *counting) ReadAt(p []byte, off int64) (int, error) {
	c.reads.Add(1)
	c.bytes.Add(int64(len(p)))
	return c.ReaderAt.ReadAt(p, off)
}

// openCounting opens the bytes of a file, whose reads are counted.
func openCounting(t testing.TB, b []byte) (*File, *counting) {
	t.Helper()
	c := &counting{ReaderAt: bytes.NewReader(b)}
	f, err := NewFile(c, int64(len(b)), WithName("file.h5"))
	must(t, err)
	return f, c
}

// Ten thousand source files are opened one after another, so that opening one and finding its dataset must be a few small reads.
func TestOpeningIsLight(t *testing.T) {
	for _, libver := range libvers {
		for _, c := range []struct {
			name, script, path string
			reads              int64
		}{
			{"small", `f["data"] = np.zeros((64, 64), "u2")`, "data", 1},
			{"nested", `f["entry/data/data"] = np.zeros((64, 64), "u2")`, "entry/data/data", 3},
			{"large", `
f.create_dataset("first", data=np.zeros(10**6, "u2"))
f.create_dataset("entry/data/data", data=np.zeros(10**6, "u2"), chunks=(1000,))`, "entry/data/data", 4},
		} {
			t.Run(libver+"/"+c.name, func(t *testing.T) {
				b, err := os.ReadFile(writeStructure(t, libver, c.script))
				must(t, err)
				f, count := openCounting(t, b)
				_, err = f.Dataset(c.path)
				must(t, err)
				if n := count.reads.Load(); n > c.reads || count.bytes.Load() > 8192*n {
					t.Errorf("%d reads of %d bytes in all, at most %d small ones were expected", n, count.bytes.Load(), c.reads)
				}
			})
		}
	}
}

// A link of a large group is found without looking at the others, a chunk without reading the index.
func TestLookupIsLight(t *testing.T) {
	for _, c := range []struct {
		name, libver, script string
		find                 func(f *File) error
		reads, bytes         int64
	}{
		{"dense group", "latest", `
for i in range(30000): f["g/link%d" % i] = h5py.SoftLink("/x")`, func(f *File) error {
			g, err := f.Group("g")
			if err == nil {
				_, err = g.Link("link12345")
			}
			return err
		}, 14, 200 << 10},
		{"old group", "earliest", `
for i in range(30000): f["g/link%d" % i] = h5py.SoftLink("/x")`, func(f *File) error {
			g, err := f.Group("g")
			if err == nil {
				_, err = g.Link("link12345")
			}
			return err
		}, 60, 400 << 10},
		{"fixed array", "latest", `f.create_dataset("d", data=np.arange(100000, dtype="u1"), chunks=(1,))`, oneChunk(54321), 6, 40 << 10},
		{"extensible array", "latest", `f.create_dataset("d", data=np.arange(100000, dtype="u1"), chunks=(1,), maxshape=(None,))`, oneChunk(54321), 8, 60 << 10},
		{"version 2 B-tree", "latest", `f.create_dataset("d", data=np.zeros((300, 300), "u1"), chunks=(1, 1), maxshape=(None, None))`, oneChunk(123, 234), 8, 60 << 10},
		{"version 1 B-tree", "earliest", `f.create_dataset("d", data=np.zeros((300, 300), "u1"), chunks=(1, 1))`, oneChunk(123, 234), 8, 60 << 10},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := os.ReadFile(writeStructure(t, c.libver, c.script))
			must(t, err)
			f, count := openCounting(t, b)
			must(t, c.find(f))
			if n, m := count.reads.Load(), count.bytes.Load(); n > c.reads || m > c.bytes {
				t.Errorf("%d reads of %d bytes in all, at most %d of %d were expected", n, m, c.reads, c.bytes)
			}
		})
	}
}

func oneChunk(scaled ...uint64) func(f *File) error {
	return func(f *File) error {
		d, err := f.Dataset("d")
		if err != nil {
			return err
		}
		_, ok, err := d.Chunk(scaled)
		if err == nil && !ok {
			err = errors.New("there is no such chunk")
		}
		return err
	}
}

func TestOpenRefuses(t *testing.T) {
	dir := t.TempDir()
	good, err := os.ReadFile(writeStructure(t, "latest", `f["data"] = np.arange(1000)`))
	must(t, err)
	old, err := os.ReadFile(writeStructure(t, "earliest", `f["data"] = np.arange(1000)`))
	must(t, err)
	change := func(b []byte, at int, values ...byte) []byte {
		b = bytes.Clone(b)
		copy(b[at:], values)
		return b
	}
	summed := func(b []byte) []byte {
		binary.LittleEndian.PutUint32(b[44:], cursor.Checksum(b[:44]))
		return b
	}
	var notHDF5 = func(err error) bool { return errors.Is(err, ErrNotHDF5) }
	var damaged = func(err error) bool { return errors.As(err, new(*FormatError)) }
	var unsupported = func(err error) bool { return errors.As(err, new(*UnsupportedError)) }
	for _, c := range []struct {
		name  string
		b     []byte
		right func(error) bool
		says  string
	}{
		{"nothing", nil, notHDF5, "it is empty"},
		{"text", []byte(strings.Repeat("text", 1000)), notHDF5, "signature"},
		{"signature alone", good[:8], damaged, "superblock"},
		{"half a superblock", good[:30], damaged, "superblock"},
		{"superblock alone", good[:48], damaged, "cut off"},
		{"one byte short", good[:len(good)-1], damaged, "cut off"},
		{"one byte short, old", old[:len(old)-1], damaged, "cut off"},
		{"checksum", change(good, 12, 1), damaged, "checksum"},
		{"version 4", change(good, 8, 4), unsupported, "superblock version 4"},
		{"addresses of 3 bytes", summed(change(good, 9, 3)), unsupported, "addresses of 3 bytes"},
		{"lengths of 16 bytes", summed(change(good, 10, 16)), unsupported, "lengths of 16"},
		{"flags", summed(change(good, 11, 8)), damaged, "flags"},
		{"root behind the end", summed(change(good, 36, 0, 0, 0, 1)), damaged, "root group"},
		{"root undefined", summed(change(good, 36, 255, 255, 255, 255, 255, 255, 255, 255)), damaged, "undefined"},
		{"root is a dataset", summed(change(good, 36, 0xc3)), func(err error) bool { return damaged(err) || errors.Is(err, ErrKind) }, "root group"},
		{"K of 0", change(old, 16, 0, 0), damaged, "K values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := filepath.Join(dir, "bad.h5")
			must(t, os.WriteFile(file, c.b, 0o666))
			f, err := Open(file)
			if err == nil {
				f.Close()
				t.Fatal("it was opened")
			}
			if !c.right(err) || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), file) {
				t.Errorf("%T: %v", err, err)
			}
		})
	}
	if _, err := Open(filepath.Join(dir, "absent.h5")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file that is not there: %v", err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrNotHDF5) || !strings.Contains(err.Error(), "a folder") {
		t.Errorf("a folder: %v", err)
	}
}

// A metadata cache image holds structures that are nowhere else in the file.
func TestCacheImage(t *testing.T) {
	file := writeStructure(t, "latest", `
class Config(ctypes.Structure):
    _fields_ = [("version", ctypes.c_int), ("generate", ctypes.c_bool), ("resize", ctypes.c_bool), ("age", ctypes.c_int)]
fapl = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
fapl.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
lib.H5Pset_mdc_image_config.argtypes = [ctypes.c_int64, ctypes.c_void_p]
assert lib.H5Pset_mdc_image_config(fapl.id, ctypes.byref(Config(1, True, False, -1))) >= 0
f.close()
f = h5py.File(h5py.h5f.create(file.encode(), h5py.h5f.ACC_TRUNC, None, fapl))
for i in range(20): f["g/n%d" % i] = i
f.create_dataset("chunks", data=np.arange(900).reshape(30, 30), chunks=(2, 2), maxshape=(None, None))`)
	b, err := os.ReadFile(file)
	must(t, err)
	if !bytes.Contains(b, []byte("MDCI")) {
		t.Fatal("the file has no cache image")
	}
	sameAsH5py(t, file)
}

// HDF5 2.0 stores the sizes of filtered chunks in another width.
func TestLayoutVersion5(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "wasm.h5")
	oracle.H5wasm(t, dir, `
const f = new h5wasm.File(process.argv[2], "w", {libver: "latest"});
const data = new Int32Array(6000).map((_, i) => i % 977);
for (const [name, maxshape] of [["fixed", [60, 100]], ["grows", [null, 100]], ["both", [null, null]]])
  for (const filtered of [false, true])
    f.create_dataset({name: name + (filtered ? " filtered" : ""), data, shape: [60, 100], maxshape, chunks: [7, 11], ...(filtered ? {compression: 4} : {})});
f.create_dataset({name: "single filtered", data, shape: [60, 100], chunks: [60, 100], compression: 4});
f.create_group("g");
for (let i = 0; i < 50; i++) f.create_group("g/n" + i);
f.close();
console.log("done");
`, file)
	f := mustOpen(t, file)
	want := make([]byte, 0, 24000)
	for i := range 6000 {
		want = binary.LittleEndian.AppendUint32(want, uint32(i%977))
	}
	for _, name := range []string{"fixed", "grows", "both", "fixed filtered", "grows filtered", "both filtered", "single filtered"} {
		d, err := f.Dataset(name)
		must(t, err)
		if strings.HasSuffix(name, "filtered") && d.LayoutVersion() != 5 {
			t.Errorf("%s: layout version %d", name, d.LayoutVersion())
		}
		if !bytes.Equal(assemble(t, d), want) {
			t.Errorf("%s: other values", name)
		}
		for c, err := range d.Chunks() {
			must(t, err)
			checkLookup(t, d, c)
		}
	}
	for i := range 50 {
		if _, err := f.Group(fmt.Sprintf("g/n%d", i)); err != nil {
			t.Error(err)
		}
	}
}
