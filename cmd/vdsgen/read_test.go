package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// makeTypes writes a dataset of every element type that NumPy has too, stored plainly and as a source of
// a virtual dataset, and prints their paths.
const makeTypes = `
import h5py, numpy as np, sys
rng = np.random.default_rng(7)
types = {}
for kind in "iu":
    for size in (1, 2, 4, 8):
        for order in "<>":
            types["%s%s%d" % ("be" if order == ">" else "le", kind, size)] = np.dtype(order + kind + str(size))
for size in (2, 4, 8):
    for order in "<>":
        types["%sf%d" % ("be" if order == ">" else "le", size)] = np.dtype(order + "f" + str(size))
types["bool"] = np.dtype(bool)
types["c8"], types["c16"] = np.dtype("c8"), np.dtype("c16")
types["text"] = np.dtype("S5")
types["hit"] = np.dtype([("x", "<f4"), ("t", "<u8"), ("id", "u1", (3,)), ("ok", "?")])
types["padded"] = np.dtype([("a", "u1"), ("b", "<f8")], align=True)
types["enum"] = h5py.enum_dtype({"RED": 0, "GREEN": 1, "BLUE": 7}, basetype="i2")
types["opaque"] = np.dtype("V6")
with h5py.File("types.h5", "w", libver=sys.argv[1]) as f:
    for name, t in types.items():
        shape = (6, 5)
        raw = rng.integers(0, 256, size=30 * t.itemsize, dtype="u1").tobytes()
        a = np.frombuffer(raw, dtype=np.dtype("V%d" % t.itemsize)).view(t) if t.kind == "V" and not t.names else np.frombuffer(raw, "u1").view(t)
        if t.kind == "b":
            a = (np.frombuffer(raw, "u1") & 1).astype(bool)
        elif t.names and "ok" in t.names:
            a = a.copy(); a["ok"] = (np.frombuffer(raw, "u1")[:30] & 1).astype(bool)
        elif name == "enum":
            a = np.array([0, 1, 7] * 10, "i2")
        a = a.reshape(shape)
        f.create_dataset(name, data=a, dtype=t)
        f.create_dataset("chunked_" + name, data=a, dtype=t, chunks=(4, 3), compression="gzip", shuffle=True)
        layout = h5py.VirtualLayout(shape=(3, 6, 5), dtype=t)
        layout[0] = h5py.VirtualSource(f[name])
        layout[2] = h5py.VirtualSource(f["chunked_" + name])
        f.create_virtual_dataset("virtual_" + name, layout)
    f["scalar"] = np.float32(1.5)
    f["empty"] = np.zeros((0, 4), "i4")
    for name in f:
        print(name)
`

// compareNPY compares .npy files with what h5py reads for the same slices: values, dtype and shape.
const compareNPY = `
import h5py, numpy as np, sys
bad = 0
with h5py.File("types.h5", "r") as f:
    for line in sys.stdin:
        npy, name, slice = line.rstrip("\n").split("|")
        want = np.asarray(f[name][()] if not slice else eval("f[name][%s]" % slice))
        got = np.load(npy)
        if got.dtype != want.dtype or got.dtype.str != want.dtype.str or got.shape != want.shape or got.tobytes() != want.tobytes():
            print(name, slice, "got", got.dtype, got.shape, "want", want.dtype, want.shape)
            bad += 1
print("compared, wrong:", bad)
`

func TestNPYIsWhatH5pyReads(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			names := strings.Fields(string(oracle.H5py(t, dir, makeTypes, libver)))
			if len(names) < 80 {
				t.Fatalf("h5py made %d datasets", len(names))
			}
			var list strings.Builder
			for _, name := range names {
				slices := []string{"", "0", "1:3,::2", "...,-1", "-1,1:"}
				if name == "scalar" {
					slices = []string{""}
				} else if name == "empty" {
					slices = []string{"", "...,-1", ":,1:3"}
				}
				for _, slice := range slices {
					npy := name + "_" + strings.NewReplacer(":", "_", ",", "-", ".", "d").Replace(slice) + ".npy"
					args := []string{"read", filepath.Join(dir, "types.h5"), "/" + name, "--slice", slice, "-o", filepath.Join(dir, npy)}
					var stdout, stderr bytes.Buffer
					if status := run(context.Background(), args, &stdout, &stderr); status != statusFine {
						t.Errorf("vdsgen %s: status %d: %s", strings.Join(args, " "), status, &stderr)
						continue
					}
					list.WriteString(npy + "|" + name + "|" + slice + "\n")
				}
			}
			script := strings.Replace(compareNPY, "sys.stdin", "sys.argv[1].split('\\n')[:-1]", 1)
			if got := string(oracle.H5py(t, dir, script, list.String())); got != "compared, wrong: 0\n" {
				t.Error(got)
			}
		})
	}
}

