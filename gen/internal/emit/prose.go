package emit

import (
	"fmt"
	"strings"

	"github.com/dave/jennifer/jen"

	"github.com/vdsgen/vdsgen/gen/model"
)

// lineWidth is where comments are wrapped, in bytes without indentation.
const lineWidth = 110

// comment is a Go comment with the given text, wrapped. Lines that start with a tab
// stay as they are (preformatted in documentation), an empty line ends a paragraph.
func comment(format string, args ...any) *jen.Statement {
	return jen.Comment(commentText(fmt.Sprintf(format, args...)))
}

// commentText is text as comment writes it.
func commentText(text string) string {
	var lines []string
	for _, paragraph := range strings.Split(strings.TrimSpace(text), "\n") {
		lines = append(lines, wrap(paragraph)...)
	}
	for i, line := range lines {
		line = strings.ReplaceAll(line, noBreak, " ")
		switch {
		case line == "":
			lines[i] = "//"
		case line[0] == '\t':
			lines[i] = "//" + line
		default:
			lines[i] = "// " + line
		}
	}
	return strings.Join(lines, "\n")
}

// noBreak is a space at which a comment is not wrapped.
const noBreak = "\u00a0"

// wrap breaks a paragraph into lines at spaces.
func wrap(s string) []string {
	s = strings.TrimRight(s, " \r")
	if strings.HasPrefix(s, "\t") || len(s) <= lineWidth {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' }) {
		if line != "" && len(line)+1+len(word) > lineWidth {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

// sentence is the user's documentation of something, as sentences that can follow others; "" without one.
func sentence(doc string) string {
	doc = strings.TrimSpace(doc)
	if doc == "" {
		return ""
	}
	if !strings.ContainsAny(doc[len(doc)-1:], ".!?:") {
		doc += "."
	}
	return doc
}

// after is " " and the sentence s, or nothing.
func after(s string) string {
	if s == "" {
		return ""
	}
	return " " + s
}

// upperFirst returns s with its first letter in upper case, for the start of a sentence.
func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// sourceShape is the shape of a source as documentation has it: [frames][256][2048].
func sourceShape(s *model.SourceSet) string {
	var b strings.Builder
	for _, x := range s.Shape {
		b.WriteString(strings.ReplaceAll(fmt.Sprintf("[%s]", x), " ", noBreak))
	}
	return b.String()
}

// virtualShape is the shape of a virtual dataset with the names of its axes: [frame: frames][y: 6*256 + 5*gap][x: 2048].
func virtualShape(v *model.Virtual) string {
	var b strings.Builder
	for i := range v.Dims {
		b.WriteString(dimShape(v, i))
	}
	return b.String()
}

// dimShape is axis i in a shape. Its spaces do not break, so that a shape stays in one line.
func dimShape(v *model.Virtual, i int) string {
	words := dimWords(v.Dims[i])
	if v.Window != nil && v.Window[i] != nil && !v.Window[i].Whole() {
		words = windowWords(v.Window[i], words)
	}
	return strings.ReplaceAll(fmt.Sprintf("[%s: %s]", v.Dims[i].Name, words), " ", noBreak)
}

// windowWords is the length of the part that a window keeps of an axis.
func windowWords(s *model.Selector, whole string) string {
	switch {
	case s.Step != nil || s.Stop == nil:
		return "part " + s.Text + " of " + whole
	case s.Start == nil:
		return s.Stop.String()
	}
	return (&model.Expr{Root: minus(s.Stop.Root, s.Start.Root)}).String()
}

// dimWords is the length of an axis in words of the layout.
func dimWords(d *model.Dim) string {
	switch {
	case d.Unlimited:
		return "grows"
	case d.Extent != nil:
		return d.Extent.String()
	}
	return "all members"
}

// listedValues is how many values of a variable stand in documentation; of a longer list it has the first few, the last and their number.
const listedValues = 12

// varWords is a variable with its values: stripe = 1..6.
func varWords(v *model.Var) string {
	words := v.Name + " = " + valuesWords(v)
	if n := len(v.List); n > listedValues {
		words = fmt.Sprintf("%s = %s, %s, %s, …, %s (%d values)", v.Name, v.List[0], v.List[1], v.List[2], v.List[n-1], n)
	}
	return strings.ReplaceAll(words, " ", noBreak)
}

// valuesWords is the values of a variable as the layout says them: 1..6, or 1, 2, 5.
func valuesWords(v *model.Var) string {
	switch {
	case v.List != nil:
		words := make([]string, len(v.List))
		for i, e := range v.List {
			words[i] = e.String()
		}
		return strings.Join(words, ", ")
	case v.Open:
		return v.First.String() + ".."
	}
	return v.First.String() + ".." + v.Last.String()
}

// list joins names as a sentence does: a, b and c.
func list(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " and " + words[len(words)-1]
}

// dimList is the axes of a virtual dataset in order: frame, y and x.
func dimList(v *model.Virtual) string {
	names := make([]string, len(v.Dims))
	for i, d := range v.Dims {
		names[i] = d.Name
	}
	return list(names)
}

// units is the value of the attribute `units` of v as it stands in documentation: "in counts"; "" without one.
func units(v *model.Virtual) string {
	for _, a := range v.Attrs {
		if a.Name == "units" && a.Value != nil && !a.Value.List && len(a.Value.Items) == 1 && a.Value.Items[0].Kind == model.LiteralString {
			return " in " + a.Value.Items[0].Text
		}
	}
	return ""
}
