package message

import (
	"math/bits"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// MaxRank is the highest number of axes of a dataspace, HDF5's own limit.
const MaxRank = 32

// Unlimited in MaxDims is an axis without a limit.
const Unlimited = ^uint64(0)

// SpaceClass is the kind of a dataspace.
type SpaceClass uint8

// The kinds of dataspaces, with the numbers of version 2 of the message.
const (
	SpaceScalar SpaceClass = 0
	SpaceSimple SpaceClass = 1
	SpaceNull   SpaceClass = 2
)

// Dataspace is the dataspace message (IV.A.2.b).
type Dataspace struct {
	Class   SpaceClass
	Dims    []uint64 // elements along each axis; nil unless simple
	MaxDims []uint64 // as Dims; nil: the same as Dims
}

// DecodeDataspace reads a dataspace message, version 1 or 2.
func DecodeDataspace(c *cursor.Cursor) (Dataspace, error) {
	version := c.U8()
	rank := int(c.U8())
	flags := c.U8()
	if c.Err() == nil && rank > MaxRank {
		return Dataspace{}, c.Fail("%d axes are more than %d", rank, MaxRank)
	}
	class := SpaceSimple
	if rank == 0 {
		class = SpaceScalar
	}
	switch version {
	case 1:
		c.Skip(5)
	case 2:
		stored := SpaceClass(c.U8())
		if c.Err() == nil && (stored > SpaceNull || stored != SpaceSimple && rank != 0) {
			return Dataspace{}, c.Fail("dataspace class %d with %d axes", stored, rank)
		}
		if stored == SpaceNull {
			class = SpaceNull
		}
	default:
		if err := c.Err(); err != nil {
			return Dataspace{}, err
		}
		return Dataspace{}, c.Fail("version 1 or 2 is expected, found %d", version)
	}
	s := Dataspace{Class: class}
	if rank > 0 {
		s.Dims = decodeDims(c, rank)
	}
	if rank > 0 && flags&1 != 0 {
		s.MaxDims = decodeDims(c, rank)
		for i, limit := range s.MaxDims {
			if c.Err() == nil && limit != Unlimited && limit < s.Dims[i] {
				return Dataspace{}, c.Fail("axis %d has %d elements, more than its maximum %d", i, s.Dims[i], limit)
			}
		}
	}
	return s, c.Err()
}

// decodeDims reads one length an axis; all ones become Unlimited whatever the size of lengths.
func decodeDims(c *cursor.Cursor, rank int) []uint64 {
	dims := make([]uint64, rank)
	width := c.Sizes().Length
	for i := range dims {
		dims[i] = c.Length()
		if width < 8 && dims[i] == 1<<(8*width)-1 {
			dims[i] = Unlimited
		}
	}
	return dims
}

// Elements is the number of elements; ok is false when it does not fit.
func (s Dataspace) Elements() (n uint64, ok bool) {
	switch s.Class {
	case SpaceNull:
		return 0, true
	case SpaceScalar:
		return 1, true
	}
	return Product(s.Dims)
}

// Product multiplies numbers; ok is false when the product does not fit. A zero among them makes it zero whatever the others are.
func Product(dims []uint64) (n uint64, ok bool) {
	n, ok = 1, true
	for _, d := range dims {
		if d == 0 {
			return 0, true
		}
		hi, lo := bits.Mul64(n, d)
		n, ok = lo, ok && hi == 0
	}
	return n, ok
}
