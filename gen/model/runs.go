package model

import "errors"

// prog is a progression of blocks along one axis: count blocks of block elements, the
// starts of two blocks stride apart. count 1 is a plain range.
type prog struct{ start, stride, count, block int64 }

func span(start, n int64) prog { return prog{start, 1, 1, n} }

func (p prog) len() int64 { return p.count * p.block }

// end is one past the last coordinate.
func (p prog) end() int64 { return p.start + (p.count-1)*p.stride + p.block }

// normal writes p with one block where its blocks touch, and stride 1 for one block.
func (p prog) normal() prog {
	switch {
	case p.count == 1:
		p.stride = 1
	case p.stride == p.block:
		return span(p.start, p.len())
	}
	return p
}

// run says that the elements v of a virtual axis are the elements s of a stream, in
// order. v and s hold equally many elements.
type run struct{ v, s prog }

// maxRuns bounds the runs of one axis of one member; a file holds maxMappings of them.
const maxRuns = maxMappings

var errTooManyRuns = errors.New("falls into more than 1,000,000 pieces")

// shift moves the virtual side by offset.
func shift(runs []run, offset int64) {
	for i := range runs {
		runs[i].v.start += offset
	}
}

// deal maps stream positions j of member k of n to ((j div b)·n + k)·b + j mod b.
func deal(runs []run, k, n, b int64) ([]run, error) {
	if n == 1 {
		return runs, nil
	}
	out := make([]run, 0, len(runs)+2)
	var room [3]prog
	for _, r := range runs {
		err := eachBlock(r, func(v, s prog) error {
			at := s.start
			for _, piece := range dealRange(room[:0], v.start, v.block, k, n, b) {
				out = append(out, run{piece, span(at, piece.len())})
				at += piece.len()
			}
			if len(out) > maxRuns {
				return errTooManyRuns
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return join(out), nil
}

// dealRange deals the contiguous stream positions [p, p+length) in their order, and appends up to three
// progressions: a partial first block, the whole blocks, the ragged rest.
func dealRange(out []prog, p, length, k, n, b int64) []prog {
	at := func(j int64) int64 { return (j/b*n+k)*b + j%b }
	if r := p % b; r != 0 {
		head := min(b-r, length)
		out = append(out, span(at(p), head))
		p, length = p+head, length-head
	}
	if q := length / b; q > 0 {
		out = append(out, prog{at(p), n * b, q, b}.normal())
		p, length = p+q*b, length-q*b
	}
	if length > 0 {
		out = append(out, span(at(p), length))
	}
	return out
}

// eachBlock calls f for the blocks of r.v with the part of r.s that goes with each; s is
// contiguous in every run until `window` takes steps, which comes last.
func eachBlock(r run, f func(v, s prog) error) error {
	for i := range r.v.count {
		if err := f(span(r.v.start+i*r.v.stride, r.v.block), span(r.s.start+i*r.v.block, r.v.block)); err != nil {
			return err
		}
	}
	return nil
}

// join puts neighbouring runs together whose streams touch and whose virtual sides
// continue one progression of equal blocks.
func join(runs []run) []run {
	out := runs[:0]
	for _, r := range runs {
		if len(out) > 0 {
			if j, ok := joined(out[len(out)-1], r); ok {
				out[len(out)-1] = j
				continue
			}
		}
		out = append(out, r)
	}
	return out
}

func joined(a, b run) (run, bool) {
	if a.s.count != 1 || b.s.count != 1 || a.s.end() != b.s.start {
		return run{}, false
	}
	s := span(a.s.start, a.s.block+b.s.block)
	if a.v.count == 1 && b.v.count == 1 && a.v.end() == b.v.start {
		return run{span(a.v.start, a.v.block+b.v.block), s}, true
	}
	if a.v.block != b.v.block {
		return run{}, false
	}
	step := b.v.start - (a.v.start + (a.v.count-1)*a.v.stride)
	if step <= a.v.block || a.v.count > 1 && step != a.v.stride || b.v.count > 1 && step != b.v.stride {
		return run{}, false
	}
	return run{prog{a.v.start, step, a.v.count + b.v.count, a.v.block}, s}, true
}

// window appends to out the elements of runs at virtual coordinates a, a+step, … below stop, and
// numbers them from 0. The streams of runs must be contiguous.
func window(out, runs []run, a, stop, step int64) ([]run, error) {
	for _, r := range runs {
		var err error
		if out, err = windowRun(out, r, a, stop, step); err != nil {
			return nil, err
		}
		if len(out) > maxRuns {
			return nil, errTooManyRuns
		}
	}
	return out, nil
}

func windowRun(out []run, r run, a, stop, step int64) ([]run, error) {
	if r.v.end() <= a || r.v.start >= stop {
		return out, nil
	}
	if r.v.count == 1 {
		return windowBlock(out, r, a, stop, step), nil
	}
	if step == 1 {
		return windowBlocks(out, r, a, stop), nil
	}
	from := len(out)
	err := eachBlock(r, func(v, s prog) error {
		out = windowBlock(out, run{v, s}, a, stop, step)
		if len(out) > maxRuns {
			return errTooManyRuns
		}
		return nil
	})
	if r.v.block == 1 {
		out = append(out[:from], joinSteps(out[from:])...)
	}
	return out, err
}

// windowBlock cuts one contiguous range.
func windowBlock(out []run, r run, a, stop, step int64) []run {
	first := max(a, r.v.start)
	if rest := (first - a) % step; rest != 0 {
		first += step - rest
	}
	end := min(stop, r.v.end())
	if first >= end {
		return out
	}
	n := (end-first-1)/step + 1
	s := prog{r.s.start + first - r.v.start, step, n, 1}.normal()
	if step == 1 {
		s = span(s.start, n)
	}
	return append(out, run{span((first-a)/step, n), s})
}

// windowBlocks cuts a progression of blocks at both ends: a partial first block, the
// whole blocks, a partial last block.
func windowBlocks(out []run, r run, a, stop int64) []run {
	v := r.v
	i := int64(0) // first block that reaches beyond a
	if a >= v.start+v.block {
		i = (a-v.start-v.block)/v.stride + 1
	}
	last := min(v.count-1, (stop-1-v.start)/v.stride)
	add := func(lo, hi int64) { // blocks lo to hi inclusive, cut at the ends
		if lo > hi {
			return
		}
		from, to := max(a, v.start+lo*v.stride), min(stop, v.start+hi*v.stride+v.block)
		if lo == hi {
			if from < to {
				out = append(out, run{span(from-a, to-from), span(r.s.start+lo*v.block+from-(v.start+lo*v.stride), to-from)})
			}
			return
		}
		out = append(out, run{prog{from - a, v.stride, hi - lo + 1, v.block}, span(r.s.start+lo*v.block, (hi-lo+1)*v.block)})
	}
	whole := func(k int64) bool { return v.start+k*v.stride >= a && v.start+k*v.stride+v.block <= stop }
	lo, hi := i, last
	if lo <= hi && !whole(lo) {
		add(lo, lo)
		lo++
	}
	if lo <= hi && !whole(hi) {
		add(lo, hi-1)
		add(hi, hi)
		return out
	}
	add(lo, hi)
	return out
}

// joinSteps puts single elements together that are progressions on both sides.
func joinSteps(runs []run) []run {
	out := runs[:0]
	for _, r := range runs {
		if len(out) > 0 {
			a := &out[len(out)-1]
			dv, ds := r.v.start-lastOf(a.v), r.s.start-lastOf(a.s)
			fits := func(p prog, d int64) bool { return p.block == 1 && d > 0 && (p.count == 1 || p.stride == d) }
			if r.v.len() == 1 && fits(a.v, dv) && fits(a.s, ds) {
				a.v = prog{a.v.start, dv, a.v.count + 1, 1}
				a.s = prog{a.s.start, ds, a.s.count + 1, 1}
				continue
			}
		}
		out = append(out, r)
	}
	for i := range out {
		out[i].v, out[i].s = out[i].v.normal(), out[i].s.normal()
	}
	return out
}

func lastOf(p prog) int64 { return p.start + (p.count-1)*p.stride }
