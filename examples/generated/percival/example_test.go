package percival_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/percival"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Four writers take the frames in turn; the virtual dataset has them in the order of time.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "percival")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := percival.NewPercivalParams()
	p.Frames, p.Rows, p.Cols = 10, 1, 2

	// Frame f goes to writer f mod 4 + 1; its pixels hold f.
	var writers []*percival.PercivalRawWriter
	for writer := 1; writer <= percival.PercivalWriterCount; writer++ {
		w, err := percival.CreatePercivalRaw(ctx, dir, p, writer)
		if err != nil {
			log.Fatal(err)
		}
		writers = append(writers, w)
	}
	for f := range p.Frames {
		if err := writers[f%4].Append([]uint16{uint16(f), uint16(f)}); err != nil {
			log.Fatal(err)
		}
	}
	for _, w := range writers {
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}

	name := filepath.Join(dir, percival.PercivalFile)
	if err := percival.BuildPercival(ctx, name, p); err != nil {
		log.Fatal(err)
	}
	r, err := percival.OpenPercival(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()

	// Every third frame, one at a time, read ahead in parallel.
	for frame, err := range r.Data().Frames(ctx, percival.PercivalDataSlice{Frame: vds.All().By(3)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("frame", frame.Data[0], "shape", frame.Shape)
	}

	second, err := r.Data().Writer(ctx, 2, percival.PercivalDataSlice{X: vds.Index(0), Y: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("writer 2 took frames", second.Data)
	// Output:
	// frame 0 shape [1 2]
	// frame 3 shape [1 2]
	// frame 6 shape [1 2]
	// frame 9 shape [1 2]
	// writer 2 took frames [1 5 9]
}
