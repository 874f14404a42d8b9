package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

func (d *decoder) dataset(key, n *node) {
	before := len(d.list)
	ds := &model.Dataset{Pos: key.pos, Path: d.template(key, "the path of a dataset")}
	defer func() { ds.Incomplete = len(d.list) > before || n.broken }()
	d.layout.Datasets = append(d.layout.Datasets, ds)
	what := "dataset " + key.text
	d.read(n, what, keys{
		{"name", false, func(_, v *node) { ds.Name = d.word(v, "name") }},
		{"from", false, func(_, v *node) { ds.From = d.word(v, "from") }},
		{"mask", false, func(_, v *node) { ds.Mask = d.word(v, "mask") }},
		{"type", false, func(_, v *node) { ds.Type = d.typeRef(v, "type") }},
		{"convert", false, func(_, v *node) { ds.Convert = d.flag(v, "convert") }},
		{"fill", false, func(_, v *node) { ds.Fill = d.fill(v) }},
		{"axes", false, func(_, v *node) { d.each(v, "axes", func(k, v *node) { d.axis(ds, k, v) }) }},
		{"window", false, func(_, v *node) { d.each(v, "window", func(k, v *node) { d.window(ds, k, v) }) }},
		{"attrs", false, func(_, v *node) { ds.Attrs = d.attrs(v) }},
		{"scales", false, func(_, v *node) { d.each(v, "scales", func(k, v *node) { d.scale(ds, k, v) }) }},
		{"each", false, func(_, v *node) { ds.Each = d.eachOf(key, v) }},
		{"preset", false, func(_, v *node) { ds.Preset = d.preset(v) }},
		{"doc", false, func(_, v *node) { ds.Doc, _ = d.text(v, "doc") }},
	})
	switch {
	case n.kind != mappingNode:
	case ds.From.Name == "" && ds.Mask.Name == "":
		d.list.Errorf(key.pos, diag.MissingKey, "%s has no from", what).Hintf("from: the source that it is made of")
	case ds.Mask.Name != "":
		d.maskOnly(ds, n)
	case len(ds.Axes) == 0 && !slices.ContainsFunc(n.entries, func(e entry) bool { return e.key.text == "axes" }):
		d.list.Errorf(key.pos, diag.MissingKey, "%s has no axes", what).Hintf("axes: {frame: same, …}, one rule for each virtual axis")
	}
}

// preset reads the name of a preset, or a mapping from it to its settings.
func (d *decoder) preset(n *node) *model.Preset {
	if n.kind != mappingNode {
		if id := d.word(n, "preset"); id.Name != "" {
			return &model.Preset{Pos: id.Pos, Name: id.Name}
		}
		return nil
	}
	var p *model.Preset
	d.each(n, "preset", func(k, v *node) {
		if p != nil {
			d.list.Errorf(k.pos, diag.BadPreset, "two presets, %s and %s, at one dataset", p.Name, shorten(k.text)).Hintf("one preset, with its settings: {nxmx: {detector: eiger}}")
			return
		}
		p = &model.Preset{Pos: k.pos, Name: k.text}
		if v.kind == nullNode {
			return
		}
		d.each(v, "preset "+k.text, func(k, v *node) {
			if value := d.value(v, "setting "+k.text); value != nil {
				p.Settings = append(p.Settings, &model.Attr{Pos: k.pos, Name: k.text, Value: value})
			}
		})
	})
	if p == nil && len(n.entries) == 0 {
		d.list.Errorf(n.pos, diag.BadPreset, "no preset in the mapping").Hintf("{nxmx: {detector: eiger}}")
	}
	return p
}

// maskOnly refuses what a mask, whose values and shape follow from the dataset it covers, cannot have.
func (d *decoder) maskOnly(ds *model.Dataset, n *node) {
	for _, e := range n.entries {
		if slices.Contains([]string{"from", "type", "convert", "fill", "axes", "window", "each"}, e.key.text) {
			d.list.Errorf(e.key.pos, diag.BadMask, "a mask has no %s: its type, shape and values follow from %s", e.key.text, ds.Mask.Name)
		}
	}
}

func (d *decoder) fill(n *node) *model.Fill {
	text, ok := d.text(n, "fill")
	if !ok {
		return nil
	}
	f := &model.Fill{Pos: n.pos, Text: text, Lit: n.lit}
	switch text {
	case "max":
		f.Kind = model.FillMax
	case "min":
		f.Kind = model.FillMin
	case "nan":
		f.Kind = model.FillNaN
	case "inf", "+inf", "-inf":
		f.Kind = model.FillInf
	}
	return f
}

