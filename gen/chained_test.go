package gen_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/chained"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// chainedScript writes the sources of layout Chained, puts its datasets together with NumPy, and compares what h5py reads from the virtual ones.
const chainedScript = `
import sys, h5py, numpy as np
n = int(sys.argv[1])
def member(name, number, shape, dtype):
    a = (100000 * number + np.arange(np.prod(shape)).reshape(shape)).astype(dtype)
    with h5py.File(name, 'w') as f: f['d'] = a
    return a
ks, ws = (0, 1, 2), (5, 3)
r = {(k, w): member('r%d_%d.h5' % (k, w), 10*k + w, (n + 2*k + w, 2), 'i4') for k in ks for w in ws}
e = {(k, w): member('e%d_%d.h5' % (k, w), 10*k + w, (n, 2, 3), 'i4') for k in ks for w in ws}
c = [member('c%d.h5' % k, k + 1, (n, 2), 'c8') for k in ks]
gap = lambda rows: np.zeros((rows, 2), 'i4')
join = np.concatenate
want = {}
want['joined'] = join([join([r[k, 5] for k in ks]), gap(3), join([r[k, 3] for k in ks])])
crossed = [join([r[k, w] for w in ws]) for k in ks]
want['crossed'] = join([crossed[0], gap(1), crossed[1], gap(2), crossed[2]])
want['placed'] = join([join([e[k, w] for k in (1, 2, 0)]) for w in ws]).reshape(6*n, 6)
dealt = join([np.stack([e[k, 5], e[k, 3]], axis=1).reshape(2*n, 2, 3) for k in ks]).reshape(2*n, 3, 2, 3).copy()
dealt[1::2] = dealt[1::2, ::-1]
want['dealt'] = dealt
streams = [join([e[k, w].reshape(2*n, 3) for k in ks]) for w in ws]
want['part'] = join([streams[0], np.zeros((6*n, 1), 'i4'), streams[1]], axis=1)[1:4*n + 1, 1:]
empty = np.full((n, 1), np.nan, 'f4')
want['wave'] = join([c[0].real, empty, c[1].real, empty, c[2].real], axis=1)
with h5py.File('chained.h5') as f:
    for name, a in want.items():
        got = f[name][()]
        np.testing.assert_array_equal(got.real if name == 'wave' else got, a, name)
    np.testing.assert_array_equal(f['t'], np.arange(1, n + 1))
    np.testing.assert_array_equal(f['ids'], np.arange(10*n + 1))
`

// TestChained holds each dataset of streams that other rules made against NumPy, as h5py reads it and as the generated code does.
func TestChained(t *testing.T) {
	for _, n := range []int{1, 4} {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			ctx, dir := t.Context(), t.TempDir()
			name := filepath.Join(dir, "chained.h5")
			must(t, chained.BuildChained(ctx, name, chained.ChainedParams{N: n}))
			oracle.H5py(t, dir, chainedScript, strconv.Itoa(n))
			r, err := chained.OpenChained(ctx, name)
			must(t, err)
			defer r.Close()
			joined, err := r.Joined().Read(ctx, chained.ChainedJoinedSlice{})
			must(t, err)
			oracle.SameValues(t, "joined", joined.Data, oracle.Values(t, name, "/joined"))
			crossed, err := r.Crossed().Read(ctx, chained.ChainedCrossedSlice{})
			must(t, err)
			oracle.SameValues(t, "crossed", crossed.Data, oracle.Values(t, name, "/crossed"))
			placed, err := r.Placed().Read(ctx, chained.ChainedPlacedSlice{})
			must(t, err)
			oracle.SameValues(t, "placed", placed.Data, oracle.Values(t, name, "/placed"))
			dealt, err := r.Dealt().Read(ctx, chained.ChainedDealtSlice{})
			must(t, err)
			oracle.SameValues(t, "dealt", dealt.Data, oracle.Values(t, name, "/dealt"))
			part, err := r.Part().Read(ctx, chained.ChainedPartSlice{})
			must(t, err)
			oracle.SameValues(t, "part", part.Data, oracle.Values(t, name, "/part"))
		})
	}
}
