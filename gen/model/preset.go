package model

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// presetNames are the ready-made structures, in the order of documentation.
var presetNames = []string{"nxdata", "nxmx", "cxi"}

// maxModules bounds the groups that a preset makes of tiles; more of them would be unusable in every viewer.
const maxModules = 1024

// presets fills in the structures that datasets ask for, as if they stood under `tree`. It runs when the axes of
// virtual datasets are known, and before the tree is checked. What the layout says itself wins: an attribute that is there
// keeps its value, and a path that is taken stays as it is.
func (c *checker) presets() {
	filled := map[*Dataset]bool{}
	for _, v := range slices.Clone(c.l.Virtual) {
		preset := v.Decl.Preset
		if preset == nil || v.Decl.Incomplete {
			continue
		}
		f := &filler{c: c, v: v, pos: preset.Pos, first: !filled[v.Decl]}
		filled[v.Decl] = true
		if v.Decl.Mask.Name != "" {
			c.list.Errorf(preset.Pos, diag.BadPreset, "a mask has no preset").Hintf("give it to the dataset that the mask covers, which then has the mask in its structure")
			continue
		}
		f.fill(preset.Name)
	}
}

// filler fills in the structure around one virtual dataset.
type filler struct {
	c     *checker
	v     *Virtual
	pos   diag.Pos
	first bool              // of the entries of an `each`, which share their groups
	own   map[string]*Value // settings
}

func (f *filler) fill(name string) {
	groups := strings.Split(strings.Trim(f.v.Path, "/"), "/")
	groups = groups[:len(groups)-1]
	if !slices.Contains(presetNames, name) {
		f.c.list.Errorf(f.pos, diag.BadPreset, "there is no preset %s%s", short(name), diag.DidYouMean(name, presetNames...)).Hintf("%s", joinAnd(presetNames))
		return
	}
	if len(groups) == 0 {
		f.c.list.Errorf(f.pos, diag.BadPreset, "preset %s of dataset %s, which lies in no group", name, f.v.Path).Hintf("a path such as /entry/data/data")
		return
	}
	if !f.settings(name) {
		return
	}
	switch name {
	case "nxdata":
		f.nxdata("/" + strings.Join(groups, "/"))
		f.defaults(groups)
		if len(groups) > 1 {
			f.group("/"+groups[0], text("NX_class", "NXentry"))
		}
		f.writeSettings(name, map[string]string{"nxdata": "/" + strings.Join(groups, "/")})
	case "nxmx":
		f.nxmx("/" + groups[0])
	case "cxi":
		f.cxi("/" + groups[0])
	}
}

// leaf is the last name of the dataset's path.
func (f *filler) leaf() string { return f.v.Path[strings.LastIndexByte(f.v.Path, '/')+1:] }

// defaults leads from the root group to the data that is shown first.
func (f *filler) defaults(groups []string) {
	path := ""
	for _, g := range groups {
		f.group(or(path, "/"), text("default", g))
		path += "/" + g
	}
}

// nxdata makes a group an NXdata whose signal is the dataset. NeXus: NXdata.
func (f *filler) nxdata(group string) {
	f.group(group, text("NX_class", "NXdata"))
	if !f.first {
		return
	}
	axes := &Value{Pos: f.pos, List: true}
	for _, d := range f.v.Dims {
		axes.Items = append(axes.Items, Literal{Pos: f.pos, Kind: LiteralString, Text: f.scaleName(group, d)})
	}
	f.group(group, text("signal", f.leaf()), &Attr{Name: "axes", Value: axes})
}

// scaleName is the dataset of a group that holds the coordinates of an axis: its dimension scale, or what has its name; "." without.
func (f *filler) scaleName(group string, d *Dim) string {
	in := func(path string) (string, bool) {
		name, ok := strings.CutPrefix(path, group+"/")
		return name, ok && !strings.Contains(name, "/")
	}
	for _, s := range f.v.Decl.Scales {
		if name, ok := in(s.Path.Name); ok && s.Axis.Name == d.Name {
			return name
		}
	}
	for _, t := range f.c.l.Tree {
		path, plain := t.Path.Plain()
		if name, ok := in(path); plain && ok && name == d.Name && t.Kind != TreeAttrs {
			return name
		}
	}
	return "."
}

