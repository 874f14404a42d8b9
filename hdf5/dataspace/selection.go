package dataspace

import (
	"errors"
	"iter"
)

// Kind tells how a selection names its elements.
type Kind uint8

// The kinds of selections. The zero value of Selection is KindNone.
const (
	KindNone      Kind = iota // no element
	KindAll                   // every element of a dataspace, whatever its rank and extent
	KindRegular               // a regular hyperslab: a product of per-axis progressions of blocks
	KindIrregular             // a union of boxes, in row-major order of the coordinates
	KindPoints                // a list of points, in the order of the list
)

// Selection says which elements of a dataspace are meant, and in which order. It is immutable,
// is passed by value, and is safe for concurrent use. The zero value selects nothing.
type Selection struct {
	kind Kind
	rank uint8
	dims []Dim
}

// Dim is one axis of a regular hyperslab: Count blocks of Block elements, the first at Start, the
// starts of two blocks Stride apart. At most one of Count and Block is Unlimited.
type Dim struct{ Start, Stride, Count, Block uint64 }

// Box is the product of the ranges [Start[i], Start[i]+Count[i]).
type Box struct{ Start, Count []uint64 }

var errNotYet = errors.New("dataspace: not written yet")

// All selects every element of a dataspace.
func All() Selection { return Selection{kind: KindAll} }

// None selects no element.
func None() Selection { return Selection{} }

// Regular returns the regular hyperslab with one Dim for each axis.
func Regular(dims ...Dim) (Selection, error) { return Selection{}, errNotYet }

// Boxes returns the union of boxes; the order of elements is row-major by coordinate.
func Boxes(rank int, boxes []Box) (Selection, error) { return Selection{}, errNotYet }

// Points returns the points whose coordinates follow one another in coords, rank numbers each.
func Points(rank int, coords []uint64) (Selection, error) { return Selection{}, errNotYet }

// Kind tells how s names its elements.
func (s Selection) Kind() Kind { return s.kind }

// Rank returns the number of axes, 0 for All and None.
func (s Selection) Rank() int { return int(s.rank) }

// Dims returns the axes of a regular hyperslab, nil for other kinds.
func (s Selection) Dims() []Dim { return nil }

// Dim returns one axis of a regular hyperslab.
func (s Selection) Dim(axis int) Dim { return s.dims[axis] }

// Boxes yields disjoint boxes that together are s.
func (s Selection) Boxes() iter.Seq[Box] { return func(func(Box) bool) {} }

// Points yields the points of a KindPoints selection in their order.
func (s Selection) Points() iter.Seq[[]uint64] { return func(func([]uint64) bool) {} }

// Count returns the number of elements selected in a dataspace of that extent.
func (s Selection) Count(extent []uint64) (uint64, error) { return 0, errNotYet }

// Bounds returns the smallest box that holds the selection, both ends inclusive.
// ok is false for All and None. Along an unlimited axis hi is MaxCoordinate.
func (s Selection) Bounds() (lo, hi []uint64, ok bool) { return nil, nil, false }

// BoundsInto is Bounds into slices of the caller of at least Rank elements.
func (s Selection) BoundsInto(lo, hi []uint64) bool { return false }

// UnlimitedAxis returns the axis along which s grows with its dataset.
func (s Selection) UnlimitedAxis() (axis int, ok bool) { return 0, false }

// Clip returns s with its unlimited axis ended at coordinate n (exclusive).
func (s Selection) Clip(axis int, n uint64) Selection { return s }

// Slices returns how many coordinates of the unlimited axis s selects below extent.
func (s Selection) Slices(extent uint64) uint64 { return 0 }

// ExtentFor returns the extent along the unlimited axis that holds n slices; trail: with the gap that follows them.
func (s Selection) ExtentFor(n uint64, trail bool) uint64 { return 0 }

// BlockAt returns block j along the unlimited count: what block number j of a printf mapping selects.
func (s Selection) BlockAt(j uint64) (Selection, error) { return Selection{}, errNotYet }

// BlockRange returns the numbers [first, end) of the blocks along the unlimited count that meet the coordinates [lo, hi].
func (s Selection) BlockRange(lo, hi uint64) (first, end uint64) { return 0, 0 }

// Equal reports whether a and b select the same elements in the same order.
func (s Selection) Equal(t Selection) bool { return false }

// String returns s in NumPy's manner.
func (s Selection) String() string { return "" }

// Decode decodes one serialized selection at the start of b and returns how many bytes it takes.
func Decode(b []byte) (s Selection, n int, err error) { return Selection{}, 0, errNotYet }

// Skip returns the length of the serialized selection at the start of b without building it.
func Skip(b []byte) (n int, err error) { return 0, errNotYet }

// AppendEncode appends the serialized form of s, which HDF5 1.10 and later read.
func (s Selection) AppendEncode(b []byte) ([]byte, error) { return nil, errNotYet }

// Disjoint reports whether no element is in both a and b. It is exact.
func Disjoint(a, b Selection) bool { return false }

// FirstOverlap returns two selections that share an element: the smallest j that meets an earlier one, and the smallest i < j that it meets.
func FirstOverlap(selections []Selection) (i, j int, ok bool) { return 0, 0, false }

// FirstOverlapFunc is FirstOverlap over n selections that at returns.
func FirstOverlapFunc(n int, at func(int) Selection) (i, j int, ok bool) { return 0, 0, false }
