package filter

import (
	"encoding/binary"

	"github.com/klauspost/compress/snappy"
)

// bloscCodec is filter 32001: one Blosc 1 chunk. Client data: revision of the filter, version of the format, size of
// an element, bytes of a chunk, level, shuffle, codec; readers find all they need in the chunk itself.
type bloscCodec struct{}

func (bloscCodec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	c, err := newBloscChunk(stored, len(raw))
	if err != nil {
		return nil, err
	}
	raw = raw[:c.size]
	return raw, c.decode(raw)
}

// bloscChunk is a chunk of Blosc 1 or 2 (README_CHUNK_FORMAT of c-blosc2). All numbers are little-endian:
//
//	u8 version, u8 version of the codec, u8 flags, u8 size of an element
//	u32 raw size, u32 raw size of a block, u32 stored size of all this
//	version 2 of Blosc: u8[6] filters, u8 codec, u8 its parameter, u8[6] parameters of the filters, u8 flags, u8 flags
//	u32 for each block: where it is stored
//	for each block one stream, or one for each byte of an element: u32 stored size, and as many bytes
type bloscChunk struct {
	stored   []byte
	version  byte
	flags    byte
	element  int // bytes
	size     int // raw bytes
	block    int // raw bytes of a block but the last
	header   int // stored bytes before the blocks
	special  byte
	filters  [bloscFilters]byte
	settings [bloscFilters]byte // a parameter for each filter
}

const (
	bloscFilters       = 6
	bloscHeader        = 16
	bloscExtended      = 32
	bloscVersion1      = 2 // the version byte of Blosc 1
	bloscVersionBlocks = 6 // the version byte that brought blocks of various sizes

	// Blosc 1 before the flag for it: streams of a block are split for elements of up to so many bytes, and so many
	// elements at least.
	bloscSplitElement = 16
	bloscSplitCount   = 128
)

// The flags of a chunk. Both kinds of shuffling at once mean a header of Blosc 2, with a list of filters.
const (
	bloscShuffled    = 0x01
	bloscCopied      = 0x02 // stored as it is
	bloscBitshuffled = 0x04
	bloscDelta       = 0x08 // of Blosc 2 alone
	bloscUnsplit     = 0x10
	bloscDictionary  = 0x01 // of the flags of Blosc 2
	bloscLazy        = 0x08 // likewise
)

// The codecs.
const (
	bloscLZ     = 0
	bloscLZ4    = 1
	bloscSnappy = 2
	bloscZlib   = 3
	bloscZstd   = 4
)

// The filters of Blosc 2.
const (
	bloscNoFilter       = 0
	bloscFilterShuffle  = 1
	bloscFilterBits     = 2
	bloscFilterDelta    = 3
	bloscFilterTruncate = 4 // of precision: nothing to undo
)

// The chunks that hold one value only.
const (
	bloscZeros         = 1
	bloscNaNs          = 2
	bloscRepeated      = 3
	bloscUninitialized = 4
)

// newBloscChunk reads the header of the chunk at the beginning of stored, which may hold up to room raw bytes.
func newBloscChunk(stored []byte, room int) (*bloscChunk, error) {
	if len(stored) < bloscHeader {
		return nil, corrupt("%d bytes are too few for a Blosc header of %d", len(stored), bloscHeader)
	}
	size, block, cut := le.Uint32(stored[4:]), le.Uint32(stored[8:]), le.Uint32(stored[12:])
	switch {
	case uint64(size) > uint64(room):
		return nil, corrupt("%d bytes announced where the chunk has room for %d", size, room)
	case cut < bloscHeader || uint64(cut) > uint64(len(stored)):
		return nil, corrupt("a Blosc chunk of %d bytes where %d are stored", cut, len(stored))
	case stored[3] == 0:
		return nil, corrupt("elements of 0 bytes")
	case block == 0 && size > 0:
		return nil, corrupt("blocks of 0 bytes")
	case stored[0] < bloscVersion1 || stored[0] > bloscVersionBlocks:
		return nil, corrupt("version %d of Blosc's format is not known", stored[0])
	}
	c := &bloscChunk{
		stored: stored[:cut], version: stored[0], flags: stored[2], element: int(stored[3]),
		size: int(size), block: int(min(block, size)), header: bloscHeader,
	}
	return c, c.readFilters()
}

// readFilters reads what comes after the first 16 bytes of the header.
func (c *bloscChunk) readFilters() error {
	switch {
	case c.flags&bloscShuffled != 0 && c.flags&bloscBitshuffled != 0:
		return c.readExtended()
	case c.version == bloscVersion1 && c.flags&bloscDelta != 0:
		return corrupt("a flag that Blosc 1 does not have")
	case c.flags&bloscDelta != 0:
		c.filters[bloscFilters-2] = bloscFilterDelta
	}
	switch {
	case c.flags&bloscShuffled != 0:
		c.filters[bloscFilters-1] = bloscFilterShuffle
	case c.flags&bloscBitshuffled != 0:
		c.filters[bloscFilters-1] = bloscFilterBits
	}
	return nil
}

