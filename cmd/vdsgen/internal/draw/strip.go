package draw

import (
	"cmp"
	"fmt"
	"slices"
)

// Numbers that decide how a strip is drawn.
const (
	stripHeight = 30.0
	thinHeight  = 10.0
	maxThin     = 320 // more are not drawn one by one at all
	maxRuns     = 48  // more of a dealt axis are not drawn to scale
	zoomHead    = 20  // runs of a dealt axis that are shown from its start
	zoomTail    = 3   // and from its end
	maxBins     = 206 // of an axis with more members than can be told apart
)

// run is one stretch of an axis that a place has.
type run struct {
	start, length uint64
	place         *place
}

// strip draws one axis as a bar.
func (p *page) strip(axis int) {
	a := p.d.Axes[axis]
	places := p.d.places(axis)
	extent := grouped(a.Extent)
	if a.Grows {
		extent = "grows"
	}
	bar := Rect{X: margin, Y: 0, W: inner, H: stripHeight, Radius: 2}
	if len(places) == 0 || slices.ContainsFunc(places, func(x *place) bool { return p.d.whole(x, axis) }) {
		p.heading(a.Name, extent+"  ·  the same for all")
		bar.Y, bar.H, bar.Fill, bar.Stroke, bar.Thickness = p.y, thinHeight, plain.fill, plain.edge, 1
		if len(places) == 0 {
			bar.Stroke = border
			p.gap(bar)
		} else {
			p.add(bar)
		}
		p.y += thinHeight
		p.ticks([]tick{{margin, "0"}, {margin + inner, grouped(a.Extent)}})
		return
	}
	total, dealt := uint64(0), false
	for _, x := range places {
		total += x.dims[0].Count
		dealt = dealt || x.dims[0].Count > 1
	}
	switch {
	case total <= maxRuns, !dealt && total <= maxThin:
		p.heading(a.Name, extent+"  ·  "+p.parts(places, dealt))
		bar.Y = p.y
		p.runsToScale(bar, a.Extent, allRuns(places, maxThin, maxThin))
	case dealt:
		p.heading(a.Name, extent+"  ·  "+p.parts(places, dealt)+"  ·  not to scale")
		bar.Y = p.y
		p.runsInCells(bar, a, places, total)
	default:
		p.heading(a.Name, extent+"  ·  "+p.parts(places, dealt))
		bar.Y = p.y
		p.bins(bar, a, places)
	}
}

// parts says how an axis is divided.
func (p *page) parts(places []*place, dealt bool) string {
	if len(places) == 0 {
		return "no source"
	}
	text := plural(len(places), "part")
	if dealt {
		text = fmt.Sprintf("dealt to %s in turn", grouped(len(places)))
		if b := places[0].dims[0].Block; b > 1 {
			text = fmt.Sprintf("blocks of %s dealt to %s in turn", grouped(b), grouped(len(places)))
		}
	}
	if first, last := p.d.label(places[0]), p.d.label(places[len(places)-1]); len(places) > 2 && first != "" && last != "" {
		text += ": " + first + " … " + last
	}
	return text
}

// allRuns lists the first and last runs of each place, in order.
func allRuns(places []*place, head, tail uint64) []run {
	var runs []run
	for _, x := range places {
		d := x.dims[0]
		add := func(from, to uint64) {
			for i := from; i < to; i++ {
				runs = append(runs, run{d.Start + i*d.Stride, d.Block, x})
			}
		}
		if d.Count <= head+tail {
			add(0, d.Count)
			continue
		}
		add(0, head)
		add(d.Count-tail, d.Count)
	}
	slices.SortFunc(runs, func(a, b run) int { return cmp.Compare(a.start, b.start) })
	return runs
}

// joined puts runs that follow one another and whose members agree in the first variable together, where they
// are too many to be told apart: the files of one writer are one part.
func (d *Dataset) joined(runs []run) []run {
	if len(runs) <= maxRuns {
		return runs
	}
	var out []run
	number := map[string]int{} // by first label: the parts of a writer look the same
	for _, r := range runs {
		if n := len(out); n > 0 && out[n-1].start+out[n-1].length == r.start && d.sameFirst(out[n-1].place, r.place) {
			both := *out[n-1].place
			both.members = append(slices.Clone(both.members), r.place.members...)
			both.missing, both.wrong = both.missing+r.place.missing, both.wrong+r.place.wrong
			out[n-1].length += r.length
			out[n-1].place = &both
			continue
		}
		x := *r.place
		first := d.first(&x)
		if _, seen := number[first]; !seen {
			number[first] = len(number)
		}
		if x.index = len(out); first != "" {
			x.index = number[first]
		}
		out = append(out, run{r.start, r.length, &x})
	}
	return out
}

