package oracle

import (
	"os"
	"path/filepath"
	"testing"
)

// Values is the whole dataset as h5py reads it: little-endian elements in row-major order.
func Values(t testing.TB, file, path string) []byte {
	t.Helper()
	return H5py(t, filepath.Dir(file), `
import h5py, sys
with h5py.File(sys.argv[1], "r") as f:
    a = f[sys.argv[2]][...]
sys.stdout.buffer.write(a.astype(a.dtype.newbyteorder("<")).tobytes())
`, file, path)
}

// DumpedValues is the whole dataset as h5dump exports it: little-endian elements in row-major order. It fails the test for types that h5dump
// cannot export as such: compounds with other members, or with room between them.
func DumpedValues(t testing.TB, file, path string) []byte {
	t.Helper()
	exported := filepath.Join(t.TempDir(), "dumped")
	H5dump(t, filepath.Dir(file), "-d", path, "-b", "LE", "-o", exported, file)
	values, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	if len(values) > 0 {
		return values
	}
	// Of anything but numbers h5dump exports nothing as little-endian, and says nothing of it; as stored it exports the members one after another.
	mustBePlain(t, "h5dump", file, path)
	H5dump(t, filepath.Dir(file), "-d", path, "-b", "FILE", "-o", exported, file)
	if values, err = os.ReadFile(exported); err != nil {
		t.Fatal(err)
	}
	return values
}

// mustBePlain fails the test unless elements of a dataset are stored as little-endian numbers and bytes without room between them.
func mustBePlain(t testing.TB, oracle, file, path string) {
	t.Helper()
	why := H5py(t, filepath.Dir(file), `
import h5py, sys
def why(t):
    if t.subdtype:
        return why(t.subdtype[0])
    if not t.fields:
        return "" if t.kind in "iufbcSV" and t.byteorder != ">" else "a part of it is %s" % t.str
    end = 0
    for name in t.names:
        part, offset = t.fields[name][:2]
        if offset != end:
            return "there is room before member %s" % name
        if why(part):
            return why(part)
        end += part.itemsize
    return "" if end == t.itemsize else "there is room behind its members"
with h5py.File(sys.argv[1], "r") as f:
    sys.stdout.write(why(f[sys.argv[2]].dtype))
`, file, path)
	if len(why) > 0 {
		t.Fatalf("%s has no little-endian bytes of %s in %s: %s", oracle, path, file, why)
	}
}

// VirtualSources lists the mappings of a virtual dataset as h5py's virtual_sources() does, a line a
// mapping: virtual selection, file, path and source selection, each selection as start, stride,
// count and block of a regular hyperslab, or as "all", or as the list of its blocks.
func VirtualSources(t testing.TB, file, path string) string {
	t.Helper()
	return string(H5py(t, filepath.Dir(file), `
import h5py, sys
def show(space):
    kind = space.get_select_type()
    if kind == h5py.h5s.SEL_ALL:
        return "all"
    if kind == h5py.h5s.SEL_NONE:
        return "none"
    if space.is_regular_hyperslab():
        return str([tuple(int(x) for x in part) for part in space.get_regular_hyperslab()])
    return str(space.get_select_hyper_blocklist().tolist())
with h5py.File(sys.argv[1], "r") as f:
    for m in f[sys.argv[2]].virtual_sources():
        print(show(m.vspace), m.file_name, "/" + m.dset_name.lstrip("/"), show(m.src_space))
`, file, path))
}

// WasmValues is the whole dataset as h5wasm reads it: little-endian elements in row-major order. It fails the test for the types that
// DumpedValues fails for.
func WasmValues(t testing.TB, file, path string) []byte {
	t.Helper()
	read := filepath.Join(t.TempDir(), "read")
	form := H5wasm(t, filepath.Dir(file), `
import { writeFileSync } from "node:fs";
const [file, path, read] = process.argv.slice(2);
const f = new h5wasm.File(file, "r");
const d = f.get(path);
const v = d.value;
if (ArrayBuffer.isView(v)) {
  writeFileSync(read, new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
} else { // of anything but numbers the values are objects: take the memory that they were made of
  const lib = await h5wasm.ready;
  const size = d.metadata.size * d.metadata.total_size;
  const at = lib._malloc(size);
  lib.get_dataset_data(d.file_id, d.path, null, null, null, BigInt(at));
  writeFileSync(read, lib.HEAPU8.slice(at, at + size));
  process.stdout.write("as stored");
}
f.close();
`, file, path, read)
	if len(form) > 0 {
		mustBePlain(t, "h5wasm", file, path)
	}
	values, err := os.ReadFile(read)
	if err != nil {
		t.Fatal(err)
	}
	return values
}