func (c *bloscChunk) readExtended() error {
	if len(c.stored) < bloscExtended {
		return corrupt("%d bytes are too few for a Blosc2 header of %d", len(c.stored), bloscExtended)
	}
	c.header = bloscExtended
	copy(c.filters[:], c.stored[16:])
	copy(c.settings[:], c.stored[24:])
	flags2, flags := c.stored[30], c.stored[31]
	switch {
	case flags2 != 0:
		return unsupported("Blosc2 blocks of various sizes")
	case flags&bloscDictionary != 0:
		return unsupported("Blosc2 compression with a dictionary")
	case flags&bloscLazy != 0:
		return unsupported("a Blosc2 chunk that is stored elsewhere")
	}
	c.special = flags >> 4 & 7
	for _, f := range c.filters {
		if f > bloscFilterTruncate {
			return unsupported("Blosc2 filter %d", f)
		}
	}
	return nil
}

// decode fills raw, which has the chunk's size.
func (c *bloscChunk) decode(raw []byte) error {
	if c.special != 0 {
		return c.fillSpecial(raw)
	}
	buffers := c.newBuffers()
	defer buffers.put()
	for i, at := 0, 0; at < len(raw); i, at = i+1, at+c.block {
		end := min(at+c.block, len(raw))
		if err := c.decodeBlock(raw[at:end], i, raw[:min(c.block, len(raw))], buffers); err != nil {
			return err
		}
	}
	return nil
}

// bloscBuffers are the two places between which a block passes from filter to filter.
type bloscBuffers [2]*scratch

func (c *bloscChunk) newBuffers() bloscBuffers {
	return bloscBuffers{takeScratch(c.block), takeScratch(c.block)}
}

func (b bloscBuffers) put() {
	b[0].put()
	b[1].put()
}

// decodeBlock fills raw with block i. first is where block 0 lies decoded, which may be raw itself.
func (c *bloscChunk) decodeBlock(raw []byte, i int, first []byte, buffers bloscBuffers) error {
	if c.flags&bloscCopied != 0 {
		at := c.header + i*c.block
		if at+len(raw) > len(c.stored) {
			return corrupt("a Blosc chunk of %d bytes is stored as it is in %d", c.size, len(c.stored))
		}
		copy(raw, c.stored[at:])
		return nil
	}
	streams, err := c.streams(i)
	if err != nil {
		return err
	}
	// The filters that change something; the last of them to be undone writes to raw.
	var undo [bloscFilters]int
	n := 0
	for k := bloscFilters - 1; k >= 0; k-- {
		if c.filters[k] != bloscNoFilter && c.filters[k] != bloscFilterTruncate {
			undo[n] = k
			n++
		}
	}
	current := raw
	if n > 0 {
		current = buffers[0].bytes[:len(raw)]
	}
	if err := c.unpackStreams(current, streams); err != nil {
		return err
	}
	for j, k := range undo[:n] {
		target := raw
		if j < n-1 {
			target = buffers[(j+1)%2].bytes[:len(raw)]
		}
		c.undo(k, target, current, i, first)
		current = target
	}
	return nil
}

// streams is what is stored from block i on.
func (c *bloscChunk) streams(i int) ([]byte, error) {
	place := c.header + 4*i
	if place+4 > len(c.stored) {
		return nil, corrupt("the place of block %d is missing", i)
	}
	at := le.Uint32(c.stored[place:])
	if uint64(at) < uint64(c.header) || uint64(at) > uint64(len(c.stored)) {
		return nil, corrupt("block %d begins at byte %d of %d", i, at, len(c.stored))
	}
	return c.stored[at:], nil
}

// unpackStreams fills the block raw from its streams.
func (c *bloscChunk) unpackStreams(raw, stored []byte) error {
	n := 1
	if c.isSplit(len(raw)) {
		n = c.element
	}
	if len(raw)%n != 0 || len(raw) == 0 {
		return corrupt("a block of %d bytes in %d streams", len(raw), n)
	}
	part := len(raw) / n
	for ; len(raw) > 0; raw = raw[part:] {
		var err error
		if stored, err = c.unpackStream(raw[:part], stored); err != nil {
			return err
		}
	}
	return nil
}

// isSplit tells blocks that have a stream for each byte of an element. The last block, if shorter than the others, has not.
func (c *bloscChunk) isSplit(size int) bool {
	if c.flags&bloscUnsplit != 0 || size != c.block {
		return false
	}
	if c.version > bloscVersion1 {
		return true
	}
	return c.element <= bloscSplitElement && size/c.element >= bloscSplitCount
}

