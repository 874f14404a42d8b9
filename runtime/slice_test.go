package runtime

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestParseSlices(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "[]"}, {"()", "[]"}, {"5", "[5]"}, {"-1", "[-1]"}, {":", "[:]"}, {"0:10, :, 5, ::2, ...", "[0:10, :, 5, ::2, ...]"},
		{"[1:, :-3]", "[1:, :-3]"}, {"[1, 5, 9]", "[[1, 5, 9]]"}, {"0:2, [3,-1,3], ...", "[0:2, [3, -1, 3], ...]"}, {"[[1,2], :]", "[[1, 2], :]"}, {"[[4]]", "[[4]]"}, {":, []", "[:, []]"}, {"[...]", "[...]"}, {"[]", "[[]]"}, {"1,", "[1]"}, {" 3 : 4 ", "[3:4]"}, {"0:9:1", "[0:9]"}, {"::", "[:]"},
	} {
		got, err := ParseSlices(c.text)
		if err != nil || slicesString(got) != c.want {
			t.Errorf("%q: %v, %v, want %s", c.text, got, err, c.want)
		}
	}
	for _, c := range []struct{ text, want string }{
		{"a", `"a" is not a slice`}, {"1:2:3:4", "more than start:stop:step"}, {"::0", "at least 1"}, {"::-1", "at least 1"}, {"1,,2", "an axis is empty"}, {"[1", "not closed"}, {"1]", "not opened"}, {"[1,x]", "not a whole number"}, {"[1,,2], :", "not a whole number"}, {"[[1], [2:3]]", "not a whole number"}, {"1.5", "not a slice"},
	} {
		if _, err := ParseSlices(c.text); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.text, err, c.want)
		}
	}
}

func FuzzParseSlices(f *testing.F) {
	for _, text := range []string{"0:10,:,5,::2,...", "[-1]", "::0", "9999999999999999999", ":-1:", "[[3,1],:]"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed, err := ParseSlices(text)
		if err != nil {
			return
		}
		for _, s := range parsed {
			if len(s.list) > 8 {
				return // shown in part
			}
		}
		shown := strings.TrimSuffix(strings.TrimPrefix(slicesString(parsed), "["), "]")
		again, err := ParseSlices(shown + ",")
		if len(parsed) == 0 {
			again, err = ParseSlices("")
		}
		if err != nil || slicesString(again) != slicesString(parsed) {
			t.Errorf("%q parses as %v and that as %v, %v", text, parsed, again, err)
		}
		_, _ = resolveSlices(parsed, []uint64{7, 0, 1 << 40})
	})
}

const plainScript = `
a = np.arange(7 * 9 * 10, dtype='i4').reshape(7, 9, 10)
with h5py.File('p.h5', 'w') as f:
    f['contiguous'] = a
    f.create_dataset('chunked', data=a, chunks=(3, 4, 5))
    f.create_dataset('packed', data=a, chunks=(2, 9, 4), compression='gzip', shuffle=True)
    layout = h5py.VirtualLayout(a.shape, 'i4')
    for i in range(7): layout[i] = h5py.VirtualSource('.', 'packed' if i % 2 else 'contiguous', shape=a.shape)[i]
    f.create_virtual_dataset('virtual', layout)
`

