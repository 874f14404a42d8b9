package schema

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// tagKeys are the keys of a field's struct tag, in the order of documentation; those of a
// field of each are fewer.
var (
	tagKeys     = []string{"vds", "from", "mask", "convert", "fill", "axes", "window", "attrs", "scales", "preset"}
	eachTagKeys = []string{"vds", "fill", "attrs"}
)

// fields reads the fields of a layout, or of the struct that stands for `each`, into the
// mapping of datasets or entries.
func (r *structReader) fields(st *ast.StructType, into *node, inEach bool) {
	for _, f := range st.Fields.List {
		if len(f.Names) == 0 {
			r.list.Errorf(r.pos(f.Pos(), 0), diag.FieldType, "an embedded field in layout %s", r.spec.Name.Name).Hintf("every field is a named virtual dataset")
			continue
		}
		if len(f.Names) > 1 {
			r.list.Errorf(r.pos(f.Names[1].Pos(), len(f.Names[1].Name)), diag.FieldType, "two fields in one line share a tag, and so a path").Hintf("one field a line")
			continue
		}
		before := len(r.list)
		e, ok := r.field(f, inEach)
		if len(r.list) > before {
			r.root.broken, e.value = true, broken(e.value)
		}
		if ok {
			into.entries = append(into.entries, e)
		}
	}
}

// broken marks a mapping of which parts could not be read.
func broken(n *node) *node {
	if n != nil {
		n.broken = true
	}
	return n
}

// field reads one field.
func (r *structReader) field(f *ast.Field, inEach bool) (entry, bool) {
	name := f.Names[0]
	pos := r.pos(name.Pos(), len(name.Name))
	tags, ok := r.tag(f, inEach)
	if !ok {
		return entry{}, false
	}
	inner, isEach := f.Type.(*ast.StructType)
	var typ *node
	if !isEach || inEach {
		if typ = r.element(f.Type); typ == nil {
			return entry{}, false
		}
	}
	value := &node{kind: mappingNode, pos: pos}
	add := func(key string, v *node) {
		value.entries = append(value.entries, entry{&node{kind: scalarNode, pos: v.pos, text: key}, v})
	}
	isMask := false
	for _, t := range tags.entries {
		isMask = isMask || t.key.text == "mask"
	}
	switch {
	case isMask && typ != nil && typ.text != "uint32":
		r.list.Errorf(typ.pos, diag.BadMask, "a mask is a dataset of uint32, not %s", typ.text)
	case typ != nil && !isMask:
		add("type", typ)
	}
	if !isEach || inEach {
		add("name", &node{kind: scalarNode, pos: pos, textPos: pos, text: name.Name})
	}
	if doc := strings.TrimSpace(f.Doc.Text()); doc != "" {
		add("doc", &node{kind: scalarNode, pos: pos, text: doc, quoted: true})
	}
	var key *node
	for _, t := range tags.entries {
		if t.key.text == "vds" {
			key = t.value
			continue
		}
		value.entries = append(value.entries, t)
	}
	if key == nil {
		r.list.Errorf(pos, diag.MissingKey, "field %s has no vds tag with the path of its dataset", name.Name).Hintf("`vds:\"/entry/data/data\" …`")
		return entry{}, false
	}
	if isEach && !inEach {
		each := &node{kind: mappingNode, pos: r.pos(inner.Pos(), 0)}
		r.fields(inner, each, true)
		add("each", each)
	}
	return entry{key, value}, true
}

// tag reads the struct tag of f as a mapping of its keys.
func (r *structReader) tag(f *ast.Field, inEach bool) (*node, bool) {
	out := &node{kind: mappingNode}
	if f.Tag == nil {
		return out, true
	}
	raw := f.Tag.Value
	t := text{s: raw, base: r.pos(f.Tag.Pos(), len(raw)), exact: strings.HasPrefix(raw, "`") && !strings.Contains(raw, "\n")}
	s, err := strconv.Unquote(raw)
	if err != nil {
		return out, false
	}
	body := text{s: s, offset: 1, base: t.base, exact: t.exact}
	if !t.exact && strings.HasPrefix(raw, "`") {
		r.list.Errorf(t.base, diag.StructTag, "a struct tag over several lines").Hintf("the reflect package reads tags of one line only")
		return out, false
	}
	keys := tagKeys
	if inEach {
		keys = eachTagKeys
	}
	ok := true
	for rest := body.trim(); rest.s != ""; rest = rest.trim() {
		key, value, n := tagPair(rest)
		if n == 0 {
			r.list.Errorf(rest.pos(), diag.StructTag, "malformed struct tag").Hintf("key:\"value\" pairs between blanks")
			return out, false
		}
		rest = rest.cut(n, len(rest.s))
		if !contains(keys, key.s) {
			r.unknownTag(key, keys)
			ok = false
			continue
		}
		read := tagReader{&r.list, diag.StructTag}
		out.entries = append(out.entries, entry{read.scalar(key), tagNode(read, key.s, value)})
	}
	return out, ok
}

