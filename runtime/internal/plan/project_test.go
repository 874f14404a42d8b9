package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// elements returns the coordinates of the elements of a selection in its order, one by one: the
// naive reading of the rules that the planner is held against.
func elements(s dataspace.Selection, extent []uint64) [][]uint64 {
	if axis, ok := s.UnlimitedAxis(); ok {
		s = s.Clip(axis, extent[axis])
	}
	var all [][]uint64
	switch s.Kind() {
	case dataspace.KindAll:
		eachCoordinate(make([]uint64, len(extent)), extent, func(x []uint64) { all = append(all, slices.Clone(x)) })
	case dataspace.KindPoints:
		for x := range s.Points() {
			all = append(all, slices.Clone(x))
		}
	default:
		for b := range s.Boxes() {
			eachCoordinate(b.Start, b.Count, func(x []uint64) { all = append(all, slices.Clone(x)) })
		}
		slices.SortFunc(all, slices.Compare[[]uint64])
	}
	return all
}

// eachCoordinate visits the coordinates of a box in row-major order.
func eachCoordinate(start, count []uint64, visit func(x []uint64)) {
	if slices.Contains(count, 0) {
		return
	}
	x := slices.Clone(start)
	for {
		visit(x)
		axis := len(x) - 1
		for ; axis >= 0; axis-- {
			if x[axis]++; x[axis] < start[axis]+count[axis] {
				break
			}
			x[axis] = start[axis]
		}
		if axis < 0 {
			return
		}
	}
}

// naive returns, for each element of memory that the request fills from the mapping, the source
// coordinates that it comes from. Where a virtual point is listed twice the last one counts.
func naive(req Request, m Mapping, virtualExtent, sourceExtent []uint64) map[int64]string {
	virtual, source := elements(m.Virtual, virtualExtent), elements(m.Source, sourceExtent)
	if len(virtual) != len(source) {
		panic(fmt.Sprintf("%v has %d elements and %v has %d", m.Virtual, len(virtual), m.Source, len(source)))
	}
	want := map[int64]string{}
	for k, x := range virtual {
		if at, ok := memoryOf(req, x); ok {
			want[at] = fmt.Sprint(source[k])
		}
	}
	return want
}

// steps writes a progression in one line of a table.
func steps(start, step, count uint64) Progression {
	return Progression{Start: start, Step: step, Count: count}
}

// memoryOf returns where the request wants the element x.
func memoryOf(req Request, x []uint64) (int64, bool) {
	at, stride := int64(0), int64(1)
	for axis := len(x) - 1; axis >= 0; axis-- {
		i, ok := indexOf(req.Axes[axis], x[axis])
		if !ok {
			return 0, false
		}
		if req.MemStride != nil {
			stride = req.MemStride[axis]
		}
		at += int64(i) * stride
		stride *= int64(req.Axes[axis].Count)
	}
	return at + req.MemOffset, true
}

// scatter returns what segments fill, as naive does, and fails on an element that is filled twice.
func scatter(t *testing.T, segments []Segment) map[int64]string {
	t.Helper()
	got := map[int64]string{}
	for _, s := range segments {
		n := uint64(0)
		eachCoordinate(make([]uint64, len(s.Count)), s.Count, func(i []uint64) {
			n++
			at, x := s.MemOffset, make([]uint64, len(i))
			for axis := range i {
				at += int64(i[axis]) * s.MemStride[axis]
				x[axis] = s.SourceStart[axis] + i[axis]*s.SourceStep[axis]
			}
			if old, ok := got[at]; ok {
				t.Fatalf("element %d is filled from %v and from %v", at, old, x)
			}
			got[at] = fmt.Sprint(x)
		})
		if n != s.Elements() {
			t.Fatalf("%+v has %d elements, and Elements says %d", s, n, s.Elements())
		}
		for axis, c := range s.Count {
			if s.SourceStep[axis] < 1 || c < 1 || c == 1 && (s.SourceStep[axis] != 1 || s.MemStride[axis] != 0) {
				t.Fatalf("segment is not in its normal form: %+v", s)
			}
		}
	}
	return got
}

func project(t *testing.T, req Request, m Mapping, virtualExtent, sourceExtent []uint64) []Segment {
	t.Helper()
	var segments []Segment
	err := Project(req, m, virtualExtent, sourceExtent, func(s Segment) error {
		segments = append(segments, s)
		return nil
	})
	if err != nil {
		t.Fatalf("Project(%+v, %v ← %v): %v", req, m.Virtual, m.Source, err)
	}
	return segments
}

