package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// Virtual datasets of virtual datasets read as libhdf5 reads them, whatever part is read; names of the inner one are looked for from its
// own folder.
func TestNested(t *testing.T) {
	dir := t.TempDir()
	theirs := fromH5py[map[string]string](t, dir, `
os.makedirs('a/b')
for n in range(3):
    with h5py.File('a/b/s%d.h5' % n, 'w') as f: f.create_dataset('d', data=np.arange(40, dtype='i2').reshape(5, 8) + 100 * n, chunks=(2, 3), compression='gzip')
inner = h5py.VirtualLayout((15, 8), 'i4')
for n in range(3): inner[n:15:3] = h5py.VirtualSource('b/s%d.h5' % n, 'd', shape=(5, 8))
with h5py.File('a/inner.h5', 'w', libver='latest') as f:
    f.create_virtual_dataset('v', inner)
    f['x'] = np.arange(8, dtype='i4')
    own = h5py.VirtualLayout((2, 8), 'i4')
    own[0] = h5py.VirtualSource('.', 'x', shape=(8,))
    own[1] = h5py.VirtualSource('.', 'v', shape=(15, 8))[4]
    f.create_virtual_dataset('own', own)
outer = h5py.VirtualLayout((4, 12), 'f8')
outer[0:3, 1:11:2] = h5py.VirtualSource('a/inner.h5', 'v', shape=(15, 8))[1:12:5, 2:7]
outer[3, 0:2] = h5py.VirtualSource('a/inner.h5', 'own', shape=(2, 8))[:, 7]
with h5py.File('outer.h5', 'w', libver='latest') as f:
    f.create_virtual_dataset('v', outer, fillvalue=-1)
    flat = h5py.VirtualLayout((60,), 'i8')
    flat[...] = h5py.VirtualSource('a/inner.h5', 'v', shape=(15, 8))[5:15, 2:8]
    f.create_virtual_dataset('flat', flat)
    f['link'] = h5py.ExternalLink('a/inner.h5', '/own')
text = lambda a: '%s %s' % (list(a.shape), [int(x) for x in a.ravel()])
out = {}
with h5py.File('outer.h5', 'r') as f:
    out['v'] = text(f['v'][...]); out['v 1:4:2, ::3'] = text(f['v'][1:4:2, ::3]); out['v 3, :'] = text(f['v'][3, :])
    out['flat'] = text(f['flat'][...]); out['flat 7:50:4'] = text(f['flat'][7:50:4]); out['link'] = text(f['link'][...])
print(json.dumps({k: v.replace(',', '') for k, v in out.items()}))
`)
	for key, want := range theirs {
		path, slices, _ := strings.Cut(key, " ")
		for _, opts := range [][]Option{nil, {WithWorkers(1), WithMaxOpenFiles(1)}} {
			got, err := read[int64](t, in(dir, "outer.h5"), path, slicesOf(t, slices), opts...)
			if err != nil || got != want {
				t.Errorf("%s: got %s, %v\nlibhdf5 %s", key, got, err, want)
			}
		}
	}
}

