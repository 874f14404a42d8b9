package eigerseries_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/eigerseries"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// A series of five images, two in a file, so that the last file has one. It reads as one stack, whichever file an image is in.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "eigerseries")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := eigerseries.EigerSeriesParams{Frames: 5, Perfile: 2, Rows: 1, Cols: 3}
	image := 0
	for file := 1; image < p.Frames; file++ {
		w, err := eigerseries.CreateEigerSeriesFile(ctx, dir, p, file)
		if err != nil {
			log.Fatal(err)
		}
		for range min(p.Perfile, p.Frames-image) {
			n := uint32(100 + image)
			if err := w.Append([]uint32{n, n, n}); err != nil {
				log.Fatal(err)
			}
			image++
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, eigerseries.EigerSeriesFile)
	if err := eigerseries.BuildEigerSeries(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := eigerseries.OpenEigerSeriesExact(ctx, name, p)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	for image, err := range r.Data().Frames(ctx, eigerseries.EigerSeriesDataSlice{Frame: vds.From(1)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(image.Data)
	}

	// Files along the axis are counted from 0, because the number of them is known only when a file is open.
	last, err := r.Data().File(ctx, 2, eigerseries.EigerSeriesDataSlice{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("images in the last file:", last.Shape[0])
	// Output:
	// shape: [5 1 3]
	// [101 101 101]
	// [102 102 102]
	// [103 103 103]
	// [104 104 104]
	// images in the last file: 1
}
