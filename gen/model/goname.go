package model

import (
	"go/token"
	"strings"
	"unicode"
)

// initialisms are written in capitals in Go names, as golint's list has them, kept
// to words that detectors use.
var initialisms = map[string]string{
	"id": "ID", "url": "URL", "uid": "UID", "uuid": "UUID", "utc": "UTC", "adc": "ADC", "cpu": "CPU", "roi": "ROI",
}

// GoName returns s in exported Go case: frame_number → FrameNumber, pulse_id →
// PulseID, x → X. Runes that no Go name holds separate words; a name that would start
// with a digit gets N in front. The result is "" when s holds no letter or digit.
func GoName(s string) string {
	var b strings.Builder
	for _, w := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if up, ok := initialisms[strings.ToLower(w)]; ok {
			b.WriteString(up)
			continue
		}
		r := []rune(w)
		b.WriteRune(unicode.ToUpper(r[0]))
		b.WriteString(string(r[1:]))
	}
	name := b.String()
	if name == "" {
		return ""
	}
	if r := []rune(name)[0]; !unicode.IsUpper(r) {
		return "N" + name
	}
	return name
}

// GoParam returns s as the name of a Go argument or local: frame_number →
// frameNumber, ID → id. Names that Go reserves or that generated code uses get an
// underscore behind.
func GoParam(s string) string {
	name := GoName(s)
	if name == "" {
		return ""
	}
	r := []rune(name)
	n := 0
	for n < len(r) && unicode.IsUpper(r[n]) {
		n++
	}
	if n > 1 && n < len(r) && unicode.IsLower(r[n]) {
		n-- // the last capital starts the next word: IDMap → idMap
	}
	for i := range max(n, 1) {
		r[i] = unicode.ToLower(r[i])
	}
	name = string(r)
	if token.IsKeyword(name) || goReserved[name] {
		return name + "_"
	}
	return name
}

// goReserved are names that generated functions use themselves or that shadow a
// predeclared name which they need.
var goReserved = map[string]bool{
	"ctx": true, "opts": true, "name": true, "err": true, "dir": true, "vds": true, "context": true, "iter": true, "p": true, "r": true,
	"d": true, "w": true, "s": true, "len": true, "cap": true, "append": true, "make": true, "new": true, "nil": true, "true": true, "false": true,
	"int": true, "string": true, "error": true, "min": true, "max": true, "copy": true, "panic": true, "any": true, "init": true, "main": true,
	"uint8": true, "uint16": true, "uint32": true, "uint64": true, "int8": true, "int16": true, "int32": true, "int64": true,
	"float32": true, "float64": true, "bool": true, "complex64": true, "complex128": true, "iota": true,
}

// Names of what is generated for a layout; Check refuses layouts in which two clash.

// ParamsName returns the name of the struct of parameters: LParams.
func (l *Layout) ParamsName() string { return l.Name.Name + "Params" }

// NewParamsName returns the name of the function that fills in defaults: NewLParams.
func (l *Layout) NewParamsName() string { return "New" + l.Name.Name + "Params" }

// BuildName returns the name of the builder: BuildL.
func (l *Layout) BuildName() string { return "Build" + l.Name.Name }

// OpenName returns the name of the function that opens a file: OpenL.
func (l *Layout) OpenName() string { return "Open" + l.Name.Name }

// OpenExactName returns the name of the function that opens a file of known parameters.
func (l *Layout) OpenExactName() string { return "Open" + l.Name.Name + "Exact" }

// ReaderName returns the name of the type of an open file: LReader.
func (l *Layout) ReaderName() string { return l.Name.Name + "Reader" }

// CreateName returns the name of the function that creates one member of s: CreateLS.
func (l *Layout) CreateName(s *SourceSet) string { return "Create" + l.Name.Name + GoName(s.Name) }

// WriterName returns the name of the type that writes one member of s: LSWriter.
func (l *Layout) WriterName(s *SourceSet) string { return l.Name.Name + GoName(s.Name) + "Writer" }

// DatasetName returns the name of the type of virtual dataset v: LD.
func (l *Layout) DatasetName(v *Virtual) string { return l.Name.Name + v.Name }

// SliceName returns the name of the slice type of virtual dataset v: LDSlice.
func (l *Layout) SliceName(v *Virtual) string { return l.Name.Name + v.Name + "Slice" }
