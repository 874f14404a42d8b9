package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/runtime/internal/fetch"
	"github.com/vdsgen/vdsgen/runtime/internal/plan"
)

// reading is one call of Read: what it reads into, and what it had to fill.
type reading struct {
	file   *File
	memory hdf5.Memory
	array  fetch.Array
	zeroed bool // the array is all zeros before the read
	policy missingPolicy

	mu     sync.Mutex
	filled []Filled
}

// resultArray is n elements of size bytes that are read into; fresh ones were just allocated.
func resultArray(memory unsafe.Pointer, n, size int, fresh bool) fetch.Array {
	a := fetch.Array{Base: memory, Size: int64(size)}
	if fresh {
		a.Fresh = fetch.NewFresh(memory, uintptr(n)*uintptr(size))
	}
	return a
}

// run reads requests of a dataset. Its goroutines have ended when it returns.
func (r *reading) run(ctx context.Context, n *node, requests []plan.Request) error {
	if n.dataset.Space() == hdf5.NullSpace {
		return nil
	}
	if n.virtual == nil {
		return r.runPlain(ctx, n, requests)
	}
	layers, err := r.layers(&chain{node: n}, requests)
	if err != nil {
		return err
	}
	for _, l := range layers {
		if err := fetch.Run(ctx, r.file.workers, l); err != nil {
			return err
		}
	}
	slices.SortStableFunc(r.filled, func(a, b Filled) int { return cmp.Compare(a.Mapping, b.Mapping) })
	return nil
}

// runPlain reads a dataset with elements of its own.
func (r *reading) runPlain(ctx context.Context, n *node, requests []plan.Request) error {
	reader, err := r.reader(n)
	if err != nil {
		return err
	}
	segments := make([]plan.Segment, len(requests))
	for i := range requests {
		segments[i] = segmentOf(&requests[i])
	}
	if reader.Convert.Partial() {
		if err := reader.Fill(segments); err != nil {
			return err
		}
	}
	return fetch.Run(ctx, r.file.workers, &fetch.List{Tasks: []fetch.Task{func(w *fetch.Worker) error {
		return reader.Read(w, segments, func() {})
	}}})
}

// segmentOf is a request of a dataset with elements of its own: its axes are those of the source.
func segmentOf(q *plan.Request) plan.Segment {
	rank := len(q.Axes)
	s := plan.Segment{SourceStart: make([]uint64, rank), SourceStep: make([]uint64, rank), Count: make([]uint64, rank), MemStride: make([]int64, rank), MemOffset: q.MemOffset}
	stride := int64(1)
	for i := rank - 1; i >= 0; i-- {
		a := q.Axes[i]
		s.SourceStart[i], s.SourceStep[i], s.Count[i], s.MemStride[i] = a.Start, a.Step, a.Count, stride
		stride *= int64(a.Count)
		if q.MemStride != nil {
			s.MemStride[i] = q.MemStride[i]
		}
	}
	return s
}

// requestOf is a segment of a virtual source as a request of that dataset.
func requestOf(s *plan.Segment) plan.Request {
	q := plan.Request{Axes: make([]plan.Progression, len(s.Count)), MemOffset: s.MemOffset, MemStride: s.MemStride}
	for i, n := range s.Count {
		q.Axes[i] = plan.Progression{Start: s.SourceStart[i], Step: s.SourceStep[i], Count: n}
	}
	return q
}

func (r *reading) reader(n *node) (*fetch.Reader, error) {
	convert, err := n.dataset.Conversion(r.memory)
	if err != nil {
		return nil, err
	}
	return &fetch.Reader{Dataset: n.dataset, Convert: convert, Array: r.array}, nil
}

// hit is a mapping, or one block of one that is a series, and a request that may touch it.
type hit struct {
	request int32
	mapping int32
	block   uint64
}

// visit is what a read does with one virtual dataset.
type visit struct {
	r        *reading
	at       *chain
	requests []plan.Request
	prefill  bool // everything was filled before the sources are read
}

