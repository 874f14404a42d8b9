package runtime

import (
	"errors"
	"fmt"
)

// Siblings says at which place along an axis of the virtual dataset a source lies: the numbers of its file in a sequence, say. [ProbeSources] takes the extent of an
// [Optional] source that is missing along that axis of the source from the sources at the same place, which must agree; from all others where none
// of them exists, or where nothing is said.
func Siblings(axis int, place ...int) SourceOption {
	return sourceOption(func(d *sourceForm) {
		d.details().places = append(d.places, siblingPlace{axis, fmt.Sprint(place)})
	})
}

// siblingPlace is the sources that lie at one place along an axis; all of them where place is empty.
type siblingPlace struct {
	axis  int
	place string
}

// placeAlong is the place of a source along an axis.
func (s *Source) placeAlong(axis int) siblingPlace {
	for _, p := range s.places {
		if p.axis == axis {
			return p
		}
	}
	return siblingPlace{axis: axis}
}

// siblingExtent is the extent of sources at one place, and one that differs from it.
type siblingExtent struct {
	extent, another uint64
	differ          bool
}

// agreement is the extents that probed sources have.
type agreement map[siblingPlace]siblingExtent

// add notes the extents of a source that exists.
func (a agreement) add(s *Source, shape []uint64) {
	for i, probe := range s.probe {
		if !probe {
			continue
		}
		here, anywhere := s.placeAlong(i), siblingPlace{axis: i}
		a.note(here, shape[i])
		if here != anywhere {
			a.note(anywhere, shape[i])
		}
	}
}

func (a agreement) note(at siblingPlace, extent uint64) {
	known, ok := a[at]
	switch {
	case !ok:
		known.extent = extent
	case known.extent != extent:
		known.another, known.differ = extent, true
	}
	a[at] = known
}

// shape is the extents of a source that is missing; those that are not probed are 0.
func (a agreement) shape(s *Source) ([]uint64, error) {
	shape := make([]uint64, len(s.probe))
	for i, probe := range s.probe {
		if !probe {
			continue
		}
		here, who := s.placeAlong(i), "the others at its place"
		known, ok := a[here]
		if !ok || here.place == "" {
			known, ok = a[siblingPlace{axis: i}]
			who = "the others"
		}
		switch {
		case !ok:
			return nil, errors.New("no other source tells its extents")
		case known.differ:
			return nil, fmt.Errorf("%s do not agree on the extent of axis %d: %d and %d", who, i, known.extent, known.another)
		}
		shape[i] = known.extent
	}
	return shape, nil
}
