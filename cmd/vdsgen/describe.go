package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"

	"github.com/vdsgen/vdsgen/gen/infer"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// describe says what a file holds, as far as a layout can: its virtual datasets, and around them groups with
// attributes, links and small datasets. notes are what is left out. With look, also what the sources are that exist.
func describe(ctx context.Context, name string, look bool) (found *infer.File, notes []string, err error) {
	f, err := vds.Open(ctx, name)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	d := &describer{ctx: ctx, file: f, look: look, found: &infer.File{Name: filepath.Base(name)}, seen: map[uint64]bool{}}
	if err := d.group(f.HDF5().Root(), 0); err != nil {
		return nil, nil, err
	}
	if len(d.found.Datasets) == 0 {
		return nil, nil, fmt.Errorf("%s: there is no virtual dataset in it", name)
	}
	return d.found, d.notes, nil
}

// describer walks through a file.
type describer struct {
	ctx   context.Context
	file  *vds.File
	found *infer.File
	notes []string
	seen  map[uint64]bool
	look  bool // at the sources
}

func (d *describer) leave(path, format string, args ...any) {
	d.notes = append(d.notes, path+" is left out: "+fmt.Sprintf(format, args...))
}

func (d *describer) group(g *hdf5.Group, depth int) error {
	d.seen[g.Address()] = true
	path := g.Path()
	if attrs := d.attrs(g, path); len(attrs) > 0 && path != "/" {
		d.found.Tree = append(d.found.Tree, infer.Entry{Path: path, YAML: "attrs: " + attrMap(attrs)})
	} else if len(attrs) > 0 {
		d.leave("/", "attributes of the root group")
	}
	for link, err := range g.Links() {
		if err != nil {
			return err
		}
		if err := d.ctx.Err(); err != nil {
			return err
		}
		if err := d.link(g, link, strings.TrimSuffix(path, "/")+"/"+link.Name, depth); err != nil {
			return err
		}
	}
	return nil
}

func (d *describer) link(g *hdf5.Group, link hdf5.Link, path string, depth int) error {
	switch link.Kind {
	case hdf5.SoftLink:
		if !strings.HasPrefix(link.Target, "/") {
			d.leave(path, "a soft link to %s, which is no path from the root", link.Target)
			return nil
		}
		d.found.Tree = append(d.found.Tree, infer.Entry{Path: path, YAML: "soft: " + infer.Quote(braced(link.Target))})
		return nil
	case hdf5.ExternalLink:
		d.found.Tree = append(d.found.Tree, infer.Entry{Path: path,
			YAML: fmt.Sprintf("external: {file: %s, path: %s}", infer.Quote(braced(link.TargetFile)), infer.Quote(braced(link.Target)))})
		return nil
	case hdf5.UserLink:
		d.leave(path, "a user-defined link")
		return nil
	}
	if d.seen[link.Address] || depth >= maxInspectDepth {
		d.leave(path, "a second name of an object, or one nested too deep")
		return nil
	}
	d.seen[link.Address] = true
	object, err := g.File().Object(path)
	if err != nil {
		return err
	}
	switch o := object.(type) {
	case *hdf5.Group:
		return d.group(o, depth+1)
	case *hdf5.Dataset:
		if o.Layout() == hdf5.Virtual {
			return d.virtual(o)
		}
		d.ordinary(o)
	default:
		d.leave(path, "a named type")
	}
	return nil
}

// braced is text as a name template has it.
func braced(s string) string { return strings.NewReplacer("{", "{{", "}", "}}").Replace(s) }

// virtual describes a virtual dataset.
func (d *describer) virtual(o *hdf5.Dataset) error {
	list, err := o.VirtualMappings()
	if err != nil {
		return err
	}
	out := infer.Dataset{Path: o.Path(), Shape: o.Shape(), MaxShape: o.MaxShape(), Axes: storedAxisNames(o)}
	for i := range list.Len() {
		out.Mappings = append(out.Mappings, model.Mapping{File: list.File(i), Path: list.Path(i), Virtual: list.Virtual(i), Source: list.Source(i)})
	}
	if out.Type, err = d.typeName(o.Datatype(), o.Path()); err != nil {
		return fmt.Errorf("%s:%s: %w", d.file.Name(), o.Path(), err)
	}
	if out.Fill, err = fillLiteral(o); err != nil {
		return fmt.Errorf("%s:%s: %w", d.file.Name(), o.Path(), err)
	}
	out.Attrs = d.attrs(o, o.Path())
	if d.look {
		if err := d.sources(o, &out); err != nil {
			return err
		}
	}
	d.found.Datasets = append(d.found.Datasets, out)
	return nil
}

