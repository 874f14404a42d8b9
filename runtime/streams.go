package runtime

import (
	"fmt"
	"slices"
)

// Streams are the streams of all members of a source set along one axis, to which the rules of a layout are applied inside out: where a member lies depends
// on how long the streams are that the rules before made of others. Members are in the order of the layout, the first variable slowest. It must not be
// used by several goroutines at a time.
type Streams struct {
	counts  []int // values of each variable
	lengths []int // of the stream that each member is part of
	places  []Slice
	next    int
	bad     string
}

// NewStreams begins with a stream for each member, as long as that: there are as many lengths as combinations of the values of variables, which counts has
// the numbers of. What is wrong with numbers here and in the methods is reported where the places are used.
func NewStreams(lengths []int, counts ...int) *Streams {
	s := &Streams{counts: counts, lengths: slices.Clone(lengths), places: make([]Slice, len(lengths))}
	members := 1
	for _, n := range counts {
		members = Mul(members, n)
	}
	if members != len(lengths) {
		s.bad = fmt.Sprintf("%s for %s", plural(len(lengths), "length", "lengths"), plural(members, "member", "members"))
	}
	for i, n := range lengths {
		switch {
		case n == Bad:
			s.bad = "the length of a member overflows or divides by zero"
		case n < 0:
			s.bad = fmt.Sprintf("the length of a member is negative (%d)", n)
		}
		s.places[i] = To(n)
	}
	return s
}

// groups calls f with the members that differ in one variable only, in its order, for each combination of the others.
func (s *Streams) groups(variable int, f func(group []int)) *Streams {
	if s.bad != "" {
		return s
	}
	stride := 1
	for _, n := range s.counts[variable+1:] {
		stride *= n
	}
	group := make([]int, s.counts[variable])
	for first := range s.lengths {
		if len(group) == 0 || first/stride%len(group) != 0 {
			continue
		}
		for j := range group {
			group[j] = first + j*stride
		}
		f(group)
	}
	return s
}

// Tile places the streams that differ in one variable one after another, with gaps between neighbours, which repeat cyclically; none without gaps.
func (s *Streams) Tile(variable int, gaps ...int) *Streams {
	return s.groups(variable, func(group []int) {
		cursor, end := Tile(gaps...), 0
		for _, i := range group {
			place := cursor.Next(s.lengths[i])
			if place.bad != "" {
				s.bad = place.bad
				return
			}
			s.places[i] = s.places[i].Shift(place.start)
			end = place.stop
		}
		s.grow(group, end)
	})
}

// Place places the streams that differ in one variable at the origins of its values.
func (s *Streams) Place(variable int, origins ...int) *Streams {
	return s.groups(variable, func(group []int) {
		if len(origins) != len(group) {
			s.bad = fmt.Sprintf("%s for %s", plural(len(origins), "origin", "origins"), plural(len(group), "member", "members"))
			return
		}
		end := 0
		for j, i := range group {
			last := Add(origins[j], s.lengths[i])
			if last == Bad {
				s.bad = "an origin overflows or divides by zero"
				return
			}
			s.places[i] = s.places[i].Shift(origins[j])
			end = max(end, last)
		}
		s.grow(group, end)
	})
}

// Deal deals the streams that differ in one variable onto one, block elements at a time. Their lengths must be what dealing gives them.
func (s *Streams) Deal(variable, block int) *Streams {
	return s.groups(variable, func(group []int) {
		n, total := len(group), 0
		for _, i := range group {
			total = Add(total, s.lengths[i])
		}
		round := Mul(n, block)
		if block < 1 || total == Bad || round == Bad {
			s.bad = fmt.Sprintf("dealing in blocks of %d is more than HDF5 can count", block)
			return
		}
		for j, i := range group {
			dealt := total/round*block + min(max(total%round-j*block, 0), block)
			if s.lengths[i] != dealt {
				s.bad = fmt.Sprintf("a stream of %d elements is dealt to %d members in blocks of %d, and member %d holds %d where it gets %d", total, n, block, j, s.lengths[i], dealt)
				return
			}
			s.places[i] = s.places[i].Deal(j, n, block)
		}
		s.grow(group, total)
	})
}

// grow makes one stream of those of a group.
func (s *Streams) grow(group []int, length int) {
	for _, i := range group {
		s.lengths[i] = length
	}
}

// Next is where the next member lies along the axis, for the virtual side of [Layout.Map].
func (s *Streams) Next() Slice {
	switch {
	case s.bad != "":
		return Slice{bad: s.bad}
	case s.next == len(s.places):
		return Slice{bad: "there are no more members"}
	}
	s.next++
	return s.places[s.next-1]
}
