package model

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// assembler places the members of one source in one virtual dataset.
type assembler struct {
	lo  *lowerer
	v   *Virtual
	m   *members
	out *LoweredDataset

	entries []*placement
	selects bool // the source has a `select` that takes less than all
	before  int  // errors of earlier datasets

	// mappings so far: the number of the member of each, and its two sides
	from              []int
	virtuals, sources dataspace.List

	virtual, source []dataspace.Dim                     // memory for the next mapping
	room            [2][dataspace.MaxRank]dataspace.Dim // memory for one before
}

// placement is one entry of `axes`: where each member's stream goes along its virtual axes.
type placement struct {
	axis  *Axis
	first int // the first of its virtual axes
	steps []step
	lens  []int64 // stream length of each member on the source side; nil for stack
	sizes []int64 // split: rows and columns
	// window, one for each virtual axis: coordinates [from, to) by step are kept
	window []bounds

	pieces        []piece // of the last member
	key, otherKey []int64 // that they were made for, and memory for another
	runs, kept    []run   // memory
}

type bounds struct{ from, to, step int64 }

// step is one rule that consumes a variable.
type step struct {
	rule    *Rule
	k       int     // number of the variable in members.vars; -1 when it is open
	offsets []int64 // concat and tile: where each member's stream starts
	n, b    int64   // interleave
}

func (a *assembler) assemble() {
	if a.v.Printf != nil && slices.ContainsFunc(a.m.list, func(x member) bool { return slices.Contains(x.lens, 0) }) {
		a.lo.list.Errorf(a.v.Pos, diag.OpenRange, "the members that variable %s numbers hold no elements", a.v.Printf.Name).
			Hintf("HDF5 counts such files by their length: 1 or more on every axis")
		return
	}
	for _, axis := range a.v.Decl.Axes {
		a.place(axis)
		if a.failed() {
			return
		}
	}
	a.windows()
	if a.failed() || !a.mappings() {
		return
	}
	a.finish()
}

// failed reports whether this dataset has shown an error.
func (a *assembler) failed() bool { return a.lo.errors() > a.before }

func (a *assembler) rank() int {
	n := 0
	for _, p := range a.entries {
		n += len(p.axis.Names)
	}
	return n
}

// place computes the offsets of every member along one entry, and its extent.
func (a *assembler) place(axis *Axis) {
	p := &placement{axis: axis, first: a.rank()}
	a.entries = append(a.entries, p)
	rules := axis.Rules
	if rules[0].Kind == RuleStack {
		a.placeStack(p, rules[0])
		return
	}
	if !a.streams(p) {
		return
	}
	if len(p.lens) > 0 && p.lens[0] == growing {
		a.placeGrowing(p, rules[0])
		return
	}
	cur := p.lens
	for _, r := range rules {
		if !r.Kind.TakesVar() {
			continue
		}
		s := step{rule: r, k: a.m.axis(r.V)}
		if r.V.Open {
			p.steps = append(p.steps, s)
			a.extent(p, growing)
			return
		}
		if cur = a.follow(p, &s, cur); cur == nil {
			return
		}
		p.steps = append(p.steps, s)
	}
	if last := rules[len(rules)-1]; last.Kind == RuleSplit {
		a.placeSplit(p, last, cur)
		return
	}
	a.extent(p, slices.Max(cur))
}

func (a *assembler) placeStack(p *placement, r *Rule) {
	p.steps = []step{{rule: r, k: a.m.axis(r.V)}}
	if r.V.Open {
		a.extent(p, growing)
		return
	}
	a.extent(p, int64(len(a.lo.vars[r.V])))
}

// streams computes the stream length of each member: of one source axis, or the product of two.
func (a *assembler) streams(p *placement) bool {
	p.lens = make([]int64, len(a.m.list))
	for i, x := range a.m.list {
		n := x.lens[p.axis.SourceAxes[0]]
		if len(p.axis.SourceAxes) == 2 {
			var err error
			if n, err = mul(n, x.lens[p.axis.SourceAxes[1]]); err != nil || n > maxExtent {
				a.lo.list.Errorf(p.axis.Pos, diag.NoValue, "the merged axis %s is longer than %d", axisKey(p.axis), int64(maxExtent))
				return false
			}
		}
		p.lens[i] = n
	}
	return true
}

func (a *assembler) placeGrowing(p *placement, r *Rule) {
	if r.Kind == RuleInterleave {
		b, ok := a.block(r)
		if !ok {
			return
		}
		p.steps = []step{{rule: r, k: a.m.axis(r.V), n: int64(len(a.lo.vars[r.V])), b: b}}
	}
	a.extent(p, growing)
}

func (a *assembler) block(r *Rule) (int64, bool) {
	if r.Block == nil {
		return 1, true
	}
	b, err := r.Block.Eval(a.lo.env)
	switch {
	case err != nil:
		a.lo.fail(r.Block.Pos, diag.NoValue, err)
	case b < 1 || b > maxExtent:
		a.lo.list.Errorf(r.Block.Pos, diag.RuleOption, "block %s is %d", r.Block, b).Hintf("1 or more")
	default:
		return b, true
	}
	return 0, false
}

