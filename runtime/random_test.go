package runtime

import (
	"context"
	"fmt"
	"testing"
)

// randomScript writes files with random virtual datasets and prints random slices of them, as h5py reads them.
const randomScript = `
seed, cases = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(seed)
def pick(*a): return a[rng.integers(len(a))]
def dims(extent):
    # start, stride, count, block inside an extent
    start = int(rng.integers(extent))
    block = int(rng.integers(1, min(4, extent - start) + 1)) if rng.random() < .4 else 1
    stride = int(rng.integers(block, block + 4))
    most = (extent - start - block) // stride + 1
    count = int(rng.integers(1, most + 1))
    if rng.random() < .3: start, stride, count, block = 0, 1, extent, 1
    return start, stride, count, block
def mask(shape, sel):
    m = np.zeros(shape, bool)
    axes = [sorted(s + i * st + j for i in range(c) for j in range(b)) for s, st, c, b in sel]
    m[np.ix_(*axes)] = True
    return m
def source(name, shape):
    dt = pick('i4', 'u2', 'f4', '>i2', 'f8')
    data = rng.integers(0, 30000, shape).astype(dt)
    kw = {}
    kind = rng.integers(4)
    if kind >= 2 and len(shape): kw['chunks'] = tuple(int(rng.integers(1, n + 1)) for n in shape)
    if kind == 3 and len(shape): kw.update(compression='gzip', shuffle=True)
    with h5py.File(name, 'w', libver=pick('earliest', 'latest')) as f:
        g = f.create_dataset('g/data', shape, dt, fillvalue=-7 if dt[-2] != 'u' else 7, **kw)
        if rng.random() < .85: g[...] = data
        elif len(shape) and shape[0] > 1: g[:shape[0] // 2] = data[:shape[0] // 2]
def slice1(n):
    k = rng.integers(5)
    if k == 0: return int(rng.integers(-n, n))
    if k == 1: return slice(None)
    a, b = sorted(int(x) for x in rng.integers(0, n + 1, 2))
    if k == 2: return slice(a, b)
    return slice(a, b, int(rng.integers(1, 5)))
def text(s):
    if isinstance(s, int): return str(s)
    return ':'.join('' if x is None else str(x) for x in (s.start, s.stop, s.step))
out = []
for case in range(cases):
    rank = int(rng.integers(1, 4))
    shape = tuple(int(x) for x in rng.integers(1, 13 if rank < 3 else 8, rank))
    dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    fill = int(rng.integers(0, 100))
    dt = pick('i4', 'u2', 'f8', '>i4')
    dcpl.set_fill_value(np.array(fill, dt))
    used = np.zeros(shape, bool)
    vspace = h5py.h5s.create_simple(shape)
    maps = 0
    for m in range(int(rng.integers(0, 7))):
        sel = [dims(n) for n in shape]
        touched = mask(shape, sel)
        if (touched & used).any(): continue
        used |= touched
        vspace.select_hyperslab(*(tuple(x[i] for x in sel) for i in (0, 2, 1, 3)))
        counts = tuple(c * b for s, st, c, b in sel)
        total = int(np.prod(counts))
        form = rng.integers(5)
        if form == 0: sshape, ssel = counts, None
        elif form == 1: sshape, ssel = (total,), None
        elif form == 2:   # its own hyperslab with the same counts
            ssel = []
            sshape = []
            for n in counts:
                start, stride = int(rng.integers(3)), int(rng.integers(1, 4))
                ssel.append((start, stride, n, 1)); sshape.append(start + stride * n + int(rng.integers(3)))
        elif form == 3:   # one axis, with blocks
            block = pick(*[b for b in range(1, total + 1) if total % b == 0])
            start, stride = int(rng.integers(3)), int(block + rng.integers(3))
            ssel = [(start, stride, total // block, block)]; sshape = [start + stride * (total // block)]
        else:             # another axis of length one
            sshape = [1] + list(counts); ssel = [(0, 1, n, 1) for n in sshape]
        name = 's%d_%d.h5' % (case, m)
        source(name, tuple(sshape))
        sspace = h5py.h5s.create_simple(tuple(sshape))
        if ssel: sspace.select_hyperslab(*(tuple(x[i] for x in ssel) for i in (0, 2, 1, 3)))
        dcpl.set_virtual(vspace, name.encode(), b'/g/data', sspace)
        maps += 1
    name = 'v%d.h5' % case
    with h5py.File(name, 'w', libver=pick('earliest', 'latest')) as f:
        if not maps: dcpl.set_layout(h5py.h5d.VIRTUAL)
        h5py.h5d.create(f.id, b'v', h5py.h5t.py_create(np.dtype(dt)), h5py.h5s.create_simple(shape), dcpl)
    with h5py.File(name, 'r') as f:
        reads = []
        for i in range(6):
            s = tuple(slice1(n) for n in shape) if i else (slice(None),) * rank
            a = np.asarray(f['v'][s])
            reads.append(dict(slices=', '.join(text(x) for x in s), shape=list(a.shape), values=[float(x) for x in a.ravel()]))
    out.append(dict(file=name, type=dt, reads=reads))
print(json.dumps(out))
`

type randomCase struct {
	File  string
	Type  string
	Reads []randomRead
}

type randomRead struct {
	Slices string
	Shape  []int
	Values []float64
}

// Random virtual datasets over random sources read as h5py reads them, whatever the number of workers and of open files.
func TestRandomDatasets(t *testing.T) {
	dir := t.TempDir()
	cases := fromH5py[[]randomCase](t, dir, randomScript, "1", "150")
	for _, c := range cases {
		switch c.Type {
		case "u2":
			compareReads[uint16](t, dir, c)
		case "f8":
			compareReads[float64](t, dir, c)
		default:
			compareReads[int32](t, dir, c)
		}
	}
}

func compareReads[T int32 | uint16 | float64](t *testing.T, dir string, c randomCase) {
	t.Helper()
	for _, opts := range [][]Option{{WithWorkers(1), WithMaxOpenFiles(1)}, {WithWorkers(7)}} {
		f := open(t, in(dir, c.File), opts...)
		d := dataset[T](t, f, "v")
		for _, r := range c.Reads {
			a, err := d.Read(context.Background(), slicesOf(t, r.Slices)...)
			if err != nil {
				t.Fatalf("%s[%s]: %v", c.File, r.Slices, err)
			}
			want := make([]T, len(r.Values))
			for i, v := range r.Values {
				want[i] = T(v)
			}
			if got, want := arrayText(a), fmt.Sprint(r.Shape, want); got != want {
				t.Errorf("%s[%s]:\n got %s\nh5py %s", c.File, r.Slices, got, want)
			}
		}
	}
}
