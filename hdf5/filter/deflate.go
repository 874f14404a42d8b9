package filter

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// deflateCodec is filter 1: one zlib stream (RFC 1950) for the chunk. Client data: the level, which readers do not need.
type deflateCodec struct{}

// defaultDeflateLevel is zlib's own default.
const defaultDeflateLevel = 6

// inflater is a zlib reader with its source, kept together so that using it again allocates nothing.
type inflater struct {
	stored bytes.Reader
	stream io.ReadCloser
	probe  [1]byte
}

var inflaters = sync.Pool{New: func() any { return new(inflater) }}

func (deflateCodec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	z := inflaters.Get().(*inflater)
	defer func() {
		z.stored.Reset(nil) // keep no hold on the caller's memory
		inflaters.Put(z)
	}()
	return z.inflate(raw, stored)
}

// inflate decodes the zlib stream at the beginning of stored. What follows the stream is ignored, as zlib does.
func (z *inflater) inflate(raw, stored []byte) ([]byte, error) {
	z.stored.Reset(stored)
	if err := z.start(); err != nil {
		return nil, zlibError(err)
	}
	n := 0
	for n < len(raw) {
		m, err := z.stream.Read(raw[n:])
		n += m
		if err == io.EOF { // the stream's own end, its checksum verified
			return raw[:n], nil
		}
		if err != nil {
			return nil, zlibError(err)
		}
	}
	// The checksum is verified when the reader meets the end of the stream, which asks for one byte more.
	m, err := z.stream.Read(z.probe[:])
	switch {
	case m > 0:
		return nil, corrupt("the zlib stream holds more than the %d bytes that the chunk may have here", len(raw))
	case err == io.EOF:
		return raw, nil
	case err == nil:
		return nil, corrupt("the zlib stream does not end")
	}
	return nil, zlibError(err)
}

func (z *inflater) start() error {
	if z.stream == nil {
		stream, err := zlib.NewReader(&z.stored)
		z.stream = stream
		return err
	}
	return z.stream.(zlib.Resetter).Reset(&z.stored, nil)
}

func zlibError(err error) error {
	switch {
	case errors.Is(err, zlib.ErrChecksum):
		return corrupt("Adler-32 checksum mismatch")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return corrupt("the zlib stream is cut off")
	}
	return corrupt("%w", err)
}

// deflater is a zlib writer of one level with its target.
type deflater struct {
	stored capped
	stream *zlib.Writer
}

// deflaters has one pool a level, 0 to 9.
var deflaters [10]sync.Pool

func (deflateCodec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	level := int(param(p.Values, 0, defaultDeflateLevel))
	if level >= len(deflaters) {
		return nil, paramError("level", p.Values[0], "0 to 9")
	}
	z, _ := deflaters[level].Get().(*deflater)
	if z == nil {
		stream, err := zlib.NewWriterLevel(io.Discard, level)
		if err != nil {
			return nil, err
		}
		z = &deflater{stream: stream}
	}
	defer func() {
		z.stored = capped{}
		deflaters[level].Put(z)
	}()
	z.stored = newCapped(stored, raw, p)
	z.stream.Reset(&z.stored)
	if _, err := z.stream.Write(raw); err != nil {
		return nil, err
	}
	if err := z.stream.Close(); err != nil {
		return nil, err
	}
	return z.stored.bytes, nil
}

// capped is an io.Writer into memory that gives up with ErrDeclined as soon as it would hold limit bytes; a negative
// limit is none.
type capped struct {
	bytes []byte
	limit int
}

// newCapped writes into stored's memory; it declines what is not smaller than raw where the filter may be left out.
func newCapped(stored, raw []byte, p Params) capped {
	if p.Optional {
		return capped{bytes: stored[:0], limit: len(raw)}
	}
	return capped{bytes: stored[:0], limit: -1}
}

func (c *capped) Write(b []byte) (int, error) {
	if c.limit >= 0 && len(c.bytes)+len(b) >= c.limit {
		return 0, ErrDeclined
	}
	c.bytes = append(c.bytes, b...)
	return len(b), nil
}
