package infer

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// choice is one way to write the rule of an axis: the variables that it consumes, and the rule in YAML with
// the names of the variables as %[1]s and so on.
type choice struct {
	vars  []position
	rule  string
	total int64 // interleave: elements of all members, 0 for other rules
	block int64 // interleave: elements of a block
	open  bool  // the variable has no end
}

// position is the place of each class of an axis along one variable, and the values that names suggest.
type position struct {
	of     []int   // by class
	values []int64 // by position; nil where names suggest none
	number int     // of the number in the names that the values come from, -1 for none
	name   string  // of the variable, where neither names nor axis suggest one
}

// chooser finds the choices for one axis.
type chooser struct {
	t   *table
	c   *cut // nil where the members have one name
	a   *axis
	rep []int // of each class, a member
}

// choices lists the ways to write the rule of axis k, the best first.
func (t *table) choices(k int, c *cut) []choice {
	a := &t.axes[k]
	x := &chooser{t: t, c: c, a: a, rep: make([]int, a.n)}
	for i := len(a.class) - 1; i >= 0; i-- {
		x.rep[a.class[i]] = i
	}
	switch {
	case len(a.v) == 0:
		return []choice{{}}
	case t.d.MaxShape[a.v[0]] == dataspace.Unlimited:
		return x.growing()
	case len(a.v) == 2:
		return x.split()
	case len(a.s) == 0:
		return x.stack()
	}
	before := ""
	if len(a.s) == 2 {
		before = "{merge: 2}, "
	}
	if a.n == 1 && x.fills() {
		if before != "" {
			return []choice{{rule: "{merge: 2}"}}
		}
		return []choice{{rule: "same"}}
	}
	return x.wrap(before, "", append(x.composed(), x.single()...))
}

// wrap puts other rules of a list around choices.
func (x *chooser) wrap(before, after string, list []choice) []choice {
	if before == "" && after == "" {
		return list
	}
	for i := range list {
		inner := list[i].rule
		if inner[0] == '[' {
			inner = inner[1 : len(inner)-1]
		}
		list[i].rule = "[" + before + inner + after + "]"
	}
	return list
}

// fills reports whether the one class of the axis begins at 0 without holes.
func (x *chooser) fills() bool {
	p := x.a.places[0].pieces
	at := uint64(0)
	for _, q := range p {
		if !contiguous(q.v[0]) || q.v[0].Start != at {
			return false
		}
		at = end(q.v[0])
	}
	return true
}

// own is the position of classes along a variable of their own.
func (x *chooser) own() position {
	p := position{of: make([]int, x.a.n), number: -1}
	for i := range p.of {
		p.of[i] = i
	}
	if x.c == nil {
		return p
	}
	for k := range x.c.numbers {
		if values, ok := x.byClass(k); ok && distinct(values) && x.c.varies(k) {
			p.values, p.number = values, k
			return p
		}
	}
	return p
}

// byClass is number k of the names as a function of the class.
func (x *chooser) byClass(k int) ([]int64, bool) {
	out := make([]int64, x.a.n)
	seen := make([]bool, x.a.n)
	for i, n := range x.c.numbers[k] {
		class := x.a.class[i]
		if seen[class] && out[class] != n {
			return nil, false
		}
		out[class], seen[class] = n, true
	}
	return out, true
}

