package schema

import (
	"errors"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// decoder turns nodes into a model.Layout, collecting what is wrong on the way.
type decoder struct {
	list   diag.List
	layout *model.Layout
	form   model.Form
}

// decode reads the layout that root, a mapping with the keys of the YAML form, says.
func decode(root *node, form model.Form, file string) (*model.Layout, diag.List) {
	d := &decoder{form: form, layout: &model.Layout{Pos: root.pos, Form: form, Source: file}}
	d.top(root)
	d.layout.Incomplete = d.list.HasErrors() || root.broken
	return d.layout, d.list
}

// keys says what each key of a mapping does with its value. Order is the order of
// documentation, in which messages list them.
type keys []keyAction

type keyAction struct {
	name     string
	required bool
	read     func(key, value *node)
}

// read dispatches the entries of n, which what names in messages.
func (d *decoder) read(n *node, what string, ks keys) {
	if !d.want(n, mappingNode, what) {
		return
	}
	seen := map[string]diag.Pos{}
	for _, e := range n.entries {
		i := slices.IndexFunc(ks, func(k keyAction) bool { return k.name == e.key.text })
		if i < 0 {
			d.unknownKey(e.key, what, ks)
			continue
		}
		if first, dup := seen[e.key.text]; dup {
			d.list.Errorf(e.key.pos, diag.DuplicateKey, "key %s of %s stands twice, first in line %d", e.key.text, what, first.Line)
			continue
		}
		seen[e.key.text] = e.key.pos
		ks[i].read(e.key, e.value)
	}
	for _, k := range ks {
		if _, ok := seen[k.name]; k.required && !ok {
			d.list.Errorf(n.pos, diag.MissingKey, "%s has no %s", what, k.name)
		}
	}
}

func (d *decoder) unknownKey(key *node, what string, ks keys) {
	names := make([]string, len(ks))
	for i, k := range ks {
		names[i] = k.name
	}
	d.list.Errorf(key.pos, diag.UnknownKey, "unknown key %s of %s%s", shorten(key.text), what, diag.DidYouMean(key.text, names...)).
		Hintf("keys of %s: %s", what, strings.Join(names, ", "))
}

// each calls read for every entry of mapping n whose keys are free, refusing repetitions.
func (d *decoder) each(n *node, what string, read func(key, value *node)) {
	if !d.want(n, mappingNode, what) {
		return
	}
	seen := map[string]diag.Pos{}
	for _, e := range n.entries {
		if first, dup := seen[e.key.text]; dup {
			d.list.Errorf(e.key.pos, diag.DuplicateKey, "%s stands twice in %s, first in line %d", e.key.text, what, first.Line)
			continue
		}
		seen[e.key.text] = e.key.pos
		read(e.key, e.value)
	}
}

var kindWords = map[nodeKind]string{scalarNode: "one value", mappingNode: "a mapping", sequenceNode: "a list"}

// want reports whether n is of the kind, or says that it is not.
func (d *decoder) want(n *node, kind nodeKind, what string) bool {
	if n.kind == kind {
		return true
	}
	d.list.Errorf(n.pos, diag.WrongShape, "%s must be %s, not %s", what, kindWords[kind], n.describe())
	last := &d.list[len(d.list)-1]
	if kind == scalarNode && n.kind == mappingNode && d.form == model.FormYAML {
		last.Hintf(`a text that starts with { is written in quotes: "{prefix}.h5"`)
	}
	return false
}

// text returns the text of scalar n, "" and false when it is none.
func (d *decoder) text(n *node, what string) (string, bool) {
	if !d.want(n, scalarNode, what) {
		return "", false
	}
	return n.text, true
}

// word returns scalar n as an identifier with its place.
func (d *decoder) word(n *node, what string) model.Ident {
	if _, ok := d.text(n, what); !ok {
		return model.Ident{}
	}
	if n.text == "" {
		d.list.Errorf(n.pos, diag.BadName, "%s is empty", what)
	}
	return n.ident()
}

func (d *decoder) flag(n *node, what string) bool {
	if n.kind == scalarNode && n.lit == model.LiteralBool {
		return n.text == "true"
	}
	d.list.Errorf(n.pos, diag.WrongShape, "%s is true or false, not %s", what, n.describe())
	return false
}

// refuse reports err, a *model.SyntaxError of scalar n, under code.
func (d *decoder) refuse(n *node, code diag.Code, err error) {
	s, ok := errors.AsType[*model.SyntaxError](err)
	if !ok {
		d.list.Errorf(n.pos, code, "%v", err)
		return
	}
	d.list.Errorf(n.at(s.Offset, s.Width), code, "%s", s.Msg).Hint = s.Hint
}

// expr reads scalar n as an expression; nil when it is none, which has been said then.
func (d *decoder) expr(n *node, what string) *model.Expr {
	if _, ok := d.text(n, what); !ok {
		return nil
	}
	return d.subexpr(n, 0, n.text)
}

// subexpr reads text, which stands offset bytes into scalar n.
func (d *decoder) subexpr(n *node, offset int, text string) *model.Expr {
	e, err := model.ParseExpr(text, n.at(offset, len(text)))
	if err == nil {
		return e
	}
	if s, ok := errors.AsType[*model.SyntaxError](err); ok {
		s.Offset += offset
	}
	d.refuse(n, diag.BadExpr, err)
	return nil
}

// exprs reads a list of expressions; entries that are wrong are left out.
func (d *decoder) exprs(n *node, what string) []*model.Expr {
	if !d.want(n, sequenceNode, what) {
		return nil
	}
	out := make([]*model.Expr, 0, len(n.items))
	for _, i := range n.items {
		if e := d.expr(i, "an entry of "+what); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// template reads scalar n as a name template.
func (d *decoder) template(n *node, what string) *model.Template {
	if _, ok := d.text(n, what); !ok {
		return nil
	}
	if n.text == "" {
		d.list.Errorf(n.pos, diag.BadTemplate, "%s is empty", what)
		return nil
	}
	t, err := model.ParseTemplate(n.text, n.at(0, len(n.text)))
	if err != nil {
		d.refuse(n, diag.BadTemplate, err)
		return nil
	}
	return t
}

func (d *decoder) typeRef(n *node, what string) model.TypeRef {
	id := d.word(n, what)
	return model.TypeRef{Name: id.Name, Pos: id.Pos}
}

// span reads "first..last" or "first.." in text, offset bytes into n. ok is false when there is no "..".
func (d *decoder) span(n *node) (first, last *model.Expr, open, ok bool) {
	a, b, ok := strings.Cut(n.text, "..")
	if !ok {
		return nil, nil, false, false
	}
	first = d.subexpr(n, 0, a)
	if strings.TrimSpace(b) == "" {
		return first, nil, true, true
	}
	return first, d.subexpr(n, len(a)+2, b), false, true
}
