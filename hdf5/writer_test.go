package hdf5

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// writeFile writes a file in a new folder and returns its name.
func writeFile(t testing.TB, write func(w *Writer), opts ...CreateOption) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "written.h5")
	w, err := Create(name, append([]CreateOption{WithoutSync()}, opts...)...)
	must(t, err)
	write(w)
	must(t, w.Close())
	return name
}

// dataset creates a dataset and writes all its elements.
func dataset[T any](t testing.TB, w *Writer, path string, s DatasetSpec, data []T) {
	t.Helper()
	d, err := w.CreateDataset(path, s)
	must(t, err)
	must(t, WriteAll(d, data))
}

// ramp is n elements that differ from their neighbours, and in all their bytes somewhere.
func ramp[T int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64](n int) []T {
	data := make([]T, n)
	for i := range data {
		data[i] = T(i*7 + i*i*31)
	}
	return data
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// digests are the datasets of a file as h5py reads them: a line a dataset with path, shape, type and digest of the
// little-endian values.
func digests(t testing.TB, file string) map[string]string {
	t.Helper()
	return parseDigests(oracle.H5py(t, filepath.Dir(file), `
import h5py, sys, hashlib
def visit(name, o):
    if isinstance(o, h5py.Dataset):
        a = o[...]
        raw = a.astype(a.dtype.newbyteorder("<")).tobytes()
        print("/" + name, "(" + ",".join(str(n) for n in o.shape) + ")", hashlib.sha256(raw).hexdigest()[:16])
with h5py.File(sys.argv[1], "r") as f:
    f.visititems(visit)
`, file))
}

// wasmDigests is digests with HDF5 2.x.
func wasmDigests(t testing.TB, file string) map[string]string {
	t.Helper()
	return parseDigests(oracle.H5wasm(t, filepath.Dir(file), `
import { createHash } from "crypto";
const f = new h5wasm.File(process.argv[2], "r");
function visit(group, prefix) {
  for (const key of group.keys()) {
    const o = group.get(key);
    if (o instanceof h5wasm.Group) { visit(o, prefix + "/" + key); continue; }
    const v = o.value;
    const raw = v === null ? Buffer.alloc(0) : Buffer.from(v.buffer, v.byteOffset, v.byteLength);
    console.log(prefix + "/" + key, "(" + o.shape.join(",") + ")", createHash("sha256").update(raw).digest("hex").slice(0, 16));
  }
}
visit(f, "");
f.close();
`, file))
}

func parseDigests(out []byte) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		path, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		found[path] = rest
	}
	return found
}

func shapeText(shape []uint64) string {
	return strings.ReplaceAll("("+strings.Trim(fmt.Sprint(shape), "[]")+")", " ", ",")
}

// compare holds what an oracle found against what was written.
func compare(t *testing.T, by string, got, want map[string]string) {
	t.Helper()
	for path, w := range want {
		if got[path] != w {
			t.Errorf("%s reads %s as %q, want %q", by, path, got[path], w)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s finds %d datasets, want %d", by, len(got), len(want))
	}
}

// folder lists what is in a folder, hidden files too.
func folder(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestEmptyFile(t *testing.T) {
	name := writeFile(t, func(w *Writer) {})
	out := oracle.H5dump(t, filepath.Dir(name), name)
	if got := strings.Join(strings.Fields(string(out)), " "); got != `HDF5 "`+name+`" { GROUP "/" { } }` {
		t.Errorf("h5dump: %s", got)
	}
}

func TestFileAppearsAtClose(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	must(t, os.WriteFile(name, []byte("old"), 0o640))
	w, err := Create(name)
	must(t, err)
	must(t, w.CreateGroup("/new"))
	if b, _ := os.ReadFile(name); string(b) != "old" {
		t.Errorf("before Close the old file has %d bytes", len(b))
	}
	if n := len(folder(t, dir)); n != 2 {
		t.Errorf("%d files while writing, want the old one and a temporary one", n)
	}
	must(t, w.Close())
	must(t, w.Close())
	must(t, w.Abort())
	if got := folder(t, dir); len(got) != 1 {
		t.Errorf("after Close there are %v", got)
	}
	info, err := os.Stat(name)
	must(t, err)
	if info.Mode().Perm() != 0o640 {
		t.Errorf("permissions %v, want those of the file that was replaced", info.Mode())
	}
	oracle.H5dump(t, dir, "-n", name)
}

func TestAbortLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "a.h5"))
	must(t, err)
	must(t, w.CreateGroup("/new"))
	must(t, w.Abort())
	if got := folder(t, dir); len(got) != 0 {
		t.Errorf("after Abort there are %v", got)
	}
	if err := w.CreateGroup("/later"); !isClosed(err) {
		t.Errorf("CreateGroup after Abort: %v", err)
	}
	if err := w.Close(); !isClosed(err) {
		t.Errorf("Close after Abort: %v", err)
	}
}

func TestTwoWritersOfOneName(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	first, err := Create(name)
	must(t, err)
	second, err := Create(name)
	must(t, err)
	must(t, second.CreateGroup("/second"))
	must(t, first.CreateGroup("/first"))
	must(t, first.Close())
	if out := oracle.Tool(t, dir, "h5ls", name); !strings.HasPrefix(string(out), "first ") {
		t.Errorf("after the first Close: %s", out)
	}
	must(t, second.Close())
	if out := oracle.Tool(t, dir, "h5ls", name); !strings.HasPrefix(string(out), "second ") {
		t.Errorf("after the second Close: %s", out)
	}
	if got := folder(t, dir); len(got) != 1 {
		t.Errorf("there are %v", got)
	}
}