// typeName is an element type in the words of the layout language; a compound is declared.
func (d *describer) typeName(t *hdf5.Datatype, path string) (string, error) {
	for kind := model.Int8; kind < model.CompoundType; kind++ {
		make, ok := elementTypes[kind]
		if !ok {
			continue
		}
		if t.Equal(make()) {
			return kind.String(), nil
		}
		if t.Native() != nil && !t.IsVarString() && t.Native().Equal(make()) && t.Class() != hdf5.ClassCompound {
			d.notes = append(d.notes, fmt.Sprintf("%s is stored as %s; a layout writes %s", path, t, kind))
			return kind.String(), nil
		}
	}
	if t.Class() != hdf5.ClassCompound {
		return "", fmt.Errorf("the layout language has no element type %s", t)
	}
	c := infer.Compound{}
	offset := 0
	for _, m := range t.Members() {
		base, dims := m.Type, ""
		if base.Class() == hdf5.ClassArray {
			if len(base.Dims()) != 1 {
				return "", fmt.Errorf("member %s of the compound is an array of %d axes, and layouts have arrays of one", m.Name, len(base.Dims()))
			}
			dims, base = fmt.Sprintf("[%d]", base.Dims()[0]), base.Base()
		}
		name, err := d.typeName(base, path)
		if err != nil {
			return "", fmt.Errorf("member %s of the compound: %w", m.Name, err)
		}
		if m.Offset != offset {
			d.notes = append(d.notes, fmt.Sprintf("%s has padding before member %s; a layout writes members one after another", path, m.Name))
		}
		offset = m.Offset + m.Type.Size()
		c.Members = append(c.Members, [2]string{m.Name, dims + name})
	}
	for _, known := range d.found.Types {
		if reflect.DeepEqual(known.Members, c.Members) {
			return known.Name, nil
		}
	}
	if c.Name = "Record"; len(d.found.Types) > 0 {
		c.Name = fmt.Sprintf("Record%d", len(d.found.Types)+1)
	}
	d.found.Types = append(d.found.Types, c)
	return c.Name, nil
}

// fillLiteral is the fill value of a dataset as the layout language writes it; "" is zeros.
func fillLiteral(o *hdf5.Dataset) (string, error) {
	stored := o.Fill().Value
	if strings.Trim(string(stored), "\x00") == "" {
		return "", nil
	}
	v, err := o.Datatype().Value(stored)
	if err != nil {
		return "", err
	}
	return literalOf(v, 8*o.Datatype().Size())
}