// nxmx fills in what of the NeXus application definition NXmx follows from a layout: the classes, the
// detector with its modules and its mask, and one name for the data in both places. What only the experiment knows (distances, directions
// of pixels, the beam) is left out.
func (f *filler) nxmx(entry string) {
	dataName := f.groupName("data", "data")
	instrument, data := entry+"/instrument", entry+"/"+dataName
	detector := instrument + "/" + f.groupName("detector", "detector")
	f.group(entry, text("NX_class", "NXentry"))
	f.defaults([]string{entry[1:], dataName})
	f.value(entry+"/definition", Literal{Kind: LiteralString, Text: "NXmx"})
	f.group(instrument, text("NX_class", "NXinstrument"))
	f.group(detector, text("NX_class", "NXdetector"))
	f.nxdata(data)
	f.link(data+"/"+f.leaf(), f.v.Path)
	f.link(detector+"/"+f.leaf(), f.v.Path)
	if f.first {
		f.writeSettings("nxmx", map[string]string{"instrument": instrument, "detector": detector})
		if f.wanted("modules") {
			f.modules(detector)
		}
		if f.wanted("mask") {
			f.mask(detector + "/pixel_mask")
		}
	}
}

// cxi fills in the structure of a CXI file (Coherent X-ray Imaging, version 1.5), as EXtra-data writes it.
func (f *filler) cxi(entry string) {
	detector, data := entry+"/instrument_1/"+f.groupName("detector", "detector_1"), entry+"/"+f.groupName("data", "data_1")
	f.value("/cxi_version", Literal{Kind: LiteralInt, Text: "150"})
	names := make([]string, len(f.v.Dims))
	for i, d := range f.v.Dims {
		names[i] = d.Name
		switch stacked := f.stacked(d); {
		case i >= len(f.v.Dims)-2:
		case i == 0 && stacked == nil:
			names[i] = "experiment_identifier"
		case stacked != nil && !slices.Contains(names[:i], "module_identifier"):
			names[i] = "module_identifier"
			f.identifiers(detector+"/module_identifier", stacked)
		}
	}
	f.group(f.v.Path, text("axes", strings.Join(names, ":")))
	f.link(detector+"/"+f.leaf(), f.v.Path)
	f.link(data+"/"+f.leaf(), f.v.Path)
	if f.first {
		f.writeSettings("cxi", map[string]string{"detector": detector})
	}
}

// stacked is the variable whose members an axis counts; nil for other axes.
func (f *filler) stacked(d *Dim) *Var {
	if r := d.Axis.Rules[0]; r.Kind == RuleStack && r.V != nil && !r.V.Open {
		return r.V
	}
	return nil
}

// identifiers writes the values of a variable.
func (f *filler) identifiers(path string, v *Var) {
	if f.taken(f.at(path)) {
		return
	}
	e := &TreeEntry{Kind: TreeValues, First: v.First, Last: v.Last}
	if v.List != nil {
		e.First, e.Last = nil, nil
		e.Value = f.integers(v.List)
	}
	f.add(f.at(path), e)
}

// integers is a list of expressions as a value.
func (f *filler) integers(list []*Expr) *Value {
	value := &Value{Pos: f.pos, List: true, Type: TypeRef{Name: Int64.String(), Pos: f.pos}}
	for _, e := range list {
		value.Items = append(value.Items, Literal{Pos: f.pos, Kind: LiteralString, Text: e.String()})
	}
	return value
}

