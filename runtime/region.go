package runtime

import "context"

// Any is an extent that may be whatever it is, in the shape that [OpenExact] expects.
const Any = Unlimited

// OpenExact opens a dataset that a layout describes: its element type is that of T (the byte order is free), its rank
// is len(shape) and each extent is the one given, unless that is [Any]. The error says what was expected and what the file has.
func OpenExact[T any](ctx context.Context, f *File, path string, shape ...int) (*Dataset[T], error) {
	return nil, errNotYet
}

// Region is the part of an axis of a virtual dataset that belongs to the i-th group of members along it: the distinct selections
// along that axis, in the order of the mappings. n is how many there should be, 0 for any number; another number is an error.
func (d *Dataset[T]) Region(axis, i, n int) (Slice, error) { return Slice{}, errNotYet }

// Within is the slice applied inside a region, as [Dataset.Region] gives it: All is the whole region, Range(0, 10) its first ten
// elements. Where the region is one index, so that the axis is dropped, All and Index(0) are that index.
func (s Slice) Within(region Slice) Slice { return s }
