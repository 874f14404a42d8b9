package model

import (
	"go/token"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// params checks what the front end could not know: the variable of an []int parameter.
func (c *checker) params() {
	for _, p := range c.l.Params {
		if why := nameFault(p.DefaultString); why != "" {
			c.list.Errorf(p.DefaultPos, diag.BadDefault, "the default of parameter %s, %q, %s", p.Name, short(p.DefaultString), why).Hintf("a name is UTF-8 and ends at a zero byte")
		}
		switch {
		case p.Kind == ParamInts && p.Over.Name == "":
			c.list.Errorf(p.Pos, diag.BadParam, "parameter %s is a list and does not say over which variable", p.Name).Hintf("over: variable")
		case p.Kind == ParamInvalid:
		case p.Kind != ParamInts && p.Over.Name != "":
			c.list.Errorf(p.Over.Pos, diag.BadParam, "over belongs to parameters of type []int")
		case p.Kind == ParamInts:
			v := c.varByName[p.Over.Name]
			if v == nil {
				c.list.Errorf(p.Over.Pos, diag.UnknownName, "%s is not a variable%s", p.Over.Name, diag.DidYouMean(p.Over.Name, c.varNames()...))
				continue
			}
			if v.Open {
				c.list.Errorf(p.Over.Pos, diag.OpenRange, "parameter %s cannot hold one integer for each value of the open variable %s", p.Name, v.Name)
			}
			p.OverVar = v
			if n, ok := v.Count(); ok && p.HasDefault && int64(len(p.DefaultInts)) != n {
				c.list.Errorf(p.DefaultPos, diag.BadDefault, "parameter %s has %s, and variable %s takes %s",
					p.Name, plural(len(p.DefaultInts), "default value"), v.Name, plural(int(n), "value"))
			}
		}
	}
}

func (c *checker) varNames() []string {
	var out []string
	for _, v := range c.l.Vars {
		out = append(out, v.Name)
	}
	return out
}

// Count returns the number of values of v when parameters do not change it.
func (v *Var) Count() (int64, bool) {
	if v.List != nil {
		return int64(len(v.List)), true
	}
	first, ok1 := v.First.Constant()
	last, ok2 := v.Last.Constant()
	if v.Open || !ok1 || !ok2 || last < first {
		return 0, false
	}
	n, err := sub(last, first)
	if err != nil || n+1 <= 0 {
		return 0, false
	}
	return n + 1, true
}

func (c *checker) vars() {
	for _, v := range c.l.Vars {
		if len(v.List) > maxListLen {
			c.list.Errorf(v.ValuesPos, diag.TooLarge, "variable %s lists %d values; the limit is %d", v.Name, len(v.List), maxListLen).
				Hintf("a range, 1..%d", len(v.List))
			continue
		}
		if v.Open {
			if first, ok := v.First.Constant(); v.First != nil && (!ok || first != 0) {
				c.list.Errorf(v.ValuesPos, diag.OpenRange, "the open range of variable %s starts at %s", v.Name, v.First).
					Hintf("0..: HDF5 numbers such files from 0")
			}
			continue
		}
		first, ok1 := v.First.Constant()
		last, ok2 := v.Last.Constant()
		if ok1 && ok2 && last < first {
			c.list.Errorf(v.ValuesPos, diag.BadVar, "variable %s has no values: %d is after %d", v.Name, first, last).Hintf("%d..%d", last, first)
		}
		if n, err := sub(last, first); ok1 && ok2 && (err != nil && last > first || n >= maxMappings) {
			c.list.Errorf(v.ValuesPos, diag.TooManyMaps, "variable %s has the values %d to %d; a file holds at most %d mappings", v.Name, first, last, maxMappings)
		}
		c.distinct(v)
	}
}

// distinct refuses a list that holds a value twice: two members would be the same.
func (c *checker) distinct(v *Var) {
	seen := map[int64]bool{}
	for _, e := range v.List {
		x, ok := e.Constant()
		if ok && seen[x] {
			c.list.Errorf(e.Pos, diag.BadVar, "variable %s lists %d twice", v.Name, x)
		}
		seen[x] = ok
	}
}

// types resolves compound types and every type that is named.
func (c *checker) types() {
	taken := map[string]diag.Pos{}
	for _, t := range c.l.Types {
		switch {
		case t.Declared:
		case !token.IsIdentifier(t.Name) || !token.IsExported(t.Name):
			c.list.Errorf(t.Pos, diag.BadName, "type %q is not an exported Go name", short(t.Name)).Hintf("Hit")
			continue
		case TypeKindOf(t.Name) != TypeInvalid:
			c.list.Errorf(t.Pos, diag.BadName, "type %s is built in", t.Name)
			continue
		}
		if first, dup := taken[t.Name]; dup {
			c.list.Errorf(t.Pos, diag.DeclaredTwice, "type %s is declared twice, first in line %d", t.Name, first.Line)
			continue
		}
		taken[t.Name] = t.Pos
		c.typeByName[t.Name] = t
	}
	for _, t := range c.l.Types {
		c.compound(t)
	}
	depth := map[*Compound]int{}
	for _, t := range c.l.Types {
		if nesting(t, depth) > maxCompoundDepth {
			c.list.Errorf(t.Pos, diag.BadCompound, "type %s holds itself, or is nested deeper than %d types", t.Name, maxCompoundDepth)
			for _, m := range t.Members { // later phases walk members
				m.Type.Compound = nil
			}
		}
	}
}

// maxCompoundDepth bounds compounds within compounds; detectors use one or two levels.
const maxCompoundDepth = 8

// nesting returns how many compounds deep t is, more than the limit for one that holds
// itself. A type in depth with 0 is being walked.
func nesting(t *Compound, depth map[*Compound]int) int {
	if n, ok := depth[t]; ok {
		if n == 0 {
			return maxCompoundDepth + 1
		}
		return n
	}
	depth[t] = 0
	n := 1
	for _, m := range t.Members {
		if m.Type.Compound != nil {
			n = max(n, 1+nesting(m.Type.Compound, depth))
		}
	}
	depth[t] = n
	return n
}

func (c *checker) compound(t *Compound) {
	if len(t.Members) == 0 {
		c.list.Errorf(t.Pos, diag.BadCompound, "type %s has no members", t.Name).Hintf("{x: float32, y: float32}")
	}
	names, goNames := map[string]bool{}, map[string]string{}
	for _, m := range t.Members {
		if m.GoName == "" {
			m.GoName = GoName(m.Name)
		}
		switch {
		case m.Name == "" || len(m.Name) > maxNameLen || m.GoName == "":
			c.list.Errorf(m.Pos, diag.BadName, "%q cannot name a member", short(m.Name))
		case names[m.Name]:
			c.list.Errorf(m.Pos, diag.DeclaredTwice, "type %s has two members %s", t.Name, m.Name)
		case goNames[m.GoName] != "":
			c.list.Errorf(m.Pos, diag.GoCollision, "members %s and %s of type %s are both %s in Go", goNames[m.GoName], m.Name, t.Name, m.GoName)
		}
		names[m.Name], goNames[m.GoName] = true, m.Name
		c.typeRef(&m.Type, "member "+m.Name+" of type "+t.Name)
	}
}

// typeRef resolves t; false when it names no type, which has been said then.
func (c *checker) typeRef(t *TypeRef, what string) bool {
	if t.Name == "" {
		return false
	}
	if k := TypeKindOf(t.Name); k != TypeInvalid {
		t.Kind = k
		return true
	}
	if k := c.typeByName[t.Name]; k != nil {
		t.Kind, t.Compound = CompoundType, k
		c.typeUsed[k] = true
		return true
	}
	known := append([]string{}, typeNames[Int8:CompoundType]...)
	for _, k := range c.l.Types {
		known = append(known, k.Name)
	}
	c.list.Errorf(t.Pos, diag.UnknownType, "%s has unknown type %s%s", what, short(t.Name), diag.DidYouMean(t.Name, known...)).
		Hintf("int8 to int64, uint8 to uint64, float32, float64, bool, string, complex64, complex128, or a type declared under types")
	return false
}
