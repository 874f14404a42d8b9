package infer

import (
	"fmt"
	"slices"
	"strings"
)

// variable numbers members: at position i it has values[i].
type variable struct {
	name   string
	values []int64
	coord  []int // position of each member
	open   bool  // 0.. without an end
}

// text is the variable as the layout declares it.
func (v *variable) text() string {
	if v.open {
		return "0.."
	}
	if n := len(v.values); v.ranged() {
		return fmt.Sprintf("%d..%d", v.values[0], v.values[n-1])
	}
	return list(v.values)
}

// ranged reports whether the values follow one another.
func (v *variable) ranged() bool {
	for i, x := range v.values {
		if x != v.values[0]+int64(i) {
			return false
		}
	}
	return true
}

func list(values []int64) string {
	parts := make([]string, len(values))
	for i, n := range values {
		parts[i] = fmt.Sprint(n)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

// param is a parameter with its default.
type param struct {
	name string
	text string // as the layout declares it
}

// solver writes sequences of integers, one for each member, as expressions.
type solver struct {
	vars   []*variable
	params []param
	names  *names
	prefix string // the text that became the parameter prefix; "" where none did
}

// expr is an expression over the variables that has the value vals[i] for member i. Where none is simple, it is
// element of a list parameter of that name. ok is false where the values depend on several variables in no simple way.
func (s *solver) expr(name string, vals []int64) (text string, ok bool) {
	if !slices.ContainsFunc(vals, func(v int64) bool { return v != vals[0] }) {
		return fmt.Sprint(vals[0]), true
	}
	if text, ok := s.affine(vals); ok {
		return text, true
	}
	for _, v := range s.vars {
		at, ok := byPosition(v, vals)
		if !ok {
			continue
		}
		p := s.names.param(name, fmt.Sprintf("{type: %q, over: %s, default: %s}", "[]int", v.name, list(at)))
		s.params = append(s.params, p)
		return fmt.Sprintf("%s[%s]", p.name, v.name), true
	}
	return "", false
}

// byPosition is vals as a function of the positions of one variable.
func byPosition(v *variable, vals []int64) ([]int64, bool) {
	out := make([]int64, len(v.values))
	seen := make([]bool, len(v.values))
	for i, x := range vals {
		k := v.coord[i]
		if seen[k] && out[k] != x {
			return nil, false
		}
		out[k], seen[k] = x, true
	}
	return out, true
}

// affine is vals as a sum of multiples of the variables.
func (s *solver) affine(vals []int64) (string, bool) {
	if len(s.vars) == 0 {
		return "", false
	}
	factor := make([]int64, len(s.vars))
	for k, v := range s.vars {
		var ok bool
		if factor[k], ok = s.slope(k, v, vals); !ok {
			return "", false
		}
	}
	value := func(i int) int64 {
		n := int64(0)
		for k, v := range s.vars {
			n += factor[k] * v.values[v.coord[i]]
		}
		return n
	}
	rest := vals[0] - value(0)
	for i := range vals {
		if value(i)+rest != vals[i] {
			return "", false
		}
	}
	return sum(s.vars, factor, rest), true
}

// slope is by how much vals grow with variable k while the others stand still.
func (s *solver) slope(k int, v *variable, vals []int64) (int64, bool) {
	if len(v.values) < 2 {
		return 0, true
	}
	a := slices.Index(v.coord, 0)
	for i := range vals {
		if v.coord[i] == 1 && s.same(k, a, i) {
			dx, dy := v.values[1]-v.values[0], vals[i]-vals[a]
			return dy / dx, dy%dx == 0
		}
	}
	return 0, false
}

// same reports whether members i and j agree in all variables but k.
func (s *solver) same(k, i, j int) bool {
	for n, v := range s.vars {
		if n != k && v.coord[i] != v.coord[j] {
			return false
		}
	}
	return true
}

// sum writes a linear expression.
func sum(vars []*variable, factor []int64, rest int64) string {
	var b strings.Builder
	for k, v := range vars {
		f := factor[k]
		if f == 0 {
			continue
		}
		switch {
		case b.Len() > 0 && f > 0:
			b.WriteString(" + ")
		case b.Len() > 0:
			b.WriteString(" - ")
			f = -f
		case f < 0:
			b.WriteString("-")
			f = -f
		}
		if f != 1 {
			fmt.Fprintf(&b, "%d*", f)
		}
		b.WriteString(v.name)
	}
	switch {
	case b.Len() == 0:
		return fmt.Sprint(rest)
	case rest > 0:
		fmt.Fprintf(&b, " + %d", rest)
	case rest < 0:
		fmt.Fprintf(&b, " - %d", -rest)
	}
	return b.String()
}