// mask puts the mask of the dataset into the detector: a link to the one that the layout has, or one that is written.
func (f *filler) mask(path string) {
	for _, w := range f.c.l.Virtual {
		if w.Decl.Mask.Name == f.v.Name {
			f.link(path, w.Path)
			return
		}
	}
	n := len(f.v.Dims)
	if n < 3 || f.v.Dims[n-1].Unlimited || f.v.Dims[n-2].Unlimited || f.taken(f.at(path)) {
		return
	}
	d := &Dataset{Pos: f.pos, Path: f.at(path), Mask: Ident{Name: f.v.Name, Pos: f.pos}}
	f.c.l.Datasets = append(f.c.l.Datasets, d)
	f.c.virtual(d, nil, &Virtual{Decl: d, Pos: f.pos, Path: path, Type: d.Type,
		Doc: "Bit 0 is set where no source maps a pixel of " + f.v.Name + "."})
}

// text is an attribute that is a text.
func text(name, value string) *Attr {
	return &Attr{Name: name, Value: &Value{Items: []Literal{{Kind: LiteralString, Text: value}}}}
}

// at is a path without expressions.
func (f *filler) at(path string) *Template { return PlainTemplate(path, f.pos) }

// entryAt is what the layout has under tree for a path.
func (f *filler) entryAt(path *Template) *TreeEntry {
	for _, t := range f.c.l.Tree {
		if t.Path != nil && t.Path.String() == path.String() {
			return t
		}
	}
	return nil
}

// taken reports whether the layout has something at a path already.
func (f *filler) taken(path *Template) bool {
	plain, ok := path.Plain()
	return f.entryAt(path) != nil || ok && slices.ContainsFunc(f.c.l.Virtual, func(v *Virtual) bool { return v.Path == plain })
}

func (f *filler) add(path *Template, e *TreeEntry) {
	e.Pos, e.Path = f.pos, path
	f.c.l.Tree = append(f.c.l.Tree, e)
}

// group makes a group, or adds to the attributes of what is there.
func (f *filler) group(path string, attrs ...*Attr) { f.groupAt(f.at(path), attrs...) }

func (f *filler) groupAt(path *Template, attrs ...*Attr) {
	e := f.entryAt(path)
	if e == nil {
		e = &TreeEntry{}
		f.add(path, e)
	}
	if e.Kind == TreeSoft || e.Kind == TreeExternal {
		return
	}
	own := slices.Clone(e.Attrs)
	plain, _ := path.Plain()
	for _, v := range f.c.l.Virtual {
		if v.Path == plain {
			own = append(own, v.Attrs...)
		}
	}
	for _, a := range attrs {
		if slices.ContainsFunc(own, func(b *Attr) bool { return b.Name == a.Name }) {
			continue
		}
		a.Pos, a.Value.Pos = f.pos, f.pos
		e.Attrs = append(e.Attrs, a)
		own = append(own, a)
	}
}

// link makes path another name of target, unless something is there.
func (f *filler) link(path, target string) {
	if at := f.at(path); path != target && !f.taken(at) {
		f.add(at, &TreeEntry{Kind: TreeSoft, Soft: f.at(target)})
	}
}

// value writes a scalar, unless something is there.
func (f *filler) value(path string, lit Literal) {
	lit.Pos = f.pos
	f.scalar(f.at(path), &Value{Pos: f.pos, Items: []Literal{lit}})
}

// scalar writes a scalar with attributes, unless something is there.
func (f *filler) scalar(path *Template, v *Value, attrs ...*Attr) {
	if f.taken(path) {
		return
	}
	for _, a := range attrs {
		a.Pos, a.Value.Pos = f.pos, f.pos
	}
	f.add(path, &TreeEntry{Kind: TreeValue, Value: v, Attrs: attrs})
}

// list writes a one-dimensional dataset, unless something is there.
func (f *filler) list(path *Template, values []*Expr) {
	if !f.taken(path) {
		f.add(path, &TreeEntry{Kind: TreeValues, Value: f.integers(values)})
	}
}
