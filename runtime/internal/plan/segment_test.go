package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

func (r random) segment(rank int) Segment {
	s := Segment{MemOffset: int64(r.upTo(50))}
	stride := int64(1)
	for range rank {
		n, step := 1+r.upTo(5), 1+r.upTo(6)
		mem := stride
		stride *= int64(n)
		if n == 1 {
			step, mem = 1, 0
		}
		s.SourceStart = append(s.SourceStart, r.upTo(9))
		s.SourceStep = append(s.SourceStep, step)
		s.Count = append(s.Count, n)
		s.MemStride = append(s.MemStride, mem)
	}
	return s
}

func TestSegmentClip(t *testing.T) {
	r := random{rand.New(rand.NewPCG(3, 3))}
	for range 5000 {
		rank := r.IntN(4)
		s := r.segment(rank)
		extent := make([]uint64, rank)
		for axis := range extent {
			extent[axis] = r.upTo(30)
		}
		before := fmt.Sprint(s)
		inside, ok, outside := s.Clip(extent)
		if fmt.Sprint(s) != before {
			t.Fatalf("Clip changed its segment from %s to %v", before, s)
		}
		if ok != (s.Within(extent) || inside.Count != nil) || ok && !inside.Within(extent) {
			t.Fatalf("%v in %v: inside %v, %v", s, extent, inside, ok)
		}
		for _, o := range outside {
			for at, x := range scatter(t, []Segment{o}) {
				if within(x, extent) {
					t.Fatalf("%v in %v: %s at %d is called outside", s, extent, x, at)
				}
			}
		}
		all := slices.Clone(outside)
		if ok {
			all = append(all, inside)
		}
		if got, want := scatter(t, all), scatter(t, []Segment{s}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v in %v: parts %v, whole %v", s, extent, got, want)
		}
	}
}

func within(x string, extent []uint64) bool {
	x = x[1 : len(x)-1]
	for _, e := range extent {
		var c uint64
		fmt.Sscan(x, &c)
		if c >= e {
			return false
		}
		x = x[min(len(x), len(fmt.Sprint(c))+1):]
	}
	return true
}

