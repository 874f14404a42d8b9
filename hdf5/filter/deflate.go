package filter

import (
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// deflateCodec is filter 1: one zlib stream (RFC 1950) for the chunk. Client data: the level, which readers do not need.
type deflateCodec struct{}

// defaultDeflateLevel is zlib's own default.
const defaultDeflateLevel = 6

func (deflateCodec) Decode(raw, stored []byte, _ Params) ([]byte, error) { return inflate(raw, stored) }

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
