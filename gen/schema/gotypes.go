package schema

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// goTypes holds what the Go type checker knows of a package that may not compile. It is
// filled in two steps: first with imports left empty, which is quick and enough for
// constants and structs of the package itself; then, only when a layout needs more, with
// the imports loaded.
type goTypes struct {
	pkg     *types.Package
	loaded  bool
	imports map[string]*types.Package
}

// Import returns the package of that path: loaded, or empty for the type checker to go on with.
func (g *goTypes) Import(path string) (*types.Package, error) {
	if p := g.imports[path]; p != nil {
		return p, nil
	}
	p := types.NewPackage(path, guessName(path))
	p.MarkComplete()
	g.imports[path] = p
	return p, nil
}

// check type-checks the files of p as far as they go.
func (p *goFiles) check() *goTypes {
	if p.types == nil {
		p.types = &goTypes{imports: map[string]*types.Package{}}
		p.types.pkg = p.typeCheck(p.types)
	}
	return p.types
}

func (p *goFiles) typeCheck(imp types.Importer) *types.Package {
	conf := types.Config{Importer: imp, Error: func(error) {}, IgnoreFuncBodies: true, FakeImportC: true, Sizes: types.SizesFor("gc", "amd64")}
	pkg, _ := conf.Check(p.dir, p.fset, p.files, nil) // errors are expected: generated code is missing
	return pkg
}