// JSON holds what h5py reads, also of types that .npy cannot hold.
func TestJSONIsWhatH5pyReads(t *testing.T) {
	dir := t.TempDir()
	want := oracle.H5py(t, dir, `
import h5py, json, numpy as np
with h5py.File("f.h5", "w") as f:
    f["floats"] = np.array([[0.1, -2.5], [1e30, 3]], "f4")
    f["doubles"] = np.array([0.1, 1e-300])
    f["text"] = ["ab", "", "\u00fc\u2603"]
    f["fixed"] = np.array([b"ab", b"cde"], "S3")
    f["flags"] = np.array([True, False])
    f["scalar"] = np.uint64(2**63 + 1)
    f["empty"] = np.zeros((2, 0, 3), "i4")
    f["none"] = np.zeros((0, 3), "i4")
    d = f.create_dataset("lists", (2,), dtype=h5py.vlen_dtype("i2")); d[0] = [1, -2]; d[1] = []
    d = f.create_dataset("words", (2,), dtype=h5py.string_dtype()); d[0] = "one"; d[1] = "two"
    out = {}
    for name in f:
        a = f[name][()]
        if name == "floats":
            a = [[float(str(x)) for x in row] for row in a]
        elif name in ("text", "words"):
            a = [x.decode() for x in a]
        elif name == "fixed":
            a = [x.decode() for x in a.tolist()]
        elif name == "lists":
            a = [x.tolist() for x in a]
        else:
            a = a.tolist()
        out["/" + name] = {"data": a, "shape": list(f[name].shape)}
print(json.dumps(out))
`)
	var datasets map[string]struct {
		Data  json.RawMessage
		Shape []int
	}
	if err := json.Unmarshal(want, &datasets); err != nil {
		t.Fatal(err)
	}
	for path, want := range datasets {
		var stdout, stderr bytes.Buffer
		if status := run(context.Background(), []string{"read", filepath.Join(dir, "f.h5"), path}, &stdout, &stderr); status != statusFine {
			t.Errorf("%s: status %d: %s", path, status, &stderr)
			continue
		}
		var got struct {
			Data  json.RawMessage
			Shape []int
		}
		if err := json.Unmarshal(stdout.Bytes(), &got); err != nil {
			t.Errorf("%s: %v in %s", path, err, &stdout)
			continue
		}
		if diff := cmp.Diff(numbers(t, want.Data), numbers(t, got.Data)); diff != "" {
			t.Errorf("%s differs (-h5py +vdsgen):\n%s", path, diff)
		}
		if diff := cmp.Diff(want.Shape, got.Shape); diff != "" {
			t.Errorf("%s: shape differs (-h5py +vdsgen):\n%s", path, diff)
		}
	}
}

// numbers decodes JSON with numbers as they are written where they are integers, so that large ones keep every digit.
func numbers(t *testing.T, text json.RawMessage) any {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatal(err)
	}
	return exact(v)
}

// exact turns numbers that are no integers into float64, so that 1e30 and 1e+30 are the same.
func exact(v any) any {
	switch v := v.(type) {
	case json.Number:
		if strings.ContainsAny(v.String(), ".eE") {
			f, _ := v.Float64()
			if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
				return json.Number(strconv.FormatFloat(f, 'f', -1, 64))
			}
			return f
		}
	case []any:
		for i := range v {
			v[i] = exact(v[i])
		}
	}
	return v
}

// A command that is interrupted says so, has an exit status of its own, and leaves nothing half-written.
func TestInterrupted(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	w, err := hdf5.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	d, err := w.CreateDataset("/data", hdf5.DatasetSpec{Type: hdf5.Int32(), Shape: []uint64{4}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(hdf5.WriteAll(d, []int32{1, 2, 3, 4}), w.Close()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var stdout, stderr bytes.Buffer
	if got := run(ctx, []string{"read", name, "data", "-o", filepath.Join(dir, "out.raw"), "--format", "raw"}, &stdout, &stderr); got != 130 || stderr.String() != "vdsgen: interrupted\n" {
		t.Errorf("exit status %d, %q", got, stderr.String())
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("there are %v (%v)", files, err)
	}
}
