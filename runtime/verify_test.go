package runtime

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const verifyScript = `
with h5py.File('s.h5', 'w') as f:
    f['d'] = np.arange(12, dtype='i4').reshape(3, 4)
    f['text'] = np.array([b'ab'] * 4)
    f['short'] = np.arange(2, dtype='i4')
layout = h5py.VirtualLayout((10, 4), 'i4')
s = lambda path, shape: h5py.VirtualSource('s.h5', path, shape=shape)
layout[0:3] = s('d', (3, 4))
layout[3] = s('d', (3, 4))[1]
layout[4] = s('text', (4,))
layout[5] = s('short', (4,))[:]
layout[6] = h5py.VirtualSource('gone.h5', 'd', shape=(4,))
layout[7] = s('d', (4,))[:]
layout[8] = s('short', (4,))
with h5py.File('v.h5', 'w', libver='latest') as f:
    f.create_virtual_dataset('g/v', layout, fillvalue=-1)
    good = h5py.VirtualLayout((3, 5), 'i4')
    good[:, 1:5] = s('d', (3, 4))
    f.create_virtual_dataset('good', good)
    f['plain'] = 1
    f['g/again'] = f['good']
    f['g/loop'] = f['g']
    both = h5py.VirtualLayout((6, 4), 'i4')
    both[0:3] = s('d', (3, 4)); both[2:5] = s('d', (3, 4)); both[1:2, 0:2] = s('d', (3, 4))[0:1, 0:2]
    f.create_virtual_dataset('both', both)
`

// Verify finds what is wrong with each source, and nothing else.
func TestVerify(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, verifyScript)
	f := open(t, in(dir, "v.h5"))
	report, err := f.Verify(ctx)
	must(t, err)
	if len(report.Datasets) != 3 || report.OK() {
		t.Fatalf("%d datasets:\n%v", len(report.Datasets), report)
	}
	text := report.String()
	for _, want := range []string{
		"g/v: shape [10 4], 7 mappings from 4 sources, 36 of 40 elements mapped",
		"mapping 2: source s.h5:text", "mapping 3: source s.h5:short", "mapping 4: source gone.h5:d", "mapping 5: source s.h5:d", "it has 2 axes, and the mapping selects along 1",
		"mapping 6: source s.h5:short", "2 elements, and the mapping takes all of it for 4", "mappings 0 and 1 overlap", "good: shape [3 5], 1 mapping from 1 source, 12 of 15 elements mapped",
		"both: shape [6 4], 3 mappings from 1 source, 20 of 24 elements mapped",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if n := len(report.Problems()); n != 6 {
		t.Errorf("%d problems:\n%s", n, text)
	}
	good, err := f.Verify(ctx, "/good")
	must(t, err)
	if !good.OK() || !strings.Contains(good.String(), "everything is in order") {
		t.Errorf("good:\n%v", good)
	}
	none, err := f.Verify(ctx, "/nothing")
	must(t, err)
	if none.OK() {
		t.Error("a dataset that does not exist is in order")
	}
}

