package hdf5_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// A virtual dataset is put into the file that holds its source: "." is the file itself.
func ExampleOpenReadWrite() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "run.h5")
	if err := writeFrames(name); err != nil {
		log.Fatal(err)
	}

	w, err := hdf5.OpenReadWrite(name)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Abort()
	// Every second frame.
	even, err := dataspace.Regular(dataspace.Dim{Stride: 2, Count: 3, Block: 1}, dataspace.Dim{Stride: 1, Count: 1, Block: 4})
	if err != nil {
		log.Fatal(err)
	}
	err = w.CreateVirtual("/even", hdf5.VirtualSpec{Type: hdf5.Int32(), Shape: []uint64{3, 4}, Mappings: hdf5.MappingSlice{
		{File: ".", Path: "/frames", Source: even, Virtual: dataspace.All()},
	}})
	if err != nil {
		log.Fatal(err)
	}
	if err := w.SetAttribute("/frames", "reduced", "even"); err != nil {
		log.Fatal(err)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}

	f, err := hdf5.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	for _, path := range []string{"/frames", "/even"} {
		d, err := f.Dataset(path)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(path, d.Shape(), d.Layout())
	}
	// Output:
	// /frames [6 4] contiguous
	// /even [3 4] virtual
}

// writeFrames writes a file with six frames.
func writeFrames(name string) error {
	w, err := hdf5.Create(name)
	if err != nil {
		return err
	}
	defer w.Abort()
	d, err := w.CreateDataset("/frames", hdf5.DatasetSpec{Type: hdf5.Int32(), Shape: []uint64{6, 4}})
	if err != nil {
		return err
	}
	if err := hdf5.WriteAll(d, make([]int32, 6*4)); err != nil {
		return err
	}
	return w.Close()
}
