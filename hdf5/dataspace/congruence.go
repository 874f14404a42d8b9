package dataspace

import "math/bits"

// FirstResidue returns the smallest x ≥ 0 for which (a·x + b) mod m ≤ w. It is how two strided
// progressions find where they first come close enough to meet, in as many steps as Euclid's
// algorithm takes. m must be positive and, as w, at most 2^63-1.
func FirstResidue(a, b, m, w uint64) (x uint64, ok bool) {
	if w >= m-1 {
		return 0, true
	}
	a, b = a%m, b%m
	if b <= w {
		return 0, true
	}
	return firstWithin(a, m, m-b, m-b+w)
}

// firstWithin returns the smallest x with lo ≤ a·x mod m ≤ hi, for 0 < lo ≤ hi < m and a < m.
func firstWithin(a, m, lo, hi uint64) (uint64, bool) {
	if a == 0 {
		return 0, false
	}
	if x := (lo + a - 1) / a; a*x <= hi {
		return x, true
	}
	// No multiple of a lies in [lo, hi], so the product must wrap: a·x - m·y lies there for a
	// smallest y, and modulo a that is the same question about y.
	y, ok := firstWithin(m%a, a, a-hi%a, a-lo%a)
	if !ok {
		return 0, false
	}
	high, low := bits.Mul64(m, y)
	low, carry := bits.Add64(low, lo+a-1, 0)
	x, _ := bits.Div64(high+carry, low, a)
	return x, true
}