// checkImports loads the packages that p imports and checks p again with them.
func (p *goFiles) checkImports() *goTypes {
	g := p.check()
	if g.loaded {
		return g
	}
	g.loaded = true
	var paths []string
	for _, f := range p.files {
		for _, spec := range f.Imports {
			path := strings.Trim(spec.Path.Value, "`\"")
			if path != runtimePath && path != "C" && path != "unsafe" && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	if len(paths) == 0 || p.offline {
		return g
	}
	pkgs, err := packages.Load(&packages.Config{Context: p.ctx, Dir: p.dir, Mode: packages.NeedName | packages.NeedFiles | packages.NeedCompiledGoFiles |
		packages.NeedImports | packages.NeedTypes | packages.NeedTypesSizes | packages.NeedSyntax | packages.NeedTypesInfo}, paths...)
	if err != nil {
		return g
	}
	fresh := &goTypes{imports: map[string]*types.Package{}, loaded: true}
	for _, q := range pkgs {
		if q.Types != nil && q.Types.Name() != "" {
			fresh.imports[q.PkgPath] = q.Types
		}
	}
	fresh.pkg = p.typeCheck(fresh)
	p.types = fresh
	return fresh
}

// object finds name, an identifier or package.Identifier, as r's file sees it.
func (r *structReader) object(g *goTypes, name string) (types.Object, string) {
	pkg, ident, qualified := strings.Cut(name, ".")
	if !qualified {
		return g.pkg.Scope().Lookup(name), ""
	}
	path := r.importPathOf(g, pkg)
	if path == "" || !token.IsExported(ident) {
		return nil, path
	}
	if p := g.imports[path]; p != nil {
		return p.Scope().Lookup(ident), path
	}
	return nil, path
}

// importPathOf finds an import by its name, also where the name is not that of the path.
func (r *structReader) importPathOf(g *goTypes, name string) string {
	if path := importPath(r.file, name); path != "" {
		return path
	}
	for _, spec := range r.file.Imports {
		path := strings.Trim(spec.Path.Value, "`\"")
		if p := g.imports[path]; p != nil && spec.Name == nil && p.Name() == name {
			return path
		}
	}
	return ""
}

// lookupConst finds the Go constant that an expression names; ok is false when there is
// no such constant, an error says why one cannot stand in an expression.
func (r *structReader) lookupConst(name string) (c *model.Const, ok bool, err error) {
	obj, path := r.object(r.check(), name)
	k, isConst := obj.(*types.Const)
	if !isConst || k.Val().Kind() == constant.Unknown {
		if obj != nil && !isConst {
			return nil, true, fmt.Errorf("%s is a Go %s, not a constant", name, kindOf(obj))
		}
		obj, path = r.object(r.checkImports(), name)
		if k, isConst = obj.(*types.Const); !isConst {
			if obj != nil {
				return nil, true, fmt.Errorf("%s is a Go %s, not a constant", name, kindOf(obj))
			}
			return nil, false, nil
		}
	}
	if k.Val().Kind() == constant.Unknown {
		return nil, true, fmt.Errorf("the value of constant %s is not known: its declaration does not compile", name)
	}
	v, exact := constant.Int64Val(constant.ToInt(k.Val()))
	if constant.ToInt(k.Val()).Kind() != constant.Int || !exact {
		return nil, true, fmt.Errorf("constant %s is %s, not an integer of 64 bits", name, shorten(k.Val().String()))
	}
	return &model.Const{Name: name, Package: path, Value: v}, true, nil
}

func kindOf(obj types.Object) string {
	switch obj.(type) {
	case *types.Var:
		return "variable"
	case *types.Func:
		return "function"
	case *types.TypeName:
		return "type"
	}
	return "name"
}

// resolveType adds the Go struct that t names to l.Types.
func (r *structReader) resolveType(l *model.Layout, t model.TypeRef, depth int) {
	if t.Name == "" || model.TypeKindOf(t.Name) != model.TypeInvalid || depth > 16 {
		return
	}
	if slices.ContainsFunc(l.Types, func(c *model.Compound) bool { return c.Name == t.Name }) {
		return
	}
	obj, path := r.object(r.check(), t.Name)
	st, whole := structOf(obj)
	if obj == nil || !whole {
		obj, path = r.object(r.checkImports(), t.Name)
		st, _ = structOf(obj)
	}
	if st == nil {
		return // Check says that the type is not known
	}
	c := &model.Compound{Pos: t.Pos, Name: t.Name, Declared: true, Package: path}
	l.Types = append(l.Types, c)
	for i := range st.NumFields() {
		r.member(l, c, st, i, t.Pos, depth)
	}
}

// structOf returns the struct behind obj; whole is false when a field's type is not known yet.
func structOf(obj types.Object) (st *types.Struct, whole bool) {
	tn, ok := obj.(*types.TypeName)
	if !ok {
		return nil, obj == nil
	}
	st, ok = tn.Type().Underlying().(*types.Struct)
	if !ok {
		return nil, true
	}
	for i := range st.NumFields() {
		t := types.Unalias(st.Field(i).Type())
		for {
			a, ok := t.(*types.Array)
			if !ok {
				break
			}
			t = types.Unalias(a.Elem())
		}
		if b, ok := t.Underlying().(*types.Basic); ok && b.Kind() == types.Invalid {
			return st, false
		}
	}
	return st, true
}

// member adds field i of st to c.
func (r *structReader) member(l *model.Layout, c *model.Compound, st *types.Struct, i int, pos diag.Pos, depth int) {
	f := st.Field(i)
	m := &model.Member{Pos: pos, Name: f.Name(), GoName: f.Name()}
	if tag := reflect.StructTag(st.Tag(i)).Get("hdf5"); tag != "" {
		m.Name = tag
	}
	if f.Pos().IsValid() && c.Package == "" {
		m.Pos = r.pos(f.Pos(), len(f.Name()))
	}
	c.Members = append(c.Members, m)
	if !f.Exported() || f.Embedded() {
		r.list.Errorf(m.Pos, diag.BadCompound, "field %s of %s cannot be a member of a compound", f.Name(), c.Name).Hintf("every field is exported and has a name of its own")
		return
	}
	t := types.Unalias(f.Type())
	for total := int64(1); ; {
		a, ok := t.(*types.Array)
		if !ok {
			break
		}
		if total *= max(1, a.Len()); a.Len() < 1 || total > maxArray || len(m.Dims) == 32 {
			r.list.Errorf(m.Pos, diag.BadCompound, "field %s of %s is an array of %d elements", f.Name(), c.Name, a.Len())
			return
		}
		m.Dims = append(m.Dims, int(a.Len()))
		t = types.Unalias(a.Elem())
	}
	m.Type.Pos = m.Pos
	switch u := t.(type) {
	case *types.Basic:
		m.Type.Name = u.Name()
	case *types.Named:
		if b, ok := u.Underlying().(*types.Basic); ok {
			m.Type.Name = b.Name()
			break
		}
		m.Type.Name = u.Obj().Name()
		if p := u.Obj().Pkg(); p != nil && c.Package != "" {
			m.Type.Name = strings.SplitN(c.Name, ".", 2)[0] + "." + u.Obj().Name()
		} else if p != nil && p != r.check().pkg {
			m.Type.Name = p.Name() + "." + u.Obj().Name()
		}
		r.resolveType(l, m.Type, depth+1)
	default:
		m.Type.Name = types.TypeString(t, func(p *types.Package) string { return p.Name() })
	}
	switch m.Type.Name {
	case "byte":
		m.Type.Name = "uint8"
	case "rune":
		m.Type.Name = "int32"
	}
}
