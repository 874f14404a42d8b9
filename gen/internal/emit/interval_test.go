package emit

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// bind gives the names of an expression their meaning: params are integer parameters, vars variables.
func bind(t *testing.T, text string, params map[string]*model.Param, vars map[string]*model.Var) *model.Expr {
	t.Helper()
	e, err := model.ParseExpr(text, diag.Pos{})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	e.Refs(func(r *model.Ref) {
		if p := params[r.Name]; p != nil {
			r.Kind, r.Param = model.RefParam, p
		}
		if v := vars[r.Name]; v != nil {
			r.Kind, r.Var = model.RefVar, v
		}
	})
	return e
}

func testNames(t *testing.T) (map[string]*model.Param, map[string]*model.Var) {
	params := map[string]*model.Param{}
	for _, name := range []string{"a", "b", "c"} {
		params[name] = &model.Param{Name: name, Kind: model.ParamInt}
	}
	vars := map[string]*model.Var{"v": {Name: "v", First: bind(t, "1", nil, nil), Last: bind(t, "6", nil, nil)}}
	vars["w"] = &model.Var{Name: "w", First: bind(t, "0", nil, nil), Last: bind(t, "a-1", params, nil)}
	return params, vars
}

func TestExprGo(t *testing.T) {
	params, vars := testNames(t)
	for _, tt := range []struct{ expr, want string }{
		{"6*256 + 5*a", "6*256 + 5*p.A"},
		{"(v-1)*(a+10)", "(v - 1) * (p.A + 10)"},
		{"a - (b - c)", "p.A - (p.B - p.C)"},
		{"a - b - c", "p.A - p.B - p.C"},
		{"a/4*4", "p.A / 4 * 4"},
		{"a*b", "vds.Mul(p.A, p.B)"},
		{"a/b + 1", "vds.Add(vds.Div(p.A, p.B), 1)"},
		{"w*a", "p.A"},
		{"a % v", "p.A % v"},
		{"ceildiv(a-v+1, 4)", "vds.CeilDiv(p.A-v+1, 4)"},
		{"ceildiv(a, b)", "vds.CeilDiv(p.A, p.B)"},
		{"max(1, a/4)", "max(1, p.A/4)"},
		{"max(1, a/b)", "vds.Max(1, vds.Div(p.A, p.B))"},
		{"-a + 1", "-p.A + 1"},
		{"-(a*b)", "vds.Sub(0, vds.Mul(p.A, p.B))"},
	} {
		sc := newScope("p")
		sc.declare(vars["v"])
		sc.declare(vars["w"])
		got := fmt.Sprintf("%#v", sc.expr(bind(t, tt.expr, params, vars)))
		if tt.expr == "w*a" {
			if got != "w * p.A" {
				t.Errorf("%s: a variable has at most a million values, so that nothing overflows: %s", tt.expr, got)
			}
			continue
		}
		if got != tt.want && got != stripQual(tt.want) {
			t.Errorf("%s: %s, want %s", tt.expr, got, tt.want)
		}
	}
}

// stripQual is the name of package runtime as jennifer writes it outside a file.
func stripQual(s string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		if i+4 <= len(s) && s[i:i+4] == "vds." {
			out += "runtime."
			i += 3
			continue
		}
		out += string(s[i])
	}
	return out
}

// TestAnalyse draws expressions and values at random: where the analysis says that plain
// arithmetic cannot fail, checked arithmetic does not, and gives a value in the interval.
func TestAnalyse(t *testing.T) {
	params, vars := testNames(t)
	rng := rand.New(rand.NewPCG(1, 2))
	var build func(depth int) string
	build = func(depth int) string {
		if depth == 0 || rng.IntN(4) == 0 {
			return []string{"a", "b", "c", "v", "w", "0", "1", "3", "256", "1000000"}[rng.IntN(10)]
		}
		x, y := build(depth-1), build(depth-1)
		switch rng.IntN(8) {
		case 0:
			return "min(" + x + ", " + y + ")"
		case 1:
			return "max(" + x + ", " + y + ")"
		case 2:
			return "ceildiv(" + x + ", " + y + ")"
		}
		return "(" + x + string("+-*/%"[rng.IntN(5)]) + y + ")"
	}
	value := func(bound int64) int64 {
		switch rng.IntN(3) {
		case 0:
			return []int64{-bound, bound, 0, -1, 1}[rng.IntN(5)]
		case 1:
			return rng.Int64N(200) - 100
		}
		return rng.Int64N(2*bound+1) - bound
	}
	safeCases := 0
	for range 20_000 {
		text := build(3)
		e := bind(t, text, params, vars)
		x, safe := analyse(e.Root)
		if !safe {
			continue
		}
		safeCases++
		for range 5 {
			env := model.Env{Ints: map[*model.Param]int64{}, Vars: map[*model.Var]int64{}}
			for _, p := range params {
				env.Ints[p] = value(maxParam)
			}
			env.Vars[vars["v"]] = rng.Int64N(6) + 1
			env.Vars[vars["w"]] = rng.Int64N(maxMembers)
			got, err := e.Eval(env)
			if err != nil {
				t.Fatalf("%s was said to be safe: %v", text, err)
			}
			if y := point(got); y.lo.Cmp(x.lo) < 0 || y.hi.Cmp(x.hi) > 0 {
				t.Fatalf("%s = %d, outside [%v, %v]", text, got, x.lo, x.hi)
			}
		}
	}
	if safeCases < 5_000 {
		t.Errorf("only %d expressions were found safe", safeCases)
	}
}
