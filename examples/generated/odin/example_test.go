package odin_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/odin"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Two writers take blocks of two frames in turn, each block into a new file. The virtual dataset has the frames in the order of time.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "odin")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := odin.OdinParams{Frames: 7, Writers: 2, Block: 2, Rows: 1, Cols: 2}

	// Block b is file b/2 of writer b mod 2. The last block is short.
	for first := 0; first < p.Frames; first += p.Block {
		block := first / p.Block
		w, err := odin.CreateOdinPart(ctx, dir, p, block/p.Writers, block%p.Writers)
		if err != nil {
			log.Fatal(err)
		}
		for f := first; f < min(first+p.Block, p.Frames); f++ {
			if err := w.Append([]uint32{uint32(f), uint32(f)}); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, odin.OdinFile)
	if err := odin.BuildOdin(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	// A file that was dealt in other blocks has other frames in it: it is refused.
	other := p
	other.Block = 1
	if _, err := odin.OpenOdinExact(ctx, name, other); err != nil {
		fmt.Println("not in blocks of 1")
	}

	r, err := odin.OpenOdinExact(ctx, name, p)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	all, err := r.Data().Read(ctx, odin.OdinDataSlice{Y: vds.Index(0), X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("frames:", all.Data)

	at, err := r.Data().Dataset().Where(ctx, 5, 0, 0)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("frame 5 is in", at.Source.File)
	// Output:
	// not in blocks of 1
	// frames: [0 1 2 3 4 5 6]
	// frame 5 is in odin_000003.h5
}