// sameFirst reports whether the members of two places agree in the first label that tells members apart, and in their state.
func (d *Dataset) sameFirst(a, b *place) bool {
	first := d.first(a)
	return first != "" && first == d.first(b) && d.Members[a.members[0]].State == d.Members[b.members[0]].State
}

// first is the first label of the members of a place that tells members apart, where it is not the only one; else "".
func (d *Dataset) first(p *place) string {
	k := slices.Index(d.varying, true)
	if labels := d.Members[p.members[0]].Labels; k >= 0 && k < len(labels) && slices.Contains(d.varying[k+1:], true) {
		return labels[k]
	}
	return ""
}

// runLength is the number of elements of runs, which do not overlap.
func runLength(runs []run) uint64 {
	n := uint64(0)
	for _, r := range runs {
		n += r.length
	}
	return n
}

// runsToScale draws every run where it lies.
func (p *page) runsToScale(bar Rect, extent uint64, runs []run) {
	scale := bar.W / float64(max(extent, 1))
	if length := runLength(runs); length < extent {
		base := bar
		base.Stroke, base.Thickness = border, 1
		p.gap(base)
	}
	ticks := []tick{{bar.X, "0"}, {bar.X + bar.W, grouped(extent)}}
	for _, r := range p.d.joined(runs) {
		cell := bar
		cell.X, cell.W = bar.X+float64(r.start)*scale, float64(r.length)*scale
		p.member(cell, r.place)
		ticks = append(ticks, tick{cell.X, grouped(r.start)})
	}
	p.y += bar.H
	p.ticks(ticks)
}

// runsInCells draws the first and the last runs of an axis in cells of equal width.
func (p *page) runsInCells(bar Rect, a Axis, places []*place, total uint64) {
	runs := allRuns(places, zoomHead, zoomTail)
	head := runs[:min(zoomHead, len(runs))]
	tail := runs[len(runs)-zoomTail:]
	const pause = 44.0
	width := (bar.W - pause) / (zoomHead + zoomTail)
	var ticks []tick
	x := bar.X
	for i, r := range append(slices.Clone(head), tail...) {
		if i == len(head) {
			p.add(Text{X: x + pause/2, Y: bar.Y + bar.H/2 + 5, Size: 16, Text: "⋯", Color: muted, Anchor: Middle})
			x += pause
		}
		cell := bar
		cell.X, cell.W = x, width
		p.member(cell, r.place)
		ticks = append(ticks, tick{x, grouped(r.start)})
		x += width
	}
	if !a.Grows {
		ticks = append([]tick{{bar.X + bar.W, grouped(a.Extent)}}, ticks...)
	}
	p.y += bar.H
	p.ticks(ticks)
}

// bins draws an axis with more parts than can be told apart: what is missing shows.
func (p *page) bins(bar Rect, a Axis, places []*place) {
	covered, bad := make([]float64, maxBins), make([]State, maxBins)
	per := float64(a.Extent) / maxBins
	for _, x := range places {
		lo, hi := float64(x.dims[0].Start)/per, float64(end(x.dims[0]))/per
		state, _ := x.state()
		for b := int(lo); b < maxBins && float64(b) < hi; b++ {
			covered[b] += min(hi, float64(b+1)) - max(lo, float64(b))
			if state == Missing || bad[b] == Present {
				bad[b] = state
			}
		}
	}
	if slices.ContainsFunc(covered, func(c float64) bool { return c <= 0.5 }) {
		base := bar
		base.Stroke, base.Thickness = border, 1
		p.gap(base)
	}
	width := bar.W / maxBins
	for from := 0; from < maxBins; {
		to := from + 1
		for to < maxBins && bad[to] == bad[from] && (covered[to] > 0.5) == (covered[from] > 0.5) {
			to++
		}
		if covered[from] > 0.5 || bad[from] != Present {
			t := []tone{tones[0], {missingFill, missingEdge}, {mismatchFill, mismatchEdge}}[bad[from]]
			p.add(Rect{X: bar.X + float64(from)*width, Y: bar.Y, W: float64(to-from) * width, H: bar.H, Fill: t.fill, Stroke: t.edge, Thickness: 1})
		}
		from = to
	}
	p.y += bar.H
	p.ticks([]tick{{bar.X, "0"}, {bar.X + bar.W, grouped(a.Extent)}})
}

