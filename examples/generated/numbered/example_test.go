package numbered_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/numbered"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Files come until the detector is stopped. The virtual dataset has the frames of those that exist; a number that is left out ends it, unless it is looked beyond.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "numbered")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := numbered.NumberedParams{Perfile: 2, Rows: 1, Cols: 2}
	name := filepath.Join(dir, numbered.NumberedFile)
	if err := numbered.BuildNumbered(ctx, name, p); err != nil {
		log.Fatal(err)
	}
	for _, file := range []int{0, 1, 3} {
		w, err := numbered.CreateNumberedFile(ctx, dir, p, file)
		if err != nil {
			log.Fatal(err)
		}
		n := uint16(10 * file)
		if err := w.Append([]uint16{n, n, n + 1, n + 1}); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}

	r, err := numbered.OpenNumbered(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	frames, err := r.Data().Read(ctx, numbered.NumberedDataSlice{Y: vds.Index(0), X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("up to file 1:", frames.Data)

	// Look beyond one file that is missing; what it would have reads as fill, and the result says so.
	beyond, err := numbered.OpenNumbered(ctx, name, vds.WithPrintfGap(1))
	if err != nil {
		log.Fatal(err)
	}
	defer beyond.Close()
	frames, err = beyond.Data().Read(ctx, numbered.NumberedDataSlice{Y: vds.Index(0), X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("beyond it:", frames.Data, "of which", frames.Filled[0].Elements, "are filled for want of", frames.Filled[0].Source.File)
	// Output:
	// up to file 1: [0 1 10 11]
	// beyond it: [0 1 10 11 0 0 30 31] of which 2 are filled for want of numbered_2.h5
}
