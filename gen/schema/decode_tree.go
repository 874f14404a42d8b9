package schema

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

func (d *decoder) treeEntry(key, n *node) {
	t := &model.TreeEntry{Pos: key.pos, Path: d.template(key, "a path of the tree")}
	d.layout.Tree = append(d.layout.Tree, t)
	if n.kind == nullNode {
		return
	}
	what := "entry " + key.text
	kinds := []string{}
	kind := func(k *node, kind model.TreeKind) {
		t.Kind = kind
		kinds = append(kinds, k.text)
	}
	d.read(n, what, keys{
		{"attrs", false, func(_, v *node) { t.Attrs = d.attrs(v) }},
		{"value", false, func(k, v *node) { kind(k, model.TreeValue); t.Value = d.value(v, "value") }},
		{"values", false, func(k, v *node) { kind(k, model.TreeValues); d.values(t, v) }},
		{"type", false, func(_, v *node) { t.Type = d.typeRef(v, "type") }},
		{"soft", false, func(k, v *node) { kind(k, model.TreeSoft); t.Soft = d.template(v, "soft") }},
		{"external", false, func(k, v *node) { kind(k, model.TreeExternal); d.external(t, v) }},
		{"doc", false, func(_, v *node) { t.Doc, _ = d.text(v, "doc") }},
	})
	switch {
	case len(kinds) > 1:
		d.list.Errorf(key.pos, diag.BadTreeEntry, "%s is %s at once", what, strings.Join(kinds, " and ")).
			Hintf("an entry is a group, one value, values, a soft link or an external link")
	case len(t.Attrs) > 0 && (t.Kind == model.TreeSoft || t.Kind == model.TreeExternal):
		d.list.Errorf(key.pos, diag.BadTreeEntry, "%s is a link, and a link has no attributes", what).Hintf("give them to the object that it leads to")
	case !t.Type.IsZero() && t.Kind != model.TreeValue && t.Kind != model.TreeValues:
		d.list.Errorf(t.Type.Pos, diag.BadTreeEntry, "%s has a type and no value", what)
	}
}

func (d *decoder) values(t *model.TreeEntry, n *node) {
	switch n.kind {
	case sequenceNode:
		t.Value = d.value(n, "values")
		return
	case scalarNode:
		first, last, open, ok := d.span(n)
		if open {
			d.list.Errorf(n.pos, diag.BadValue, "values need a last one").Hintf("1..frames")
			return
		}
		if ok {
			t.First, t.Last = first, last
			return
		}
	}
	d.list.Errorf(n.pos, diag.BadValue, "values is %s", n.describe()).Hintf("a list [1, 2.5], or a range with both ends included: 1..frames")
}

func (d *decoder) external(t *model.TreeEntry, n *node) {
	d.read(n, "external", keys{
		{"file", true, func(_, v *node) { t.File = d.template(v, "file") }},
		{"path", true, func(_, v *node) { t.FilePath = d.template(v, "path") }},
	})
}

func (d *decoder) attrs(n *node) []*model.Attr {
	var out []*model.Attr
	d.each(n, "attrs", func(k, v *node) {
		if value := d.value(v, "attribute "+k.text); value != nil {
			out = append(out, &model.Attr{Pos: k.pos, Name: k.text, Value: value})
		}
	})
	return out
}

// value reads a literal, a list of literals, or {type: T, value: V}.
func (d *decoder) value(n *node, what string) *model.Value {
	switch n.kind {
	case scalarNode:
		return &model.Value{Pos: n.pos, Items: []model.Literal{literal(n)}}
	case sequenceNode:
		v := &model.Value{Pos: n.pos, List: true}
		for _, i := range n.items {
			if !d.want(i, scalarNode, "an entry of "+what) {
				return nil
			}
			v.Items = append(v.Items, literal(i))
		}
		return v
	case mappingNode:
		return d.typedValue(n, what)
	}
	d.list.Errorf(n.pos, diag.BadValue, "%s has no value", what).Hintf("a text, a number, true or false, a list of one kind, or {type: float32, value: 1.5}")
	return nil
}

func (d *decoder) typedValue(n *node, what string) *model.Value {
	var v *model.Value
	var typ model.TypeRef
	d.read(n, what, keys{
		{"type", true, func(_, t *node) { typ = d.typeRef(t, "type") }},
		{"value", true, func(_, inner *node) {
			if inner.kind == mappingNode {
				d.list.Errorf(inner.pos, diag.BadValue, "the value of %s is a mapping", what)
				return
			}
			v = d.value(inner, what)
		}},
	})
	if v != nil {
		v.Type = typ
	}
	return v
}

func literal(n *node) model.Literal {
	return model.Literal{Pos: n.pos, Kind: n.lit, Text: n.text}
}

// reservedTreeKeys are the keys of a tree entry that are no attributes, for the Go form.
var reservedTreeKeys = []string{"value", "values", "type", "soft", "external", "path", "doc"}

func isTreeKey(name string) bool { return slices.Contains(reservedTreeKeys, name) }
