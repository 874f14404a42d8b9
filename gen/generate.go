// Package gen turns layouts into Go code: `go generate` and the command vdsgen call
// [Generate].
//
// A run loads every layout that the patterns name (discover.go, load.go), checks them
// all and reports every finding together, renders all files in memory (package
// internal/emit), refuses names that collide (names.go), type-checks the result against
// the real runtime package where it differs from what is on disk (typecheck.go), and only
// then writes (package internal/output): each file whole. When anything is wrong nothing is
// written.
package gen

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/vdsgen/vdsgen/gen/internal/output"
)

// Config says what a run does. The zero value generates the package in the current folder.
type Config struct {
	// Dir is the folder that patterns and positions are relative to; "" is the current one.
	Dir string
	// Patterns name schema files (layout.yaml), folders (./excalibur), or folders with all below
	// them (./...), or packages by import path. None is the folder itself.
	Patterns []string
	// Check compares and writes nothing; Result.Changes says what is missing, stale or orphaned.
	Check bool
	// Output, when not "", receives the generated code of the one layout file that the
	// patterns name, in place of the file beside it. "-" is Stdout.
	Output string
	// Stdout receives the code when Output is "-".
	Stdout io.Writer
}

// Kind tells how a generated file differs from what it should be.
type Kind = output.Kind

// The kinds of changes.
const (
	Missing = output.Missing // the file is not there
	Stale   = output.Stale   // the file has other contents
	Orphan  = output.Orphan  // the layout that the file was generated from is gone
)

// Change is a file that differs from what it should be.
type Change struct {
	Path string // relative to Config.Dir where it lies below it
	Kind Kind

	change output.Change
}

// Diff returns the change as a unified diff.
func (c Change) Diff() []byte { return c.change.Diff(filepath.ToSlash(c.Path)) }

// String returns the path and the kind.
func (c Change) String() string { return c.Path + ": " + c.Kind.String() }

// Result is what a run found and did.
type Result struct {
	// Diagnostics are the findings about layouts, in the order of files. With errors
	// among them nothing was generated.
	Diagnostics Diagnostics
	// Files are the generated files, changed or not.
	Files []string
	// Changes are the differences that were on disk: written, or with Config.Check only found.
	Changes []Change
}

// Generate loads the layouts that c names and brings the code generated for them up to
// date. Findings about layouts are in the result and no error; an error is a pattern
// that names nothing, a file that cannot be read or written, or a bug in vdsgen.
func Generate(ctx context.Context, c Config) (*Result, error) {
	dir, err := filepath.Abs(c.Dir)
	if err != nil {
		return nil, err
	}
	r := &run{dir: dir, config: c}
	found, err := r.discover(ctx)
	if err != nil {
		return nil, err
	}
	if err := r.load(ctx, found); err != nil {
		return nil, err
	}
	result := &Result{}
	if !r.diagnostics.HasErrors() {
		err = r.generate(ctx, result)
	}
	r.diagnostics.Sort()
	result.Diagnostics = r.diagnostics
	return result, err
}

// run is the state of one call of Generate.
type run struct {
	dir         string // absolute
	config      Config
	folders     []*folder
	diagnostics Diagnostics
	layoutsOnly bool // no code is wanted: the package that it would be in does not matter
}

// generate renders, checks and writes.
func (r *run) generate(ctx context.Context, result *Result) error {
	if err := r.render(); err != nil {
		return err
	}
	if r.collisions(); r.diagnostics.HasErrors() {
		return nil
	}
	if r.config.Output != "" {
		if err := r.typecheck(ctx, func(string) bool { return true }); err != nil || r.diagnostics.HasErrors() {
			return err
		}
		return r.redirect(result)
	}
	changes, err := r.compare(result)
	if err != nil {
		return err
	}
	changed := map[string]bool{}
	for _, c := range changes {
		changed[filepath.Dir(c.Path)] = true
	}
	if err := r.typecheck(ctx, func(dir string) bool { return changed[dir] }); err != nil || r.diagnostics.HasErrors() {
		return err
	}
	for _, c := range changes {
		result.Changes = append(result.Changes, Change{Path: r.rel(c.Path), Kind: c.Kind, change: c})
	}
	if r.config.Check {
		return nil
	}
	return output.Commit(changes)
}

// compare finds how the files on disk differ from the code that was rendered.
func (r *run) compare(result *Result) ([]output.Change, error) {
	var files []output.File
	for _, g := range r.generated() {
		files = append(files, output.File{Path: g.path, Data: g.code})
		result.Files = append(result.Files, r.rel(g.path))
	}
	orphans, err := r.orphans()
	if err != nil {
		return nil, err
	}
	return output.Compare(files, orphans)
}

// redirect writes the one generated file to where Config.Output says.
func (r *run) redirect(result *Result) error {
	files := r.generated()
	if len(files) != 1 {
		return fmt.Errorf("one output for the code of %d layout files: name one layout file", len(files))
	}
	if r.config.Output == "-" {
		if r.config.Stdout == nil {
			return errors.New("the output is -, and there is no Stdout")
		}
		_, err := r.config.Stdout.Write(files[0].code)
		return err
	}
	path := r.config.Output
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dir, path)
	}
	changes, err := output.Compare([]output.File{{Path: path, Data: files[0].code}}, nil)
	if err != nil {
		return err
	}
	result.Files = []string{r.rel(path)}
	for _, c := range changes {
		result.Changes = append(result.Changes, Change{Path: r.rel(c.Path), Kind: c.Kind, change: c})
	}
	if r.config.Check {
		return nil
	}
	return output.Commit(changes)
}

// rel is path relative to the folder of the run where it lies below it, for messages.
func (r *run) rel(path string) string {
	if rel, err := filepath.Rel(r.dir, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
