package excalibur3m_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur3m"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Six stripes in three modules: 3 empty rows inside a module, 123 between modules. The pixel mask says which rows those are.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "excalibur3m")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// A detector of 2 frames with stripes of 2 rows and 4 columns.
	p := excalibur3m.Excalibur3MParams{Frames: 2, Rows: 2, Cols: 4}
	for stripe := 1; stripe <= excalibur3m.Excalibur3MStripeCount; stripe++ {
		w, err := excalibur3m.CreateExcalibur3MStripe(ctx, dir, p, stripe)
		if err != nil {
			log.Fatal(err)
		}
		frames := make([]uint16, p.Frames*p.Rows*p.Cols)
		for i := range frames {
			frames[i] = uint16(100 * stripe)
		}
		if err := w.Append(frames); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, excalibur3m.Excalibur3MFile)
	if err := excalibur3m.BuildExcalibur3M(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := excalibur3m.OpenExcalibur3M(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	// Column 0 across the first module and into the gap below it; fill is what no stripe covers.
	rows := vds.Range(0, 9)
	column, err := r.Data().Read(ctx, excalibur3m.Excalibur3MDataSlice{Frame: vds.Index(0), Y: rows, X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	mask, err := r.PixelMask().Read(ctx, excalibur3m.Excalibur3MPixelMaskSlice{Y: rows, X: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("pixels:", column.Data)
	fmt.Println("mask:  ", mask.Data)

	stripe, err := r.Data().Stripe(ctx, 3, excalibur3m.Excalibur3MDataSlice{Frame: vds.Index(1), Y: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("first row of stripe 3:", stripe.Data)
	// Output:
	// shape: [2 267 4]
	// pixels: [100 100 65535 65535 65535 200 200 65535 65535]
	// mask:   [0 0 1 1 1 0 0 1 1]
	// first row of stripe 3: [300 300 300 300]
}
