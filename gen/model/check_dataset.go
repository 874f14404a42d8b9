package model

import (
	"go/token"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// virtuals expands `each` and checks every virtual dataset that has sources.
func (c *checker) virtuals() {
	for _, d := range c.l.Datasets {
		s := c.datasetSource(d)
		if !d.Incomplete {
			c.axisNames(d)
		}
		if s != nil {
			c.sourceUsed[s] = true
		}
		if s != nil && !s.Incomplete && !d.Incomplete {
			c.consume(d, s)
			c.rules(d, s)
		}
		if d.Each == nil {
			if path, ok := c.plainPath(d); ok {
				c.virtual(d, s, &Virtual{Decl: d, Pos: d.Pos, Name: d.Name.Name, NamePos: d.Name.Pos, Path: path, Doc: d.Doc,
					Type: d.Type, Fill: d.Fill, Attrs: d.Attrs})
			}
			continue
		}
		c.each(d, s)
	}
	for _, s := range c.l.Sources {
		if s.Type.IsZero() && len(s.Fields) == 0 && !s.Incomplete {
			c.list.Errorf(s.Pos, diag.MissingKey, "source %s has no type", s.Name).Hintf("type: uint16")
		}
	}
}

func (c *checker) datasetSource(d *Dataset) *SourceSet {
	if d.From.Name == "" {
		return nil
	}
	s := c.sourceByName[d.From.Name]
	if s == nil {
		var names []string
		for _, s := range c.l.Sources {
			names = append(names, s.Name)
		}
		e := c.list.Errorf(d.From.Pos, diag.UnknownSource, "source %s is not declared%s", short(d.From.Name), diag.DidYouMean(d.From.Name, names...))
		if len(names) > 0 && len(names) <= 12 {
			e.Hintf("declared are %s", strings.Join(names, ", "))
		}
	}
	return s
}

func (c *checker) plainPath(d *Dataset) (string, bool) {
	if d.Path == nil {
		return "", false
	}
	path, ok := d.Path.Plain()
	if !ok {
		c.list.Errorf(d.Pos, diag.WrongPlace, "the path of a dataset has no parameters or variables in it").
			Hintf("a placeholder {name} belongs to each:; a literal brace is written {{")
	}
	return path, ok
}

// each makes one Virtual of each entry.
func (c *checker) each(d *Dataset, s *SourceSet) {
	name := c.findPlaceholder(d)
	if name == "" {
		c.list.Errorf(d.Pos, diag.BadEach, "the path of a dataset with each has no placeholder for the entries").Hintf("/entry/{field}")
		return
	}
	d.Each.Placeholder = Ident{Name: name, Pos: d.Pos}
	for _, p := range d.Path.Parts {
		if p.Expr != nil && (p.Expr.String() != name || p.Width > 0) {
			c.list.Errorf(p.Expr.Pos, diag.BadEach, "{%s} in the path of a dataset with each", p.Expr).Hintf("{%s} alone stands for the entries", name)
			return
		}
		p.Expr.Refs(func(r *Ref) { r.Kind = RefField })
	}
	if len(d.Each.Entries) == 0 {
		c.list.Errorf(d.Each.Pos, diag.BadEach, "each has no entries").Hintf("data: {type: float32}")
	}
	if s != nil && len(d.Each.Entries) > 1 && !usesField(s) {
		c.list.Errorf(d.Each.Pos, diag.BadEach, "source %s does not depend on {%s}: all entries would show the same data", s.Name, name).
			Hintf("use {%s} in the path of source %s", name, s.Name)
	}
	for _, e := range d.Each.Entries {
		if e.Key == "" || strings.ContainsAny(e.Key, "/\x00") || e.Key == "." || e.Key == ".." {
			c.list.Errorf(e.Pos, diag.BadPath, "%q cannot be part of a path", short(e.Key))
			continue
		}
		path, _ := d.Path.Expand(Env{}, Texts{Field: e.Key})
		v := &Virtual{Decl: d, Pos: e.Pos, Name: e.Name.Name, NamePos: e.Name.Pos, Path: path, Doc: or(e.Doc, d.Doc),
			Type: e.Type, Fill: d.Fill, Attrs: mergeAttrs(d.Attrs, e.Attrs),
			Field: &Field{Placeholder: name, Key: e.Key, Type: e.Type}}
		if v.Name == "" {
			v.Name, v.NamePos = GoName(e.Key), e.Pos
		}
		if e.Fill != nil {
			v.Fill = e.Fill
		}
		if v.Type.IsZero() {
			v.Type = d.Type
		}
		c.virtual(d, s, v)
	}
}

func usesField(s *SourceSet) bool {
	found := false
	for _, t := range []*Template{s.File, s.Path} {
		t.Refs(func(r *Ref) { found = found || r.Kind == RefField })
	}
	return found
}

// mergeAttrs returns common with those of own added or put in place of the same name.
func mergeAttrs(common, own []*Attr) []*Attr {
	out := slices.Clone(common)
	for _, a := range own {
		if i := slices.IndexFunc(out, func(b *Attr) bool { return b.Name == a.Name }); i >= 0 {
			out[i] = a
		} else {
			out = append(out, a)
		}
	}
	return out
}

// virtual completes v, made from s, and adds it to the layout. s is nil for masks and
// where the source is unknown.
func (c *checker) virtual(d *Dataset, s *SourceSet, v *Virtual) {
	c.l.Virtual = append(c.l.Virtual, v)
	if v.Name == "" {
		v.Name, v.NamePos = GoName(v.Path[strings.LastIndexByte(v.Path, '/')+1:]), v.Pos
	}
	if !token.IsIdentifier(v.Name) || !token.IsExported(v.Name) {
		c.list.Errorf(v.NamePos, diag.BadName, "%q of dataset %s is not an exported Go name", v.Name, v.Path).Hintf("name: Data")
	}
	v.Source = s
	c.typeRef(&v.Type, "dataset "+v.Path)
	if s != nil {
		c.elementType(d, s, v)
		if v.Field != nil {
			v.Field.Type = v.SourceType
			c.addField(s, v)
		} else if usesField(s) {
			c.list.Errorf(d.From.Pos, diag.BadEach, "source %s depends on a placeholder, and dataset %s has no each", s.Name, v.Path)
		}
	}
	if v.Type.IsZero() && s != nil && !s.Incomplete && !d.Incomplete {
		c.list.Errorf(v.Pos, diag.MissingKey, "dataset %s has no type, and neither has source %s", v.Path, s.Name)
	}
	if v.Fill != nil && v.Type.Kind != TypeInvalid {
		if _, err := v.Fill.Value(v.Type); err != nil {
			c.list.Errorf(v.Fill.Pos, diag.BadFill, "fill of dataset %s: %v", v.Path, err).Hintf("%s", fillHint(v.Type.Kind))
		}
	}
	c.attrs(v.Attrs, "dataset "+v.Path)
	if s != nil && !s.Incomplete && !d.Incomplete {
		c.dims(d, s, v)
	}
}

// elementType settles the type of the sources and of the virtual dataset.
func (c *checker) elementType(d *Dataset, s *SourceSet, v *Virtual) {
	v.SourceType = s.Type
	entryType := v.Field != nil && !v.Field.Type.IsZero()
	if s.Type.IsZero() || entryType && !d.Convert {
		v.SourceType = v.Type
	}
	if v.Type.IsZero() {
		v.Type = s.Type
	}
	if v.Type.Kind == TypeInvalid || v.SourceType.Kind == TypeInvalid || v.Type.Same(v.SourceType) {
		return
	}
	switch {
	case !d.Convert:
		c.list.Errorf(v.Type.Pos, diag.NeedsConvert, "dataset %s is %s, and source %s is %s", v.Path, v.Type, s.Name, v.SourceType).
			Hintf("leave the type out, or say convert: true: HDF5 then converts each element when it is read, clamping what does not fit")
	case !convertible(v.SourceType, v.Type):
		c.list.Errorf(v.Type.Pos, diag.NeedsConvert, "HDF5 cannot convert %s to %s", v.SourceType, v.Type)
	}
}

// convertible reports whether HDF5 converts elements of type a to type b.
func convertible(a, b TypeRef) bool {
	number := func(k TypeKind) bool { return k.Integer() || k.Float() }
	switch {
	case number(a.Kind) && number(b.Kind), a.Kind.Complex() && b.Kind.Complex(), a.Kind == b.Kind && a.Kind != CompoundType:
		return true
	case a.Kind == Bool || b.Kind == Bool:
		return a.Kind.Integer() || b.Kind.Integer()
	case a.Kind != CompoundType || b.Kind != CompoundType || a.Compound == nil || b.Compound == nil:
		return false
	}
	for _, m := range b.Compound.Members {
		i := slices.IndexFunc(a.Compound.Members, func(n *Member) bool { return n.Name == m.Name })
		if i < 0 || !slices.Equal(a.Compound.Members[i].Dims, m.Dims) || !convertible(a.Compound.Members[i].Type, m.Type) {
			return false
		}
	}
	return true
}

// addField records one entry of `each` at its source, once.
func (c *checker) addField(s *SourceSet, v *Virtual) {
	i := slices.IndexFunc(s.Fields, func(f *Field) bool { return f.Key == v.Field.Key })
	if i < 0 {
		s.Fields = append(s.Fields, v.Field)
		return
	}
	if s.Fields[i].Placeholder != v.Field.Placeholder {
		c.list.Errorf(v.Pos, diag.BadEach, "source %s is used with placeholders {%s} and {%s}", s.Name, s.Fields[i].Placeholder, v.Field.Placeholder).
			Hintf("name them alike")
	}
	if !s.Fields[i].Type.Same(v.Field.Type) {
		c.list.Errorf(v.Pos, diag.BadEach, "entry %s of source %s is %s here and %s elsewhere", v.Field.Key, s.Name, v.Field.Type, s.Fields[i].Type)
	}
}

// axisNames checks the names of d's virtual axes.
func (c *checker) axisNames(d *Dataset) {
	seen := map[string]bool{}
	total := 0
	for _, a := range d.Axes {
		split := len(a.Rules) > 0 && a.Rules[len(a.Rules)-1].Kind == RuleSplit
		switch {
		case split && len(a.Names) != len(a.Rules[len(a.Rules)-1].Sizes):
			c.list.Errorf(a.Pos, diag.BadSplit, "split makes %s, and the key names %d",
				plural(len(a.Rules[len(a.Rules)-1].Sizes), "axis"), len(a.Names)).Hintf(`"row, column": {split: [rows, columns]}`)
		case !split && len(a.Names) != 1 && len(a.Rules) > 0:
			c.list.Errorf(a.Pos, diag.BadSplit, "only split makes several axes, and %s names %d", a.Rules[0].Kind, len(a.Names))
		}
		for _, n := range a.Names {
			total++
			if !c.identifier(n.Name, "axis", n.Pos) {
				continue
			}
			if seen[n.Name] {
				c.list.Errorf(n.Pos, diag.DeclaredTwice, "axis %s stands twice in %s", n.Name, d.Path)
			}
			seen[n.Name] = true
		}
	}
	if total > maxAxisRank {
		c.list.Errorf(d.Pos, diag.RankMismatch, "dataset %s has %d axes; HDF5 has at most %d", d.Path, total, maxAxisRank)
	}
}