func checkProject(t *testing.T, req Request, m Mapping, virtualExtent, sourceExtent []uint64) []Segment {
	t.Helper()
	segments := project(t, req, m, virtualExtent, sourceExtent)
	got, want := scatter(t, segments), naive(req, m, virtualExtent, sourceExtent)
	wrong := len(got) != len(want)
	for at, x := range want {
		wrong = wrong || got[at] != x
	}
	if wrong {
		t.Fatalf("request %+v of %v ← %v (extents %v, %v)\ngot  %v\nwant %v", req, m.Virtual, m.Source, virtualExtent, sourceExtent, got, want)
	}
	return segments
}

// random draws small selections and requests of every kind.
type random struct{ *rand.Rand }

func (r random) upTo(n uint64) uint64 { return r.Uint64N(n + 1) }

func (r random) extent(rank int) []uint64 {
	e := make([]uint64, rank)
	for i := range e {
		e[i] = 1 + r.upTo(uint64(14/rank))
		if r.IntN(6) == 0 {
			e[i] = 1
		}
	}
	return e
}

// dim draws a Dim with exactly n coordinates, and the extent that it needs.
func (r random) dim(n uint64) (dataspace.Dim, uint64) {
	var divisors []uint64
	for b := uint64(1); b <= n; b++ {
		if n%b == 0 {
			divisors = append(divisors, b)
		}
	}
	block := divisors[r.IntN(len(divisors))]
	if r.IntN(3) == 0 {
		block = n
	}
	d := dataspace.Dim{Start: r.upTo(3), Count: n / block, Block: block, Stride: block + r.upTo(3)}
	return d, d.Start + (d.Count-1)*d.Stride + d.Block + r.upTo(2)
}

// regular draws a regular hyperslab of n elements, and an extent that holds it.
func (r random) regular(n uint64) (dataspace.Selection, []uint64) {
	rank := 1 + r.IntN(4)
	dims, extent := make([]dataspace.Dim, rank), make([]uint64, rank)
	for axis := range rank {
		length := n
		if axis < rank-1 {
			for length = 1 + r.upTo(n-1); n%length != 0; {
				length = 1 + r.upTo(n-1)
			}
		}
		n /= length
		dims[axis], extent[axis] = r.dim(length)
	}
	s, err := dataspace.Regular(dims...)
	if err != nil {
		panic(err)
	}
	return s, extent
}

// irregular draws a union of boxes with n elements, or gives up.
func (r random) irregular(n uint64) (dataspace.Selection, []uint64, bool) {
	extent := r.extent(1 + r.IntN(3))
	var boxes []dataspace.Box
	for range 12 {
		b := dataspace.Box{}
		for _, e := range extent {
			start := r.upTo(e - 1)
			b.Start, b.Count = append(b.Start, start), append(b.Count, 1+r.upTo(e-start-1))
		}
		s, err := dataspace.Boxes(len(extent), append(boxes, b))
		if err != nil {
			panic(err)
		}
		count, err := s.Count(nil)
		if err != nil {
			panic(err)
		}
		if count == n {
			return s, extent, true
		}
		if count < n {
			boxes = append(boxes, b)
		}
	}
	return dataspace.Selection{}, nil, false
}

func (r random) points(n uint64) (dataspace.Selection, []uint64) {
	extent := r.extent(1 + r.IntN(3))
	var coords []uint64
	sorted := r.IntN(2) == 0
	for i := range n {
		for axis, e := range extent {
			x := r.upTo(e - 1)
			if sorted && axis == 0 {
				x = i * e / n
			}
			coords = append(coords, x)
		}
	}
	s, err := dataspace.Points(len(extent), coords)
	if err != nil {
		panic(err)
	}
	return s, extent
}

// selection draws a selection of n elements of any kind, and an extent that holds it.
func (r random) selection(n uint64) (dataspace.Selection, []uint64) {
	for {
		switch r.IntN(6) {
		case 0:
			if s, extent, ok := r.irregular(n); ok {
				return s, extent
			}
		case 1:
			if n < 30 {
				return r.points(n)
			}
		case 2:
			s, _ := r.regular(n)
			extent := make([]uint64, s.Rank())
			for axis, d := range s.Dims() {
				extent[axis] = d.Count * d.Block
			}
			return dataspace.All(), extent
		default:
			return r.regular(n)
		}
	}
}

