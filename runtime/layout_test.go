package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// describe is a function of Python that tells everything that a file says of a virtual dataset.
const describe = `
def selection(s):
    kind = s.get_select_type()
    if kind != h5py.h5s.SEL_HYPERSLABS: return [kind]
    if s.is_regular_hyperslab():
        r = s.get_regular_hyperslab()
        return ['regular'] + [[int(x) for x in a] for a in r]
    return ['boxes', np.asarray(s.get_select_hyper_blocklist()).tolist()]
def describe(name, path):
    with h5py.File(name, 'r') as f:
        d = f[path]
        p = d.id.get_create_plist()
        fill = np.zeros((), d.dtype)
        p.get_fill_value(fill)
        maps = []
        for i in range(p.get_virtual_count()):
            maps.append([p.get_virtual_filename(i), p.get_virtual_dsetname(i), selection(p.get_virtual_vspace(i)), selection(p.get_virtual_srcspace(i))])
        space = d.id.get_space()
        return dict(shape=space.get_simple_extent_dims(), maxshape=[str(x) for x in d.maxshape], dtype=d.dtype.str, fill=str(fill), maps=maps, values=show(d[...]))
`

// layoutCase is a layout that is built by h5py and by us.
type layoutCase struct {
	name   string
	script string                   // makes virtual dataset /v in f
	layout func(own string) *Layout // own is the name of the file
}

var layoutCases = []layoutCase{
	{"stack of whole sources", `
layout = h5py.VirtualLayout((4, 6), 'i4')
for n in range(3): layout[n] = h5py.VirtualSource('line.h5', 'data', shape=(6,))
f.create_virtual_dataset('v', layout, fillvalue=-5)`,
		func(string) *Layout {
			l := NewLayout[int32]([]int{4, 6}, Fill(-5))
			for n := range 3 {
				l.Map([]Slice{Index(n)}, NewSource("line.h5", "data", []int{6}))
			}
			return l
		}},
	{"whole onto whole", `
layout = h5py.VirtualLayout((6,), 'f8')
layout[...] = h5py.VirtualSource('line.h5', 'data', shape=(6,))
f.create_virtual_dataset('v', layout)`,
		func(string) *Layout {
			l := NewLayout[float64]([]int{6}, Convert())
			l.Map(nil, NewSource("line.h5", "data", []int{6}))
			return l
		}},
	{"sliced on both sides", `
layout = h5py.VirtualLayout((4, 5), 'u2')
s = h5py.VirtualSource('square.h5', 'g/data', shape=(6, 8))
layout[0:4:2, 1:4] = s[1:6:3, 2:8:2]
layout[1, :] = h5py.VirtualSource('square.h5', 'g/data', shape=(6, 8))[-1, -5:]
layout[3, 0] = h5py.VirtualSource('square.h5', 'g/data', shape=(6, 8))[0, 0]
f.create_virtual_dataset('v', layout, fillvalue=9)`,
		func(string) *Layout {
			l := NewLayout[uint16]([]int{4, 5}, Fill(9))
			s := NewSource("square.h5", "g/data", []int{6, 8})
			l.Map([]Slice{Range(0, 4).By(2), Range(1, 4)}, s.Slice(Range(1, 6).By(3), Range(2, 8).By(2)))
			l.Map([]Slice{Index(1)}, s.Slice(Index(-1), From(-5)))
			l.Map([]Slice{Index(3), Index(0)}, s.Slice(Index(0), Index(0)))
			return l
		}},
	{"ellipsis and sliced whole", `
layout = h5py.VirtualLayout((2, 6, 8), 'u2')
layout[0, ...] = h5py.VirtualSource('square.h5', 'g/data', shape=(6, 8))[:]
layout[1] = h5py.VirtualSource('square.h5', 'g/data', shape=(6, 8))[..., 0:8]
f.create_virtual_dataset('v', layout)`,
		func(string) *Layout {
			l := NewLayout[uint16]([]int{2, 6, 8})
			s := NewSource("square.h5", "g/data", []int{6, 8})
			l.Map([]Slice{Index(0), Ellipsis}, s.Slice(All()))
			l.Map([]Slice{Index(1)}, s.Slice(Ellipsis, Range(0, 8)))
			return l
		}},
	{"lists of indices", `
layout = h5py.VirtualLayout((10,), 'i4')
layout[[0, 3, 4, 9]] = h5py.VirtualSource('line.h5', 'data', shape=(6,))[[1, 2, 4, 5]]
f.create_virtual_dataset('v', layout, fillvalue=-3)`,
		func(string) *Layout {
			l := NewLayout[int32]([]int{10}, Fill(-3))
			l.Map([]Slice{Indices(0, 3, 4, 9)}, NewSource("line.h5", "data", []int{6}).Slice(Mask([]bool{false, true, true, false, true, true})))
			return l
		}},
	{"growing", `
layout = h5py.VirtualLayout((1, 8), 'u2', maxshape=(None, 8))
layout[0:h5py.UNLIMITED, :] = h5py.VirtualSource('square.h5', 'g/data', shape=(1, 8), maxshape=(None, 8))[0:h5py.UNLIMITED, :]
f.create_virtual_dataset('v', layout)`,
		func(string) *Layout {
			l := NewLayout[uint16]([]int{1, 8}, MaxShape(Unlimited, 8))
			l.Map([]Slice{Blocks(0, 1, Unlimited, 1)}, NewSource("square.h5", "g/data", []int{Unlimited, 8}, MaxShape(Unlimited, 8)))
			return l
		}},
	{"numbered series", `
layout = h5py.VirtualLayout((1, 6), 'i4', maxshape=(None, 6))
layout[0:h5py.UNLIMITED, :] = h5py.VirtualSource('line_%b.h5', 'data', shape=(6,))
f.create_virtual_dataset('v', layout)`,
		func(string) *Layout {
			l := NewLayout[int32]([]int{1, 6}, MaxShape(Unlimited, 6))
			l.Map([]Slice{Blocks(0, 1, Unlimited, 1)}, NewTemplateSource("line_%b.h5", "data", []int{6}))
			return l
		}},
	{"own file and a percent sign", `
f['own'] = np.arange(4, dtype='i4')
layout = h5py.VirtualLayout((2, 4), 'i4', filename=f.filename)
layout[0] = h5py.VirtualSource(f.filename, 'own', shape=(4,))
layout[1] = h5py.VirtualSource('100%%.h5', 'data', shape=(4,))
f.create_virtual_dataset('v', layout)`,
		func(own string) *Layout {
			l := NewLayout[int32]([]int{2, 4})
			l.Map([]Slice{Index(0)}, NewSource(own, "own", []int{4}))
			l.Map([]Slice{Index(1)}, NewSource("100%.h5", "data", []int{4}))
			return l
		}},
	{"no mappings", `
p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
p.set_layout(h5py.h5d.VIRTUAL)
p.set_fill_value(np.array(7, 'f4'))
h5py.h5d.create(f.id, b'v', h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((3, 2)), p)`,
		func(string) *Layout { return NewLayout[float32]([]int{3, 2}, Fill(7)) }},
	{"scalar", `
layout = h5py.VirtualLayout((), 'i4')
layout[...] = h5py.VirtualSource('line.h5', 'data', shape=(6,))[3]
f.create_virtual_dataset('v', layout)`,
		func(string) *Layout {
			l := NewLayout[int32](nil)
			l.Map(nil, NewSource("line.h5", "data", []int{6}).Slice(Index(3)))
			return l
		}},
}