// layers plans the read of a virtual dataset: it fills what no mapping gives, and returns work that must be done one after the
// other: a single one, unless mappings overlap and the last must win.
func (r *reading) layers(at *chain, requests []plan.Request) ([]fetch.Work, error) {
	v := &visit{r: r, at: at, requests: requests}
	hits, err := v.hits()
	if err != nil {
		return nil, err
	}
	overlap := v.overlap(hits)
	gaps, err := v.fillGaps(hits, overlap)
	if err != nil {
		return nil, err
	}
	groups := v.groups(hits, overlap)
	if !overlap {
		return []fetch.Work{&sourceWork{v: v, groups: groups, gaps: gaps}}, nil
	}
	layers := make([]fetch.Work, len(groups))
	for i := range groups {
		layers[i] = &sourceWork{v: v, groups: groups[i : i+1]}
	}
	return layers, nil
}

// hits finds the mappings that the requests may touch.
func (v *visit) hits() ([]hit, error) {
	n := v.at.node
	index := n.virtual.ready(len(n.shape))
	var hits []hit
	for q := range v.requests {
		index.Query(v.requests[q], func(mapping int) bool {
			hits = v.appendHits(hits, q, mapping)
			return len(hits) <= maxHits
		})
		if len(hits) > maxHits {
			return nil, fmt.Errorf("%s: the read touches more than %d mappings; read it in parts", n.name(), maxHits)
		}
	}
	return hits, nil
}

// maxHits bounds the mappings of one read, each of which takes some 100 bytes while it runs.
const maxHits = 1 << 26

// manyHits is the number of hits from which on it is likely that all mappings are hit.
const manyHits = 1024

func (v *visit) appendHits(hits []hit, q, mapping int) []hit {
	if len(hits) == manyHits {
		hits = slices.Grow(hits, v.at.node.virtual.layout.Len())
	}
	g, open := v.at.node.virtual.open[mapping]
	if !open || !g.series {
		return append(hits, hit{request: int32(q), mapping: int32(mapping)})
	}
	axis := v.requests[q].Axes[g.axis]
	if axis.Count == 0 {
		return hits
	}
	first, end := g.whole.BlockRange(axis.Start, axis.Last())
	for block := first; block < min(end, uint64(len(g.exists))); block++ {
		hits = append(hits, hit{request: int32(q), mapping: int32(mapping), block: block})
	}
	return hits
}

// mapping is the two selections of a hit.
func (v *visit) mapping(h hit) (plan.Mapping, error) {
	virtual, err := v.virtual(h)
	return plan.Mapping{Virtual: virtual, Source: v.at.node.virtual.sourceSelection(int(h.mapping))}, err
}

// virtual is the virtual selection of a hit: of a series, that of its block.
func (v *visit) virtual(h hit) (dataspace.Selection, error) {
	of := v.at.node.virtual
	if g, open := of.open[int(h.mapping)]; open && g.series {
		return g.whole.BlockAt(h.block)
	}
	return of.virtualSelection(int(h.mapping)), nil
}

// overlap reports whether two mappings may give the same element, so that their order counts.
func (v *visit) overlap(hits []hit) bool {
	numbers := make([]int, 0, len(hits))
	for _, h := range hits {
		if n := len(numbers); n == 0 || numbers[n-1] != int(h.mapping) {
			numbers = append(numbers, int(h.mapping))
		}
	}
	if len(v.requests) > 1 {
		slices.Sort(numbers)
		numbers = slices.Compact(numbers)
	}
	if len(numbers) < 2 {
		return false
	}
	of := v.at.node.virtual
	return of.index.Overlap(numbers, of.virtualSelection)
}

// group is the hits of one source dataset.
type group struct {
	name SourceName
	hits []hit
}

// groups puts together what is read from one source, so that each is opened once and each of its chunks decoded once. Where
// mappings overlap, only neighbours are put together, and the groups are in the order of the mappings.
func (v *visit) groups(hits []hit, overlap bool) []group {
	if overlap {
		slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(a.mapping, b.mapping) })
	}
	groups, places, counts := v.places(hits, overlap)
	sorted := make([]hit, len(hits))
	for i, n := range counts {
		groups[i].hits, sorted = sorted[:0:n], sorted[n:]
	}
	for i, h := range hits {
		g := &groups[places[i]]
		g.hits = append(g.hits, h)
	}
	return groups
}