// axis reads one entry of axes; a key "a, b" names the axes of a split.
func (d *decoder) axis(ds *model.Dataset, key, n *node) {
	a := &model.Axis{Pos: key.pos}
	offset := 0
	for name := range strings.SplitSeq(key.text, ",") {
		trimmed := strings.TrimSpace(name)
		lead := len(name) - len(strings.TrimLeft(name, " \t"))
		a.Names = append(a.Names, model.Ident{Name: trimmed, Pos: key.at(offset+lead, len(trimmed))})
		offset += len(name) + 1
	}
	ds.Axes = append(ds.Axes, a)
	switch n.kind {
	case sequenceNode:
		if len(n.items) == 0 {
			d.list.Errorf(n.pos, diag.UnknownRule, "axis %s has no rule", key.text)
		}
		for i, item := range n.items {
			d.rule(a, item, key.text, i == len(n.items)-1)
		}
	default:
		d.rule(a, n, key.text, true)
	}
}

var ruleWords = []string{"same", "stack", "concat", "tile", "interleave", "split", "merge"}

const ruleHint = "same, {stack: v}, {concat: v}, {tile: v, gap: g}, {interleave: v, block: b}, {split: [n, m]}, {merge: 2}, or a list of rules"

// rule reads one rule of axis a; only the last of an axis may give its extent.
func (d *decoder) rule(a *model.Axis, n *node, axis string, last bool) {
	r := &model.Rule{Pos: n.pos}
	if n.kind == scalarNode {
		d.ruleWord(r, n, axis)
		a.Rules = append(a.Rules, r)
		return
	}
	if n.kind != mappingNode {
		d.list.Errorf(n.pos, diag.UnknownRule, "the rule of axis %s is %s", axis, n.describe()).Hintf(ruleHint)
		return
	}
	options, ok := d.ruleKind(r, n, axis)
	if !ok {
		return
	}
	a.Rules = append(a.Rules, r)
	what := r.Kind.String() + " of axis " + axis
	ks := keys{{r.Kind.String(), false, func(_, v *node) { d.ruleSubject(r, v, what) }}}
	for _, o := range options {
		ks = append(ks, keyAction{o, false, func(_, v *node) { d.ruleOption(r, o, v, what) }})
	}
	ks = append(ks, keyAction{"extent", false, func(k, v *node) {
		if !last {
			d.list.Errorf(k.pos, diag.RuleOption, "extent belongs to the last rule of axis %s", axis)
			return
		}
		a.Extent = d.expr(v, "extent")
	}})
	d.read(n, what, ks)
	if r.Gap != nil && r.Gaps != nil || r.At != nil && (r.Gap != nil || r.Gaps != nil) {
		d.list.Errorf(n.pos, diag.RuleOption, "tile of axis %s has more than one of gap, gaps and at", axis).Hintf("one of them says where members lie")
	}
}

func (d *decoder) ruleWord(r *model.Rule, n *node, axis string) {
	if n.text == "same" {
		r.Kind = model.RuleSame
		return
	}
	if slices.Contains(ruleWords, n.text) {
		d.list.Errorf(n.pos, diag.UnknownRule, "rule %s of axis %s needs its subject", n.text, axis).Hintf(ruleHint)
		return
	}
	d.unknownRule(n, axis)
}

// impossible are rules that people ask for and HDF5 cannot store.
var impossible = map[string]string{
	"transpose": "HDF5 maps elements in row-major order on both sides, so axes cannot change places",
	"swap":      "HDF5 maps elements in row-major order on both sides, so axes cannot change places",
	"reverse":   "HDF5 has no negative stride",
	"flip":      "HDF5 has no negative stride",
	"mirror":    "HDF5 has no negative stride",
	"rotate":    "HDF5 has no negative stride, and maps elements in row-major order on both sides",
}

func (d *decoder) unknownRule(n *node, axis string) {
	if why, ok := impossible[n.text]; ok {
		d.list.Errorf(n.pos, diag.Impossible, "%s of axis %s cannot be stored: %s", n.text, axis, why).
			Hintf("turn the array when it is read")
		return
	}
	d.list.Errorf(n.pos, diag.UnknownRule, "unknown rule %s of axis %s%s", shorten(n.text), axis, diag.DidYouMean(n.text, ruleWords...)).Hintf(ruleHint)
}