// Lists, masks and blocks select what they say, on any axis, in any order, from datasets of every storage. The array is known by its formula.
func TestListsAndBlocks(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	h5py(t, dir, plainScript)
	f := open(t, in(dir, "p.h5"))
	random := rand.New(rand.NewPCG(1, 2))
	extents := []int{7, 9, 10}
	for range 300 {
		var given []Slice
		var picked [3][]int
		list := random.IntN(3)
		for axis, n := range extents {
			var s Slice
			switch {
			case axis == list && random.IntN(2) == 0:
				for range random.IntN(6) {
					picked[axis] = append(picked[axis], random.IntN(n))
				}
				s = Indices(picked[axis]...)
			case axis == list:
				keep := make([]bool, n)
				for i := range keep {
					if keep[i] = random.IntN(2) == 0; keep[i] {
						picked[axis] = append(picked[axis], i)
					}
				}
				s = Mask(keep)
			case random.IntN(3) == 0:
				block := 1 + random.IntN(3)
				stride := block + random.IntN(3)
				start := random.IntN(n - block + 1)
				count := 1 + random.IntN((n-start-block)/stride+1)
				s = Blocks(start, stride, count, block)
				for i := range count {
					for j := range block {
						picked[axis] = append(picked[axis], start+i*stride+j)
					}
				}
			default:
				start, step := random.IntN(n), 1+random.IntN(4)
				s = From(start).By(step)
				for i := start; i < n; i += step {
					picked[axis] = append(picked[axis], i)
				}
			}
			given = append(given, s)
		}
		var want []int32
		for _, i := range picked[0] {
			for _, j := range picked[1] {
				for _, k := range picked[2] {
					want = append(want, int32((i*9+j)*10+k))
				}
			}
		}
		for _, path := range []string{"contiguous", "chunked", "packed", "virtual"} {
			a, err := dataset[int32](t, f, path).Read(ctx, given...)
			if err != nil {
				t.Fatalf("%s%v: %v", path, slicesString(given), err)
			}
			if !slices.Equal(a.Data, want) {
				t.Fatalf("%s%v: got %v, want %v", path, slicesString(given), a.Data, want)
			}
		}
		raw, err := f.Dataset(ctx, "virtual")
		must(t, err)
		var streamed []byte
		for block, err := range raw.ReadBlocks(ctx, 1+random.IntN(200), given...) {
			must(t, err)
			streamed = append(streamed, block.Bytes...)
		}
		whole, err := raw.ReadBytes(ctx, given...)
		must(t, err)
		if string(whole.Bytes) != string(streamed) || len(streamed) != 4*len(want) {
			t.Fatalf("virtual%v in blocks differs", slicesString(given))
		}
	}
}

func TestSliceErrors(t *testing.T) {
	dir := t.TempDir()
	h5py(t, dir, plainScript)
	d := dataset[int32](t, open(t, in(dir, "p.h5")), "virtual")
	for _, c := range []struct {
		given []Slice
		want  string
	}{
		{[]Slice{Index(7)}, "virtual: slice 7 of axis 0: the index is outside the axis, which has 0 to 6 (or -7 to -1 from the end)"},
		{[]Slice{All(), Index(-10)}, "slice -10 of axis 1"},
		{[]Slice{All(), All(), All(), All()}, "4 slices for 3 axes"},
		{[]Slice{Ellipsis, Index(0), Ellipsis}, "at most one ..."},
		{[]Slice{All().By(0)}, "the step is at least 1"},
		{[]Slice{Indices(0), Indices(0)}, "only one axis"},
		{[]Slice{Indices(0, 7)}, "index 7"},
		{[]Slice{Mask([]bool{true})}, "the mask has 1 values"},
		{[]Slice{Blocks(0, 2, 4, 2)}, "reaches to 7, and the axis has 7 elements"},
		{[]Slice{Blocks(0, 1, 2, 2)}, "overlap"},
		{[]Slice{To(Add(Bad, 1))}, "overflows"},
	} {
		_, err := d.Read(context.Background(), c.given...)
		var wrong *SliceError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", slicesString(c.given), err, c.want)
		}
	}
	if err := d.ReadInto(context.Background(), make([]int32, 5)); err == nil || !strings.Contains(err.Error(), "630 elements, shape [7 9 10], and there is room for 5") {
		t.Errorf("too little room: %v", err)
	}
	for _, given := range [][]Slice{{Range(3, 3)}, {Range(5, 2)}, {Range(100, 200)}, {Indices()}} {
		a, err := d.Read(context.Background(), given...)
		if err != nil || len(a.Data) != 0 || fmt.Sprint(a.Shape) != "[0 9 10]" {
			t.Errorf("%v: %v, %v", slicesString(given), a, err)
		}
	}
}
