package draw

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// fontFamily names fonts that systems have; widths are estimated from Helvetica's.
const fontFamily = "Helvetica, Arial, 'Liberation Sans', sans-serif"

type svgWriter struct{ b bytes.Buffer }

// WriteSVG writes the picture as an SVG image.
func (p *Picture) WriteSVG(w io.Writer) error {
	s := &svgWriter{}
	fmt.Fprintf(&s.b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" font-family="%s" role="img">`+"\n",
		num(p.Width), num(p.Height), num(p.Width), num(p.Height), fontFamily)
	fmt.Fprintf(&s.b, "<title>%s</title>\n", escape(p.Title))
	for _, item := range p.Items {
		item.svg(s)
	}
	s.b.WriteString("</svg>\n")
	_, err := w.Write(s.b.Bytes())
	return err
}

func (r Rect) svg(w *svgWriter) {
	fmt.Fprintf(&w.b, `<rect x="%s" y="%s" width="%s" height="%s"`, num(r.X), num(r.Y), num(r.W), num(r.H))
	if r.Radius > 0 {
		fmt.Fprintf(&w.b, ` rx="%s"`, num(r.Radius))
	}
	w.attr("fill", color(r.Fill))
	if r.Thickness > 0 && r.Stroke != NoColor {
		w.attr("stroke", color(r.Stroke))
		w.thickness(r.Thickness)
	}
	if r.Tip == "" {
		w.b.WriteString("/>\n")
		return
	}
	fmt.Fprintf(&w.b, "><title>%s</title></rect>\n", escape(r.Tip))
}

func (l Line) svg(w *svgWriter) {
	fmt.Fprintf(&w.b, `<line x1="%s" y1="%s" x2="%s" y2="%s"`, num(l.X1), num(l.Y1), num(l.X2), num(l.Y2))
	w.attr("stroke", color(l.Color))
	if l.Thickness > 0 {
		w.thickness(l.Thickness)
	}
	w.b.WriteString("/>\n")
}

func (l Lines) svg(w *svgWriter) {
	w.b.WriteString(`<path d="`)
	for _, e := range l.Ends {
		fmt.Fprintf(&w.b, "M%s %sL%s %s", num(e[0]), num(e[1]), num(e[2]), num(e[3]))
	}
	w.b.WriteByte('"')
	w.attr("stroke", color(l.Color))
	w.b.WriteString("/>\n")
}

func (t Text) svg(w *svgWriter) {
	if t.Turned {
		fmt.Fprintf(&w.b, `<text transform="translate(%s %s) rotate(-90)"`, num(t.X), num(t.Y))
	} else {
		fmt.Fprintf(&w.b, `<text x="%s" y="%s"`, num(t.X), num(t.Y))
	}
	w.attr("font-size", num(t.Size))
	w.attr("fill", color(t.Color))
	if t.Anchor != Start {
		w.attr("text-anchor", [...]string{"start", "middle", "end"}[t.Anchor])
	}
	if t.Bold {
		w.attr("font-weight", "600")
	}
	fmt.Fprintf(&w.b, ">%s</text>\n", escape(t.Text))
}

func (w *svgWriter) attr(name, value string) { fmt.Fprintf(&w.b, ` %s="%s"`, name, value) }

func (w *svgWriter) thickness(t float64) {
	if t != 1 {
		w.attr("stroke-width", num(t))
	}
}

func color(c Color) string {
	if c == NoColor {
		return "none"
	}
	return fmt.Sprintf("#%06x", uint32(c))
}

// num is a length with two decimals at most.
func num(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// escape is text as XML has it; what XML cannot hold becomes a replacement character.
func escape(text string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(text)) // a strings.Builder does not fail
	return b.String()
}
