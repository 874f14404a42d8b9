package percival_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/percival"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

func params() percival.PercivalParams {
	p := percival.NewPercivalParams()
	p.Frames, p.Rows, p.Cols = 19, 5, 6
	return p
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 4 {
		w, err := percival.CreatePercivalRaw(ctx, dir, p, member+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(oracle.MemberValues[uint16](member, vds.CeilDiv(p.Frames-member, 4)*p.Rows*p.Cols)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := percival.BuildPercival(ctx, filepath.Join(dir, "full_time_series.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := percival.OpenPercival(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, percival.PercivalDataSlice{})
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
		Detector: "percival", Sizes: []int{19, 5, 6},
		File: "full_time_series.h5", Path: "/data",
		Write: write, Read: read,
	}.Run(t)
}