// groups calls f once for each combination of the variables but that of s, with the
// members that differ in it, in its order.
func (a *assembler) groups(s *step, f func(group []int) bool) bool {
	n, stride := a.m.counts[s.k], a.m.stride[s.k]
	group := make([]int, n)
	for i := range a.m.list {
		if a.m.coord(i, s.k) != 0 {
			continue
		}
		for j := range n {
			group[j] = i + int(j*stride)
		}
		if !f(group) {
			return false
		}
	}
	return true
}

// follow applies the rule of s to streams cur and returns the lengths of what results.
func (a *assembler) follow(p *placement, s *step, cur []int64) []int64 {
	next := make([]int64, len(cur))
	ok := false
	switch s.rule.Kind {
	case RuleInterleave:
		if s.b, ok = a.block(s.rule); !ok {
			return nil
		}
		s.n = a.m.counts[s.k]
		ok = a.groups(s, func(g []int) bool { return a.dealGroup(s, g, cur, next) })
	default:
		s.offsets = make([]int64, len(cur))
		gaps, at, valid := a.gaps(s.rule, int(a.m.counts[s.k]))
		if !valid {
			return nil
		}
		ok = a.groups(s, func(g []int) bool {
			end, running := int64(0), int64(0)
			for j, i := range g {
				if at != nil {
					running = at[j]
				}
				s.offsets[i] = running
				running += cur[i]
				end = max(end, running)
				if len(gaps) > 0 {
					running += gaps[j%len(gaps)]
				}
			}
			for _, i := range g {
				next[i] = end
			}
			if end > 1<<61 {
				a.lo.list.Errorf(s.rule.Pos, diag.NoValue, "axis %s is longer than HDF5 can index", axisKey(p.axis))
				return false
			}
			return true
		})
	}
	if !ok {
		return nil
	}
	return next
}

// dealGroup checks that the members of a group hold what dealing gives them.
func (a *assembler) dealGroup(s *step, group []int, cur, next []int64) bool {
	total := int64(0)
	for _, i := range group {
		total += cur[i]
	}
	n := int64(len(group))
	round := n * s.b
	if round/s.b != n || total > 1<<61 {
		a.lo.list.Errorf(s.rule.Pos, diag.NoValue, "blocks of %d elements for %d members are longer than HDF5 can index", s.b, n)
		return false
	}
	for k, i := range group {
		want := total/round*s.b + min(max(total%round-int64(k)*s.b, 0), s.b)
		if cur[i] != want {
			a.lo.list.Errorf(s.rule.Pos, diag.UnevenDeal, "%s holds %d elements; of %d in blocks of %d, dealt to %d members in turn, it gets %d",
				a.m.describe(a.lo, i), cur[i], total, s.b, n, want).Hintf("lengths may differ by the last round only; give the shape an expression such as ceildiv(frames - %s, %d)", s.rule.V.Name, n)
			return false
		}
		next[i] = total
	}
	return true
}

// gaps evaluates gap, gaps or at of a tile; all are nil for concat.
func (a *assembler) gaps(r *Rule, n int) (gaps, at []int64, ok bool) {
	list := r.Gaps
	if r.Gap != nil {
		list = []*Expr{r.Gap}
	}
	eval := func(list []*Expr) []int64 {
		var out []int64
		for _, e := range list {
			v, err := e.Extent(a.lo.env)
			if err != nil {
				a.lo.fail(e.Pos, diag.NoValue, err)
			} else if v > maxExtent {
				a.lo.list.Errorf(e.Pos, diag.NoValue, "%s is %d, longer than an axis can be", e, v)
			}
			out = append(out, v)
		}
		return out
	}
	gaps, at = eval(list), eval(r.At)
	if at != nil && len(at) != n {
		a.lo.list.Errorf(r.Pos, diag.RuleOption, "at has %s, and variable %s takes %s", plural(len(at), "origin"), r.V.Name, plural(n, "value"))
	}
	return gaps, at, !a.failed()
}

func (a *assembler) placeSplit(p *placement, r *Rule, cur []int64) {
	for _, e := range r.Sizes {
		n, err := e.Extent(a.lo.env)
		if err != nil {
			a.lo.fail(e.Pos, diag.NoValue, err)
			return
		}
		p.sizes = append(p.sizes, min(n, maxExtent))
	}
	product, err := mul(p.sizes[0], p.sizes[1])
	for i, n := range cur {
		if err != nil || n != product {
			a.lo.list.Errorf(r.Pos, diag.BadSplit, "split of axis %s makes %d × %d elements, and %s has %d", axisKey(p.axis), p.sizes[0], p.sizes[1], a.m.describe(a.lo, i), n)
			return
		}
	}
	a.out.Shape = append(a.out.Shape, uint64(p.sizes[0]), uint64(p.sizes[1]))
	a.out.MaxShape = append(a.out.MaxShape, uint64(p.sizes[0]), uint64(p.sizes[1]))
}

