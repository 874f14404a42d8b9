package dataspace

import (
	"math/bits"
	"slices"
)

// Visit calls visit with the number of each box that has a coordinate of axes[k] along every axis
// k, in increasing number, until visit returns false. A box is met if the progression has an
// element between its bounds.
func (x *BoxIndex) Visit(axes []Progression, visit func(i int) bool) {
	for _, p := range axes {
		if p.Count == 0 {
			return
		}
	}
	for _, r := range x.common {
		if x.n == 0 || !meets(axes[r.axis], r.lo, r.hi) {
			return
		}
	}
	q := boxQuery{index: x, visit: visit}
	for k := range x.columns {
		c := &x.columns[k]
		q.axes = append(q.axes, newAxisQuery(axes[c.axis], c.wlo == nil))
	}
	if x.ordered {
		q.walk(len(x.levels), 0)
		return
	}
	var hits []uint32
	q.visit = func(i int) bool {
		hits = append(hits, uint32(i))
		return true
	}
	q.walk(len(x.levels), 0)
	x.visitInOrder(hits, visit)
}

// visitInOrder visits hits in increasing order: many of them by marking a bit for each.
func (x *BoxIndex) visitInOrder(hits []uint32, visit func(i int) bool) {
	if len(hits) < x.n/64 || len(hits) < 64 {
		slices.Sort(hits)
		for _, i := range hits {
			if !visit(int(i)) {
				return
			}
		}
		return
	}
	marks := make([]uint64, slices.Max(hits)/64+1)
	for _, i := range hits {
		marks[i/64] |= 1 << (i % 64)
	}
	for k, word := range marks {
		for ; word != 0; word &= word - 1 {
			if !visit(k*64 + bits.TrailingZeros64(word)) {
				return
			}
		}
	}
}

// meets reports whether the progression p has an element in [lo, hi].
func meets(p Progression, lo, hi uint64) bool {
	last := p.Last()
	if p.Start > hi || last < lo {
		return false
	}
	if p.Step == 1 || lo <= p.Start {
		return true
	}
	next := p.Start + (lo-p.Start+p.Step-1)/p.Step*p.Step
	return next <= min(hi, last)
}

type boxQuery struct {
	index *BoxIndex
	axes  []axisQuery // one for each column
	visit func(i int) bool
}

// axisQuery is what is asked of one column; lo and hi are in the column's own form.
type axisQuery struct {
	lo, hi  uint64
	steps   Progression
	strided bool
}

func newAxisQuery(p Progression, narrow bool) axisQuery {
	q := axisQuery{lo: p.Start, hi: p.Last(), steps: p, strided: p.Step > 1 && p.Count > 1}
	if narrow {
		q.lo = min(q.lo, wide32-1)
		if q.hi < MaxCoordinate {
			q.hi = min(q.hi, wide32-1)
		}
	}
	return q
}

// walk visits what the query meets in the group at a place of level n (0 are the boxes).
func (q *boxQuery) walk(n, place int) bool {
	x := q.index
	switch {
	case n == 0 && len(x.columns) > 0:
		return q.found(place)
	case n == 0:
		return q.all()
	}
	columns, count := x.columns, x.n
	if n > 1 {
		columns, count = x.levels[n-2].columns, x.levels[n-2].n
	}
	for i := place * fanout; i < min(count, (place+1)*fanout); i++ {
		if q.meets(columns, i) && !q.walk(n-1, i) {
			return false
		}
	}
	return true
}

// all visits every box, where they are all alike.
func (q *boxQuery) all() bool {
	for i := range q.index.n {
		if !q.found(i) {
			return false
		}
	}
	return true
}

func (q *boxQuery) found(place int) bool {
	if q.index.numbers != nil {
		return q.visit(int(q.index.numbers[place]))
	}
	return q.visit(place)
}

func (q *boxQuery) meets(columns []column, i int) bool {
	for k := range columns {
		c, a := &columns[k], &q.axes[k]
		lo, hi := c.at(i)
		if lo > a.hi || hi < a.lo {
			return false
		}
		if !a.strided {
			continue
		}
		if c.wlo == nil && hi == wide32 {
			hi = MaxCoordinate
		}
		if !meets(a.steps, lo, hi) {
			return false
		}
	}
	return true
}
