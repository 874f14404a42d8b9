package vdsgen_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// block is a piece of a page that is no prose.
type block struct {
	line int    // of the page
	kind string // go, yaml, sh, …; sh for what is indented
	file string // that the line before it names: `lambda/layout.yaml`:
	text string
}

// namesFile ends a line before a block that is a whole file.
var namesFile = regexp.MustCompile("`([\\w./-]+)`:$")

// blocks are the fenced and indented pieces of a page, in order.
func blocks(t *testing.T, page string) []block {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var out []block
	var prose string // the last line of it
	lines := strings.SplitAfter(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimRight(lines[i], "\n")
		b := block{line: i + 1}
		if m := namesFile.FindStringSubmatch(prose); m != nil {
			b.file = m[1]
		}
		switch kind, fenced := strings.CutPrefix(line, "```"); {
		case fenced:
			b.kind = kind
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				b.text += lines[i]
			}
		case strings.HasPrefix(line, "    "):
			b.kind = "sh"
			for ; i < len(lines) && strings.HasPrefix(lines[i], "    "); i++ {
				b.text += lines[i][4:]
			}
			i--
		default:
			if line != "" {
				prose = line
			}
			continue
		}
		prose = ""
		out = append(out, b)
	}
	return out
}

// importsOf are what the programs of a page import, by the name that they use it by.
type importsOf map[string]string

var commonImports = importsOf{
	"context":  "context",
	"filepath": "path/filepath",
	"fmt":      "fmt",
	"log":      "log",
	"os":       "os",
	"vds":      module + "/runtime",
}

// program makes a whole program of an excerpt: every error is checked, what an excerpt leaves out with … is empty, and names that it does not use
// are used. before is code that gives the excerpt the variables that its page takes for granted.
func program(t *testing.T, excerpt, before string, imports importsOf) string {
	t.Helper()
	var body strings.Builder
	for line := range strings.Lines(strings.ReplaceAll(excerpt, "{ … }", "{}")) {
		if strings.TrimSpace(line) != "…" {
			body.WriteString(line)
		}
	}
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "excerpt.go", "package main\n\nfunc main() {\n"+before+"\n"+body.String()+"}\n", 0)
	if err != nil {
		t.Fatalf("%v\n%s", err, excerpt)
	}
	used := map[string]bool{"log": true}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BlockStmt:
			n.List = checked(n.List)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok {
				used[x.Name] = true
			}
		}
		return true
	})
	var code strings.Builder
	if err := format.Node(&code, fset, file); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, known := range []importsOf{commonImports, imports} {
		for name, path := range known {
			if used[name] {
				list = append(list, fmt.Sprintf("\t%s %q\n", name, path))
			}
		}
	}
	slices.Sort(list)
	return strings.Replace(code.String(), "package main\n", "package main\n\nimport (\n"+strings.Join(list, "")+")\n", 1)
}

// checked adds to each statement that sets err a check of it, and a use of all other names that it makes.
func checked(list []ast.Stmt) []ast.Stmt {
	var out []ast.Stmt
	for _, s := range list {
		out = append(out, s)
		switch s := s.(type) {
		case *ast.AssignStmt:
			out = append(out, uses(s.Lhs, s.Tok == token.DEFINE)...)
		case *ast.RangeStmt:
			if s.Tok == token.DEFINE {
				s.Body.List = append(uses([]ast.Expr{s.Key, s.Value}, true), s.Body.List...)
			}
		}
	}
	return out
}

func uses(names []ast.Expr, made bool) []ast.Stmt {
	var out []ast.Stmt
	for _, x := range names {
		name, ok := x.(*ast.Ident)
		switch {
		case !ok || name.Name == "_":
		case name.Name == "err":
			fatal := &ast.CallExpr{Fun: &ast.SelectorExpr{X: ast.NewIdent("log"), Sel: ast.NewIdent("Fatal")}, Args: []ast.Expr{ast.NewIdent("err")}}
			out = append(out, &ast.IfStmt{
				Cond: &ast.BinaryExpr{X: ast.NewIdent("err"), Op: token.NEQ, Y: ast.NewIdent("nil")},
				Body: &ast.BlockStmt{List: []ast.Stmt{&ast.ExprStmt{X: fatal}}},
			})
		case made:
			out = append(out, &ast.AssignStmt{Lhs: []ast.Expr{ast.NewIdent("_")}, Tok: token.ASSIGN, Rhs: []ast.Expr{ast.NewIdent(name.Name)}})
		}
	}
	return out
}