// member draws one part of the array with its name, as far as there is room.
func (p *page) member(r Rect, x *place) {
	t := toneOf(x)
	r.Fill, r.Stroke, r.Tip = t.fill, t.edge, p.d.tip(x)
	r.Thickness = 1
	if min(r.W, r.H) < 4 {
		r.Thickness, r.Radius = 0, 0
		r.W, r.H = max(r.W, 0.5), max(r.H, 0.5)
		if state, _ := x.state(); state != Present {
			r.Fill = t.edge // a thin part that is missing must be seen
		}
	}
	p.add(r)
	color := ink
	switch bad := x.missing + x.wrong; {
	case x.missing == len(x.members):
		color = missingInk
	case bad > 0 && bad < len(x.members) && r.H >= 4:
		p.partly(r, x)
	}
	p.name(r, p.d.label(x), color)
	if source := p.d.Members[x.members[0]].Source; len(x.members) == 1 && r.H >= 46 && p.d.severalSources && textWidth(p.d.label(x), textSize)+6 <= r.W {
		if text := fit(source, smallSize, r.W-16); text != "" {
			p.add(Text{X: r.X + r.W/2, Y: r.Y + r.H/2 + textSize*0.36 + smallSize*lineHeight, Size: smallSize, Text: text, Color: muted, Anchor: Middle})
		}
	}
}

// partly marks a part some of whose members are missing or not as mapped: a band as high as their share.
func (p *page) partly(r Rect, x *place) {
	state, _ := x.state()
	fill := []Color{NoColor, missingEdge, mismatchEdge}[state]
	h := max(r.H*float64(x.missing+x.wrong)/float64(len(x.members)), 3)
	p.add(Rect{X: r.X, Y: r.Y + r.H - h, W: r.W, H: h, Fill: fill})
}

// name writes a label into a rectangle, shortened to its number where it is narrow.
func (p *page) name(r Rect, label string, c Color) {
	if label == "" || r.H < smallSize+2 {
		return
	}
	number := label
	if i := lastWord(label); i > 0 {
		number = label[i:]
	}
	for _, text := range []string{label, number} {
		if textWidth(text, textSize)+6 <= r.W {
			p.add(Text{X: r.X + r.W/2, Y: r.Y + r.H/2 + textSize*0.36, Size: textSize, Text: text, Color: c, Anchor: Middle})
			return
		}
		if r.H > 60 && textWidth(text, textSize)+10 <= r.H && r.W >= textSize+2 {
			p.add(Text{X: r.X + r.W/2 + textSize*0.36, Y: r.Y + r.H/2, Size: textSize, Text: text, Color: c, Anchor: Middle, Turned: true})
			return
		}
	}
}

// lastWord is where the last word of a label begins.
func lastWord(label string) int {
	for i := len(label) - 1; i >= 0; i-- {
		if label[i] == ' ' {
			return i + 1
		}
	}
	return 0
}

// tick is a number at a place of an axis.
type tick struct {
	x    float64
	text string
}

// ticks writes numbers below a bar; the earlier ones in the list come first where there is not room for all.
func (p *page) ticks(list []tick) {
	type span struct{ from, to float64 }
	var taken []span
	for _, t := range list {
		half := textWidth(t.text, smallSize) / 2
		at := min(max(t.x, margin+half), margin+inner-half)
		s := span{at - half - 4, at + half + 4}
		if slices.ContainsFunc(taken, func(o span) bool { return s.from < o.to && o.from < s.to }) {
			continue
		}
		taken = append(taken, s)
		p.add(Line{X1: t.x, Y1: p.y, X2: t.x, Y2: p.y + 4, Color: border},
			Text{X: at, Y: p.y + 4 + smallSize, Size: smallSize, Text: t.text, Color: muted, Anchor: Middle})
	}
	p.y += 4 + smallSize + 18
}
