package runtime

import (
	"math"
	"math/big"
	"math/bits"
	"testing"
)

// Checked arithmetic is exact, or Bad where int cannot hold the result.
func TestArithmetic(t *testing.T) {
	numbers := []int{0, 1, -1, 2, -2, 3, 7, -7, math.MaxInt, math.MaxInt - 1, math.MinInt + 1, math.MinInt + 2, Bad, math.MaxInt/2 + 1, -(math.MaxInt/2 + 1), 1 << (bits.UintSize/2 - 1), -(1 << (bits.UintSize / 2)), 46341, -46341}
	exact := func(v *big.Int) int {
		if !v.IsInt64() || v.Int64() > math.MaxInt || v.Int64() <= Bad {
			return Bad
		}
		return int(v.Int64())
	}
	for _, a := range numbers {
		for _, b := range numbers {
			x, y := big.NewInt(int64(a)), big.NewInt(int64(b))
			want := map[string]int{"+": Bad, "-": Bad, "*": Bad, "/": Bad, "%": Bad, "ceildiv": Bad, "min": Bad, "max": Bad}
			if a != Bad && b != Bad {
				want["+"], want["-"], want["*"] = exact(new(big.Int).Add(x, y)), exact(new(big.Int).Sub(x, y)), exact(new(big.Int).Mul(x, y))
				want["min"], want["max"] = min(a, b), max(a, b)
				if b != 0 {
					want["/"], want["%"] = exact(new(big.Int).Quo(x, y)), exact(new(big.Int).Rem(x, y))
					ceil, rest := new(big.Int).QuoRem(x, y, new(big.Int))
					if rest.Sign() != 0 && (rest.Sign() > 0) == (y.Sign() > 0) {
						ceil.Add(ceil, big.NewInt(1))
					}
					want["ceildiv"] = exact(ceil)
				}
			}
			got := map[string]int{"+": Add(a, b), "-": Sub(a, b), "*": Mul(a, b), "/": Div(a, b), "%": Mod(a, b), "ceildiv": CeilDiv(a, b), "min": Min(a, b), "max": Max(a, b)}
			for operator, w := range want {
				if got[operator] != w {
					t.Errorf("%d %s %d = %d, want %d", a, operator, b, got[operator], w)
				}
			}
		}
	}
}

func TestLimits(t *testing.T) {
	for name, c := range map[string]struct {
		limit Limit
		ok    bool
	}{
		"value": {Value("n", MaxParam), true}, "value too large": {Value("n", MaxParam+1), false}, "value too small": {Value("n", -MaxParam-1), false},
		"members": {Members("0..n-1", 1), true}, "no members": {Members("0..n-1", 0), false}, "too many": {Members("0..n-1", MaxMembers+1), false}, "bad members": {Members("0..n-1", Bad), false},
		"values": {Values("c", []int{1, 2}, 2), true}, "another number of values": {Values("c", []int{1, 2}, 3), false}, "bad value": {Values("c", []int{Bad}, 1), false},
		"same": {Same("rows", 3, 3), true}, "not the same": {Same("rows", 3, 4), false}, "same bad": {Same("rows", Bad, Bad), false},
		"member": {Member("stripe", 6, 1, 6), true}, "no member": {Member("stripe", 7, 1, 6), false}, "listed": {MemberOf("m", 5, 1, 5), true}, "not listed": {MemberOf("m", 4, 1, 5), false},
	} {
		if (c.limit == nil) != c.ok || (Check(nil, c.limit) == nil) != c.ok {
			t.Errorf("%s: %v", name, c.limit)
		}
	}
	if At([]int{4, 5}, 1) != 5 || At(nil, 0) != Bad || At([]int{1}, -1) != Bad {
		t.Error("At")
	}
	if Exact[uint8]("n", 255) != any(uint8(255)) || Exact[int8]("n", 7) != any(int8(7)) {
		t.Error("Exact changes a value that fits")
	}
	for _, v := range []any{Exact[uint8]("n", 256), Exact[uint64]("n", -1), Exact[int32]("n", Bad)} {
		if _, bad := v.(error); !bad {
			t.Errorf("Exact gives %v", v)
		}
	}
}
