package runtime

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Everything that a Builder makes is what h5py finds, and the order of the calls does not change the file.
func TestBuilder(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	layout := func() *Layout {
		l := NewLayout[uint16]([]int{3, 4}, Fill(uint16(65535)))
		for i := range 2 {
			must(t, l.Map([]Slice{Index(i), To(3)}, NewSource("s.h5", "d", []int{3})))
		}
		return l
	}
	steps := []func(b *Builder){
		func(b *Builder) { b.Group("/entry", A("NX_class", "NXentry")) },
		func(b *Builder) {
			b.Group("/entry/data", A("NX_class", "NXdata"), A("signal", "data"), A("axes", []string{"frame", "."}))
		},
		func(b *Builder) {
			b.Virtual("/entry/data/data", layout(), A("units", "counts"), A("factor", 1.5), A("n", 3))
		},
		func(b *Builder) { b.Dataset("/entry/data/frame", Sequence[int64](1, 3)) },
		func(b *Builder) { b.Dataset("/entry/energy", 12.4, A("units", "keV"), A("single", float32(1.5))) },
		func(b *Builder) { b.Dataset("/entry/title", "a run") },
		func(b *Builder) {
			b.Dataset("/entry/matrix", ArrayValue{Shape: []int{2, 3}, Data: []int32{1, 2, 3, 4, 5, 6}})
		},
		func(b *Builder) { b.Mask("/entry/mask", layout()) },
		func(b *Builder) { b.SoftLink("/entry/latest", "/entry/data/data") },
		func(b *Builder) { b.HardLink("/entry/same", "/entry/data/data") },
		func(b *Builder) { b.ExternalLink("/entry/raw", "s.h5", "/d") },
		func(b *Builder) { b.Scale("/entry/data/data", 0, "/entry/data/frame") },
		func(b *Builder) { b.Attribute("/entry", A("default", "data"), A("flags", []bool{true, false})) },
	}
	forward, backward := NewBuilder(in(dir, "f.h5")), NewBuilder(in(dir, "b.h5"))
	for i := range steps {
		steps[i](forward)
		steps[len(steps)-1-i](backward)
	}
	h5py(t, dir, `
with h5py.File('s.h5', 'w') as f: f['d'] = np.arange(3, dtype='u2')`)
	must(t, forward.Commit(ctx))
	must(t, backward.Commit(ctx))
	a, err := os.ReadFile(in(dir, "f.h5"))
	must(t, err)
	b, err := os.ReadFile(in(dir, "b.h5"))
	must(t, err)
	if string(a) != string(b) {
		t.Error("the order of calls changes the file")
	}
	got := fromH5py[map[string]any](t, dir, `
f = h5py.File('f.h5', 'r')
e = f['entry']
d = e['data/data']
print(json.dumps(dict(entry=[e.attrs['NX_class'], e.attrs['default'], e.attrs['flags'].tolist()], axes=list(f['entry/data'].attrs['axes']),
  data=[d.is_virtual, str(d.dtype), d[...].tolist(), d.attrs['units'], d.attrs['factor'], str(d.attrs['n'].dtype)], frame=[str(e['data/frame'].dtype), e['data/frame'][...].tolist()],
  energy=[e['energy'].shape == (), e['energy'][()], str(e['energy'].attrs['single'].dtype)], title=e['title'].asstr()[()], matrix=e['matrix'][...].tolist(), mask=[str(e['mask'].dtype), e['mask'][...].tolist()],
  links=[e.get('latest', getlink=True).path, e.get('raw', getlink=True).filename, e['same'] == d, e['raw'][...].tolist()], scale=[s.name for s in d.dims[0].values()])))`)
	max := 65535.0
	want := map[string]any{
		"entry": []any{"NXentry", "data", []any{true, false}}, "axes": []any{"frame", "."},
		"data":  []any{true, "uint16", []any{[]any{0.0, 1.0, 2.0, max}, []any{0.0, 1.0, 2.0, max}, []any{max, max, max, max}}, "counts", 1.5, "int64"},
		"frame": []any{"int64", []any{1.0, 2.0, 3.0}}, "energy": []any{true, 12.4, "float32"}, "title": "a run",
		"matrix": []any{[]any{1.0, 2.0, 3.0}, []any{4.0, 5.0, 6.0}},
		"mask":   []any{"uint32", []any{[]any{0.0, 0.0, 0.0, 1.0}, []any{0.0, 0.0, 0.0, 1.0}, []any{1.0, 1.0, 1.0, 1.0}}},
		"links":  []any{"/entry/data/data", "s.h5", true, []any{0.0, 1.0, 2.0}}, "scale": []any{"/entry/data/frame"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("want (-), h5py finds (+):\n%s", diff)
	}
}

// After an error, and after a cancelled context, nothing is there that was not there before.
func TestBuilderLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("/v", NewLayout[int8]([]int{1}))
	if err := b.Commit(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	b = NewBuilder(in(dir, "v.h5"))
	b.Virtual("/v", NewLayout[int8]([]int{1}))
	b.Scale("/v", 3, "/nothing")
	if err := b.Commit(context.Background()); err == nil {
		t.Error("a scale that does not exist is attached")
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	must(t, os.WriteFile(in(dir, "v.h5"), []byte("mine"), 0o666))
	b = NewBuilder(in(dir, "v.h5"), WithNoClobber())
	b.Virtual("/v", NewLayout[int8]([]int{1}))
	if err := b.Commit(context.Background()); !errors.Is(err, os.ErrExist) {
		t.Errorf("got %v", err)
	}
	if kept, _ := os.ReadFile(in(dir, "v.h5")); string(kept) != "mine" {
		t.Errorf("the file is %q", kept)
	}
}

// Source names are stored so that the file and its sources can be moved together.
func TestStoredNames(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	must(t, os.MkdirAll(in(dir, "a/b"), 0o777))
	t.Chdir(in(dir, "a"))
	names := []string{"s.h5", "b/s.h5", in(dir, "a/b/s.h5"), in(dir, "s.h5"), "v.h5", "./v.h5", in(dir, "a/v.h5"), "50%.h5", "."}
	for _, c := range []struct {
		opts []Option
		want []string
	}{
		{nil, []string{"s.h5", "b/s.h5", in(dir, "a/b/s.h5"), in(dir, "s.h5"), ".", ".", ".", "50%%.h5", "."}},
		{[]Option{WithRelativeNames()}, []string{"s.h5", "b/s.h5", "b/s.h5", "../s.h5", ".", ".", ".", "50%%.h5", "."}},
	} {
		l := NewLayout[int8]([]int{len(names)})
		for i, name := range names {
			must(t, l.Map([]Slice{Index(i)}, NewSource(name, "/d", nil)))
		}
		b := NewBuilder("v.h5", c.opts...)
		b.Virtual("v", l)
		must(t, b.Commit(ctx))
		got := fromH5py[[]string](t, in(dir, "a"), `
with h5py.File('v.h5', 'r') as f: print(json.dumps([s.file_name for s in f['v'].virtual_sources()]))`)
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Error(diff)
		}
	}
}

// Sources that exist already are compared with what the layout says of them.
func TestBuilderChecksSources(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, `
with h5py.File('s.h5', 'w') as f:
    f['d'] = np.zeros((4, 5), 'u2'); f['big'] = np.zeros((4, 5), '>u2')
    f.create_dataset('grows', (1, 5), 'u2', maxshape=(None, 5), chunks=(1, 5))
open('text.h5', 'w').write('nothing of the kind' * 10)
open('begun.h5', 'w').close()
`)
	var before []byte
	for _, c := range []struct {
		source Source
		want   string
	}{
		{NewSource("s.h5", "d", []int{4, 5}, ElementOf[uint16]()), ""},
		{NewSource("s.h5", "big", []int{4, 5}, ElementOf[uint16]()), ""},
		{NewSource("s.h5", "grows", []int{4, 5}, ElementOf[uint16]()), ""},
		{NewSource("s.h5", "later", []int{4, 5}), ""},
		{NewSource("gone.h5", "d", []int{4, 5}), ""},
		{NewSource("begun.h5", "d", []int{4, 5}), ""},
		{NewSource("s.h5", "d", []int{20}), "it has shape [4 5], and the layout says that it has 1 axis"},
		{NewSource("s.h5", "d", []int{5, 4}), "axis 0 has 4 elements, and the layout says 5"},
		{NewSource("s.h5", "d", []int{4, 5}, ElementOf[int16]()), "its elements are uint16, and the layout says int16"},
		{NewSource("text.h5", "d", []int{4, 5}), "not an HDF5 file"},
	} {
		l := NewLayout[uint16]([]int{20}, Convert())
		must(t, l.Map(nil, c.source))
		b := NewBuilder(in(dir, "v.h5"))
		b.Virtual("v", l)
		err := b.Commit(context.Background())
		var wrong *SourceMismatchError
		if (c.want == "") != (err == nil) || (err != nil && (!errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), in(dir, "")))) {
			t.Errorf("%v: got %v, want %q", c.source.Name(), err, c.want)
		}
		// Sources are compared while the file is written, which shows in nothing where they are wrong.
		now, errRead := os.ReadFile(in(dir, "v.h5"))
		entries, errList := os.ReadDir(dir)
		if must(t, errors.Join(errRead, errList)); err != nil && !bytes.Equal(now, before) || len(entries) != 4 {
			t.Errorf("%v: the file has changed, or there are others: %v", c.source.Name(), entries)
		}
		before = now
	}
	// Many sources are looked for by listing their folders.
	l := NewLayout[uint16]([]int{500, 4, 5})
	for i := range 500 {
		name := "gone" + strings.Repeat("x", i) + ".h5"
		if i == 300 {
			name = "s.h5"
		}
		must(t, l.Map([]Slice{Index(i)}, NewSource(name, "d", []int{5, 4})))
	}
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("v", l)
	var wrong *SourceMismatchError
	if err := b.Commit(context.Background()); !errors.As(err, &wrong) || wrong.Mapping != 300 {
		t.Errorf("got %v", err)
	}
}

