package draw

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// Room for the frame and what stands beside it.
const (
	frameLeft    = 64.0 // axis name and coordinates
	frameRight   = 96.0 // gaps
	frameMaxW    = inner - frameLeft - frameRight
	frameMaxH    = 430.0
	frameMinW    = 120.0
	frameMinH    = 48.0
	sharedMaxW   = 300.0 // of a frame that all members share
	sharedMaxH   = 150.0
	readableRow  = 22.0 // height of a row of members with their names
	readableRows = 12   // so many rows are kept readable
	maxRects     = 600  // more are drawn as a grid of cells
	maxGapNotes  = 24
	maxTicks     = 14.0 // of coordinates beside the frame
)

// frame draws the last two axes to scale.
func (p *page) frame(rows, cols int) {
	d := p.d
	places := d.places(rows, cols)
	shared := len(places) == 1 && d.whole(places[0], rows, cols)
	maxW, maxH := frameMaxW, frameMaxH
	if shared {
		maxW, maxH = sharedMaxW, sharedMaxH
	}
	w, h, toScale := frameSize(d.Axes[rows].Extent, d.Axes[cols].Extent, maxW, maxH)
	if least := float64(min(len(starts(places, 0)), readableRows)) * readableRow; h < least && rects(places) <= maxRects {
		h, toScale = least, false
	}
	text := fmt.Sprintf("%s × %s", grouped(d.Axes[rows].Extent), grouped(d.Axes[cols].Extent))
	switch {
	case shared:
		text += "  ·  the same for all"
	default:
		text += "  ·  " + p.parts(places, false)
	}
	if !toScale {
		text += "  ·  not to scale"
	}
	p.heading(d.Axes[rows].Name+" × "+d.Axes[cols].Name, text)
	p.y += 32
	f := &frameView{page: p, rows: d.Axes[rows], cols: d.Axes[cols], Rect: Rect{X: margin + frameLeft, Y: p.y, W: w, H: h}}
	f.background(places)
	if n := rects(places); n > maxRects {
		f.cells(places)
	} else {
		for _, x := range places {
			f.place(x, shared)
		}
	}
	f.outline()
	f.coordinates(places)
	f.gaps(places)
	p.y += h + 34
}

// frameSize is the size of a frame in pixels, and whether both axes have the same scale.
func frameSize(rows, cols uint64, maxW, maxH float64) (w, h float64, toScale bool) {
	aspect := float64(max(rows, 1)) / float64(max(cols, 1))
	w, h = maxW, maxW*aspect
	if h > maxH {
		w, h = maxH/aspect, maxH
	}
	toScale = w >= frameMinW && h >= frameMinH
	return max(w, frameMinW), max(h, frameMinH), toScale
}

// rects is the number of rectangles that the places make.
func rects(places []*place) uint64 {
	n := uint64(0)
	for _, x := range places {
		if n += min(x.dims[0].Count, 1<<20) * min(x.dims[1].Count, 1<<20); n > maxRects {
			return n
		}
	}
	return n
}

// frameView is the frame with the scales of its axes.
type frameView struct {
	*page
	rows, cols Axis
	Rect
}

func (f *frameView) at(row, col uint64) (x, y float64) {
	return f.X + f.W*float64(col)/float64(max(f.cols.Extent, 1)), f.Y + f.H*float64(row)/float64(max(f.rows.Extent, 1))
}

// background hatches the frame where gaps may show.
func (f *frameView) background(places []*place) {
	if covered(places) >= float64(f.rows.Extent)*float64(f.cols.Extent) {
		return
	}
	f.page.gap(Rect{X: f.X, Y: f.Y, W: f.W, H: f.H})
}

// covered is the number of elements of the frame that places have, which do not overlap.
func covered(places []*place) float64 {
	n := 0.0
	for _, x := range places {
		n += float64(x.dims[0].Count*x.dims[0].Block) * float64(x.dims[1].Count*x.dims[1].Block)
	}
	return n
}

// outline frames the whole.
func (f *frameView) outline() {
	f.add(Rect{X: f.X, Y: f.Y, W: f.W, H: f.H, Fill: NoColor, Stroke: muted, Thickness: 1})
}

