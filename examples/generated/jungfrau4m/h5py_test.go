package jungfrau4m_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/jungfrau4m"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() jungfrau4m.Jungfrau4MParams {
	return jungfrau4m.Jungfrau4MParams{Frames: 2, Rows: 5, Cols: 3}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for row := range jungfrau4m.Jungfrau4MRowCount {
		for col := range jungfrau4m.Jungfrau4MColCount {
			w, err := jungfrau4m.CreateJungfrau4MModule(ctx, dir, p, row, col)
			detectortest.Write(t, 2*row+col, p.Frames*p.Rows*p.Cols, w, err)
		}
	}
	if err := jungfrau4m.BuildJungfrau4M(ctx, filepath.Join(dir, jungfrau4m.Jungfrau4MFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := jungfrau4m.OpenJungfrau4MExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, jungfrau4m.Jungfrau4MDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "jungfrau4m", Sizes: []int{2, 5, 3},
		File: jungfrau4m.Jungfrau4MFile, Path: jungfrau4m.Jungfrau4MDataPath,
		Write: write, Read: read,
	}.Run(t)
}
