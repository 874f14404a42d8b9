package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
)

// canonical appends an element as all oracles put it into bytes: numbers in 8 bytes, text and sequences behind their length, all little-endian.
func canonical(b []byte, t *Datatype, v reflect.Value) []byte {
	switch t.class {
	case ClassInteger, ClassBitfield, ClassEnum:
		return binary.LittleEndian.AppendUint64(b, integerBits(v))
	case ClassFloat:
		return appendFloat(b, v.Float())
	case ClassString, ClassVarLen:
		if v.Kind() == reflect.String {
			return appendText(b, v.String())
		}
		b = binary.LittleEndian.AppendUint32(b, uint32(v.Len()))
		for i := range v.Len() {
			b = canonical(b, t.base, v.Index(i))
		}
	case ClassOpaque:
		for i := range v.Len() {
			b = append(b, byte(v.Index(i).Uint()))
		}
	case ClassArray:
		for _, e := range arrayElements(t, v) {
			b = canonical(b, t.base, e)
		}
	case ClassCompound:
		if t.IsComplex() {
			return appendFloat(appendFloat(b, real(v.Complex())), imag(v.Complex()))
		}
		for _, m := range t.members {
			b = canonical(b, m.Type, fieldOf(v, m.Name))
		}
	case ClassReference:
		return appendText(b, "")
	}
	return b
}

func integerBits(v reflect.Value) uint64 {
	switch {
	case v.Kind() == reflect.Bool && v.Bool():
		return 1
	case v.Kind() == reflect.Bool:
		return 0
	case v.CanInt():
		return uint64(v.Int())
	}
	return v.Uint()
}

func appendFloat(b []byte, f float64) []byte {
	return binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
}

func appendText(b []byte, s string) []byte {
	return append(binary.LittleEndian.AppendUint32(b, uint32(len(s))), s...)
}

// canonicalForm tells values.py and values.mjs how a type's elements are put into bytes.
func canonicalForm(t *Datatype) any {
	switch t.class {
	case ClassInteger, ClassEnum:
		return []any{"i"}
	case ClassBitfield:
		return []any{"b", t.size}
	case ClassFloat:
		return []any{"f"}
	case ClassString:
		return []any{"s", t.padding == SpacePadded}
	case ClassOpaque:
		return []any{"o", t.size}
	case ClassArray:
		return []any{"a", t.dims, canonicalForm(t.base)}
	case ClassCompound:
		var members []any
		for _, m := range t.members {
			members = append(members, []any{m.Name, canonicalForm(m.Type)})
		}
		return []any{"c", members}
	case ClassReference:
		return []any{"r"}
	case ClassVarLen:
		if !t.text {
			return []any{"v", canonicalForm(t.base)}
		}
	}
	return []any{"s"}
}

// dumpedValues finds the values of datasets and attributes in what h5dump prints, by path.
func dumpedValues(out []byte) map[string]string {
	type place struct {
		indent int
		path   string
	}
	found := map[string]string{}
	stack := []place{}
	var values *strings.Builder
	for line := range strings.Lines(string(out)) {
		word := strings.TrimLeft(line, " ")
		indent := len(line) - len(word)
		for len(stack) > 0 && stack[len(stack)-1].indent >= indent {
			if values != nil {
				found[stack[len(stack)-1].path] = values.String()
				values = nil
			}
			stack = stack[:len(stack)-1]
		}
		parent := ""
		if len(stack) > 0 {
			parent = stack[len(stack)-1].path
		}
		kind, name, _ := strings.Cut(word, ` "`)
		name, _, _ = strings.Cut(name, `"`)
		switch kind {
		case "GROUP", "DATASET":
			stack = append(stack, place{indent, strings.TrimSuffix(parent, "/") + "/" + strings.TrimPrefix(name, "/")})
			continue
		case "ATTRIBUTE":
			stack = append(stack, place{indent, parent + "@" + name})
			continue
		case "DATA {\n":
			values = &strings.Builder{}
			stack = append(stack, place{indent, parent})
			continue
		}
		if values != nil {
			values.WriteString(line)
		}
	}
	return found
}

// dumpParser puts what h5dump prints of values into the canonical form.
type dumpParser struct{ text string }

