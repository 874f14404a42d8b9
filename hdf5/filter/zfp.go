package filter

import (
	"encoding/binary"
	"math/bits"
)

// zfpCodec is filter 32013, H5Z-ZFP: arrays of 1 to 4 dimensions of 32-bit or 64-bit integers or floating-point numbers, mostly with loss. The array is cut into blocks of 4 elements
// along each dimension, and each block is decorrelated and stored bit plane by bit plane, the most significant first, until the bits, the precision or the accuracy asked for are reached.
//
// Client data: one word with versions, then ZFP's own header as words. A machine of the other byte order has written the bytes of the header's words, and of the elements, in its order.
//
//	word 0   bits 16–31 version of the ZFP library, 12–15 of its codec (zero before plugin 1.1.0), 0–11 of the plugin
//	32 bits  "zfp" and the version of the codec
//	52 bits  2 bits scalar type, 2 bits dimensions less one, 48 bits for the extents less one, the fastest varying first, each in 48, 24, 16 or 12 bits
//	12 bits  mode; 4095: 52 bits follow
//	52 bits  15 bits fewest bits of a block less one, 15 bits most bits less one, 7 bits planes less one, 15 bits exponent of the least plane plus 16495
//
// All bit fields here and in the stored bytes begin at the least significant bit. Dimensions of extent 1 are left out of the header, and so are those of a chunk that has more than four.
type zfpCodec struct{}

const (
	zfpMagic       = 'z' | 'f'<<8 | 'p'<<16
	zfpVersion     = 5      // of the codec, that of all ZFP libraries from 0.5 on and of those before them that could write a header
	zfpCodecPlugin = 0x0110 // the first version of the plugin that says the codec's version in word 0

	zfpMaxHeader = 5     // words
	zfpMaxBits   = 16658 // of a block, where the mode sets no limit; no block needs more
	zfpMaxPlanes = 64
	zfpMinExp    = -1074 // the least plane of any floating-point number; one less stands for reversible

	// The short modes.
	zfpModePrecision  = 2048 // below it, fixed rate: bits of a block less one; from it on, planes less one
	zfpModeReversible = 2176
	zfpModeAccuracy   = 2177 // from it on, the exponent of the least plane less zfpMinExp
	zfpModeLong       = 4095
)

// zfpScalar is the type of the elements.
type zfpScalar uint8

const (
	zfpInt32 zfpScalar = iota
	zfpInt64
	zfpFloat32
	zfpFloat64
)

func (s zfpScalar) size() int { return 4 + 4*int(s&1) }

func (s zfpScalar) String() string {
	return [...]string{"int32", "int64", "float32", "float64"}[s]
}

// zfpArray is the client data made sense of.
type zfpArray struct {
	scalar     zfpScalar
	rank       int
	extent     [4]int // the fastest varying first; 1 beyond rank
	minBits    int    // of a block; what it does not need is skipped
	maxBits    int    // of a block
	planes     int    // the most that a block has
	minExp     int    // floating point: exponent of the least plane that is stored
	reversible bool
	bigEndian  bool // the elements, in the chunk
}

// newZFPArray reads the client data. room is the most bytes that the array may have.
func newZFPArray(p Params, room int) (zfpArray, error) {
	a := zfpArray{extent: [4]int{1, 1, 1, 1}}
	if n := len(p.Values); n < 4 {
		return a, paramError("number of words", uint32(n), "at least 4")
	}
	var header [4 * zfpMaxHeader]byte
	words := p.Values[1:min(len(p.Values), 1+zfpMaxHeader)]
	a.bigEndian = bits.ReverseBytes32(words[0])&0xffffff == zfpMagic
	for i, w := range words {
		if a.bigEndian {
			w = bits.ReverseBytes32(w)
		}
		binary.LittleEndian.PutUint32(header[4*i:], w)
	}
	r := zfpBits{rest: header[:4*len(words)]}
	if magic := r.take(24); magic != zfpMagic {
		return a, paramError("beginning of the header", words[0], `"zfp" and the version of its codec`)
	}
	if err := zfpCheckVersion(p.Values[0], int(r.take(8))); err != nil {
		return a, err
	}
	a.scalar = zfpScalar(r.take(2))
	a.rank = 1 + int(r.take(2))
	most := uint64(room / a.scalar.size()) // elements that there is room for, beside each of those so far
	for i := range a.rank {
		extent := 1 + r.take(uint(48/a.rank))
		most /= extent
		if most == 0 {
			return a, corrupt("client data: an array of more %s than the %d bytes of the chunk have room for", a.scalar, room)
		}
		a.extent[i] = int(extent)
	}
	a.setMode(&r)
	switch {
	case r.short():
		return a, paramError("number of words", uint32(len(p.Values)), "at least 6 for a mode that is not a short one")
	case a.minBits > a.maxBits:
		return a, paramError("fewest bits of a block", uint32(a.minBits), "at most the most bits")
	case a.planes > zfpMaxPlanes:
		return a, paramError("number of planes", uint32(a.planes), "at most 64")
	}
	return a, nil
}

