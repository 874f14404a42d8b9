package dualpcoedge_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/dualpcoedge"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Two cameras look at one scene, one above the other with ten rows between them.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "dualpcoedge")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	p := dualpcoedge.NewDualPCOEdgeParams()
	p.Frames, p.Rows, p.Cols = 3, 2, 2
	for camera := 1; camera <= 2; camera++ {
		w, err := dualpcoedge.CreateDualPCOEdgeCamera(ctx, dir, p, camera)
		if err != nil {
			log.Fatal(err)
		}
		for frame := range p.Frames {
			n := uint16(100*camera + frame)
			if err := w.Append([]uint16{n, n, n, n}); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, dualpcoedge.DualPCOEdgeFile)
	if err := dualpcoedge.BuildDualPCOEdge(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := dualpcoedge.OpenDualPCOEdge(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	frame, err := r.Data().Frame(ctx, -1)
	if err != nil {
		log.Fatal(err)
	}
	var column []uint16
	for _, row := range frame.Rows() {
		column = append(column, row.At(0))
	}
	fmt.Println("last frame, column 0:", column)

	lower, err := r.Data().Camera(ctx, 2, dualpcoedge.DualPCOEdgeDataSlice{Y: vds.Index(0), X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("camera 2, top left pixel over time:", lower.Data)
	// Output:
	// shape: [3 14 2]
	// last frame, column 0: [102 102 1 1 1 1 1 1 1 1 1 1 202 202]
	// camera 2, top left pixel over time: [200 201 202]
}
