package infer

import (
	"cmp"
	"fmt"
	"go/token"
	"path"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// attempt finds the part of a layout that one dataset needs: for every way to link axes, with members that are
// whole sources before members that are parts of them, and for every choice of rules, a schema is written,
// lowered and compared, until one is right.
func attempt(f *File, d *Dataset, taken *names) (*part, error) {
	maps, err := d.mappings()
	if err != nil {
		return nil, err
	}
	var why error
	tried := 0
	for _, links := range alignments(maps, d.Shape) {
		for _, members := range groupings(maps) {
			t, ok := tabulate(d, members, links)
			if !ok {
				continue
			}
			for p := range t.parts(taken) {
				if tried++; tried > min(maxAttempts, max(leastAttempts, maxWork/len(maps))) {
					break
				}
				one := *f
				one.Datasets, one.Tree, one.Types = []Dataset{*d}, nil, f.typesOf(d)
				s := &schemaText{file: &one}
				s.add(p)
				if err := verify(&one, s.String()); err != nil {
					why = err
					continue
				}
				return p, nil
			}
		}
	}
	return nil, d.explain(maps, why)
}

// groupings are the ways to make members of mappings.
func groupings(maps []mapping) [][]member {
	sources := bySource(maps)
	if len(sources) == len(maps) {
		return [][]member{sources}
	}
	if len(sources) == 1 && len(maps) > 1 {
		return [][]member{sources, byMapping(maps)}
	}
	return [][]member{sources, byMapping(maps)}
}

// explain says what of the mappings has no words in the layout language.
func (d *Dataset) explain(maps []mapping, why error) error {
	if _, ok := cutNames(bySource(maps)); !ok {
		a, b := maps[0], maps[0]
		for _, m := range maps {
			wa, _ := split(a.file + a.path)
			if wm, _ := split(m.file + m.path); !slices.Equal(wa, wm) {
				b = m
				break
			}
		}
		return cannot(d, "the names of its sources differ in more than numbers: %s:%s and %s:%s", a.file, a.path, b.file, b.path)
	}
	for _, m := range maps {
		for k, v := range m.v {
			if v.Count > 1 && v.Count != dataspace.Unlimited && len(maps) > 1 {
				return cannot(d, "axis %d has every %d. block in %s, and no rule puts the other members into the gaps", k, v.Stride/v.Block, m.file)
			}
		}
	}
	if why != nil {
		return cannot(d, "its members do not lie in a grid of rules and axes")
	}
	return cannot(d, "its members are no grid: not every place along one axis is combined with every place along the others")
}

// typesOf are the compound types that a dataset and its sources need.
func (f *File) typesOf(d *Dataset) []Compound {
	used := map[string]bool{d.Type: true}
	for _, s := range d.Sources {
		used[s.Type] = true
	}
	var out []Compound
	for _, c := range slices.Backward(f.Types) { // members are declared before what has them
		if !used[c.Name] {
			continue
		}
		out = append(out, c)
		for _, m := range c.Members {
			used[m[1][strings.LastIndexByte(m[1], ']')+1:]] = true
		}
	}
	slices.Reverse(out)
	return out
}

// part is what one dataset adds to a schema.
type part struct {
	names  *names
	vars   []*variable
	params []param
	prefix string // default of the parameter of that name
	source sourceText
	shared bool // the source was declared by a part before
	data   datasetText
}

// parts yields the schemas to try for a table, the best first.
func (t *table) parts(taken *names) func(yield func(*part) bool) {
	return func(yield func(*part) bool) {
		c, ok := cutNames(t.members)
		if !ok {
			return
		}
		options := make([][]choice, len(t.axes))
		for k := range t.axes {
			if options[k] = t.choices(k, c); len(options[k]) == 0 {
				return
			}
		}
		at := make([]int, len(options))
		for {
			chosen := make([]choice, len(options))
			for k := range options {
				chosen[k] = options[k][at[k]]
			}
			if p, ok := t.part(chosen, c, taken.clone()); ok && !yield(p) {
				return
			}
			k := len(at) - 1
			for ; k >= 0; k-- {
				if at[k]++; at[k] < len(options[k]) {
					break
				}
				at[k] = 0
			}
			if k < 0 {
				return
			}
		}
	}
}

// part writes the schema for one choice of rules.
func (t *table) part(chosen []choice, c *cut, taken *names) (*part, bool) {
	s := &solver{names: taken}
	axisVars := make([][]*variable, len(chosen))
	for k, ch := range chosen {
		for _, p := range ch.vars {
			v := t.variable(k, p, ch.open, c)
			taken.variable(t.variableName(k, p, c), v, s.vars)
			s.vars = append(s.vars, v)
			axisVars[k] = append(axisVars[k], v)
		}
	}
	t.slowestFirst(s.vars)
	p := &part{names: taken, vars: s.vars}
	var ok bool
	if p.source.file, p.source.path, ok = c.templates(s); !ok {
		return nil, false
	}
	several := slices.ContainsFunc(t.members, func(m member) bool { return m.file != t.members[0].file })
	if several {
		p.source.file = s.prefixed(p.source.file)
	}
	if !t.shape(s, chosen, axisVars, &p.source) {
		return nil, false
	}
	t.useAll(s, &p.source)
	p.source.typ, p.source.mapped = t.sourceType(), t.missing()
	p.params, p.prefix = s.params, s.prefix
	p.source.name, p.shared = taken.source(sourceName(t.d.Path), p.source.meaning(s.params))
	p.data = datasetText{d: t.d, from: p.source.name, convert: p.source.typ != t.d.Type}
	t.axisTexts(chosen, axisVars, &p.data)
	return p, true
}

// slowestFirst puts variables into the order in which the file lists its mappings: the one that changes least first.
func (t *table) slowestFirst(vars []*variable) {
	rank := map[[2]string]int{}
	for i, m := range t.d.Mappings {
		key := [2]string{m.File, absolute(m.Path)}
		if _, seen := rank[key]; !seen {
			rank[key] = i
		}
	}
	if len(rank) != len(t.members) {
		return // members are parts of sources
	}
	at := func(i int) int { return rank[[2]string{t.members[i].file, t.members[i].path}] }
	start := 0
	for i := range t.members {
		if at(i) < at(start) {
			start = i
		}
	}
	first := func(v *variable) int {
		least := len(t.d.Mappings)
		for i := range t.members {
			if v.coord[i] != v.coord[start] {
				least = min(least, at(i))
			}
		}
		return least
	}
	slices.SortStableFunc(vars, func(a, b *variable) int { return cmp.Compare(first(b), first(a)) })
}

func sourceName(p string) string { return identifier(path.Base(p), "part") }

// variable makes the variable of one position of an axis.
func (t *table) variable(k int, p position, open bool, c *cut) *variable {
	v := &variable{coord: make([]int, len(t.members)), open: open, values: p.values}
	n := 0
	for i := range t.members {
		v.coord[i] = p.of[t.axes[k].class[i]]
		n = max(n, v.coord[i]+1)
	}
	if v.values == nil {
		for i := range n {
			v.values = append(v.values, int64(i))
		}
	}
	return v
}

// variableName is the word in front of the number, or what members along such an axis are called.
func (t *table) variableName(k int, p position, c *cut) string {
	rank, axis := len(t.d.Shape), t.axes[k].v[0]
	fallback := "file"
	switch {
	case p.name != "":
		fallback = p.name
	case axis == rank-2 && rank > 1:
		fallback = "row"
	case axis == rank-1 && rank > 1:
		fallback = "col"
	case len(t.axes[k].s) == 0:
		fallback = "module"
	}
	if p.number >= 0 {
		return c.word(p.number, fallback)
	}
	return fallback
}

// shape writes the shape of the sources and what is selected of them.
func (t *table) shape(s *solver, chosen []choice, axisVars [][]*variable, out *sourceText) bool {
	selected := false
	for k := range t.axes {
		for j := range t.axes[k].s {
			length, sel, ok := t.extent(s, k, j, chosen[k], axisVars[k])
			if !ok {
				return false
			}
			out.shape = append(out.shape, length)
			out.sel = append(out.sel, sel)
			selected = selected || sel != ":"
		}
	}
	if !selected {
		out.sel = nil
	}
	return len(out.shape) > 0
}

// extent writes the length of one source axis and what is selected along it.
func (t *table) extent(s *solver, k, j int, ch choice, vars []*variable) (length, sel string, ok bool) {
	a := &t.axes[k]
	starts, stops := make([]int64, len(t.members)), make([]int64, len(t.members))
	step := uint64(1)
	for i, p := range a.places {
		lo, hi := dataspace.Unlimited, uint64(0)
		for _, x := range p.pieces {
			d := x.s[j]
			if d.Count == dataspace.Unlimited {
				if d.Stride != 1 || d.Start != 0 {
					return "", "", false
				}
				return "unlimited", ":", true
			}
			if d.Count > 1 && d.Block == 1 && len(p.pieces) == 1 && len(a.v) < 2 {
				step = d.Stride
			}
			lo, hi = min(lo, d.Start), max(hi, end(d))
		}
		starts[i], stops[i] = int64(lo), int64(hi)
	}
	same := func(v []int64) bool { return !slices.ContainsFunc(v, func(x int64) bool { return x != v[0] }) }
	atStart := len(a.v) > 0 && same(starts) && starts[0] == 0 && step == 1
	full, known := t.lengths(a.s[j], stops)
	if !known && !atStart {
		full = slices.Repeat([]int64{slices.Max(stops)}, len(stops))
	}
	if len(a.v) == 0 { // an index drops the axis
		if length, ok = s.expr("lengths", full); !ok {
			return "", "", false
		}
		sel, ok = s.expr("index", starts)
		return length, sel, ok
	}
	if atStart && slices.Equal(full, stops) {
		length, ok = t.length(s, k, stops, ch, vars)
		return length, ":", ok
	}
	if length, ok = s.expr("lengths", full); !ok {
		return "", "", false
	}
	from, ok := s.expr("starts", starts)
	if !ok {
		return "", "", false
	}
	to, ok := s.expr("stops", stops)
	if sel = from + ":" + to; strings.ContainsAny(sel, "+-*") {
		sel = from + " : " + to
	}
	if step > 1 {
		sel += fmt.Sprintf(" : %d", step)
	}
	return length, sel, ok
}

// length writes the length of a source axis that is mapped whole. The first axis of the dataset is measured in a
// parameter: that is what changes from run to run.
func (t *table) length(s *solver, k int, lens []int64, ch choice, vars []*variable) (string, bool) {
	frames := func(n int64) string {
		p := s.names.param("frames", fmt.Sprintf(intParam, n))
		s.params = append(s.params, p)
		return p.name
	}
	first := len(t.axes[k].v) == 1 && t.axes[k].v[0] == 0 && len(t.d.Shape) > 1
	if !slices.ContainsFunc(lens, func(n int64) bool { return n != lens[0] }) {
		if first && len(t.axes[k].s) == 1 && (ch.rule == "same" || ch.total > 0 || strings.HasPrefix(ch.rule, "{concat")) && t.plainExtent(k, ch) {
			return frames(lens[0]), true
		}
		return fmt.Sprint(lens[0]), true
	}
	if ch.total > 0 && len(vars) == 1 && vars[0].ranged() {
		total := fmt.Sprint(ch.total)
		if first {
			total = frames(ch.total)
		}
		return ragged(total, vars[0], ch.block), true
	}
	return s.expr("lengths", lens)
}

// plainExtent reports whether the extent of the axis follows from the lengths of members.
func (t *table) plainExtent(k int, ch choice) bool { return t.reach(k) == t.d.Shape[t.axes[k].v[0]] }

// reach is the coordinate behind the last mapped one of an axis.
func (t *table) reach(k int) uint64 {
	n := uint64(0)
	for _, p := range t.axes[k].places {
		for _, x := range p.pieces {
			if length(x.v[0]) != dataspace.Unlimited {
				n = max(n, end(x.v[0]))
			}
		}
	}
	return n
}

// ragged writes how many of total elements, dealt in blocks, member v gets.
func ragged(total string, v *variable, block int64) string {
	n := len(v.values)
	turn := v.name
	if first := v.values[0]; first != 0 {
		turn = fmt.Sprintf("%s - %d", v.name, first)
	}
	if block == 1 {
		if first := v.values[0]; first > 0 {
			return fmt.Sprintf("ceildiv(%s - %s + %d, %d)", total, v.name, first, n)
		}
		return fmt.Sprintf("ceildiv(%s - %s, %d)", total, v.name, n)
	}
	round := int64(n) * block
	return fmt.Sprintf("%[1]s/%[2]d*%[3]d + min(max(%[1]s%%%[2]d - (%[4]s)*%[3]d, 0), %[3]d)", total, round, block, turn)
}

// useAll puts variables that stand in no name and no selection into the selection, where rules find them: they
// place parts of one source that are the same part.
func (t *table) useAll(s *solver, out *sourceText) {
	for _, v := range s.vars {
		if v.open || mentions(out.file+" "+out.path, v.name) || slices.ContainsFunc(append(slices.Clone(out.sel), out.shape...), func(e string) bool { return mentions(e, v.name) }) {
			continue
		}
		if out.sel == nil {
			out.sel = make([]string, len(out.shape))
			for i := range out.sel {
				out.sel[i] = ":"
			}
		}
		from, to, found := strings.Cut(out.sel[0], ":")
		switch {
		case !found:
			out.sel[0] = fmt.Sprintf("%s + 0*%s", out.sel[0], v.name)
		case strings.TrimSpace(from) == "":
			out.sel[0] = fmt.Sprintf("0*%s :%s", v.name, to)
		default:
			out.sel[0] = fmt.Sprintf("%s + 0*%s :%s", strings.TrimSpace(from), v.name, to)
		}
	}
}

// mentions reports whether a name stands in an expression or template.
func mentions(text, name string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], name)
		if i < 0 {
			return false
		}
		i += at
		before := i == 0 || !wordByte(text[i-1])
		after := i+len(name) == len(text) || !wordByte(text[i+len(name)])
		if before && after {
			return true
		}
		at = i + 1
	}
}

