package gen

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"go/build"
	"go/build/constraint"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// place is a folder that a pattern names, and what in it.
type place struct {
	dir     string   // absolute
	schemas []string // base names of schema files; nil for every layout of the folder
}

// discover finds the folders and schema files that the patterns name.
func (r *run) discover(ctx context.Context) ([]place, error) {
	patterns := r.config.Patterns
	if len(patterns) == 0 {
		patterns = []string{"."}
	}
	var places []place
	for _, p := range patterns {
		found, err := r.expand(ctx, p)
		if err != nil {
			return nil, err
		}
		places = append(places, found...)
	}
	return compactPlaces(places), nil
}

// compactPlaces sorts places and makes one of those with the same folder.
func compactPlaces(places []place) []place {
	slices.SortStableFunc(places, func(a, b place) int { return strings.Compare(a.dir, b.dir) })
	var merged []place
	for _, p := range places {
		n := len(merged)
		switch {
		case n == 0 || merged[n-1].dir != p.dir:
			merged = append(merged, p)
		case merged[n-1].schemas == nil || p.schemas == nil:
			merged[n-1].schemas = nil
		default:
			merged[n-1].schemas = append(merged[n-1].schemas, p.schemas...)
		}
	}
	return merged
}

// expand finds what one pattern names.
func (r *run) expand(ctx context.Context, pattern string) ([]place, error) {
	path := pattern
	root, all := strings.CutSuffix(filepath.ToSlash(path), "...")
	if all && (root == "" || strings.HasSuffix(root, "/")) {
		path = filepath.FromSlash(root)
		if path == "" {
			path = "."
		}
	}
	if !filepath.IsAbs(path) {
		path = filepath.Join(r.dir, path)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !isLocal(pattern) && !isSchema(pattern):
		return r.packages(ctx, pattern)
	case err != nil:
		return nil, err
	case !info.IsDir():
		if !isSchema(path) {
			return nil, fmt.Errorf("%s: not a schema: a layout is a .yaml file or lies in a Go package, which is named by its folder", pattern)
		}
		return []place{{filepath.Dir(path), []string{filepath.Base(path)}}}, nil
	case all:
		return walk(path)
	}
	return []place{{dir: path}}, nil
}

// isLocal reports whether a pattern can only mean a path, not an import path.
func isLocal(pattern string) bool {
	return build.IsLocalImport(pattern) || filepath.IsAbs(pattern) || strings.HasPrefix(pattern, "./") || strings.HasPrefix(pattern, "../")
}

func isSchema(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".yaml" || ext == ".yml"
}

// walk finds root and the folders below it, leaving out those that the Go tools leave
// out too: testdata, vendor, names with a point or an underscore in front, and other modules.
func walk(root string) ([]place, error) {
	var places []place
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		if name := d.Name(); path != root {
			if name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
				return filepath.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return filepath.SkipDir
			}
		}
		places = append(places, place{dir: path})
		return nil
	})
	return places, err
}

// packages finds the folders of packages that are named by import path.
func (r *run) packages(ctx context.Context, pattern string) ([]place, error) {
	pkgs, err := packages.Load(&packages.Config{Context: ctx, Mode: packages.NeedName | packages.NeedFiles, Dir: r.dir}, pattern)
	if err != nil {
		return nil, err
	}
	var places []place
	for _, p := range pkgs {
		if p.Dir != "" {
			places = append(places, place{dir: p.Dir})
		}
	}
	if len(places) == 0 {
		return nil, fmt.Errorf("%s: there is no such file, folder or package", pattern)
	}
	return places, nil
}

// maxSchemaProbe is how much of a YAML file is looked at for the key that makes it a schema.
const maxSchemaProbe = 1 << 20

// schemaFiles lists the schema files of a folder: YAML files with the key `vdsgen` at the top level.
func schemaFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if e.IsDir() || !isSchema(e.Name()) || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		if hasVersionKey(data[:min(len(data), maxSchemaProbe)]) {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// hasVersionKey reports whether a line of YAML begins with the key that every schema has.
func hasVersionKey(data []byte) bool {
	for line := range bytes.Lines(bytes.TrimPrefix(data, []byte("\uFEFF"))) {
		for _, key := range []string{"vdsgen", `"vdsgen"`, `'vdsgen'`} {
			if rest, ok := bytes.CutPrefix(line, []byte(key)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte(":")) {
				return true
			}
		}
	}
	return false
}

// goFiles lists the Go files of a folder that belong to its package on this machine, tests left out.
func goFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		if ok, err := build.Default.MatchFile(dir, name); err == nil && ok {
			names = append(names, name)
		}
	}
	return names, nil
}

// leftOut finds a Go file of a folder that holds layout directives and is no part of its package on this machine, and says why not;
// name is "" where there is none.
func leftOut(dir string) (name, why string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", "", err
	}
	counts, err := goFiles(dir)
	if err != nil {
		return "", "", err
	}
	for _, e := range entries {
		name := e.Name()
		if e.IsDir() || !strings.HasSuffix(name, ".go") || slices.Contains(counts, name) {
			continue
		}
		holds, err := hasDirectives(dir, []string{name})
		if err != nil {
			return "", "", err
		}
		if holds {
			why, err := whyLeftOut(dir, name)
			return name, why, err
		}
	}
	return "", "", nil
}

// whyLeftOut says why a Go file is no part of its package.
func whyLeftOut(dir, name string) (string, error) {
	if strings.HasSuffix(name, "_test.go") {
		return "it is a test file", nil
	}
	if strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") {
		return fmt.Sprintf("files whose names begin with %q are left out", name[:1]), nil
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "", err
	}
	machine := build.Default.GOOS + "/" + build.Default.GOARCH
	for line := range bytes.Lines(data) {
		if text := strings.TrimSpace(string(line)); constraint.IsGoBuild(text) {
			return fmt.Sprintf("%s leaves it out on %s", text, machine), nil
		} else if strings.HasPrefix(text, "package ") {
			break
		}
	}
	return "its name or its imports leave it out on " + machine, nil
}

// layoutDirective begins the comment line that makes a Go struct a layout.
const layoutDirective = "//vds:"

// hasDirectives reports whether one of the Go files holds a layout directive.
func hasDirectives(dir string, names []string) (bool, error) {
	for _, name := range names {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return false, err
		}
		for line := range bytes.Lines(data) {
			if bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte(layoutDirective)) {
				return true, nil
			}
		}
	}
	return false, nil
}