func TestEachChunk(t *testing.T) {
	r := random{rand.New(rand.NewPCG(4, 4))}
	for range 5000 {
		rank := r.IntN(4)
		s := r.segment(rank)
		chunk := make([]uint64, rank)
		for axis := range chunk {
			chunk[axis] = 1 + r.upTo(9)
		}
		var parts []Segment
		var order [][]uint64
		err := s.EachChunk(chunk, func(scaled []uint64, part Segment) error {
			for axis := range chunk {
				if part.last(axis) >= chunk[axis] {
					t.Fatalf("%v in chunks of %v: %v in chunk %v", s, chunk, part, scaled)
				}
			}
			order = append(order, slices.Clone(scaled))
			part = part.Clone()
			for axis := range chunk {
				part.SourceStart[axis] += scaled[axis] * chunk[axis]
			}
			parts = append(parts, part)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i < len(order); i++ {
			if slices.Compare(order[i-1], order[i]) >= 0 {
				t.Fatalf("%v in chunks of %v: visited %v", s, chunk, order)
			}
		}
		if got, want := scatter(t, parts), scatter(t, []Segment{s}); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("%v in chunks of %v: parts %v, whole %v", s, chunk, got, want)
		}
	}
}

func TestEachChunkErrors(t *testing.T) {
	s := Segment{SourceStart: []uint64{0}, SourceStep: []uint64{1}, Count: []uint64{10}, MemStride: []int64{1}}
	stop := errors.New("stop")
	visits := 0
	visit := func([]uint64, Segment) error { visits++; return stop }
	for _, test := range []struct {
		name  string
		chunk []uint64
		want  error
	}{
		{"rank", []uint64{1, 1}, nil},
		{"no length", []uint64{0}, nil},
		{"visit", []uint64{4}, stop},
	} {
		if err := s.EachChunk(test.chunk, visit); err == nil || test.want != nil && err != test.want {
			t.Errorf("%s: got %v", test.name, err)
		}
	}
	if visits != 1 {
		t.Errorf("%d visits, want 1", visits)
	}
	// A stride longer than a chunk touches as many chunks as it has elements, however long it is.
	s.SourceStep[0] = 1 << 40
	visits = 0
	err := s.EachChunk([]uint64{8}, func([]uint64, Segment) error { visits++; return nil })
	if err != nil || visits != 10 {
		t.Errorf("%d visits, error %v", visits, err)
	}
}

// TestProjectSegments pins what a mapping is cut into: as few segments as there can be.
func TestProjectSegments(t *testing.T) {
	type dims = []dataspace.Dim
	type progressions = []Progression
	rng := dataspace.Range
	at := func(i uint64) dataspace.Dim { return rng(i, i+1) }
	every := func(start, stride, count, block uint64) dataspace.Dim {
		return dataspace.Dim{Start: start, Stride: stride, Count: count, Block: block}
	}
	whole := func(extent ...uint64) progressions {
		var p progressions
		for _, e := range extent {
			p = append(p, steps(0, 1, e))
		}
		return p
	}
	tests := []struct {
		name            string
		virtual, source dims
		request         progressions
		want            int
	}{
		{"concat", dims{rng(70, 80), rng(0, 12)}, dims{rng(0, 10), rng(0, 12)}, whole(100, 12), 1},
		{"stack on axis 0", dims{at(3), rng(0, 100)}, dims{rng(0, 100)}, whole(4, 100), 1},
		{"stack on a middle axis", dims{rng(0, 20), at(5), rng(0, 8)}, dims{rng(0, 20), rng(0, 8)}, whole(20, 16, 8), 1},
		{"stack, every third", dims{rng(0, 20), at(5), rng(0, 8)}, dims{rng(0, 20), rng(0, 8)}, progressions{steps(1, 3, 6), steps(5, 1, 1), steps(0, 2, 4)}, 1},
		{"singletons in both", dims{at(1), rng(0, 20), at(5)}, dims{rng(0, 20), at(0), at(0)}, whole(4, 20, 8), 1},
		{"not asked for", dims{at(3), rng(0, 100)}, dims{rng(0, 100)}, progressions{steps(2, 1, 1), steps(0, 1, 100)}, 0},
		{"asked for by strides that miss", dims{every(1, 4, 10, 1)}, dims{rng(0, 10)}, progressions{steps(0, 2, 20)}, 0},
		{"interleave", dims{every(1, 4, 25, 1), rng(0, 6)}, dims{rng(0, 25), rng(0, 6)}, whole(100, 6), 1},
		{"interleave, every tenth", dims{every(2, 4, 250, 1)}, dims{rng(0, 250)}, progressions{steps(0, 10, 100)}, 1},
		{"interleave by blocks", dims{every(10, 40, 5, 10), rng(0, 6)}, dims{rng(0, 50), rng(0, 6)}, whole(200, 6), 5},
		{"interleave by small blocks", dims{every(2, 8, 50, 2), rng(0, 6)}, dims{rng(0, 100), rng(0, 6)}, whole(400, 6), 2},
		{"one frame of an interleave by blocks", dims{every(10, 40, 5, 10), rng(0, 6)}, dims{rng(0, 50), rng(0, 6)}, progressions{steps(55, 1, 1), steps(0, 1, 6)}, 1},
		{"blocks to blocks", dims{every(0, 4, 8, 2), rng(0, 3)}, dims{every(1, 3, 8, 2), rng(0, 3)}, whole(32, 3), 2},
		{"split an axis", dims{rng(0, 6), rng(0, 4), rng(0, 5)}, dims{rng(0, 24), rng(0, 5)}, whole(6, 4, 5), 1},
		{"split an axis, inner part", dims{rng(0, 6), rng(0, 4), rng(0, 5)}, dims{rng(0, 24), rng(0, 5)}, progressions{steps(0, 1, 6), steps(1, 1, 2), steps(0, 1, 5)}, 2},
		{"merge two axes", dims{rng(0, 24), rng(0, 5)}, dims{rng(0, 6), rng(0, 4), rng(0, 5)}, whole(24, 5), 1},
		{"row of another shape", dims{at(2), rng(0, 100)}, dims{rng(0, 2), rng(0, 50)}, whole(4, 100), 1},
		{"reshape, all of it", dims{rng(0, 6), rng(0, 4)}, dims{rng(0, 4), rng(0, 6)}, whole(6, 4), 1},
		{"reshape of many frames", dims{rng(0, 1000), rng(0, 6), rng(0, 4)}, dims{rng(0, 1000), rng(0, 4), rng(0, 6)}, progressions{steps(0, 1, 1000), steps(0, 1, 6), steps(0, 1, 3)}, 4},
		{"scalar source", dims{at(7)}, dims{}, whole(10), 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := Mapping{Source: dataspace.All()}
			var err error
			if m.Virtual, err = dataspace.Regular(test.virtual...); err != nil {
				t.Fatal(err)
			}
			var sourceExtent, virtualExtent []uint64
			if len(test.source) > 0 {
				if m.Source, err = dataspace.Regular(test.source...); err != nil {
					t.Fatal(err)
				}
				_, sourceExtent, _ = m.Source.Bounds()
				for axis := range sourceExtent {
					sourceExtent[axis]++
				}
			}
			for _, p := range test.request {
				virtualExtent = append(virtualExtent, p.Last()+1)
			}
			segments := checkProject(t, Request{Axes: test.request}, m, virtualExtent, sourceExtent)
			if len(segments) != test.want {
				t.Errorf("%d segments, want %d: %+v", len(segments), test.want, segments)
			}
		})
	}
}

