package excalibur_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Six writers write a stripe each; the virtual dataset puts the stripes below one another, ten rows apart.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "excalibur")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// A detector of 2 frames with stripes of 3 rows and 4 columns.
	p := excalibur.NewExcaliburParams()
	p.Frames, p.Rows, p.Cols = 2, 3, 4

	for stripe := 1; stripe <= excalibur.ExcaliburStripeCount; stripe++ {
		w, err := excalibur.CreateExcaliburStripe(ctx, dir, p, stripe)
		if err != nil {
			log.Fatal(err)
		}
		frame := make([]uint16, p.Rows*p.Cols)
		for i := range frame {
			frame[i] = uint16(100 * stripe)
		}
		for range p.Frames {
			if err := w.Append(frame); err != nil {
				log.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}

	name := filepath.Join(dir, excalibur.ExcaliburFile)
	if err := excalibur.BuildExcalibur(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := excalibur.OpenExcalibur(ctx, name)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.FullFrame().Shape())

	// Column 0 of frame 1, from the last row of stripe 1 over the gap to stripe 2.
	column, err := r.FullFrame().Read(ctx, excalibur.ExcaliburFullFrameSlice{
		Frame: vds.Index(1), Y: vds.Range(2, 14), X: vds.Index(0),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("across the gap:", column.Data)

	// Stripe 6 alone, wherever it lies.
	stripe, err := r.FullFrame().Stripe(ctx, 6, excalibur.ExcaliburFullFrameSlice{Frame: vds.Index(0), Y: vds.Index(0)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("first row of stripe 6:", stripe.Data)
	// Output:
	// shape: [2 68 4]
	// across the gap: [100 1 1 1 1 1 1 1 1 1 1 200]
	// first row of stripe 6: [600 600 600 600]
}
