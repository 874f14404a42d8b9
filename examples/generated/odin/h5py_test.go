package odin_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/odin"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() odin.OdinParams {
	return odin.OdinParams{Frames: 25, Writers: 3, Block: 4, Rows: 2, Cols: 5}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	// Seven files, of which writer 0 has three; the last one has a single frame.
	for member := range 7 {
		w, err := odin.CreateOdinPart(ctx, dir, p, member/p.Writers, member%p.Writers)
		detectortest.Write(t, member, min(p.Block, p.Frames-p.Block*member)*p.Rows*p.Cols, w, err)
	}
	if err := odin.BuildOdin(ctx, filepath.Join(dir, odin.OdinFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := odin.OpenOdinExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, odin.OdinDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "odin", Sizes: []int{25, 3, 4, 2, 5},
		File: odin.OdinFile, Path: odin.OdinDataPath,
		Write: write, Read: read,
	}.Run(t)
}
