package emit

import (
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// template parses a name in which p and q are texts, and other names are variables.
func template(t *testing.T, text string) *model.Template {
	t.Helper()
	parsed, err := model.ParseTemplate(text, diag.Pos{Line: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range parsed.Parts {
		part.Expr.Refs(func(r *model.Ref) {
			if r.Name == "p" || r.Name == "q" {
				r.Kind, r.Param = model.RefParam, &model.Param{Name: r.Name, Kind: model.ParamString}
			} else {
				r.Kind, r.Var = model.RefVar, variables[r.Name]
			}
		})
	}
	return parsed
}

var variables = map[string]*model.Var{"m": {Name: "m"}, "k": {Name: "k"}}

// Two templates may give one name, or never do.
func TestSameName(t *testing.T) {
	for pair, want := range map[string]bool{
		"a.h5 a.h5":                  true,
		"a.h5 b.h5":                  false,
		"a.h5 a.h":                   false,
		"x_{m}.h5 x_{k:03}.h5":       true,
		"x_{m}.h5 x_17.h5":           true,
		"x_{m}.h5 x_-7.h5":           true,
		"x_{m}.h5 x_.h5":             false,
		"x_{m}.h5 x_{m}_mask.h5":     false,
		"x_{m}{k}.h5 x_{m}.h5":       true,
		"{p}.h5 b_{m}.h5":            true,
		"{p}.h5 {p}.h5":              true,
		"{p}.h5 {p}_{k}.h5":          false,
		"{p}_{m}.h5 {p}_mask_{m}.h5": false,
		"{p}_{m}.h5 {q}_mask_{m}.h5": true,
		"{p}_{m}.h5 {q}_{m}_mask.h5": false,
		"{p}_data.h5 {q}_mask.h5":    false,
		"{p}{q} {q}{p}":              true,
		"1{m} {k}2":                  true,
		"1{m} {k}x":                  false,
		strings.Repeat("a", 300) + " " + strings.Repeat("b", 300): true, // not looked at
	} {
		a, b, _ := strings.Cut(pair, " ")
		if got := sameName(template(t, a), template(t, b)); got != want {
			t.Errorf("%s and %s: %v", a, b, got)
		}
		if got := sameName(template(t, b), template(t, a)); got != want {
			t.Errorf("%s and %s: %v", b, a, got)
		}
	}
}

// A variable tells files apart where it stands by itself.
func TestTells(t *testing.T) {
	for text, want := range map[string]bool{
		"a.h5": false, "{m}.h5": true, "{k}.h5": false, "x{m:03}_{k}": true, "{2*m+1}": true, "{3-m}": true, "{0*m}": false,
		"{m/2}": false, "{m%2}": false, "{m*m}": false, "{2*m+k}": false, "{m}{k}": false, "{m}1{k}": false, "{k}-{m}": true, "{m-m}": false, "{p}{m}": false, "{m/2}_{m}": true,
	} {
		if got := tells(template(t, text), variables["m"]); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
