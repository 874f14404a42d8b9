package gen_test

import (
	"path/filepath"
	"strconv"
	"testing"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/bursts"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// burstsScript writes sources with h5py and holds what it reads from the virtual datasets against what the language says where each element lies.
const burstsScript = `
import h5py, sys, numpy as np, itertools
dir, T, P, C = sys.argv[1], *map(int, sys.argv[2:])
count = itertools.count(1)
def source(name, *shape):
    n = int(np.prod(shape))
    a = np.array([next(count) % 65521 for _ in range(n)], 'u2').reshape(shape)
    with h5py.File(dir + '/' + name, 'w') as f: f['data'] = a
    return a
burst = [source('burst_%d.h5' % w, T, P, 2) for w in range(2)]
part = [[source('part_%d_%d.h5' % (w, f), T, P) for f in range(3)] for w in range(2)]
some = [source('some_%d.h5' % w, 2*T, P+1, 2) for w in range(2)]
field = source('field.h5', T*P, P*C)
beside = [[source('beside_%d_%d.h5' % (w, f), 5-w, C*P, 3) for f in range(3)] for w in range(2)]
def deal(streams, b):
    out = np.zeros((sum(map(len, streams)),) + streams[0].shape[1:], 'u2')
    for k, s in enumerate(streams):
        for j in range(len(s)): out[(j//b*len(streams)+k)*b + j%b] = s[j]
    return out
def snake(a, rows, cols, at=0):
    a = a.reshape(a.shape[:at] + (rows, cols) + a.shape[at+1:]).copy()
    odd = (slice(None),)*at + (slice(1, None, 2),)
    a[odd] = np.flip(a[odd], at+1)
    return a
flat = lambda a: a.reshape((-1,) + a.shape[2:])
order = (1, 0, 2)
R = 2*T*P//C
want = {
    'dealt': deal([flat(a) for a in burst], 3),
    'files': np.concatenate([deal([flat(part[w][f]) for w in range(2)], 4) for f in order]),
    'streams': deal([np.concatenate([flat(part[w][f]) for f in order]) for w in range(2)], 5),
    'grid': np.concatenate([flat(a) for a in burst]).reshape(R, C, 2),
    'snake': snake(deal([flat(a) for a in burst], 2), R, C),
    'whole': np.stack([a.reshape(P, T, 2) for a in burst]),
    'some': snake(np.concatenate([flat(a[::2, 1:, 1]) for a in some]), R, C),
    'both': snake(snake(field, T, P), C, P, 2),
}
want['window'] = np.concatenate([flat(part[w][f]) for w in range(2) for f in order])[7:-5]
side = np.zeros((9, P, C, 11), 'u2')
for i, f in enumerate(order): side[..., 4*i:4*i+3] = snake(deal([beside[w][f] for w in range(2)], 2), P, C, 1)
want['beside'] = side
with h5py.File(dir + '/bursts.h5') as f:
    assert sorted(f) == sorted(want), list(f)
    for name, a in want.items():
        got = f[name][()]
        assert got.shape == a.shape and (got == a).all(), (name, got.shape, a.shape, got, a)
        print(name, got.shape)
`

// TestBursts builds datasets whose blocks cut through two axes of their sources, and has h5py read them.
func TestBursts(t *testing.T) {
	ctx := t.Context()
	for _, p := range []bursts.BurstsParams{{Trains: 5, Pulses: 12, Cols: 4}, {Trains: 20, Pulses: 3, Cols: 5}, {Trains: 4, Pulses: 15, Cols: 8}} {
		dir := t.TempDir()
		name := filepath.Join(dir, "bursts.h5")
		must(t, bursts.BuildBursts(ctx, name, p))
		oracle.H5py(t, dir, burstsScript, dir, strconv.Itoa(p.Trains), strconv.Itoa(p.Pulses), strconv.Itoa(p.Cols))
		r, err := bursts.OpenBurstsExact(ctx, name, p)
		must(t, err)
		// What one member gives lies in many blocks.
		part, err := r.Dealt().W(ctx, 1, bursts.BurstsDealtSlice{Frame: vds.To(4), X: vds.Index(0)})
		first := uint16(2*p.Trains*p.Pulses + 1)
		same(t, "member 1", part, err, []int{4}, first, first+2, first+4, first+6)
		must(t, r.Close())
	}
}