func (r *structReader) unknownTag(key text, keys []string) {
	d := r.list.Errorf(key.pos(), diag.StructTag, "unknown tag %s%s", shorten(key.s), diag.DidYouMean(key.s, keys...))
	switch key.s {
	case "type":
		d.Hintf("the type parameter of the field is the element type")
	case "name":
		d.Hintf("the name of the field is the name of the dataset")
	default:
		d.Hintf("tags: %s", strings.Join(keys, ", "))
	}
}

// tagPair reads key:"value" at the start of t and returns its length, 0 when there is none.
func tagPair(t text) (key, value text, n int) {
	i := strings.IndexByte(t.s, ':')
	if i <= 0 || i+1 >= len(t.s) || t.s[i+1] != '"' || strings.ContainsAny(t.s[:i], " \"") {
		return text{}, text{}, 0
	}
	for j := i + 2; j < len(t.s); j++ {
		switch t.s[j] {
		case '\\':
			j++
		case '"':
			quoted := t.cut(i+1, j+1)
			s, err := strconv.Unquote(quoted.s)
			if err != nil {
				return text{}, text{}, 0
			}
			value = quoted.cut(1, len(quoted.s)-1)
			if s != value.s { // escapes: places inside the value are those of the whole
				value = text{s: s, base: value.pos()}
			}
			return t.cut(0, i), value, j + 1
		}
	}
	return text{}, text{}, 0
}

// tagNode reads the value of one tag key in its own small language.
func tagNode(read tagReader, key string, value text) *node {
	v := value.trim()
	switch key {
	case "axes":
		return read.assignments(v, func(_ string, t text) *node { return read.rule(t) })
	case "attrs":
		return read.assignments(v, func(_ string, t text) *node { return read.attrValue(t) })
	case "preset":
		return read.preset(v)
	case "window", "scales":
		return read.assignments(v, func(_ string, t text) *node { return read.scalar(t) })
	}
	return read.scalar(v)
}

// element returns the element type of a field vds.Dataset[T]; nil when it is none, which
// has been said then.
func (r *structReader) element(x ast.Expr) *node {
	at := func(e ast.Expr) diag.Pos { return r.pos(e.Pos(), int(e.End()-e.Pos())) }
	index, ok := x.(*ast.IndexExpr)
	if ok {
		sel, isSel := index.X.(*ast.SelectorExpr)
		ok = isSel && sel.Sel.Name == "Dataset" && r.imported(sel.X) == runtimePath
	}
	if !ok {
		d := r.list.Errorf(at(x), diag.FieldType, "a field of a layout is a vds.Dataset, not %s", shorten(types.ExprString(x)))
		d.Hintf("vds.Dataset[uint16], with vds %q imported", runtimePath)
		return nil
	}
	switch t := index.Index.(type) {
	case *ast.Ident:
		return &node{kind: scalarNode, pos: at(t), textPos: at(t), text: t.Name, exact: true}
	case *ast.SelectorExpr:
		return &node{kind: scalarNode, pos: at(t), textPos: at(t), text: types.ExprString(t), exact: true}
	}
	r.list.Errorf(at(index.Index), diag.UnknownType, "%s cannot be the element type of a dataset", shorten(types.ExprString(index.Index))).
		Hintf("a number, bool, string, complex64, complex128, or a struct type for a compound")
	return nil
}

// imported returns the import path that x, a package name, stands for in this file.
func (r *structReader) imported(x ast.Expr) string {
	id, ok := x.(*ast.Ident)
	if !ok {
		return ""
	}
	return importPath(r.file, id.Name)
}

// importPath returns the import path of the package that file calls name.
func importPath(file *ast.File, name string) string {
	for _, spec := range file.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			continue
		}
		switch {
		case spec.Name != nil && spec.Name.Name == name:
			return path
		case spec.Name == nil && guessName(path) == name:
			return path
		}
	}
	return ""
}

// guessName returns the name that a package of that path usually has.
func guessName(path string) string {
	parts := strings.Split(path, "/")
	last := parts[len(parts)-1]
	if len(parts) > 1 && len(last) > 1 && last[0] == 'v' && strings.Trim(last[1:], "0123456789") == "" {
		last = parts[len(parts)-2]
	}
	last, _, _ = strings.Cut(last, ".v")
	last = strings.TrimPrefix(last, "go-")
	if !token.IsIdentifier(last) {
		last = strings.NewReplacer("-", "_", ".", "_").Replace(last)
	}
	return last
}

// resolveTypes finds the Go structs that element types name.
func (r *structReader) resolveTypes(l *model.Layout) {
	for _, s := range l.Sources {
		r.resolveType(l, s.Type, 0)
	}
	for _, d := range l.Datasets {
		r.resolveType(l, d.Type, 0)
		if d.Each != nil {
			for _, e := range d.Each.Entries {
				r.resolveType(l, e.Type, 0)
			}
		}
	}
}