// places finds the groups: their names, the number of the group of each hit, and how many hits each group has.
func (v *visit) places(hits []hit, overlap bool) (groups []group, places []int32, counts []int) {
	of := v.at.node.virtual
	places = make([]int32, len(hits))
	numbers := map[SourceName]int32{}
	place := int32(-1)
	for i, h := range hits {
		again := i > 0 && h.mapping == hits[i-1].mapping
		if !again || h.block != hits[i-1].block {
			name := of.sourceName(int(h.mapping), h.block)
			seen := place >= 0 && name == groups[place].name
			if overlap {
				// The same source twice in a row may overlap itself.
				seen = seen && again
			} else if !seen {
				var known int32
				if known, seen = numbers[name]; seen {
					place = known
				}
			}
			if !seen {
				place = int32(len(groups))
				groups, counts = append(groups, group{name: name}), append(counts, 0)
				numbers[name] = place
			}
		}
		places[i] = place
		counts[place]++
	}
	return groups, places, counts
}

// sourceWork yields a task for each source, and then one for each of the gaps between them that are left to be filled.
type sourceWork struct {
	v      *visit
	groups []group
	gaps   []plan.Segment
	done   func()
}

// Next yields the next source, or gap.
func (s *sourceWork) Next() (fetch.Task, bool) {
	if len(s.groups) > 0 {
		g := &s.groups[0]
		s.groups = s.groups[1:]
		return func(w *fetch.Worker) error { return s.v.readGroup(w, g) }, true
	}
	if len(s.gaps) > 0 {
		gap := s.gaps[:1]
		s.gaps = s.gaps[1:]
		return func(*fetch.Worker) error { return s.v.fill(gap) }, true
	}
	return nil, false
}

// Done is called when all sources have been read.
func (s *sourceWork) Done() {
	if s.done != nil {
		s.done()
	}
}

// readGroup reads from one source.
func (v *visit) readGroup(w *fetch.Worker, g *group) error {
	if missing := v.knownMissing(g); missing != nil {
		return v.fillGroup(g, missing)
	}
	file, source, err := v.r.file.source(w.Context(), v.at, int(g.hits[0].mapping), g.name)
	if err != nil {
		if touched, countErr := v.touches(g.hits); countErr != nil || !touched {
			return countErr
		}
		if !v.r.policy.tolerates(err) {
			return err
		}
		return v.fillGroup(g, err)
	}
	segments, err := v.segments(g, source)
	if err != nil {
		file.Release()
		return err
	}
	reader, err := v.r.reader(source)
	if err != nil {
		file.Release()
		return v.r.file.mismatch(v.at, int(g.hits[0].mapping), g.hits[0].block, source, err.Error(), err)
	}
	if reader.Convert.Partial() && !v.prefill {
		if err := v.fill(segments); err != nil {
			file.Release()
			return err
		}
	}
	if source.virtual != nil {
		return v.readNested(w, file, source, segments)
	}
	return reader.Read(w, segments, file.Release)
}

// touches reports whether the read wants any element of hits: those of the index are mappings whose bounds it meets.
func (v *visit) touches(hits []hit) (bool, error) {
	for _, h := range hits {
		virtual, err := v.virtual(h)
		if err != nil {
			return false, err
		}
		if n, err := v.count(&v.requests[h.request], virtual); n > 0 || err != nil {
			return true, err
		}
	}
	return false, nil
}

// knownMissing is why a block within the gap of a series is not there; nil for every other source.
func (v *visit) knownMissing(g *group) error {
	h := g.hits[0]
	series, open := v.at.node.virtual.open[int(h.mapping)]
	if !open || !series.series || series.exists[h.block] {
		return nil
	}
	return &MissingSourceError{File: v.at.node.dataset.File().Name(), Dataset: v.at.node.dataset.Path(), Mapping: int(h.mapping), Source: g.name,
		Err: errInGap}
}

