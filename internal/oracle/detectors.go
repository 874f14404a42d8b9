package oracle

import (
	"bytes"
	"encoding/binary"
	"path/filepath"
	"strconv"
	"testing"
)

// Detector writes one of the detectors of testdata/h5py/detectors.py, sources and virtual dataset, with
// h5py into a new folder and returns the folder.
func Detector(t testing.TB, name string, sizes ...int) string {
	t.Helper()
	if err := havePython(); err != nil {
		Missing(t, "h5py", err)
	}
	dir := t.TempDir()
	args := []string{filepath.Join(ModuleRoot(), "testdata", "h5py", "detectors.py"), name, dir}
	for _, n := range sizes {
		args = append(args, strconv.Itoa(n))
	}
	run(t, dir, python, args...)
	return dir
}

// MemberValues are the first n elements of a member, numbered from 0, by the rule of
// testdata/h5py/detectors.py.
func MemberValues[T int32 | int64 | uint8 | uint16 | uint32 | float32](member, n int) []T {
	values := make([]T, n)
	for i := range values {
		values[i] = T((member*7919 + i*13) % 60000)
	}
	return values
}

// SameValues fails the test unless values, written as little-endian, are the bytes want.
func SameValues[T any](t testing.TB, what string, values []T, want []byte) {
	t.Helper()
	got, err := binary.Append(nil, binary.LittleEndian, values)
	if err != nil {
		t.Fatal(err)
	}
	SameBytes(t, what, got, want)
}

// SameBytes fails the test unless got is want, and says where they first differ.
func SameBytes(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if len(want) == 0 {
		t.Fatalf("%s: the reference has no bytes to compare with", what)
	}
	if bytes.Equal(got, want) {
		return
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d bytes, want %d", what, len(got), len(want))
		return
	}
	at := 0
	for got[at] == want[at] {
		at++
	}
	t.Errorf("%s: bytes differ from byte %d of %d: got % x…, want % x…", what, at, len(want), got[at:min(at+16, len(got))], want[at:min(at+16, len(want))])
}
