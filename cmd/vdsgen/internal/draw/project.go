package draw

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// place is a part of the array, seen along some of its axes, with the members that lie there.
type place struct {
	dims    []dataspace.Dim // one for each axis looked along
	members []int           // numbers of members, in order, each once
	missing int             // of these
	wrong   int
	index   int // number of the place in the order of its starts
}

// maxBoxes bounds the boxes of one irregular selection that are drawn; beyond it its bounds are.
const maxBoxes = 4096

// places groups all members by where they lie along the axes given.
func (d *Dataset) places(axes ...int) []*place {
	byKey := map[string]*place{}
	var out []*place
	note := func(i int, dims []dataspace.Dim) {
		var key strings.Builder
		for _, x := range dims {
			fmt.Fprintf(&key, "%d/%d/%d/%d ", x.Start, x.Stride, x.Count, x.Block)
		}
		p := byKey[key.String()]
		if p == nil {
			p = &place{dims: slices.Clone(dims)}
			byKey[key.String()] = p
			out = append(out, p)
		}
		p.note(i, d.Members[i].State)
	}
	dims := make([]dataspace.Dim, len(axes))
	for i := range d.Members {
		for _, s := range d.Members[i].Virtual {
			d.project(s, axes, dims, func() { note(i, dims) })
		}
	}
	slices.SortStableFunc(out, func(a, b *place) int {
		for k := range a.dims {
			if c := cmp.Compare(a.dims[k].Start, b.dims[k].Start); c != 0 {
				return c
			}
		}
		return 0
	})
	for i, p := range out {
		p.index = i
	}
	return out
}

func (p *place) note(member int, state State) {
	if n := len(p.members); n > 0 && p.members[n-1] == member {
		return
	}
	p.members = append(p.members, member)
	switch state {
	case Missing:
		p.missing++
	case Mismatch:
		p.wrong++
	}
}

// project calls f for each part of s with dims set to what it is along the axes.
func (d *Dataset) project(s dataspace.Selection, axes []int, dims []dataspace.Dim, f func()) {
	switch s.Kind() {
	case dataspace.KindNone:
	case dataspace.KindAll:
		for k, a := range axes {
			dims[k] = dataspace.Range(0, d.Axes[a].Extent)
		}
		f()
	case dataspace.KindRegular:
		for k, a := range axes {
			dims[k] = normal(s.Dim(a))
		}
		f()
	default:
		n := 0
		for b := range s.Boxes() {
			if n++; n > maxBoxes {
				break
			}
			for k, a := range axes {
				dims[k] = dataspace.Range(b.Start[a], b.Start[a]+b.Count[a])
			}
			f()
		}
	}
}

// normal is a Dim with no more than it needs: one block has no stride.
func normal(d dataspace.Dim) dataspace.Dim {
	if d.Count == 1 || d.Stride == d.Block {
		return dataspace.Range(d.Start, d.Start+d.Count*d.Block)
	}
	return d
}

// end is the coordinate behind the last one of d.
func end(d dataspace.Dim) uint64 { return d.Start + (d.Count-1)*d.Stride + d.Block }

// whole reports whether p is all of the axes looked along.
func (d *Dataset) whole(p *place, axes ...int) bool {
	for k, a := range axes {
		if p.dims[k] != dataspace.Range(0, d.Axes[a].Extent) {
			return false
		}
	}
	return true
}

// state is the worst that is known of the place's members, and of how many.
func (p *place) state() (State, int) {
	switch {
	case p.missing > 0:
		return Missing, p.missing
	case p.wrong > 0:
		return Mismatch, p.wrong
	}
	return Present, 0
}

// label is what the members of p have in common and not all members have.
func (d *Dataset) label(p *place) string {
	first := d.Members[p.members[0]].Labels
	var parts []string
	for k, text := range first {
		same := func(m *Member) bool { return k < len(m.Labels) && m.Labels[k] == text }
		if d.varying[k] && !slices.ContainsFunc(p.members, func(i int) bool { return !same(&d.Members[i]) }) {
			parts = append(parts, text)
		}
	}
	return strings.Join(parts, ", ")
}

// tip describes a place for the pointer.
func (d *Dataset) tip(p *place) string {
	text := d.Members[p.members[0]].Source
	if n := len(p.members); n > 1 {
		text = fmt.Sprintf("%s and %d more", text, n-1)
	}
	switch state, n := p.state(); {
	case state == Missing && len(p.members) == 1:
		text += " (missing)"
	case state == Missing:
		text += fmt.Sprintf(" (%d missing)", n)
	case state == Mismatch:
		text += " (not what its mapping needs)"
	}
	return text
}
