package growing_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/growing"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() growing.GrowingParams {
	return growing.GrowingParams{Rows: 2, Cols: 5}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range growing.GrowingNodeCount {
		w, err := growing.CreateGrowingNode(ctx, dir, p, member+1)
		detectortest.Write(t, member, 3*p.Rows*p.Cols, w, err)
	}
	if err := growing.BuildGrowing(ctx, filepath.Join(dir, growing.GrowingFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := growing.OpenGrowingExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, growing.GrowingDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "growing", Sizes: []int{3, 2, 5},
		File: growing.GrowingFile, Path: growing.GrowingDataPath,
		Write: write, Read: read,
	}.Run(t)
}
