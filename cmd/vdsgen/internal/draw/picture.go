package draw

// Picture is a display list. Lengths are in CSS pixels, y runs down; items are painted in order.
type Picture struct {
	Width, Height float64
	Title         string // for readers that do not see the picture
	Items         []Item
}

// Item is one thing to paint: a [Rect], [Line], [Lines] or [Text].
type Item interface {
	svg(w *svgWriter)
	paint(r *raster)
}

// Color is an opaque color, 0xRRGGBB.
type Color uint32

// NoColor paints nothing.
const NoColor Color = 0xff000000

// Rect is a filled rectangle with an optional outline and round corners.
type Rect struct {
	X, Y, W, H float64
	Radius     float64
	Fill       Color
	Stroke     Color
	Thickness  float64 // of the outline, which is centred on the edge; 0 draws none
	Tip        string  // shown by browsers when the pointer rests on it; may be ""
}

// Line is a straight stroke with flat ends, of one pixel where Thickness is 0.
type Line struct {
	X1, Y1, X2, Y2 float64
	Color          Color
	Thickness      float64
}

// Lines are many thin strokes of one color, each from its first two coordinates to its last two.
type Lines struct {
	Ends  [][4]float64
	Color Color
}

// Anchor says which point of a text its position is.
type Anchor uint8

// The anchors.
const (
	Start Anchor = iota
	Middle
	End
)

// Text is one line of text; Y is its baseline.
type Text struct {
	X, Y   float64
	Size   float64 // of the em
	Text   string
	Color  Color
	Anchor Anchor
	Bold   bool
	Turned bool // runs upwards
}

// add appends items.
func (p *Picture) add(items ...Item) { p.Items = append(p.Items, items...) }
