// Demo plays an Excalibur detector at a small size, from frames to slices, and checks every value it
// reads: six writers write a stripe each, the builder ties them together, the reader reads.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	vds "github.com/vdsgen/vdsgen/runtime"
)

func main() {
	dir := flag.String("dir", "demo", "`folder` for the files")
	flag.Parse()
	if err := run(context.Background(), *dir); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, dir string) error {
	p := excalibur.NewExcaliburParams()
	p.Frames, p.Rows, p.Cols = 20, 32, 256

	if err := writeSources(ctx, dir, p); err != nil {
		return err
	}
	fmt.Printf("wrote    %s: %d stripes of [%d][%d][%d] uint16, by as many writers at a time\n",
		filepath.Join(dir, "stripe_{n}.h5"), excalibur.ExcaliburStripeCount, p.Frames, p.Rows, p.Cols)

	name := filepath.Join(dir, excalibur.ExcaliburFile)
	if err := excalibur.BuildExcalibur(ctx, name, p); err != nil {
		return err
	}
	r, err := excalibur.OpenExcalibur(ctx, name)
	if err != nil {
		return err
	}
	defer r.Close()
	fmt.Printf("built    %s: %s %v, fill %d\n", name, excalibur.ExcaliburFullFramePath, r.FullFrame().Shape(), excalibur.ExcaliburFullFrameFill)

	report, err := r.Verify(ctx)
	if err != nil {
		return err
	}
	if !report.OK() {
		return errors.Join(report.Problems()...)
	}
	fmt.Println("verified every source exists and is what its mapping needs")

	return readBack(ctx, r.FullFrame(), p)
}

// pixel is what the simulated detector measures: different for each frame, stripe and pixel.
func pixel(stripe, frame, row, col int) uint16 {
	return uint16(stripe*10007 + frame*211 + row*37 + col)
}

// writeSources writes all stripes at the same time, as the detector's readout nodes do.
func writeSources(ctx context.Context, dir string, p excalibur.ExcaliburParams) error {
	errs := make([]error, excalibur.ExcaliburStripeCount)
	var writers sync.WaitGroup
	for i := range errs {
		writers.Go(func() { errs[i] = writeStripe(ctx, dir, p, i+1) })
	}
	writers.Wait()
	return errors.Join(errs...)
}

func writeStripe(ctx context.Context, dir string, p excalibur.ExcaliburParams, stripe int) error {
	w, err := excalibur.CreateExcaliburStripe(ctx, dir, p, stripe)
	if err != nil {
		return err
	}
	defer w.Abort()
	frame := make([]uint16, p.Rows*p.Cols)
	for f := range p.Frames {
		for i := range frame {
			frame[i] = pixel(stripe, f, i/p.Cols, i%p.Cols)
		}
		if err := w.Append(frame); err != nil {
			return err
		}
	}
	return w.Close()
}

// readBack reads the stack in several ways and compares each value with what was measured.
func readBack(ctx context.Context, d *excalibur.ExcaliburFullFrame, p excalibur.ExcaliburParams) error {
	pitch := p.Rows + 10 // a stripe and the gap below it
	want := func(frame, y, x int) uint16 {
		if y%pitch >= p.Rows {
			return excalibur.ExcaliburFullFrameFill
		}
		return pixel(y/pitch+1, frame, y%pitch, x)
	}

	checked, gaps := 0, 0
	n := 0
	for frame, err := range d.Frames(ctx, excalibur.ExcaliburFullFrameSlice{}) {
		if err != nil {
			return err
		}
		for y, row := range frame.Rows() {
			for x, got := range row.Data {
				if got != want(n, y, x) {
					return fmt.Errorf("frame %d, y %d, x %d is %d, want %d", n, y, x, got, want(n, y, x))
				}
				checked++
			}
			if y%pitch >= p.Rows {
				gaps += len(row.Data)
			}
		}
		n++
	}
	fmt.Printf("read     %d frames one by one: %d pixels right, %d of them fill in the gaps\n", n, checked, gaps)

	// Every fifth frame, three rows on either side of the first gap, every other column.
	slice := excalibur.ExcaliburFullFrameSlice{Frame: vds.All().By(5), Y: vds.Range(p.Rows-3, pitch+3), X: vds.From(1).By(2)}
	part, err := d.Read(ctx, slice)
	if err != nil {
		return err
	}
	for i := range part.Shape[0] {
		for j := range part.Shape[1] {
			for k := range part.Shape[2] {
				if got := part.At(i, j, k); got != want(5*i, p.Rows-3+j, 1+2*k) {
					return fmt.Errorf("slice element %d, %d, %d is %d, want %d", i, j, k, got, want(5*i, p.Rows-3+j, 1+2*k))
				}
			}
		}
	}
	fmt.Printf("read     [::5, %d:%d, 1::2] across a gap: %v, every value right\n", p.Rows-3, pitch+3, part.Shape)

	stripe, err := d.Stripe(ctx, 6, excalibur.ExcaliburFullFrameSlice{Frame: vds.Index(-1)})
	if err != nil {
		return err
	}
	for i, got := range stripe.Data {
		if got != pixel(6, p.Frames-1, i/p.Cols, i%p.Cols) {
			return fmt.Errorf("stripe 6, pixel %d is %d", i, got)
		}
	}
	fmt.Printf("read     stripe 6 of the last frame: %v, every value right\n", stripe.Shape)
	return nil
}
