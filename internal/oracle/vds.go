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

// DumpedValues is the whole dataset as h5dump exports it: little-endian elements in row-major order.
func DumpedValues(t testing.TB, file, path string) []byte {
	t.Helper()
	exported := filepath.Join(t.TempDir(), "dumped")
	H5dump(t, filepath.Dir(file), "-d", path, "-b", "LE", "-o", exported, file)
	values, err := os.ReadFile(exported)
	if err != nil {
		t.Fatal(err)
	}
	return values
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

// WasmValues is the whole dataset as h5wasm reads it: little-endian elements in row-major order.
func WasmValues(t testing.TB, file, path string) []byte {
	t.Helper()
	read := filepath.Join(t.TempDir(), "read")
	H5wasm(t, filepath.Dir(file), `
import { writeFileSync } from "node:fs";
const [file, path, read] = process.argv.slice(2);
const f = new h5wasm.File(file, "r");
const v = f.get(path).value;
writeFileSync(read, new Uint8Array(v.buffer, v.byteOffset, v.byteLength));
f.close();
`, file, path, read)
	values, err := os.ReadFile(read)
	if err != nil {
		t.Fatal(err)
	}
	return values
}
