package runtime

import (
	"context"
	"os"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// growingScript makes a file with sources and a virtual dataset of the first two of them.
const growingScript = `
for libver in 'earliest', 'latest':
    with h5py.File(libver + '.h5', 'w', libver=libver) as f:
        for i in range(4):
            f['raw/s%d' % i] = np.arange(5, dtype='i4') + 10 * i
        f['raw'].attrs['kept'] = 'yes'
        l = h5py.VirtualLayout((2, 5), 'i4')
        for i in range(2): l[i] = h5py.VirtualSource(f['raw/s%d' % i])
        f.create_virtual_dataset('v', l, fillvalue=-1)
        l = h5py.VirtualLayout((5,), 'i4')
        l[...] = h5py.VirtualSource(f['raw/s0'])
        f.create_virtual_dataset('whole', l, fillvalue=-1)
`

func row(t *testing.T, l *Layout, at, source int, file string) {
	t.Helper()
	path := "/raw/s" + string(rune('0'+source))
	must(t, l.Map([]Slice{Index(at), All()}, NewSource(file, path, []int{5})))
}

// A virtual dataset goes into the file of its sources, and one that is there gets more of them; h5py reads all of it.
func TestExtend(t *testing.T) {
	ctx := context.Background()
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			h5py(t, dir, growingScript)
			name := in(dir, libver+".h5")
			b := Extend(name)
			all := NewLayout[int32]([]int{4, 5}, Fill(int32(-7)))
			more := NewLayout[int32]([]int{4, 5})
			for i := range 3 {
				row(t, all, i, i, name)
			}
			row(t, more, 3, 3, name)
			whole := NewLayout[int32]([]int{9})
			must(t, whole.Map([]Slice{Range(6, 9)}, NewSource(name, "/raw/s3", []int{5}).Slice(Range(0, 3))))
			b.Virtual("/entry/all", all, A("units", "counts"))
			b.Group("/raw", A("more", 1))
			b.Dataset("/entry/energy", 12.4)
			b.SoftLink("/entry/raw", "/raw")
			b.AddMappings("/v", more)
			b.AddMappings("/whole", whole)
			must(t, b.Commit(ctx))
			h5py(t, dir, `
with h5py.File(sys.argv[1], 'r+') as f:
    row = lambda i: np.arange(5) + 10 * i
    np.testing.assert_array_equal(f['entry/all'][...], [row(0), row(1), row(2), [-7] * 5])
    np.testing.assert_array_equal(f['v'][...], [row(0), row(1), [-1] * 5, row(3)])
    np.testing.assert_array_equal(f['whole'][...], [0, 1, 2, 3, 4, -1, 30, 31, 32])
    assert [m.file_name for m in f['entry/all'].virtual_sources()] == ['.'] * 3
    assert f['raw'].attrs['kept'] == 'yes' and f['raw'].attrs['more'] == 1 and f['entry/energy'][()] == 12.4
    assert f['entry/raw/s1'][2] == 12 and f['entry/all'].attrs['units'] == 'counts'
`, name)
		})
	}
}

func TestExtendRefuses(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, growingScript)
	name := in(dir, "latest.h5")
	before, err := os.ReadFile(name)
	must(t, err)
	for _, c := range []struct {
		name string
		add  func(b *Builder)
		want string
	}{
		{"overlap", func(b *Builder) {
			l := NewLayout[int32]([]int{4, 5})
			row(t, l, 1, 3, name)
			b.AddMappings("/v", l)
		}, "overlap those of mapping 1, which is there already"},
		{"shorter", func(b *Builder) { b.AddMappings("/v", NewLayout[int32]([]int{1, 5})) }, "does not shrink"},
		{"another type", func(b *Builder) { b.AddMappings("/v", NewLayout[int16]([]int{4, 5})) }, "elements of int16"},
		{"another rank", func(b *Builder) { b.AddMappings("/v", NewLayout[int32]([]int{4})) }, "shape"},
		{"fill", func(b *Builder) { b.AddMappings("/v", NewLayout[int32]([]int{4, 5}, Fill(int32(3)))) }, "leave it out"},
		{"not virtual", func(b *Builder) { b.AddMappings("/raw/s0", NewLayout[int32]([]int{5})) }, "not virtual"},
		{"not there", func(b *Builder) { b.AddMappings("/w", NewLayout[int32]([]int{5})) }, "w"},
		{"there already", func(b *Builder) { b.Virtual("/v", NewLayout[int32]([]int{4, 5})) }, "v"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := Extend(name)
			c.add(b)
			err := b.Commit(ctx)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if after, err := os.ReadFile(name); err != nil || string(after) != string(before) {
				t.Errorf("the file changed, error %v", err)
			}
		})
	}
	b := NewBuilder(in(dir, "new.h5"))
	b.AddMappings("/v", NewLayout[int32]([]int{4, 5}))
	if err := b.Commit(ctx); err == nil || !strings.Contains(err.Error(), "use Extend") {
		t.Errorf("error %v, want one that says to use Extend", err)
	}
	if err := Extend(in(dir, "gone.h5")).Commit(ctx); err == nil {
		t.Error("no error for a file that is not there")
	}
}

// Names that are stored once are read by HDF5 2.0 and by us, and refused by HDF5 1.10.
func TestShareNames(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, growingScript)
	l := NewLayout[int32]([]int{4, 5}, ShareNames())
	for i := range 4 {
		row(t, l, i, i, "a folder that has a very long name/../latest.h5")
	}
	b := NewBuilder(in(dir, "shared.h5"))
	b.Virtual("/v", l)
	must(t, b.Commit(context.Background()))
	must(t, os.Mkdir(in(dir, "a folder that has a very long name"), 0o777))
	got, err := read[int32](t, in(dir, "shared.h5"), "/v", nil)
	must(t, err)
	if want := "[4 5] [0 1 2 3 4 10 11 12 13 14 20 21 22 23 24 30 31 32 33 34]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var values []int32
	for i := range int32(20) {
		values = append(values, i/5*10+i%5)
	}
	oracle.SameValues(t, "h5wasm", values, oracle.WasmValues(t, in(dir, "shared.h5"), "/v"))
}