// place draws the rectangles of one place.
func (f *frameView) place(x *place, shared bool) {
	r, c := x.dims[0], x.dims[1]
	for i := range r.Count {
		for j := range c.Count {
			x0, y0 := f.at(r.Start+i*r.Stride, c.Start+j*c.Stride)
			x1, y1 := f.at(r.Start+i*r.Stride+r.Block, c.Start+j*c.Stride+c.Block)
			box := Rect{X: x0, Y: y0, W: x1 - x0, H: y1 - y0}
			if shared {
				box.Fill, box.Stroke, box.Thickness = plain.fill, plain.edge, 1
				f.add(box)
				if text := "all of one source"; textWidth(text, textSize)+10 <= box.W {
					f.name(box, text, muted)
				}
				continue
			}
			f.member(box, x)
		}
	}
}

// cellSize is the side of a cell, in pixels, where places are too many to be drawn one by one.
const cellSize = 3.0

// cells draws a grid that shows where sources are and which of them are missing.
func (f *frameView) cells(places []*place) {
	nx, ny := int(math.Ceil(f.W/cellSize)), int(math.Ceil(f.H/cellSize))
	const empty = State(255)
	grid := make([]State, nx*ny)
	for i := range grid {
		grid[i] = empty
	}
	for _, p := range places {
		state, _ := p.state()
		f.visit(p, nx, ny, func(i int) {
			if grid[i] == empty || state == Missing {
				grid[i] = state
			}
		})
	}
	f.merge(grid, nx, ny, empty)
}

// visit calls see for the cells that p touches: a gap shows where it is wider than a cell.
func (f *frameView) visit(p *place, nx, ny int, see func(i int)) {
	span := func(d dataspace.Dim, extent uint64, n int) (from, to int) {
		scale := float64(n) / float64(max(extent, 1))
		from = int(float64(d.Start) * scale)
		to = int(math.Ceil(float64(end(d)) * scale))
		from = min(from, n-1)
		return from, min(max(to, from+1), n)
	}
	r0, r1 := span(p.dims[0], f.rows.Extent, ny)
	c0, c1 := span(p.dims[1], f.cols.Extent, nx)
	for r := r0; r < r1; r++ {
		for c := c0; c < c1; c++ {
			see(r*nx + c)
		}
	}
}

// merge draws a grid with as few rectangles as rows of equal cells make, rows that are the same joined.
func (f *frameView) merge(grid []State, nx, ny int, empty State) {
	dx, dy := f.W/float64(nx), f.H/float64(ny)
	for r := 0; r < ny; {
		next := r + 1
		for next < ny && slices.Equal(grid[r*nx:(r+1)*nx], grid[next*nx:(next+1)*nx]) {
			next++
		}
		row := grid[r*nx : (r+1)*nx]
		for c := 0; c < nx; {
			e := c + 1
			for e < nx && row[e] == row[c] {
				e++
			}
			if row[c] != empty {
				t := []tone{tones[0], {missingFill, missingEdge}, {mismatchFill, mismatchEdge}}[row[c]]
				fill := t.fill
				if row[c] != Present {
					fill = t.edge
				}
				f.add(Rect{X: f.X + float64(c)*dx, Y: f.Y + float64(r)*dy, W: float64(e-c) * dx, H: float64(next-r) * dy, Fill: fill})
			}
			c = e
		}
		r = next
	}
}

