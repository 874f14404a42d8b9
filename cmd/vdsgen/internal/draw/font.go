package draw

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

// glyph is one letter of the font that PNG images are lettered with: strokes of a pen, in hundredths of
// an em above the baseline. The letters are those of technical drawings; their widths are Helvetica's,
// so that a text takes as much room in a PNG as in an SVG.
type glyph struct {
	advance float64
	strokes []stroke
}

// stroke is a line through points.
type stroke [][2]float64

// Pen widths in hundredths of an em.
const (
	penRegular = 7.6
	penBold    = 11.5
)

// letters gives each letter's advance and strokes: M begins a stroke, L goes straight on, C is a cubic
// curve with two control points, E an ellipse of centre and radii.
var letters = map[rune]string{
	' ': "27.8", '.': "27.8 M12.5 2L15.5 2L15.5 4.5L12.5 4.5", ',': "27.8 M14 3L11 -10", ':': "27.8 M12.5 3L15.5 3L15.5 5.5L12.5 5.5M12.5 47L15.5 47L15.5 49.5L12.5 49.5", ';': "27.8 M14 3L11 -10M12.5 47L15.5 47L15.5 49.5L12.5 49.5",
	'!': "27.8 M14 72L14 22M12.5 3L15.5 3L15.5 5.5L12.5 5.5", '\'': "19.1 M10 72L10 52", '"': "35.5 M10 72L10 52M25 72L25 52", '|': "26 M13 76L13 -18",
	'/': "27.8 M2 -3L26 75", '\\': "27.8 M2 75L26 -3", '-': "33.3 M6 26L28 26", '–': "55.6 M3 26L53 26", '—': "100 M4 26L96 26", '_': "55.6 M2 -13L54 -13",
	'(': "33.3 M26 76C13 62 9 47 9 29C9 11 13 -4 26 -18", ')': "33.3 M7 76C20 62 24 47 24 29C24 11 20 -4 7 -18",
	'[': "27.8 M23 75L10 75L10 -17L23 -17", ']': "27.8 M5 75L18 75L18 -17L5 -17",
	'{': "33.4 M28 76C18 76 15 71 15 62L15 42C15 34 12 30 6 29C12 28 15 24 15 16L15 -4C15 -13 18 -18 28 -18",
	'}': "33.4 M6 76C16 76 19 71 19 62L19 42C19 34 22 30 28 29C22 28 19 24 19 16L19 -4C19 -13 16 -18 6 -18",
	'=': "58.4 M8 36L50 36M8 18L50 18", '+': "58.4 M29 48L29 6M8 27L50 27", '<': "58.4 M49 46L10 27L49 8", '>': "58.4 M9 46L48 27L9 8",
	'*': "38.9 M19 71L19 47M9 65L30 53M30 65L9 53", '%': "88.9 E20 54 12 17E69 17 12 17M24 -2L65 74", '^': "46.9 M8 38L23 71L39 38",
	'~': "58.4 M8 24C14 36 22 34 29 28C36 22 44 20 50 32", '#': "55.6 M19 -1L26 72M34 -1L41 72M7 47L52 47M5 24L49 24", '`': "33.3 M10 72L20 60",
	'$': "55.6 M47 53C45 62 38 67 28 67C17 67 10 61 10 52C10 43 17 40 28 37C40 34 48 30 48 20C48 10 40 4 28 4C16 4 9 10 7 21M28 76L28 -6",
	'&': "66.7 M62 0L22 50C14 60 18 72 30 72C42 72 46 60 36 52C22 42 7 36 7 19C7 7 15 0 27 0C44 0 56 14 56 36",
	'?': "55.6 M10 54C11 65 18 72 28 72C39 72 46 65 46 55C46 41 29 40 29 22M27.5 3L30.5 3L30.5 5.5L27.5 5.5",
	'@': "101.5 E50 30 16 20M66 50L64 22C64 13 68 10 74 10C86 10 93 20 93 34C93 57 76 74 52 74C26 74 8 54 8 28C8 0 27 -19 54 -19C64 -19 72 -17 80 -12",
	'×': "58.4 M12 44L46 10M46 44L12 10", '·': "27.8 M12.5 27L15.5 27L15.5 29.5L12.5 29.5", '…': "100 M15.5 2L18.5 2L18.5 4.5L15.5 4.5M48.5 2L51.5 2L51.5 4.5L48.5 4.5M81.5 2L84.5 2L84.5 4.5L81.5 4.5", '∞': "71 E19 27 14 14E52 27 14 14",
	'→': "100 M10 27L90 27M70 44L90 27L70 10", '←': "100 M90 27L10 27M30 44L10 27L30 10", '≥': "58.4 M9 54L48 36L9 18M9 4L48 4", '⋯': "100 M18.5 27L21.5 27L21.5 29.5L18.5 29.5M48.5 27L51.5 27L51.5 29.5L48.5 29.5M78.5 27L81.5 27L81.5 29.5L78.5 29.5",
	'0': "55.6 E28 36 19 36", '1': "55.6 M12 58C22 60 29 64 32 72L32 0", '2': "55.6 M10 53C10 65 18 72 28 72C39 72 46 65 46 54C46 44 39 37 29 29C18 20 11 13 9 1L47 1",
	'3': "55.6 M10 58C12 67 19 72 28 72C38 72 45 65 45 56C45 45 38 39 24 39M24 39C39 39 47 32 47 20C47 8 39 0 28 0C17 0 10 6 8 17",
	'4': "55.6 M37 0L37 72L7 22L49 22", '5': "55.6 M43 71L15 71L11 37C15 43 21 46 28 46C40 46 47 37 47 24C47 9 39 0 27 0C17 0 10 6 8 16",
	'6': "55.6 M45 60C42 68 36 72 29 72C16 72 9 58 9 34C9 12 16 0 28 0C40 0 47 9 47 23C47 37 40 45 29 45C19 45 11 38 9 26",
	'7': "55.6 M9 71L47 71C34 52 25 28 22 0", '8': "55.6 E28 54.5 16 17.5E28 18.5 19 18.5",
	'9': "55.6 M11 12C14 4 20 0 27 0C40 0 47 14 47 38C47 60 40 72 28 72C16 72 9 63 9 49C9 35 16 27 27 27C37 27 45 34 47 46",
	'A': "66.7 M4 0L33 72L63 0M14 25L53 25", 'B': "66.7 M11 1L11 71L36 71C48 71 56 66 56 56C56 45 48 39 36 39L11 39M36 39C51 39 60 33 60 20C60 7 51 1 37 1L11 1",
	'C': "72.2 M64 51C61 64 51 72 38 72C20 72 8 58 8 36C8 14 20 0 38 0C52 0 63 8 66 23", 'D': "72.2 M11 1L11 71L34 71C54 71 65 58 65 36C65 14 54 1 34 1L11 1",
	'E': "66.7 M58 71L12 71L12 1L60 1M12 38L54 38", 'F': "61.1 M56 71L12 71L12 0M12 37L50 37",
	'G': "77.8 M66 54C62 66 52 72 39 72C20 72 8 58 8 36C8 13 21 0 39 0C51 0 61 5 68 13L68 34L41 34", 'H': "72.2 M11 0L11 72M61 0L61 72M11 38L61 38",
	'I': "27.8 M14 0L14 72", 'J': "50 M39 72L39 18C39 6 33 0 23 0C13 0 7 6 6 19", 'K': "66.7 M11 0L11 72M61 72L11 25M28 41L63 0", 'L': "55.6 M11 72L11 1L53 1",
	'M': "83.3 M11 0L11 72L41.5 6L72 72L72 0", 'N': "72.2 M11 0L11 72L61 0L61 72", 'O': "77.8 E39 36 31 36",
	'P': "66.7 M11 0L11 71L38 71C52 71 61 64 61 51C61 38 52 31 38 31L11 31", 'Q': "77.8 E39 36 31 36M46 17L67 -3",
	'R': "72.2 M11 0L11 71L40 71C54 71 62 65 62 54C62 43 54 37 40 37L11 37M40 37C52 37 58 31 59 18C59 10 60 4 63 0",
	'S': "66.7 M57 52C55 65 46 72 33 72C19 72 10 65 10 54C10 43 18 39 33 36C50 32 59 28 59 18C59 6 49 0 35 0C19 0 9 8 7 22",
	'T': "61.1 M4 71L57 71M30.5 71L30.5 0", 'U': "72.2 M10 72L10 27C10 9 20 0 36 0C52 0 62 9 62 27L62 72", 'V': "66.7 M4 72L33 0L63 72", 'W': "94.4 M4 72L23 0L47 72L71 0L90 72",
	'X': "66.7 M5 72L62 0M62 72L5 0", 'Y': "66.7 M4 72L33 31L63 72M33 31L33 0", 'Z': "61.1 M6 71L55 71L5 1L57 1",
	'a': "55.6 M10 39C12 48 19 52 28 52C39 52 45 47 45 36L45 11C45 4 46 1 51 1M45 31C36 27 8 31 8 14C8 5 14 0 23 0C36 0 45 8 45 22",
	'b': "55.6 M9 72L9 0M9 26C9 42 17 52 29 52C41 52 48 42 48 26C48 10 41 0 29 0C17 0 9 10 9 26", 'c': "50 M45 35C43 46 37 52 28 52C15 52 7 42 7 26C7 10 15 0 28 0C38 0 44 6 46 18",
	'd': "55.6 M47 72L47 0M47 26C47 42 39 52 27 52C15 52 8 42 8 26C8 10 15 0 27 0C39 0 47 10 47 26", 'e': "55.6 M8 27L48 27C48 43 40 52 28 52C15 52 7 42 7 26C7 10 15 0 28 0C38 0 44 5 47 14",
	'f': "27.8 M27 71C17 73 12 69 12 58L12 0M3 51L25 51",
	'g': "55.6 M47 52L47 2C47 -14 39 -21 27 -21C17 -21 10 -17 9 -9M47 27C47 42 39 52 27 52C15 52 8 42 8 27C8 12 15 2 27 2C39 2 47 12 47 27",
	'h': "55.6 M9 72L9 0M9 30C10 44 18 52 28 52C39 52 46 45 46 33L46 0", 'i': "22.2 M11 52L11 0M9.5 70L12.5 70L12.5 72.5L9.5 72.5", 'j': "22.2 M11 52L11 -9C11 -18 7 -21 0 -20M9.5 70L12.5 70L12.5 72.5L9.5 72.5",
	'k': "50 M9 72L9 0M43 52L9 20M21 31L46 0", 'l': "22.2 M11 72L11 0", 'm': "83.3 M9 52L9 0M9 32C10 45 17 52 25 52C35 52 41 46 41 34L41 0M41 32C42 45 49 52 58 52C68 52 74 46 74 34L74 0",
	'n': "55.6 M9 52L9 0M9 30C10 44 18 52 28 52C39 52 46 45 46 33L46 0", 'o': "55.6 E28 26 20 26",
	'p': "55.6 M9 52L9 -21M9 26C9 42 17 52 29 52C41 52 48 42 48 26C48 10 41 0 29 0C17 0 9 10 9 26", 'q': "55.6 M47 52L47 -21M47 26C47 42 39 52 27 52C15 52 8 42 8 26C8 10 15 0 27 0C39 0 47 10 47 26",
	'r': "33.3 M9 52L9 0M9 28C10 43 18 52 31 51", 's': "50 M43 38C41 47 35 52 25 52C15 52 9 47 9 39C9 31 15 29 25 27C37 24 44 22 44 13C44 5 37 0 26 0C15 0 8 5 6 15",
	't': "27.8 M13 66L13 14C13 4 17 -1 26 1M3 51L25 51", 'u': "55.6 M9 52L9 19C9 7 16 0 27 0C37 0 46 8 46 22M46 52L46 0", 'v': "50 M4 52L25 0L46 52", 'w': "72.2 M3 52L19 0L36 52L53 0L69 52",
	'x': "50 M5 52L45 0M45 52L5 0", 'y': "50 M4 52L25 1M46 52L25 0C20 -12 15 -22 4 -20", 'z': "50 M7 51L43 51L6 1L45 1",
}

