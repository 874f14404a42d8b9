package oracle

import (
	"path/filepath"
	"runtime"
	"testing"
)

// failing is a test that notes that it failed, and ends.
type failing struct {
	testing.TB
	failed bool
}

func (f *failing) Fatalf(string, ...any) {
	f.failed = true
	runtime.Goexit()
}

// h5dump and h5wasm give the bytes that h5py gives, of numbers and of what is made of them, or fail.
func TestValuesOfEveryKind(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "kinds.h5")
	H5py(t, dir, `
import h5py, numpy as np
with h5py.File("kinds.h5", "w") as f:
    f["numbers"] = np.arange(3, dtype="<i8")
    f["compounds"] = np.array([(1, 2.5, [1, 2]), (3, 4.5, [3, 4])], dtype=[("a", "<u2"), ("b", "<f4"), ("c", "<i4", (2,))])
    f["bools"] = np.array([True, False])
    f["texts"] = np.array([b"ab", b"c"])
    f["room"] = np.array([(1, 2.5), (3, 4.5)], dtype=np.dtype({"names": ["a", "b"], "formats": ["<u2", "<f4"], "offsets": [0, 4], "itemsize": 12}))
    f["big"] = np.array([(1, 2.5)], dtype=[("a", ">u2"), ("b", "<f4")])
`)
	for _, kind := range []string{"numbers", "compounds", "bools", "texts"} {
		want := Values(t, file, kind)
		SameBytes(t, "h5dump of "+kind, DumpedValues(t, file, kind), want)
		SameBytes(t, "h5wasm of "+kind, WasmValues(t, file, kind), want)
	}
	for _, kind := range []string{"room", "big"} {
		for name, values := range map[string]func(testing.TB, string, string) []byte{"h5dump": DumpedValues, "h5wasm": WasmValues} {
			f, done := &failing{TB: t}, make(chan struct{})
			go func() {
				defer close(done)
				values(f, file, kind)
			}()
			if <-done; !f.failed {
				t.Errorf("%s of %s gives bytes", name, kind)
			}
		}
	}
}
