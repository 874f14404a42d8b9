package infer

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/model"
)

// schemaText is a schema in the making.
type schemaText struct {
	file  *File
	parts []*part
}

func (s *schemaText) add(p *part) { s.parts = append(s.parts, p) }

// sourceText is a source as the schema declares it.
type sourceText struct {
	name, file, path, typ string
	shape, sel            []string
	mapped                bool // the shape is what is mapped: not all sources were there
}

// String is everything but the name.
func (s *sourceText) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "    file: %q\n    path: %s\n    type: %s\n    shape: [%s]", s.file, Quote(s.path), s.typ, quoted(s.shape))
	if s.mapped {
		b.WriteString(" # as much as is mapped, of sources that were not there")
	}
	b.WriteByte('\n')
	if s.sel != nil {
		fmt.Fprintf(&b, "    select: [%s]\n", quoted(s.sel))
	}
	return b.String()
}

// meaning is the same for sources that are the same at the defaults of parameters: whether a length is measured in one depends on the
// dataset.
func (s *sourceText) meaning(params []param) string {
	plain := *s
	plain.shape = slices.Clone(s.shape)
	for i, length := range plain.shape {
		for _, p := range params {
			n := 0
			if _, err := fmt.Sscanf(p.text, intParam, &n); err == nil && p.name == length {
				plain.shape[i] = fmt.Sprint(n)
			}
		}
	}
	return plain.String()
}

// intParam is a parameter that is an integer, as a layout declares it.
const intParam = "{type: int, default: %d}"

// quoted writes expressions as a YAML list.
func quoted(list []string) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = s
		if !isPlain(s) {
			parts[i] = fmt.Sprintf("%q", s)
		}
	}
	return strings.Join(parts, ", ")
}

// isPlain reports whether an expression needs no quotes in YAML: a number or a name.
func isPlain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f || !wordByte(byte(r)) })
}

// datasetText is a dataset as the schema declares it.
type datasetText struct {
	d       *Dataset
	from    string
	convert bool        // the sources have another type
	axes    [][2]string // names and rule
}

// String is the whole schema.
func (s *schemaText) String() string {
	var b strings.Builder
	b.WriteString("vdsgen: 1\n")
	fmt.Fprintf(&b, "layout: %s\n", s.file.Layout)
	if s.file.Package != "" {
		fmt.Fprintf(&b, "package: %s\n", s.file.Package)
	}
	if s.file.Name != "" {
		fmt.Fprintf(&b, "file: %q\n", s.fileName())
	}
	section(&b, "params", s.each(func(p *part) (out [][2]string) {
		for _, x := range p.params {
			out = append(out, [2]string{x.name, "  " + x.name + ": " + x.text + "\n"})
		}
		return out
	}))
	section(&b, "vars", s.each(func(p *part) (out [][2]string) {
		for _, v := range p.vars {
			out = append(out, [2]string{v.name, "  " + v.name + ": " + v.text() + "\n"})
		}
		return out
	}))
	var types []string
	for _, c := range s.file.Types {
		members := make([]string, len(c.Members))
		for i, m := range c.Members {
			members[i] = Quote(m[0]) + ": " + Quote(m[1])
		}
		types = append(types, fmt.Sprintf("  %s: {%s}\n", c.Name, strings.Join(members, ", ")))
	}
	section(&b, "types", types)
	section(&b, "sources", s.each(func(p *part) [][2]string {
		return [][2]string{{p.source.name, "  " + p.source.name + ":\n" + p.source.String()}}
	}))
	b.WriteString("datasets:\n")
	goNames := map[string]bool{}
	for _, p := range s.parts {
		p.data.write(&b, goNames)
	}
	var tree []string
	for _, e := range s.file.Tree {
		tree = append(tree, fmt.Sprintf("  %s: {%s}\n", Quote(literal(e.Path)), e.YAML))
	}
	section(&b, "tree", tree)
	return b.String()
}

// fileName is the default name of the file: with the prefix that the names of its sources have.
func (s *schemaText) fileName() string {
	name := literal(s.file.Name)
	for _, p := range s.parts {
		if rest, ok := strings.CutPrefix(name, p.prefix); ok && p.prefix != "" && slices.ContainsFunc(p.params, func(x param) bool { return x.name == "prefix" }) {
			return "{prefix}" + rest
		}
	}
	return name
}

// each collects what parts declare, each name once.
func (s *schemaText) each(f func(*part) [][2]string) []string {
	var out []string
	seen := map[string]bool{}
	for _, p := range s.parts {
		for _, x := range f(p) {
			if !seen[x[0]] {
				seen[x[0]] = true
				out = append(out, x[1])
			}
		}
	}
	return out
}

func section(b *strings.Builder, key string, lines []string) {
	if len(lines) > 0 {
		b.WriteString(key + ":\n" + strings.Join(lines, ""))
	}
}

func (x *datasetText) write(b *strings.Builder, goNames map[string]bool) {
	fmt.Fprintf(b, "  %s:\n", Quote(literal(x.d.Path)))
	name := model.GoName(path.Base(x.d.Path))
	if goNames[name] || name == "" {
		for i := len(strings.Split(x.d.Path, "/")) - 2; i > 0 && (goNames[name] || name == ""); i-- {
			name = model.GoName(strings.Join(strings.Split(x.d.Path, "/")[i:], "_"))
		}
		for base, i := name, 2; goNames[name] || name == ""; i++ {
			name = fmt.Sprintf("%s%d", model.GoName("Data"+base), i)
		}
		fmt.Fprintf(b, "    name: %s\n", name)
	}
	goNames[name] = true
	fmt.Fprintf(b, "    from: %s\n", x.from)
	if x.convert {
		fmt.Fprintf(b, "    type: %s\n    convert: true\n", x.d.Type)
	}
	if x.d.Fill != "" {
		fmt.Fprintf(b, "    fill: %s\n", x.d.Fill)
	}
	b.WriteString("    axes:\n")
	for _, a := range x.axes {
		key := a[0]
		if !isPlain(key) {
			key = fmt.Sprintf("%q", key)
		}
		fmt.Fprintf(b, "      %s: %s\n", key, a[1])
	}
	if len(x.d.Attrs) > 0 {
		parts := make([]string, len(x.d.Attrs))
		for i, a := range x.d.Attrs {
			parts[i] = Quote(a.Name) + ": " + a.YAML
		}
		fmt.Fprintf(b, "    attrs: {%s}\n", strings.Join(parts, ", "))
	}
}