const layoutSources = `
with h5py.File('line.h5', 'w') as f: f['data'] = np.arange(6, dtype='i4') * 11 - 5
with h5py.File('100%.h5', 'w') as f: f['data'] = np.arange(4, dtype='i4') + 40
for n in range(3):
    with h5py.File('line_%d.h5' % n, 'w') as f: f['data'] = np.arange(6, dtype='i4') + 100 * n
with h5py.File('square.h5', 'w') as f: f.create_dataset('g/data', data=np.arange(48, dtype='u2').reshape(6, 8), maxshape=(None, 8))
`

// Layouts are stored as h5py stores them for the same calls, and read the same.
func TestLayoutsAsH5py(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	script := layoutSources
	for i, c := range layoutCases {
		script += fmt.Sprintf("f = h5py.File('theirs%d.h5', 'w', libver='latest')%s\nf.close()\n", i, c.script)
		b := NewBuilder(in(dir, fmt.Sprintf("ours%d.h5", i)))
		b.Virtual("/v", c.layout(fmt.Sprintf("ours%d.h5", i)))
		if strings.Contains(c.script, "'own'") {
			b.Dataset("/own", []int32{0, 1, 2, 3})
		}
		must(t, b.Commit(ctx))
	}
	type description = map[string]any
	all := fromH5py[[][]description](t, dir, script+describe+`
print(json.dumps([[describe('theirs%d.h5' % i, 'v'), describe('ours%d.h5' % i, 'v')] for i in range(int(sys.argv[1]))]))`, fmt.Sprint(len(layoutCases)))
	for i, c := range layoutCases {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(all[i][0], all[i][1]); diff != "" {
				t.Errorf("h5py's (-) and ours (+):\n%s", diff)
			}
			if dump := string(oracle.H5dump(t, dir, "-p", fmt.Sprintf("ours%d.h5", i))); !strings.Contains(dump, "STORAGE_LAYOUT") {
				t.Errorf("h5dump says:\n%s", dump)
			}
			theirs, err := read[float64](t, in(dir, fmt.Sprintf("theirs%d.h5", i)), "v", nil)
			must(t, err)
			ours, err := read[float64](t, in(dir, fmt.Sprintf("ours%d.h5", i)), "v", nil)
			must(t, err)
			if theirs != ours {
				t.Errorf("h5py's file reads %s, and ours %s", theirs, ours)
			}
		})
	}
}