// unknownLetter stands for letters that the font does not have.
const unknownLetter = "60 M10 0L10 70L50 70L50 0L10 0"

// font holds the glyph of each letter, and under 0 the one for all others. A letter whose text is broken, which a test looks for, is left out.
var font = sync.OnceValue(func() map[rune]glyph {
	glyphs := make(map[rune]glyph, len(letters)+1)
	for r, text := range letters {
		if g, err := parseGlyph(text); err == nil {
			glyphs[r] = g
		}
	}
	glyphs[0], _ = parseGlyph(unknownLetter)
	return glyphs
})

func glyphOf(r rune) glyph {
	if g, ok := font()[r]; ok {
		return g
	}
	return font()[0]
}

// textWidth is how wide a text is at the given size.
func textWidth(text string, size float64) float64 {
	w := 0.0
	for _, r := range text {
		w += glyphOf(r).advance
	}
	return w * size / 100
}

// parseGlyph reads one entry of letters.
func parseGlyph(text string) (glyph, error) {
	advance, rest, _ := strings.Cut(text, " ")
	width, err := numbers(advance)
	if err != nil || len(width) != 1 {
		return glyph{}, fmt.Errorf("letter %q: its width is not a number", text)
	}
	g := glyph{advance: width[0]}
	for rest != "" {
		op := rest[0]
		end := strings.IndexAny(rest[1:], "MLCE")
		args := rest[1:]
		if end >= 0 {
			args, rest = rest[1:1+end], rest[1+end:]
		} else {
			rest = ""
		}
		v, err := numbers(args)
		if err == nil {
			err = g.draw(op, v)
		}
		if err != nil {
			return glyph{}, fmt.Errorf("letter %q: %c%s: %w", text, op, args, err)
		}
	}
	return g, nil
}

