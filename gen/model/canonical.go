package model

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// fact is one statement of a layout in canonical form, the unit of Hash and Compare.
type fact struct {
	kind  Category
	key   string // what it is about: "dataset /data fill"
	value string
}

// Hash returns the semantic hash of a checked layout: 32 hexadecimal digits that depend
// on what the layout means for the file and for the generated code, and not on its form,
// formatting, comments, documentation, package, or the order of keys where order means
// nothing. Order means something for variables, axes, rules and members of compounds.
func Hash(l *Layout) string {
	h := sha256.New()
	for _, f := range facts(l) {
		fmt.Fprintf(h, "%q %q\n", f.key, f.value)
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// facts lists what l says, sorted by key.
func facts(l *Layout) []fact {
	var out factList
	out.add(API, "layout", l.Name.Name)
	out.add(File, "file", l.File.String())
	for _, p := range l.Params {
		out.param(p)
	}
	for _, v := range l.Vars {
		out.add(Pixels, "variable "+v.Name, v.rangeString())
	}
	for _, k := range l.Consts {
		out.add(Pixels, "constant "+k.Name, fmt.Sprint(k.Value))
	}
	for _, t := range l.Types {
		out.compound(t)
	}
	for _, s := range l.Sources {
		out.source(s)
	}
	for _, v := range l.Virtual {
		out.virtual(v)
	}
	for _, t := range l.Tree {
		out.tree(t)
	}
	slices.SortFunc(out, func(a, b fact) int { return strings.Compare(a.key, b.key) })
	return out
}

type factList []fact

func (l *factList) add(kind Category, key, value string) {
	if value != "" {
		*l = append(*l, fact{kind, key, value})
	}
}

func (l *factList) param(p *Param) {
	s := p.Kind.String()
	if p.Kind == ParamInts {
		s += " over " + p.Over.Name
	}
	l.add(API, "parameter "+p.Name, s)
	if p.HasDefault {
		switch p.Kind {
		case ParamString:
			l.add(API, "parameter "+p.Name+" default", fmt.Sprintf("%q", p.DefaultString))
		case ParamInt:
			l.add(API, "parameter "+p.Name+" default", fmt.Sprint(p.DefaultInt))
		default:
			l.add(API, "parameter "+p.Name+" default", fmt.Sprint(p.DefaultInts))
		}
	}
}

// rangeString writes the values of v: a list of numbers that follow one another is the range of them.
func (v *Var) rangeString() string {
	switch {
	case v.List != nil:
		if first, last, ok := consecutive(v.List); ok {
			return fmt.Sprintf("%d..%d", first, last)
		}
		return exprList(v.List)
	case v.Open:
		return canonical(v.First) + ".."
	}
	return canonical(v.First) + ".." + canonical(v.Last)
}

// consecutive returns the ends of a list of numbers each of which is one more than that before it.
func consecutive(list []*Expr) (first, last int64, ok bool) {
	for i, e := range list {
		x, known := e.number()
		if !known || i > 0 && (x <= last || x-last != 1) {
			return 0, 0, false
		}
		if last = x; i == 0 {
			first = x
		}
	}
	return first, last, len(list) > 0
}

// canonical writes e in the one form that all expressions of the same numbers have: its value. Others are written as
// they are, those with a Go constant by its name, for that it has another value later is a change of its own.
func canonical(e *Expr) string {
	if x, ok := e.number(); ok {
		return strconv.FormatInt(x, 10)
	}
	return e.String()
}

// number returns the value of an expression without any name.
func (e *Expr) number() (int64, bool) {
	named := false
	e.Refs(func(*Ref) { named = true })
	if named {
		return 0, false
	}
	return e.Constant()
}

func exprList(list []*Expr) string {
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = canonical(e)
	}
	return "[" + strings.Join(parts, ", ") + "]"
}

func (l *factList) compound(t *Compound) {
	parts := make([]string, len(t.Members))
	for i, m := range t.Members {
		parts[i] = fmt.Sprintf("%s %s %s", m.Name, m.GoName, m)
	}
	l.add(API, "type "+t.Name, strings.Join(parts, "; "))
}

func (l *factList) source(s *SourceSet) {
	key := "source " + s.Name
	l.add(File, key+" file", s.File.String())
	l.add(File, key+" path", s.Path.String())
	if !s.Type.IsZero() {
		l.add(API, key+" type", s.Type.Name)
	}
	parts := make([]string, len(s.Shape))
	for i, e := range s.Shape {
		if parts[i] = e.String(); e.Kind == ExtentExpr {
			parts[i] = canonical(e.Expr)
		}
	}
	l.add(Pixels, key+" shape", "["+strings.Join(parts, ", ")+"]")
	if s.Chunk != nil {
		l.add(File, key+" chunk", exprList(s.Chunk))
	}
	parts = nil
	for _, f := range s.Filters {
		parts = append(parts, f.String())
	}
	l.add(File, key+" filters", strings.Join(parts, ", "))
	parts = nil
	for _, sel := range s.Select {
		parts = append(parts, sel.String())
	}
	l.add(Pixels, key+" select", strings.Join(parts, ", "))
	if s.Optional {
		l.add(File, key+" optional", "true")
	}
	l.add(Pixels, key+" members", describeVars(s.Vars))
}

// String returns the selector in canonical form, a valid one again.
func (s *Selector) String() string {
	if s.Index != nil {
		return canonical(s.Index)
	}
	out := canonical(s.Start) + ":" + canonical(s.Stop)
	if s.Step != nil {
		out += ":" + canonical(s.Step)
	}
	return out
}

func (l *factList) virtual(v *Virtual) {
	key := "dataset " + v.Path
	l.add(API, key+" name", v.Name)
	l.add(API, key+" type", v.Type.Name)
	if v.Source != nil {
		l.add(Pixels, key+" from", v.Source.Name)
		l.add(API, key+" source type", v.SourceType.Name)
	}
	if v.Field != nil {
		l.add(File, key+" field", v.Field.Key)
	}
	if v.MaskOf != nil {
		l.add(Pixels, key+" mask", v.MaskOf.Path)
	}
	if v.Fill != nil {
		if value, err := v.Fill.Value(v.Type); err == nil && value != nil {
			l.add(Fills, key+" fill", fmt.Sprint(value))
		}
	}
	var names []string
	for _, d := range v.Dims {
		names = append(names, d.Name)
	}
	l.add(API, key+" axes", strings.Join(names, ", "))
	if v.MaskOf == nil {
		for i, a := range v.Decl.Axes {
			l.add(Pixels, fmt.Sprintf("%s rule of axis %d", key, i), a.ruleString())
		}
	}
	for i, w := range v.Window {
		if w != nil {
			l.add(Pixels, fmt.Sprintf("%s window of axis %d", key, i), w.String())
		}
	}
	l.attrs(key, v.Attrs)
	for _, s := range v.Decl.Scales {
		l.add(File, key+" scale of axis "+s.Axis.Name, s.Path.Name)
	}
}

// ruleString writes the rules of an axis as the Go form does.
func (a *Axis) ruleString() string {
	parts := make([]string, len(a.Rules))
	for i, r := range a.Rules {
		parts[i] = r.String()
	}
	out := strings.Join(parts, ", ")
	if len(parts) > 1 {
		out = "[" + out + "]"
	}
	if a.Extent != nil {
		out += " extent " + canonical(a.Extent)
	}
	return out
}

// String returns the rule as the Go form writes it.
func (r *Rule) String() string {
	args := []string{}
	switch r.Kind {
	case RuleSame:
		return "same"
	case RuleSplit:
		for _, e := range r.Sizes {
			args = append(args, canonical(e))
		}
		if r.Snake {
			args = append(args, "snake")
		}
	case RuleMerge:
		args = append(args, fmt.Sprint(r.Merge))
	default:
		args = append(args, r.Var.Name)
	}
	if r.Gap != nil {
		args = append(args, "gap="+canonical(r.Gap))
	}
	if r.Gaps != nil {
		args = append(args, "gaps="+exprList(r.Gaps))
	}
	if r.At != nil {
		args = append(args, "at="+exprList(r.At))
	}
	if r.Block != nil {
		args = append(args, "block="+canonical(r.Block))
	}
	return r.Kind.String() + "(" + strings.Join(args, ", ") + ")"
}

func (l *factList) attrs(key string, attrs []*Attr) {
	for _, a := range attrs {
		l.add(File, key+" attribute "+a.Name, a.Value.String())
	}
}

// String returns the value with its type.
func (v *Value) String() string {
	parts := make([]string, len(v.Items))
	for i, lit := range v.Items {
		switch {
		case lit.Expr != nil:
			parts[i] = lit.Expr.String()
		default:
			value, err := literalValue(lit, v.Type.Kind)
			if err != nil {
				value = lit.Text
			}
			parts[i] = fmt.Sprintf("%#v", value)
		}
	}
	out := strings.Join(parts, ", ")
	if v.List {
		out = "[" + out + "]"
	}
	return v.Type.Name + " " + out
}

func (l *factList) tree(t *TreeEntry) {
	key := "tree " + t.Path.String()
	if t.Dataset != nil {
		l.attrs("dataset "+t.Dataset.Path, t.Attrs)
		return
	}
	switch t.Kind {
	case TreeAttrs:
		l.add(File, key, "group")
	case TreeValue:
		l.add(File, key+" value", t.Value.String())
	case TreeValues:
		if t.Value != nil {
			l.add(File, key+" values", t.Value.String())
		} else {
			l.add(File, key+" values", fmt.Sprintf("%s %s..%s", t.Type.Name, t.First, t.Last))
		}
	case TreeSoft:
		l.add(File, key+" soft", t.Soft.String())
	case TreeExternal:
		l.add(File, key+" external", t.File.String()+" "+t.FilePath.String())
	}
	l.attrs(key, t.Attrs)
}
