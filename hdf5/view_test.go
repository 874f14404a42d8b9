package hdf5

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
)

// Only contiguous elements of a file on a disk are viewed, and they are what ReadRaw reads.
func TestViewRaw(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f.h5")
	w, err := Create(name, WithoutSync())
	if err != nil {
		t.Fatal(err)
	}
	data := make([]uint16, 500*1000)
	for i := range data {
		data[i] = uint16(i * 7)
	}
	for path, chunk := range map[string][]uint64{"contiguous": nil, "chunked": {50, 1000}} {
		d, err := w.CreateDataset(path, DatasetSpec{Type: Uint16(), Shape: []uint64{500, 1000}, Chunk: chunk})
		if err != nil {
			t.Fatal(err)
		}
		if err := WriteAll(d, data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, path := range []string{"contiguous", "chunked"} {
		d, err := f.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]byte, block.LeastView)
		viewed, err := d.ViewRaw(777, block.LeastView, func(stored []byte) error {
			if err := d.ReadRaw(want, 777); err != nil {
				t.Error(err)
			}
			if !bytes.Equal(stored, want) {
				t.Error("ViewRaw and ReadRaw give different bytes")
			}
			return nil
		})
		if err != nil || viewed != (path == "contiguous" && f.reader.CanView()) {
			t.Errorf("%s: viewed %v, %v", path, viewed, err)
		}
	}
	d, err := f.Dataset("contiguous")
	if err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{-1, 1_000_000 - block.LeastView + 1} {
		if viewed, err := d.ViewRaw(at, block.LeastView, func([]byte) error { return nil }); viewed || err == nil {
			t.Errorf("bytes at %d: viewed %v, %v", at, viewed, err)
		}
	}
}