// operands is how many numbers each operation takes.
var operands = map[byte]int{'M': 2, 'L': 2, 'C': 6, 'E': 4}

// draw carries out one operation of a glyph's text.
func (g *glyph) draw(op byte, v []float64) error {
	last := len(g.strokes) - 1
	switch {
	case operands[op] == 0:
		return errors.New("there is no such operation")
	case len(v) != operands[op]:
		return fmt.Errorf("%d numbers, and the operation takes %d", len(v), operands[op])
	case last < 0 && op != 'M' && op != 'E':
		return errors.New("no stroke has begun")
	}
	switch op {
	case 'M':
		g.strokes = append(g.strokes, stroke{{v[0], v[1]}})
	case 'L':
		g.strokes[last] = append(g.strokes[last], [2]float64{v[0], v[1]})
	case 'C':
		s := g.strokes[last]
		g.strokes[last] = appendCurve(s, s[len(s)-1], [2]float64{v[0], v[1]}, [2]float64{v[2], v[3]}, [2]float64{v[4], v[5]})
	case 'E':
		g.strokes = append(g.strokes, ellipse(v[0], v[1], v[2], v[3]))
	}
	return nil
}

// curveSteps is the number of straight parts that a curve is made of.
const curveSteps = 10

func appendCurve(s stroke, a, b, c, d [2]float64) stroke {
	for i := 1; i <= curveSteps; i++ {
		t := float64(i) / curveSteps
		u := 1 - t
		var p [2]float64
		for k := range p {
			p[k] = u*u*u*a[k] + 3*u*u*t*b[k] + 3*u*t*t*c[k] + t*t*t*d[k]
		}
		s = append(s, p)
	}
	return s
}

// ellipse is a closed stroke of four curves.
func ellipse(x, y, rx, ry float64) stroke {
	const k = 0.5523 // control points at this part of the radius make a circle
	s := stroke{{x + rx, y}}
	at := func(u, v float64) [2]float64 { return [2]float64{x + rx*u, y + ry*v} }
	quarter := func(ax, ay, bx, by float64) {
		s = appendCurve(s, at(ax, ay), at(ax+k*bx, ay+k*by), at(bx+k*ax, by+k*ay), at(bx, by))
	}
	quarter(1, 0, 0, 1)
	quarter(0, 1, -1, 0)
	quarter(-1, 0, 0, -1)
	quarter(0, -1, 1, 0)
	return s
}

// numbers reads numbers with blanks between them.
func numbers(text string) ([]float64, error) {
	var out []float64
	for field := range strings.FieldsSeq(text) {
		v, err := strconv.ParseFloat(field, 64)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}