// What the options of Open let read as fill is no problem, and nothing else is excused.
func TestVerifyFilled(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
import h5py, numpy as np
l = h5py.VirtualLayout((2, 4), 'i4')
for i in range(2): l[i] = h5py.VirtualSource('row%d.h5' % i, 'd', shape=(4,))
with h5py.File('rows.h5', 'w', libver='latest') as f: f.create_virtual_dataset('rows', l)
with h5py.File('row1.h5', 'w') as f: f['d'] = np.arange(3, dtype='i4')
for i in (0, 2):
    with h5py.File('s%d.h5' % i, 'w') as f: f['d'] = np.arange(4, dtype='i4')
dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
v = h5py.h5s.create_simple((4,), (h5py.h5s.UNLIMITED,))
v.select_hyperslab((0,), (h5py.h5s.UNLIMITED,), (4,), (4,))
dcpl.set_virtual(v, b's%b.h5', b'/d', h5py.h5s.create_simple((4,)))
with h5py.File('series.h5', 'w', libver='latest') as f: h5py.h5d.create(f.id, b'series', h5py.h5t.NATIVE_INT32, v, dcpl)
`)
	for _, tt := range []struct {
		file     string
		opts     []Option
		problems int
		filled   int
	}{
		{"rows.h5", nil, 2, 0},
		{"rows.h5", []Option{FillAbsent()}, 1, 1}, // row1.h5 is too short
		{"rows.h5", []Option{FillMissing()}, 0, 2},
		{"series.h5", nil, 0, 0}, // ends at s0.h5
		{"series.h5", []Option{WithPrintfGap(1)}, 1, 0},
		{"series.h5", []Option{WithPrintfGap(1), FillAbsent()}, 0, 1},
	} {
		f := open(t, in(dir, tt.file), tt.opts...)
		report, err := f.Verify(ctx)
		must(t, err)
		if n, filled := len(report.Problems()), report.Datasets[0].filled(); n != tt.problems || filled != tt.filled {
			t.Errorf("%s with %d options: %d problems and %d filled, want %d and %d:\n%v", tt.file, len(tt.opts), n, filled, tt.problems, tt.filled, report)
		}
	}
}

// Where names the source, the file and the index of an element.
func TestWhere(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, verifyScript)
	f := open(t, in(dir, "v.h5"))
	d := dataset[int32](t, f, "g/v")
	for _, c := range []struct {
		index []int
		want  string
		fails bool
	}{
		{[]int{2, 3}, "true 0 s.h5:d " + in(dir, "s.h5") + " [2 3]", false},
		{[]int{3, -1}, "true 1 s.h5:d " + in(dir, "s.h5") + " [1 3]", false},
		{[]int{9, 0}, "false 0 :  []", false},
		{[]int{5, 1}, "true 3 s.h5:short " + in(dir, "s.h5") + " [1]", false},
		{[]int{5, 3}, "true 3 s.h5:short " + in(dir, "s.h5") + " [3]", true},
	} {
		got, err := d.Where(ctx, c.index...)
		must(t, err)
		text := fmt.Sprint(got.Mapped, " ", got.Mapping, " ", got.Source, " ", got.Found, " ", got.Index)
		if text != c.want || (got.Err != nil) != c.fails {
			t.Errorf("%v: got %s, %v, want %s", c.index, text, got.Err, c.want)
		}
	}
	gone, err := d.Where(ctx, 6, 2)
	must(t, err)
	if !gone.Mapped || gone.Source.File != "gone.h5" || !errors.Is(gone.Err, fs.ErrNotExist) {
		t.Errorf("an element of a missing source: %+v", gone)
	}
	both := dataset[int32](t, f, "both")
	last, err := both.Where(ctx, 1, 1)
	must(t, err)
	if last.Mapping != 2 || fmt.Sprint(last.Index) != "[0 1]" {
		t.Errorf("the last mapping of two: %+v", last)
	}
	if _, err := d.Where(ctx, 1); err == nil {
		t.Error("one index for two axes")
	}
	if _, err := d.Where(ctx, 10, 0); err == nil {
		t.Error("an index outside")
	}
}

func TestMappings(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, verifyScript)
	var got []string
	for m := range dataset[int32](t, open(t, in(dir, "v.h5")), "g/v").Mappings() {
		got = append(got, fmt.Sprint(m.Number, " ", m.Source, " ", m.Virtual, " ", m.Select))
		if m.Number == 3 {
			break
		}
	}
	want := []string{"0 s.h5:d [0:3, 0:4] all", "1 s.h5:d [3, 0:4] [1, 0:4]", "2 s.h5:text [4, 0:4] all", "3 s.h5:short [5, 0:4] [0:4]"}
	for i := range got {
		got[i] = strings.ReplaceAll(got[i], "[...]", "all")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// Mappings are resolved to the file and the shape of their sources, those of a series block by block, and files add up what they give.
func TestResolve(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, verifyScript)
	f := open(t, in(dir, "v.h5"))
	d := dataset[int32](t, f, "g/v")
	var got []string
	for m, err := range d.Resolve(ctx) {
		must(t, err)
		found := strings.TrimPrefix(m.Found, dir+"/")
		got = append(got, fmt.Sprint(m.Number, " ", m.Resolved, " ", found, " ", m.Shape, " ", errors.Is(m.Err, fs.ErrNotExist)))
	}
	want := []string{"0 s.h5:d s.h5 [3 4] false", "1 s.h5:d s.h5 [3 4] false", "2 s.h5:text s.h5 [4] false", "3 s.h5:short s.h5 [2] false", "4 gone.h5:d  [] true", "5 s.h5:d s.h5 [3 4] false", "6 s.h5:short s.h5 [2] false"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c, err := d.Coverage(ctx)
	must(t, err)
	if diff := cmp.Diff([]FileCoverage{{"s.h5", 6, 32}, {"gone.h5", 1, 4}}, c.Files()); diff != "" {
		t.Error(diff)
	}

	h5py(t, dir, growScript)
	got = nil
	for m, err := range dataset[int32](t, open(t, in(dir, "series.h5"), WithPrintfGap(1)), "v").Resolve(ctx) {
		must(t, err)
		got = append(got, fmt.Sprint(m.Block, " ", m.Resolved.File, " ", m.Shape, " ", m.Reaches, " ", m.Template))
	}
	want = []string{"0 series_0.h5 [3 2] 15 true", "1 series_1.h5 [3 2] 15 true", "2 series_2.h5 [3 2] 15 true", "3 series_3.h5 [] 15 true", "4 series_4.h5 [3 2] 15 true"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	report, err := open(t, in(dir, "ragged.h5")).Verify(ctx, "v")
	must(t, err)
	var reaches []int
	for _, s := range report.Datasets[0].Sources {
		reaches = append(reaches, s.Reaches)
	}
	if diff := cmp.Diff([]int{17, 6, 27, 0}, reaches); diff != "" {
		t.Error(diff)
	}
}

// The regions of members, and slices within them.
func TestRegion(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
layout = h5py.VirtualLayout((12, 8), 'i4')
with h5py.File('s.h5', 'w') as f: f['d'] = np.arange(12, dtype='i4').reshape(4, 3)
for k in range(3):
    for m in range(2): layout[k:12:3, 4 * m:4 * m + 3] = h5py.VirtualSource('s%d%d.h5' % (k, m), 'd', shape=(4, 3))
for k in range(3):
    for m in range(2):
        with h5py.File('s%d%d.h5' % (k, m), 'w') as f: f['d'] = np.arange(12, dtype='i4').reshape(4, 3) + 1000 * k + 100 * m
with h5py.File('v.h5', 'w', libver='latest') as f: f.create_virtual_dataset('v', layout, fillvalue=-1)
`)
	f := open(t, in(dir, "v.h5"))
	d, err := OpenExact[int32](ctx, f, "v", 12, Any)
	must(t, err)
	k1, err := d.Region(0, 1, 3)
	must(t, err)
	m1, err := d.Region(1, 1, 2)
	must(t, err)
	for _, c := range []struct {
		slices []Slice
		want   string
	}{
		{[]Slice{All().Within(k1), All().Within(m1)}, "[4 3] [1100 1101 1102 1103 1104 1105 1106 1107 1108 1109 1110 1111]"},
		{[]Slice{Range(1, 3).Within(k1), Index(-1).Within(m1)}, "[2] [1105 1108]"},
		{[]Slice{All().By(2).Within(k1), To(1).Within(m1)}, "[2 1] [1100 1106]"},
		{[]Slice{Indices(3, 0).Within(k1), To(1).Within(m1)}, "[2 1] [1109 1100]"},
	} {
		a, err := d.Read(ctx, c.slices...)
		if got := arrayText(a); err != nil || got != c.want {
			t.Errorf("%v: got %s, %v, want %s", slicesString(c.slices), got, err, c.want)
		}
	}
	// Members that are cut out of one file are regions of their own, and the pieces of one that is dealt are one.
	chips := NewLayout[int32]([]int{4, Fit}, SeparateMappings())
	place := Tile(2)
	for i := range 4 {
		must(t, chips.Map([]Slice{All(), place.Next(3)}, NewSource("chips.h5", "d", []int{4, 12}).Slice(All(), Range(3*i, 3*i+3))))
	}
	dealt := NewLayout[int32]([]int{Fit})
	for k := range 2 {
		must(t, dealt.Map([]Slice{All().Deal(k, 2, 3)}, NewSource(fmt.Sprintf("d%d.h5", k), "d", []int{8})))
	}
	b := NewBuilder(in(dir, "more.h5"))
	b.Virtual("chips", chips)
	b.Virtual("dealt", dealt)
	must(t, b.Commit(ctx))
	more := open(t, in(dir, "more.h5"))
	chip, err := dataset[int32](t, more, "chips").Region(1, 2, 4)
	if err != nil || chip.String() != "10:13" {
		t.Errorf("the third chip lies at %v, %v", chip, err)
	}
	stream, err := dataset[int32](t, more, "dealt").Region(0, 1, 2)
	if err != nil || stream.String() != "[3, 4, 5, 9, 10, 11, 15, 16]" {
		t.Errorf("the second stream lies at %v, %v", stream, err)
	}
	if _, err := d.Region(0, 0, 4); err == nil || !strings.Contains(err.Error(), "the layout has 4 members along it, and the file 3") {
		t.Errorf("got %v", err)
	}
	for _, shape := range [][]int{{12}, {11, Any}, {Any, Any, Any}} {
		if _, err := OpenExact[int32](ctx, f, "v", shape...); err == nil || !strings.Contains(err.Error(), "the layout has shape") {
			t.Errorf("%v: %v", shape, err)
		}
	}
	if _, err := OpenExact[int64](ctx, f, "v", Any, Any); err == nil || !strings.Contains(err.Error(), "int64, and the file int32") {
		t.Errorf("another type: %v", err)
	}
}

