package datasetconcatenation_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/datasetconcatenation"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func params() datasetconcatenation.ConcatenationParams {
	p := datasetconcatenation.NewConcatenationParams()
	p.Files = 3
	return p
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range p.Files {
		w, err := datasetconcatenation.CreateConcatenationFile(ctx, dir, p, member)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append(oracle.MemberValues[int32](member, 5*10*20)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := datasetconcatenation.BuildConcatenation(ctx, filepath.Join(dir, "VDS.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := datasetconcatenation.OpenConcatenation(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, datasetconcatenation.ConcatenationDataSlice{})
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
		Detector: "datasetconcatenation", Sizes: []int{3},
		File: "VDS.h5", Path: "/data",
		Write: write, Read: read,
	}.Run(t)
}
