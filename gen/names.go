package gen

import (
	"fmt"
	"go/ast"
	"path/filepath"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// collisions refuses generated names that the package declares already, in a file
// that people wrote or in the code of another layout.
func (r *run) collisions() {
	for _, f := range r.folders {
		declared := map[string]string{} // name → where
		for _, g := range f.written {
			for _, d := range topLevel(g.file) {
				if _, ok := declared[d.Name]; !ok {
					p := g.fset.Position(d.Pos())
					declared[d.Name] = fmt.Sprintf("in %s:%d", r.relFile(p.Filename), p.Line)
				}
			}
		}
		for _, s := range f.sources {
			if s.code != nil {
				r.sourceCollisions(f, s, declared)
			}
		}
	}
}

// sourceCollisions compares the names that s declares with those that are declared, and adds them.
// What one layout has in common with one place is one finding.
func (r *run) sourceCollisions(f *folder, s *source, declared map[string]string) {
	type cause struct {
		l     *model.Layout
		where string
	}
	names := map[cause][]string{}
	var causes []cause
	for _, d := range topLevel(s.file) {
		where, taken := declared[d.Name]
		if !taken {
			declared[d.Name] = "by the code of " + r.relFile(filepath.Join(f.dir, s.name))
			continue
		}
		c := cause{layoutOf(s.layouts, d.Name), where}
		if names[c] == nil {
			causes = append(causes, c)
		}
		names[c] = append(names[c], d.Name)
	}
	for _, c := range causes {
		what := names[c][0] + ", which is generated for layout %s, is declared %s already"
		if n := len(names[c]) - 1; n > 0 {
			what = fmt.Sprintf("%s and %d more of the names that are generated", names[c][0], n) + " for layout %s are declared %s already"
		}
		r.diagnostics.Errorf(r.pos(c.l.Name.Pos), diag.GoCollision, what, c.l.Name, c.where).
			Hintf("rename the layout, the dataset or source that gives the name, or the declaration")
	}
}

// layoutOf is the layout whose code declares name: the one with the longest name in it.
func layoutOf(layouts []*model.Layout, name string) *model.Layout {
	best := layouts[0]
	for _, l := range layouts {
		if strings.Contains(name, l.Name.Name) && (!strings.Contains(name, best.Name.Name) || len(l.Name.Name) > len(best.Name.Name)) {
			best = l
		}
	}
	return best
}

// topLevel lists the names that a file declares in its package; methods, blank names and init are not among them.
func topLevel(file *ast.File) []*ast.Ident {
	var names []*ast.Ident
	add := func(id *ast.Ident) {
		if id.Name != "_" && id.Name != "init" {
			names = append(names, id)
		}
	}
	for _, d := range file.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				add(d.Name)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					add(spec.Name)
				case *ast.ValueSpec:
					for _, id := range spec.Names {
						add(id)
					}
				}
			}
		}
	}
	return names
}
