package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The document that is written, and its parts: each stands between two marks of its own.
const (
	document      = "docs/performance.md"
	pictureFolder = "performance" // beside the document

	resultsPart = "results"
	curvesPart  = "curves"
)

// marks are the lines before and after a part.
func marks(part string) (begin, end string) {
	return "<!-- written by make bench: " + part + " -->\n", "<!-- end of " + part + " -->\n"
}

// writeResults puts the tables into the document.
func (b *run) writeResults(all results) error {
	return b.writePart(resultsPart, b.report(all))
}

// writeCurves puts the curves into the document and the pictures beside it.
func (b *run) writeCurves(curves []curve) error {
	folder := filepath.Join(b.root, filepath.Dir(document), pictureFolder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, c := range curves {
		if err := os.WriteFile(filepath.Join(folder, c.name+".svg"), []byte(c.svg()), 0o666); err != nil {
			return err
		}
	}
	return b.writePart(curvesPart, b.about.text()+describeCurves(curves, pictureFolder))
}

func (b *run) writePart(part, content string) error {
	path := filepath.Join(b.root, document)
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sizes := "Small sizes, for which the targets are not set: fixed costs weigh more than in the full run (`make bench FULL=1`)."
	if b.full {
		sizes = "Full sizes."
	}
	text, err := between(string(old), part, "\n"+sizes+"\n\n"+content+"\n")
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// between is the document with what stands between the marks of a part replaced.
func between(old, part, content string) (string, error) {
	begin, end := marks(part)
	before, rest, ok := strings.Cut(old, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("the lines %q and %q, between which the %s stand, are missing", strings.TrimSpace(begin), strings.TrimSpace(end), part)
	}
	return before + begin + content + end + after, nil
}
