package gen_test

import (
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/endless"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/shared"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// fill appends one value, any number of times, and closes.
func fill[T any](t *testing.T, w *vds.SourceWriter[T], n int, value T) {
	t.Helper()
	data := make([]T, n)
	for i := range data {
		data[i] = value
	}
	must(t, w.Append(data))
}

// TestSharedFiles writes files that hold members of several calls, and of several source sets, twice, as a simulation that is run again does.
// None is lost, and a file of one member is replaced whole.
func TestSharedFiles(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := shared.SharedParams{Modules: 2}
	one := func(run int) {
		for k := range 2 {
			gain, err := shared.CreateSharedGain(ctx, dir, p, k)
			must(t, err)
			fill(t, gain, 3, float32(run+k))
			must(t, gain.Close())
		}
		for m := range 2 {
			for f := range 3 {
				w, err := shared.CreateSharedPart(ctx, dir, p, m, f)
				must(t, err)
				fill(t, w.Part, 6, int32(run+10*m+f))
				fill(t, w.Flag, 6, uint8(run+m+f))
				must(t, w.Close())
			}
			mask, err := shared.CreateSharedMask(ctx, dir, p, m)
			must(t, err)
			fill(t, mask, 3, uint8(run+m))
			must(t, mask.Close())
		}
		for f := range 3 {
			half, err := shared.CreateSharedHalf(ctx, dir, p, f)
			must(t, err)
			fill(t, half, 2, int16(run+f))
			must(t, half.Close())
			whole, err := shared.CreateSharedWhole(ctx, dir, p, f)
			must(t, err)
			fill(t, whole, 2, int16(run+f))
			must(t, whole.Close())
			for k := range 2 {
				mixed, err := shared.CreateSharedMixed(ctx, dir, p, f, k)
				must(t, err)
				fill(t, mixed, 2, int16(run+2*f+k))
				must(t, mixed.Close())
			}
		}
	}
	one(50)
	oracle.H5py(t, dir, `
import h5py
for name in ('g0.h5', 'whole_2.h5'):
    with h5py.File(name, 'r+') as f: f['note'] = 1`)
	one(100)
	must(t, shared.BuildShared(ctx, filepath.Join(dir, "v.h5"), p))
	got := string(oracle.H5py(t, dir, `
import h5py
with h5py.File('v.h5', 'r') as f:
    for name in f: print(name, f[name].shape, f[name][...].reshape(-1, f[name].shape[-1])[:, 0].astype(int).tolist(), int(f[name][...].astype(int).sum()))
for name in ('g0.h5', 'whole_2.h5'):
    with h5py.File(name, 'r') as f: print(name, sorted(f))`))
	want := `flags (2, 6, 3) [100, 100, 101, 101, 102, 102, 101, 101, 102, 102, 103, 103] 3654
gain (2, 3) [100, 101] 603
halves (3, 2) [100, 101, 102] 606
mask (2, 3) [100, 101] 603
mixed (3, 2, 2) [100, 101, 102, 103, 104, 105] 1230
parts (2, 6, 3) [100, 100, 101, 101, 102, 102, 110, 110, 111, 111, 112, 112] 3816
wholes (3, 2) [100, 101, 102] 606
g0.h5 ['flag', 'gain', 'grp', 'mask', 'note']
whole_2.h5 ['0']
`
	if got != want {
		t.Errorf("h5py reads\n%swant\n%s", got, want)
	}
}

// TestSharedSeries writes datasets of an endless series into the one file that has them.
func TestSharedSeries(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	for file := range 3 {
		w, err := endless.CreateGroupsS(ctx, dir, endless.GroupsParams{}, file)
		must(t, err)
		fill(t, w, 8*9, float32(file))
		must(t, w.Close())
	}
	must(t, endless.BuildGroups(ctx, filepath.Join(dir, "v.h5"), endless.GroupsParams{}))
	got := string(oracle.H5py(t, dir, `
import h5py
with h5py.File('v.h5', 'r') as f: print(f['data'].shape, f['data'][:, 7, 8].tolist())`))
	if want := "(3, 8, 9) [0.0, 1.0, 2.0]\n"; got != want {
		t.Errorf("h5py reads %swant %s", got, want)
	}
}
