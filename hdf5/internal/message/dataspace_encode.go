package message

import "github.com/vdsgen/vdsgen/hdf5/internal/cursor"

// Append appends the body of a dataspace message, version 2. A simple dataspace always states its maxima, as the library writes it.
func (s Dataspace) Append(b []byte) []byte {
	if s.Class != SpaceSimple {
		return append(b, 2, 0, 0, byte(s.Class))
	}
	b = append(b, 2, byte(len(s.Dims)), 1, byte(s.Class))
	limits := s.MaxDims
	if limits == nil {
		limits = s.Dims
	}
	for _, dims := range [][]uint64{s.Dims, limits} {
		for _, d := range dims {
			b = cursor.AppendUint(b, d, 8)
		}
	}
	return b
}
