package emit

import (
	"math"
	"math/big"

	"github.com/vdsgen/vdsgen/gen/model"
)

// The limits that generated code has runtime check before it does arithmetic: a
// parameter is within ±maxParam and a variable has at most maxMembers values. They are
// runtime.MaxParam and runtime.MaxMembers.
const (
	maxParam   = 1 << 40
	maxMembers = 1_000_000
)

// interval is the range of values that an expression can take, both ends included.
type interval struct{ lo, hi *big.Int }

func point(v int64) interval { return interval{big.NewInt(v), big.NewInt(v)} }

func span(lo, hi int64) interval { return interval{big.NewInt(lo), big.NewInt(hi)} }

// anyInt is the interval of the result of checked arithmetic.
var anyInt = span(math.MinInt64+1, math.MaxInt64)

// fits reports whether every value is an int64 and none is runtime.Bad.
func (x interval) fits() bool { return x.lo.Cmp(anyInt.lo) >= 0 && x.hi.Cmp(anyInt.hi) <= 0 }

// hasZero reports whether 0 is a possible value.
func (x interval) hasZero() bool { return x.lo.Sign() <= 0 && x.hi.Sign() >= 0 }

// hull is the smallest interval that holds all values given.
func hull(values ...*big.Int) interval {
	x := interval{values[0], values[0]}
	for _, v := range values[1:] {
		if v.Cmp(x.lo) < 0 {
			x.lo = v
		}
		if v.Cmp(x.hi) > 0 {
			x.hi = v
		}
	}
	return x
}

// corners is the hull of op applied to the ends of x and y, which bounds every
// operation that is monotonic in each argument.
func corners(x, y interval, op func(z, a, b *big.Int) *big.Int) interval {
	at := func(a, b *big.Int) *big.Int { return op(new(big.Int), a, b) }
	return hull(at(x.lo, y.lo), at(x.lo, y.hi), at(x.hi, y.lo), at(x.hi, y.hi))
}

// apply is the interval of x op y; ok is false where the division may be by zero.
func apply(op byte, x, y interval) (interval, bool) {
	switch op {
	case '+':
		return corners(x, y, (*big.Int).Add), true
	case '-':
		return corners(x, y, (*big.Int).Sub), true
	case '*':
		return corners(x, y, (*big.Int).Mul), true
	}
	if y.hasZero() {
		return anyInt, false
	}
	if op == '/' {
		return corners(x, y, (*big.Int).Quo), true
	}
	// |x % y| is less than |y|, and the sign is that of x.
	m := new(big.Int).Sub(hull(new(big.Int).Abs(y.lo), new(big.Int).Abs(y.hi)).hi, big.NewInt(1))
	z := interval{new(big.Int).Neg(m), m}
	if x.lo.Sign() >= 0 {
		z.lo = new(big.Int)
	}
	if x.hi.Sign() <= 0 {
		z.hi = new(big.Int)
	}
	return z, true
}

// ceilDivision is the interval of ceildiv(x, y); ok is false where the division may be by zero.
func ceilDivision(x, y interval) (interval, bool) {
	z, ok := apply('/', x, y)
	if !ok {
		return z, false
	}
	one := big.NewInt(1)
	return interval{z.lo, new(big.Int).Add(z.hi, one)}, true
}

// varInterval is the interval of a variable's values.
func varInterval(v *model.Var) interval {
	switch {
	case v.List != nil:
		x := exprInterval(v.List[0].Root)
		for _, e := range v.List[1:] {
			y := exprInterval(e.Root)
			x = hull(x.lo, x.hi, y.lo, y.hi)
		}
		return x
	case v.Open:
		return span(0, maxMembers)
	}
	first, last := exprInterval(v.First.Root), exprInterval(v.Last.Root)
	most := new(big.Int).Add(first.hi, big.NewInt(maxMembers))
	if last.hi.Cmp(most) > 0 {
		last.hi = most
	}
	return hull(first.lo, first.hi, last.hi)
}

// exprInterval is the interval of n, anyInt where it can overflow or divide by zero.
func exprInterval(n model.Node) interval {
	x, safe := analyse(n)
	if !safe {
		return anyInt
	}
	return x
}

// analyse returns the interval of n and whether plain Go arithmetic computes it: no
// overflow and no division by zero, whatever the parameters.
func analyse(n model.Node) (interval, bool) {
	switch n := n.(type) {
	case *model.Lit:
		return point(n.Value), true
	case *model.Ref:
		return analyseRef(n)
	case *model.Index:
		_, safe := analyse(n.I)
		return span(-maxParam, maxParam), safe && isOverVar(n)
	case *model.Unary:
		x, safe := analyse(n.X)
		return corners(point(0), x, (*big.Int).Sub), safe
	case *model.Binary:
		x, xSafe := analyse(n.X)
		y, ySafe := analyse(n.Y)
		z, ok := apply(n.Op, x, y)
		return clip(z, xSafe && ySafe && ok)
	case *model.Call:
		return analyseCall(n)
	}
	return anyInt, false
}

func analyseRef(n *model.Ref) (interval, bool) {
	switch n.Kind {
	case model.RefVar:
		return varInterval(n.Var), true
	case model.RefConst:
		return point(n.Const.Value), true
	}
	return span(-maxParam, maxParam), true
}

func analyseCall(n *model.Call) (interval, bool) {
	x, safe := analyse(n.Args[0])
	for _, a := range n.Args[1:] {
		y, ySafe := analyse(a)
		safe = safe && ySafe
		switch n.Func {
		case "min":
			x = interval{lesser(x.lo, y.lo), lesser(x.hi, y.hi)}
		case "max":
			x = interval{hull(x.lo, y.lo).hi, hull(x.hi, y.hi).hi}
		default:
			var ok bool
			x, ok = ceilDivision(x, y)
			safe = safe && ok
		}
	}
	return clip(x, safe)
}

func lesser(a, b *big.Int) *big.Int { return hull(a, b).lo }

// clip returns x if all of it is an int64, else the interval of checked arithmetic.
func clip(x interval, safe bool) (interval, bool) {
	if !x.fits() {
		return anyInt, false
	}
	return x, safe
}

// isOverVar reports whether n is p[v] with v the variable that numbers p's values, so
// that the index is always one of them.
func isOverVar(n *model.Index) bool {
	r, ok := n.I.(*model.Ref)
	return ok && r.Kind == model.RefVar && n.X.Param != nil && r.Var == n.X.Param.OverVar
}