func TestNoClobber(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	w, err := Create(name, WithNoClobber())
	must(t, err)
	must(t, os.WriteFile(name, []byte("other"), 0o600))
	if err := w.Close(); !isExist(err) {
		t.Errorf("Close with a file that came meanwhile: %v", err)
	}
	if _, err := Create(name, WithNoClobber()); !isExist(err) {
		t.Errorf("Create with a file that is there: %v", err)
	}
	if b, _ := os.ReadFile(name); string(b) != "other" || len(folder(t, dir)) != 1 {
		t.Errorf("the other file became %q; there are %v", b, folder(t, dir))
	}
	must(t, os.Remove(name))
	w, err = Create(name, WithNoClobber())
	must(t, err)
	must(t, w.Close())
	oracle.H5dump(t, dir, "-n", name)
	if got := folder(t, dir); len(got) != 1 {
		t.Errorf("there are %v", got)
	}
}

func TestSymbolicLinkStays(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "real"), 0o755))
	link := filepath.Join(dir, "link.h5")
	must(t, os.Symlink(filepath.Join("real", "target.h5"), link))
	for range 2 { // the target is made, then replaced
		w, err := Create(link)
		must(t, err)
		must(t, w.Close())
		info, err := os.Lstat(link)
		must(t, err)
		if info.Mode()&fs.ModeSymlink == 0 {
			t.Error("the link became a file")
		}
		if got := folder(t, filepath.Join(dir, "real")); len(got) != 1 || got[0] != "target.h5" {
			t.Errorf("beside the target there are %v", got)
		}
	}
}

func TestCreateErrors(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o600))
	for _, c := range []struct{ name, want string }{
		{"", "empty"},
		{filepath.Join(dir, "missing", "a.h5"), "no such file"},
		{filepath.Join(dir, "file", "a.h5"), "not a directory"},
		{dir, "not a regular file"},
	} {
		_, err := Create(c.name)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), c.name+": ") {
			t.Errorf("Create(%q): %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := Create(filepath.Join(dir, "a.h5"), WithEncoders(-1)); err == nil {
		t.Error("-1 encoders are accepted")
	}
	if got := folder(t, dir); len(got) != 1 {
		t.Errorf("there are %v", got)
	}
}

// The first error stays: nothing gets the name, and every later call says why.
func TestErrorsAreKept(t *testing.T) {
	dir := t.TempDir()
	w, err := Create(filepath.Join(dir, "a.h5"))
	must(t, err)
	must(t, w.CreateGroup("/a"))
	first := w.SoftLink("/a", "/b")
	if first == nil || !isExist(first) {
		t.Fatalf("a second /a: %v", first)
	}
	for what, err := range map[string]error{"CreateGroup": w.CreateGroup("/c"), "Close": w.Close(), "Close again": w.Close()} {
		if err != first {
			t.Errorf("%s: %v, want the first error", what, err)
		}
	}
	if got := folder(t, dir); len(got) != 0 {
		t.Errorf("there are %v", got)
	}
}

// panicking is mappings that cannot be had.
type panicking int

func (p panicking) Len() int { return int(p) }

func (p panicking) Range(int, int) iter.Seq[VirtualMapping] {
	return func(func(VirtualMapping) bool) { panic("mine") }
}

func TestPanicInCallbackIsAnError(t *testing.T) {
	for _, n := range []panicking{1, 10 * mappingPiece} {
		dir := t.TempDir()
		w, err := Create(filepath.Join(dir, "a.h5"), WithEncoders(3))
		must(t, err)
		func() {
			defer func() {
				if cause := recover(); cause != "mine" {
					t.Errorf("what came through is %v", cause)
				}
			}()
			_ = w.CreateVirtual("/v", VirtualSpec{Type: Int8(), Shape: []uint64{1}, Mappings: n})
		}()
		if err := w.Close(); err == nil || len(folder(t, dir)) != 0 {
			t.Errorf("Close: %v; there are %v", err, folder(t, dir))
		}
	}
}

// The same calls write the same bytes, whatever the number of encoders.
func TestDeterministic(t *testing.T) {
	write := func(w *Writer) {
		small := DatasetSpec{Type: Int32(), Shape: []uint64{0, 50}, MaxShape: []uint64{1 << 20, 50}, Chunk: []uint64{4, 20}, Filters: filters("shuffle", "deflate(1)")}
		a, err := w.CreateDataset("/a", small)
		must(t, err)
		b, err := w.CreateDataset("/b", small)
		must(t, err)
		for i := range 60 {
			must(t, Append(a, ramp[int32]((i%7+1)*50)))
			must(t, Append(b, ramp[int32](50)))
			must(t, w.SetAttribute("/a", fmt.Sprint("n", i), fmt.Sprint("text ", i)))
		}
	}
	first, err := os.ReadFile(writeFile(t, write, WithEncoders(1)))
	must(t, err)
	for range 5 {
		again, err := os.ReadFile(writeFile(t, write, WithEncoders(8)))
		must(t, err)
		if !bytes.Equal(first, again) {
			t.Fatal("two runs wrote different bytes")
		}
	}
}
