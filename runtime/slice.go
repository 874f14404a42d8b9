package runtime

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Numbers that stand for something else in the place of an extent. They lie far below zero, so that no arithmetic that went wrong by a few
// elements becomes one of them.
const (
	// Bad is the result of arithmetic that failed: an overflow or a division by zero. As NaN does, it makes every
	// result Bad that it takes part in, and it is refused wherever an extent or an index is expected.
	Bad = math.MinInt

	// Unlimited is "as many as there are": as an extent it is an axis whose length is known only when
	// the source is opened, as the count of [Blocks] it is H5S_UNLIMITED.
	Unlimited = math.MinInt + 1

	// Any is an extent that may be whatever it is, in the shape that [OpenExact] expects.
	Any = Unlimited

	// Probe is an extent of a source that [ProbeSources] reads from its file.
	Probe = math.MinInt + 2

	// Fit is an extent of a layout that is as long as what is mapped to the axis.
	Fit = math.MinInt + 3
)

type sliceKind uint8

const (
	sliceRange    sliceKind = iota // start:stop:step, either end open
	sliceIndex                     // one index; the axis is dropped
	sliceBlocks                    // a hyperslab with blocks
	sliceList                      // a list of indices
	sliceEllipsis                  // as many whole axes as are left
)

// Slice selects along one axis, as a NumPy index does. The zero value is the whole axis.
//
// A Slice is a value: it may be copied, kept and used for any number of datasets, by any number of
// goroutines. Negative indices count from the end and are resolved against the axis when it is used.
type Slice struct {
	kind              sliceKind
	hasStart, hasStop bool
	start, stop       int
	step              int // 0 means 1
	count, block      int // of sliceBlocks
	list              []int
	moves             []move // where the positions of a stream go
	region            *Slice // what the slice is applied to, nil for the whole axis
	bad               string // why the slice cannot be used
}

// Ellipsis stands for as many whole axes as the other slices leave over, NumPy's "...".
var Ellipsis = Slice{kind: sliceEllipsis}

// All is the whole axis, NumPy's ":"; it is the zero value.
func All() Slice { return Slice{} }

// Index is the one element i and drops the axis from the result, NumPy's "i". A negative i counts from the end.
func Index(i int) Slice { return Slice{kind: sliceIndex, start: i} }

// Range is the elements from start up to, and without, stop: NumPy's "start:stop". Negative ends count
// from the end of the axis; ends beyond the axis are clipped to it, and a stop before start selects nothing.
func Range(start, stop int) Slice {
	return Slice{hasStart: true, hasStop: true, start: start, stop: stop}
}

// From is the elements from start to the end of the axis, NumPy's "start:".
func From(start int) Slice { return Slice{hasStart: true, start: start} }

// openFrom is the start of a slice that has no end, counted from the beginning of the axis.
func (s Slice) openFrom() (start int, ok bool) {
	plain := s.kind == sliceRange && !s.hasStop && (s.step == 0 || s.step == 1) && s.moves == nil && s.region == nil && s.bad == ""
	return s.start, plain && s.start >= 0
}

// To is the elements up to, and without, stop, NumPy's ":stop".
func To(stop int) Slice { return Slice{hasStop: true, stop: stop} }

// By takes every step-th element of the slice, NumPy's "::step". The step is at least 1: HDF5 has no
// negative one, and using a Slice with such a step is a *SliceError.
func (s Slice) By(step int) Slice {
	s.step = step
	if step == 0 {
		s.step = Bad // zero means "not set" inside, and a step of zero is an error
	}
	return s
}

// Blocks is count blocks of block elements, the first at start, one every stride elements: h5py's
// MultiBlockSlice and the four numbers of an HDF5 hyperslab. A count of [Unlimited] takes as many blocks as
// there are, also as the dataset grows. It is neither clipped nor counted from the end.
func Blocks(start, stride, count, block int) Slice {
	return Slice{kind: sliceBlocks, start: start, step: stride, count: count, block: block}
}

// Indices is the elements with the given indices, in the given order, NumPy's index list. In a read they may
// repeat and stand in any order; in a mapping they must increase, because HDF5 stores them as a set.
// At most one axis of a selection may have a list.
func Indices(indices ...int) Slice {
	return Slice{kind: sliceList, list: slices.Clone(indices)}
}

// Mask is the elements where keep is true, NumPy's boolean index along one axis. It must be as long as the axis.
func Mask(keep []bool) Slice {
	s := Slice{kind: sliceList, hasStop: true, stop: len(keep), list: []int{}}
	for i, k := range keep {
		if k {
			s.list = append(s.list, i)
		}
	}
	return s
}

// String is the slice as [ParseSlices] reads it: "0:10", "5", "::2", "...".
func (s Slice) String() string {
	text := s.baseString()
	for _, m := range s.moves {
		if m.members == 0 {
			text += fmt.Sprintf(".Shift(%d)", m.offset)
		} else {
			text += fmt.Sprintf(".Deal(%d, %d, %d)", m.member, m.members, m.block)
		}
	}
	if s.region != nil {
		text += " within " + s.region.String()
	}
	return text
}