func TestLayoutMistakes(t *testing.T) {
	line := NewSource("line.h5", "data", []int{6})
	for _, c := range []struct {
		name   string
		layout func() *Layout
		want   string
	}{
		{"count", func() *Layout {
			l := NewLayout[int32]([]int{4, 5})
			l.Map([]Slice{Index(0)}, line)
			return l
		}, "mapping 0 from line.h5:data: the virtual selection has 5 elements, and the source's 6"},
		{"rank", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map([]Slice{Index(0), All()}, line)
			return l
		}, "2 slices for 1 axis"},
		{"bounds", func() *Layout {
			l := NewLayout[int32]([]int{4, 6})
			l.Map([]Slice{Index(4)}, line)
			return l
		}, "the index is outside the axis, which has 0 to 3"},
		{"clipped range", func() *Layout {
			l := NewLayout[int32]([]int{8})
			l.Map([]Slice{Range(4, 10)}, line)
			return l
		}, "the virtual selection has 4 elements, and the source's 6"},
		{"overlap", func() *Layout {
			l := NewLayout[int32]([]int{8})
			l.Map([]Slice{Range(0, 6)}, line)
			l.Map([]Slice{Range(5, 8)}, line.Slice(To(3)))
			return l
		}, "mapping 1 from line.h5:data: its elements [5:8] overlap those of mapping 0"},
		{"fill of another sign", func() *Layout { return NewLayout[uint16]([]int{2}, Fill(-1)) }, "fill value -1: type uint16 cannot hold it exactly"},
		{"fill too large", func() *Layout { return NewLayout[uint8]([]int{2}, Fill(256)) }, "type uint8 cannot hold it exactly"},
		{"fill not a number", func() *Layout { return NewLayout[int32]([]int{2}, Fill(math.NaN())) }, "type int32 cannot hold it exactly"},
		{"fraction", func() *Layout { return NewLayout[int32]([]int{2}, Fill(3.7)) }, "type int32 cannot hold it exactly"},
		{"growing axis without room", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map([]Slice{Blocks(0, 1, Unlimited, 1)}, NewSource("line.h5", "data", []int{Unlimited}))
			return l
		}, "mapping 0 grows along axis 0, and the layout cannot"},
		{"series without blocks", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map(nil, NewTemplateSource("f%b.h5", "data", []int{6}))
			return l
		}, "%b numbers the blocks"},
		{"template with another letter", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map(nil, NewTemplateSource("f%05b.h5", "data", []int{6}))
			return l
		}, "after % there may be b"},
		{"type", func() *Layout {
			l := NewLayout[float32]([]int{6})
			l.Map(nil, NewSource("line.h5", "data", []int{6}, ElementOf[int32]()))
			return l
		}, "its elements are int32 and the layout's float32: Convert allows that"},
		{"sliced twice", func() *Layout {
			l := NewLayout[int32]([]int{2})
			l.Map(nil, line.Slice(To(4)).Slice(To(2)))
			return l
		}, "sliced already"},
		{"negative step", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map(nil, line.Slice(All().By(-1)))
			return l
		}, "HDF5 has no negative one"},
		{"decreasing list", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map([]Slice{Indices(3, 1)}, line.Slice(To(2)))
			return l
		}, "must increase"},
		{"named extent", func() *Layout {
			l := NewLayout[int32]([]int{6})
			l.Map(nil, NewSource("a.h5", "d", []int{-2}, ShapeWords("ceildiv(frames-n+1, 4)")))
			return l
		}, "axis 0: ceildiv(frames-n+1, 4) = -2 is negative"},
		{"rank above 32", func() *Layout { return NewLayout[int8](make([]int, 33)) }, "at most 32"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			b := NewBuilder(in(dir, "v.h5"))
			b.Virtual("/v", c.layout())
			err := b.Commit(context.Background())
			var wrong *LayoutError
			if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want a LayoutError with %q", err, c.want)
			}
			if left, _ := os.ReadDir(dir); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// Mistakes are reported together.
