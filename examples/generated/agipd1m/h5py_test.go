package agipd1m_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/agipd1m"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Modules 3 and 11 were off; testdata/h5py/detectors.py has no files of them either.
var off = []int{3, 11}

func params() agipd1m.AGIPD1MParams {
	return agipd1m.AGIPD1MParams{Run: 7, Seqs: 2, Pulses: 3, Rows: 4, Cols: 2}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	const perFile = 3 * 4 * 2
	for seq := range p.Seqs {
		for module := range agipd1m.AGIPD1MModuleCount {
			if slices.Contains(off, module) {
				continue
			}
			w, err := agipd1m.CreateAGIPD1MImage(ctx, dir, p, seq, module)
			if err != nil {
				t.Fatal(err)
			}
			member := 16*seq + module
			for _, err := range []error{
				w.Data.Append(oracle.MemberValues[float32](member, perFile)),
				w.Gain.Append(oracle.MemberValues[uint8](member+100, perFile)),
				w.Mask.Append(oracle.MemberValues[uint32](member+200, perFile)),
				w.Close(),
			} {
				if err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if err := agipd1m.BuildAGIPD1M(ctx, filepath.Join(dir, agipd1m.AGIPD1MFile(p)), p); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, file string) *agipd1m.AGIPD1MReader {
	r, err := agipd1m.OpenAGIPD1MExact(context.Background(), file, params())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// Each field is held against h5py: data, gain and mask have fill values of their own.
func TestBothWays(t *testing.T) {
	for path, read := range map[string]func(t *testing.T, file string) []byte{
		agipd1m.AGIPD1MDataPath: func(t *testing.T, file string) []byte {
			a, err := open(t, file).Data().Read(context.Background(), agipd1m.AGIPD1MDataSlice{})
			return detectortest.Bytes(t, a, err)
		},
		agipd1m.AGIPD1MGainPath: func(t *testing.T, file string) []byte {
			a, err := open(t, file).Gain().Read(context.Background(), agipd1m.AGIPD1MGainSlice{})
			return detectortest.Bytes(t, a, err)
		},
		agipd1m.AGIPD1MMaskPath: func(t *testing.T, file string) []byte {
			a, err := open(t, file).Mask().Read(context.Background(), agipd1m.AGIPD1MMaskSlice{})
			return detectortest.Bytes(t, a, err)
		},
	} {
		t.Run(filepath.Base(path), func(t *testing.T) {
			oracle.BothWays{
				Detector: "agipd1m", Sizes: []int{7, 2, 3, 4, 2},
				File: agipd1m.AGIPD1MFile(params()), Path: path,
				Write: write, Read: read,
			}.Run(t)
		})
	}
}

// A read says which modules it filled.
func TestFilled(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	r := open(t, filepath.Join(dir, agipd1m.AGIPD1MFile(params())))
	pulse, err := r.Data().Read(context.Background(), agipd1m.AGIPD1MDataSlice{Pulse: vds.Index(-1)})
	if err != nil {
		t.Fatal(err)
	}
	if len(pulse.Filled) != len(off) {
		t.Errorf("%d sources were reported as filled, want %d", len(pulse.Filled), len(off))
	}
}
