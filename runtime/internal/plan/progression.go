package plan

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// shared is what two progressions along one axis have in common: element number a + i·aStep of the
// one is element number b + i·bStep of the other, for i from 0 to count-1.
type shared struct{ a, aStep, b, bStep, count uint64 }

// intersect returns the coordinates that p and q share, which again are a progression. Neither is
// empty, and both end below MaxCoordinate.
func intersect(p, q Progression) shared {
	lo, hi := max(p.Start, q.Start), min(p.Last(), q.Last())
	if lo > hi {
		return shared{}
	}
	if p.Step == 1 && q.Step == 1 {
		return shared{a: lo - p.Start, aStep: 1, b: lo - q.Start, bStep: 1, count: hi - lo + 1}
	}
	g := gcd(p.Step, q.Step)
	s := shared{aStep: q.Step / g, bStep: p.Step / g}
	// The first element of p that is not before q, and from there the first that is in q.
	s.a = ceilDiv(lo-p.Start, p.Step)
	at := p.Start + s.a*p.Step
	ahead, ok := dataspace.FirstResidue(p.Step, at-q.Start, q.Step, 0)
	if !ok || ahead > p.Count-1 || s.a+ahead > p.Count-1 {
		return shared{}
	}
	s.a += ahead
	at += ahead * p.Step
	if at > hi {
		return shared{}
	}
	s.b = (at - q.Start) / q.Step
	s.count = min((p.Count-1-s.a)/s.aStep, (q.Count-1-s.b)/s.bStep) + 1
	return s
}

// indexOf returns the number of the element x of p.
func indexOf(p Progression, x uint64) (uint64, bool) {
	if x < p.Start || x > p.Last() || (x-p.Start)%p.Step != 0 {
		return 0, false
	}
	return (x - p.Start) / p.Step, true
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// ceilDiv returns a/b rounded up.
func ceilDiv(a, b uint64) uint64 { return a/b + min(a%b, 1) }

// mul multiplies and reports whether the result is at most MaxCoordinate.
func mul(a, b uint64) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	return lo, hi == 0 && lo <= dataspace.MaxCoordinate
}