// TestProjectBoxes wants irregular selections to be read box by box, not element by element.
func TestProjectBoxes(t *testing.T) {
	boxes := func(b ...dataspace.Box) dataspace.Selection {
		s, err := dataspace.Boxes(2, b)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	list := func(rows ...uint64) dataspace.Selection {
		var b []dataspace.Box
		for _, r := range rows {
			b = append(b, dataspace.Box{Start: []uint64{r, 0}, Count: []uint64{1, 100}})
		}
		return boxes(b...)
	}
	strips := boxes(
		dataspace.Box{Start: []uint64{0, 0}, Count: []uint64{50, 10}},
		dataspace.Box{Start: []uint64{0, 20}, Count: []uint64{50, 30}},
		dataspace.Box{Start: []uint64{0, 60}, Count: []uint64{50, 5}})
	regular, err := dataspace.Regular(dataspace.Range(0, 50), dataspace.Range(0, 45))
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name            string
		virtual, source dataspace.Selection
		want            int
	}{
		{"list of rows to list of rows", list(1, 2, 5, 11, 30), list(0, 7, 8, 9, 40), 5},
		{"strips to a box", strips, regular, 3},
		{"box to strips", regular, strips, 3},
		{"strips to strips", strips, strips, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			extent := []uint64{50, 100}
			m := Mapping{Virtual: test.virtual, Source: test.source}
			segments := checkProject(t, Request{Axes: []Progression{steps(0, 1, 50), steps(0, 1, 100)}}, m, extent, extent)
			if len(segments) != test.want {
				t.Errorf("%d segments, want %d: %+v", len(segments), test.want, segments)
			}
		})
	}
}

// TestProjectShortSource checks that what a source lacks is named, element by element.
func TestProjectShortSource(t *testing.T) {
	box := func(extent ...uint64) dataspace.Selection {
		var dims []dataspace.Dim
		for _, e := range extent {
			dims = append(dims, dataspace.Range(0, e))
		}
		s, err := dataspace.Regular(dims...)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	tests := []struct {
		name            string
		virtual, source dataspace.Selection
		sourceExtent    []uint64
		inside, outside uint64
	}{
		{"hyperslab, fewer frames", box(5, 4), box(5, 4), []uint64{3, 4}, 12, 8},
		{"hyperslab, narrower", box(5, 4), box(5, 4), []uint64{5, 3}, 15, 5},
		{"hyperslab, both", box(5, 4), box(5, 4), []uint64{2, 2}, 4, 16},
		{"hyperslab, empty source", box(5, 4), box(5, 4), []uint64{0, 4}, 0, 20},
		{"whole, fewer frames", box(5, 4), dataspace.All(), []uint64{3, 4}, 12, 8},
		{"whole, no frames", box(5, 4), dataspace.All(), []uint64{0, 4}, 0, 20},
		{"whole, stacked", box(1, 20), dataspace.All(), []uint64{13}, 13, 7},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := Mapping{Virtual: test.virtual, Source: test.source}
			_, virtualExtent, _ := test.virtual.Bounds()
			req := Request{}
			for axis := range virtualExtent {
				virtualExtent[axis]++
				req.Axes = append(req.Axes, steps(0, 1, virtualExtent[axis]))
			}
			var inside, outside []Segment
			for _, s := range project(t, req, m, virtualExtent, test.sourceExtent) {
				in, ok, out := s.Clip(test.sourceExtent)
				if ok {
					inside = append(inside, in)
				}
				outside = append(outside, out...)
			}
			if got := uint64(len(scatter(t, inside))); got != test.inside {
				t.Errorf("%d elements inside, want %d", got, test.inside)
			}
			if got := uint64(len(scatter(t, outside))); got != test.outside {
				t.Errorf("%d elements outside, want %d", got, test.outside)
			}
			if got := uint64(len(scatter(t, append(inside, outside...)))); got != test.inside+test.outside {
				t.Errorf("inside and outside meet")
			}
		})
	}
}

