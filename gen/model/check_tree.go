package model

import (
	"strings"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// attrs checks attributes and settles their types.
func (c *checker) attrs(list []*Attr, what string) {
	seen := map[string]bool{}
	for _, a := range list {
		switch {
		case a.Name == "" || len(a.Name) > maxPathLen || strings.ContainsRune(a.Name, 0) || !utf8.ValidString(a.Name):
			c.list.Errorf(a.Pos, diag.BadName, "%q cannot name an attribute", short(a.Name))
		case seen[a.Name]:
			c.list.Errorf(a.Pos, diag.DuplicateKey, "attribute %s of %s stands twice", a.Name, what)
		}
		seen[a.Name] = true
		if a.Value.Type.Kind == TypeInvalid { // attributes of `each` are shared between its entries
			c.value(a.Value, scope{what: "attribute " + a.Name + " of " + what, whyNoVar: "an attribute is written once"})
		}
	}
}

// value settles the type of v and checks that it holds what is written.
func (c *checker) value(v *Value, s scope) {
	if len(v.Items) > maxListLen {
		c.list.Errorf(v.Pos, diag.TooLarge, "%s has %d values; the limit is %d", s.what, len(v.Items), maxListLen)
		return
	}
	if v.Type.IsZero() {
		k, err := v.defaultKind()
		if err != nil {
			c.list.Errorf(v.Pos, diag.BadValue, "%s is %v", s.what, err)
			return
		}
		v.Type.Name, v.Type.Kind = k.String(), k
	} else if !c.typeRef(&v.Type, s.what) {
		return
	}
	if v.Type.Kind == CompoundType {
		c.list.Errorf(v.Type.Pos, diag.BadValue, "%s cannot be of compound type %s", s.what, v.Type).Hintf("a number, a text, true or false, or a list")
		return
	}
	for i := range v.Items {
		lit := &v.Items[i]
		if lit.Kind == LiteralString && v.Type.Kind.Integer() {
			c.literalExpr(lit, s)
			continue
		}
		if _, err := literalValue(*lit, v.Type.Kind); err != nil {
			c.list.Errorf(lit.Pos, diag.BadValue, "%s: %v", s.what, err).Hintf("%s", valueHint(v.Type.Kind))
		}
	}
}

func valueHint(k TypeKind) string {
	if k.Integer() {
		return fillHintRange(k)
	}
	if k == String {
		return "a text"
	}
	return fillHint(k)
}

func fillHintRange(k TypeKind) string {
	return strings.TrimSuffix(fillHint(k), ", or max or min") + ", or an expression over parameters"
}

// literalExpr reads the text of an integer value as an expression.
func (c *checker) literalExpr(lit *Literal, s scope) {
	e, err := ParseExpr(lit.Text, lit.Pos)
	if err != nil {
		c.list.Errorf(lit.Pos, diag.BadValue, "%s: %v", s.what, err).Hintf("%s", exprHint)
		return
	}
	lit.Expr = e
	c.expr(e, s)
}

// tree checks the entries of `tree`.
func (c *checker) tree() {
	for _, t := range c.l.Tree {
		if t.Path == nil {
			continue
		}
		c.treePath(t)
		in := scope{what: "entry " + t.Path.String(), vars: t.Vars, whyNoVar: "only variables of the entry's own path have a value in it"}
		c.template(t.Soft, in)
		c.template(t.File, in)
		c.template(t.FilePath, in)
		if _, plain := t.Path.Plain(); !plain {
			c.storable(t.Path, diag.BadPath, "the path of an entry")
		}
		c.storable(t.File, diag.BadTemplate, "the file name of an external link")
		if _, plain := t.Soft.Plain(); !plain {
			c.storable(t.Soft, diag.BadPath, "the target of a link")
		}
		if _, plain := t.FilePath.Plain(); !plain {
			c.storable(t.FilePath, diag.BadPath, "the target of a link")
		}
		c.expr(t.First, in)
		c.expr(t.Last, in)
		c.treeTargets(t)
		c.attrs(t.Attrs, "entry "+t.Path.String())
		if t.Kind == TreeValue || t.Kind == TreeValues {
			c.treeValue(t, in)
		}
	}
}

// treePath finds the variables that number the copies of t.
func (c *checker) treePath(t *TreeEntry) {
	c.template(t.Path, scope{what: "path " + t.Path.String(), allVars: true})
	for _, v := range c.l.Vars {
		if !t.Path.UsesVar(v) {
			continue
		}
		if v.Open {
			c.list.Errorf(t.Pos, diag.OpenRange, "%s stands for one entry for each value of the open variable %s", t.Path, v.Name)
			continue
		}
		t.Vars = append(t.Vars, v)
	}
}

// treeTargets checks link targets that are plain texts.
func (c *checker) treeTargets(t *TreeEntry) {
	if s, ok := t.Soft.Plain(); ok && t.Kind == TreeSoft && t.Soft != nil {
		if why := pathFault(strings.TrimPrefix(s, "/")); why != "" && s != "/" {
			c.list.Errorf(t.Soft.Pos, diag.BadPath, "target %q of the soft link %s: %s", short(s), t.Path, why)
		}
	}
	if s, ok := t.FilePath.Plain(); ok && t.FilePath != nil && strings.ContainsRune(s, 0) {
		c.list.Errorf(t.FilePath.Pos, diag.BadPath, "target %q of the external link %s holds a zero byte", short(s), t.Path)
	}
}

func (c *checker) treeValue(t *TreeEntry, in scope) {
	if t.Value == nil { // a range
		if t.First == nil || t.Last == nil {
			return
		}
		if t.Type.IsZero() {
			t.Type.Name, t.Type.Kind = Int64.String(), Int64
		} else if !c.typeRef(&t.Type, in.what) {
			return
		}
		if !t.Type.Kind.Integer() && !t.Type.Kind.Float() {
			c.list.Errorf(t.Type.Pos, diag.BadValue, "%s is a range of %s", in.what, t.Type).Hintf("an integer or floating-point type")
		}
		return
	}
	if t.Value.Type.IsZero() {
		t.Value.Type = t.Type
	}
	if t.Kind == TreeValue && t.Value.List {
		c.list.Errorf(t.Value.Pos, diag.BadValue, "%s has a list as its value", in.what).Hintf("values: [1, 2, 3]")
	}
	c.value(t.Value, in)
	t.Type = t.Value.Type
}

// paths checks every path of the file and that no two objects want one place.
func (c *checker) paths() {
	type object struct {
		pos  diag.Pos
		what string
		leaf bool
	}
	taken := map[string]object{}
	claim := func(path string, pos diag.Pos, what string, leaf bool) {
		if !c.path(path, pos) {
			return
		}
		if o, dup := taken[path]; dup {
			c.list.Errorf(pos, diag.PathTaken, "%s is %s already, in line %d", path, o.what, o.pos.Line)
			return
		}
		taken[path] = object{pos, what, leaf}
	}
	for _, v := range c.l.Virtual {
		claim(v.Path, v.Pos, "a virtual dataset", true)
	}
	for _, t := range c.l.Tree {
		path, ok := t.Path.Plain()
		if t.Path == nil || !ok {
			continue
		}
		if t.Kind == TreeAttrs {
			if c.attach(t, path) || path == "/" {
				continue
			}
		}
		claim(path, t.Pos, map[TreeKind]string{TreeAttrs: "a group", TreeValue: "a dataset", TreeValues: "a dataset",
			TreeSoft: "a soft link", TreeExternal: "an external link"}[t.Kind], t.Kind != TreeAttrs)
	}
	for path, o := range taken {
		for i := 1; i < len(path); i++ {
			if path[i] != '/' {
				continue
			}
			if up, ok := taken[path[:i]]; ok && up.leaf {
				c.list.Errorf(o.pos, diag.PathTaken, "%s lies below %s, which is %s in line %d", path, path[:i], up.what, up.pos.Line).
					Hintf("only a group holds other objects")
			}
		}
	}
}

// attach gives the attributes of a tree entry to the virtual dataset at path.
func (c *checker) attach(t *TreeEntry, path string) bool {
	for _, v := range c.l.Virtual {
		if v.Path != path {
			continue
		}
		t.Dataset = v
		for _, a := range t.Attrs {
			for _, b := range v.Attrs {
				if a.Name == b.Name {
					c.list.Errorf(a.Pos, diag.DuplicateKey, "attribute %s of dataset %s stands twice, first in line %d", a.Name, path, b.Pos.Line)
				}
			}
		}
		return true
	}
	return false
}

// path checks an absolute HDF5 path.
func (c *checker) path(path string, pos diag.Pos) bool {
	rest, absolute := strings.CutPrefix(path, "/")
	why := pathFault(rest)
	if !absolute {
		why = "it does not start with /"
	}
	if why == "" {
		return true
	}
	c.list.Errorf(pos, diag.BadPath, "%q is not a path that can be stored: %s", short(path), why).Hintf("/entry/data/data")
	return false
}

// pathFault says what is wrong with a path without its first /, "" when nothing is.
func pathFault(rest string) string {
	if len(rest) > maxPathLen {
		return "it is too long"
	}
	if !utf8.ValidString(rest) || strings.ContainsRune(rest, 0) {
		return "it holds a zero byte or broken UTF-8"
	}
	for part := range strings.SplitSeq(rest, "/") {
		switch part {
		case "":
			return "a name in it is empty"
		case ".", "..":
			return part + " has no meaning in HDF5"
		}
	}
	return ""
}

// scales checks the dimension scales of every dataset.
func (c *checker) scales() {
	for _, d := range c.l.Datasets {
		for _, s := range d.Scales {
			c.scale(d, s)
		}
	}
}

func (c *checker) scale(d *Dataset, s *Scale) {
	known := false
	for _, v := range c.l.Virtual {
		if v.Decl != d {
			continue
		}
		for _, dim := range v.Dims {
			known = known || dim.Name == s.Axis.Name
		}
		if !known && len(v.Dims) > 0 {
			c.list.Errorf(s.Pos, diag.BadScale, "%s has no axis %s%s", d.Path, short(s.Axis.Name), diag.DidYouMean(s.Axis.Name, dimNames(v)...)).
				Hintf("axes: %s", joinAnd(dimNames(v)))
			return
		}
	}
	var values []string
	for _, t := range c.l.Tree {
		path, ok := t.Path.Plain()
		if !ok || t.Path == nil || t.Kind != TreeValues {
			continue
		}
		if path == s.Path.Name {
			return
		}
		values = append(values, path)
	}
	for _, v := range c.l.Virtual {
		if v.Path == s.Path.Name && len(v.Dims) == 1 && v.Decl != d {
			return
		}
		if v.Path == s.Path.Name && len(v.Dims) == 0 {
			return // it has errors of its own
		}
	}
	c.list.Errorf(s.Path.Pos, diag.BadScale, "the scale %s of axis %s is not a dataset of this file with one axis%s", short(s.Path.Name), s.Axis.Name,
		diag.DidYouMean(s.Path.Name, values...)).Hintf("declare it under tree with values, or as a virtual dataset of one axis")
}

// masks checks the `mask` datasets against what they cover.
func (c *checker) masks() {
	for _, v := range c.l.Virtual {
		if v.Decl.Mask.Name == "" {
			continue
		}
		v.Type, v.SourceType = TypeRef{Name: Uint32.String(), Kind: Uint32}, TypeRef{}
		var names []string
		for _, w := range c.l.Virtual {
			if w.Decl.Mask.Name != "" {
				continue
			}
			names = append(names, w.Name)
			if w.Name == v.Decl.Mask.Name {
				v.MaskOf = w
			}
		}
		switch w := v.MaskOf; {
		case w == nil:
			c.list.Errorf(v.Decl.Mask.Pos, diag.BadMask, "mask %s covers %s, which is no virtual dataset%s", v.Path, v.Decl.Mask.Name, diag.DidYouMean(v.Decl.Mask.Name, names...)).
				Hintf("the Go name of a virtual dataset: %s", joinAnd(names))
		case len(w.Dims) == 0:
			// It has errors of its own.
		case len(w.Dims) < 2:
			c.list.Errorf(v.Decl.Mask.Pos, diag.BadMask, "mask %s covers %s, which has one axis", v.Path, w.Name).Hintf("a mask shows the last two axes")
		case w.Dims[len(w.Dims)-1].Unlimited || w.Dims[len(w.Dims)-2].Unlimited:
			c.list.Errorf(v.Decl.Mask.Pos, diag.BadMask, "mask %s covers a growing axis of %s", v.Path, w.Name)
		default:
			v.Dims = w.Dims[len(w.Dims)-2:]
		}
	}
}