// Sources that are not as large as their mappings are errors, or filled; never other elements.
func TestSourceSizes(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, `
with h5py.File('s.h5', 'w') as f:
    for name, n in (('small', 2), ('large', 4)):
        f[name] = np.arange(n * n, dtype='i4').reshape(n, n)
        f.create_dataset(name + 'c', data=np.arange(n * n, dtype='i4').reshape(n, n), chunks=(2, 2), fillvalue=-7)
    f['line'] = np.arange(9, dtype='i4')
with h5py.File('v.h5', 'w', libver='latest') as f:
    for name in 'small smallc large largec line'.split():
        for form in ('all', 'slab'):
            layout = h5py.VirtualLayout((3, 3), 'i4')
            s = h5py.VirtualSource('s.h5', name, shape=(3, 3))
            layout[0:3, 0:3] = s if form == 'all' else s[:, :]
            f.create_virtual_dataset(name + form, layout, fillvalue=-1)
`)
	plain, filled := open(t, in(dir, "v.h5")), open(t, in(dir, "v.h5"), FillMissing())
	for _, c := range []struct{ path, want, fill string }{
		{"smallslab", "", "[3 3] [0 1 -1 2 3 -1 -1 -1 -1]"}, {"smallcslab", "", "[3 3] [0 1 -1 2 3 -1 -1 -1 -1]"},
		{"largeslab", "[3 3] [0 1 2 4 5 6 8 9 10]", ""}, {"largecslab", "[3 3] [0 1 2 4 5 6 8 9 10]", ""},
		{"smallall", "", ""}, {"smallcall", "", ""}, {"largeall", "", ""}, {"largecall", "", ""},
		{"lineall", "[3 3] [0 1 2 3 4 5 6 7 8]", ""}, {"lineslab", "", ""},
	} {
		for f, want := range map[*File]string{plain: c.want, filled: c.want + c.fill} {
			a, err := dataset[int32](t, f, c.path).Read(ctx)
			var mismatch *SourceMismatchError
			switch {
			case want == "" && !errors.As(err, &mismatch):
				t.Errorf("%s: got %s, %v, want a mismatch", c.path, arrayText(a), err)
			case want != "" && (err != nil || arrayText(a) != want):
				t.Errorf("%s: got %s, %v, want %s", c.path, arrayText(a), err, want)
			}
		}
	}
	// What a small source has is read.
	if a, err := dataset[int32](t, plain, "smallslab").Read(ctx, To(2), To(2)); err != nil || fmt.Sprint(a.Data) != "[0 1 2 3]" {
		t.Errorf("got %v, %v", a.Data, err)
	}
}
