package oracle

import (
	"path/filepath"
	"testing"
)

// BothWays holds generated code against h5py for one of the detectors of testdata/h5py/detectors.py.
type BothWays struct {
	Detector string // function of the script
	Sizes    []int  // its arguments
	File     string // name of the virtual dataset's file
	Path     string // of the virtual dataset
	// Write writes sources and virtual dataset into a folder with the generated code.
	Write func(t *testing.T, dir string)
	// Read reads the whole virtual dataset with the generated code, as little-endian bytes.
	Read func(t *testing.T, file string) []byte
}

// Run reads with the generated code what h5py wrote, and with h5py, h5dump and h5wasm what the generated
// code wrote, by value; and compares the mappings as h5py lists them.
func (b BothWays) Run(t *testing.T) {
	theirs := Detector(t, b.Detector, b.Sizes...)
	want := Values(t, filepath.Join(theirs, b.File), b.Path)
	t.Run("generated code reads what h5py wrote", func(t *testing.T) {
		SameBytes(t, "values", b.Read(t, filepath.Join(theirs, b.File)), want)
	})

	ours := t.TempDir()
	b.Write(t, ours)
	file := filepath.Join(ours, b.File)
	t.Run("generated code reads what it wrote", func(t *testing.T) {
		SameBytes(t, "values", b.Read(t, file), want)
	})
	t.Run("h5py reads what generated code wrote", func(t *testing.T) {
		SameBytes(t, "values", Values(t, file, b.Path), want)
	})
	t.Run("h5dump reads what generated code wrote", func(t *testing.T) {
		SameBytes(t, "values", DumpedValues(t, file, b.Path), want)
	})
	t.Run("h5wasm reads what generated code wrote", func(t *testing.T) {
		SameBytes(t, "values", WasmValues(t, file, b.Path), want)
	})
	t.Run("mappings are those of h5py", func(t *testing.T) {
		got, want := VirtualSources(t, file, b.Path), VirtualSources(t, filepath.Join(theirs, b.File), b.Path)
		if got != want {
			t.Errorf("virtual_sources() lists\n%swant\n%s", got, want)
		}
	})
}
