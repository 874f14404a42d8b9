package object

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// ReservedSize is the number of bytes to set aside for a header of version 2 whose address must be known before its messages are: it says
// only where they are.
const ReservedSize = 4 + 1 + 1 + 1 + continued2 + 4

// AppendReserved appends a header of ReservedSize bytes whose messages lie in the chunk at a place.
func AppendReserved(b []byte, at message.Continuation) []byte {
	start := len(b)
	b = append(b, "OHDR"...)
	b = append(b, 2, 0, continued2)
	b = append(b, byte(message.TypeContinuation), continuationSize, 0, 0)
	b = cursor.AppendUint(cursor.AppendUint(b, at.Address, 8), at.Length, 8)
	return cursor.AppendChecksum(b, start)
}

// AppendChunk appends the messages as a chunk of a header that lies elsewhere.
func (e *HeaderEncoder) AppendChunk(b []byte) ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	if n := len(e.messages); uint64(n) > math.MaxUint32 {
		return nil, fmt.Errorf("an object header of %d bytes is longer than %d", n, uint32(math.MaxUint32))
	}
	start := len(b)
	b = append(b, continuation...)
	b = append(b, e.messages...)
	return cursor.AppendChecksum(b, start), nil
}
