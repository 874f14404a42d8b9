package infer

import (
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// maxDifferences bounds what Compare says about the mappings of one dataset.
const maxDifferences = 10

// Compare returns in what mappings and extents a dataset of a file differs from what a layout makes of it; before is
// the file. Mappings that are written differently and give the same elements are the same.
func Compare(d *Dataset, x *model.LoweredDataset) []model.Difference {
	what := "dataset " + d.Path
	var out []model.Difference
	differ := func(what, before, after string) {
		out = append(out, model.Difference{Category: model.Pixels, What: what, Before: before, After: after})
	}
	if a, b := extents(d.Shape, d.MaxShape), extents(x.Shape, x.MaxShape); a != b {
		differ(what+" shape", a, b)
	}
	shapes := sourceShapes(x)
	before, err := d.keyed(shapes)
	if err != nil {
		return append(out, model.Difference{Category: model.Pixels, What: what + " mappings", Before: err.Error(), After: "regular hyperslabs"})
	}
	after, err := lowered(x).keyed(shapes)
	if err != nil {
		return append(out, model.Difference{Category: model.Pixels, What: what + " mappings", Before: "regular hyperslabs", After: err.Error()})
	}
	for _, m := range before {
		if _, same := after[m.id]; !same {
			differ(what+" mapping", m.text, "")
		}
	}
	for _, m := range after {
		if _, same := before[m.id]; !same {
			differ(what+" mapping", "", m.text)
		}
	}
	slices.SortStableFunc(out, func(a, b model.Difference) int {
		return slices.Compare([]string{b.What, b.Before, a.After}, []string{a.What, a.Before, b.After})
	})
	if n := len(out); n > maxDifferences {
		out = append(out[:maxDifferences], model.Difference{Category: model.Pixels, What: what, Before: fmt.Sprintf("%d more differences", n-maxDifferences)})
	}
	return out
}

// extents is a shape as text, with what grows as inf.
func extents(shape, limits []uint64) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		if parts[i] = fmt.Sprint(n); limits[i] == dataspace.Unlimited {
			parts[i] = "inf"
		}
	}
	return fmt.Sprint(parts)
}

// lowered is what a layout makes as a dataset of a file.
func lowered(x *model.LoweredDataset) *Dataset {
	return &Dataset{Path: x.Path, Shape: x.Shape, MaxShape: x.MaxShape, Mappings: x.Mappings}
}

// sourceShapes are the shapes of the sources of a lowered dataset, by stored name.
func sourceShapes(x *model.LoweredDataset) map[[2]string][]uint64 {
	shapes := map[[2]string][]uint64{}
	for _, m := range x.Mappings {
		shape := x.Members[m.Member].Shape
		known := make([]uint64, len(shape))
		for i, n := range shape {
			known[i] = uint64(n) // an axis that grows is no range
		}
		shapes[[2]string{m.File, absolute(m.Path)}] = known
	}
	return shapes
}

// keyedMapping is a mapping with what is the same for the same mappings.
type keyedMapping struct{ id, text string }

func (d *Dataset) keyed(shapes map[[2]string][]uint64) (map[string]keyedMapping, error) {
	if len(d.Mappings) == 0 {
		return nil, nil
	}
	list, err := d.mappings()
	if err != nil {
		return nil, err
	}
	out := make(map[string]keyedMapping, len(list))
	for i := range list {
		m := &list[i]
		id := m.key(shapes[[2]string{m.file, m.path}])
		out[id] = keyedMapping{id, m.String()}
	}
	return out, nil
}

// String returns the mapping as "virtual ← file:path source".
func (m *mapping) String() string {
	v, err := dataspace.Regular(m.v...)
	if err != nil {
		return err.Error()
	}
	text := fmt.Sprintf("%v ← %s:%s", v, m.file, m.path)
	if s, err := dataspace.Regular(m.s...); err == nil && !m.whole {
		text += " " + s.String()
	}
	return text
}