// TestProjectHuge checks that nothing depends on the number of elements or overflows.
func TestProjectHuge(t *testing.T) {
	const frames = 1 << 40
	every := func(start, stride, count, block uint64) dataspace.Dim {
		return dataspace.Dim{Start: start, Stride: stride, Count: count, Block: block}
	}
	virtual, err := dataspace.Regular(every(3, 7, frames, 1), dataspace.Range(0, 1<<15))
	if err != nil {
		t.Fatal(err)
	}
	source, err := dataspace.Regular(dataspace.Range(0, frames<<3), dataspace.Range(0, 1<<12))
	if err != nil {
		t.Fatal(err)
	}
	m := Mapping{Virtual: virtual, Source: source}
	virtualExtent, sourceExtent := []uint64{frames * 8, 1 << 15}, []uint64{frames << 3, 1 << 12}
	req := Request{Axes: []Progression{steps(0, 5, frames), steps(100, 3, 10000)}, MemStride: []int64{0, 1}}
	segments := project(t, req, m, virtualExtent, sourceExtent)
	if len(segments) > 30 {
		t.Errorf("%d segments", len(segments))
	}
	total := uint64(0)
	for _, s := range segments {
		total += s.Elements()
	}
	if common := intersect(req.Axes[0], steps(3, 7, frames)); total != common.count*10000 {
		t.Errorf("%d elements, want %d", total, common.count*10000)
	}
	for name, req := range map[string]Request{
		"count":  {Axes: []Progression{steps(0, 1, 1<<63), steps(0, 1, 1)}},
		"start":  {Axes: []Progression{steps(1<<63, 1, 1), steps(0, 1, 1)}},
		"reach":  {Axes: []Progression{steps(1<<61, 1<<60, 4), steps(0, 1, 1)}},
		"memory": {Axes: []Progression{steps(0, 1, 1<<40), steps(0, 1, 1<<30)}},
	} {
		if err := Project(req, m, virtualExtent, sourceExtent, func(Segment) error { return nil }); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// Join may say no as it likes, but what it joins is both segments, in their order.
func TestSegmentJoin(t *testing.T) {
	r := random{rand.New(rand.NewPCG(4, 4))}
	joined := 0
	for range 20000 {
		rank := 1 + r.IntN(3)
		s := r.segment(rank)
		next := s.Clone()
		axis := r.IntN(rank)
		n := s.Count[axis]
		step, stride := s.SourceStep[axis], s.MemStride[axis]
		if n == 1 {
			step, stride = 1+r.upTo(4), int64(r.upTo(1000))+500
		}
		next.SourceStart[axis] += n * step
		next.MemOffset += int64(n) * stride
		if r.IntN(2) == 0 {
			next.part(axis, 0, 1)
			next.SourceStart[axis] = s.SourceStart[axis] + n*step
		}
		switch r.IntN(8) { // what must not be joined, or only by chance
		case 0:
			next.SourceStart[r.IntN(rank)] += r.upTo(3)
		case 1:
			next.MemOffset += int64(r.upTo(3))
		case 2:
			next.Count[r.IntN(rank)]++
		case 3:
			next.SourceStart[axis] = s.SourceStart[axis] - min(s.SourceStart[axis], r.upTo(3))
		}
		before := fmt.Sprint(next)
		whole := s.Clone()
		if !whole.Join(&next) {
			if fmt.Sprint(whole) != fmt.Sprint(s) {
				t.Fatalf("%v was not joined with %s and is %v", s, before, whole)
			}
			continue
		}
		joined++
		if fmt.Sprint(next) != before {
			t.Fatalf("Join changed %s to %v", before, next)
		}
		if whole.Elements() != s.Elements()+next.Elements() {
			t.Fatalf("%v and %v are %v", s, next, whole)
		}
		if got, want := pairs(whole), append(pairs(s), pairs(next)...); !sameSet(got, want) {
			t.Fatalf("%v and %v are %v", s, next, whole)
		}
	}
	if joined < 1000 {
		t.Errorf("only %d were joined", joined)
	}
}

// pairs are the elements of a segment: source coordinates and place in memory.
func pairs(s Segment) []string {
	var all []string
	number := make([]uint64, len(s.Count))
	for {
		place, at := s.MemOffset, make([]uint64, len(number))
		for k, n := range number {
			at[k] = s.SourceStart[k] + n*s.SourceStep[k]
			place += int64(n) * s.MemStride[k]
		}
		all = append(all, fmt.Sprint(at, place))
		k := len(number) - 1
		for ; k >= 0; k-- {
			if number[k]++; number[k] < s.Count[k] {
				break
			}
			number[k] = 0
		}
		if k < 0 {
			return all
		}
	}
}

func sameSet(a, b []string) bool {
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}
