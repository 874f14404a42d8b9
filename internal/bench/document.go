package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// The document that results are written into, and what they stand between there.
const (
	document      = "docs/performance.md"
	pictureFolder = "performance" // beside the document
	beginMark     = "<!-- written by make bench: begin -->\n"
	endMark       = "<!-- written by make bench: end -->\n"
)

// writeDocument puts the results into the document and the pictures beside it.
func (b *run) writeDocument(all results, curves []curve) error {
	path := filepath.Join(b.root, document)
	old, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	sizes := "Small sizes, for which the targets are not set: fixed costs weigh more than in the full run (`make bench FULL=1`).\n\n"
	if b.full {
		sizes = "Full sizes.\n\n"
	}
	text, err := between(string(old), "\n"+sizes+b.report(all, curves, pictureFolder)+"\n")
	if err != nil {
		return fmt.Errorf("%s: %w", document, err)
	}
	folder := filepath.Join(filepath.Dir(path), pictureFolder)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	for _, c := range curves {
		if err := os.WriteFile(filepath.Join(folder, c.name+".svg"), []byte(c.svg()), 0o666); err != nil {
			return err
		}
	}
	return os.WriteFile(path, []byte(text), 0o666)
}

// between is the document with what stands between the marks replaced.
func between(old, content string) (string, error) {
	before, rest, ok := strings.Cut(old, beginMark)
	_, after, ok2 := strings.Cut(rest, endMark)
	if !ok || !ok2 {
		return "", fmt.Errorf("the lines %q and %q, between which results stand, are missing", strings.TrimSpace(beginMark), strings.TrimSpace(endMark))
	}
	return before + beginMark + content + endMark + after, nil
}
