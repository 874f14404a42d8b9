package draw

import "fmt"

// The colors are those of light pages, on a card of their own, so that pictures read well on dark ones too.
const (
	paper  Color = 0xffffff
	border Color = 0xd0d7de
	ink    Color = 0x1f2328
	muted  Color = 0x59636e
	gapBg  Color = 0xf6f8fa
	gapInk Color = 0xdfe4e9

	missingFill  Color = 0xffd2cf
	missingEdge  Color = 0xcf222e
	missingInk   Color = 0x9c1420
	mismatchFill Color = 0xffe2c2
	mismatchEdge Color = 0xbc4c00
)

// tone is the fill and the edge of a member.
type tone struct{ fill, edge Color }

// tones tell neighbours apart; red and orange are kept for what is wrong.
var tones = []tone{
	{0xcfe3fb, 0x3b82c4}, {0xd3efdb, 0x3a9a5b}, {0xe6dcfa, 0x7d5bc2}, {0xfaecc4, 0xb98a12}, {0xc9edef, 0x1f8f94}, {0xf9dbea, 0xbd4f88},
}

// plain is the tone of what all members share.
var plain = tone{0xe9eff6, 0x8296ad}

// toneOf is the tone of a place: of its number, or of what is wrong with all that lies there.
func toneOf(p *place) tone {
	switch len(p.members) {
	case p.missing:
		return tone{missingFill, missingEdge}
	case p.wrong:
		return tone{mismatchFill, mismatchEdge}
	}
	return tones[p.index%len(tones)]
}

// Sizes of texts and of the page.
const (
	pageWidth  = 880.0
	margin     = 28.0
	inner      = pageWidth - 2*margin
	titleSize  = 20.0
	headSize   = 14.0
	textSize   = 12.0
	smallSize  = 10.5
	lineHeight = 1.35
)

// grouped is a number with its thousands set apart.
func grouped[T uint64 | int](n T) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plural is "1 member" or "3 members".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return grouped(n) + " " + word + "s"
}

// fit shortens a text in its middle until it is no wider than width; "" where nothing readable is left.
func fit(text string, size, width float64) string {
	if textWidth(text, size) <= width {
		return text
	}
	letters := []rune(text)
	for n := len(letters) - 1; n >= 6; n-- {
		head := (n + 1) / 2
		short := string(letters[:head]) + "…" + string(letters[len(letters)-(n-head):])
		if textWidth(short, size) <= width {
			return short
		}
	}
	return ""
}
