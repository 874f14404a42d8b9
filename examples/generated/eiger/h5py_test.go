package eiger_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/eiger"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func params() eiger.EigerParams {
	p := eiger.NewEigerParams()
	p.Frames, p.Rows, p.Cols = 7, 12, 13
	return p
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 5 {
		w, err := eiger.CreateEigerFile(ctx, dir, p, member+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(oracle.MemberValues[int64](member, p.Frames*p.Rows*p.Cols)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := eiger.BuildEiger(ctx, filepath.Join(dir, "eiger_vds.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := eiger.OpenEiger(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, eiger.EigerDataSlice{})
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
		Detector: "eiger", Sizes: []int{7, 12, 13},
		File: "eiger_vds.h5", Path: "/data",
		Write: write, Read: read,
	}.Run(t)
}
