package emit

import (
	"bytes"
	"errors"
	goformat "go/format"
	goruntime "runtime"
	"slices"
	"strings"

	"github.com/dave/jennifer/jen"
	"golang.org/x/sync/errgroup"
)

// Formatting is most of the work of generation, so it is done once, and for the layouts of a file in parallel: jennifer leaves it out, and its
// parts are put together here, with imports as goimports groups them.

// format renders the parts of one file of package pkg, the first of which begins it, and puts them together.
func format(pkg string, parts []*jen.File) ([]byte, error) {
	texts := make([]filePart, len(parts))
	var g errgroup.Group
	g.SetLimit(goruntime.GOMAXPROCS(0))
	for i, p := range parts {
		g.Go(func() error {
			var b bytes.Buffer
			err := p.Render(&b)
			if err == nil {
				texts[i], err = takeApart(pkg, b.String())
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var all []string
	for _, t := range texts {
		all = append(all, t.imports...)
	}
	src, err := goformat.Source([]byte(texts[0].head + "\npackage " + pkg + "\n\n" + importBlock(all)))
	if err != nil {
		return nil, err
	}
	for _, t := range texts {
		if t.body != "" {
			src = append(append(src, '\n'), t.body...)
		}
	}
	return src, nil
}

// filePart is a part of a file.
type filePart struct {
	head    string   // what comes before the package clause
	imports []string // specifications: vds "path"
	body    string   // what comes after the imports, formatted
}

// takeApart takes a file of jennifer's apart.
func takeApart(pkg, src string) (filePart, error) {
	clause := "package " + pkg + "\n\n"
	head, rest, ok := strings.Cut("\n"+src, "\n"+clause)
	if !ok {
		return filePart{}, errors.New("no package clause")
	}
	p := filePart{head: strings.TrimPrefix(head, "\n")}
	if block, ok := strings.CutPrefix(rest, "import ("); ok {
		if block, rest, ok = strings.Cut(block, "\n)"); !ok {
			return filePart{}, errors.New("the import declaration has no end")
		}
		for line := range strings.Lines(block) {
			if line = strings.TrimSpace(line); line != "" {
				p.imports = append(p.imports, line)
			}
		}
	} else if line, ok := strings.CutPrefix(rest, "import "); ok {
		line, rest, _ = strings.Cut(line, "\n")
		p.imports = append(p.imports, line)
	}
	formatted, err := goformat.Source([]byte(clause + strings.TrimSpace(rest) + "\n"))
	if err != nil {
		return filePart{}, err
	}
	p.body = strings.TrimPrefix(strings.TrimPrefix(string(formatted), clause), "package "+pkg+"\n")
	return p, nil
}

// importBlock is an import declaration, grouped: the standard library first.
func importBlock(specs []string) string {
	byPath := func(a, b string) int { return strings.Compare(importPath(a), importPath(b)) }
	slices.SortFunc(specs, byPath)
	var std, others []string
	for _, s := range slices.Compact(specs) {
		if first, _, _ := strings.Cut(importPath(s), "/"); strings.Contains(first, ".") {
			others = append(others, s)
		} else {
			std = append(std, s)
		}
	}
	groups := strings.Join(std, "\n")
	if len(std) > 0 && len(others) > 0 {
		groups += "\n\n"
	}
	groups += strings.Join(others, "\n")
	if len(std)+len(others) == 1 {
		return "import " + groups + "\n"
	}
	return "import (\n" + groups + "\n)\n"
}

// importPath is the path of an import specification.
func importPath(spec string) string { return spec[strings.IndexByte(spec, '"'):] }
