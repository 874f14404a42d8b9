package model

import (
	"errors"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

var at = diag.Pos{File: "f", Line: 1, Column: 10}

// bindRefs gives the names of e values as parameters of a layout would.
func bindRefs(e *Expr, values map[string]int64) Env {
	env := Env{Ints: map[*Param]int64{}}
	params := map[string]*Param{}
	e.Refs(func(r *Ref) {
		v, ok := values[r.Name]
		if !ok {
			return
		}
		if params[r.Name] == nil {
			params[r.Name] = &Param{Name: r.Name, Kind: ParamInt}
		}
		r.Kind, r.Param = RefParam, params[r.Name]
		env.Ints[r.Param] = v
	})
	return env
}

func TestExprEval(t *testing.T) {
	values := map[string]int64{"a": 7, "b": 3, "big": math.MaxInt64, "small": math.MinInt64, "zero": 0}
	for _, c := range []struct {
		text, canonical string
		value           int64
		fails           string
	}{
		{text: "1", canonical: "1", value: 1},
		{text: "0x10", canonical: "16", value: 16},
		{text: " a+b * 2", canonical: "a + b*2", value: 13},
		{text: "(a+b)*2", canonical: "(a + b)*2", value: 20},
		{text: "a-(b-1)", canonical: "a - (b - 1)", value: 5},
		{text: "a-b-1", canonical: "a - b - 1", value: 3},
		{text: "a/(b/2)", canonical: "a/(b/2)", value: 7},
		{text: "-a/2", canonical: "-a/2", value: -3},
		{text: "-(a+b)", canonical: "-(a + b)", value: -10},
		{text: "a%b", canonical: "a%b", value: 1},
		{text: "-a%b", canonical: "-a%b", value: -1},
		{text: "+a", canonical: "a", value: 7},
		{text: "a - -b", canonical: "a - -b", value: 10},
		{text: "min(a, b)", canonical: "min(a, b)", value: 3},
		{text: "max(a,b,9)", canonical: "max(a, b, 9)", value: 9},
		{text: "ceildiv(a,b)", canonical: "ceildiv(a, b)", value: 3},
		{text: "ceildiv(-a,b)", canonical: "ceildiv(-a, b)", value: -2},
		{text: "ceildiv(-a,-b)", canonical: "ceildiv(-a, -b)", value: 3},
		{text: "ceildiv(6,b)", canonical: "ceildiv(6, b)", value: 2},
		{text: "small*1", canonical: "small*1", value: math.MinInt64},
		{text: "a/zero", canonical: "a/zero", fails: "a/zero: divides by zero (a = 7, zero = 0)"},
		{text: "a%zero", canonical: "a%zero", fails: "divides by zero"},
		{text: "ceildiv(a,0)", canonical: "ceildiv(a, 0)", fails: "divides by zero"},
		{text: "big+1", canonical: "big + 1", fails: "overflows 64 bits (big = 9223372036854775807)"},
		{text: "small-1", canonical: "small - 1", fails: "overflows"},
		{text: "-small", canonical: "-small", fails: "overflows"},
		{text: "small/-1", canonical: "small/-1", fails: "overflows"},
		{text: "small*-1", canonical: "small*-1", fails: "overflows"},
		{text: "big*2", canonical: "big*2", fails: "overflows"},
		{text: "c+1", canonical: "c + 1", fails: "c has no value here"},
	} {
		t.Run(c.text, func(t *testing.T) {
			e, err := ParseExpr(c.text, at)
			if err != nil {
				t.Fatal(err)
			}
			if e.String() != c.canonical {
				t.Errorf("canonical form %q, want %q", e, c.canonical)
			}
			v, err := e.Eval(bindRefs(e, values))
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil || v != c.value {
				t.Errorf("value %d, %v, want %d", v, err, c.value)
			}
		})
	}
}

func TestExprSyntax(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int
		msg    string
	}{
		{"", 0, "empty"},
		{"a +", 3, "malformed"},
		{"a b", 2, "malformed"},
		{"a << 2", 2, "operator << is not part"},
		{"a && b", 2, "operator &&"},
		{"!a", 0, "operator !"},
		{"1.5", 0, "not an integer"},
		{`"x"`, 0, "not an integer"},
		{"99999999999999999999", 0, "does not fit 64 bits"},
		{"f(a)", 0, "unknown function f"},
		{"mim(a)", 0, "did you mean min?"},
		{"ceildiv(a)", 0, "takes 2 arguments"},
		{"min()", 0, "at least one"},
		{"a.b.c", 0, "only package.Constant"},
		{"f(a)[1]", 0, "only a parameter"},
		{"func(){}", 0, "not an integer expression"},
		{"[]int{1}", 0, "not an integer expression"},
		{"a\n+b", 1, "more than one line"},
		{strings.Repeat("(", 100) + "a" + strings.Repeat(")", 100), 64, "nested deeper"},
		{strings.Repeat("-", 100) + "a", 64, "nested deeper"},
		{strings.Repeat("a+", 3000) + "a", 0, "limit"},
	} {
		_, err := ParseExpr(c.text, at)
		s, ok := errors.AsType[*SyntaxError](err)
		if !ok || !strings.Contains(s.Msg, c.msg) || s.Offset != c.offset {
			t.Errorf("%.20q: %#v, want %q at %d", c.text, err, c.msg, c.offset)
		}
	}
}

