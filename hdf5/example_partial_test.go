package hdf5_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// A dataset that is in a file gets one more row, another value, and one more column.
func ExampleWriter_OpenDataset() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "scan.h5")
	create := func() error {
		w, err := hdf5.Create(name)
		if err != nil {
			return err
		}
		defer w.Abort()
		d, err := w.CreateDataset("/data", hdf5.DatasetSpec{
			Type: hdf5.Int32(), Shape: []uint64{2, 3}, MaxShape: []uint64{dataspace.Unlimited, dataspace.Unlimited}, Chunk: []uint64{16, 16},
		})
		if err != nil {
			return err
		}
		if err := hdf5.WriteAll(d, []int32{1, 2, 3, 4, 5, 6}); err != nil {
			return err
		}
		return w.Close()
	}
	change := func() error {
		w, err := hdf5.OpenReadWrite(name)
		if err != nil {
			return err
		}
		defer w.Abort()
		d, err := w.OpenDataset("/data")
		if err != nil {
			return err
		}
		if err := hdf5.Append(d, []int32{7, 8, 9}); err != nil {
			return err
		}
		if err := hdf5.WriteSlab(d, []int32{-1}, []uint64{0, 1}, nil, []uint64{1, 1}); err != nil {
			return err
		}
		if err := d.Resize(3, 4); err != nil {
			return err
		}
		return w.Close()
	}
	if err := create(); err != nil {
		log.Fatal(err)
	}
	if err := change(); err != nil {
		log.Fatal(err)
	}
	f, err := hdf5.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset("/data")
	if err != nil {
		log.Fatal(err)
	}
	values, err := hdf5.Read[int32](d)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(d.Shape(), values)
	// Output: [3 4] [1 -1 3 0 4 5 6 0 7 8 9 0]
}
