package datasetconcatenation_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/datasetconcatenation"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Each file becomes one index of a new first axis.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "datasetconcatenation")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := datasetconcatenation.NewConcatenationParams()
	p.Files = 3
	for file := range p.Files {
		w, err := datasetconcatenation.CreateConcatenationFile(ctx, dir, p, file)
		if err != nil {
			log.Fatal(err)
		}
		values := make([]int32, 5*10*20)
		for i := range values {
			values[i] = int32(1000*file + i)
		}
		if err := w.Append(values); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, datasetconcatenation.ConcatenationFile)
	if err := datasetconcatenation.BuildConcatenation(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := datasetconcatenation.OpenConcatenation(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	corners, err := r.Data().Read(ctx, datasetconcatenation.ConcatenationDataSlice{Z: vds.Index(-1), Y: vds.Index(-1), X: vds.Index(-1)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("last element of each file:", corners.Data)
	// Output:
	// shape: [3 5 10 20]
	// last element of each file: [999 1999 2999]
}