// ruleKind finds the key that names the rule and returns the options it takes.
func (d *decoder) ruleKind(r *model.Rule, n *node, axis string) (options []string, ok bool) {
	for _, e := range n.entries {
		i := slices.Index(ruleWords, e.key.text)
		if i < 0 {
			continue
		}
		if r.Kind != model.RuleInvalid {
			d.list.Errorf(e.key.pos, diag.UnknownRule, "two rules for axis %s in one mapping: %s and %s", axis, r.Kind, e.key.text).
				Hintf("rules that follow one another are a list: [{concat: file}, {interleave: writer}]")
			return nil, false
		}
		r.Kind, r.Pos = model.RuleKind(i+1), e.key.pos
	}
	switch r.Kind {
	case model.RuleTile:
		return []string{"gap", "gaps", "at"}, true
	case model.RuleInterleave:
		return []string{"block"}, true
	case model.RuleSplit:
		return []string{"snake"}, true
	case model.RuleInvalid:
		if len(n.entries) > 0 {
			d.unknownRule(n.entries[0].key, axis)
		} else {
			d.list.Errorf(n.pos, diag.UnknownRule, "axis %s has no rule", axis).Hintf(ruleHint)
		}
		return nil, false
	}
	return nil, true
}

// ruleSubject reads what stands at the rule's own key.
func (d *decoder) ruleSubject(r *model.Rule, n *node, what string) {
	switch r.Kind {
	case model.RuleSame:
		if n.kind != nullNode && (n.kind != scalarNode || n.text != "true") {
			d.list.Errorf(n.pos, diag.RuleOption, "same takes nothing, not %s", n.describe())
		}
	case model.RuleSplit:
		r.Sizes = d.exprs(n, what)
		if len(r.Sizes) < 2 && n.kind == sequenceNode {
			d.list.Errorf(n.pos, diag.BadSplit, "split needs a length for each virtual axis, two at least").Hintf("split: [rows, columns]")
		}
	case model.RuleMerge:
		text, ok := d.text(n, what)
		v, err := strconv.Atoi(text)
		if ok && (err != nil || v != 2) {
			d.list.Errorf(n.pos, diag.RuleOption, "merge joins 2 source axes, not %s", n.describe()).Hintf("merge: 2")
		}
		r.Merge = v
	default:
		r.Var = d.word(n, what)
	}
}

func (d *decoder) ruleOption(r *model.Rule, name string, n *node, what string) {
	switch name {
	case "gap":
		r.Gap = d.expr(n, "gap")
	case "gaps":
		r.Gaps = d.exprs(n, "gaps")
		if n.kind == sequenceNode && len(n.items) == 0 {
			d.list.Errorf(n.pos, diag.RuleOption, "gaps of %s is empty", what)
		}
	case "at":
		r.At = d.exprs(n, "at")
		if n.kind == sequenceNode && len(n.items) == 0 {
			d.list.Errorf(n.pos, diag.RuleOption, "at of %s is empty", what)
		}
	case "block":
		r.Block = d.expr(n, "block")
	case "snake":
		r.Snake = d.flag(n, "snake")
	}
}

func (d *decoder) window(ds *model.Dataset, key, n *node) {
	s := d.selector(n, "window of axis "+key.text)
	if s == nil {
		return
	}
	if s.Index != nil {
		d.list.Errorf(n.pos, diag.BadWindow, "a window is a range, and keeps its axis").Hintf(`"300:600"`)
		return
	}
	ds.Window = append(ds.Window, &model.Window{Pos: key.pos, Axis: key.ident(), Selector: s})
}

func (d *decoder) scale(ds *model.Dataset, key, n *node) {
	if id := d.word(n, "the scale of axis "+key.text); id.Name != "" {
		ds.Scales = append(ds.Scales, &model.Scale{Pos: key.pos, Axis: key.ident(), Path: id})
	}
}

// eachOf reads the entries of `each`; the placeholder is found in the path by Check.
func (d *decoder) eachOf(key, n *node) *model.Each {
	out := &model.Each{Pos: n.pos}
	d.each(n, "each of "+key.text, func(k, v *node) {
		e := &model.EachEntry{Pos: k.pos, Key: k.text}
		out.Entries = append(out.Entries, e)
		if v.kind == nullNode {
			return
		}
		d.read(v, "entry "+k.text+" of each", keys{
			{"name", false, func(_, v *node) { e.Name = d.word(v, "name") }},
			{"type", false, func(_, v *node) { e.Type = d.typeRef(v, "type") }},
			{"fill", false, func(_, v *node) { e.Fill = d.fill(v) }},
			{"attrs", false, func(_, v *node) { e.Attrs = d.attrs(v) }},
			{"doc", false, func(_, v *node) { e.Doc, _ = d.text(v, "doc") }},
		})
	})
	return out
}
