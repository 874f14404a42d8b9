package jungfrau4m_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/jungfrau4m"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Eight modules in four rows and two columns, each with files of its own. Who sees something odd in the picture asks which file has that pixel.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "jungfrau4m")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// A detector of 1 frame with modules of 2 rows and 3 columns.
	p := jungfrau4m.Jungfrau4MParams{Frames: 1, Rows: 2, Cols: 3}
	for row := range jungfrau4m.Jungfrau4MRowCount {
		for col := range jungfrau4m.Jungfrau4MColCount {
			w, err := jungfrau4m.CreateJungfrau4MModule(ctx, dir, p, row, col)
			if err != nil {
				log.Fatal(err)
			}
			n := uint16(10 * (2*row + col))
			if err := w.Append([]uint16{n, n, n, n + 1, n + 1, n + 1}); err != nil {
				log.Fatal(err)
			}
			if err := w.Close(); err != nil {
				log.Fatal(err)
			}
		}
	}
	name := filepath.Join(dir, jungfrau4m.Jungfrau4MFile)
	if err := jungfrau4m.BuildJungfrau4M(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := jungfrau4m.OpenJungfrau4M(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	// The last row of pixels of the modules 4 and 5, with the gap of eight columns between them.
	row, err := r.Data().Row(ctx, 2, jungfrau4m.Jungfrau4MDataSlice{Frame: vds.Index(0), Y: vds.Index(-1)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("modules 4 and 5:", row.Data)

	at, err := r.Data().Dataset().Where(ctx, 0, 77, 12)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("pixel 77, 12 is element", at.Index, "of", at.Source)
	// Output:
	// shape: [1 116 14]
	// modules 4 and 5: [41 41 41 65535 65535 65535 65535 65535 65535 65535 65535 51 51 51]
	// pixel 77, 12 is element [0 1 1] of jungfrau_d5_f0_0.h5:/data
}
