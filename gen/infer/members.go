package infer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// member is what one combination of the values of the variables stands for: a source dataset, or a part of one.
type member struct {
	file, path string
	maps       []mapping
}

// bySource groups mappings by their source dataset, in the order of first places.
func bySource(list []mapping) []member {
	var out []member
	number := map[[2]string]int{}
	for _, m := range list {
		key := [2]string{m.file, m.path}
		i, seen := number[key]
		if !seen {
			i = len(out)
			number[key] = i
			out = append(out, member{file: m.file, path: m.path})
		}
		out[i].maps = append(out[i].maps, m)
	}
	return out
}

// byMapping makes a member of every mapping.
func byMapping(list []mapping) []member {
	out := make([]member, len(list))
	for i, m := range list {
		out[i] = member{m.file, m.path, []mapping{m}}
	}
	return out
}

// axis is one link with the places of all members along it, sorted into classes.
type axis struct {
	link
	class  []int // of each member, in the order of their first coordinates
	n      int   // number of classes
	places []place
}

// place is what one member has along an axis: on both sides, pieces in the order of the virtual side.
type place struct{ pieces []piece }

type piece struct{ v, s []dataspace.Dim }

// first is the first virtual coordinate, row-major where the link has two virtual axes.
func (p place) first(shape []uint64, l link) uint64 {
	at := uint64(0)
	for k, d := range p.pieces[0].v {
		if k > 0 {
			at *= shape[l.v[k]]
		}
		at += d.Start
	}
	return at
}

// wholeOf is all of a source axis that becomes v: of a series of files each has one block.
func wholeOf(v dataspace.Dim) dataspace.Dim {
	if v.Count == dataspace.Unlimited {
		return dataspace.Range(0, v.Block)
	}
	return dataspace.Range(0, length(v))
}

func (p place) key() string {
	var b strings.Builder
	for _, x := range p.pieces {
		fmt.Fprintf(&b, "%v;", x.v)
	}
	return b.String()
}

// table is all members with their places along all axes.
type table struct {
	d       *Dataset
	members []member
	axes    []axis
}

// tabulate finds the classes of members along each axis, so that every combination of classes is one member.
func tabulate(d *Dataset, members []member, links []link) (*table, bool) {
	t := &table{d: d, members: members}
	for _, l := range links {
		a := axis{link: l, places: make([]place, len(members))}
		for i, m := range members {
			a.places[i] = placeOf(m, l)
		}
		a.classify(d.Shape)
		t.axes = append(t.axes, a)
	}
	if t.product() {
		return t, true
	}
	for k := range t.axes {
		if before := t.axes[k]; before.n > 1 && t.rank(k) {
			if t.product() {
				return t, true
			}
			t.axes[k] = before
		}
	}
	return nil, false
}

// placeOf lists the different pieces that a member has along one link.
func placeOf(m member, l link) place {
	var p place
	seen := map[string]bool{}
	for _, x := range m.maps {
		var q piece
		for _, k := range l.v {
			q.v = append(q.v, x.v[k])
		}
		for _, k := range l.s {
			if x.whole {
				q.s = append(q.s, wholeOf(x.v[l.v[0]]))
				continue
			}
			q.s = append(q.s, x.s[k])
		}
		if key := fmt.Sprint(q); !seen[key] {
			seen[key] = true
			p.pieces = append(p.pieces, q)
		}
	}
	slices.SortFunc(p.pieces, func(a, b piece) int {
		for k := range a.v {
			if c := cmp.Compare(a.v[k].Start, b.v[k].Start); c != 0 {
				return c
			}
		}
		return 0
	})
	return p
}

// classify puts members with the same virtual pieces into one class.
func (a *axis) classify(shape []uint64) {
	a.class = make([]int, len(a.places))
	a.n = 1
	if len(a.v) == 0 {
		return
	}
	firsts := map[string]uint64{}
	var keys []string
	of := make([]string, len(a.places))
	for i, p := range a.places {
		of[i] = p.key()
		if _, seen := firsts[of[i]]; !seen {
			firsts[of[i]] = p.first(shape, a.link)
			keys = append(keys, of[i])
		}
	}
	slices.SortStableFunc(keys, func(x, y string) int { return cmp.Compare(firsts[x], firsts[y]) })
	number := make(map[string]int, len(keys))
	for i, k := range keys {
		number[k] = i
	}
	for i := range a.places {
		a.class[i] = number[of[i]]
	}
	a.n = len(keys)
}

// product reports whether every combination of classes is exactly one member.
func (t *table) product() bool {
	total := 1
	for _, a := range t.axes {
		if total *= a.n; total > len(t.members) {
			return false
		}
	}
	if total != len(t.members) {
		return false
	}
	seen := make([]bool, total)
	for i := range t.members {
		at := 0
		for _, a := range t.axes {
			at = at*a.n + a.class[i]
		}
		if seen[at] {
			return false
		}
		seen[at] = true
	}
	return true
}

// rank numbers members along axis k within those that agree on all other axes: for places that depend on another variable.
func (t *table) rank(k int) bool {
	a := &t.axes[k]
	groups := map[string][]int{}
	for i := range t.members {
		var b strings.Builder
		for j, other := range t.axes {
			if j != k {
				fmt.Fprintf(&b, "%d,", other.class[i])
			}
		}
		groups[b.String()] = append(groups[b.String()], i)
	}
	class, n := make([]int, len(t.members)), 0
	for _, g := range groups {
		if n == 0 {
			n = len(g)
		}
		if len(g) != n {
			return false
		}
		slices.SortFunc(g, func(x, y int) int {
			return cmp.Compare(a.places[x].first(t.d.Shape, a.link), a.places[y].first(t.d.Shape, a.link))
		})
		for rank, i := range g {
			class[i] = rank
		}
	}
	if n < 2 {
		return false
	}
	changed := *a
	changed.class, changed.n = class, n
	t.axes[k] = changed
	return true
}
