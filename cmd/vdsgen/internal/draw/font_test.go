package draw

import "testing"

// Every letter of the font can be drawn, so that none is missing from a picture without a word.
func TestLetters(t *testing.T) {
	for r, text := range letters {
		if _, err := parseGlyph(text); err != nil {
			t.Errorf("%c: %v", r, err)
		}
	}
	if g, err := parseGlyph(unknownLetter); err != nil || len(g.strokes) == 0 {
		t.Errorf("the letter for all others: %v", err)
	}
}

func TestBrokenLetters(t *testing.T) {
	for _, text := range []string{"", "x M1 1", "10 M1", "10 M1 x", "10 L1 1", "10 C1 1 1 1 1 1", "10 M1 1L2", "10 E1 2 3", "10 1 1", "10 Z1 1"} {
		if g, err := parseGlyph(text); err == nil {
			t.Errorf("%q is %v", text, g)
		}
	}
}
