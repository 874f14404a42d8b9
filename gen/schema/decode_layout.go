package schema

import (
	"strconv"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// top reads the keys of a whole layout.
func (d *decoder) top(n *node) {
	l := d.layout
	d.read(n, "the layout", keys{
		{"vdsgen", true, func(_, v *node) { d.version(v) }},
		{"layout", true, func(_, v *node) { l.Name = d.word(v, "layout") }},
		{"package", false, func(_, v *node) { l.Package = d.word(v, "package") }},
		{"doc", false, func(_, v *node) { l.Doc, _ = d.text(v, "doc") }},
		{"file", false, func(_, v *node) { l.File = d.template(v, "file") }},
		{"params", false, func(_, v *node) { d.each(v, "params", d.param) }},
		{"vars", false, func(_, v *node) { d.each(v, "vars", d.variable) }},
		{"types", false, func(_, v *node) { d.each(v, "types", d.compound) }},
		{"sources", false, func(_, v *node) { d.each(v, "sources", d.source) }},
		{"datasets", true, func(_, v *node) { d.each(v, "datasets", d.dataset) }},
		{"tree", false, func(_, v *node) { d.each(v, "tree", d.treeEntry) }},
	})
}

func (d *decoder) version(n *node) {
	if n.kind == scalarNode && n.text == strconv.Itoa(model.Version) {
		return
	}
	d.list.Errorf(n.pos, diag.WrongVersion, "language version %s is not known to this vdsgen", n.describe()).
		Hintf("vdsgen: %d", model.Version)
}

func (d *decoder) param(key, n *node) {
	p := &model.Param{Pos: key.pos, Name: key.text}
	var typ, def *node
	if n.kind == scalarNode {
		typ = n
	} else {
		d.read(n, "parameter "+key.text, keys{
			{"type", true, func(_, v *node) { typ = v }},
			{"default", false, func(_, v *node) { def = v }},
			{"over", false, func(_, v *node) { p.Over = d.word(v, "over") }},
			{"doc", false, func(_, v *node) { p.Doc, _ = d.text(v, "doc") }},
		})
	}
	d.layout.Params = append(d.layout.Params, p)
	if typ == nil {
		return
	}
	text, ok := d.text(typ, "the type of a parameter")
	if !ok {
		return
	}
	for _, k := range []model.ParamKind{model.ParamString, model.ParamInt, model.ParamInts} {
		if k.String() == text {
			p.Kind = k
		}
	}
	if p.Kind == model.ParamInvalid {
		d.list.Errorf(typ.pos, diag.BadParam, "a parameter cannot be of type %s%s", shorten(text), diag.DidYouMean(text, "string", "int", "[]int")).
			Hintf("string, int, or []int with over: variable")
		return
	}
	if def != nil {
		d.paramDefault(p, def)
	}
}

func (d *decoder) paramDefault(p *model.Param, n *node) {
	p.DefaultPos = n.pos
	switch p.Kind {
	case model.ParamString:
		if n.kind != scalarNode {
			d.list.Errorf(n.pos, diag.BadDefault, "the default of string parameter %s is %s", p.Name, n.describe())
			return
		}
		p.DefaultString = n.text
	case model.ParamInt:
		v, ok := d.integer(n, p.Name)
		if !ok {
			return
		}
		p.DefaultInt = v
	case model.ParamInts:
		if !d.want(n, sequenceNode, "the default of []int parameter "+p.Name) {
			return
		}
		for _, item := range n.items {
			v, ok := d.integer(item, p.Name)
			if !ok {
				return
			}
			p.DefaultInts = append(p.DefaultInts, v)
		}
	}
	p.HasDefault = true
}

func (d *decoder) integer(n *node, name string) (int64, bool) {
	if n.kind == scalarNode && !n.quoted {
		if v, err := strconv.ParseInt(n.text, 0, 64); err == nil {
			return v, true
		}
	}
	d.list.Errorf(n.pos, diag.BadDefault, "the default of parameter %s is %s, not an integer of 64 bits", name, n.describe())
	return 0, false
}

func (d *decoder) variable(key, n *node) {
	v := &model.Var{Pos: key.pos, Name: key.text, ValuesPos: n.pos}
	d.layout.Vars = append(d.layout.Vars, v)
	switch n.kind {
	case sequenceNode:
		v.List = d.exprs(n, "variable "+key.text)
		if len(n.items) == 0 {
			d.list.Errorf(n.pos, diag.BadVar, "variable %s has no values", key.text)
		}
		return
	case scalarNode:
		if first, last, open, ok := d.span(n); ok {
			v.First, v.Last, v.Open = first, last, open
			return
		}
	}
	d.list.Errorf(n.pos, diag.BadVar, "the values of variable %s are %s", key.text, n.describe()).
		Hintf("a range with both ends included, 1..6 or 0..files-1, a list [1, 2, 5], or 0.. for as many as exist")
}

func (d *decoder) compound(key, n *node) {
	c := &model.Compound{Pos: key.pos, Name: key.text}
	d.layout.Types = append(d.layout.Types, c)
	d.each(n, "type "+key.text, func(k, v *node) {
		text, ok := d.text(v, "the type of a member")
		if !ok {
			return
		}
		m := &model.Member{Pos: k.pos, Name: k.text}
		c.Members = append(c.Members, m)
		elem, dims, ok := arrayType(text)
		if !ok {
			d.list.Errorf(v.pos, diag.BadCompound, "member %s has type %s", k.text, shorten(text)).
				Hintf("an element type, or an array of one: \"[4]uint8\"")
		}
		m.Dims = dims
		m.Type = model.TypeRef{Name: elem, Pos: v.at(len(text)-len(elem), len(elem))}
	})
}

// maxArray bounds the elements of an array member: HDF5 stores a compound element whole.
const maxArray = 1 << 24

// arrayType splits "[4][2]uint8" into its element type and lengths.
func arrayType(s string) (elem string, dims []int, ok bool) {
	total := 1
	for len(s) > 0 && s[0] == '[' {
		end := 1
		for end < len(s) && s[end] != ']' {
			end++
		}
		if end == len(s) {
			return s, dims, false
		}
		n, err := strconv.Atoi(s[1:end])
		if err != nil || n < 1 || n > maxArray/total || len(dims) == 32 {
			return s[end+1:], dims, false
		}
		total *= n
		dims = append(dims, n)
		s = s[end+1:]
	}
	return s, dims, s != ""
}