// zfpCheckVersion fails where the stored bytes are those of another codec.
func zfpCheckVersion(versions uint32, codec int) error {
	if later := int(versions >> 12 & 0xf); versions&0xfff >= zfpCodecPlugin && later > zfpVersion {
		codec = later
	}
	if codec != zfpVersion {
		return unsupported("version %d of the ZFP codec; version %d is", codec, zfpVersion)
	}
	return nil
}

func (a *zfpArray) setMode(r *zfpBits) {
	a.minBits, a.maxBits, a.planes, a.minExp = 1, zfpMaxBits, zfpMaxPlanes, zfpMinExp
	switch mode := int(r.take(12)); {
	case mode < zfpModePrecision:
		a.minBits, a.maxBits = mode+1, mode+1
	case mode < zfpModeReversible:
		a.planes = mode - zfpModePrecision + 1
	case mode == zfpModeReversible:
		a.minExp = zfpMinExp - 1
	case mode < zfpModeLong:
		a.minExp = mode - zfpModeAccuracy + zfpMinExp
	default:
		a.minBits = 1 + int(r.take(15))
		a.maxBits = 1 + int(r.take(15))
		a.planes = 1 + int(r.take(7))
		a.minExp = int(r.take(15)) - 16495
	}
	a.reversible = a.minExp < zfpMinExp
}

func (zfpCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	a, err := newZFPArray(p, len(raw))
	if err != nil {
		return nil, err
	}
	size := a.scalar.size()
	for _, n := range a.extent {
		size *= n
	}
	raw = raw[:size]
	r := zfpBits{rest: stored}
	if a.scalar.size() == 4 {
		err = decodeZFP[int32, uint32](&a, &r, raw)
	} else {
		err = decodeZFP[int64, uint64](&a, &r, raw)
	}
	return raw, err
}

// zfpBits takes bits off bytes, the least significant first. Past the end it yields zeros and counts them.
type zfpBits struct {
	rest    []byte
	next    uint64 // the coming bits, from the bottom up; above them zeros
	n       uint   // how many there are in next, at most 63
	padding uint   // how many zeros have been put behind the end
}

// fill makes at least 56 bits ready.
func (r *zfpBits) fill() {
	if len(r.rest) >= 8 {
		r.next |= binary.LittleEndian.Uint64(r.rest) << r.n
		whole := (63 - r.n) / 8
		r.rest = r.rest[whole:]
		r.n += 8 * whole
		r.next &= 1<<r.n - 1
		return
	}
	for ; r.n < 56; r.n += 8 {
		if len(r.rest) == 0 {
			r.padding += 8
			continue
		}
		r.next |= uint64(r.rest[0]) << r.n
		r.rest = r.rest[1:]
	}
}

// refill is fill for a caller that has next and n in its hands.
func (r *zfpBits) refill(next uint64, n uint) (uint64, uint) {
	r.next, r.n = next, n
	r.fill()
	return r.next, r.n
}

// short says whether more was taken than there was.
func (r *zfpBits) short() bool { return r.padding > r.n }

// take is the next k bits as a number, k from 0 to 56.
func (r *zfpBits) take(k uint) uint64 {
	if r.n < k {
		r.fill()
	}
	v := r.next & (1<<k - 1)
	r.next >>= k
	r.n -= k
	return v
}

// skip takes k bits for nothing.
func (r *zfpBits) skip(k int) {
	if k > int(r.n) {
		k -= int(r.n)
		r.next, r.n = 0, 0
		whole := min(k/8, len(r.rest))
		r.rest = r.rest[whole:]
		k -= 8 * whole
		r.padding += uint(k / 8 * 8) // nothing but where the bytes have ended
		k %= 8
	}
	r.take(uint(k))
}
