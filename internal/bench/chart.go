package main

import (
	"fmt"
	"html"
	"math"
	"strings"
)

// Measures of a chart, in CSS pixels.
const (
	plotWidth, plotHeight = 250.0, 190.0
	marginLeft            = 62.0
	marginTop             = 30.0
	panelWidth            = marginLeft + plotWidth + 18
	panelHeight           = marginTop + plotHeight + 44
	headHeight            = 52.0
	chartColumns          = 2
)

// ink are the colors of lines: ours, then the others in their order.
var ink = []string{"#c2410c", "#1d4ed8", "#0e7490", "#6d28d9", "#4d7c0f"}

// svg draws a curve: its panels in rows of two, both axes logarithmic, so that what is linear rises by a decade in a decade.
func (c curve) svg() string {
	rows := (len(c.panels) + chartColumns - 1) / chartColumns
	width, height := chartColumns*panelWidth+10, headHeight+float64(rows)*panelHeight
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" width="%g" height="%g" viewBox="0 0 %g %g" font-family="Helvetica, Arial, sans-serif" font-size="11" role="img">`+"\n", width, height, width, height)
	fmt.Fprintf(&out, "<title>%s</title>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n", html.EscapeString(c.title))
	text(&out, 14, 20, "start", `font-size="14" font-weight="bold" fill="#111"`, c.title)
	x := 14.0
	for i, l := range c.panels[0].lines {
		fmt.Fprintf(&out, `<line x1="%g" y1="36" x2="%g" y2="36" stroke="%s" stroke-width="2.5"/>`+"\n", x, x+18, ink[i%len(ink)])
		text(&out, x+23, 40, "start", `fill="#333"`, l.name)
		x += 23 + 7*float64(len(l.name)) + 16
	}
	for i, p := range c.panels {
		fmt.Fprintf(&out, `<g transform="translate(%g %g)">`+"\n", float64(i%chartColumns)*panelWidth, headHeight+float64(i/chartColumns)*panelHeight)
		p.draw(&out, c.axis)
		out.WriteString("</g>\n")
	}
	out.WriteString("</svg>\n")
	return out.String()
}

func text(out *strings.Builder, x, y float64, anchor, style, s string) {
	fmt.Fprintf(out, `<text x="%.1f" y="%.1f" text-anchor="%s" %s>%s</text>`+"\n", x, y, anchor, style, html.EscapeString(s))
}

// span is a stretch of a logarithmic axis, as powers of ten.
type span struct{ low, high float64 }

func (s *span) include(v float64) {
	if v <= 0 {
		return
	}
	s.low, s.high = min(s.low, math.Log10(v)), max(s.high, math.Log10(v))
}

// at is where a value lies: 0 at the low end, 1 at the high one.
func (s span) at(v float64) float64 { return (math.Log10(v) - s.low) / (s.high - s.low) }

// ticks are the powers of ten within the span, and 2 and 5 times these where the span is short.
func (s span) ticks() (list []float64) {
	steps := []float64{1}
	if s.high-s.low < 2.2 {
		steps = []float64{1, 2, 5}
	}
	for e := math.Floor(s.low); e <= s.high; e++ {
		for _, step := range steps {
			v := step * math.Pow(10, e)
			if at := s.at(v); at >= -1e-9 && at <= 1+1e-9 {
				list = append(list, v)
			}
		}
	}
	return list
}

// extent is what the panel's axes must hold, with some room above and below.
func (p panel) extent() (x, y span) {
	x, y = span{math.Inf(1), math.Inf(-1)}, span{math.Inf(1), math.Inf(-1)}
	for _, l := range p.lines {
		for _, at := range l.points {
			x.include(at.x)
			y.include(at.y)
		}
	}
	if math.IsInf(y.low, 1) || math.IsInf(x.low, 1) {
		return span{0, 1}, span{0, 1} // nothing is known
	}
	const least = 1.0 // decades of the vertical axis: or what is flat would look steep
	if room := (least - (y.high - y.low)) / 2; room > 0 {
		y.low, y.high = y.low-room, y.high+room
	}
	y.low, y.high = y.low-0.08, y.high+0.08
	if x.high == x.low {
		x.high = x.low + 1
	}
	return x, y
}

func (p panel) draw(out *strings.Builder, axis string) {
	x, y := p.extent()
	place := func(at point) (float64, float64) {
		return marginLeft + plotWidth*x.at(at.x), marginTop + plotHeight*(1-y.at(at.y))
	}
	text(out, marginLeft, marginTop-10, "start", `font-size="12" fill="#111"`, p.title)
	for _, v := range y.ticks() {
		_, py := place(point{1, v})
		fmt.Fprintf(out, `<line x1="%g" y1="%.1f" x2="%g" y2="%.1f" stroke="#ddd"/>`+"\n", marginLeft, py, marginLeft+plotWidth, py)
		text(out, marginLeft-6, py+4, "end", `fill="#555"`, p.tick(v))
	}
	for _, v := range x.ticks() {
		px, _ := place(point{v, 1})
		fmt.Fprintf(out, `<line x1="%.1f" y1="%g" x2="%.1f" y2="%g" stroke="#ddd"/>`+"\n", px, marginTop, px, marginTop+plotHeight)
		text(out, px, marginTop+plotHeight+15, "middle", `fill="#555"`, fmt.Sprintf("%.0f", v))
	}
	fmt.Fprintf(out, `<rect x="%g" y="%g" width="%g" height="%g" fill="none" stroke="#999"/>`+"\n", marginLeft, marginTop, plotWidth, plotHeight)
	text(out, marginLeft+plotWidth/2, marginTop+plotHeight+32, "middle", `fill="#333"`, axis)
	for i, l := range p.lines {
		var path strings.Builder
		for _, at := range l.points {
			if at.x <= 0 || at.y <= 0 {
				continue // unknown, or less than the clock can tell
			}
			px, py := place(at)
			fmt.Fprintf(&path, "%c%.1f %.1f", "ML"[min(path.Len(), 1)], px, py)
			fmt.Fprintf(out, `<circle cx="%.1f" cy="%.1f" r="2.6" fill="%s"/>`+"\n", px, py, ink[i%len(ink)])
		}
		fmt.Fprintf(out, `<path d="%s" fill="none" stroke="%s" stroke-width="1.8"/>`+"\n", path.String(), ink[i%len(ink)])
	}
}

// tick is a value on the vertical axis, without digits that it does not need.
func (p panel) tick(v float64) string {
	unit := ""
	switch {
	case p.memory:
		unit = " MB"
	case v >= 0.9999:
		unit = " s"
	case v >= 0.9999e-3:
		v, unit = v*1e3, " ms"
	default:
		v, unit = v*1e6, " µs"
	}
	return fmt.Sprintf("%.3g", v) + unit
}