func (s Slice) baseString() string {
	switch s.kind {
	case sliceIndex:
		return strconv.Itoa(s.start)
	case sliceEllipsis:
		return "..."
	case sliceBlocks:
		if s.count == Unlimited {
			return fmt.Sprintf("%d::%d(unlimited blocks of %d)", s.start, s.step, s.block)
		}
		return fmt.Sprintf("%d::%d(%d blocks of %d)", s.start, s.step, s.count, s.block)
	case sliceList:
		return listString(s.list)
	}
	var b strings.Builder
	if s.hasStart {
		b.WriteString(strconv.Itoa(s.start))
	}
	b.WriteByte(':')
	if s.hasStop {
		b.WriteString(strconv.Itoa(s.stop))
	}
	if s.step == Bad {
		b.WriteString(":0")
	} else if s.step != 0 && s.step != 1 {
		fmt.Fprintf(&b, ":%d", s.step)
	}
	return b.String()
}

// listString shows a list of indices, and only the first few of a long one.
func listString(list []int) string {
	const shown = 8
	words := make([]string, 0, shown+1)
	for i, v := range list {
		if i == shown {
			words = append(words, fmt.Sprintf("… %d in all", len(list)))
			break
		}
		words = append(words, strconv.Itoa(v))
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// slicesString shows the slices of all axes.
func slicesString(all []Slice) string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = s.String()
	}
	return "[" + strings.Join(words, ", ") + "]"
}

// ParseSlices reads the slices of all axes as NumPy spells them, with or without the brackets of the index itself:
// "0:10, :, 5, ::2, ..." A list of indices along one axis has brackets of its own: "0:10, [1, 5, 9]"; brackets round nothing but whole numbers
// are such a list, "[1, 5, 9]". An empty text selects everything. The error names the word that is wrong and what
// would be accepted.
func ParseSlices(text string) ([]Slice, error) {
	words, err := sliceWords(text)
	if err != nil {
		return nil, fmt.Errorf("slice %q: %w", text, err)
	}
	var parsed []Slice
	for _, word := range words {
		s, err := parseSlice(word)
		if err != nil {
			return nil, fmt.Errorf("slice %q: %w", text, err)
		}
		parsed = append(parsed, s)
	}
	return parsed, nil
}

// sliceWords cuts the text of a selection at the commas that are not within brackets.
func sliceWords(text string) ([]string, error) {
	body := strings.TrimSpace(text)
	if body == "" || body == "()" {
		return nil, nil
	}
	words, err := cutOutside(body)
	if err != nil {
		return nil, err
	}
	if len(words) == 1 && body[0] == '[' && !isIndexList(body) {
		body = strings.TrimSpace(body[1 : len(body)-1])
		if body == "()" {
			return nil, nil
		}
		if words, err = cutOutside(body); err != nil {
			return nil, err
		}
	}
	return words, nil
}

// isIndexList reports whether brackets hold nothing but whole numbers.
func isIndexList(word string) bool { return !strings.ContainsAny(word[1:len(word)-1], ":.[(") }

// cutOutside cuts at the commas outside of brackets; one at the end is of no account.
func cutOutside(body string) ([]string, error) {
	var words []string
	depth, from := 0, 0
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth < 0 {
				return nil, errors.New("a bracket is closed that was not opened")
			}
		case ',':
			if depth == 0 {
				words = append(words, strings.TrimSpace(body[from:i]))
				from = i + 1
			}
		}
	}
	if depth != 0 {
		return nil, errors.New("the bracket is not closed")
	}
	if last := strings.TrimSpace(body[from:]); last != "" || len(words) == 0 {
		words = append(words, last)
	}
	return words, nil
}

// parseList reads a list of indices without its brackets.
func parseList(body string) (Slice, error) {
	if strings.TrimSpace(body) == "" {
		return Indices(), nil
	}
	var list []int
	for part := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(body), ","), ",") {
		n, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil {
			return Slice{}, fmt.Errorf("%q in a list of indices is not a whole number", strings.TrimSpace(part))
		}
		list = append(list, n)
	}
	return Slice{kind: sliceList, list: list}, nil
}

// parseSlice reads the slice of one axis.
func parseSlice(word string) (Slice, error) {
	if word == "..." {
		return Ellipsis, nil
	}
	if inner, ok := strings.CutPrefix(word, "["); ok && strings.HasSuffix(inner, "]") {
		return parseList(strings.TrimSuffix(inner, "]"))
	}
	parts := strings.Split(word, ":")
	numbers := make([]int, len(parts))
	given := make([]bool, len(parts))
	for i, part := range parts {
		part = strings.TrimSpace(part)
		if part == "" {
			continue
		}
		n, err := strconv.Atoi(part)
		if err != nil {
			return Slice{}, fmt.Errorf("%q is not a slice: an axis takes an index (5), a range (start:stop:step, any part may be left out), a list of indices ([1, 5, 9]), or an ellipsis", word)
		}
		numbers[i], given[i] = n, true
	}
	if len(parts) == 1 {
		if !given[0] {
			return Slice{}, fmt.Errorf("an axis is empty: write : for all of it")
		}
		return Index(numbers[0]), nil
	}
	if len(parts) > 3 {
		return Slice{}, fmt.Errorf("%q has more than start:stop:step", word)
	}
	s := Slice{hasStart: given[0], start: numbers[0], hasStop: given[1], stop: numbers[1]}
	if len(parts) == 3 && given[2] {
		if numbers[2] <= 0 {
			return Slice{}, fmt.Errorf("%q: the step is at least 1", word)
		}
		s = s.By(numbers[2])
	}
	return s, nil
}
