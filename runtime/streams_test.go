package runtime

import (
	"context"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestStreams applies rules inside out to members whose streams differ in length.
func TestStreams(t *testing.T) {
	starts := func(s *Streams, n int) []int {
		var got []int
		for range n {
			place := s.Next()
			a, why := place.resolve(unknownExtent, nil)
			if why != "" {
				t.Fatal(why)
			}
			got = append(got, int(a.pieces[0].start))
		}
		return got
	}
	// k varies slowest: (k0 w0), (k0 w1), (k1 w0), (k1 w1).
	lengths := []int{3, 4, 5, 6}
	for _, c := range []struct {
		name string
		s    *Streams
		want []int
	}{
		{"concat k, then w with a gap", NewStreams(lengths, 2, 2).Tile(0).Tile(1, 10), []int{0, 18, 3, 22}},
		{"concat w, then k", NewStreams(lengths, 2, 2).Tile(1).Tile(0), []int{0, 3, 7, 12}},
		{"origins of k, then concat w", NewStreams(lengths, 2, 2).Place(0, 7, 1).Tile(1), []int{7, 17, 1, 11}},
		{"deal w, then concat k, deal no more", NewStreams([]int{2, 1, 2, 1}, 2, 2).Deal(1, 1).Tile(0), []int{0, 1, 3, 4}},
	} {
		if got := starts(c.s, 4); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for want, s := range map[string]*Streams{
		"3 lengths for 4 members":                   NewStreams([]int{1, 2, 3}, 2, 2),
		"the length of a member is negative (-2)":   NewStreams([]int{1, -2}, 2).Tile(0),
		"the length of a member overflows":          NewStreams([]int{1, Bad}, 2),
		"a gap of -1 elements is negative":          NewStreams([]int{1, 2}, 2).Tile(0, -1),
		"1 origin for 2 members":                    NewStreams([]int{1, 2}, 2).Place(0, 4),
		"member 0 holds 1 where it gets 2":          NewStreams([]int{1, 2}, 2).Deal(0, 1),
		"dealing in blocks of 0":                    NewStreams([]int{1, 1}, 2).Deal(0, 0),
		"there are no more members":                 NewStreams(nil, 0).Tile(0),
		"an origin overflows or divides by zero":    NewStreams([]int{1, 1}, 2).Place(0, 0, Bad),
		"the members together are longer than HDF5": NewStreams([]int{math.MaxInt/4 + 1, math.MaxInt/4 + 1}, 2).Tile(0),
	} {
		if got := s.Next().bad; !strings.Contains(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestSequenceOfType has ranges that their element type holds and others.
func TestSequenceOfType(t *testing.T) {
	if got, ok := Sequence[float32](-1, 1).([]float32); !ok || !slices.Equal(got, []float32{-1, 0, 1}) {
		t.Errorf("-1..1: %v", got)
	}
	if got, ok := Sequence[uint8](1, 0).([]uint8); !ok || len(got) != 0 {
		t.Errorf("1..0: %v", got)
	}
	for name, v := range map[string]any{
		"cannot hold 300": Sequence[uint8](0, 300), "cannot hold -1": Sequence[uint64](-1, 3), "cannot hold 16777217": Sequence[float32](16777210, 16777217),
		"more than": Sequence[int64](0, math.MaxInt), "overflows": Sequence[int64](Bad, 3),
	} {
		if err, ok := v.(error); !ok || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want an error with %q", v, name)
		}
	}
}

// TestVerifyTexts verifies a virtual dataset of texts.
func TestVerifyTexts(t *testing.T) {
	ctx, dir := context.Background(), t.TempDir()
	source := NewSource("s.h5", "/note", []int{2}, ElementOf[string]())
	w, err := CreateSource[string](ctx, dir, source)
	must(t, err)
	must(t, w.Append([]string{"a", "ü"}))
	must(t, w.Close())
	l := NewLayout[string]([]int{2}, Fill(""))
	must(t, l.Map([]Slice{All()}, source))
	name := filepath.Join(dir, "v.h5")
	b := NewBuilder(name)
	b.Virtual("/note", l)
	must(t, b.Commit(ctx))
	f, err := Open(ctx, name)
	must(t, err)
	defer f.Close()
	d, err := OpenDataset[string](ctx, f, "/note")
	must(t, err)
	report, err := Verify(ctx, d.Raw())
	must(t, err)
	if problems := report.Problems(); len(problems) > 0 {
		t.Error(problems)
	}
}

// TestFindShorter finds a parameter that makes an axis shorter.
func TestFindShorter(t *testing.T) {
	var s Solution
	if got := s.Find("axis a, 17 - 3*p", 5, -3, 17); got != 4 || s.Err() != nil {
		t.Errorf("%d, %v", got, s.Err())
	}
	if s.Find("axis a, 17 - 3*p", 20, -3, 17); s.Err() == nil {
		t.Error("a parameter of -1 was found")
	}
}
