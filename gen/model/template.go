package model

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Template is a name with expressions in braces: {expr}, {expr:06}, {{ and }}.
type Template struct {
	Pos   diag.Pos
	Text  string // as written
	Parts []Part // literal text and expressions, in order; no two literals in a row
}

// Part is literal text, or an expression when Expr is set. An expression that is one
// name may stand for a string parameter or the placeholder of `each`.
type Part struct {
	Literal string
	Expr    *Expr
	Width   int // zero-padded to at least Width digits, a sign included; 0 no padding
}

// maxPadding bounds the width of {expr:0N}: file names hold 255 bytes.
const maxPadding = 64

// maxTemplateLen bounds a name template: HDF5 paths and file names are far shorter.
const maxTemplateLen = 4096

// ParseTemplate parses text, whose first byte stands at pos. Errors are *SyntaxError.
func ParseTemplate(text string, pos diag.Pos) (*Template, error) {
	if len(text) > maxTemplateLen {
		return nil, &SyntaxError{Width: 1, Msg: fmt.Sprintf("name of %d bytes; the limit is %d", len(text), maxTemplateLen)}
	}
	t := &Template{Pos: pos, Text: text}
	var lit strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case (c == '{' || c == '}') && i+1 < len(text) && text[i+1] == c:
			lit.WriteByte(c)
			i += 2
		case c == '}':
			return nil, &SyntaxError{Offset: i, Width: 1, Msg: "} without {", Hint: "a literal brace is written }}"}
		case c == '{':
			end := strings.IndexByte(text[i:], '}')
			if end < 0 {
				return nil, &SyntaxError{Offset: i, Width: 1, Msg: "{ without }", Hint: "a literal brace is written {{"}
			}
			part, err := parsePart(text[i+1:i+end], i+1, pos)
			if err != nil {
				return nil, err
			}
			t.literal(&lit)
			t.Parts = append(t.Parts, part)
			i += end + 1
		default:
			lit.WriteByte(c)
			i++
		}
	}
	t.literal(&lit)
	return t, nil
}

func (t *Template) literal(b *strings.Builder) {
	if b.Len() > 0 {
		t.Parts = append(t.Parts, Part{Literal: b.String()})
		b.Reset()
	}
}

// parsePart parses what stands between braces, offset bytes into the template.
func parsePart(text string, offset int, pos diag.Pos) (Part, error) {
	expr, format, padded := strings.Cut(text, ":")
	e, err := ParseExpr(expr, pos.Shift(offset, len(expr)))
	if err != nil {
		if s, ok := err.(*SyntaxError); ok {
			s.Offset += offset
		}
		return Part{}, err
	}
	if !padded {
		return Part{Expr: e}, nil
	}
	width, err := strconv.Atoi(format)
	if err != nil || len(format) < 2 || format[0] != '0' || width < 1 || width > maxPadding {
		return Part{}, &SyntaxError{Offset: offset + len(expr) + 1, Width: len(format),
			Msg: fmt.Sprintf("unknown format %q", format), Hint: "{expr:06} pads with zeros to 6 digits"}
	}
	return Part{Expr: e, Width: width}, nil
}

// PlainTemplate returns a template that is the text s, braces and all.
func PlainTemplate(s string, pos diag.Pos) *Template {
	t := &Template{Pos: pos, Text: strings.NewReplacer("{", "{{", "}", "}}").Replace(s)}
	if s != "" {
		t.Parts = []Part{{Literal: s}}
	}
	return t
}

// Plain returns the text of a template without expressions.
func (t *Template) Plain() (string, bool) {
	switch {
	case t == nil || len(t.Parts) == 0:
		return "", true
	case len(t.Parts) == 1 && t.Parts[0].Expr == nil:
		return t.Parts[0].Literal, true
	}
	return "", false
}

// String returns the template in its canonical form, a valid template again.
func (t *Template) String() string {
	if t == nil {
		return ""
	}
	var b strings.Builder
	for _, p := range t.Parts {
		switch {
		case p.Expr == nil:
			b.WriteString(strings.NewReplacer("{", "{{", "}", "}}").Replace(p.Literal))
		case p.Width > 0:
			fmt.Fprintf(&b, "{%s:0%d}", p.Expr, p.Width)
		default:
			fmt.Fprintf(&b, "{%s}", p.Expr)
		}
	}
	return b.String()
}

// Refs calls visit for every name in t; a nil t has none.
func (t *Template) Refs(visit func(*Ref)) {
	if t == nil {
		return
	}
	for _, p := range t.Parts {
		p.Expr.Refs(visit)
	}
}

// UsesVar reports whether t depends on v.
func (t *Template) UsesVar(v *Var) bool {
	found := false
	t.Refs(func(r *Ref) { found = found || r.Var == v && v != nil })
	return found
}

// Texts gives the values of a template's names that are texts.
type Texts struct {
	Params map[*Param]string // string parameters
	Field  string            // the key that stands for the placeholder of `each`
}

// Expand returns the name with the values of env and texts put in.
func (t *Template) Expand(env Env, texts Texts) (string, error) {
	var b []byte
	for _, p := range t.Parts {
		var err error
		if b, err = p.append(b, env, texts); err != nil {
			return "", err
		}
	}
	return string(b), nil
}

// appendStored appends the name as HDF5 stores it to b: a literal % doubled, and %b where an open
// variable stands.
func (t *Template) appendStored(b []byte, env Env, texts Texts) ([]byte, error) {
	for _, p := range t.Parts {
		if p.Expr != nil {
			if r, ok := p.Expr.Root.(*Ref); ok && r.Var != nil && r.Var.Open {
				b = append(b, "%b"...)
				continue
			}
		}
		from := len(b)
		var err error
		if b, err = p.append(b, env, texts); err != nil {
			return nil, err
		}
		if bytes.IndexByte(b[from:], '%') >= 0 {
			b = append(b[:from], bytes.ReplaceAll(b[from:], []byte("%"), []byte("%%"))...)
		}
	}
	return b, nil
}

// append appends the text of a part to b.
func (p Part) append(b []byte, env Env, texts Texts) ([]byte, error) {
	if p.Expr == nil {
		return append(b, p.Literal...), nil
	}
	if s, ok := p.text(texts); ok {
		return append(b, s...), nil
	}
	v, err := p.Expr.Eval(env)
	if err != nil {
		return nil, err
	}
	var room [20]byte // the longest integer
	digits := strconv.AppendInt(room[:0], v, 10)
	if v < 0 {
		b, digits = append(b, '-'), digits[1:]
		p.Width--
	}
	for range p.Width - len(digits) {
		b = append(b, '0')
	}
	return append(b, digits...), nil
}

// text returns the text that a part which is one name stands for.
func (p Part) text(texts Texts) (string, bool) {
	r, ok := p.Expr.Root.(*Ref)
	switch {
	case !ok:
		return "", false
	case r.Kind == RefField:
		return texts.Field, true
	case r.Kind == RefParam && r.Param.Kind == ParamString:
		s, ok := texts.Params[r.Param]
		return s, ok
	}
	return "", false
}
