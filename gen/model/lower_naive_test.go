package model_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// The naive model places one element at a time, by the formulas of the language's table,
// and knows nothing of hyperslabs. TestLowerNaive holds Lower against it on random layouts.

type naiveRule struct {
	kind    string
	v       int // variable
	gaps    []int
	at      []int
	b       int
	lengths int // stream length before the rule
}

// place maps stream position j of member k of n.
func (r naiveRule) place(j, k, n int) int {
	switch r.kind {
	case "concat", "tile":
		if r.at != nil {
			return r.at[k] + j
		}
		off := 0
		for i := range k {
			off += r.lengths
			if len(r.gaps) > 0 {
				off += r.gaps[i%len(r.gaps)]
			}
		}
		return off + j
	case "interleave":
		return ((j/r.b)*n+k)*r.b + j%r.b
	}
	return j
}

// length is the stream length after the rule.
func (r naiveRule) length(n int) int {
	end := 0
	for k := range n {
		end = max(end, r.place(r.lengths-1, k, n)+1)
	}
	return end
}

type naiveEntry struct {
	names  []string
	source []int // source axes after select; nil for stack
	rules  []naiveRule
	stack  int // variable of a stack, -1 otherwise
	split  int // columns of a split, 0 without
	snake  bool
	size   []int // virtual lengths before the window
	window [][3]int
}

type naiveLayout struct {
	counts  []int    // values of each variable
	shape   []int    // of every source
	sel     [][3]int // per source axis: start, length, step; a length of -1 is an index at start
	shared  int      // over 0: all members are parts of one file, so long along axis 0
	entries []naiveEntry
}

// element returns the virtual coordinates of the element at ordinals o (after select) of
// the member with coordinates k; nil when a window hides it.
func (l *naiveLayout) element(k, o []int, lens []int) []int {
	var out []int
	for _, e := range l.entries {
		var at []int
		if e.stack >= 0 {
			at = []int{k[e.stack]}
		} else {
			j := o[e.source[0]]
			if len(e.source) == 2 {
				j = j*lens[e.source[1]] + o[e.source[1]]
			}
			for _, r := range e.rules {
				j = r.place(j, k[r.v], l.counts[r.v])
			}
			at = []int{j}
			if e.split > 0 {
				row, col := j/e.split, j%e.split
				if e.snake && row%2 == 1 {
					col = e.split - 1 - col
				}
				at = []int{row, col}
			}
		}
		for i, x := range at {
			w := e.window[i]
			if x < w[0] || x >= w[1] || (x-w[0])%w[2] != 0 {
				return nil
			}
			out = append(out, (x-w[0])/w[2])
		}
	}
	return out
}

func pick(r *rand.Rand, list ...int) int { return list[r.IntN(len(list))] }

func divisors(n int) []int {
	var out []int
	for d := 1; d <= n; d++ {
		if n%d == 0 {
			out = append(out, d)
		}
	}
	return out
}

// randomLayout makes a layout and its YAML.
func randomLayout(r *rand.Rand) (*naiveLayout, string) {
	l := &naiveLayout{}
	for range r.IntN(4) {
		l.counts = append(l.counts, 1+r.IntN(3))
	}
	var lens []int
	for range 1 + r.IntN(3) {
		n := 1 + r.IntN(6)
		l.shape = append(l.shape, n)
		switch r.IntN(5) {
		case 0:
			start := r.IntN(n)
			step := 1 + r.IntN(2)
			length := (r.IntN(n-start) + step) / step
			l.sel = append(l.sel, [3]int{start, length, step})
			lens = append(lens, length)
		case 1:
			if len(l.shape) > 1 {
				l.sel = append(l.sel, [3]int{r.IntN(n), -1, 1})
				continue
			}
			fallthrough
		default:
			l.sel = append(l.sel, [3]int{0, n, 1})
			lens = append(lens, n)
		}
	}
	free := r.Perm(len(l.counts))
	for i := 0; i < len(lens); {
		for len(free) > 0 && r.IntN(4) == 0 {
			l.entries = append(l.entries, naiveEntry{stack: free[0], size: []int{l.counts[free[0]]}})
			free = free[1:]
		}
		e := naiveEntry{stack: -1, source: []int{i}}
		n := lens[i]
		i++
		if i < len(lens) && r.IntN(5) == 0 {
			e.source = append(e.source, i)
			n *= lens[i]
			i++
		}
		for len(free) > 0 && r.IntN(2) == 0 {
			rule := randomRule(r, free[0], l.counts[free[0]], n)
			n = rule.length(l.counts[free[0]])
			e.rules = append(e.rules, rule)
			free = free[1:]
		}
		e.size = []int{n}
		if d := divisors(n); r.IntN(4) == 0 {
			cols := pick(r, d...)
			e.split, e.snake, e.size = cols, r.IntN(2) == 0, []int{n / cols, cols}
		}
		l.entries = append(l.entries, e)
	}
	for _, v := range free {
		l.entries = append(l.entries, naiveEntry{stack: v, size: []int{l.counts[v]}})
	}
	if l.sel[0][1] == l.shape[0] && r.IntN(2) == 0 {
		l.shared = l.shape[0]
		for _, c := range l.counts {
			l.shape[0] *= c
		}
	}
	windowed := r.IntN(2) == 0
	for i := range l.entries {
		e := &l.entries[i]
		for a, n := range e.size {
			e.names = append(e.names, fmt.Sprintf("a%d_%d", i, a))
			w := [3]int{0, n, 1}
			if windowed && r.IntN(2) == 0 {
				w[0] = r.IntN(n + 1)
				w[1] = w[0] + r.IntN(n-w[0]+1)
				if e.split == 0 {
					w[2] = 1 + r.IntN(3)
				}
			}
			e.window = append(e.window, w)
		}
	}
	return l, l.yaml()
}

