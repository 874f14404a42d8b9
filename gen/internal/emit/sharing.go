package emit

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/model"
)

// within reports whether members that differ in v may be datasets of one file.
func (g *writerGroup) within(v *model.Var) bool {
	inPath := slices.ContainsFunc(g.sets, func(s *model.SourceSet) bool { return s.Path.UsesVar(v) })
	return inPath && !tells(g.sets[0].File, v)
}

// tells reports whether names of t differ wherever v differs, whatever the other variables are: v stands in a placeholder of its own, and texts that
// are not digits alone separate it from others.
func tells(t *model.Template, v *model.Var) bool {
	apart := func(i int) bool {
		return i < 0 || i == len(t.Parts) || strings.Trim(t.Parts[i].Literal, "0123456789") != ""
	}
	for i, p := range t.Parts {
		if p.Expr != nil && apart(i-1) && apart(i+1) && injective(p.Expr.Root, v) {
			return true
		}
	}
	return false
}

// injective reports whether n is v, v with something added to it in which no variable is, or such a sum times a number.
func injective(n model.Node, v *model.Var) bool {
	switch n := n.(type) {
	case *model.Ref:
		return n.Var == v
	case *model.Binary:
		switch n.Op {
		case '+', '-':
			return injective(n.X, v) && !hasVar(n.Y) || injective(n.Y, v) && !hasVar(n.X)
		case '*':
			return isFactor(n.X) && injective(n.Y, v) || isFactor(n.Y) && injective(n.X, v)
		}
	}
	return false
}

func isFactor(n model.Node) bool {
	lit, ok := n.(*model.Lit)
	return ok && lit.Value != 0
}

func hasVar(n model.Node) bool {
	found := false
	model.Walk(n, func(n model.Node) {
		r, ok := n.(*model.Ref)
		found = found || ok && r.Var != nil
	})
	return found
}

// sameName reports whether two name templates, with the same parameters and any values of variables, may give the same name. Where that takes long to find out, they may.
func sameName(s, t *model.Template) bool {
	a, b := s.Parts, t.Parts
	for len(a) > 0 && len(b) > 0 && fixedPart(a[0]) && fixedPart(b[0]) && partText(a[0]) == partText(b[0]) {
		a, b = a[1:], b[1:]
	}
	m := meeting{a: pattern(a), b: pattern(b)}
	if len(m.a)*len(m.b) > maxMeeting {
		return true
	}
	m.apart = make([]bool, (len(m.a)+1)*(len(m.b)+1))
	return m.meet(0, 0)
}

// maxMeeting bounds the pairs of places in two templates that are compared: names of 256 bytes.
const maxMeeting = 1 << 16

// fixedPart reports whether a part is the same text in all names that are made with the same parameters.
func fixedPart(p model.Part) bool { return p.Expr == nil || !hasVar(p.Expr.Root) }

func partText(p model.Part) string {
	return (&model.Template{Parts: []model.Part{p}}).String()
}

// What a place in a name may hold; below that, the byte itself.
const (
	oneDigit  = 256 + iota // or a sign
	anyDigits              // any number of them
	anyText
)

// pattern is the names that parts of a template give: bytes, numbers, and texts of which nothing is known.
func pattern(parts []model.Part) []int {
	var p []int
	for _, part := range parts {
		for i := range len(part.Literal) {
			p = append(p, int(part.Literal[i]))
		}
		if part.Expr == nil {
			continue
		}
		if r, ok := part.Expr.Root.(*model.Ref); ok && (r.Kind == model.RefField || r.Param != nil && r.Param.Kind == model.ParamString) {
			p = append(p, anyText)
		} else {
			p = append(p, oneDigit, anyDigits)
		}
	}
	return p
}

// meeting looks for a name that two patterns have in common.
type meeting struct {
	a, b  []int
	apart []bool // by place in a and b: what follows has no name in common
}

// meet reports whether what follows place i of one pattern and j of the other may be the same.
func (m *meeting) meet(i, j int) bool {
	if i == len(m.a) && j == len(m.b) {
		return true
	}
	at := i*(len(m.b)+1) + j
	if m.apart[at] {
		return false
	}
	found := false
	switch {
	case i < len(m.a) && m.a[i] >= anyDigits:
		found = m.meet(i+1, j) || j < len(m.b) && takes(m.a[i], m.b[j]) && m.meet(i, j+1)
	case j < len(m.b) && m.b[j] >= anyDigits:
		found = m.meet(i, j+1) || i < len(m.a) && takes(m.b[j], m.a[i]) && m.meet(i+1, j)
	case i < len(m.a) && j < len(m.b):
		found = (m.a[i] == m.b[j] || isDigit(m.a[i]) && isDigit(m.b[j]) && max(m.a[i], m.b[j]) == oneDigit) && m.meet(i+1, j+1)
	}
	m.apart[at] = !found
	return found
}

// takes reports whether a place of any number of bytes may hold what another does; one of any number may be empty.
func takes(place, other int) bool {
	return place == anyText || other >= anyDigits || isDigit(other)
}

func isDigit(place int) bool {
	return place == oneDigit || place >= '0' && place <= '9' || place == '-'
}
