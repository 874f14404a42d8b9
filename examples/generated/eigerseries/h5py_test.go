package eigerseries_test

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/eigerseries"
	"github.com/vdsgen/vdsgen/internal/oracle"
	"github.com/vdsgen/vdsgen/internal/oracle/detectortest"
)

func params() eigerseries.EigerSeriesParams {
	return eigerseries.EigerSeriesParams{Frames: 8, Perfile: 3, Rows: 4, Cols: 5}
}

func write(t *testing.T, dir string) {
	ctx := context.Background()
	p := params()
	for member := range 3 {
		w, err := eigerseries.CreateEigerSeriesFile(ctx, dir, p, member+1)
		detectortest.Write(t, member, min(p.Perfile, p.Frames-p.Perfile*member)*p.Rows*p.Cols, w, err)
	}
	if err := eigerseries.BuildEigerSeries(ctx, filepath.Join(dir, eigerseries.EigerSeriesFile), p); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) []byte {
	ctx := context.Background()
	r, err := eigerseries.OpenEigerSeriesExact(ctx, file, params())
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	a, err := r.Data().Read(ctx, eigerseries.EigerSeriesDataSlice{})
	return detectortest.Bytes(t, a, err)
}

func TestBothWays(t *testing.T) {
	oracle.BothWays{
		Detector: "eigerseries", Sizes: []int{8, 3, 4, 5},
		File: eigerseries.EigerSeriesFile, Path: eigerseries.EigerSeriesDataPath,
		Write: write, Read: read,
	}.Run(t)
}

// The links of the master file lead to the same images as the virtual dataset.
func TestLinks(t *testing.T) {
	dir := t.TempDir()
	write(t, dir)
	got := oracle.H5py(t, dir, `
import h5py, sys
with h5py.File(sys.argv[1]) as f:
    data, first = f['entry/data/data'][()], 0
    for name in sorted(n for n in f['entry/data'] if n != 'data'):
        link = f['entry/data'].get(name, getlink=True)
        part = f['entry/data'][name][()]
        print(name, '->', link.filename, link.path, len(part), bool((part == data[first:first+len(part)]).all()))
        first += len(part)
`, eigerseries.EigerSeriesFile)
	const want = `data_000001 -> series_1_data_000001.h5 /entry/data/data 3 True
data_000002 -> series_1_data_000002.h5 /entry/data/data 3 True
data_000003 -> series_1_data_000003.h5 /entry/data/data 2 True
`
	if string(got) != want {
		t.Errorf("h5py finds\n%swant\n%s", got, want)
	}
}
