package runtime

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// prelude is what every script of the tests starts with.
const prelude = `
import sys, os, json
import numpy as np, h5py
def show(a):
    a = np.asarray(a)
    if a.dtype.kind == 'f':
        return [float(x).hex() for x in a.ravel()]
    return a.ravel().tolist()
`

// h5py runs a script in a folder.
func h5py(t testing.TB, dir, script string, args ...string) []byte {
	t.Helper()
	return oracle.H5py(t, dir, prelude+script, args...)
}

// fromH5py runs a script and decodes the JSON that it prints.
func fromH5py[T any](t testing.TB, dir, script string, args ...string) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(h5py(t, dir, script, args...), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func open(t testing.TB, name string, opts ...Option) *File {
	t.Helper()
	f, err := Open(context.Background(), name, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func dataset[T any](t testing.TB, f *File, path string) *Dataset[T] {
	t.Helper()
	d, err := OpenDataset[T](context.Background(), f, path)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// read reads a dataset of a file as text, shape first.
func read[T any](t testing.TB, name, path string, slices []Slice, opts ...Option) (string, error) {
	t.Helper()
	ctx := context.Background()
	f, err := Open(ctx, name, opts...)
	if err != nil {
		return "", err
	}
	defer f.Close()
	d, err := OpenDataset[T](ctx, f, path)
	if err != nil {
		return "", err
	}
	a, err := d.Read(ctx, slices...)
	if err != nil {
		return "", err
	}
	return arrayText(a), nil
}

func arrayText[T any](a Array[T]) string { return fmt.Sprint(a.Shape, a.Data) }

// slices parses a selection.
func slicesOf(t testing.TB, text string) []Slice {
	t.Helper()
	s, err := ParseSlices(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func in(dir, name string) string { return filepath.Join(dir, name) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestMain(m *testing.M) {
	if run := os.Getenv("VDSGEN_TEST_CHILD"); run != "" {
		os.Exit(child(run))
	}
	os.Exit(m.Run())
}

// runPython runs a script without the prelude.
func runPython(t testing.TB, dir, script string, args ...string) []byte {
	t.Helper()
	return oracle.H5py(t, dir, script, args...)
}