func (r random) request(extent []uint64) Request {
	req := Request{Axes: make([]Progression, len(extent))}
	for axis, e := range extent {
		p := Progression{Start: r.upTo(e - 1), Step: 1 + r.upTo(2), Count: 1}
		if r.IntN(3) == 0 {
			p.Start, p.Step = 0, 1
		}
		if r.IntN(8) == 0 {
			p.Step = 1 + r.upTo(12)
		}
		most := (e-1-p.Start)/p.Step + 1
		if p.Count = 1 + r.upTo(most-1); r.IntN(2) == 0 {
			p.Count = most
		}
		req.Axes[axis] = p
	}
	if r.IntN(8) == 0 {
		req.MemOffset = int64(r.upTo(100))
		stride := int64(1 + r.upTo(2))
		req.MemStride = make([]int64, len(extent))
		for axis := range extent {
			req.MemStride[axis] = stride
			stride *= int64(req.Axes[axis].Count) + int64(r.upTo(1))
		}
	}
	return req
}

var sizes = []uint64{1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 30, 36, 48, 60, 64, 72, 96, 120}

func TestProjectRandom(t *testing.T) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := random{rand.New(rand.NewPCG(seed, 1))}
	rounds := 12000
	if testing.Short() {
		rounds = 4000
	}
	for range rounds {
		n := sizes[r.IntN(len(sizes))]
		virtual, virtualExtent := r.selection(n)
		source, sourceExtent := r.selection(n)
		m := Mapping{Virtual: virtual, Source: source}
		checkProject(t, r.request(virtualExtent), m, virtualExtent, sourceExtent)
	}
}

func TestProjectErrors(t *testing.T) {
	must := func(s dataspace.Selection, err error) dataspace.Selection {
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	line := func(n uint64) dataspace.Selection { return must(dataspace.Regular(dataspace.Range(0, n))) }
	growing := must(dataspace.Regular(dataspace.Dim{Stride: 1, Count: dataspace.Unlimited, Block: 1}))
	whole := Request{Axes: []Progression{steps(0, 1, 4)}}
	tests := []struct {
		name            string
		req             Request
		m               Mapping
		virtual, source []uint64
		mismatch        bool
	}{
		{"counts differ", whole, Mapping{line(4), line(3)}, []uint64{4}, []uint64{4}, true},
		{"source rank", whole, Mapping{line(4), line(4)}, []uint64{4}, []uint64{4, 1}, true},
		{"virtual rank", Request{Axes: make([]Progression, 2)}, Mapping{line(4), line(4)}, []uint64{4, 1}, []uint64{4}, false},
		{"virtual rank, not empty", Request{Axes: []Progression{steps(0, 1, 4), steps(0, 1, 1)}}, Mapping{line(4), line(4)}, []uint64{4, 1}, []uint64{4}, true},
		{"printf", whole, Mapping{growing, line(4)}, []uint64{4}, []uint64{4}, true},
		{"source alone grows", whole, Mapping{line(4), growing}, []uint64{4}, []uint64{4}, true},
		{"whole source is larger", whole, Mapping{line(4), dataspace.All()}, []uint64{4}, []uint64{5}, true},
		{"whole source has another shape", whole, Mapping{line(4), dataspace.All()}, []uint64{4}, []uint64{3, 1}, true},
		{"nothing against something", whole, Mapping{dataspace.None(), line(4)}, []uint64{4}, []uint64{4}, true},
		{"request without step", Request{Axes: []Progression{steps(0, 0, 2)}}, Mapping{line(4), line(4)}, []uint64{4}, []uint64{4}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Project(test.req, test.m, test.virtual, test.source, func(Segment) error { return nil })
			var mismatch *MismatchError
			switch {
			case test.mismatch && !errors.As(err, &mismatch):
				t.Errorf("got %v, want a MismatchError", err)
			case test.name == "virtual rank" && err != nil:
				t.Errorf("an empty request: %v", err)
			case !test.mismatch && test.name != "virtual rank" && err == nil:
				t.Error("no error")
			}
		})
	}
	stop := errors.New("stop")
	err := Project(whole, Mapping{line(4), line(4)}, []uint64{4}, []uint64{4}, func(Segment) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("the error of emit got lost: %v", err)
	}
}