// literalOf is a value in YAML; bits is the size of its type, which v may be wider than.
func literalOf(v any, bits int) (string, error) {
	switch v := reflect.ValueOf(v); v.Kind() {
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.String:
		return infer.Quote(v.String()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if v.Uint() == math.MaxUint64>>(64-min(bits, 64)) {
			return "max", nil
		}
		return strconv.FormatUint(v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		return floatLiteral(v.Float(), bits), nil
	case reflect.Complex64, reflect.Complex128:
		c := v.Complex()
		if imag(c) == 0 || math.IsNaN(real(c)) && math.IsNaN(imag(c)) {
			return floatLiteral(real(c), bits/2), nil
		}
	}
	return "", fmt.Errorf("the layout language has no literal for %v", v)
}

// floatLiteral is a float of 32 or 64 bits in the fewest digits.
func floatLiteral(v float64, bits int) string {
	if bits != 32 {
		bits = 64
	}
	switch {
	case math.IsNaN(v):
		return "nan"
	case math.IsInf(v, 1):
		return "inf"
	case math.IsInf(v, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(v, 'g', -1, bits)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

// attrs lists the attributes of an object that a layout can write.
func (d *describer) attrs(o hdf5.Object, path string) []infer.Attr {
	var out []infer.Attr
	for a, err := range o.Attributes() {
		if err != nil {
			d.leave(path, "an attribute: %s", oneLine(err))
			break
		}
		if a.Name() == "DIMENSION_LIST" || a.Name() == "REFERENCE_LIST" || a.Name() == "CLASS" || a.Name() == "NAME" {
			d.leave(path, "attribute %s of dimension scales", a.Name())
			continue
		}
		text, err := valueYAML(a.Datatype(), a.Shape(), a.Value)
		if err != nil {
			d.leave(path, "attribute %s: %v", a.Name(), err)
			continue
		}
		out = append(out, infer.Attr{Name: a.Name(), YAML: text})
	}
	return out
}

func attrMap(attrs []infer.Attr) string {
	parts := make([]string, len(attrs))
	for i, a := range attrs {
		parts[i] = infer.Quote(a.Name) + ": " + a.YAML
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// maxListed is the length of lists that a layout spells out.
const maxListed = 100

// valueYAML writes a scalar or a short list with its type.
func valueYAML(t *hdf5.Datatype, shape []uint64, read func() (any, error)) (string, error) {
	if len(shape) > 1 || len(shape) == 1 && shape[0] > maxListed {
		return "", fmt.Errorf("it has shape %v", shape)
	}
	word, plain := "", false
	for kind := model.Int8; kind < model.CompoundType; kind++ {
		if make, ok := elementTypes[kind]; ok && t.Native() != nil && t.Native().Equal(make()) && !kind.Complex() {
			word = kind.String()
			plain = kind == model.Int64 || kind == model.Float64 || kind == model.Bool
		}
	}
	if t.Class() == hdf5.ClassString || t.IsVarString() {
		word, plain = "string", true
	}
	if word == "" {
		return "", fmt.Errorf("it is of type %s", t)
	}
	v, err := read()
	if err != nil {
		return "", err
	}
	text, err := listLiteral(reflect.ValueOf(v), len(shape) == 1, 8*t.Size())
	if err != nil || plain {
		return text, err
	}
	return fmt.Sprintf("{type: %s, value: %s}", word, text), nil
}

func listLiteral(v reflect.Value, isList bool, bits int) (string, error) {
	if v.Kind() != reflect.Slice {
		return plainLiteral(v, bits)
	}
	parts := make([]string, v.Len())
	for i := range parts {
		var err error
		if parts[i], err = plainLiteral(v.Index(i), bits); err != nil {
			return "", err
		}
	}
	if !isList && len(parts) == 1 {
		return parts[0], nil
	}
	return "[" + strings.Join(parts, ", ") + "]", nil
}

// plainLiteral is one value, the largest of a type in digits too.
func plainLiteral(v reflect.Value, bits int) (string, error) {
	if v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	if v.CanUint() {
		return strconv.FormatUint(v.Uint(), 10), nil
	}
	return literalOf(v.Interface(), bits)
}

// ordinary describes a dataset that is not virtual: a value or a short list is written by the layout, too.
func (d *describer) ordinary(o *hdf5.Dataset) {
	path := o.Path()
	read := func() (any, error) {
		raw, err := o.ReadBytes(o.Datatype(), make([]uint64, o.Rank()), ones(o.Rank()), o.Shape())
		if err != nil {
			return nil, err
		}
		var out []any
		for size := o.Datatype().Size(); len(raw) >= size && size > 0; raw = raw[size:] {
			v, err := o.Datatype().Value(raw[:size])
			if err != nil {
				return nil, err
			}
			out = append(out, v)
		}
		return out, nil
	}
	if o.Datatype().Class() == hdf5.ClassString || o.Datatype().IsVarString() {
		d.leave(path, "a dataset of texts")
		return
	}
	text, err := valueYAML(o.Datatype(), o.Shape(), read)
	if err != nil {
		d.leave(path, "a dataset that is not virtual: %v", err)
		return
	}
	key := "value: "
	if o.Rank() == 1 {
		key = "values: "
	}
	entry := key + text
	if typed, ok := strings.CutPrefix(text, "{type: "); ok {
		word, value, _ := strings.Cut(strings.TrimSuffix(typed, "}"), ", value: ")
		entry = key + value + ", type: " + word
	}
	if attrs := d.attrs(o, path); len(attrs) > 0 {
		entry += ", attrs: " + attrMap(attrs)
	}
	d.found.Tree = append(d.found.Tree, infer.Entry{Path: path, YAML: entry})
}

func ones(n int) []uint64 {
	out := make([]uint64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