// errInGap is why a block of a series reads as fill.
var errInGap = fmt.Errorf("%w within the gap that WithPrintfGap allows", hdf5.ErrNotFound)

// readNested reads from a source that is virtual itself.
func (v *visit) readNested(w *fetch.Worker, file *fetch.File, source *node, segments []plan.Segment) error {
	requests := make([]plan.Request, len(segments))
	for i := range segments {
		requests[i] = requestOf(&segments[i])
	}
	layers, err := v.r.layers(&chain{up: v.at, node: source}, requests)
	if err != nil {
		file.Release()
		return err
	}
	if len(layers) == 1 {
		layers[0].(*sourceWork).done = file.Release
		w.Push(layers[0])
		return nil
	}
	defer file.Release()
	for _, l := range layers {
		if err := w.Inline(l); err != nil {
			return err
		}
	}
	return nil
}

// projection is the memory in which mappings are projected one after another.
type projection struct {
	plan.Projector
	virtual, source [dataspace.MaxRank]dataspace.Dim
}

var projections = sync.Pool{New: func() any { return new(projection) }}

// segments is what is read from a source. Elements that it does not have are an error, or filled.
func (v *visit) segments(g *group, source *node) ([]plan.Segment, error) {
	p := projections.Get().(*projection)
	defer projections.Put(p)
	segments, beyond := make([]plan.Segment, 0, 1), []plan.Segment(nil)
	emit := func(s plan.Segment) error {
		if !s.Within(source.shape) {
			inside, ok, outside := s.Clip(source.shape)
			if ok {
				segments = append(segments, inside)
			}
			beyond = append(beyond, outside...)
			return nil
		}
		// Mappings of one frame each are read as one where the frames are neighbours.
		if last := len(segments) - 1; last >= 0 && segments[last].Join(&s) {
			p.Drop()
			return nil
		}
		segments = append(segments, s)
		return nil
	}
	for _, h := range g.hits {
		mapping, err := v.mappingInto(p, h)
		if err != nil {
			return nil, err
		}
		if why := v.fits(mapping, source); why != "" {
			if touched, err := v.touches([]hit{h}); !touched {
				if err != nil {
					return nil, err
				}
				continue
			}
			return nil, v.r.file.mismatch(v.at, int(h.mapping), h.block, source, why, v.lacks(mapping, source))
		}
		if err := p.Project(v.requests[h.request], mapping, v.at.node.shape, source.shape, emit); err != nil {
			return nil, v.r.file.mismatch(v.at, int(h.mapping), h.block, source, err.Error(), err)
		}
		if len(beyond) == 0 {
			continue
		}
		if err := v.fillBeyond(h, source, mapping, beyond); err != nil {
			return nil, err
		}
		beyond = nil
	}
	return segments, nil
}

// mappingInto is mapping with the memory of p for the selections, until the next call.
func (v *visit) mappingInto(p *projection, h hit) (plan.Mapping, error) {
	virtual, err := v.virtualInto(p, h)
	return plan.Mapping{Virtual: virtual, Source: v.at.node.virtual.sourceInto(int(h.mapping), p.source[:])}, err
}

// virtualInto is virtual with the memory of p.
func (v *visit) virtualInto(p *projection, h hit) (dataspace.Selection, error) {
	of := v.at.node.virtual
	if of.open != nil {
		return v.virtual(h)
	}
	return of.layout.VirtualInto(int(h.mapping), p.virtual[:]), nil
}

// fits says why a source is not what its mapping needs, whatever part of it is read; empty where it is.
func (v *visit) fits(m plan.Mapping, source *node) string {
	switch m.Source.Kind() {
	case dataspace.KindNone:
		return ""
	case dataspace.KindAll:
		has, err := m.Source.Count(source.shape)
		if err != nil {
			return err.Error()
		}
		needs, err := m.Virtual.Count(v.at.node.shape)
		if err != nil {
			return err.Error()
		}
		if has < needs && v.r.policy == fillMissing {
			return "" // Elements that can be told apart are filled; else projecting it is an error.
		}
		if has != needs {
			return fmt.Sprintf("it has shape %v, %d elements, and the mapping takes all of it for %d", source.shape, has, needs)
		}
		return ""
	}
	if m.Source.Rank() != len(source.shape) {
		return rankMismatch(source, m.Source)
	}
	return ""
}

