package schema

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// text is a part of a directive comment or of a struct tag, with its place. base is the
// place of the text that offsets count from; exact is false where escapes of a quoted
// tag make them meaningless.
type text struct {
	s      string
	offset int
	base   diag.Pos
	exact  bool
}

func (t text) pos() diag.Pos {
	if !t.exact {
		return t.base
	}
	return t.base.Shift(t.offset, len(t.s))
}

// cut returns t.s[i:j].
func (t text) cut(i, j int) text {
	return text{t.s[i:j], t.offset + i, t.base, t.exact}
}

// trim returns t without blanks at its ends.
func (t text) trim() text {
	lead := len(t.s) - len(strings.TrimLeft(t.s, " \t"))
	return t.cut(lead, max(lead, len(strings.TrimRight(t.s, " \t"))))
}

// maxDirectiveDepth bounds brackets within brackets.
const maxDirectiveDepth = 32

// split cuts t at every separator that stands outside quotes and brackets: a comma, or
// blanks when sep is a space. Parts are trimmed; empty parts between blanks are dropped.
func (t text) split(sep byte) ([]text, *model.SyntaxError) {
	var out []text
	start, i := 0, 0
	add := func(end int) {
		part := t.cut(start, end).trim()
		if part.s != "" || sep != ' ' {
			out = append(out, part)
		}
	}
	for i < len(t.s) {
		c := t.s[i]
		if c == sep || sep == ' ' && c == '\t' {
			add(i)
			i++
			start = i
			continue
		}
		n, err := t.skip(i, 0)
		if err != nil {
			return nil, err
		}
		i += n
	}
	add(len(t.s))
	return out, nil
}

var closing = map[byte]byte{'(': ')', '[': ']', '{': '}'}

// skip returns the length of what starts at byte i: a quoted text, a bracket with all
// that it holds, or one byte.
func (t text) skip(i, depth int) (int, *model.SyntaxError) {
	c := t.s[i]
	fail := func(msg string) (int, *model.SyntaxError) {
		return 0, &model.SyntaxError{Offset: i, Width: 1, Msg: msg}
	}
	switch c {
	case '"', '\'':
		for j := i + 1; j < len(t.s); j++ {
			switch t.s[j] {
			case '\\':
				if c == '"' {
					j++
				}
			case c:
				return j + 1 - i, nil
			}
		}
		return fail("a quote that is not closed")
	case ')', ']', '}':
		return fail(string(c) + " without " + map[byte]string{')': "(", ']': "[", '}': "{"}[c])
	}
	end, opens := closing[c]
	if !opens {
		return 1, nil
	}
	if depth >= maxDirectiveDepth {
		return fail("brackets nested too deep")
	}
	for j := i + 1; j < len(t.s); {
		if t.s[j] == end {
			return j + 1 - i, nil
		}
		n, err := t.skip(j, depth+1)
		if err != nil {
			return 0, err
		}
		j += n
	}
	return fail(string(c) + " that is not closed")
}

// assignment splits key=value; ok is false when t has no = outside quotes and brackets.
func (t text) assignment() (key, value text, ok bool) {
	for i := 0; i < len(t.s); {
		if t.s[i] == '=' {
			return t.cut(0, i).trim(), t.cut(i+1, len(t.s)).trim(), true
		}
		n, err := t.skip(i, 0)
		if err != nil {
			break
		}
		i += n
	}
	return t, text{}, false
}

// tagReader turns the texts of directives and tags into nodes.
type tagReader struct {
	list *diag.List
	code diag.Code // of malformed text: diag.Directive or diag.StructTag
}

func (r tagReader) refuse(t text, err *model.SyntaxError) {
	pos := t.pos()
	if t.exact {
		pos = t.base.Shift(t.offset+err.Offset, err.Width)
	}
	r.list.Errorf(pos, r.code, "%s", err.Msg).Hint = err.Hint
}

// parts splits t and reports what is malformed.
func (r tagReader) parts(t text, sep byte) []text {
	out, err := t.split(sep)
	if err != nil {
		r.refuse(t, err)
	}
	return out
}

