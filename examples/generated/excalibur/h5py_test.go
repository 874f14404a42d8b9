package excalibur_test

import (
	"context"
	"encoding/binary"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func params() excalibur.ExcaliburParams {
	p := excalibur.NewExcaliburParams()
	p.Frames, p.Rows, p.Cols = 4, 8, 16
	return p
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 6 {
		w, err := excalibur.CreateExcaliburStripe(ctx, dir, p, member+1)
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
	if err := excalibur.BuildExcalibur(ctx, filepath.Join(dir, "full_detector.h5"), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := excalibur.OpenExcalibur(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.FullFrame().Read(ctx, excalibur.ExcaliburFullFrameSlice{})
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
		Detector: "excalibur", Sizes: []int{4, 8, 16},
		File: "full_detector.h5", Path: "/full_frame",
		Write: write, Read: read,
	}.Run(t)
}