// unpackStream fills raw from the stream at the beginning of stored and returns what follows it.
func (c *bloscChunk) unpackStream(raw, stored []byte) (rest []byte, err error) {
	if len(stored) < 4 {
		return nil, corrupt("the size of a stream is missing")
	}
	n := int32(le.Uint32(stored))
	stored = stored[4:]
	if c.version > bloscVersion1 && n <= 0 {
		return bloscRun(raw, stored, n)
	}
	if n < 0 || int(n) > len(stored) {
		return nil, corrupt("a stream of %d bytes where %d are left", n, len(stored))
	}
	packed, rest := stored[:n], stored[n:]
	if len(packed) == len(raw) {
		copy(raw, packed)
		return rest, nil
	}
	return rest, c.unpack(raw, packed)
}

// bloscRun fills raw with one byte: sizes of 0 and below stand for a stream of equal bytes.
func bloscRun(raw, stored []byte, n int32) (rest []byte, err error) {
	if n == 0 {
		clear(raw)
		return stored, nil
	}
	if len(stored) == 0 || stored[0]&1 == 0 || n < -255 {
		return nil, corrupt("a stream of %d bytes", n)
	}
	value := byte(-n)
	for i := range raw {
		raw[i] = value
	}
	return stored[1:], nil
}

// unpack decompresses one stream that fills raw.
func (c *bloscChunk) unpack(raw, packed []byte) error {
	var out []byte
	var err error
	switch codec := c.flags >> 5; {
	case codec == bloscLZ:
		var n int
		n, err = unpackBloscLZ(raw, packed)
		out = raw[:n]
	case codec == bloscLZ4:
		return unpackLZ4(raw, packed)
	case codec == bloscSnappy && c.version == bloscVersion1:
		out, err = unpackSnappy(raw, packed)
	case codec == bloscZlib:
		out, err = deflateCodec{}.Decode(raw, packed, Params{})
	case codec == bloscZstd:
		out, err = zstdCodec{}.Decode(raw, packed, Params{})
	default:
		return unsupported("codec %d of Blosc", codec)
	}
	if err == nil && len(out) != len(raw) {
		err = corrupt("a stream holds %d bytes where there should be %d", len(out), len(raw))
	}
	return err
}

func unpackSnappy(raw, packed []byte) ([]byte, error) {
	n, err := snappy.DecodedLen(packed)
	if err != nil {
		return nil, corrupt("%w", err)
	}
	if n > len(raw) {
		return nil, tooLong(n, len(raw))
	}
	out, err := snappy.Decode(raw, packed)
	if err != nil {
		return nil, corrupt("%w", err)
	}
	return out, nil
}

// undo undoes filter k of block i.
func (c *bloscChunk) undo(k int, raw, stored []byte, i int, first []byte) {
	switch c.filters[k] {
	case bloscFilterShuffle:
		size := c.element
		if c.settings[k] != 0 {
			size = int(c.settings[k])
		}
		n := len(raw) / size
		unshuffleBytes(raw, stored, size, n)
		copy(raw[n*size:], stored[n*size:])
	case bloscFilterBits:
		n := len(raw) / c.element
		if c.version == bloscVersion1 && n%8 != 0 {
			n = 0 // Blosc 1 leaves such blocks alone
		}
		n &^= 7
		unshuffleBits(raw[:n*c.element], stored[:n*c.element], c.element, n)
		copy(raw[n*c.element:], stored[n*c.element:])
	case bloscFilterDelta:
		copy(raw, stored)
		c.undoDelta(raw, i, first)
	}
}

// undoDelta turns what was stored into elements: each is the exclusive or with the element at the same place of block
// 0, and in block 0 with the element before.
func (c *bloscChunk) undoDelta(raw []byte, i int, first []byte) {
	size := c.element
	switch {
	case size != 1 && size != 2 && size != 4 && size%8 == 0:
		size = 8
	case size != 1 && size != 2 && size != 4:
		size = 1
	}
	raw = raw[:len(raw)/size*size]
	if i == 0 {
		for k := size; k < len(raw); k++ {
			raw[k] ^= raw[k-size]
		}
		return
	}
	for k := range raw {
		raw[k] ^= first[k]
	}
}

// fillSpecial fills raw with the one value of the chunk.
func (c *bloscChunk) fillSpecial(raw []byte) error {
	switch c.special {
	case bloscZeros, bloscUninitialized:
		clear(raw)
		return nil
	case bloscNaNs:
		return fillNaN(raw, c.element)
	case bloscRepeated:
		return fillRepeated(raw, c.stored[c.header:])
	}
	return unsupported("special chunk %d of Blosc2", c.special)
}

func fillNaN(raw []byte, size int) error {
	switch size {
	case 4:
		return fillRepeated(raw, binary.LittleEndian.AppendUint32(nil, 0x7fc00000))
	case 8:
		return fillRepeated(raw, binary.LittleEndian.AppendUint64(nil, 0x7ff8000000000000))
	}
	return corrupt("NaN of %d bytes", size)
}

func fillRepeated(raw, value []byte) error {
	if len(value) == 0 || len(raw)%len(value) != 0 {
		return corrupt("a value of %d bytes repeated for %d", len(value), len(raw))
	}
	for at := copy(raw, value); at < len(raw); {
		at += copy(raw[at:], raw[:at])
	}
	return nil
}
