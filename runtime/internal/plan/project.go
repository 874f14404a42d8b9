package plan

import (
	"fmt"
	"sync"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Project emits the segments of a mapping that the request needs: no element of memory is in two of
// them, and emit may keep them. virtualExtent and sourceExtent are the shapes of the two datasets as
// they are now.
//
// A selection that is All is the whole of its dataset. Two unlimited selections are ended at the
// number of slices that both datasets have. Elements that a source selection names beyond the
// source's extent are emitted all the same: the caller finds them with Segment.Within and
// Segment.Clip. So are, for a source that is mapped by All and is shorter along its first axis than
// the virtual selection says, the elements that it lacks.
//
// Errors are a *MismatchError when the two selections have different numbers of elements, when a
// rank is wrong, or when the virtual selection alone is unlimited (a printf mapping is projected
// block by block, see dataspace.Selection.BlockAt); an irregular selection that cannot be put in
// order; a request that reaches beyond dataspace.MaxCoordinate; and the first error of emit.
func Project(req Request, m Mapping, virtualExtent, sourceExtent []uint64, emit func(Segment) error) error {
	p := projectors.Get().(*Projector)
	defer projectors.Put(p)
	return p.Project(req, m, virtualExtent, sourceExtent, emit)
}

var projectors = sync.Pool{New: func() any { return new(Projector) }}

// Projector is Project with working memory that it keeps between calls, for planning many mappings
// in a row. The zero value is ready. It is not safe for concurrent use; emit must not use it.
type Projector struct {
	virtual, source []axis
	memStride       []int64
	arena           arena
	ordinals        correspondence
}

// axis is one axis of a selection that is a product.
type axis struct {
	length uint64 // coordinates that are selected
	// steps are the coordinates, if there is one block or blocks of one element: plain says so.
	steps  Progression
	plain  bool
	common shared // of a virtual axis: what the request wants of it
}

func newAxis(d dataspace.Dim) axis {
	a := axis{length: d.Count * d.Block, steps: Progression{Start: d.Start, Step: 1, Count: d.Block}, plain: true}
	if d.Count > 1 {
		a.steps.Step, a.steps.Count, a.plain = d.Stride, d.Count, d.Block == 1
	}
	return a
}

// Project is the function Project.
func (p *Projector) Project(req Request, m Mapping, virtualExtent, sourceExtent []uint64, emit func(Segment) error) error {
	if empty, err := p.checkRequest(req); empty || err != nil {
		return err
	}
	m, sourceExtent, err := fitted(m, len(req.Axes), virtualExtent, sourceExtent)
	if err != nil {
		return err
	}
	if m.Virtual.Kind() == dataspace.KindNone {
		return nil
	}
	virtual, okVirtual := productAxes(p.virtual[:0], m.Virtual, virtualExtent)
	source, okSource := productAxes(p.source[:0], m.Source, sourceExtent)
	p.virtual, p.source = virtual, source
	if okVirtual && okSource {
		if done, err := p.projectProduct(req, len(sourceExtent), emit); done {
			return err
		}
	}
	return p.projectOrdinals(req, m, virtualExtent, sourceExtent, emit)
}

// checkRequest checks the request, and works out where its axes lie in memory.
func (p *Projector) checkRequest(req Request) (empty bool, err error) {
	rank := len(req.Axes)
	if req.MemStride != nil && len(req.MemStride) != rank {
		return false, fmt.Errorf("plan: %d memory strides for %d axes", len(req.MemStride), rank)
	}
	for k, r := range req.Axes {
		if r.Count == 0 {
			return true, nil
		}
		reach, ok := mul(r.Step, r.Count-1)
		if r.Step == 0 || !ok || r.Start > dataspace.MaxCoordinate || reach > dataspace.MaxCoordinate-r.Start {
			return false, fmt.Errorf("plan: axis %d of the request (%d from %d every %d) reaches beyond any dataset", k, r.Count, r.Start, r.Step)
		}
	}
	p.memStride = append(p.memStride[:0], req.MemStride...)
	if req.MemStride != nil {
		return false, nil
	}
	n := uint64(1)
	for range rank {
		p.memStride = append(p.memStride, 0)
	}
	for k := rank - 1; k >= 0; k-- {
		p.memStride[k] = int64(n)
		var ok bool
		if n, ok = mul(n, req.Axes[k].Count); !ok {
			return false, dataspace.ErrTooLarge
		}
	}
	return false, nil
}

// productAxes appends the axes of a selection that is a product of one progression of blocks for
// each axis; ok is false for other selections.
func productAxes(axes []axis, s dataspace.Selection, extent []uint64) (_ []axis, ok bool) {
	switch s.Kind() {
	case dataspace.KindAll:
		for _, e := range extent {
			axes = append(axes, axis{length: e, steps: Progression{Step: 1, Count: e}, plain: true})
		}
	case dataspace.KindRegular:
		for k := range s.Rank() {
			axes = append(axes, newAxis(s.Dim(k)))
		}
	default:
		return axes, false
	}
	return axes, true
}

// projectProduct handles two products whose axes longer than 1 have the same lengths in the same
// order, each a plain progression: then the segment is one, found axis by axis. done is false if
// the mapping is none of that kind.
func (p *Projector) projectProduct(req Request, sourceRank int, emit func(Segment) error) (done bool, err error) {
	if !p.matched() {
		return false, nil
	}
	// Whether anything is wanted is known before a segment is made.
	for k := range p.virtual {
		v := &p.virtual[k]
		if v.common = intersect(req.Axes[k], v.steps); v.common.count == 0 {
			return true, nil
		}
	}
	seg := p.arena.segment(sourceRank)
	seg.MemOffset = req.MemOffset
	for k := range p.source {
		seg.SourceStart[k] = p.source[k].steps.Start
	}
	next := 0
	for k := range p.virtual {
		v := &p.virtual[k]
		seg.MemOffset += int64(v.common.a) * p.memStride[k]
		if v.length == 1 {
			continue
		}
		for p.source[next].length == 1 {
			next++
		}
		step := p.source[next].steps.Step
		seg.SourceStart[next] += v.common.b * step
		if seg.Count[next] = v.common.count; v.common.count > 1 {
			seg.SourceStep[next] = v.common.bStep * step
			seg.MemStride[next] = int64(v.common.aStep) * p.memStride[k]
		}
		next++
	}
	return true, emit(seg)
}

// matched reports whether the axes longer than 1 of the two products agree.
func (p *Projector) matched() bool {
	next := 0
	for k := range p.virtual {
		v := &p.virtual[k]
		if !v.plain {
			return false
		}
		if v.length == 1 {
			continue
		}
		for next < len(p.source) && p.source[next].length == 1 {
			next++
		}
		if next == len(p.source) || p.source[next].length != v.length || !p.source[next].plain {
			return false
		}
		next++
	}
	for ; next < len(p.source); next++ {
		if p.source[next].length != 1 {
			return false
		}
	}
	return true
}

// Drop gives back the memory of the segment that is being emitted: the caller does not keep it.
func (p *Projector) Drop() { p.arena.words, p.arena.strides = p.arena.lastWords, p.arena.lastStrides }

// arena hands out memory for segments, a slab at a time.
type arena struct {
	words   []uint64
	strides []int64
	size    int // segments of the last slab

	lastWords   []uint64 // words and strides before the last segment was taken
	lastStrides []int64
}

// maxSlab is the most segments of a slab. The first has one: most mappings that a read touches are one segment.
const maxSlab = 128

// segment returns a segment of one element at the origin of the source.
func (a *arena) segment(rank int) Segment {
	if len(a.strides) < rank || len(a.words) < 3*rank {
		a.size = min(max(2*a.size, 1), maxSlab)
		a.words, a.strides = make([]uint64, 3*rank*a.size), make([]int64, rank*a.size)
	}
	w := a.words
	s := Segment{
		SourceStart: w[:rank:rank],
		SourceStep:  w[rank : 2*rank : 2*rank],
		Count:       w[2*rank : 3*rank : 3*rank],
		MemStride:   a.strides[:rank:rank],
	}
	a.lastWords, a.lastStrides = a.words, a.strides
	a.words, a.strides = a.words[3*rank:], a.strides[rank:]
	for k := range rank {
		s.SourceStart[k], s.SourceStep[k], s.Count[k], s.MemStride[k] = 0, 1, 1, 0
	}
	return s
}
