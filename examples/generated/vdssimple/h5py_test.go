package vdssimple_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/vdssimple"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func params() vdssimple.SimpleParams {
	return vdssimple.NewSimpleParams()
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 4 {
		w, err := vdssimple.CreateSimpleRow(ctx, dir, p, member)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(oracle.MemberValues[int32](member, p.Length)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := vdssimple.BuildSimple(ctx, filepath.Join(dir, "VDS.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := vdssimple.OpenSimple(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, vdssimple.SimpleDataSlice{})
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
		Detector: "vdssimple", Sizes: []int{100},
		File: "VDS.h5", Path: "/vdata",
		Write: write, Read: read,
	}.Run(t)
}
