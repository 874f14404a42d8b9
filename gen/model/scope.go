package model

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// scope says which names mean something at one place of a layout.
type scope struct {
	what        string // names the place in messages: "the shape of source stripe"
	vars        []*Var // variables that have a value here
	allVars     bool   // every variable has one
	placeholder string // the placeholder of `each`, usable in templates
	whyNoVar    string // hint when a variable stands where none has a value
}

// scopes resolves every expression and template of the layout.
func (c *checker) scopes() {
	l := c.l
	c.template(l.File, scope{what: "file", whyNoVar: "the file is one for all members"})
	c.storable(l.File, diag.BadTemplate, "the file name of the layout")
	for _, v := range l.Vars {
		s := scope{what: "variable " + v.Name, whyNoVar: "the values of a variable follow from parameters alone"}
		c.expr(v.First, s)
		c.expr(v.Last, s)
		c.exprs(v.List, s)
	}
	for _, s := range l.Sources {
		c.sourceScope(s)
	}
	for _, d := range l.Datasets {
		c.datasetScope(d)
	}
}

func (c *checker) sourceScope(s *SourceSet) {
	field := c.placeholderOf(s.Name)
	in := scope{what: "source " + s.Name, allVars: true, placeholder: field}
	c.template(s.File, in)
	c.template(s.Path, in)
	c.storable(s.File, diag.BadTemplate, "the file name of source "+s.Name)
	c.storable(s.Path, diag.BadPath, "the path of source "+s.Name)
	for _, e := range s.Shape {
		c.expr(e.Expr, in)
	}
	for _, sel := range s.Select {
		c.selector(sel, in)
	}
	c.exprs(s.Chunk, scope{what: "the chunk of source " + s.Name, whyNoVar: "all members have the same chunks"})
}

// placeholderOf returns the placeholder of the `each` datasets made from source name.
func (c *checker) placeholderOf(name string) string {
	for _, d := range c.l.Datasets {
		if d.Each != nil && d.From.Name == name {
			return c.findPlaceholder(d)
		}
	}
	return ""
}

// findPlaceholder returns the name in braces in the path of an `each` dataset.
func (c *checker) findPlaceholder(d *Dataset) string {
	if d.Each == nil || d.Path == nil {
		return ""
	}
	for _, p := range d.Path.Parts {
		if p.Expr == nil {
			continue
		}
		if r, ok := p.Expr.Root.(*Ref); ok && c.paramByName[r.Name] == nil && c.varByName[r.Name] == nil {
			return r.Name
		}
	}
	return ""
}

func (c *checker) datasetScope(d *Dataset) {
	s := scope{what: "the axes of " + d.Path.String(), whyNoVar: "an axis rule covers all members at once"}
	for _, a := range d.Axes {
		c.expr(a.Extent, s)
		for _, r := range a.Rules {
			c.expr(r.Gap, s)
			c.exprs(r.Gaps, s)
			c.exprs(r.At, s)
			c.expr(r.Block, s)
			c.exprs(r.Sizes, s)
		}
	}
	s.what = "the window of " + d.Path.String()
	for _, w := range d.Window {
		c.selector(w.Selector, s)
	}
}

func (c *checker) selector(sel *Selector, s scope) {
	for _, e := range []*Expr{sel.Start, sel.Stop, sel.Step, sel.Index} {
		c.expr(e, s)
	}
}

func (c *checker) exprs(list []*Expr, s scope) {
	for _, e := range list {
		c.expr(e, s)
	}
}

// expr resolves the names of e, an integer expression.
func (c *checker) expr(e *Expr, s scope) {
	if e != nil {
		c.node(e.Root, s)
	}
}

func (c *checker) node(n Node, s scope) {
	switch n := n.(type) {
	case *Ref:
		c.ref(n, s)
	case *Index:
		c.index(n, s)
	case *Unary:
		c.node(n.X, s)
	case *Binary:
		c.node(n.X, s)
		c.node(n.Y, s)
		if n.Op == '/' || n.Op == '%' {
			c.divisor(n.Y)
		}
	case *Call:
		for _, a := range n.Args {
			c.node(a, s)
		}
		if n.Func == "ceildiv" && len(n.Args) == 2 {
			c.divisor(n.Args[1])
		}
	}
}

