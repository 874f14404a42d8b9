// Package dataspace holds selections of HDF5 dataspaces: which elements of an array of up to 32
// dimensions are meant, in which order, and how that is written in a file.
//
// The package does no I/O and depends on nothing but the standard library. Read selection.go
// first; hyperslab.go, irregular.go and points.go are the three kinds that name coordinates,
// unlimited.go the selections that grow with their dataset, decode.go and encode.go the
// serialized form, disjoint.go and overlap.go the question whether two selections meet, and
// pieces.go the form that package plan computes with.
//
// Everything that comes from a file is checked before it is used: a wrong count, rank or
// coordinate is an error that says at which byte it stands, and no input makes the package
// panic, loop without end or allocate more than a small multiple of the input's own size.
package dataspace

const (
	// MaxRank is the largest number of dimensions of a dataspace (H5S_MAX_RANK).
	MaxRank = 32

	// Unlimited as a Count or a Block of a Dim means as many as the dataset has (H5S_UNLIMITED).
	Unlimited = ^uint64(0)

	// MaxCoordinate bounds every coordinate, and every number of elements, that a selection may
	// reach. No dataset is that large, and below it sums and differences fit a signed 64-bit integer.
	MaxCoordinate = 1<<62 - 1
)

// Progression is an arithmetic progression of coordinates along one axis: Start, Start+Step, …,
// Count of them. Step is at least 1; Count 0 is empty.
type Progression struct{ Start, Step, Count uint64 }

// Last returns the last coordinate of a progression that is not empty.
func (p Progression) Last() uint64 { return p.Start + (p.Count-1)*p.Step }
