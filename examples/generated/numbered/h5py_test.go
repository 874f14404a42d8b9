package numbered_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/numbered"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() numbered.NumberedParams {
	return numbered.NumberedParams{Perfile: 3, Rows: 2, Cols: 5}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 4 {
		w, err := numbered.CreateNumberedFile(ctx, dir, p, member)
		detectortest.Write(t, member, p.Perfile*p.Rows*p.Cols, w, err)
	}
	if err := numbered.BuildNumbered(ctx, filepath.Join(dir, numbered.NumberedFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := numbered.OpenNumberedExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, numbered.NumberedDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "numbered", Sizes: []int{4, 3, 2, 5},
		File: numbered.NumberedFile, Path: numbered.NumberedDataPath,
		Write: write, Read: read,
	}.Run(t)
}
