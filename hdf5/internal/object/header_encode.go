package object

import (
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// MaxMessage is the longest body of a message, bytes.
const MaxMessage = math.MaxUint16

// HeaderEncoder builds a version 2 object header in one chunk, without times and without creation order. The zero value is an empty header.
type HeaderEncoder struct {
	messages []byte
	err      error
}

// Reset starts another header in the same memory.
func (e *HeaderEncoder) Reset() { e.messages, e.err = e.messages[:0], nil }

// Add adds a message. The body is what appendBody appends.
func (e *HeaderEncoder) Add(t message.Type, flags uint8, appendBody func(b []byte) []byte) {
	start := len(e.messages)
	e.messages = append(e.messages, byte(t), 0, 0, flags)
	e.messages = appendBody(e.messages)
	n := len(e.messages) - start - 4
	if n > MaxMessage && e.err == nil {
		e.err = fmt.Errorf("a %s of %d bytes is longer than %d", t, n, MaxMessage)
	}
	e.messages[start+1], e.messages[start+2] = byte(n), byte(n>>8)
}

// Append appends the header.
func (e *HeaderEncoder) Append(b []byte) ([]byte, error) {
	if e.err != nil {
		return nil, e.err
	}
	e.fill()
	n := uint64(len(e.messages))
	if n > math.MaxUint32 {
		return nil, fmt.Errorf("an object header of %d bytes is longer than %d", n, uint32(math.MaxUint32))
	}
	width := byte(0) // the size field has 1<<width bytes
	for n >= 1<<(8<<width) {
		width++
	}
	start := len(b)
	b = append(b, "OHDR"...)
	b = append(b, 2, width)
	b = cursor.AppendUint(b, n, 1<<width)
	b = append(b, e.messages...)
	return cursor.AppendChecksum(b, start), nil
}

// fill makes the header at least as long as one that goes on elsewhere, so that it can be changed later.
func (e *HeaderEncoder) fill() {
	if n := len(e.messages); n < continued2 {
		body := max(continued2-n-messageSize2, 0)
		e.Add(message.TypeNil, 0, func(b []byte) []byte { return append(b, make([]byte, body)...) })
	}
}
