package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// What draw calls the axes of files that h5py wrote.
func TestAxisNames(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("names.h5", "w") as f:
    layout = h5py.VirtualLayout(shape=(2, 3, 4), dtype="u2")
    layout[...] = h5py.VirtualSource("s.h5", "d", shape=(2, 3, 4))
    plain = f.create_virtual_dataset("plain", layout)
    d = f.create_virtual_dataset("labels", layout)
    d.dims[0].label, d.dims[2].label = "frame", "x <&> y"
    d = f.create_virtual_dataset("scales", layout)
    f["time"], f["energy"], f["row"] = np.arange(2), np.arange(2), np.arange(3)
    f["time"].make_scale("elapsed time")
    f["energy"].make_scale()
    f["row"].make_scale("/entry/row")
    d.dims[0].attach_scale(f["time"]); d.dims[0].attach_scale(f["energy"]); d.dims[1].attach_scale(f["row"])
    d.dims[1].label = "the label wins"
    g = f.create_group("entry/data")
    g.attrs["signal"], g.attrs["axes"] = "data", ["frame", ".", "x"]
    g.create_virtual_dataset("data", layout)
    g.create_virtual_dataset("other", layout)
    d = f.create_virtual_dataset("older", layout)
    d.attrs["axes"] = "frame:y:x"
    d = f.create_virtual_dataset("strange", layout)
    d.attrs["axes"] = ["a\x01b\n", "y" * 100]
    d.attrs["DIMENSION_LABELS"] = np.arange(3)
    d = f.create_virtual_dataset("long", layout)
    d.attrs["axes"] = ["a\x01b\n", "y" * 100, ""]
`)
	for path, want := range map[string][]string{
		"/plain":            {"axis 0", "axis 1", "axis 2"},
		"/labels":           {"frame", "axis 1", "x &lt;&amp;&gt; y"},
		"/scales":           {"elapsed time", "the label wins", "axis 2"},
		"/entry/data/data":  {"frame", "axis 1", "x"},
		"/entry/data/other": {"axis 0", "axis 1", "axis 2"},
		"/older":            {"frame", "y", "x"},
		"/strange":          {"axis 0", "axis 1", "axis 2"},
		"/long":             {"a b", strings.Repeat("y", maxAxisName-1) + "…", "axis 2"},
	} {
		t.Run(strings.ReplaceAll(path[1:], "/", "."), func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			if status := run(t.Context(), []string{"draw", filepath.Join(dir, "names.h5"), "--dataset", path}, &stdout, &stderr); status != statusFine {
				t.Fatal(stderr.String())
			}
			heading := want[1] + " × " + want[2] + "<"
			for _, text := range []string{">" + want[0] + "<", ">" + want[1] + "<", ">" + want[2] + "<", heading} {
				if !strings.Contains(stdout.String(), text) {
					t.Errorf("the picture does not say %s", text)
				}
			}
		})
	}
}
