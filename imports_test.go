// Package vdsgen_test holds the tests that look at the module as a whole.
package vdsgen_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/vdsgen/vdsgen"

// mayImport says, for each part of the module, which parts its packages may import. A part is a
// folder with all below it. The first part that holds a package rules it, so the narrow ones come first.
var mayImport = []struct {
	part    string
	imports []string
}{
	{"hdf5/dataspace", nil},
	{"hdf5/filter", nil},
	{"hdf5", []string{"hdf5"}},
	{"runtime/internal/plan", []string{"hdf5/dataspace"}},
	{"runtime", []string{"runtime", "hdf5"}},
	{"gen", []string{"gen", "hdf5/dataspace"}},
	{"examples/generated", []string{"runtime", "examples/generated"}},
	{"cmd", []string{"cmd", "gen", "runtime", "hdf5", "examples/generated"}},
	{"internal/oracle", []string{"internal/oracle", "runtime"}},
	{"internal/bench", []string{"runtime"}},
}

// generatorOnly are modules that help to generate code and must not reach a program that uses it.
var generatorOnly = []string{
	"github.com/dave/jennifer",
	"golang.org/x/tools",
	"github.com/goccy/go-yaml",
	"github.com/spf13/cobra",
	"github.com/schollz/progressbar",
	"gonum.org/v1/plot",
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
	Standard   bool
}

func packages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,Deps,Standard", "./...")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		t.Fatal("go list found no packages")
	}
	return all
}

// within reports whether the package at path (relative to the module) lies in the part.
func within(path, part string) bool {
	return path == part || strings.HasPrefix(path, part+"/")
}

func TestImportsRunOneWay(t *testing.T) {
	for _, p := range packages(t) {
		path := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if path == "" {
			continue // the tests of the module as a whole
		}
		i := slices.IndexFunc(mayImport, func(r struct {
			part    string
			imports []string
		}) bool {
			return within(path, r.part)
		})
		if i < 0 {
			t.Errorf("%s: no rule says what it may import", path)
			continue
		}
		for _, imp := range p.Imports {
			if imp == "C" {
				t.Errorf("%s uses cgo", path)
			}
			rel, ours := strings.CutPrefix(imp, module+"/")
			if !ours {
				continue
			}
			if !slices.ContainsFunc(mayImport[i].imports, func(part string) bool { return within(rel, part) }) {
				t.Errorf("%s must not import %s", path, rel)
			}
		}
	}
}

// Programs that use generated code build without the generator and its libraries.
func TestGeneratedCodeIsLight(t *testing.T) {
	found := false
	for _, p := range packages(t) {
		path := strings.TrimPrefix(p.ImportPath, module+"/")
		if !within(path, "examples/generated") && !within(path, "runtime") && !within(path, "hdf5") {
			continue
		}
		found = found || within(path, "examples/generated")
		for _, dep := range p.Deps {
			for _, heavy := range generatorOnly {
				if within(dep, heavy) {
					t.Errorf("%s pulls in %s", path, dep)
				}
			}
			if dep == module+"/internal/oracle" {
				t.Errorf("%s pulls in the test oracles", path)
			}
		}
	}
	if !found {
		t.Error("no generated package found")
	}
}

// Everything but the race detector works without a C compiler.
func TestNoCgo(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "-f", "{{if and (not .Standard) .CgoFiles}}{{.ImportPath}}{{end}}", "./cmd/...", "./runtime/...", "./hdf5/...", "./gen/...")
	cmd.Env = append(cmd.Environ(), "CGO_ENABLED=0")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, out)
	}
	if s := strings.TrimSpace(string(out)); s != "" {
		t.Errorf("packages with cgo: %s", s)
	}
}