func randomRule(r *rand.Rand, v, count, n int) naiveRule {
	rule := naiveRule{v: v, kind: "concat", lengths: n}
	switch r.IntN(4) {
	case 0:
		rule.kind = "tile"
		for range 1 + r.IntN(2) {
			rule.gaps = append(rule.gaps, r.IntN(3))
		}
	case 1:
		rule.kind, rule.b = "interleave", pick(r, divisors(n)...)
	case 2:
		rule.kind = "tile"
		for k := range count {
			rule.at = append(rule.at, k*(n+1))
		}
		r.Shuffle(count, func(i, j int) { rule.at[i], rule.at[j] = rule.at[j], rule.at[i] })
	}
	return rule
}

func ints(list []int) string { return strings.ReplaceAll(fmt.Sprint(list), " ", ", ") }

func (l *naiveLayout) yaml() string {
	var b strings.Builder
	b.WriteString("vdsgen: 1\nlayout: Naive\n")
	name := "f"
	if len(l.counts) > 0 {
		b.WriteString("vars:\n")
		for i, n := range l.counts {
			fmt.Fprintf(&b, "  v%d: 0..%d\n", i, n-1)
			if l.shared == 0 {
				name += fmt.Sprintf("_{v%d}", i)
			}
		}
	}
	var sel []string
	for i, s := range l.sel {
		switch {
		case i == 0 && l.shared > 0:
			number := "0"
			for v, n := range l.counts {
				number = fmt.Sprintf("(%s*%d + v%d)", number, n, v)
			}
			sel = append(sel, fmt.Sprintf(`"%d*%s : %d*(%s+1)"`, l.shared, number, l.shared, number))
		case s[1] < 0:
			sel = append(sel, fmt.Sprintf("%q", fmt.Sprint(s[0])))
		default:
			sel = append(sel, fmt.Sprintf(`"%d:%d:%d"`, s[0], s[0]+(s[1]-1)*s[2]+1, s[2]))
		}
	}
	fmt.Fprintf(&b, "sources:\n  s: {file: \"%s\", path: /d, type: int32, shape: %s, select: [%s]}\n", name, ints(l.shape), strings.Join(sel, ", "))
	b.WriteString("datasets:\n  /d:\n    from: s\n    axes:\n")
	for _, e := range l.entries {
		fmt.Fprintf(&b, "      %q: %s\n", strings.Join(e.names, ", "), e.yaml())
	}
	b.WriteString("    window:\n")
	for _, e := range l.entries {
		for i, w := range e.window {
			fmt.Fprintf(&b, "      %s: \"%d:%d:%d\"\n", e.names[i], w[0], w[1], w[2])
		}
	}
	return strings.ReplaceAll(b.String(), ":1\"\n", "\"\n")
}

func (e naiveEntry) yaml() string {
	if e.stack >= 0 {
		return fmt.Sprintf("{stack: v%d}", e.stack)
	}
	var rules []string
	if len(e.source) == 2 {
		rules = append(rules, "{merge: 2}")
	}
	for _, r := range e.rules {
		s := fmt.Sprintf("{%s: v%d", r.kind, r.v)
		if r.gaps != nil {
			s += ", gaps: " + ints(r.gaps)
		}
		if r.at != nil {
			s += ", at: " + ints(r.at)
		}
		if r.b > 0 {
			s += fmt.Sprintf(", block: %d", r.b)
		}
		rules = append(rules, s+"}")
	}
	if e.split > 0 {
		rules = append(rules, fmt.Sprintf("{split: %s, snake: %t}", ints(e.size), e.snake))
	}
	if len(rules) == 0 {
		return "same"
	}
	return "[" + strings.Join(rules, ", ") + "]"
}

