package eiger_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/eiger"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Five files one after another are one stack of images; integers become floats on the way.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "eiger")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := eiger.NewEigerParams()
	p.Frames, p.Rows, p.Cols = 2, 1, 3
	for file := 1; file <= eiger.EigerFileCount; file++ {
		w, err := eiger.CreateEigerFile(ctx, dir, p, file)
		if err != nil {
			log.Fatal(err)
		}
		for frame := range p.Frames {
			n := int64(10*file + frame)
			if err := w.Append([]int64{n, n, n}); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, eiger.EigerFile)
	if err := eiger.BuildEiger(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := eiger.OpenEiger(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	// Frames 3 to 6 lie in three files.
	part := make([]float64, 4)
	if err := r.Data().ReadInto(ctx, part, eiger.EigerDataSlice{Frame: vds.Range(3, 7), Y: vds.Index(0), X: vds.Index(-1)}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(part)

	at, err := r.Data().Dataset().Where(ctx, 6, 0, 2)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("the last of them is element", at.Index, "of", at.Source)
	// Output:
	// [21 30 31 40]
	// the last of them is element [0 0 2] of 4.h5:/data
}