// extent settles the length of p's one virtual axis, which its members need n of.
func (a *assembler) extent(p *placement, n int64) {
	if n == growing {
		a.out.Shape = append(a.out.Shape, 0)
		a.out.MaxShape = append(a.out.MaxShape, dataspace.Unlimited)
		return
	}
	if e := p.axis.Extent; e != nil {
		larger, err := e.Extent(a.lo.env)
		switch {
		case err != nil:
			a.lo.fail(e.Pos, diag.NoValue, err)
		case larger < n:
			a.lo.list.Errorf(e.Pos, diag.BadExtent, "extent of axis %s is %d, and its members take %d", axisKey(p.axis), larger, n)
		case larger > 1<<61:
			a.lo.list.Errorf(e.Pos, diag.BadExtent, "extent of axis %s is longer than HDF5 can index: %d", axisKey(p.axis), larger)
		}
		n = max(n, larger)
	}
	a.out.Shape = append(a.out.Shape, uint64(n))
	a.out.MaxShape = append(a.out.MaxShape, uint64(n))
}

// windows evaluates `window` and cuts the shape to it.
func (a *assembler) windows() {
	for _, p := range a.entries {
		for part := range p.axis.Names {
			i := p.first + part
			n := int64(a.out.Shape[i])
			w := bounds{0, n, 1}
			if a.v.Window != nil && a.v.Window[i] != nil {
				sel := a.v.Window[i]
				var err error
				w.from, w.to, w.step, err = sel.bounds(a.lo.env, n)
				switch {
				case err != nil:
					a.lo.fail(sel.Pos, diag.BadWindow, err)
				case w.step < 1 || w.to < w.from || w.to > n:
					a.lo.list.Errorf(sel.Pos, diag.BadWindow, "window %q of axis %s is %d:%d:%d, and the axis has %s", sel.Text, a.v.Dims[i].Name, w.from, w.to, w.step, plural(int(n), "element"))
				default:
					a.out.Shape[i] = uint64((w.to - w.from + w.step - 1) / w.step)
					a.out.MaxShape[i] = a.out.Shape[i]
				}
			}
			p.window = append(p.window, w)
		}
	}
}

// finish writes the mappings down and checks them against each other.
func (a *assembler) finish() {
	d, n := a.out, len(a.from)
	if n > a.lo.limit {
		a.lo.list.Errorf(a.v.Pos, diag.TooManyMaps, "dataset %s has %d mappings; the limit is %d", a.v.Path, n, a.lo.limit)
		return
	}
	if n > manyMappings {
		a.lo.list.Warnf(a.v.Pos, diag.ManyMaps, "dataset %s has %d mappings: libhdf5 1.10 needs some %d MB of memory to open it", a.v.Path, n, n*15/1000)
	}
	d.Members = make([]LoweredMember, len(a.m.list))
	for i := range a.m.list {
		x := &a.m.list[i]
		d.Members[i] = LoweredMember{File: unescaped(x.file), Path: unescaped(x.path), Shape: x.shape}
		if a.v.Printf != nil {
			d.Members[i] = LoweredMember{File: x.file, Path: x.path, Template: true, Shape: x.shape}
		}
	}
	d.Mappings = make([]Mapping, n)
	axes := make([]dataspace.Dim, n*(len(a.virtual)+len(a.source))+dataspace.MaxRank) // of all selections
	selection := func(list *dataspace.List, i int) dataspace.Selection {
		s := list.AtInto(i, axes)
		axes = axes[s.Rank():]
		return s
	}
	for i, member := range a.from {
		x := &a.m.list[member]
		d.Mappings[i] = Mapping{Member: member, File: x.file, Path: x.path, Virtual: selection(&a.virtuals, i), Source: selection(&a.sources, i)}
	}
	if i, j, ok := a.virtuals.FirstOverlap(); ok {
		a.overlap(i, j)
	}
}

// unescaped undoes the escaping of a stored name that is no pattern.
func unescaped(name string) string { return strings.ReplaceAll(name, "%%", "%") }

func (a *assembler) overlap(i, j int) {
	a.lo.list.Errorf(a.v.Pos, diag.Overlap, "in dataset %s, %s and %s both map part of %s and %s", a.v.Path,
		a.m.describe(a.lo, a.from[i]), a.m.describe(a.lo, a.from[j]), a.out.Mappings[i].Virtual, a.out.Mappings[j].Virtual).
		Hintf("%s", overlapHint(a.v))
}

func overlapHint(v *Virtual) string {
	for _, d := range v.Decl.Axes {
		for _, r := range d.Rules {
			if r.At != nil {
				return fmt.Sprintf("the origins under at of axis %s leave too little room", axisKey(d))
			}
		}
	}
	return "an element of a virtual dataset comes from one source"
}
