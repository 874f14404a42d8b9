package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/vdsgen/vdsgen/hdf5"
)

// jsonSink writes one JSON object: what there is to say of the file, and a list of objects with a line for each.
type jsonSink struct {
	w     *bufio.Writer
	first bool
}

func newJSONSink(w io.Writer) *jsonSink { return &jsonSink{bufio.NewWriter(w), true} }

// inLine is v as JSON in a line, without its end.
func inLine(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSuffix(b.String(), "\n"), err
}

func (s *jsonSink) file(h *fileNode) error {
	b, err := inLine(h)
	if err != nil {
		return err
	}
	// The list of objects becomes the last member.
	_, err = fmt.Fprintf(s.w, "%s,\"objects\":[", strings.TrimSuffix(b, "}"))
	return err
}

func (s *jsonSink) object(n *node, _ int) error {
	b, err := inLine(n)
	if err != nil {
		return err
	}
	separator := ",\n"
	if s.first {
		separator = "\n"
	}
	s.first = false
	_, err = fmt.Fprintf(s.w, "%s%s", separator, b)
	return err
}

func (s *jsonSink) end(broken int) error {
	fmt.Fprintf(s.w, "\n],\"errors\":%d}\n", broken)
	return s.w.Flush()
}

const (
	// textWidth is about how wide values and types may be in a line of text.
	textWidth = 100
	// shownMembers is how many members of a compound or enumeration are listed.
	shownMembers = 100
)

// textSink writes lines for people: one an object, and what there is to say of it indented below.
type textSink struct {
	w     *bufio.Writer
	brief bool
}

func newTextSink(w io.Writer, brief bool) *textSink { return &textSink{bufio.NewWriter(w), brief} }

func (s *textSink) file(h *fileNode) error {
	if s.brief {
		return nil
	}
	words := []string{fmt.Sprintf("HDF5 file of %d bytes, superblock version %d", h.Size, h.Superblock)}
	if h.OffsetSize != 8 || h.LengthSize != 8 {
		words = append(words, fmt.Sprintf("addresses of %d bytes, lengths of %d", h.OffsetSize, h.LengthSize))
	}
	if h.UserBlock > 0 {
		words = append(words, fmt.Sprintf("user block of %d bytes", h.UserBlock))
	}
	switch {
	case h.SWMR:
		words = append(words, "open for writing (SWMR)")
	case h.Writing:
		words = append(words, "open for writing")
	}
	_, err := fmt.Fprintln(s.w, printable(strings.Join(words, ", ")))
	return err
}

func (s *textSink) end(int) error { return s.w.Flush() }

func (s *textSink) object(n *node, depth int) error {
	indent := strings.Repeat("  ", min(depth, textWidth/4))
	lines := []string{n.line()}
	if !s.brief {
		for _, fact := range n.facts() {
			lines = append(lines, fmt.Sprintf("    %-8s %s", fact.name, fact.text))
		}
		for i := range n.Attributes {
			lines = append(lines, "    @"+n.Attributes[i].line())
		}
		lines = append(lines, n.mappingLines()...)
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(s.w, "%s%s\n", indent, strings.TrimRight(printable(line), " ")); err != nil {
			return err
		}
	}
	return nil
}

// printable keeps text of the file from breaking a line or a terminal.
func printable(s string) string {
	if strings.IndexFunc(s, func(r rune) bool { return !unicode.IsPrint(r) || r == unicode.ReplacementChar }) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if unicode.IsPrint(r) {
			b.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		b.WriteString(quoted[1 : len(quoted)-1])
	}
	return b.String()
}

// shortened cuts text that is too long for a line.
func shortened(s string) string {
	runes := 0
	for i := range s {
		if runes++; runes > textWidth {
			return s[:i] + "…"
		}
	}
	return s
}

