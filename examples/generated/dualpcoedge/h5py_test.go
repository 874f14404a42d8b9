package dualpcoedge_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/dualpcoedge"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func params() dualpcoedge.DualPCOEdgeParams {
	p := dualpcoedge.NewDualPCOEdgeParams()
	p.Frames, p.Rows, p.Cols = 3, 6, 5
	return p
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 2 {
		w, err := dualpcoedge.CreateDualPCOEdgeCamera(ctx, dir, p, member+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(oracle.MemberValues[uint16](member, p.Frames*p.Rows*p.Cols)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := dualpcoedge.BuildDualPCOEdge(ctx, filepath.Join(dir, "outfile.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := dualpcoedge.OpenDualPCOEdge(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, dualpcoedge.DualPCOEdgeDataSlice{})
	if err != nil {
		t.Fatal(err)
	}
	values, err := binary.Append(nil, binary.LittleEndian, a.Data)
	if err != nil {
		t.Fatal(err)
	}
	return values
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "dualpcoedge", Sizes: []int{3, 6, 5},
		File: "outfile.h5", Path: "/data",
		Write: write, Read: read,
	}.Run(t)
}
