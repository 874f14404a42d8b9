package model

import (
	"fmt"
	"slices"
	"strings"
)

// Category says what a difference between two layouts touches.
type Category uint8

// The categories of differences.
const (
	API    Category = iota // names and types of the generated Go code
	File                   // names, links, attributes and storage in the files
	Pixels                 // where elements come from, and how many there are
	Fills                  // what elements without a source hold
)

// String names the category as `vdsgen breaking` prints it.
func (c Category) String() string {
	return [...]string{"Go API", "file", "moved pixels", "fill"}[c]
}

// Difference is one statement in which two layouts differ. Before is "" for what is new,
// After is "" for what is gone.
type Difference struct {
	Category      Category
	What          string // "dataset /data type"
	Before, After string
}

// String returns the difference in one line.
func (d Difference) String() string {
	switch {
	case d.Before == "":
		return fmt.Sprintf("%s: %s: new: %s", d.Category, d.What, d.After)
	case d.After == "":
		return fmt.Sprintf("%s: %s: gone, was %s", d.Category, d.What, d.Before)
	}
	return fmt.Sprintf("%s: %s: %s, was %s", d.Category, d.What, d.After, d.Before)
}

// Compare returns in what two checked layouts differ, sorted by what; none exactly when
// their hashes are equal.
func Compare(before, after *Layout) []Difference {
	a, b := facts(before), facts(after)
	var out []Difference
	for len(a) > 0 || len(b) > 0 {
		switch {
		case len(b) == 0 || len(a) > 0 && a[0].key < b[0].key:
			out = append(out, Difference{a[0].kind, a[0].key, a[0].value, ""})
			a = a[1:]
		case len(a) == 0 || b[0].key < a[0].key:
			out = append(out, Difference{b[0].kind, b[0].key, "", b[0].value})
			b = b[1:]
		default:
			if a[0].value != b[0].value {
				out = append(out, Difference{b[0].kind, b[0].key, a[0].value, b[0].value})
			}
			a, b = a[1:], b[1:]
		}
	}
	return out
}

// maxMappingDifferences bounds what CompareLowered says about the mappings of one dataset.
const maxMappingDifferences = 10

// CompareLowered returns in what two files differ that layouts at given values describe.
func CompareLowered(before, after *Lowered) []Difference {
	var out []Difference
	add := func(c Category, what, a, b string) {
		if a != b {
			out = append(out, Difference{c, what, a, b})
		}
	}
	for _, d := range before.Datasets {
		if i := slices.IndexFunc(after.Datasets, func(e *LoweredDataset) bool { return e.Path == d.Path }); i >= 0 {
			e := after.Datasets[i]
			what := "dataset " + d.Path
			add(API, what+" type", d.Type.Name, e.Type.Name)
			add(Fills, what+" fill", fmt.Sprint(d.Fill), fmt.Sprint(e.Fill))
			add(Pixels, what+" shape", fmt.Sprint(d.Shape), fmt.Sprint(e.Shape))
			out = append(out, compareMappings(what, d.Mappings, e.Mappings)...)
			continue
		}
		add(File, "dataset "+d.Path, "a virtual dataset", "")
	}
	for _, e := range after.Datasets {
		if !slices.ContainsFunc(before.Datasets, func(d *LoweredDataset) bool { return d.Path == e.Path }) {
			add(File, "dataset "+e.Path, "", "a virtual dataset")
		}
	}
	return out
}

func compareMappings(what string, a, b []Mapping) []Difference {
	var out []Difference
	if len(a) != len(b) {
		out = append(out, Difference{Pixels, what + " mappings", fmt.Sprint(len(a)), fmt.Sprint(len(b))})
	}
	for i := range min(len(a), len(b)) {
		if a[i].File == b[i].File && a[i].Path == b[i].Path && a[i].Virtual.Equal(b[i].Virtual) && a[i].Source.Equal(b[i].Source) {
			continue
		}
		if len(out) == maxMappingDifferences {
			break
		}
		out = append(out, Difference{Pixels, fmt.Sprintf("%s mapping %d", what, i), a[i].String(), b[i].String()})
	}
	return out
}

// String returns the mapping as "virtual ← file:path source".
func (m Mapping) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s ← %s:%s", m.Virtual, m.File, m.Path)
	if s := m.Source.String(); s != "[...]" {
		b.WriteString(" " + s)
	}
	return b.String()
}