func distinct(values []int64) bool {
	seen := make(map[int64]bool, len(values))
	for _, v := range values {
		if seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}

// stack has members at indexes of their own, one after another; an extent may follow.
func (x *chooser) stack() []choice {
	if x.a.n == 1 && x.t.d.Shape[x.a.v[0]] == 1 && len(x.t.members) > 1 {
		return nil
	}
	for class, i := range x.rep {
		if d := x.a.places[i].pieces[0].v[0]; len(x.a.places[i].pieces) != 1 || d.Start != uint64(class) {
			return nil
		}
	}
	return []choice{{vars: []position{x.own()}, rule: "{stack: %[1]s}"}}
}

// growing has an axis without an end: a growing source, or a series of files that HDF5 numbers.
func (x *chooser) growing() []choice {
	first := x.a.places[x.rep[0]].pieces[0]
	if len(x.a.s) == 0 {
		return []choice{{vars: []position{{of: []int{0}, number: -1}}, rule: "{stack: %[1]s}", open: true}}
	}
	if length(first.s[0]) != dataspace.Unlimited {
		return []choice{{vars: []position{{of: []int{0}, number: -1}}, rule: "{concat: %[1]s}", open: true}}
	}
	if x.a.n == 1 && first.v[0].Stride == first.v[0].Block {
		return []choice{{rule: "same"}}
	}
	return []choice{{vars: []position{x.own()}, rule: interleave(first.v[0].Block), block: int64(first.v[0].Block)}}
}

// split has one source axis that becomes two virtual ones.
func (x *chooser) split() []choice {
	shape := x.t.d.Shape
	plain := fmt.Sprintf("{split: [%d, %d]}", shape[x.a.v[0]], shape[x.a.v[1]])
	snake := fmt.Sprintf("{split: [%d, %d], snake: true}", shape[x.a.v[0]], shape[x.a.v[1]])
	if len(x.t.members) == 1 {
		return []choice{{rule: plain}, {rule: snake}}
	}
	var out []choice
	for _, rule := range []string{"{concat: %[1]s}", "{interleave: %[1]s}"} {
		for _, last := range []string{plain, snake} {
			out = append(out, choice{vars: []position{x.own()}, rule: "[" + rule + ", " + last + "]"})
		}
	}
	return out
}

func interleave(block uint64) string {
	if block == 1 {
		return "{interleave: %[1]s}"
	}
	return fmt.Sprintf("{interleave: %%[1]s, block: %d}", block)
}

// single has one variable for the axis.
func (x *chooser) single() []choice {
	own := x.own()
	if block, ok := x.dealt(); ok {
		total := uint64(0)
		for _, i := range x.rep {
			for _, p := range x.a.places[i].pieces {
				total = max(total, end(p.v[0]))
			}
		}
		return []choice{{vars: []position{own}, rule: interleave(block), total: int64(total), block: int64(block)}}
	}
	starts, lens, ok := x.ranges()
	if !ok {
		return nil
	}
	rule, inTurn := tiled(starts, lens)
	if !inTurn && own.values != nil {
		own, starts = ascending(own, starts)
		rule = placed(starts)
	}
	return []choice{{vars: []position{own}, rule: rule}}
}

// ascending orders the classes of a variable by its values: origins are given one by one and need no order.
func ascending(p position, starts []uint64) (position, []uint64) {
	order := make([]int, len(p.values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(p.values[a], p.values[b]) })
	sorted := position{of: make([]int, len(order)), number: p.number}
	moved := make([]uint64, len(order))
	for to, from := range order {
		sorted.of[from] = to
		sorted.values = append(sorted.values, p.values[from])
		moved[to] = starts[from]
	}
	return sorted, moved
}

// dealt reports whether every member has every n-th block, beginning with its own.
func (x *chooser) dealt() (block uint64, ok bool) {
	strided := false
	for _, i := range x.rep {
		for _, p := range x.a.places[i].pieces {
			if d := p.v[0]; d.Count > 1 {
				if strided && d.Block != block || d.Stride != uint64(x.a.n)*d.Block {
					return 0, false
				}
				block, strided = d.Block, true
			}
		}
	}
	if !strided {
		return 0, false
	}
	for class, i := range x.rep {
		if x.a.places[i].pieces[0].v[0].Start != uint64(class)*block {
			return 0, false
		}
	}
	return block, true
}

// ranges are the places of classes that are one range each.
func (x *chooser) ranges() (starts, lens []uint64, ok bool) {
	for _, i := range x.rep {
		p := x.a.places[i].pieces
		at := p[0].v[0].Start
		for _, q := range p {
			if !contiguous(q.v[0]) || q.v[0].Start != at {
				return nil, nil, false
			}
			at = end(q.v[0])
		}
		starts, lens = append(starts, p[0].v[0].Start), append(lens, at-p[0].v[0].Start)
	}
	return starts, lens, true
}

// tiled writes the rule for members at the given places: concat, tile with one gap, with gaps in turn, or with origins, which is not in turn.
func tiled(starts, lens []uint64) (rule string, inTurn bool) {
	n := len(starts)
	gaps := make([]int64, n-1)
	regular := starts[0] == 0
	for i := range gaps {
		gaps[i] = int64(starts[i+1]) - int64(starts[i]+lens[i])
		regular = regular && gaps[i] >= 0
	}
	if regular && n > 1 {
		for period := 1; period <= (n-1+1)/2 || period == 1; period++ {
			if !periodic(gaps, period) {
				continue
			}
			switch {
			case period == 1 && gaps[0] == 0:
				return "{concat: %[1]s}", true
			case period == 1:
				return fmt.Sprintf("{tile: %%[1]s, gap: %d}", gaps[0]), true
			}
			return fmt.Sprintf("{tile: %%[1]s, gaps: %s}", list(gaps[:period])), true
		}
	}
	return placed(starts), false
}

// placed is the rule for members at origins given one by one.
func placed(starts []uint64) string {
	at := make([]int64, len(starts))
	for i, s := range starts {
		at[i] = int64(s)
	}
	return fmt.Sprintf("{tile: %%[1]s, at: %s}", list(at))
}

func periodic(gaps []int64, period int) bool {
	for i := period; i < len(gaps); i++ {
		if gaps[i] != gaps[i-period] {
			return false
		}
	}
	return true
}

// composed has two variables for the axis: writers that are dealt blocks and the files of each, or groups of tiles.
func (x *chooser) composed() []choice {
	if x.c == nil || x.a.n < 4 {
		return nil
	}
	var out []choice
	outer, inner, ok := x.pairs()
	if !ok {
		return nil
	}
	for _, p := range [][2]position{{outer, inner}, {inner, outer}} {
		run := x.runOf(p[1])
		rules := []string{
			fmt.Sprintf("[{concat: %%[1]s}, {interleave: %%[2]s, block: %d}]", run),
			fmt.Sprintf("[{interleave: %%[2]s, block: %d}, {concat: %%[1]s}]", run),
			"[{concat: %[2]s}, {concat: %[1]s}]",
		}
		for _, r := range rules {
			out = append(out, choice{vars: []position{p[0], p[1]}, rule: r})
		}
	}
	return out
}

// pairs finds two positions that together number the classes: from two numbers of the names, or from one that counts
// writers first.
func (x *chooser) pairs() (a, b position, ok bool) {
	var varying []int
	for k := range x.c.numbers {
		if values, ok := x.byClass(k); ok && x.c.varies(k) {
			if distinct(values) {
				return x.counted(k, values)
			}
			varying = append(varying, k)
		}
	}
	for i, k := range varying {
		for _, l := range varying[i+1:] {
			p, q := x.positionOf(k), x.positionOf(l)
			if len(p.values)*len(q.values) == x.a.n && together(p, q) {
				return p, q, true
			}
		}
	}
	return a, b, false
}

// positionOf is the position of classes along a variable with the values of number k, ascending.
func (x *chooser) positionOf(k int) position {
	values, _ := x.byClass(k)
	sorted := slices.Clone(values)
	slices.Sort(sorted)
	sorted = slices.Compact(sorted)
	p := position{values: sorted, number: k, of: make([]int, x.a.n)}
	for i, v := range values {
		p.of[i], _ = slices.BinarySearch(sorted, v)
	}
	return p
}

// together reports whether two positions tell all classes apart.
func together(p, q position) bool {
	seen := map[[2]int]bool{}
	for i := range p.of {
		seen[[2]int{p.of[i], q.of[i]}] = true
	}
	return len(seen) == len(p.of)
}

// counted takes a number apart that counts the files of all writers in turn: k*writers + w + first, where classes
// in the order of their places go through the files of one writer first.
func (x *chooser) counted(number int, values []int64) (a, b position, ok bool) {
	n := len(values)
	writers := values[1] - values[0]
	if writers < 2 || int64(n)%writers != 0 {
		return a, b, false
	}
	first := slices.Min(values)
	files, w := make([]int, n), make([]int, n)
	for i, v := range values {
		if v-first >= int64(n) {
			return a, b, false
		}
		files[i], w[i] = int((v-first)/writers), int((v-first)%writers)
	}
	return position{of: files, number: -1, name: "file"}, position{of: w, number: -1, name: "writer"}, true
}

// runOf is the number of elements from the start of the axis until the position changes for the first time.
func (x *chooser) runOf(p position) uint64 {
	run := uint64(0)
	for class, i := range x.rep {
		if p.of[class] != p.of[0] {
			break
		}
		d := x.a.places[i].pieces[0].v[0]
		if d.Start != run {
			break
		}
		run = d.Start + d.Block
	}
	return max(run, 1)
}
