package schema

import (
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// node is what both front ends reduce their input to, so that one decoder reads
// both: a scalar, a mapping in the order written, a sequence, or nothing (null).
type node struct {
	kind nodeKind
	pos  diag.Pos // of the first byte, quote included; a scalar's width covers it

	// Scalars.
	text    string
	textPos diag.Pos // of the first byte of the text, after a quote
	quoted  bool     // written in quotes: a string whatever it looks like
	exact   bool     // text stands in the file as it is, so offsets into it are columns
	lit     model.LiteralKind

	entries []entry // mapping
	broken  bool    // parts of a mapping could not be read, which has been said
	items   []*node // sequence
}

type nodeKind uint8

const (
	nullNode nodeKind = iota
	scalarNode
	mappingNode
	sequenceNode
)

// entry is one key of a mapping with its value; key is a scalar.
type entry struct {
	key, value *node
}

// describe says in messages what n is.
func (n *node) describe() string {
	switch n.kind {
	case scalarNode:
		return n.lit.String() + " " + strconv.Quote(shorten(n.text))
	case mappingNode:
		return "a mapping"
	case sequenceNode:
		return "a list"
	}
	return "nothing"
}

// shorten cuts text that is quoted in a message.
func shorten(s string) string {
	if len(s) > 60 {
		return s[:57] + "…"
	}
	return s
}

// at returns the place of byte offset of n's text, width bytes wide; the whole scalar
// where escapes make offsets meaningless.
func (n *node) at(offset, width int) diag.Pos {
	if !n.exact {
		pos := n.pos
		pos.Whole = true
		return pos
	}
	return n.textPos.Shift(offset, width)
}

// ident returns n as a name with its place.
func (n *node) ident() model.Ident {
	return model.Ident{Name: n.text, Pos: n.at(0, len(n.text))}
}

// literalKind tells what an unquoted word is, by the same rule in both forms: an
// integer or a float as Go writes it, true or false, or else a string.
func literalKind(s string) model.LiteralKind {
	switch s {
	case "true", "false":
		return model.LiteralBool
	case "":
		return model.LiteralString
	}
	if _, err := strconv.ParseInt(s, 0, 64); err == nil {
		return model.LiteralInt
	}
	if _, err := strconv.ParseUint(s, 0, 64); err == nil {
		return model.LiteralInt
	}
	if c := strings.TrimLeft(s, "+-"); c != "" && (c[0] >= '0' && c[0] <= '9' || c[0] == '.') {
		if _, err := strconv.ParseFloat(s, 64); err == nil {
			return model.LiteralFloat
		}
	}
	return model.LiteralString
}
