package runtime

import (
	"errors"
	"fmt"
	"math"
)

const (
	// MaxParam is the largest magnitude of an integer parameter that takes part in arithmetic. Sums and products of a
	// few of them that generated code computes without checks cannot overflow.
	MaxParam = min(1<<40, math.MaxInt>>7)

	// MaxMembers is the largest number of members of a source set, that of mappings of a virtual dataset.
	MaxMembers = maxMappings
)

// Limit is one check of a parameter; nil where it is met.
type Limit error

// Check returns all limits that are not met, joined, or nil.
func Check(limits ...Limit) error {
	errs := make([]error, 0, len(limits))
	for _, l := range limits {
		if l != nil {
			errs = append(errs, l)
		}
	}
	return errors.Join(errs...)
}

// Value checks that an integer parameter is one that arithmetic can be done with.
func Value(name string, v int) Limit {
	if v < -MaxParam || v > MaxParam {
		return fmt.Errorf("parameter %s is %d: its magnitude is at most %d", name, v, MaxParam)
	}
	return nil
}

// Members checks a number of members, which words say in the layout.
func Members(words string, n int) Limit {
	switch {
	case n == Bad:
		return fmt.Errorf("%s: the number of values overflows", words)
	case n < 1:
		return fmt.Errorf("%s: it has no values", words)
	case n > MaxMembers:
		return fmt.Errorf("%s: %d values are more than the %d mappings that a virtual dataset may have", words, n, MaxMembers)
	}
	return nil
}

// Values checks a parameter that holds one integer for each member.
func Values(name string, v []int, members int) Limit {
	if len(v) != members {
		return fmt.Errorf("parameter %s has %s, and %s needed", name, plural(len(v), "value", "values"), plural(members, "is", "are"))
	}
	for i, n := range v {
		if err := Value(fmt.Sprintf("%s[%d]", name, i), n); err != nil {
			return err
		}
	}
	return nil
}

// Member checks that v is one of the values first to last of a variable, which words name.
func Member(words string, v, first, last int) error {
	if v < first || v > last {
		return fmt.Errorf("%s %d: the layout has %d to %d", words, v, first, last)
	}
	return nil
}

// MemberOf checks that v is one of the values of a variable, which words name.
func MemberOf(words string, v int, values ...int) error {
	for _, n := range values {
		if n == v {
			return nil
		}
	}
	return fmt.Errorf("%s %d: the layout has %s", words, v, listString(values))
}

// Num is v, or an error that names the expression where v is Bad.
func Num(words string, v int) (int, error) {
	if v == Bad {
		return 0, fmt.Errorf("%s: the arithmetic overflows or divides by zero", words)
	}
	return v, nil
}

// Add is a + b, or Bad.
func Add(a, b int) int {
	sum := a + b
	if a == Bad || b == Bad || (sum > a) != (b > 0) {
		if b == 0 {
			return a
		}
		return Bad
	}
	return sum
}

// Sub is a - b, or Bad.
func Sub(a, b int) int {
	if b == Bad {
		return Bad
	}
	return Add(a, -b)
}

// Mul is a * b, or Bad.
func Mul(a, b int) int {
	if a == Bad || b == Bad {
		return Bad
	}
	if a == 0 || b == 0 {
		return 0
	}
	product := a * b
	if product/b != a || product == Bad {
		return Bad
	}
	return product
}

// Div is a / b as Go has it, truncated toward zero, or Bad.
func Div(a, b int) int {
	if a == Bad || b == Bad || b == 0 {
		return Bad
	}
	return a / b
}

// Mod is a % b as Go has it, with the sign of a, or Bad.
func Mod(a, b int) int {
	if a == Bad || b == Bad || b == 0 {
		return Bad
	}
	return a % b
}

// CeilDiv is a / b rounded up, toward positive infinity, or Bad.
func CeilDiv(a, b int) int {
	if a == Bad || b == Bad || b == 0 {
		return Bad
	}
	q := a / b
	if a%b != 0 && (a < 0) == (b < 0) {
		q++
	}
	return q
}

// Integer is any integer type.
type Integer interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64
}

// maxSequence is the number of elements that a range of a layout holds at most.
const maxSequence = 1 << 24

// Sequence is first, first+1, … up to and with last, as a []T: empty where last is less. Where T cannot hold them, or there are more than 2^24, it is an error, which
// [Builder.Dataset] reports.
func Sequence[T Integer | ~float32 | ~float64](first, last int) any {
	switch {
	case first == Bad || last == Bad:
		return errors.New("an end of the range overflows or divides by zero")
	case last < first:
		return []T{}
	case uint64(last)-uint64(first) >= maxSequence:
		return fmt.Errorf("the range %d..%d holds more than %d values", first, last, maxSequence)
	}
	for _, end := range []int{first, last} {
		if v := T(end); int(v) != end || (v < 0) != (end < 0) {
			return fmt.Errorf("the range %d..%d: %T cannot hold %d", first, last, v, end)
		}
	}
	values := make([]T, 0, last-first+1)
	for v := first; v <= last; v++ {
		values = append(values, T(v))
	}
	return values
}

// Min is the least of the numbers, or Bad.
func Min(first int, others ...int) int {
	for _, n := range others {
		first = min(first, n) // Bad is less than every other number.
	}
	return first
}

// Max is the greatest of the numbers, or Bad.
func Max(first int, others ...int) int {
	for _, n := range others {
		if first == Bad || n == Bad {
			return Bad
		}
		first = max(first, n)
	}
	return first
}

// At is element i of a list, or Bad where there is none.
func At(list []int, i int) int {
	if i < 0 || i >= len(list) {
		return Bad
	}
	return list[i]
}

// Valid makes the error of a number that words say part of a source.
func Valid(words string, v int) SourceOption {
	return sourceOption(func(d *sourceForm) {
		_, err := Num(words, v)
		d.fail(err)
	})
}

// Exact is v as T, or, where T cannot hold it, an error, which [Builder.Dataset] and attributes report.
func Exact[T Integer](words string, v int) any {
	if _, err := Num(words, v); err != nil {
		return err
	}
	if n := T(v); int(n) != v || (n < 0) != (v < 0) {
		return fmt.Errorf("%s = %d: %T cannot hold it", words, v, n)
	}
	return T(v)
}

// Escape doubles percent signs, for literal text in the names of a [NewTemplateSource].
func Escape(name string) string { return escapeName(name) }

// Same checks that two numbers which words name are equal, as the lengths of the rows and of what is laid out in them must be.
func Same(words string, got, want int) Limit {
	switch {
	case got == Bad || want == Bad:
		return fmt.Errorf("%s: the arithmetic overflows or divides by zero", words)
	case got != want:
		return fmt.Errorf("%s: %d elements, and %d are needed", words, got, want)
	}
	return nil
}