func TestBuilderReportsAll(t *testing.T) {
	b := NewBuilder(in(t.TempDir(), "v.h5"))
	b.Virtual("/a", NewLayout[uint16]([]int{2}, Fill(-1)))
	l := NewLayout[int32]([]int{2, 6})
	l.Map([]Slice{Index(0)}, NewSource("s.h5", "d", []int{5}))
	l.Map([]Slice{Index(7)}, NewSource("s.h5", "d", []int{6}))
	b.Virtual("/b", l)
	b.Dataset("/c", Exact[int8]("frames", 1000))
	err := b.Commit(context.Background())
	for _, want := range []string{"/a: layout: fill value -1", "/b: layout: mapping 0", "index is outside", "/c: frames = 1000: int8 cannot hold it"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, want %q in it", err, want)
		}
	}
}

// Neighbouring slices of one source become one mapping, and only where that is the same.
func TestMerge(t *testing.T) {
	source := NewSource("s.h5", "d", []int{10, 4})
	for _, c := range []struct {
		name    string
		virtual [][]Slice
		source  [][]Slice
		want    int
		opts    []LayoutOption
	}{
		{"runs", [][]Slice{{Range(0, 3)}, {Range(3, 7)}, {Range(7, 8)}}, [][]Slice{{Range(1, 4)}, {Range(4, 8)}, {Range(8, 9)}}, 1, nil},
		{"separate", [][]Slice{{Range(0, 3)}, {Range(3, 7)}}, [][]Slice{{Range(1, 4)}, {Range(4, 8)}}, 2, []LayoutOption{SeparateMappings()}},
		{"gap in the source", [][]Slice{{Range(0, 3)}, {Range(3, 7)}}, [][]Slice{{Range(0, 3)}, {Range(4, 8)}}, 2, nil},
		{"gap in the virtual dataset", [][]Slice{{Range(0, 3)}, {Range(4, 8)}}, [][]Slice{{Range(0, 3)}, {Range(3, 7)}}, 2, nil},
		{"tiles of a row", [][]Slice{{All(), Range(0, 2)}, {All(), Range(2, 4)}}, [][]Slice{{All(), Range(0, 2)}, {All(), Range(2, 4)}}, 1, nil},
		{"tiles exchanged", [][]Slice{{All(), Range(2, 4)}, {All(), Range(0, 2)}}, [][]Slice{{All(), Range(2, 4)}, {All(), Range(0, 2)}}, 2, nil},
		{"frames of one row", [][]Slice{{Index(0), Range(0, 2)}, {Index(1), Range(0, 2)}}, [][]Slice{{Index(3), Range(0, 2)}, {Index(3), Range(2, 4)}}, 1, nil},
		{"columns of two rows", [][]Slice{{Range(0, 2), Index(0)}, {Range(0, 2), Index(1)}}, [][]Slice{{Range(0, 2), Index(0)}, {Range(2, 4), Index(0)}}, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := NewLayout[int32]([]int{10, 4}, c.opts...)
			for i := range c.virtual {
				must(t, l.Map(c.virtual[i], source.Slice(c.source[i]...)))
			}
			if l.Len() != c.want {
				t.Errorf("%d mappings, want %d: %v", l.Len(), c.want, &l.mappings)
			}
		})
	}
}

// Dealt streams and tiles lie where the formulas put them.
func TestDeal(t *testing.T) {
	for _, c := range []struct{ member, members, block, length int }{
		{0, 1, 1, 5}, {1, 4, 1, 7}, {2, 3, 5, 17}, {0, 2, 10, 3}, {1, 2, 10, 30},
	} {
		l := NewLayout[int32]([]int{Fit})
		must(t, l.Map([]Slice{To(c.length).Deal(c.member, c.members, c.block)}, NewSource("s.h5", "d", []int{c.length})))
		var got []uint64
		for _, m := range l.mappings.all() {
			for b := range m.virtual.Boxes() {
				for i := range b.Count[0] {
					got = append(got, b.Start[0]+i)
				}
			}
		}
		for j, at := range got {
			if want := uint64((j/c.block*c.members+c.member)*c.block + j%c.block); at != want {
				t.Errorf("%+v: element %d at %d, want %d", c, j, at, want)
			}
		}
		if len(got) != c.length {
			t.Errorf("%+v: %d elements", c, len(got))
		}
	}
	c := Tile(3, 123)
	var origins []int
	for range 6 {
		origins = append(origins, c.Next(256).start)
	}
	if diff := cmp.Diff([]int{0, 259, 638, 897, 1276, 1535}, origins); diff != "" {
		t.Error(diff)
	}
	growing := NewLayout[int32]([]int{Unlimited, 2})
	must(t, growing.Map([]Slice{All().Deal(1, 4, 10)}, NewSource("s.h5", "d", []int{Unlimited, 2})))
	want := dataspace.Dim{Start: 10, Stride: 40, Count: dataspace.Unlimited, Block: 10}
	if got := growing.mappings.virtual.At(0).Dim(0); got != want {
		t.Errorf("a growing stream is dealt to %+v, want %+v", got, want)
	}
}
