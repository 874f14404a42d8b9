package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// An optional member that does not exist has no lengths to be probed, and takes those of its siblings along each axis: of the members at its own place
// along that axis, which are those with the same values of the variables that rules consume there. Sixteen modules side by side, each in sequence
// files one after another: the siblings of a missing file are the files of the other modules with the same number in their sequence. Where no member exists
// at its place, all members of the source are its siblings. Siblings agree, or the length has to be given.

// along finds the variables by which members are placed along each axis of their source.
func (c *checker) along() {
	for _, s := range c.l.Sources {
		s.Along = make([][]*Var, len(s.Shape))
	}
	for _, v := range c.l.Virtual {
		if v.Source == nil {
			continue
		}
		for _, a := range v.Decl.Axes {
			for _, k := range a.SourceAxes {
				if k >= len(v.Source.Axes) {
					continue
				}
				along := &v.Source.Along[v.Source.Axes[k].Axis]
				for _, r := range a.Rules {
					if r.V != nil && !r.V.Open && !slices.Contains(*along, r.V) {
						*along = append(*along, r.V)
					}
				}
			}
		}
	}
}

// anywhere is the place of all members together.
const anywhere = -1

// siblings are the lengths of members along one axis, by their place there.
type siblings struct {
	m       *members
	vars    []int // of members.vars
	known   map[int64]int64
	another map[int64]int64 // a length that differs from the one known
}

func (m *members) siblings(axis int) *siblings {
	s := &siblings{m: m, known: map[int64]int64{}, another: map[int64]int64{}}
	for _, v := range m.source.Along[axis] {
		s.vars = append(s.vars, m.axis(v))
	}
	for i, x := range m.list {
		if !x.missing {
			s.add(s.place(i), x.shape[axis])
			s.add(anywhere, x.shape[axis])
		}
	}
	return s
}

func (s *siblings) add(place, length int64) {
	if known, ok := s.known[place]; !ok {
		s.known[place] = length
	} else if known != length {
		s.another[place] = length
	}
}

// place is the number of the place of member i among all along the axis.
func (s *siblings) place(i int) int64 {
	n := int64(0)
	for _, k := range s.vars {
		n = n*s.m.counts[k] + s.m.coord(i, k)
	}
	return n
}

// resolveMissing gives optional members that do not exist the lengths of their siblings.
func (lo *lowerer) resolveMissing(m *members) bool {
	if !slices.ContainsFunc(m.list, func(x member) bool { return x.missing }) {
		return true
	}
	for axis, e := range m.source.Shape {
		if e.Kind != ExtentProbe {
			continue
		}
		s := m.siblings(axis)
		for i := range m.list {
			if m.list[i].missing && !lo.takeLength(m, s, i, axis) {
				return false
			}
		}
	}
	return true
}

// takeLength gives a missing member the length of its siblings along an axis.
func (lo *lowerer) takeLength(m *members, s *siblings, i, axis int) bool {
	place, who := s.place(i), "the others at its place"
	if _, ok := s.known[place]; !ok {
		place, who = anywhere, "the others"
	}
	length, ok := s.known[place]
	if !ok {
		lo.list.Errorf(m.source.Shape[axis].Pos, diag.ProbeFailed, "no member of source %s exists, so the length of axis %d is not known", m.source.Name, axis)
		return false
	}
	if another, differ := s.another[place]; differ {
		lo.list.Errorf(m.source.Shape[axis].Pos, diag.ProbeFailed, "%s of source %s is missing, and %s differ in length on axis %d: %d and %d",
			m.describe(lo, i), m.source.Name, who, axis, length, another).Hintf("give the length with a parameter of type []int")
		return false
	}
	x := &m.list[i]
	x.shape = slices.Clone(x.shape) // others share it
	x.shape[axis] = length
	return true
}
