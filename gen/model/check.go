package model

import (
	"fmt"
	"go/token"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Limits on what one layout may hold. They keep the work of checking and the size of
// generated code bounded; the largest real layouts stay two orders below.
const (
	maxNames    = 4096 // params, vars, sources, datasets or tree entries
	maxListLen  = 1 << 16
	maxNameLen  = 255
	maxPathLen  = 4096
	maxAxisRank = 32 // dataspace.MaxRank
)

// Check resolves and verifies l and returns everything that is wrong with it, in the
// order of the source. It fills in the fields that say "set by Check"; a layout whose
// list has no errors can be generated and lowered. Check a layout once.
func Check(l *Layout) diag.List {
	c := &checker{l: l}
	if c.tooLarge() {
		return c.list
	}
	c.names()
	c.types()
	c.scopes()
	c.params()
	c.vars()
	c.sources()
	c.virtuals()
	c.along()
	c.presets()
	c.masks()
	c.scales()
	c.tree()
	c.paths()
	c.goNames()
	c.unused()
	if !c.list.HasErrors() && !l.Incomplete {
		c.samples()
	}
	c.list.Sort()
	return c.list
}

// checker carries the findings and the tables of names through the phases of Check.
type checker struct {
	l    *Layout
	list diag.List

	paramByName  map[string]*Param
	varByName    map[string]*Var
	constByName  map[string]*Const
	sourceByName map[string]*SourceSet
	typeByName   map[string]*Compound
	sourceUsed   map[*SourceSet]bool
	typeUsed     map[*Compound]bool
	collided     map[goPair]bool
}

func (c *checker) tooLarge() bool {
	l := c.l
	for what, n := range map[string]int{"params": len(l.Params), "vars": len(l.Vars), "types": len(l.Types),
		"sources": len(l.Sources), "datasets": len(l.Datasets), "tree": len(l.Tree)} {
		if n > maxNames {
			c.list.Errorf(l.Pos, diag.TooLarge, "%d entries under %s; the limit is %d", n, what, maxNames)
		}
	}
	return c.list.HasErrors()
}

// reserved are names that expressions and shapes give a meaning of their own.
var reserved = map[string]string{
	"min": "a function of expressions", "max": "a function of expressions", "ceildiv": "a function of expressions",
	"unlimited": "a word of shapes", "probe": "a word of shapes",
}

// names checks the declared names and fills the tables.
func (c *checker) names() {
	l := c.l
	c.paramByName, c.varByName = map[string]*Param{}, map[string]*Var{}
	c.constByName, c.sourceByName = map[string]*Const{}, map[string]*SourceSet{}
	c.typeByName, c.sourceUsed, c.typeUsed = map[string]*Compound{}, map[*SourceSet]bool{}, map[*Compound]bool{}
	switch name := l.Name.Name; {
	case name == "":
		// The front end has said that it is missing.
	case !token.IsIdentifier(name) || !token.IsExported(name):
		c.list.Errorf(l.Name.Pos, diag.BadName, "%q is not an exported Go name", name).Hintf("a capital letter, then letters and digits: Excalibur3M")
	}
	if p := l.Package; p.Name != "" && (!token.IsIdentifier(p.Name) || p.Name == "_") {
		c.list.Errorf(p.Pos, diag.BadName, "%q is not a Go package name", p.Name)
	}
	taken := map[string]diag.Pos{}
	for _, p := range l.Params {
		if c.declare(taken, p.Name, "parameter", p.Pos) {
			c.paramByName[p.Name] = p
		}
	}
	for _, v := range l.Vars {
		if c.declare(taken, v.Name, "variable", v.Pos) {
			c.varByName[v.Name] = v
		}
	}
	sources := map[string]diag.Pos{}
	for _, s := range l.Sources {
		if c.declare(sources, s.Name, "source", s.Pos) {
			c.sourceByName[s.Name] = s
		}
	}
}

// declare checks a name and that it is the first of its kind.
func (c *checker) declare(taken map[string]diag.Pos, name, what string, pos diag.Pos) bool {
	if !c.identifier(name, what, pos) {
		return false
	}
	if first, dup := taken[name]; dup {
		c.list.Errorf(pos, diag.DeclaredTwice, "%s %s is declared twice, first in line %d", what, name, first.Line).
			Hintf("parameters and variables share one set of names")
		return false
	}
	taken[name] = pos
	return true
}

// identifier checks a name that expressions or generated code use.
func (c *checker) identifier(name, what string, pos diag.Pos) bool {
	switch {
	case len(name) > maxNameLen:
		c.list.Errorf(pos, diag.BadName, "name of %d bytes; the limit is %d", len(name), maxNameLen)
	case token.IsKeyword(name):
		c.list.Errorf(pos, diag.BadName, "%s is a word of Go and cannot name %s", name, withArticle(what)).Hintf("%s_ or a longer word", name)
	case !token.IsIdentifier(name) || strings.Trim(name, "_") == "":
		c.list.Errorf(pos, diag.BadName, "%q cannot name %s", short(name), withArticle(what)).Hintf("letters, digits and underscores, a letter first")
	case reserved[name] != "":
		c.list.Errorf(pos, diag.BadName, "%s cannot name %s: it is %s", name, withArticle(what), reserved[name])
	case GoName(name) == "":
		c.list.Errorf(pos, diag.BadName, "%q gives no Go name", name)
	default:
		return true
	}
	return false
}

// short cuts text that stands in a message.
func short(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:57]) + "…"
	}
	return s
}

// unused refuses what is declared and means nothing.
func (c *checker) unused() {
	if c.list.HasErrors() || c.l.Incomplete {
		return // a use may hide behind an error that is already reported
	}
	for _, p := range c.l.Params {
		if !p.Used {
			c.list.Errorf(p.Pos, diag.Unused, "parameter %s is not used", p.Name).Hintf("remove it, or use it in an expression or a name")
		}
	}
	for _, v := range c.l.Vars {
		if !v.Used {
			c.list.Errorf(v.Pos, diag.Unused, "variable %s is not used", v.Name).Hintf("remove it, or use it in a source or a path of the tree")
		}
	}
	for _, s := range c.l.Sources {
		if !c.sourceUsed[s] {
			c.list.Errorf(s.Pos, diag.Unused, "source %s is not used", s.Name).Hintf("remove it, or name it in from: of a dataset")
		}
	}
	for _, t := range c.l.Types {
		if !c.typeUsed[t] && !t.Declared {
			c.list.Errorf(t.Pos, diag.Unused, "type %s is not used", t.Name)
		}
	}
}

// names of params, vars and constants for did-you-mean.
func (c *checker) exprNames() []string {
	var out []string
	for _, p := range c.l.Params {
		out = append(out, p.Name)
	}
	for _, v := range c.l.Vars {
		out = append(out, v.Name)
	}
	return out
}

// plural returns "1 axis", "2 axes".
func plural(n int, one string) string {
	if n == 1 {
		return "1 " + one
	}
	for singular, many := range map[string]string{"is": "es", "y": "ies"} {
		if stem, ok := strings.CutSuffix(one, singular); ok {
			return fmt.Sprintf("%d %s%s", n, stem, many)
		}
	}
	return fmt.Sprintf("%d %ss", n, one)
}

// withArticle is "a parameter", "an axis".
func withArticle(what string) string {
	if strings.ContainsRune("aeiou", rune(what[0])) {
		return "an " + what
	}
	return "a " + what
}