func TestProbe(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
for n, rows in enumerate((3, 4, 4)):
    with h5py.File('s%d.h5' % n, 'w') as f: f['d'] = np.arange(rows * 2, dtype='i4').reshape(rows, 2) + 100 * n
`)
	sources := make([]Source, 3)
	for i := range sources {
		sources[i] = NewSource(filepath.Base(in(dir, "s"+string(rune('0'+i))+".h5")), "d", []int{Probe, 2}).Slice(From(1))
	}
	if n := sources[0].Len(0); n != Bad {
		t.Errorf("the length of a source that is not probed is %d", n)
	}
	probed, err := ProbeSources(ctx, in(dir, "v.h5"), sources)
	must(t, err)
	place := Concat()
	l := NewLayout[int32]([]int{Fit, 2})
	for _, s := range probed {
		must(t, l.Map([]Slice{place.Next(s.Len(0))}, s))
	}
	b := NewBuilder(in(dir, "v.h5"))
	b.Virtual("v", l)
	must(t, b.Commit(ctx))
	got, err := read[int32](t, in(dir, "v.h5"), "v", slicesOf(t, ":, 1"))
	if want := "[8] [3 5 103 105 107 203 205 207]"; err != nil || got != want {
		t.Errorf("got %s, %v, want %s", got, err, want)
	}
	gone := NewSource("gone.h5", "d", []int{Probe, 2})
	maybe := NewSource("gone.h5", "d", []int{Probe, 2}, Optional())
	agree := []Source{NewSource("s1.h5", "d", []int{Probe, 2}), NewSource("s2.h5", "d", []int{Probe, 2}), maybe}
	if probed, err = ProbeSources(ctx, in(dir, "v.h5"), agree); err != nil || probed[2].Len(0) != 4 {
		t.Errorf("a missing source whose siblings agree: %v, %v", probed[2].Len(0), err)
	}
	for _, c := range []struct {
		sources []Source
		want    string
	}{
		{[]Source{gone, NewSource("s0.h5", "d", []int{Probe, 2, 2})}, "no such file could be opened"},
		{[]Source{gone, NewSource("s0.h5", "d", []int{Probe, 2, 2})}, "it has shape [3 2], and the layout says that it has 3 axes"},
		{append([]Source{NewSource("s0.h5", "d", []int{Probe, 2})}, agree...), "do not agree"},
		{[]Source{maybe}, "no other source tells"},
	} {
		if _, err := ProbeSources(ctx, in(dir, "v.h5"), c.sources); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
	if err := NewLayout[int32]([]int{2}).Map(nil, gone); err == nil || !strings.Contains(err.Error(), "ProbeSources") {
		t.Errorf("mapping without probing: %v", err)
	}
}

// A window keeps the part of the assembled array that it names.
func TestWindow(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
for n in range(3):
    with h5py.File('s%d.h5' % n, 'w') as f: f['d'] = np.arange(20, dtype='i4').reshape(5, 4) + 100 * n`)
	whole := func() *Layout {
		l := NewLayout[int32]([]int{15, 9}, Fill(-1))
		place := Concat()
		for _, name := range []string{"s0.h5", "s1.h5", "s2.h5"} {
			must(t, l.Map([]Slice{place.Next(5), Range(1, 9).By(2)}, NewSource(name, "d", []int{5, 4})))
		}
		return l
	}
	windows := []string{"3:12, 2:8", "5:10", "::4, 1", "12:15, ::3", "2:2"}
	for i, w := range append(windows, "") {
		l := whole()
		if w != "" {
			l.Window(slicesOf(t, w)...)
		}
		b := NewBuilder(in(dir, "v"+string(rune('0'+i))+".h5"))
		b.Virtual("v", l)
		must(t, b.Commit(ctx))
	}
	got := fromH5py[[]bool](t, dir, `
whole = h5py.File('v%d.h5' % (len(sys.argv) - 1))['v'][...]
out = []
for i, w in enumerate(sys.argv[1:]):
    # An index keeps its axis in a window.
    at = tuple(slice(int(p), int(p) + 1) if ':' not in p else slice(*[int(x) if x else None for x in p.split(':')]) for p in w.replace(' ', '').split(','))
    out.append(bool(np.array_equal(h5py.File('v%d.h5' % i)['v'][...], whole[at])))
print(json.dumps(out))`, windows...)
	for i, same := range got {
		if !same {
			t.Errorf("window %s differs:\n%s", windows[i], oracle.H5dump(t, dir, "v"+string(rune('0'+i))+".h5"))
		}
	}
	l := whole()
	l.Window(Range(5, 10))
	b := NewBuilder(in(dir, "one.h5"))
	b.Virtual("v", l)
	must(t, b.Commit(ctx))
	f := open(t, in(dir, "one.h5"))
	d, err := f.Dataset(ctx, "v")
	must(t, err)
	if d.NumMappings() != 1 {
		t.Errorf("a window over one member stores %d mappings", d.NumMappings())
	}
}