// scalar reads a text in quotes of either kind, or as it stands.
func (r tagReader) scalar(t text) *node {
	n := &node{kind: scalarNode, pos: t.pos(), text: t.s, textPos: t.pos(), exact: t.exact, lit: literalKind(t.s)}
	if len(t.s) < 2 || t.s[0] != '"' && t.s[0] != '\'' {
		return n
	}
	n.quoted, n.lit = true, model.LiteralString
	inner := t.s[1 : len(t.s)-1]
	n.textPos = n.textPos.Shift(1, len(inner))
	n.text = inner
	if t.s[0] == '"' && strings.Contains(inner, `\`) {
		s, err := strconv.Unquote(t.s)
		if err != nil || !utf8.ValidString(s) {
			r.refuse(t, &model.SyntaxError{Width: len(t.s), Msg: "malformed text in quotes"})
			return n
		}
		n.text, n.exact = s, false
	}
	return n
}

// value reads a scalar, or a list in brackets.
func (r tagReader) value(t text) *node {
	if !bracketed(t.s, '[', ']') {
		return r.scalar(t)
	}
	return r.sequence(t, r.scalar)
}

// bracketed reports whether s is one bracket from end to end.
func bracketed(s string, open, close byte) bool {
	if len(s) < 2 || s[0] != open || s[len(s)-1] != close {
		return false
	}
	n, err := text{s: s}.skip(0, 0)
	return err == nil && n == len(s)
}

func (r tagReader) sequence(t text, item func(text) *node) *node {
	out := &node{kind: sequenceNode, pos: t.pos()}
	inner := t.cut(1, len(t.s)-1)
	if strings.TrimSpace(inner.s) == "" {
		return out
	}
	for _, part := range r.parts(inner, ',') {
		out.items = append(out.items, item(part))
	}
	return out
}

// assignments reads key=value pairs between blanks as a mapping; value reads each value
// by its key. A word without = is key=true when bare allows it.
func (r tagReader) assignments(t text, value func(key string, t text) *node, bare ...string) *node {
	return r.pairs(t, r.parts(t, ' '), value, bare...)
}

func (r tagReader) pairs(t text, parts []text, value func(key string, t text) *node, bare ...string) *node {
	out := &node{kind: mappingNode, pos: t.pos()}
	for _, part := range parts {
		key, val, ok := part.assignment()
		switch {
		case ok && val.s == "":
			r.refuse(part, &model.SyntaxError{Width: len(part.s), Msg: "no value after " + shorten(part.s)})
		case ok:
			out.entries = append(out.entries, entry{r.scalar(key), value(key.s, val)})
		case contains(bare, part.s):
			out.entries = append(out.entries, entry{r.scalar(part), &node{kind: scalarNode, pos: part.pos(), text: "true", lit: model.LiteralBool}})
		default:
			r.refuse(part, &model.SyntaxError{Width: len(part.s), Msg: shorten(part.s) + " is not key=value",
				Hint: "texts with blanks are written in quotes: key=\"two words\""})
		}
	}
	return out
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// attrValue reads the value of an attribute: a scalar, a list, or type(value).
func (r tagReader) attrValue(t text) *node {
	i := strings.IndexByte(t.s, '(')
	if i <= 0 || model.TypeKindOf(t.s[:i]) == model.TypeInvalid || !bracketed(t.s[i:], '(', ')') {
		return r.value(t)
	}
	key := func(name string) *node { return &node{kind: scalarNode, pos: t.pos(), text: name} }
	return &node{kind: mappingNode, pos: t.pos(), entries: []entry{
		{key("type"), r.scalar(t.cut(0, i))},
		{key("value"), r.value(t.cut(i+1, len(t.s)-1).trim())},
	}}
}

// preset reads nxmx, or nxmx(detector=eiger, pixel_size=[75e-6, 75e-6]).
func (r tagReader) preset(t text) *node {
	i := strings.IndexByte(t.s, '(')
	if i <= 0 || !bracketed(t.s[i:], '(', ')') {
		return r.scalar(t)
	}
	inner := t.cut(i+1, len(t.s)-1)
	settings := &node{kind: mappingNode, pos: inner.pos()}
	if strings.TrimSpace(inner.s) != "" {
		settings = r.pairs(inner, r.parts(inner, ','), func(_ string, t text) *node { return r.attrValue(t) })
	}
	return &node{kind: mappingNode, pos: t.pos(), entries: []entry{{r.scalar(t.cut(0, i).trim()), settings}}}
}

// rule reads same, tile(stripe, gap=10), or a list of such rules.
func (r tagReader) rule(t text) *node {
	if bracketed(t.s, '[', ']') {
		return r.sequence(t, r.rule)
	}
	i := strings.IndexByte(t.s, '(')
	if i <= 0 || !bracketed(t.s[i:], '(', ')') {
		return r.scalar(t)
	}
	name := r.scalar(t.cut(0, i).trim())
	out := &node{kind: mappingNode, pos: t.pos()}
	inner := t.cut(i+1, len(t.s)-1)
	var subject []text
	var options []text
	if strings.TrimSpace(inner.s) != "" {
		for _, part := range r.parts(inner, ',') {
			if _, _, ok := part.assignment(); ok || part.s == "snake" {
				options = append(options, part)
			} else {
				subject = append(subject, part)
			}
		}
	}
	out.entries = append(out.entries, entry{name, r.subject(name, subject, inner)})
	rest := r.pairs(t, options, func(_ string, t text) *node { return r.value(t) }, "snake")
	out.entries = append(out.entries, rest.entries...)
	return out
}

// subject reads what stands in a rule without a key: a name, or the lengths of split.
func (r tagReader) subject(name *node, parts []text, inner text) *node {
	switch {
	case len(parts) == 0:
		return &node{kind: nullNode, pos: name.pos}
	case len(parts) == 1:
		return r.value(parts[0])
	case name.text == "split":
		out := &node{kind: sequenceNode, pos: inner.pos()}
		for _, p := range parts {
			out.items = append(out.items, r.scalar(p))
		}
		return out
	}
	r.refuse(parts[1], &model.SyntaxError{Width: len(parts[1].s), Msg: name.text + " takes one name, then key=value"})
	return r.scalar(parts[0])
}