// coordinates writes where places begin, and the axes' names and lengths.
func (f *frameView) coordinates(places []*place) {
	widest := 0.0
	var used []float64
	for _, v := range append([]uint64{0, f.rows.Extent}, starts(places, 0)...) {
		_, y := f.at(v, 0)
		if slices.ContainsFunc(used, func(u float64) bool { return math.Abs(u-y) < max(smallSize*1.15, f.H/maxTicks) }) {
			continue
		}
		used = append(used, y)
		widest = max(widest, textWidth(grouped(v), smallSize))
		f.add(Line{X1: f.X - 4, Y1: y, X2: f.X, Y2: y, Color: muted},
			Text{X: f.X - 7, Y: y + smallSize*0.36, Size: smallSize, Text: grouped(v), Color: muted, Anchor: End})
	}
	f.add(Text{X: f.X + f.W/2, Y: f.Y - 21, Size: textSize, Text: f.cols.Name, Color: ink, Anchor: Middle},
		Text{X: f.X - widest - 20, Y: f.Y + f.H/2, Size: textSize, Text: f.rows.Name, Color: ink, Anchor: Middle, Turned: true})
	var spans [][2]float64
	room := 4.0
	if len(places) > maxRects {
		room = f.W / maxTicks / 2
	}
	for _, v := range append([]uint64{0, f.cols.Extent}, starts(places, 1)...) {
		x, _ := f.at(0, v)
		half := textWidth(grouped(v), smallSize) / 2
		if slices.ContainsFunc(spans, func(s [2]float64) bool { return x-half < s[1]+room && s[0] < x+half+room }) {
			continue
		}
		spans = append(spans, [2]float64{x - half, x + half})
		f.add(Line{X1: x, Y1: f.Y - 4, X2: x, Y2: f.Y, Color: muted},
			Text{X: x, Y: f.Y - 6, Size: smallSize, Text: grouped(v), Color: muted, Anchor: Middle})
	}
}

// starts lists where places begin along one axis, each once.
func starts(places []*place, axis int) []uint64 {
	var out []uint64
	for _, x := range places {
		out = append(out, x.dims[axis].Start)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// hole is a stretch of an axis without any source.
type hole struct{ from, to uint64 }

// holes lists the stretches of an axis that no place touches.
func holes(places []*place, axis int, extent uint64) []hole {
	var spans []hole
	for _, x := range places {
		spans = append(spans, hole{x.dims[axis].Start, end(x.dims[axis])})
	}
	slices.SortFunc(spans, func(a, b hole) int { return cmp.Compare(a.from, b.from) })
	var out []hole
	at := uint64(0)
	for _, s := range spans {
		if s.from > at {
			out = append(out, hole{at, s.from})
		}
		at = max(at, s.to)
	}
	if at < extent {
		out = append(out, hole{at, extent})
	}
	return out
}

// gaps notes how wide the gaps between rows of members are, right of the frame, and between columns below it.
func (f *frameView) gaps(places []*place) {
	below := f.Y + f.H
	if list := holes(places, 0, f.rows.Extent); len(list) <= maxGapNotes {
		last := math.Inf(-1)
		for _, g := range list {
			_, y0 := f.at(g.from, 0)
			_, y1 := f.at(g.to, 0)
			x := f.X + f.W
			f.add(Line{X1: x + 3, Y1: y0, X2: x + 9, Y2: y0, Color: muted}, Line{X1: x + 3, Y1: y1, X2: x + 9, Y2: y1, Color: muted},
				Line{X1: x + 6, Y1: y0, X2: x + 6, Y2: y1, Color: muted})
			if mid := (y0 + y1) / 2; mid-last >= smallSize*1.15 {
				last = mid
				f.add(Text{X: x + 14, Y: mid + smallSize*0.36, Size: smallSize, Text: "gap " + grouped(g.to-g.from), Color: muted})
			}
		}
	}
	if list := holes(places, 1, f.cols.Extent); len(list) <= maxGapNotes {
		last := math.Inf(-1)
		for _, g := range list {
			x0, _ := f.at(0, g.from)
			x1, _ := f.at(0, g.to)
			f.add(Line{X1: x0, Y1: below + 3, X2: x0, Y2: below + 9, Color: muted}, Line{X1: x1, Y1: below + 3, X2: x1, Y2: below + 9, Color: muted},
				Line{X1: x0, Y1: below + 6, X2: x1, Y2: below + 6, Color: muted})
			text := "gap " + grouped(g.to-g.from)
			if mid, half := (x0+x1)/2, textWidth(text, smallSize)/2; mid-half > last+4 {
				last = mid + half
				f.add(Text{X: mid, Y: below + 11 + smallSize, Size: smallSize, Text: text, Color: muted, Anchor: Middle})
			}
		}
	}
}