// canonicalDump is the canonical form of all elements.
func canonicalDump(t *Datatype, text string) (b []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	p := dumpParser{text}
	for p.peek() != 0 {
		b = p.element(b, t)
	}
	return b, nil
}

// peek is the next character that means something, or 0.
func (p *dumpParser) peek() byte {
	p.text = strings.TrimLeft(p.text, " \n,")
	if p.text == "" {
		return 0
	}
	return p.text[0]
}

func (p *dumpParser) accept(c byte) bool {
	if p.peek() != c {
		return false
	}
	p.text = p.text[1:]
	return true
}

func (p *dumpParser) expect(c byte) {
	if !p.accept(c) {
		panic(fmt.Sprintf("%q instead of %c", p.text[:min(30, len(p.text))], c))
	}
}

func (p *dumpParser) word() string {
	p.peek()
	end := strings.IndexAny(p.text, " \n,)]}")
	word := p.text[:end]
	p.text = p.text[end:]
	return word
}

func (p *dumpParser) element(b []byte, t *Datatype) []byte {
	switch t.class {
	case ClassInteger:
		return binary.LittleEndian.AppendUint64(b, parsedInteger(p.word()))
	case ClassEnum:
		word := p.word()
		for i, m := range t.enum {
			if m.name == word {
				return binary.LittleEndian.AppendUint64(b, uint64(t.enumValue(i)))
			}
		}
		panic("no value named " + word)
	case ClassFloat:
		f, err := strconv.ParseFloat(p.word(), 64)
		if err != nil {
			panic(err)
		}
		return appendFloat(b, f)
	case ClassBitfield:
		bits := parsedBytes(p.word())
		return append(append(b, bits...), make([]byte, 8-len(bits))...)
	case ClassOpaque:
		return append(b, parsedBytes(p.word())...)
	case ClassArray:
		p.expect('[')
		for !p.accept(']') {
			b = p.element(b, t.base)
		}
		return b
	case ClassCompound:
		p.expect('{')
		for _, m := range t.members {
			b = p.element(b, m.Type)
		}
		p.expect('}')
		return b
	case ClassReference:
		if word := p.word(); word != "NULL" {
			panic("reference " + word)
		}
		return appendText(b, "")
	case ClassVarLen:
		if !t.text {
			return p.sequence(b, t)
		}
	}
	text := p.quoted()
	switch {
	case t.class == ClassString && t.padding == NullPadded:
		text = strings.TrimRight(text, "\x00")
	case t.class == ClassString && t.padding == SpacePadded:
		text = strings.TrimRight(text, " \x00")
	}
	return appendText(b, text)
}

func (p *dumpParser) sequence(b []byte, t *Datatype) []byte {
	p.expect('(')
	at, n := len(b), uint32(0)
	b = append(b, 0, 0, 0, 0)
	for ; !p.accept(')'); n++ {
		b = p.element(b, t.base)
	}
	binary.LittleEndian.PutUint32(b[at:], n)
	return b
}

// quoted reads text in quotes; what is not ASCII is escaped as the octal digits of a negative int.
func (p *dumpParser) quoted() string {
	if p.peek() == 'N' {
		p.word() // NULL: never written
		return ""
	}
	p.expect('"')
	var b strings.Builder
	for {
		c := p.text[0]
		p.text = p.text[1:]
		switch c {
		case '"':
			return b.String()
		case '\\':
			digits := 3
			if strings.HasPrefix(p.text, "37777777") {
				digits = 11
			}
			v, err := strconv.ParseUint(p.text[:digits], 8, 64)
			if err != nil {
				panic(err)
			}
			b.WriteByte(byte(v))
			p.text = p.text[digits:]
		default:
			b.WriteByte(c)
		}
	}
}

func parsedInteger(word string) uint64 {
	if v, err := strconv.ParseInt(word, 10, 64); err == nil {
		return uint64(v)
	}
	v, err := strconv.ParseUint(word, 10, 64)
	if err != nil {
		panic(err)
	}
	return v
}

// parsedBytes reads 0x01 or 01:02:03.
func parsedBytes(word string) []byte {
	var b []byte
	for part := range strings.SplitSeq(strings.TrimPrefix(word, "0x"), ":") {
		v, err := strconv.ParseUint(part, 16, 8)
		if err != nil {
			panic(err)
		}
		b = append(b, byte(v))
	}
	return b
}
