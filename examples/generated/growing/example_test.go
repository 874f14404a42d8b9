package growing_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/growing"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Four nodes take frames in turn, and nobody knows how many there will be. The virtual dataset is there before the first one, and grows.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "growing")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := growing.GrowingParams{Rows: 1, Cols: 2}
	name := filepath.Join(dir, growing.GrowingFile)
	if err := growing.BuildGrowing(ctx, name, p); err != nil {
		log.Fatal(err)
	}
	r, err := growing.OpenGrowing(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("before the first frame:", r.Data().Shape())

	// Frame f goes to node f mod 4 + 1: six frames, two for each of the nodes 1 and 2.
	for node := 1; node <= growing.GrowingNodeCount; node++ {
		w, err := growing.CreateGrowingNode(ctx, dir, p, node)
		if err != nil {
			log.Fatal(err)
		}
		for f := node - 1; f < 6; f += growing.GrowingNodeCount {
			if err := w.Append([]uint16{uint16(f), uint16(f)}); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}

	// Each frame comes once, in order, as soon as its node has it; the loop would wait for a seventh.
	for frame, err := range r.Data().FollowFrames(ctx, growing.GrowingDataSlice{Frame: vds.From(2)}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("frame", frame.Data[0])
		if frame.Data[0] == 5 {
			break
		}
	}

	now, err := r.Data().Refresh(ctx)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("now:", now.Shape())
	// Output:
	// before the first frame: [0 1 2]
	// frame 2
	// frame 3
	// frame 4
	// frame 5
	// now: [6 1 2]
}