// expand lists the coordinates that a selection names in a dataspace of that shape.
func expand(s dataspace.Selection, shape []int) [][]int {
	var axes [][]int
	if s.Kind() == dataspace.KindAll {
		for _, n := range shape {
			var list []int
			for i := range n {
				list = append(list, i)
			}
			axes = append(axes, list)
		}
	} else {
		for _, d := range s.Dims() {
			var list []int
			for i := range d.Count {
				for j := range d.Block {
					list = append(list, int(d.Start+i*d.Stride+j))
				}
			}
			axes = append(axes, list)
		}
	}
	out := [][]int{{}}
	for _, list := range axes {
		var next [][]int
		for _, p := range out {
			for _, x := range list {
				next = append(next, append(slices.Clone(p), x))
			}
		}
		out = next
	}
	return out
}

func count(shape []int) [][]int { return expand(dataspace.All(), shape) }

func TestLowerNaive(t *testing.T) {
	seed := uint64(20)
	cases := 1000
	if testing.Short() {
		cases = 300
	}
	seen := map[string]int{}
	for i := range cases {
		r := rand.New(rand.NewPCG(seed, uint64(i)))
		n, text := randomLayout(r)
		checkNaive(t, n, text, seen)
		if t.Failed() {
			t.Fatalf("case %d of seed %d", i, seed)
		}
	}
	for _, word := range []string{"stack", "concat", "tile", "interleave", "split", "snake: true", "merge", "joined"} {
		if seen[word] < cases/200 {
			t.Errorf("only %d cases with %s", seen[word], word)
		}
	}
}

func checkNaive(t *testing.T, n *naiveLayout, text string, seen map[string]int) {
	t.Helper()
	l, list := schema.LoadYAML("naive.yaml", []byte(text))
	if !list.HasErrors() {
		list = append(list, model.Check(l)...)
	}
	if list.HasErrors() {
		t.Fatalf("%v\n%s", list, text)
	}
	out, err := model.Lower(l, nil, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	for _, word := range []string{"stack", "concat", "tile", "interleave", "split", "snake: true", "merge"} {
		if strings.Contains(text, word) {
			seen[word]++
		}
	}
	d := out.Datasets[0]
	var shape []int
	for _, e := range n.entries {
		for _, w := range e.window {
			shape = append(shape, (w[1]-w[0]+w[2]-1)/w[2])
		}
	}
	if got := fmt.Sprint(d.Shape); got != fmt.Sprint(shape) {
		t.Fatalf("shape %v, want %v\n%s", got, shape, text)
	}
	wanted := n.elements()
	got := map[string]string{}
	for _, m := range d.Mappings {
		v, s := expand(m.Virtual, nil), expand(m.Source, n.shape)
		if len(v) != len(s) {
			t.Fatalf("mapping %v holds %d and %d elements\n%s", m, len(v), len(s), text)
		}
		if len(m.Virtual.Dims()) != len(shape) {
			t.Fatalf("mapping %v has another rank than %v\n%s", m, shape, text)
		}
		for i := range v {
			key := fmt.Sprint(v[i])
			if got[key] != "" {
				t.Fatalf("%s is mapped twice\n%s", key, text)
			}
			got[key] = fmt.Sprint(m.File, s[i])
		}
	}
	if members := len(count(n.counts)); n.shared > 0 && len(d.Mappings) < members {
		seen["joined"]++
	}
	for key, w := range wanted {
		if got[key] != w {
			t.Fatalf("%s comes from %q, want %q\n%s\n%v", key, got[key], w, text, d.Mappings)
		}
	}
	if len(got) != len(wanted) {
		t.Fatalf("%d elements are mapped, want %d\n%s", len(got), len(wanted), text)
	}
}

// elements maps virtual coordinates to file and source coordinates.
func (l *naiveLayout) elements() map[string]string {
	var lens []int
	for _, s := range l.sel {
		if s[1] >= 0 {
			lens = append(lens, s[1])
		}
	}
	out := map[string]string{}
	for _, k := range count(l.counts) {
		file, number := "f", 0
		for v, x := range k {
			number = number*l.counts[v] + x
			if l.shared == 0 {
				file += fmt.Sprintf("_%d", x)
			}
		}
		for _, o := range count(lens) {
			v := l.element(k, o, lens)
			if v == nil {
				continue
			}
			var src []int
			next := 0
			for i, s := range l.sel {
				if s[1] < 0 {
					src = append(src, s[0])
					continue
				}
				src = append(src, s[0]+o[next]*s[2])
				if i == 0 {
					src[0] += number * l.shared
				}
				next++
			}
			out[fmt.Sprint(v)] = fmt.Sprint(file, src)
		}
	}
	return out
}
