package runtime

import "fmt"

// SupportsGen1 is referred to by code of generation 1, so that generated code and a runtime that is too old for it do
// not compile together: "undefined: vds.SupportsGen1" means that the module needs an update.
const SupportsGen1 = true

// Solution finds the parameters that a file was built with in the lengths of its axes, and in the number of its sources.
type Solution struct {
	err     error
	unknown bool // a dataset has no sources to be counted
}

// Find is the x for which factor·x + rest is extent, of at least 0 and at most [MaxParam]; where there is none, which Err reports then, it is 0. words is what
// has that length: "axis y, 6*rows + 50".
func (s *Solution) Find(words string, extent, factor, rest int) int {
	left := Sub(extent, rest)
	if s.unknown {
		return 0
	}
	if factor < 0 { // an axis that is shorter the larger the parameter is
		left, factor = Sub(0, left), Sub(0, factor)
	}
	if s.err == nil && (factor <= 0 || left == Bad || left < 0 || left%factor != 0 || left/factor > MaxParam) {
		s.err = fmt.Errorf("%s: no parameter of the layout gives the %d elements of the file", words, extent)
	}
	if s.err != nil {
		return 0
	}
	return left / factor
}

// FindSources is Find for the number of source datasets that a virtual dataset is made of. One that is not virtual, such as a copy of it, or
// has no mappings, tells nothing: see Known.
func (s *Solution) FindSources(words string, d *RawDataset, factor, rest int) int {
	sources := map[SourceName]bool{}
	for m := range d.Mappings() {
		sources[m.Source] = true
	}
	if len(sources) == 0 {
		s.unknown = true
	}
	left := Sub(len(sources), rest)
	switch {
	case s.unknown || s.err != nil:
		return 0
	case factor <= 0 || left < 0 || left%factor != 0:
		s.err = fmt.Errorf("%s: no parameter of the layout gives the %s of the file", words, plural(len(sources), "source", "sources"))
		return 0
	}
	return left / factor
}

// FindOptionalSources is FindSources for members that a file may leave out, of which each takes as much of the virtual dataset as the others, and which fill it
// together: the space of those that are there says how many there would be.
func (s *Solution) FindOptionalSources(words string, d *RawDataset, factor, rest int) int {
	sources := map[SourceName]uint64{}
	var order []SourceName
	for m := range d.Mappings() {
		n, err := m.Virtual.Count(d.node.shape)
		if err != nil && s.err == nil {
			s.err = fmt.Errorf("%s: mapping %d: %w", words, m.Number, err)
		}
		if _, known := sources[m.Source]; !known {
			order = append(order, m.Source)
		}
		sources[m.Source] += n
	}
	member, whole := uint64(0), uint64(1)
	for _, name := range order {
		n := sources[name]
		if member != 0 && n != member && s.err == nil {
			s.err = fmt.Errorf("%s: %s has another number of elements than other sources, and those of the layout have the same", words, name)
		}
		member = n
	}
	for _, n := range d.node.shape {
		whole = saturatingMul(whole, n)
	}
	if s.err == nil && member != 0 && (whole%member != 0 || whole/member > MaxParam) {
		s.err = fmt.Errorf("%s: sources of %d elements do not fill the %d of the file", words, member, whole)
	}
	if member == 0 {
		s.unknown = true
	}
	if s.unknown || s.err != nil {
		return 0
	}
	return s.Find(words, int(whole/member), factor, rest)
}

// Known reports whether FindSources had sources to count. Without, what was found is not to be used.
func (s *Solution) Known() bool { return !s.unknown }

// Err is the first parameter that was not found.
func (s *Solution) Err() error { return s.err }

// ExactList is a list of values of type T, or the first error among them: what [Exact] gives for each.
func ExactList[T Integer](values ...any) any {
	list := make([]T, 0, len(values))
	for _, v := range values {
		switch v := v.(type) {
		case T:
			list = append(list, v)
		case error:
			return v
		default:
			return fmt.Errorf("%v is a %T in a list of %T", v, v, *new(T))
		}
	}
	return list
}
