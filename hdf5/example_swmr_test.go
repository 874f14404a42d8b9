package hdf5_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// A detector's writer lets others read frames as they come.
func ExampleWriter_StartSWMR() {
	dir, err := os.MkdirTemp("", "swmr")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	name := filepath.Join(dir, "run.h5")

	w, err := hdf5.Create(name)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Abort()
	frames, err := w.CreateDataset("/entry/data", hdf5.DatasetSpec{
		Type: hdf5.Uint16(), Shape: []uint64{0, 2, 3}, MaxShape: []uint64{dataspace.Unlimited, 2, 3}, Chunk: []uint64{1, 2, 3},
	})
	if err != nil {
		log.Fatal(err)
	}
	if err := w.StartSWMR(); err != nil {
		log.Fatal(err)
	}

	// Another program would open the file here.
	f, err := hdf5.Open(name)
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	seen, err := f.Dataset("/entry/data")
	if err != nil {
		log.Fatal(err)
	}

	for i := range uint16(3) {
		if err := hdf5.Append(frames, []uint16{i, i, i, i, i, i}); err != nil {
			log.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			log.Fatal(err)
		}
		if seen, err = seen.Refresh(); err != nil {
			log.Fatal(err)
		}
		fmt.Println(seen.Shape(), "being written:", f.Superblock().Writing)
	}
	if err := w.Close(); err != nil {
		log.Fatal(err)
	}
	if seen, err = seen.Refresh(); err != nil {
		log.Fatal(err)
	}
	values, err := hdf5.Read[uint16](seen)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(values, "being written:", f.Superblock().Writing)
	// Output:
	// [1 2 3] being written: true
	// [2 2 3] being written: true
	// [3 2 3] being written: true
	// [0 0 0 0 0 0 1 1 1 1 1 1 2 2 2 2 2 2] being written: false
}
