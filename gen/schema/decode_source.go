package schema

import (
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

func (d *decoder) source(key, n *node) {
	s := &model.SourceSet{Pos: key.pos, Name: key.text}
	d.layout.Sources = append(d.layout.Sources, s)
	before := len(d.list)
	d.read(n, "source "+key.text, keys{
		{"file", true, func(_, v *node) { s.File = d.template(v, "file") }},
		{"path", true, func(_, v *node) { s.Path = d.template(v, "path") }},
		{"type", false, func(_, v *node) { s.Type = d.typeRef(v, "type") }},
		{"shape", true, func(_, v *node) { s.Shape = d.shape(v) }},
		{"chunk", false, func(_, v *node) { s.Chunk = d.exprs(v, "chunk") }},
		{"filters", false, func(_, v *node) { s.Filters = d.filters(v) }},
		{"select", false, func(_, v *node) { s.Select = d.selectors(v) }},
		{"optional", false, func(_, v *node) { s.Optional = d.flag(v, "optional") }},
		{"doc", false, func(_, v *node) { s.Doc, _ = d.text(v, "doc") }},
	})
	s.Incomplete = len(d.list) > before || n.broken
}

func (d *decoder) shape(n *node) []*model.Extent {
	if !d.want(n, sequenceNode, "shape") {
		return nil
	}
	out := make([]*model.Extent, 0, len(n.items))
	for _, i := range n.items {
		text, ok := d.text(i, "an entry of shape")
		if !ok {
			continue
		}
		e := &model.Extent{Pos: i.at(0, len(i.text))}
		switch text {
		case "unlimited":
			e.Kind = model.ExtentUnlimited
		case "probe":
			e.Kind = model.ExtentProbe
		default:
			if e.Expr = d.expr(i, "an entry of shape"); e.Expr == nil {
				continue
			}
		}
		out = append(out, e)
	}
	if len(n.items) == 0 {
		d.list.Errorf(n.pos, diag.BadShape, "a source without axes cannot be part of an array").Hintf("shape: [frames, 256, 2048]")
	}
	return out
}

// filterLevels gives the filters of source writers and the levels that they take.
var filterLevels = map[string][2]int{
	"deflate": {0, 9}, "zstd": {1, 22}, "shuffle": {-1, -1}, "fletcher32": {-1, -1}, "lz4": {-1, -1}, "bitshuffle-lz4": {-1, -1},
}

var filterNames = []string{"deflate", "shuffle", "fletcher32", "lz4", "bitshuffle-lz4", "zstd"}

func (d *decoder) filters(n *node) []*model.Filter {
	if !d.want(n, sequenceNode, "filters") {
		return nil
	}
	var out []*model.Filter
	for _, i := range n.items {
		text, ok := d.text(i, "an entry of filters")
		if !ok {
			continue
		}
		if f, ok := d.filter(i, text); ok {
			out = append(out, f)
		}
	}
	return out
}

func (d *decoder) filter(n *node, text string) (*model.Filter, bool) {
	name, arg, hasArg := strings.Cut(text, "(")
	name = strings.TrimSpace(name)
	f := &model.Filter{Pos: n.at(0, len(text)), Name: name, Level: -1}
	levels, known := filterLevels[name]
	switch {
	case !known:
		d.list.Errorf(n.pos, diag.BadFilter, "unknown filter %s%s", shorten(name), diag.DidYouMean(name, filterNames...)).
			Hintf("deflate(level), shuffle, fletcher32, lz4, bitshuffle-lz4, zstd(level)")
		return nil, false
	case !hasArg:
		return f, true
	case levels[0] < 0:
		d.list.Errorf(n.pos, diag.BadFilter, "filter %s takes no level", name)
		return nil, false
	}
	v, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(arg, ")")))
	if err != nil || !strings.HasSuffix(arg, ")") || v < levels[0] || v > levels[1] {
		d.list.Errorf(n.pos, diag.BadFilter, "malformed level of filter %s", shorten(text)).
			Hintf("%s(level) with level %d to %d", name, levels[0], levels[1])
		return nil, false
	}
	f.Level = v
	return f, true
}

func (d *decoder) selectors(n *node) []*model.Selector {
	if !d.want(n, sequenceNode, "select") {
		return nil
	}
	out := make([]*model.Selector, 0, len(n.items))
	for _, i := range n.items {
		if s := d.selector(i, "an entry of select"); s != nil {
			out = append(out, s)
		}
	}
	return out
}

// selector reads ":", "a:b", "a:b:step" or "k"; nil when it is none of these.
func (d *decoder) selector(n *node, what string) *model.Selector {
	if n.kind == mappingNode && d.form == model.FormYAML {
		d.list.Errorf(n.pos, diag.BadSelect, "%s is read as a mapping", what).Hintf(`a range is written in quotes: "0:256"`)
		return nil
	}
	text, ok := d.text(n, what)
	if !ok {
		return nil
	}
	s := &model.Selector{Pos: n.at(0, len(text)), Text: text}
	parts := strings.Split(text, ":")
	if len(parts) == 1 {
		if s.Index = d.subexpr(n, 0, text); s.Index == nil {
			return nil
		}
		return s
	}
	if len(parts) > 3 {
		d.list.Errorf(n.pos, diag.BadSelect, "%s has %d colons", what, len(parts)-1).Hintf("a:b:step")
		return nil
	}
	offset, failed := 0, false
	for i, dest := range []**model.Expr{&s.Start, &s.Stop, &s.Step}[:len(parts)] {
		if strings.TrimSpace(parts[i]) != "" {
			*dest = d.subexpr(n, offset, parts[i])
			failed = failed || *dest == nil
		}
		offset += len(parts[i]) + 1
	}
	if failed {
		return nil
	}
	return s
}
