package runtime

import (
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// maxGapBoxes bounds the boxes that the gaps between mappings are cut into; where there would be more, everything is filled first.
const maxGapBoxes = 1024

// fillGaps sees to what no mapping gives: nothing where the mappings cover the requests, else the gaps between them where these are
// few boxes, else everything is filled. Where mappings overlap, everything: numbers of elements prove nothing then. Gaps that it
// returns are left to be filled, at any time.
func (v *visit) fillGaps(hits []hit, overlap bool) (later []plan.Segment, err error) {
	fill := v.at.node.dataset.Fill()
	clear := v.r.zeroed && v.at.up == nil && isZero(fill.Value)
	if !overlap {
		covered, err := v.covered(hits)
		if err != nil || covered || clear {
			return nil, err
		}
		if gaps, ok := v.gaps(hits); ok {
			return v.fillSmall(gaps)
		}
	}
	v.prefill = true
	if clear {
		return nil, nil
	}
	segments := make([]plan.Segment, len(v.requests))
	for i := range v.requests {
		segments[i] = segmentOf(&v.requests[i])
	}
	return nil, v.fill(segments)
}

const (
	// laterBytes is the least that is worth handing out to several goroutines.
	laterBytes = 1 << 20
	// fillBytes is about how much one task fills.
	fillBytes = 4 << 20
)

// fillSmall fills gaps if they are small, and else cuts them into pieces to be filled later. To touch the memory of the result for the first time takes longer
// than to fill it, and gaps between the tiles of a detector are in most of its pages: all goroutines are to share in that.
func (v *visit) fillSmall(gaps []plan.Segment) (later []plan.Segment, err error) {
	size, total := uint64(v.r.array.Size), uint64(0)
	for i := range gaps {
		total += gaps[i].Elements() * size
	}
	if total < laterBytes {
		return nil, v.fill(gaps)
	}
	for i := range gaps {
		later = appendPieces(later, &gaps[i], fillBytes/size)
	}
	return later, nil
}

// appendPieces cuts a box along its first axis that is longer than one into pieces of about so many elements.
func appendPieces(pieces []plan.Segment, s *plan.Segment, elements uint64) []plan.Segment {
	axis := 0
	for axis < len(s.Count)-1 && s.Count[axis] == 1 {
		axis++
	}
	if s.Elements() <= elements || len(s.Count) == 0 {
		return append(pieces, *s)
	}
	n := s.Count[axis]
	rows := max(1, elements/(s.Elements()/n))
	for first := uint64(0); first < n; first += rows {
		p := s.Clone()
		p.SourceStart[axis] += first * s.SourceStep[axis]
		p.MemOffset += int64(first) * s.MemStride[axis]
		p.Count[axis] = min(rows, n-first)
		pieces = append(pieces, p)
	}
	return pieces
}

func isZero(value []byte) bool {
	return !slices.ContainsFunc(value, func(b byte) bool { return b != 0 })
}

// covered reports whether mappings that do not overlap give every element of the requests: their numbers of elements add up.
func (v *visit) covered(hits []hit) (bool, error) {
	wanted, given := uint64(0), uint64(0)
	for i := range v.requests {
		n, err := v.requests[i].Elements()
		if err != nil {
			return false, err
		}
		wanted += n
	}
	p := projections.Get().(*projection)
	defer projections.Put(p)
	for _, h := range hits {
		virtual, err := v.virtualInto(p, h)
		if err != nil {
			return false, err
		}
		n, err := v.count(&v.requests[h.request], virtual)
		if err != nil {
			return false, err
		}
		given += n
	}
	return given == wanted, nil
}

// count is the number of elements of a request that a selection has.
func (v *visit) count(q *plan.Request, s dataspace.Selection) (uint64, error) {
	switch s.Kind() {
	case dataspace.KindNone:
		return 0, nil
	case dataspace.KindAll:
		return q.Elements()
	case dataspace.KindRegular:
		n := uint64(1)
		for i, a := range q.Axes {
			n *= common(a, s.Dim(i))
		}
		return n, nil
	}
	n := uint64(0)
	shape := v.at.node.shape
	err := plan.Project(*q, plan.Mapping{Virtual: s, Source: s}, shape, shape, func(s plan.Segment) error {
		n += s.Elements()
		return nil
	})
	return n, err
}

// common is the number of coordinates that a progression and one axis of a hyperslab have in common.
func common(a plan.Progression, d dataspace.Dim) uint64 {
	if a.Count == 0 || d.Count == 0 || d.Block == 0 {
		return 0
	}
	if d.Count == 1 {
		first, end := within(a, d.Start, d.Start+d.Block)
		return end - first
	}
	if a.Step == 1 {
		return below(d, a.Start+a.Count) - below(d, a.Start)
	}
	// The distance to the start of a block repeats after period elements.
	period := d.Stride / gcd(d.Stride, a.Step)
	first, end := within(a, d.Start, d.Start+(d.Count-1)*d.Stride+d.Block)
	if first == end {
		return 0
	}
	inBlock := func(from, to uint64) uint64 {
		n := uint64(0)
		for k := from; k < to; k++ {
			if (a.Start+k*a.Step-d.Start)%d.Stride < d.Block {
				n++
			}
		}
		return n
	}
	rounds := (end - first) / period
	n := inBlock(first+rounds*period, end)
	if rounds > 0 {
		n += rounds * inBlock(first, first+period)
	}
	return n
}

// below is the number of coordinates of a hyperslab's axis that are less than n.
func below(d dataspace.Dim, n uint64) uint64 {
	if n <= d.Start {
		return 0
	}
	whole := (n - d.Start) / d.Stride
	if whole >= d.Count {
		return d.Count * d.Block
	}
	return whole*d.Block + min((n-d.Start)%d.Stride, d.Block)
}

// within is which elements first..end of a progression lie in low..high, exclusive at the end.
func within(a plan.Progression, low, high uint64) (first, end uint64) {
	if high <= a.Start || a.Count == 0 {
		return 0, 0
	}
	if low > a.Start {
		first = (low - a.Start + a.Step - 1) / a.Step
	}
	end = min(a.Count, (high-1-a.Start)/a.Step+1)
	return min(first, end), end
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// cell is a box of elements of a request, by their numbers along its axes: low inclusive, high exclusive.
type cell struct{ low, high []uint64 }

// gaps is what the mappings leave over, as boxes. It is not ok where that is too many, or not boxes.
func (v *visit) gaps(hits []hit) (gaps []plan.Segment, ok bool) {
	if len(hits) > maxGapBoxes {
		return nil, false
	}
	for q := range v.requests {
		request := &v.requests[q]
		left := []cell{wholeRequest(request)}
		// The hits are in the order of the requests.
		for ; len(hits) > 0 && int(hits[0].request) == q; hits = hits[1:] {
			virtual, err := v.virtual(hits[0])
			if err != nil {
				return nil, false
			}
			given, ok := cellOf(request, virtual)
			if !ok {
				return nil, false
			}
			if left = without(left, given); len(left) > maxGapBoxes {
				return nil, false
			}
		}
		for _, c := range left {
			gaps = append(gaps, c.segment(request))
		}
	}
	return gaps, true
}

func wholeRequest(q *plan.Request) cell {
	c := cell{make([]uint64, len(q.Axes)), make([]uint64, len(q.Axes))}
	for i, a := range q.Axes {
		c.high[i] = a.Count
	}
	return c
}

// cellOf is the elements of a request that a selection has, if they are one box.
func cellOf(q *plan.Request, s dataspace.Selection) (cell, bool) {
	c := wholeRequest(q)
	switch s.Kind() {
	case dataspace.KindAll:
		return c, true
	case dataspace.KindRegular:
	default:
		return c, false
	}
	for i, a := range q.Axes {
		d := s.Dim(i)
		first, end := within(a, d.Start, d.Start+(d.Count-1)*d.Stride+d.Block)
		if d.Count != 1 && common(a, d) != end-first {
			return c, false
		}
		c.low[i], c.high[i] = first, end
	}
	return c, true
}

// without is what is left of boxes when one is taken out of them.
func without(boxes []cell, taken cell) []cell {
	var left []cell
	for _, b := range boxes {
		if !b.meets(taken) {
			left = append(left, b)
			continue
		}
		rest := cell{slices.Clone(b.low), slices.Clone(b.high)}
		for i := range rest.low {
			if rest.low[i] < taken.low[i] {
				below := cell{slices.Clone(rest.low), slices.Clone(rest.high)}
				below.high[i] = taken.low[i]
				left = append(left, below)
				rest.low[i] = taken.low[i]
			}
			if rest.high[i] > taken.high[i] {
				above := cell{slices.Clone(rest.low), slices.Clone(rest.high)}
				above.low[i] = taken.high[i]
				left = append(left, above)
				rest.high[i] = taken.high[i]
			}
		}
	}
	return left
}

func (c cell) meets(other cell) bool {
	for i := range c.low {
		if max(c.low[i], other.low[i]) >= min(c.high[i], other.high[i]) {
			return false
		}
	}
	return true
}

// segment is where a box lies in the caller's array.
func (c cell) segment(q *plan.Request) plan.Segment {
	s := segmentOf(q)
	for i := range c.low {
		s.MemOffset += int64(c.low[i]) * s.MemStride[i]
		s.Count[i] = c.high[i] - c.low[i]
	}
	return s
}
