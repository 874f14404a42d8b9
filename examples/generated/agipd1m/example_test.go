package agipd1m_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/vdsgen/vdsgen/examples/generated/agipd1m"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Module 3 was off, so that it has no file: its pixels read as NaN, and the result says so. A file with data, gain and mask is written for each of the others.
func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "agipd1m")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)

	// A run of 2 pulses with modules of 1 row and 2 columns.
	p := agipd1m.NewAGIPD1MParams()
	p.Run, p.Pulses, p.Rows, p.Cols = 7, 2, 1, 2
	for module := range agipd1m.AGIPD1MModuleCount {
		if module == 3 {
			continue
		}
		w, err := agipd1m.CreateAGIPD1MImage(ctx, dir, p, 0, module)
		if err != nil {
			log.Fatal(err)
		}
		energy := float32(module)
		if err := w.Data.Append([]float32{energy, energy, energy + 0.5, energy + 0.5}); err != nil {
			log.Fatal(err)
		}
		if err := w.Gain.Append([]uint8{0, 1, 0, 2}); err != nil {
			log.Fatal(err)
		}
		if err := w.Mask.Append(make([]uint32, 4)); err != nil {
			log.Fatal(err)
		}
		if err := w.Close(); err != nil {
			log.Fatal(err)
		}
	}
	name := filepath.Join(dir, agipd1m.AGIPD1MFile(p))
	if err := agipd1m.BuildAGIPD1M(ctx, name, p); err != nil {
		log.Fatal(err)
	}

	r, err := agipd1m.OpenAGIPD1MExact(ctx, name, p)
	if err != nil {
		log.Fatal(err)
	}
	defer r.Close()
	fmt.Println("shape:", r.Data().Shape())

	// The second pulse, the first pixel of some modules.
	pulse, err := r.Data().Read(ctx, agipd1m.AGIPD1MDataSlice{
		Pulse: vds.Index(1), Module: vds.Range(1, 6), Y: vds.Index(0), X: vds.Index(0),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("modules 1 to 5:", pulse.Data)
	for _, f := range pulse.Filled {
		fmt.Println("filled:", f.Elements, "of", f.Source.File)
	}

	gain, err := r.Gain().Module(ctx, 5, agipd1m.AGIPD1MGainSlice{Pulse: vds.Index(1)})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("gain of module 5:", gain.Data)
	// Output:
	// shape: [2 16 1 2]
	// modules 1 to 5: [1.5 2.5 NaN 4.5 5.5]
	// filled: 1 of CORR-R0007-AGIPD03-S00000.h5
	// gain of module 5: [0 2]
}
