// Package draw makes pictures of virtual datasets: which member gives which part of the array.
//
// [Of] lays a [Dataset] out as a [Picture], a display list of rectangles, lines and texts that knows
// nothing of files. [Picture.WriteSVG] and [Picture.WritePNG] render the same list, so both show
// the same; neither needs a font that is not here, and a dataset gives the same bytes each time.
//
// Read dataset.go first (what is drawn), then project.go (the groups of members that share a place along
// some axes), layout.go (the page), frame.go and strip.go (its panels); picture.go, svg.go, png.go and
// font.go render.
package draw
