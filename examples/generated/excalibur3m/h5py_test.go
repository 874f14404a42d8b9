package excalibur3m_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur3m"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() excalibur3m.Excalibur3MParams {
	return excalibur3m.Excalibur3MParams{Frames: 3, Rows: 4, Cols: 6}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range excalibur3m.Excalibur3MStripeCount {
		w, err := excalibur3m.CreateExcalibur3MStripe(ctx, dir, p, member+1)
		detectortest.Write(t, member, p.Frames*p.Rows*p.Cols, w, err)
	}
	if err := excalibur3m.BuildExcalibur3M(ctx, filepath.Join(dir, excalibur3m.Excalibur3MFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := excalibur3m.OpenExcalibur3MExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, excalibur3m.Excalibur3MDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "excalibur3m", Sizes: []int{3, 4, 6},
		File: excalibur3m.Excalibur3MFile, Path: excalibur3m.Excalibur3MDataPath,
		Write: write, Read: read,
	}.Run(t)
}
