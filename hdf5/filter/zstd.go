package filter

import (
	"sync"

	"github.com/klauspost/compress/zstd"
)

// zstdCodec is filter 32015: Zstandard frames (RFC 8878), one as all known writers make it. Client data: the level,
// which readers do not need; absent or 0 is 3.
type zstdCodec struct{}

const (
	zstdName         = "Zstandard compression: http://www.zstd.net"
	zstdDefaultLevel = 3
	zstdMaxLevel     = 22
	// zstdMaxWindow is the longest window a frame may ask for, that of the reference's --ultra --long=31. Nothing is
	// allocated for it: frames are decoded into the chunk.
	zstdMaxWindow = 1 << 31
)

// zstdDecoder serves all goroutines: it holds as many block decoders as there are processors, and DecodeAll is safe
// for concurrent use.
var zstdDecoder = sync.OnceValues(func() (*zstd.Decoder, error) {
	return zstd.NewReader(nil, zstd.WithDecoderConcurrency(0), zstd.WithDecodeAllCapLimit(true), zstd.WithDecoderMaxWindow(zstdMaxWindow))
})

func (zstdCodec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	d, err := zstdDecoder()
	if err != nil {
		return nil, err
	}
	out, err := d.DecodeAll(stored, raw[:0:len(raw)])
	if err != nil {
		return nil, corrupt("%w", err)
	}
	if len(out) > len(raw) {
		return nil, tooLong(len(out), len(raw))
	}
	return out, nil
}

// zstdSmall is the size from which on every frame says how long its content is. Below it only frames "of a single
// segment" do.
const zstdSmall = 256

// zstdEncoders has two pools a level of the library in use, which maps the 22 levels of the reference to four; the
// second is for small contents.
var zstdEncoders [zstd.SpeedBestCompression + 1][2]sync.Pool

func (zstdCodec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	level := param(p.Values, 0, 0)
	if level == 0 {
		level = zstdDefaultLevel
	}
	stored, err := packZstd(stored[:0], raw, level)
	if err != nil {
		return nil, err
	}
	if p.Optional && len(stored) >= len(raw) {
		return nil, ErrDeclined
	}
	return stored, nil
}

// packZstd appends one frame with the raw bytes to stored. The frame says how long they are, which HDF5's filter relies on.
func packZstd(stored, raw []byte, level uint32) ([]byte, error) {
	if level > zstdMaxLevel {
		return nil, paramError("level", level, "1 to 22")
	}
	speed := zstd.EncoderLevelFromZstd(int(level))
	small := len(raw) < zstdSmall
	pool := &zstdEncoders[speed][oneIf(small)]
	e, _ := pool.Get().(*zstd.Encoder)
	if e == nil {
		fresh, err := newZstdEncoder(speed, small)
		if err != nil {
			return nil, err
		}
		e = fresh
	}
	defer pool.Put(e)
	return e.EncodeAll(raw, stored), nil
}

func newZstdEncoder(speed zstd.EncoderLevel, small bool) (*zstd.Encoder, error) {
	options := []zstd.EOption{
		zstd.WithEncoderLevel(speed), zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false),
		zstd.WithZeroFrames(true), zstd.WithLowerEncoderMem(true),
	}
	if small {
		options = append(options, zstd.WithSingleSegment(true))
	}
	return zstd.NewWriter(nil, options...)
}
