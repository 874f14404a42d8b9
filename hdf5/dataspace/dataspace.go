// Package dataspace holds selections of HDF5 dataspaces: which elements of an array of up to 32
// dimensions are meant, in which order, and how that is written in a file.
//
// The package does no I/O and depends on nothing but the standard library. Read selection.go
// first. hyperslab.go, irregular.go and points.go are the three kinds that name coordinates;
// unlimited.go has the selections that grow with their dataset; decode.go and encode.go the
// serialized form; disjoint.go and overlap.go the question whether selections meet; boxlist.go
// and boxindex.go find the few boxes among many that a query meets; and pieces.go the form of a selection that
// the planner of reads computes with.
//
// Everything that comes from a file is checked before it is used: a wrong count, rank or
// coordinate is an error that says at which byte it stands, and no input makes the package
// panic, loop without end or allocate more than a small multiple of the input's own size,
// with one exception that has a limit of its own, maxSpans.
package dataspace

import (
	"errors"
	"math/bits"
)

const (
	// MaxRank is the largest number of dimensions of a dataspace (H5S_MAX_RANK).
	MaxRank = 32

	// Unlimited as a Count or a Block of a Dim means as many as the dataset has (H5S_UNLIMITED).
	Unlimited = ^uint64(0)

	// MaxCoordinate bounds every coordinate that a selection may reach and every number of
	// elements that it may have. No dataset is that large, and below it sums and differences of
	// two coordinates fit a signed 64-bit integer.
	MaxCoordinate = 1<<62 - 1
)

// ErrTooLarge says that a selection has more than MaxCoordinate elements.
var ErrTooLarge = errors.New("dataspace: the selection has more than 2^62 elements")

// Progression is an arithmetic progression of coordinates along one axis: Start, Start+Step, …,
// Count of them. Step is at least 1; Count 0 is empty.
type Progression struct{ Start, Step, Count uint64 }

// Last returns the last coordinate of a progression that is not empty.
func (p Progression) Last() uint64 { return p.Start + (p.Count-1)*p.Step }

// product multiplies a and b and reports whether the result is at most MaxCoordinate.
func product(a, b uint64) (uint64, bool) {
	hi, lo := bits.Mul64(a, b)
	return lo, hi == 0 && lo <= MaxCoordinate
}

// volume returns the number of elements of an array of that extent.
func volume(extent []uint64) (uint64, error) {
	n := uint64(1)
	for _, e := range extent {
		if e == 0 {
			return 0, nil
		}
	}
	for _, e := range extent {
		var ok bool
		if n, ok = product(n, e); !ok {
			return 0, ErrTooLarge
		}
	}
	return n, nil
}