// line is an object in a line.
func (n *node) line() string {
	words := []string{n.Path}
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	switch n.Kind {
	case "dataset":
		if n.SameAs != "" {
			add("dataset")
			break
		}
		add("%s %s", typeText(n.Datatype, n.Type), shapeText(n))
		if n.MappingCount != nil {
			add("virtual, %s", counted(*n.MappingCount, "mapping"))
		}
	case "soft link":
		add("-> %s%s", n.Target, n.resolution())
	case "external link":
		add("-> %s:%s%s", n.TargetFile, n.Target, n.resolution())
	case "user-defined link":
		add("user-defined link of type %d, %s", *n.UserType, counted(len(n.UserData), "byte"))
	case "group":
		add("group")
		if n.Members != nil {
			words[len(words)-1] += ", " + counted(*n.Members, "link")
		}
	default:
		add("%s", n.Kind)
		if n.Type != "" {
			add("%s", typeText(n.Datatype, n.Type))
		}
	}
	if n.SameAs != "" {
		add("(same object as %s)", n.SameAs)
	}
	if n.Error != "" {
		add("(error: %s)", n.Error)
	}
	return strings.Join(words, "  ")
}

func (n *node) resolution() string {
	switch {
	case n.Resolves == nil:
		return "  (not followed)"
	case *n.Resolves:
		return "  (" + n.TargetKind + ")"
	}
	return "  (leads nowhere)"
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func shapeText(n *node) string {
	switch {
	case n.Space != "":
		return n.Space
	case n.MaxShape == nil:
		return bracketed(n.Shape)
	}
	limits := make([]string, len(n.MaxShape))
	for i, m := range n.MaxShape {
		limits[i] = strconv.FormatInt(m, 10)
		if m < 0 {
			limits[i] = "unlimited"
		}
	}
	return bracketed(n.Shape) + " of [" + strings.Join(limits, ",") + "]"
}

func bracketed(extents []uint64) string {
	parts := make([]string, len(extents))
	for i, n := range extents {
		parts[i] = strconv.FormatUint(n, 10)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

// typeText is a type in few words; one with many members is listed below.
func typeText(t *typeNode, text string) string {
	if t == nil || len(text) <= textWidth {
		return text
	}
	switch t.Class {
	case "compound":
		return fmt.Sprintf("compound of %s", counted(len(t.Members), "member"))
	case "enum":
		return fmt.Sprintf("enum of %s", counted(len(t.Values), "value"))
	}
	return shortened(text)
}

// fact is a line below an object: what it is about, and what there is to say.
type fact struct{ name, text string }

// facts are what there is to say of an object besides its line.
func (n *node) facts() []fact {
	if n.SameAs != "" {
		return nil
	}
	list := n.typeFacts()
	if s := n.Storage; s != nil {
		list = append(list, s.facts()...)
	}
	if len(n.Filters) > 0 {
		texts := make([]string, len(n.Filters))
		for i, f := range n.Filters {
			texts[i] = f.Text
			if f.Optional {
				texts[i] += " (optional)"
			}
		}
		list = append(list, fact{"filters", strings.Join(texts, ", ")})
	}
	list = append(list, n.Fill.facts()...)
	for _, x := range n.External {
		size := "all bytes"
		if x.Size != nil {
			size = fmt.Sprintf("%d bytes", *x.Size)
		}
		list = append(list, fact{"raw data", fmt.Sprintf("%s at %d of %s", size, x.Offset, x.File)})
	}
	if n.Comment != "" {
		list = append(list, fact{"comment", shortened(n.Comment)})
	}
	if n.Unresolved != "" {
		list = append(list, fact{"because", n.Unresolved})
	}
	if n.Links > 0 {
		list = append(list, fact{"object", n.objectText()})
	}
	return list
}

func (n *node) objectText() string {
	text := fmt.Sprintf("at %#x, %s, header version %d", *n.Address, counted(int(n.Links), "hard link"), n.HeaderVersion)
	if n.Form != "" {
		text += ", links " + n.Form
	}
	if n.CreationOrder {
		text += " in creation order"
	}
	if n.Modified != "" {
		text += ", modified " + n.Modified
	}
	return text
}

// typeFacts list the members of a type that does not fit in a line, the form of strings, and where a committed type is.
func (n *node) typeFacts() []fact {
	var list []fact
	t := n.Datatype
	if n.Committed != nil {
		text := fmt.Sprintf("committed at %#x", n.Committed.Address)
		if n.Committed.Path != "" {
			text += ", " + n.Committed.Path
		}
		list = append(list, fact{"type", text})
	}
	if t == nil {
		return list
	}
	if t.Class == "string" {
		list = append(list, fact{"string", t.Padding + ", " + t.Charset})
	}
	if len(n.Type) <= textWidth {
		return list
	}
	for i, m := range t.Members {
		if i == shownMembers {
			return append(list, fact{"", fmt.Sprintf("… and %s more", counted(len(t.Members)-i, "member"))})
		}
		list = append(list, fact{fmt.Sprintf("+%d", m.Offset), m.Name + "  " + m.Type.text()})
	}
	for i, v := range t.Values {
		if i == shownMembers {
			return append(list, fact{"", fmt.Sprintf("… and %s more", counted(len(t.Values)-i, "value"))})
		}
		list = append(list, fact{strconv.FormatInt(v.Value, 10), v.Name})
	}
	return list
}

func (s *storageNode) facts() []fact {
	var list []fact
	if s.Chunks != nil {
		list = append(list, fact{"chunks", fmt.Sprintf("%s of %s, %d allocated, index: %s", bracketed(s.ChunkShape), counted(s.ChunkBytes, "byte"), *s.Chunks, s.ChunkIndex)})
	}
	text := fmt.Sprintf("%s, %d logical bytes, %d allocated bytes", s.Layout, s.Logical, s.Allocated)
	if s.AtLeast {
		text = fmt.Sprintf("%s, %d logical bytes, at least %d allocated bytes", s.Layout, s.Logical, s.Allocated)
	}
	if percent, ok := s.utilization(); ok {
		text += fmt.Sprintf(", %.2f%% utilization", percent)
	}
	if s.Offset != nil {
		text += fmt.Sprintf(", at byte %d of the file", *s.Offset)
	}
	return append(list, fact{"storage", text})
}

func (f *fillNode) facts() []fact {
	switch {
	case f == nil:
		return nil
	case !f.Defined:
		return []fact{{"fill", "undefined"}}
	case f.Value == nil:
		return nil
	}
	return []fact{{"fill", shortened(valueText(f.Value))}}
}

func (n *node) mappingLines() []string {
	var list []string
	for _, m := range n.Mappings {
		list = append(list, fmt.Sprintf("    %d: %s <- %s:%s %s", m.Number, m.Virtual, m.File, m.Path, m.Source))
	}
	if n.MappingCount != nil && len(n.Mappings) < *n.MappingCount {
		list = append(list, fmt.Sprintf("    … and %s more: see --mappings", counted(*n.MappingCount-len(n.Mappings), "mapping")))
	}
	return list
}

func (a *attrNode) line() string {
	if a.Error != "" {
		return strings.TrimSpace(fmt.Sprintf("%s (error: %s)", a.Name, a.Error))
	}
	text := fmt.Sprintf("%s = %s  %s", a.Name, shortened(attrText(a.Value)), typeText(a.Datatype, a.Type))
	if len(a.Shape) > 0 {
		text += " " + bracketed(a.Shape)
	}
	return text
}

// attrText is a value in one word, or in brackets where it is a list; references as String has them.
func attrText(v any) string {
	switch v := v.(type) {
	case hdf5.ObjectRef:
		return hdf5.Reference{Address: uint64(v)}.String()
	case hdf5.Reference:
		return v.String()
	case []hdf5.ObjectRef:
		return listText(v)
	case []any:
		return listText(v)
	}
	return valueText(v)
}

// listText is a list; what will not be shown is left out.
func listText[T any](list []T) string {
	texts := make([]string, 0, min(len(list), textWidth))
	for _, v := range list[:min(len(list), textWidth)] {
		texts = append(texts, attrText(v))
	}
	return "[" + strings.Join(texts, ",") + "]"
}

// text is a type in few words, with the members of compounds left out.
func (t *typeNode) text() string {
	switch t.Class {
	case "compound":
		return fmt.Sprintf("compound of %s", counted(len(t.Members), "member"))
	case "enum":
		return "enum of " + t.Base.text()
	case "array":
		return fmt.Sprint(t.Dims) + t.Base.text()
	case "sequence":
		return "sequence of " + t.Base.text()
	case "integer", "float", "bitfield", "time":
		name := fmt.Sprintf("%s of %d bits", t.Class, t.Precision)
		if t.Signed != nil && !*t.Signed {
			name = "unsigned " + name
		}
		if t.Size > 1 && t.Order != orderNames[0] {
			name += ", " + t.Order
		}
		return name
	case "reference":
		return t.Reference + " reference"
	case "string":
		if t.Variable {
			return "string"
		}
	}
	return fmt.Sprintf("%s of %s", t.Class, counted(t.Size, "byte"))
}
