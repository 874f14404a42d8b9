package agipd1m_test

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/agipd1m"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// leftOut writes files of two sequences and three pulses, as programs do that map only the modules that they find. A place is (file of module, place, sequence, pulses).
const leftOut = `
import h5py, numpy as np
det = '/INSTRUMENT/SPB_DET_AGIPD1M-1/DET/%dCH0:xtdf/image/%s'
fields = (('data', 'f4', np.nan), ('gain', 'u1', 0), ('mask', 'u4', 2**32 - 1))
def write(name, places):
    with h5py.File(name, 'w', libver='latest') as out:
        for field, dtype, fill in fields:
            layout = h5py.VirtualLayout((6, 16, 4, 2), dtype)
            for module, at, seq, lo, hi in places:
                source = h5py.VirtualSource('CORR-R0007-AGIPD%02d-S%05d.h5' % (module, seq), det % (module, field), (3, 4, 2), dtype)
                layout[3*seq+lo:3*seq+hi, at] = source[lo:hi]
            out.create_virtual_dataset('entry_1/instrument_1/detector_1/' + field, layout, fillvalue=fill)
def every(modules): return [(m, m, seq, 0, 3) for m in modules for seq in (0, 1)]
write('all.h5', every(range(16)))
write('missing.h5', every(m for m in range(16) if m not in (3, 11)))
write('half.h5', every(range(0, 16, 2)))
write('one.h5', every([9]))
write('none.h5', [])
write('cut.h5', [p for p in every(range(16)) if p[:3] != (5, 5, 1)])
write('frames.h5', [(m, m, 1 - seq, i, i + 1) for m in range(15, -1, -1) for i in (2, 0, 1) for seq in (0, 1)][:-6])
write('shifted.h5', [(m, m + (m > 8), seq, 0, 3) for m in range(15) for seq in (0, 1)])
write('swapped.h5', [(m ^ (m in (6, 7)), m, seq, 0, 3) for m in range(16) if m != 2 for seq in (0, 1)])
write('part.h5', [p for p in every(range(16)) if p[0] != 5] + [(5, 5, 0, 0, 3), (5, 5, 1, 0, 2)])
write('frame.h5', [p for p in every(range(16)) if p[0] != 5] + [(5, 5, 0, 0, 3), (5, 5, 1, 1, 2)])
write('extra.h5', every(m for m in range(16) if m != 5) + [(4, 5, 0, 0, 1)])
write('reversed.h5', every(range(16))[::-1])
`

// Modules may be left out of a file, and read as fill then; those that it maps must be where the layout has them.
func TestLeftOut(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	oracle.H5py(t, dir, leftOut)
	for name, want := range map[string]string{
		"all.h5":      "",
		"missing.h5":  "",
		"half.h5":     "",
		"one.h5":      "",
		"none.h5":     "",
		"cut.h5":      "",
		"frames.h5":   "",
		"reversed.h5": "",
		"shifted.h5":  "9CH0:xtdf/image/data lies where the layout has a source of path /INSTRUMENT/SPB_DET_AGIPD1M-1/DET/10CH0:xtdf/image/data",
		"swapped.h5":  "7CH0:xtdf/image/data lies where the layout has a source of path /INSTRUMENT/SPB_DET_AGIPD1M-1/DET/6CH0:xtdf/image/data",
		"part.h5":     "another number of elements than other sources",
		"extra.h5":    "another number of elements than other sources",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := agipd1m.OpenAGIPD1M(ctx, filepath.Join(dir, name))
			if want != "" {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Fatalf("the error is %v\nwant %q in it", err, want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			a, err := r.Data().Read(ctx, agipd1m.AGIPD1MDataSlice{Module: vds.Range(3, 4)})
			if err != nil {
				t.Fatal(err)
			}
			if slices.ContainsFunc(a.Data, func(x float32) bool { return !math.IsNaN(float64(x)) }) {
				t.Errorf("a module that is not there reads as %v", a.Data)
			}
		})
	}
}

// With the run known, names of files are compared as well, and a member of which a part is mapped is not one that is left out.
func TestLeftOutNames(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	oracle.H5py(t, dir, leftOut)
	for name, want := range map[string]string{
		"missing.h5": "",
		"half.h5":    "",
		"cut.h5":     "",
		"frames.h5":  "",
		"frame.h5":   "no mapping gives 8 elements of what the layout takes from CORR-R0007-AGIPD05-S00001.h5",
		"extra.h5":   "AGIPD05-S00000.h5:/INSTRUMENT/SPB_DET_AGIPD1M-1/DET/5CH0:xtdf/image/data",
		"shifted.h5": "9CH0:xtdf/image/data lies where the layout has CORR-R0007-AGIPD10-S00000.h5",
		"part.h5":    "no mapping gives 8 elements of what the layout takes from CORR-R0007-AGIPD05-S00001.h5",
	} {
		t.Run(name, func(t *testing.T) {
			f, err := vds.Open(ctx, filepath.Join(dir, name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			err = checkData(ctx, f)
			if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
				t.Errorf("the error is %v\nwant %q in it", err, want)
			}
		})
	}
}

// checkData compares the data alone with the layout, whose members are divided into frames here.
func checkData(ctx context.Context, f *vds.File) error {
	d, err := f.Dataset(ctx, agipd1m.AGIPD1MDataPath)
	if err != nil {
		return err
	}
	return vds.CheckMappings(d, func() (*vds.Layout, error) {
		l := vds.NewLayout[float32]([]int{6, 16, 4, 2}, vds.SeparateMappings())
		for pulse := range 6 {
			for module := range 16 {
				if err := l.Map([]vds.Slice{vds.Index(pulse), vds.Index(module)}, member(pulse/3, module).Slice(vds.Index(pulse%3))); err != nil {
					return nil, err
				}
			}
		}
		return l, nil
	}, "pulse", "module", "y", "x")
}

func member(seq, module int) vds.Source {
	return vds.NewSource(fmt.Sprintf("CORR-R0007-AGIPD%02d-S%05d.h5", module, seq),
		fmt.Sprintf("/INSTRUMENT/SPB_DET_AGIPD1M-1/DET/%dCH0:xtdf/image/data", module), []int{3, 4, 2}, vds.Optional())
}