func wordByte(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// axisTexts writes the rules of all virtual axes.
func (t *table) axisTexts(chosen []choice, axisVars [][]*variable, out *datasetText) {
	taken := map[string]bool{}
	for k, ch := range chosen {
		a := &t.axes[k]
		if len(a.v) == 0 {
			continue
		}
		var keys []string
		for _, v := range a.v {
			keys = append(keys, t.d.axisName(v, axisVars[k], len(a.s) == 0, taken))
		}
		args := make([]any, len(axisVars[k]))
		for i, v := range axisVars[k] {
			args[i] = v.name
		}
		rule := ch.rule
		if len(args) > 0 {
			rule = fmt.Sprintf(rule, args...)
		}
		if n := t.d.Shape[a.v[0]]; len(a.v) == 1 && t.d.MaxShape[a.v[0]] != dataspace.Unlimited && t.reach(k) < n {
			rule = withExtent(rule, n)
		}
		out.axes = append(out.axes, [2]string{strings.Join(keys, ", "), rule})
	}
}

// withExtent adds an extent to a rule.
func withExtent(rule string, n uint64) string {
	switch {
	case rule == "same":
		return fmt.Sprintf("{same: , extent: %d}", n)
	case rule[0] == '[':
		return fmt.Sprintf("%s, extent: %d}]", strings.TrimSuffix(rule, "}]"), n)
	}
	return fmt.Sprintf("%s, extent: %d}", strings.TrimSuffix(rule, "}"), n)
}

// axisName is what the file calls an axis, or what people call that of an image stack.
func (d *Dataset) axisName(v int, vars []*variable, stacked bool, taken map[string]bool) string {
	name, rank := fmt.Sprintf("axis%d", v), len(d.Shape)
	switch {
	case v < len(d.Axes) && isAxisName(d.Axes[v]):
		name = d.Axes[v]
	case stacked && len(vars) == 1:
		name = vars[0].name
	case rank == 1:
		name = "index"
	case v == rank-1:
		name = "x"
	case v == rank-2:
		name = "y"
	case v == 0:
		name = "frame"
	}
	for taken[name] {
		name += "_"
	}
	taken[name] = true
	return name
}

// isAxisName reports whether a layout can call an axis so.
func isAxisName(name string) bool {
	return token.IsIdentifier(name) && len(name) <= maxAxisName && isPlain(name) && name[0] != '_' && !slices.Contains(reserved, name) && model.GoName(name) != ""
}
