package model

import (
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// Finding is a difference between two versions of a layout, judged by what it does to those who use it.
type Finding struct {
	Difference
	Breaking bool     // code, files or readers made for the version before do not do what they did
	Pos      diag.Pos // in the version after, or that of the whole layout where something is gone
}

// Findings compares two checked versions of a layout as [Compare] does and says which differences break what was made
// for the one before. New datasets, links, attributes and parameters with a default break nothing; nor do
// chunks and filters, which change how sources are stored and not what they hold.
func Findings(before, after *Layout) []Finding {
	known, now := objects(before), objects(after)
	var out []Finding
	for _, d := range Compare(before, after) {
		f := Finding{Difference: d, Pos: after.Name.Pos}
		if o, ok := find(now, d.What); ok {
			f.Pos = o.place(strings.TrimSpace(strings.TrimPrefix(d.What, o.key)))
		}
		_, existed := find(known, d.What)
		f.Breaking = d.breaks(existed, after)
		out = append(out, f)
	}
	return out
}

// breaks judges one difference. existed tells that the object that it is about was there before.
func (d Difference) breaks(existed bool, after *Layout) bool {
	if strings.HasPrefix(d.What, "source ") && (strings.HasSuffix(d.What, " chunk") || strings.HasSuffix(d.What, " filters")) {
		return false
	}
	if d.Before != "" {
		return true
	}
	if name, ok := strings.CutPrefix(d.What, "parameter "); ok && !existed {
		i := slices.IndexFunc(after.Params, func(p *Param) bool { return p.Name == strings.TrimSuffix(name, " default") })
		return i < 0 || !after.Params[i].HasDefault
	}
	return existed && (d.Category == Pixels || d.Category == Fills)
}

// object is something that facts are about.
type object struct {
	key   string                   // with which they begin
	place func(of string) diag.Pos // of what the rest of the fact names
}

// objects lists what facts of a layout can be about.
func objects(l *Layout) []object {
	at := func(p diag.Pos) func(string) diag.Pos { return func(string) diag.Pos { return p } }
	var out []object
	add := func(key string, place func(string) diag.Pos) { out = append(out, object{key, place}) }
	add("layout", at(l.Name.Pos))
	if l.File != nil {
		add("file", at(l.File.Pos))
	}
	for _, p := range l.Params {
		add("parameter "+p.Name, at(p.Pos))
	}
	for _, v := range l.Vars {
		add("variable "+v.Name, at(v.ValuesPos))
	}
	for _, k := range l.Consts {
		add("constant "+k.Name, at(k.Pos))
	}
	for _, t := range l.Types {
		add("type "+t.Name, at(t.Pos))
	}
	for _, s := range l.Sources {
		add("source "+s.Name, s.place)
	}
	for _, v := range l.Virtual {
		add("dataset "+v.Path, v.place)
	}
	for _, t := range l.Tree {
		add("tree "+t.Path.String(), at(t.Pos))
	}
	return out
}

// find is the object that a fact is about: the one with the longest key, for paths begin with one another.
func find(list []object, what string) (best object, ok bool) {
	for _, o := range list {
		if rest, is := strings.CutPrefix(what, o.key); is && (rest == "" || rest[0] == ' ') && len(o.key) > len(best.key) {
			best, ok = o, true
		}
	}
	return best, ok
}

// firstPlace is the first place that is known.
func firstPlace(places ...diag.Pos) diag.Pos {
	for _, p := range places {
		if p.IsValid() {
			return p
		}
	}
	return diag.Pos{}
}

func (s *SourceSet) place(of string) diag.Pos {
	var p diag.Pos
	switch of {
	case "file":
		p = s.File.Pos
	case "path":
		p = s.Path.Pos
	case "type":
		p = s.Type.Pos
	case "shape":
		p = s.Shape[0].Pos
	case "select":
		if len(s.Select) > 0 {
			p = s.Select[0].Pos
		}
	}
	return firstPlace(p, s.Pos)
}

func (v *Virtual) place(of string) diag.Pos {
	var p diag.Pos
	switch {
	case of == "fill" && v.Fill != nil:
		p = v.Fill.Pos
	case of == "type":
		p = v.Type.Pos
	case of == "from":
		p = v.Decl.From.Pos
	case strings.HasPrefix(of, "rule of axis "):
		if i := strings.TrimPrefix(of, "rule of axis "); len(i) == 1 && int(i[0]-'0') < len(v.Decl.Axes) {
			a := v.Decl.Axes[i[0]-'0']
			p = firstPlace(a.Rules[0].Pos, a.Pos)
		}
	}
	return firstPlace(p, v.Pos)
}