func TestExprPositions(t *testing.T) {
	e, err := ParseExpr("  aa + min(bb, cc[dd])", at)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	Walk(e.Root, func(n Node) {
		if r, ok := n.(*Ref); ok {
			got[r.Name] = r.Pos.Column
		}
	})
	for name, column := range map[string]int{"aa": 12, "bb": 21, "cc": 25, "dd": 28} {
		if got[name] != column {
			t.Errorf("%s at column %d, want %d", name, got[name], column)
		}
	}
	if e.Pos.Column != 12 || e.Pos.Width != 20 {
		t.Errorf("expression at %+v", e.Pos)
	}
}

// TestSimplify holds simplified expressions to the values of the ones they came from.
func TestSimplify(t *testing.T) {
	for text, want := range map[string]string{
		"256*(row+1) - 256*row":   "256",
		"a - a":                   "0",
		"6*rows + 5*10":           "6*rows + 50",
		"(n-1)*(rows+10)":         "n*rows + 10*n - rows - 10",
		"a/2 + a/2":               "2*(a/2)",
		"min(a, b)*2 - min(a, b)": "min(a, b)",
		"-a":                      "-a",
	} {
		e, err := ParseExpr(text, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := simplify(e).String(); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
	r := rand.New(rand.NewPCG(1, 1))
	for range 2000 {
		text := randomExpr(r, 4)
		e, err := ParseExpr(text, at)
		if err != nil {
			t.Fatal(err)
		}
		values := map[string]int64{"a": r.Int64N(20) - 10, "b": r.Int64N(20) - 10, "c": r.Int64N(5)}
		want, err := e.Eval(bindRefs(e, values))
		if err != nil {
			continue
		}
		s := simplify(e)
		got, err := s.Eval(bindRefs(s, values))
		if err != nil || got != want {
			t.Fatalf("%s simplified to %s: %d, %v, want %d at %v", text, s, got, err, want, values)
		}
		again, err := ParseExpr(e.String(), at)
		if err != nil || again.String() != e.String() {
			t.Fatalf("%s: canonical form %s is not stable: %v", text, e, err)
		}
		if v, err := again.Eval(bindRefs(again, values)); err != nil || v != want {
			t.Fatalf("%s: canonical form %s has another value", text, e)
		}
	}
}

func randomExpr(r *rand.Rand, depth int) string {
	if depth == 0 || r.IntN(4) == 0 {
		return []string{"a", "b", "c", "0", "1", "2", "7"}[r.IntN(7)]
	}
	x, y := randomExpr(r, depth-1), randomExpr(r, depth-1)
	switch r.IntN(8) {
	case 0:
		return "min(" + x + ", " + y + ")"
	case 1:
		return "ceildiv(" + x + ", " + y + ")"
	case 2:
		return "-(" + x + ")"
	}
	return "(" + x + ")" + []string{"+", "-", "*", "/", "%"}[r.IntN(5)] + "(" + y + ")"
}

func TestTemplate(t *testing.T) {
	prefix := &Param{Name: "prefix", Kind: ParamString}
	for _, c := range []struct{ text, want, canonical, fails string }{
		{text: "plain.h5", want: "plain.h5"},
		{text: "{prefix}_{n}.h5", want: "run 1_7.h5"},
		{text: "{n:06}", want: "000007"},
		{text: "{-n:04}", want: "-007"},
		{text: "{ n * 2 + 1 :03}", want: "015", canonical: "{n*2 + 1:03}"},
		{text: "{{{n}}}", want: "{7}"},
		{text: "100%_{n}", want: "100%_7"},
		{text: "{n", fails: "{ without }"},
		{text: "n}", fails: "} without {"},
		{text: "{}", fails: "empty expression"},
		{text: "{n:}", fails: "unknown format"},
		{text: "{n:6}", fails: "unknown format"},
		{text: "{n:0x}", fails: "unknown format"},
		{text: "{n:0999}", fails: "unknown format"},
		{text: "{n+}", fails: "malformed"},
	} {
		t.Run(c.text, func(t *testing.T) {
			tmpl, err := ParseTemplate(c.text, at)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("error %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			env := Env{Ints: map[*Param]int64{}}
			n := &Param{Name: "n", Kind: ParamInt}
			env.Ints[n] = 7
			tmpl.Refs(func(r *Ref) {
				r.Kind, r.Param = RefParam, map[string]*Param{"prefix": prefix, "n": n}[r.Name]
			})
			got, err := tmpl.Expand(env, Texts{Params: map[*Param]string{prefix: "run 1"}})
			if err != nil || got != c.want {
				t.Errorf("%q, %v, want %q", got, err, c.want)
			}
			if want := or(c.canonical, c.text); tmpl.String() != want {
				t.Errorf("canonical form %q, want %q", tmpl, want)
			}
		})
	}
}

func TestFillValue(t *testing.T) {
	kind := func(k TypeKind) TypeRef { return TypeRef{Name: k.String(), Kind: k} }
	number := func(s string) *Fill {
		lit := LiteralFloat
		if !strings.ContainsAny(s, ".eE") {
			lit = LiteralInt
		}
		return &Fill{Text: s, Lit: lit}
	}
	for _, c := range []struct {
		fill *Fill
		t    TypeKind
		want any
	}{
		{number("-5"), Int32, int32(-5)},
		{number("65535"), Uint16, uint16(65535)},
		{number("65536"), Uint16, nil},
		{number("-1"), Uint8, nil},
		{number("-129"), Int8, nil},
		{number("0xff"), Uint8, uint8(255)},
		{number("18446744073709551615"), Uint64, uint64(math.MaxUint64)},
		{number("1.0"), Int32, nil},
		{number("1"), Float64, 1.0},
		{number("0.1"), Float32, float32(0.1)},
		{number("0.1"), Float64, 0.1},
		{number("1e-50"), Float32, nil},
		{number("1e50"), Float32, nil},
		{number("0.12345678912"), Float32, nil},
		{number("16777217"), Float32, nil},
		{number("16777216"), Float32, float32(16777216)},
		{number("9007199254740993"), Float64, nil},
		{number("-2.50"), Float32, float32(-2.5)},
		{number("3"), Complex64, complex(float32(3), 0)},
		{&Fill{Kind: FillMax}, Uint16, uint16(65535)},
		{&Fill{Kind: FillMin}, Int8, int8(-128)},
		{&Fill{Kind: FillMax}, Float32, float32(math.MaxFloat32)},
		{&Fill{Kind: FillMax}, Bool, nil},
		{&Fill{Kind: FillNaN}, Uint16, nil},
		{&Fill{Kind: FillInf, Text: "-inf"}, Float64, math.Inf(-1)},
		{&Fill{Kind: FillInf, Text: "inf"}, Int64, nil},
		{&Fill{Text: "true", Lit: LiteralBool}, Bool, true},
		{number("1"), Bool, nil},
		{&Fill{Text: "x", Lit: LiteralString}, String, nil},
		{&Fill{Text: "", Lit: LiteralString}, String, ""},
		{number("5"), String, nil},
		{&Fill{Kind: FillMax, Text: "max"}, String, nil},
		{&Fill{Kind: FillInf, Text: "inf"}, Complex128, complex(math.Inf(1), 0)},
		{&Fill{Text: "x", Lit: LiteralString}, Int8, nil},
		{&Fill{Text: "a\x00b", Lit: LiteralString}, String, nil},
	} {
		got, err := c.fill.Value(kind(c.t))
		if c.want == nil && err == nil || c.want != nil && (err != nil || got != c.want) {
			t.Errorf("%s %q: %#v, %v, want %#v", c.t, c.fill.Text, got, err, c.want)
		}
	}
	if v, err := (&Fill{Kind: FillNaN}).Value(kind(Float32)); err != nil || !math.IsNaN(float64(v.(float32))) {
		t.Errorf("nan: %v, %v", v, err)
	}
}

func TestGoNames(t *testing.T) {
	for in, want := range map[string][2]string{
		"frame_number": {"FrameNumber", "frameNumber"}, "x": {"X", "x"}, "pulse_id": {"PulseID", "pulseID"}, "id": {"ID", "id"},
		"data-2": {"Data2", "data2"}, "2theta": {"N2theta", "n2theta"}, "Excalibur3M": {"Excalibur3M", "excalibur3M"}, "": {"", ""}, "--": {"", ""},
		"range": {"Range", "range_"}, "ctx": {"Ctx", "ctx_"}, "écran": {"Écran", "écran"},
	} {
		if GoName(in) != want[0] || GoParam(in) != want[1] {
			t.Errorf("%q: %s, %s, want %v", in, GoName(in), GoParam(in), want)
		}
	}
}
