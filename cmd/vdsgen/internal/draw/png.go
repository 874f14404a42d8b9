package draw

import (
	"image"
	"image/png"
	"io"
	"math"
)

// pngScale is the number of pixels of a PNG image for each unit of the picture: sharp on dense screens.
const pngScale = 2

// WritePNG writes the picture as a PNG image, at twice its size in pixels.
func (p *Picture) WritePNG(w io.Writer) error {
	r := &raster{image.NewRGBA(image.Rect(0, 0, int(math.Ceil(p.Width*pngScale)), int(math.Ceil(p.Height*pngScale))))}
	for _, item := range p.Items {
		item.paint(r)
	}
	e := png.Encoder{CompressionLevel: png.BestCompression}
	return e.Encode(w, r.image)
}

// raster paints shapes with smooth edges: a pixel is covered as far as it lies within the shape, judged by
// the distance of its centre from the edge. Its units are pixels.
type raster struct{ image *image.RGBA }

// shape paints where distance, negative inside, says so, within a box.
func (r *raster) shape(x0, y0, x1, y1 float64, c Color, distance func(x, y float64) float64) {
	if c == NoColor {
		return
	}
	b := image.Rect(int(math.Floor(x0))-1, int(math.Floor(y0))-1, int(math.Ceil(x1))+1, int(math.Ceil(y1))+1).Intersect(r.image.Bounds())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if cover := 0.5 - distance(float64(x)+0.5, float64(y)+0.5); cover > 0 {
				r.blend(x, y, c, min(cover, 1))
			}
		}
	}
}

// blend covers a part of a pixel with a color.
func (r *raster) blend(x, y int, c Color, cover float64) {
	p := r.image.Pix[r.image.PixOffset(x, y):]
	for i, shift := range []uint{16, 8, 0} {
		from, to := float64(p[i]), float64(c>>shift&0xff)
		p[i] = uint8(math.Round(from + (to-from)*cover))
	}
	p[3] = uint8(math.Round(float64(p[3]) + (255-float64(p[3]))*cover))
}

func (r Rect) paint(to *raster) {
	x0, y0, x1, y1 := r.X*pngScale, r.Y*pngScale, (r.X+r.W)*pngScale, (r.Y+r.H)*pngScale
	radius := min(r.Radius*pngScale, (x1-x0)/2, (y1-y0)/2)
	cx, cy := (x0+x1)/2, (y0+y1)/2
	distance := func(x, y float64) float64 {
		dx, dy := math.Abs(x-cx)-(x1-x0)/2+radius, math.Abs(y-cy)-(y1-y0)/2+radius
		return math.Hypot(max(dx, 0), max(dy, 0)) + min(max(dx, dy), 0) - radius
	}
	to.shape(x0, y0, x1, y1, r.Fill, distance)
	if half := r.Thickness * pngScale / 2; half > 0 {
		to.shape(x0-half, y0-half, x1+half, y1+half, r.Stroke, func(x, y float64) float64 { return math.Abs(distance(x, y)) - half })
	}
}

func (l Line) paint(to *raster) {
	half := l.Thickness * pngScale / 2
	if half == 0 {
		half = pngScale / 2
	}
	ax, ay, bx, by := l.X1*pngScale, l.Y1*pngScale, l.X2*pngScale, l.Y2*pngScale
	length := math.Hypot(bx-ax, by-ay)
	if length == 0 {
		return
	}
	ux, uy := (bx-ax)/length, (by-ay)/length
	to.shape(min(ax, bx)-half, min(ay, by)-half, max(ax, bx)+half, max(ay, by)+half, l.Color, func(x, y float64) float64 {
		along := (x-ax)*ux + (y-ay)*uy
		across := math.Abs((y-ay)*ux - (x-ax)*uy)
		return max(across-half, -along, along-length)
	})
}

func (l Lines) paint(to *raster) {
	for _, e := range l.Ends {
		Line{X1: e[0], Y1: e[1], X2: e[2], Y2: e[3], Color: l.Color}.paint(to)
	}
}

func (t Text) paint(to *raster) {
	size := t.Size * pngScale / 100
	half := penRegular * size / 2
	if t.Bold {
		half = penBold * size / 2
	}
	at := 0.0
	switch t.Anchor {
	case Middle:
		at = -textWidth(t.Text, t.Size) * pngScale / 2
	case End:
		at = -textWidth(t.Text, t.Size) * pngScale
	}
	for _, letter := range t.Text {
		g := glyphOf(letter)
		to.glyph(t, g, at, size, half)
		at += g.advance * size
	}
}

// glyph strokes one letter whose left end is at pixels from the text's position.
func (r *raster) glyph(t Text, g glyph, at, size, half float64) {
	place := func(p [2]float64) (x, y float64) {
		along, up := at+p[0]*size, p[1]*size
		if t.Turned {
			return t.X*pngScale - up, t.Y*pngScale - along
		}
		return t.X*pngScale + along, t.Y*pngScale - up
	}
	var lines []segment
	x0, y0, x1, y1 := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for _, s := range g.strokes {
		for i := range s {
			ax, ay := place(s[max(i-1, 0)])
			bx, by := place(s[i])
			x0, y0, x1, y1 = min(x0, bx), min(y0, by), max(x1, bx), max(y1, by)
			if i > 0 || len(s) == 1 {
				lines = append(lines, segment{ax, ay, bx, by})
			}
		}
	}
	if len(lines) == 0 {
		return
	}
	r.shape(x0-half, y0-half, x1+half, y1+half, t.Color, func(x, y float64) float64 {
		nearest := math.Inf(1)
		for _, s := range lines {
			nearest = min(nearest, s.distance(x, y))
		}
		return nearest - half
	})
}

// segment is a straight part of a pen stroke, with round ends.
type segment struct{ ax, ay, bx, by float64 }

func (s segment) distance(x, y float64) float64 {
	dx, dy := s.bx-s.ax, s.by-s.ay
	t := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		t = min(max(((x-s.ax)*dx+(y-s.ay)*dy)/n, 0), 1)
	}
	return math.Hypot(x-s.ax-t*dx, y-s.ay-t*dy)
}