// An inner dataset that grows has the length of its own sources, and not what was stored when it was made, as in libhdf5.
func TestNestedGrowing(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
U = h5py.h5s.UNLIMITED
with h5py.File('s.h5', 'w', libver='latest') as f: f.create_dataset('d', data=np.arange(5, dtype='i4'), maxshape=(None,), chunks=(2,))
def grow(name, source, path):
    layout = h5py.VirtualLayout((1,), 'i4', maxshape=(None,))
    layout[0:h5py.UNLIMITED] = h5py.VirtualSource(source, path, shape=(1,), maxshape=(None,))[0:h5py.UNLIMITED]
    with h5py.File(name, 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
grow('one.h5', 's.h5', 'd'); grow('two.h5', 'one.h5', 'v'); grow('three.h5', 'two.h5', 'v')
`)
	got, err := read[int32](t, in(dir, "three.h5"), "v", nil)
	if want := "[5] [0 1 2 3 4]"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
}

// Virtual datasets that are sources of themselves are errors. libhdf5 crashes.
func TestCycles(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
def make(name, source, path, grows=False):
    layout = h5py.VirtualLayout((2,), 'i4', maxshape=(None,))
    s = h5py.VirtualSource(source, path, shape=(2,), maxshape=(None,))
    if grows: s = s[0:h5py.UNLIMITED]; layout[0:h5py.UNLIMITED] = s
    else: layout[...] = s
    with h5py.File(name, 'a', libver='latest') as f: f.create_virtual_dataset('v', layout)
make('self.h5', '.', 'v'); make('named.h5', 'named.h5', 'v')
make('a.h5', 'b.h5', 'v'); make('b.h5', 'c.h5', 'v'); make('c.h5', 'a.h5', 'v')
make('grows.h5', 'grows.h5', '/v', True)
os.symlink('a.h5', 'link.h5'); make('linked.h5', 'other.h5', 'v'); os.symlink('linked.h5', 'other.h5')
`)
	for file, length := range map[string]int{"self": 2, "named": 2, "a": 4, "grows": 2} {
		_, err := read[int32](t, in(dir, file+".h5"), "v", nil, FillMissing())
		var cycle *CycleError
		if !errors.As(err, &cycle) || len(cycle.Chain) != length {
			t.Errorf("%s: got %v, want a cycle of %d", file, err, length)
		}
	}
	if _, err := read[int32](t, in(dir, "linked.h5"), "v", nil); err == nil {
		t.Error("a cycle by way of a symbolic link reads")
	}
	// It opens, and what is known without its elements can be asked.
	f := open(t, in(dir, "self.h5"))
	d := dataset[int32](t, f, "v")
	if fmt.Sprint(d.Shape()) != "[2]" {
		t.Errorf("shape %v", d.Shape())
	}
	report, err := d.Verify(ctx)
	must(t, err)
	if report.OK() || !strings.Contains(report.String(), "is a source of itself") {
		t.Errorf("verify says:\n%v", report)
	}
}

// Mappings that overlap: the last one that is there wins, element by element, and gaps are filled even where libhdf5 forgets them.
func TestOverlap(t *testing.T) {
	dir := t.TempDir()
	theirs := fromH5py[map[string][]int](t, dir, `
for n in range(4):
    with h5py.File('s%d.h5' % n, 'w') as f: f.create_dataset('d', data=np.arange(6, dtype='i4') + 10 * (n + 1), chunks=(4,))
def make(name, maps, shape=(8,)):
    layout = h5py.VirtualLayout(shape, 'i4')
    for to, n, part in maps: layout[to] = h5py.VirtualSource('s%d.h5' % n, 'd', shape=(6,))[part]
    with h5py.File(name + '.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
s = slice
make('two', [(s(0, 6), 0, s(None)), (s(4, 8), 1, s(0, 4))])
make('three', [(s(0, 6), 0, s(None)), (s(2, 8), 1, s(None)), (s(1, 4), 2, s(3, 6))])
make('strided', [(s(0, 6), 0, s(None)), (s(1, 8, 2), 1, s(0, 4)), (s(0, 2), 2, s(0, 2))])
make('same', [(s(0, 6), 0, s(None)), (s(2, 8), 0, s(None)), (s(0, 3), 0, s(3, 6))])
make('missing', [(s(0, 6), 0, s(None)), (s(4, 8), 1, s(0, 4)), (s(3, 6), 3, s(0, 3))])
make('hidden', [(s(0, 6), 0, s(None)), (s(0, 3), 1, s(0, 3))])
os.remove('s3.h5')
out = {}
for name in 'two three strided same missing hidden'.split():
    with h5py.File(name + '.h5', 'r') as f: out[name] = f['v'][...].tolist()
print(json.dumps(out))
`)
	for name, want := range theirs {
		// In these the overlap makes up for the gap in libhdf5's count, and it leaves the gap as it was in memory.
		switch name {
		case "hidden":
			want = []int{20, 21, 22, 13, 14, 15, -1, -1}
		case "strided":
			want = []int{30, 31, 12, 21, 14, 22, -1, 23}
		}
		for _, opts := range [][]Option{{FillAbsent()}, {FillAbsent(), WithWorkers(1)}} {
			got, err := read[int32](t, in(dir, name+".h5"), "v", nil, opts...)
			if err != nil || got != fmt.Sprint([]int{8}, want) {
				t.Errorf("%s: got %s, %v, libhdf5 %v", name, got, err, want)
			}
		}
	}
	if _, err := read[int32](t, in(dir, "missing.h5"), "v", nil); err == nil {
		t.Error("a missing source that others overlap is no error")
	}
	into := make([]int32, 8)
	for i := range into {
		into[i] = 12345
	}
	f := open(t, in(dir, "hidden.h5"))
	must(t, dataset[int32](t, f, "v").ReadInto(context.Background(), into))
	if got := fmt.Sprint(into); got != "[20 21 22 13 14 15 -1 -1]" {
		t.Errorf("into used memory: %s", got)
	}
}
