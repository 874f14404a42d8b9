package model

import (
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// FuzzParseExpr checks that no text makes the parser panic, and that what it accepts has a
// canonical form which means the same.
func FuzzParseExpr(f *testing.F) {
	for _, s := range []string{"1", "a+b*2", "min(a, b)", "ceildiv(frames-n+1, 4)", "counts[file]", "-(-a)", "((((a))))", "a <<", "f(", "0x7fffffffffffffff", "pkg.Const", "a%0", "a[b[c]]", "--a", "9223372036854775808"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := ParseExpr(text, diag.Pos{File: "f", Line: 1, Column: 1})
		if err != nil {
			s, ok := err.(*SyntaxError)
			if !ok || s.Offset < 0 || s.Offset > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		again, err := ParseExpr(e.String(), diag.Pos{})
		if len(e.String()) <= maxExprLen && (err != nil || again.String() != e.String()) {
			t.Fatalf("%q: canonical form %q: %v", text, e, err)
		}
		values := map[string]int64{"a": 3, "b": -4, "c": 1 << 40}
		want, err1 := e.Eval(bindRefs(e, values))
		s := simplify(e)
		got, err2 := s.Eval(bindRefs(s, values))
		if err1 == nil && (err2 != nil || got != want) {
			t.Fatalf("%q: %d simplified to %q: %d, %v", text, want, s, got, err2)
		}
	})
}

// FuzzParseTemplate checks the same of name templates.
func FuzzParseTemplate(f *testing.F) {
	for _, s := range []string{"{prefix}_{n:06}.h5", "{{}}", "{", "}", "{a:0}", "{:06}", "{a{b}}", "%{n}%%", "{min(a, b):03}", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tmpl, err := ParseTemplate(text, diag.Pos{File: "f", Line: 1, Column: 1})
		if err != nil {
			s, ok := err.(*SyntaxError)
			if !ok || s.Offset < 0 || s.Offset > len(text) {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		again, err := ParseTemplate(tmpl.String(), diag.Pos{})
		if len(tmpl.String()) <= maxTemplateLen && (err != nil || again.String() != tmpl.String()) {
			t.Fatalf("%q: canonical form %q: %v", text, tmpl, err)
		}
		_, _ = tmpl.Expand(Env{}, Texts{})
	})
}