// errShort is the cause of the mismatch of a source that has too few elements, and may yet get them.
var errShort = errors.New("the source is too short")

// lacks is errShort where a source all of which is mapped has too few elements.
func (v *visit) lacks(m plan.Mapping, source *node) error {
	if m.Source.Kind() != dataspace.KindAll {
		return nil
	}
	has, err := m.Source.Count(source.shape)
	needs, wrong := m.Virtual.Count(v.at.node.shape)
	if err != nil || wrong != nil || has >= needs {
		return nil
	}
	return errShort
}

func rankMismatch(source *node, selection dataspace.Selection) string {
	return fmt.Sprintf("it has %s, and the mapping selects along %d", plural(len(source.shape), "axis", "axes"), selection.Rank())
}

// mismatch is the error of a source that is not what its mapping needs.
func (f *File) mismatch(at *chain, mapping int, block uint64, source *node, what string, err error) error {
	n := at.node
	return &SourceMismatchError{File: n.dataset.File().Name(), Dataset: n.dataset.Path(), Mapping: mapping,
		Source: n.virtual.sourceName(mapping, block), Found: source.dataset.File().Name(), What: what, Err: err}
}

// fillBeyond deals with elements that a source is too small for.
func (v *visit) fillBeyond(h hit, source *node, m plan.Mapping, beyond []plan.Segment) error {
	err := v.r.file.mismatch(v.at, int(h.mapping), h.block, source, fmt.Sprintf("it has shape %v, and the mapping selects %v of it", source.shape, m.Source), errShort)
	if v.r.policy != fillMissing {
		return err
	}
	elements := uint64(0)
	for i := range beyond {
		elements += beyond[i].Elements()
	}
	v.r.report(Filled{Mapping: int(h.mapping), Source: v.at.node.virtual.sourceName(int(h.mapping), h.block), Elements: elements, Err: err})
	if v.prefill {
		return nil
	}
	return v.fill(beyond)
}

// fillGroup deals with a source that is missing.
func (v *visit) fillGroup(g *group, cause error) error {
	n := v.at.node
	var projector plan.Projector
	byMapping := map[int32]uint64{}
	for _, h := range g.hits {
		m, err := v.mapping(h)
		if err != nil {
			return err
		}
		// The virtual selection stands in for that of the source, which is not there.
		var places []plan.Segment
		err = projector.Project(v.requests[h.request], plan.Mapping{Virtual: m.Virtual, Source: m.Virtual}, n.shape, n.shape, func(s plan.Segment) error {
			byMapping[h.mapping] += s.Elements()
			if !v.prefill {
				places = append(places, s)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := v.fill(places); err != nil {
			return err
		}
	}
	for mapping, elements := range byMapping {
		err := cause
		var missing *MissingSourceError
		if errors.As(cause, &missing) && missing.Mapping != int(mapping) {
			same := *missing
			same.Mapping = int(mapping)
			err = &same
		}
		v.r.report(Filled{Mapping: int(mapping), Source: g.name, Elements: elements, Err: err})
	}
	return nil
}

// report notes that something was filled.
func (r *reading) report(f Filled) {
	if f.Elements == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.filled = append(r.filled, f)
	if r.file.opts.onFilled != nil {
		r.file.opts.onFilled(f)
	}
}

// fill writes the fill value of the virtual dataset.
func (v *visit) fill(segments []plan.Segment) error {
	if len(segments) == 0 {
		return nil
	}
	dataset := v.at.node.dataset
	convert, err := dataset.Conversion(v.r.memory)
	if err != nil {
		return err
	}
	if v.at.up != nil {
		return fetch.FillOver(convert, v.r.array, dataset.Fill(), segments)
	}
	return fetch.Fill(convert, v.r.array, dataset.Fill(), segments)
}
