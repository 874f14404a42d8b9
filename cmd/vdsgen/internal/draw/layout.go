package draw

import (
	"fmt"
	"slices"
	"strings"
)

// page is a picture in the making; y is where the next panel begins.
type page struct {
	*Picture
	d       *Dataset
	y       float64
	hatched bool // something without a source is to be seen
}

// tallest is how many times as high as wide the last two axes may be to be drawn as a frame; longer ones are two strips.
const tallest = 12

// Of lays a dataset out: a strip for each leading axis, the frame of the last two, and a legend.
func Of(d *Dataset) *Picture {
	d.prepare()
	p := &page{Picture: &Picture{Width: pageWidth, Title: strings.TrimSpace(d.Title + " " + d.Path)}, d: d, y: margin}
	p.add(Rect{}) // the card, sized at the end
	p.header()
	strips := len(d.Axes)
	if n := len(d.Axes); n >= 2 && float64(d.Axes[n-2].Extent) <= tallest*float64(d.Axes[n-1].Extent) {
		strips = n - 2
	}
	rows, cols, crossed := p.crossed(strips)
	for axis := range strips {
		if !crossed || axis != rows && axis != cols {
			p.strip(axis)
		}
	}
	if crossed {
		p.frame(rows, cols)
	}
	if strips < len(d.Axes) {
		p.frame(strips, strips+1)
	}
	p.legend()
	p.Height = p.y + margin/2
	p.Items[0] = Rect{X: 0.5, Y: 0.5, W: p.Width - 1, H: p.Height - 1, Radius: 10, Fill: paper, Stroke: border, Thickness: 1}
	return p.Picture
}

// crossed finds two leading axes that members divide between them, modules and files in turn: they are drawn as a
// frame, in which each member has a place of its own and one that is missing is seen.
func (p *page) crossed(strips int) (rows, cols int, ok bool) {
	var divided []int
	for axis := range strips {
		places := p.d.places(axis)
		switch {
		case len(places) < 2:
			continue
		case p.d.Axes[axis].Grows || slices.ContainsFunc(places, func(x *place) bool { return x.dims[0].Count > 1 }):
			return 0, 0, false
		}
		divided = append(divided, axis)
	}
	if len(divided) != 2 || rects(p.d.places(divided...)) > maxRects {
		return 0, 0, false
	}
	return divided[1], divided[0], true
}

// header writes the title and what the dataset is.
func (p *page) header() {
	d := p.d
	p.y += titleSize * 0.8
	p.add(Text{X: margin, Y: p.y, Size: titleSize, Text: fit(d.Title, titleSize, inner), Color: ink, Bold: true})
	lengths := make([]string, len(d.Axes))
	for i, a := range d.Axes {
		lengths[i] = grouped(a.Extent)
		if a.Grows {
			lengths[i] = "∞"
		}
	}
	parts := []string{d.Path, d.Type}
	if len(lengths) > 0 {
		parts = append(parts, strings.Join(lengths, " × "))
	}
	parts = append(parts, plural(len(d.Members), "source"))
	p.y += 22
	p.add(Text{X: margin, Y: p.y, Size: textSize, Text: fit(strings.Join(parts, "  ·  "), textSize, inner), Color: muted})
	p.y += 24
}

// legend says what the colors mean.
func (p *page) legend() {
	d := p.d
	x := margin
	chip := func(t tone, hatched bool, text string) {
		r := Rect{X: x, Y: p.y, W: 18, H: 12, Radius: 2, Fill: t.fill, Stroke: t.edge, Thickness: 1}
		if hatched {
			p.gap(r)
		} else {
			p.add(r)
		}
		p.add(Text{X: x + 25, Y: p.y + 10, Size: smallSize, Text: text, Color: muted})
		x += 25 + textWidth(text, smallSize) + 22
	}
	p.y += 4
	missing, wrong := d.count(Missing), d.count(Mismatch)
	switch there := len(d.Members) - missing - wrong; {
	case !d.Checked:
		chip(tones[0], false, "given by a source")
	default:
		chip(tones[0], false, fmt.Sprintf("%s of %s there", grouped(there), plural(len(d.Members), "source")))
	}
	if missing > 0 {
		chip(tone{missingFill, missingEdge}, false, plural(missing, "source")+" missing")
	}
	if wrong > 0 {
		chip(tone{mismatchFill, mismatchEdge}, false, plural(wrong, "source")+" not as mapped")
	}
	if !p.hatched {
		p.y += 12 + 10
		return
	}
	text := "no source"
	if d.Fill != "" {
		text += ": reads as " + d.Fill
	}
	chip(tone{gapBg, border}, true, text)
	p.y += 12 + 10
}

// hatchStep is the distance between the lines of a gap, along the edge.
const hatchStep = 8.0

// gap paints a place without a source: hatched, within an outline where r has one.
func (p *page) gap(r Rect) {
	p.hatched = true
	outline := r
	r.Stroke, r.Thickness = NoColor, 0
	r.Fill = gapBg
	p.add(r)
	hatch := Lines{Color: gapInk}
	for c := hatchStep / 2; c < r.W+r.H; c += hatchStep {
		// The line x + y = c, from the bottom or right edge to the left or top one.
		x1, y1 := max(0, c-r.H), min(c, r.H)
		x2, y2 := min(c, r.W), max(0, c-r.W)
		hatch.Ends = append(hatch.Ends, [4]float64{r.X + x1, r.Y + y1, r.X + x2, r.Y + y2})
	}
	p.add(hatch)
	if outline.Thickness > 0 {
		outline.Fill = NoColor
		p.add(outline)
	}
}

// heading writes the name of an axis and what its members do there.
func (p *page) heading(name, text string) {
	p.y += headSize * 0.8
	p.add(Text{X: margin, Y: p.y, Size: headSize, Text: name, Color: ink, Bold: true},
		Text{X: margin + textWidth(name, headSize) + 12, Y: p.y, Size: textSize, Text: text, Color: muted})
	p.y += 9
}