// ref resolves a name that must be an integer.
func (c *checker) ref(r *Ref, s scope) {
	if !c.lookup(r, s) || r.Kind != RefParam {
		return
	}
	switch r.Param.Kind {
	case ParamString:
		c.list.Errorf(r.Pos, diag.WrongKind, "parameter %s is a string, and %s needs an integer", r.Name, s.what)
	case ParamInts:
		c.list.Errorf(r.Pos, diag.WrongKind, "parameter %s is a list", r.Name).Hintf("%s[%s]", r.Name, or(r.Param.Over.Name, "variable"))
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func (c *checker) index(n *Index, s scope) {
	c.node(n.I, s)
	if !c.lookup(n.X, s) {
		return
	}
	if n.X.Kind != RefParam || n.X.Param.Kind != ParamInts {
		c.list.Errorf(n.X.Pos, diag.WrongKind, "%s cannot be indexed: it is not a parameter of type []int", n.X.Name)
		return
	}
	over := c.varByName[n.X.Param.Over.Name]
	if r, ok := n.I.(*Ref); ok && r.Kind == RefVar && over != nil && r.Var != over {
		c.list.Errorf(r.Pos, diag.WrongKind, "%s holds one integer for each value of %s, not of %s", n.X.Name, over.Name, r.Name).
			Hintf("%s[%s]", n.X.Name, over.Name)
	}
}

// lookup finds what r names; false when it names nothing here, which has been said then.
func (c *checker) lookup(r *Ref, s scope) bool {
	if p := c.paramByName[r.Name]; p != nil {
		r.Kind, r.Param, p.Used = RefParam, p, true
		return true
	}
	if v := c.varByName[r.Name]; v != nil {
		if !s.allVars && !slices.Contains(s.vars, v) {
			c.list.Errorf(r.Pos, diag.WrongPlace, "variable %s has no value in %s", r.Name, s.what).Hint = s.whyNoVar
			return false
		}
		r.Kind, r.Var, v.Used = RefVar, v, true
		return true
	}
	if k, ok := c.constant(r); ok {
		if k != nil {
			r.Kind, r.Const = RefConst, k
		}
		return k != nil
	}
	if s.placeholder != "" && r.Name == s.placeholder {
		c.list.Errorf(r.Pos, diag.WrongKind, "{%s} is a text, and stands alone in braces", r.Name)
		return false
	}
	d := c.list.Errorf(r.Pos, diag.UnknownName, "%s is not declared%s", r.Name, diag.DidYouMean(r.Name, c.exprNames()...))
	if names := c.exprNames(); len(names) > 0 && len(names) <= 12 {
		d.Hintf("declared are %s", strings.Join(names, ", "))
	} else {
		d.Hintf("declare it under params or vars")
	}
	return false
}

// constant finds the Go constant that r names. A nil constant with ok is one that cannot
// stand in an expression, which has been said then.
func (c *checker) constant(r *Ref) (k *Const, ok bool) {
	if k, ok = c.constByName[r.Name]; ok || c.l.LookupConst == nil {
		return k, ok
	}
	k, ok, err := c.l.LookupConst(r.Name)
	if err != nil {
		c.list.Errorf(r.Pos, diag.WrongKind, "%v", err)
		k = nil
	}
	if !ok {
		return nil, false
	}
	c.constByName[r.Name] = k
	if k != nil {
		k.Pos = r.Pos
		c.l.Consts = append(c.l.Consts, k)
	}
	return k, true
}

// template resolves the names of t. An expression that is one name may be a text.
func (c *checker) template(t *Template, s scope) {
	if t == nil {
		return
	}
	for i, p := range t.Parts {
		if p.Expr == nil {
			continue
		}
		r, ok := p.Expr.Root.(*Ref)
		if !ok {
			c.node(p.Expr.Root, s)
			continue
		}
		if s.placeholder != "" && r.Name == s.placeholder && c.paramByName[r.Name] == nil && c.varByName[r.Name] == nil {
			r.Kind = RefField
		} else if !c.lookup(r, s) {
			continue
		}
		text := r.Kind == RefField || r.Kind == RefParam && r.Param.Kind == ParamString
		switch {
		case r.Kind == RefParam && r.Param.Kind == ParamInts:
			c.ref(r, s)
		case text && t.Parts[i].Width > 0:
			c.list.Errorf(r.Pos, diag.BadTemplate, "%s is a text and cannot be padded with zeros", r.Name).Hintf("{%s}", r.Name)
		}
	}
}

// storable refuses characters that neither HDF5 nor a file system can have in a name.
func (c *checker) storable(t *Template, code diag.Code, what string) {
	if t == nil {
		return
	}
	for _, p := range t.Parts {
		if why := nameFault(p.Literal); why != "" {
			c.list.Errorf(t.Pos, code, "%s, %q, %s", what, short(t.Text), why).Hintf("a name is UTF-8 and ends at a zero byte")
			return
		}
	}
}

// nameFault says why no name can have s in it, "" when one can.
func nameFault(s string) string {
	switch {
	case strings.ContainsRune(s, 0):
		return "holds a zero byte"
	case !utf8.ValidString(s):
		return "holds broken UTF-8"
	}
	return ""
}

// describeVars joins names for messages: "a, b and c".
func describeVars(vars []*Var) string {
	names := make([]string, len(vars))
	for i, v := range vars {
		names[i] = v.Name
	}
	return joinAnd(names)
}

func joinAnd(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return fmt.Sprintf("%s and %s", strings.Join(names[:len(names)-1], ", "), names[len(names)-1])
}
