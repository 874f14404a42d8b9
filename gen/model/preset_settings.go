package model

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// settingKind tells what a setting of a preset is.
type settingKind uint8

const (
	settingGroup  settingKind = iota // the name of a group
	settingText                      // a text
	settingNumber                    // a number
	settingPair                      // two numbers, of x and y
	settingVector                    // three numbers
	settingFlag                      // true or false
)

var settingWords = [...]string{"the name of a group", "a text", "a number", "two numbers, of x and y: [75e-6, 75e-6]", "a direction, three numbers: [-1, 0, 0]", "true or false"}

// items is how many values a setting has in a list; 0 for one without.
func (k settingKind) items() int {
	return map[settingKind]int{settingPair: 2, settingVector: 3}[k]
}

// setting is one setting of a preset and the dataset that it is written to, if it is.
type setting struct {
	name   string
	kind   settingKind
	group  string   // which group of the preset has it; "" when nothing is written
	fields []string // one name, or one for each of two numbers
	units  string
}

// presetSettings are the settings of each preset, in the order of documentation.
var presetSettings = map[string][]setting{
	"nxdata": {{name: "title", kind: settingText, group: "nxdata", fields: []string{"title"}}},
	"nxmx": {
		{name: "detector", kind: settingGroup},
		{name: "data", kind: settingGroup},
		{name: "instrument", kind: settingText, group: "instrument", fields: []string{"name"}},
		{name: "description", kind: settingText, group: "detector", fields: []string{"description"}},
		{name: "pixel_size", kind: settingPair, group: "detector", fields: []string{"x_pixel_size", "y_pixel_size"}, units: "m"},
		{name: "fast", kind: settingVector},
		{name: "slow", kind: settingVector},
		{name: "sensor_material", kind: settingText, group: "detector", fields: []string{"sensor_material"}},
		{name: "sensor_thickness", kind: settingNumber, group: "detector", fields: []string{"sensor_thickness"}, units: "m"},
		{name: "saturation_value", kind: settingNumber, group: "detector", fields: []string{"saturation_value"}},
		{name: "distance", kind: settingNumber, group: "detector", fields: []string{"distance"}, units: "m"},
		{name: "beam_center", kind: settingPair, group: "detector", fields: []string{"beam_center_x", "beam_center_y"}, units: "pixel"},
		{name: "modules", kind: settingFlag},
		{name: "mask", kind: settingFlag},
	},
	"cxi": {
		{name: "detector", kind: settingGroup},
		{name: "data", kind: settingGroup},
		{name: "description", kind: settingText, group: "detector", fields: []string{"description"}},
		{name: "pixel_size", kind: settingPair, group: "detector", fields: []string{"x_pixel_size", "y_pixel_size"}, units: "m"},
		{name: "distance", kind: settingNumber, group: "detector", fields: []string{"distance"}, units: "m"},
	},
}

// settings checks the settings that the layout gives a preset.
func (f *filler) settings(preset string) bool {
	f.own = map[string]*Value{}
	var names []string
	for _, s := range presetSettings[preset] {
		names = append(names, s.name)
	}
	ok := true
	for _, a := range f.v.Decl.Preset.Settings {
		i := slices.Index(names, a.Name)
		if i < 0 {
			f.report(a.Pos, "preset %s has no setting %s%s", preset, short(a.Name), diag.DidYouMean(a.Name, names...)).Hintf("%s", joinAnd(names))
			ok = false
			continue
		}
		if s := presetSettings[preset][i]; !s.fits(a.Value) {
			f.report(a.Value.Pos, "setting %s of preset %s is %s", s.name, preset, settingWords[s.kind])
			ok = false
		}
		f.own[a.Name] = a.Value
	}
	if (f.own["fast"] != nil || f.own["slow"] != nil) && (f.own["fast"] == nil || f.own["slow"] == nil || f.own["pixel_size"] == nil) {
		f.report(f.pos, "the directions of pixels need all of fast, slow and pixel_size")
		ok = false
	}
	return ok
}

// report reports a mistake in a preset, once for all entries of an `each`.
func (f *filler) report(pos diag.Pos, format string, args ...any) *diag.Diagnostic {
	if !f.first {
		return &diag.Diagnostic{}
	}
	return f.c.list.Errorf(pos, diag.BadPreset, format, args...)
}

// fits reports whether v can be the value of a setting.
func (s setting) fits(v *Value) bool {
	if v.List != (s.kind.items() > 0) || v.List && len(v.Items) != s.kind.items() {
		return false
	}
	return !slices.ContainsFunc(v.Items, func(l Literal) bool {
		switch s.kind {
		case settingGroup:
			return l.Kind != LiteralString || pathFault(l.Text) != "" || strings.Contains(l.Text, "/")
		case settingText:
			return l.Kind != LiteralString
		case settingFlag:
			return l.Kind != LiteralBool
		}
		return l.Kind != LiteralInt && l.Kind != LiteralFloat
	})
}

// groupName is the name of a group that a setting may give.
func (f *filler) groupName(setting, usual string) string {
	if v := f.own[setting]; v != nil {
		return v.Items[0].Text
	}
	return usual
}

// wanted reports whether a part of a preset is not left out by a setting.
func (f *filler) wanted(setting string) bool {
	v := f.own[setting]
	return v == nil || v.Items[0].Text == "true"
}

// writeSettings writes the settings that are datasets into the groups of the preset.
func (f *filler) writeSettings(preset string, groups map[string]string) {
	if !f.first {
		return
	}
	for _, s := range presetSettings[preset] {
		v := f.own[s.name]
		if v == nil || s.group == "" {
			continue
		}
		for i, field := range s.fields {
			var attrs []*Attr
			if s.units != "" {
				attrs = append(attrs, text("units", s.units))
			}
			f.scalar(f.at(groups[s.group]+"/"+field), s.value(v, i), attrs...)
		}
	}
}

// value is the i-th value of a setting as a scalar. Measures are floating-point numbers however they are written.
func (s setting) value(v *Value, i int) *Value {
	out := &Value{Pos: v.Pos, Type: v.Type, Items: v.Items[i : i+1]}
	if out.Type.IsZero() && s.units != "" {
		out.Type = TypeRef{Name: Float64.String(), Pos: v.Pos}
	}
	return out
}

// directions writes how the pixels of a module follow one another in space, where the layout says it: NXdetector_module's fast_pixel_direction and
// slow_pixel_direction, each a translation by one pixel.
func (f *filler) directions(module []Part) {
	if f.own["fast"] == nil {
		return
	}
	size := setting{kind: settingPair, units: "m"}
	for i, name := range []string{"fast", "slow"} {
		vector := &Value{Pos: f.pos, List: true, Type: TypeRef{Name: Float64.String(), Pos: f.pos}, Items: f.own[name].Items}
		f.scalar(f.path(module, "/"+name+"_pixel_direction"), size.value(f.own["pixel_size"], i),
			text("transformation_type", "translation"), text("units", "m"), &Attr{Name: "vector", Value: vector}, text("depends_on", "."))
	}
}
