package filter

import (
	"encoding/binary"
	"fmt"
)

// bitshuffleCodec is filter 32008. The chunk is cut into blocks of elements; each block's bits are regrouped into
// planes (bitplanes.go) and then, in the modes with compression, compressed on its own, with its stored size (4
// bytes, big-endian) in front and once for all blocks a header of the raw size and the bytes of a block (8 and 4
// bytes, big-endian). The last block is cut down to a multiple of 8 elements, and the up to 7 elements after it are
// stored as they are.
//
// Client data: version (2 words), size of an element, elements in a block (0: automatic), mode, level of Zstandard.
type bitshuffleCodec struct{}

const (
	bitshuffleMajor = 0
	bitshuffleMinor = 4 // the version that brought Zstandard
	bitshuffleName  = "bitshuffle; see https://github.com/kiyo-masui/bitshuffle"
)

// The modes of bitshuffle.
const (
	bitshuffleNone = 0
	bitshuffleLZ4  = 2
	bitshuffleZstd = 3
)

// The automatic block: so many bytes, but not fewer than so many elements.
const (
	bitshuffleBlockBytes    = 8192
	bitshuffleBlockElements = 128
)

// bitshuffleMaxBlock keeps a block's size in bytes within the 32 bits that the header has.
const bitshuffleMaxBlock = 1<<32 - 1

// bitshuffleParams is the client data made sense of.
type bitshuffleParams struct {
	size  int // bytes of an element
	block int // elements in a block, a multiple of 8
	mode  uint32
	level uint32
}

func newBitshuffleParams(p Params) (bitshuffleParams, error) {
	size, block := param(p.Values, 2, 0), param(p.Values, 3, 0)
	b := bitshuffleParams{size: int(size), mode: param(p.Values, 4, bitshuffleNone), level: param(p.Values, 5, 0)}
	if size == 0 {
		return b, paramError("element size", size, "at least 1")
	}
	if block == 0 {
		block = max(bitshuffleBlockElements, bitshuffleBlockBytes/size&^7)
	}
	if block%8 != 0 || uint64(block)*uint64(size) > bitshuffleMaxBlock {
		return b, paramError("block of elements", block, "a multiple of 8, and below 4 GiB in bytes")
	}
	b.block = int(block)
	// Version 0.3 and older know no Zstandard, and take its number, like every other, for no compression.
	if b.mode != bitshuffleLZ4 && b.mode != bitshuffleZstd {
		b.mode = bitshuffleNone
	}
	return b, nil
}

func (bitshuffleCodec) storedSize(raw int, p Params) int {
	if b, err := newBitshuffleParams(p); err != nil || b.mode != bitshuffleNone {
		return -1
	}
	return raw
}

func (bitshuffleCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	b, err := newBitshuffleParams(p)
	if err != nil {
		return nil, err
	}
	if b.mode == bitshuffleNone || b.isUncompressed(raw, stored) {
		return b.decodePlain(raw, stored)
	}
	return b.decodeCompressed(raw, stored, p.Parallel)
}

// isUncompressed tells chunks of mode 3 that a version of bitshuffle without Zstandard wrote: those are not
// compressed at all.
func (b bitshuffleParams) isUncompressed(raw, stored []byte) bool {
	if b.mode != bitshuffleZstd || len(stored) != len(raw) {
		return false
	}
	return len(stored) < lz4Header || binary.BigEndian.Uint64(stored) != uint64(len(raw))
}

// blocks calls do for the elements of each block of size bytes, and returns the bytes after the last block.
func (b bitshuffleParams) blocks(size int, do func(at, elements int) error) (rest int, err error) {
	elements := size / b.size
	at := 0
	for elements >= 8 {
		n := min(b.block, elements&^7)
		if err := do(at, n); err != nil {
			return 0, err
		}
		at += n * b.size
		elements -= n
	}
	return at, nil
}

func (b bitshuffleParams) decodePlain(raw, stored []byte) ([]byte, error) {
	if len(stored) > len(raw) {
		return nil, tooLong(len(stored), len(raw))
	}
	if len(stored)%b.size != 0 {
		return nil, corrupt("%d bytes are not whole elements of %d bytes", len(stored), b.size)
	}
	raw = raw[:len(stored)]
	rest, err := b.blocks(len(raw), func(at, n int) error {
		unshuffleBits(raw[at:at+n*b.size], stored[at:at+n*b.size], b.size, n)
		return nil
	})
	copy(raw[rest:], stored[rest:])
	return raw, err
}

// bitshufflePart is the least of a chunk, in bytes, that is worth another goroutine's while.
const bitshufflePart = 256 << 10

func (b bitshuffleParams) decodeCompressed(raw, stored []byte, parallel Parallel) ([]byte, error) {
	stored, size, blockBytes, err := blockHeader(stored, len(raw))
	if err != nil {
		return nil, err
	}
	raw = raw[:size]
	if size%b.size != 0 {
		return nil, corrupt("%d bytes are not whole elements of %d bytes", size, b.size)
	}
	// What the header says counts, whatever the client data say.
	b.block = blockBytes / b.size
	if blockBytes < size && (b.block == 0 || b.block%8 != 0) {
		return nil, corrupt("blocks of %d bytes are not a multiple of 8 elements of %d bytes", blockBytes, b.size)
	}
	b.block = max(8, b.block&^7) // one block for all: what exceeds a multiple of 8 is stored as it is
	rest := size / b.size &^ 7 * b.size
	if parallel != nil && rest >= 2*max(bitshufflePart, b.block*b.size) {
		stored, err = b.decodeParts(raw[:rest], stored, parallel)
	} else {
		stored, err = b.decodeBlocks(raw[:rest], stored)
	}
	if err != nil {
		return nil, err
	}
	if len(stored) < size-rest {
		return nil, corrupt("the last %d bytes are missing", size-rest)
	}
	copy(raw[rest:], stored)
	return raw, nil
}

// decodeParts is decodeBlocks for parts of several blocks at a time.
func (b bitshuffleParams) decodeParts(raw, stored []byte, parallel Parallel) (behind []byte, err error) {
	type part struct {
		at     int    // in raw
		stored []byte // from its first block on
	}
	var parts []part
	if _, err = b.blocks(len(raw), func(at, _ int) error {
		if len(parts) == 0 || at-parts[len(parts)-1].at >= bitshufflePart {
			parts = append(parts, part{at, stored})
		}
		next, length, err := nextBlock(stored)
		if err == nil {
			stored = next[length:]
		}
		return err
	}); err != nil {
		return nil, err
	}
	err = parallel(len(parts), func(i int) error {
		end := len(raw)
		if i+1 < len(parts) {
			end = parts[i+1].at
		}
		_, err := b.decodeBlocks(raw[parts[i].at:end], parts[i].stored)
		return err
	})
	return stored, err
}

// decodeBlocks fills raw from the blocks at the beginning of stored, and returns what is behind them.
func (b bitshuffleParams) decodeBlocks(raw, stored []byte) (behind []byte, err error) {
	scratch := takeScratch(min(b.block*b.size, len(raw)) + lz4Margin)
	defer scratch.put()
	planes := scratch.bytes
	_, err = b.blocks(len(raw), func(at, n int) error {
		var length int
		var err error
		if stored, length, err = nextBlock(stored); err != nil {
			return err
		}
		if err := b.unpack(planes, n*b.size, stored, length); err != nil {
			return err
		}
		stored = stored[length:]
		unshuffleBits(raw[at:at+n*b.size], planes, b.size, n)
		return nil
	})
	return stored, err
}

// unpack decompresses the block stored[:length] to the first n bytes of planes, and may use all of planes.
func (b bitshuffleParams) unpack(planes []byte, n int, stored []byte, length int) error {
	if b.mode == bitshuffleLZ4 {
		return unpackLZ4Within(planes, n, stored, length)
	}
	out, err := zstdCodec{}.Decode(planes[:n], stored[:length], Params{})
	if err == nil && len(out) != n {
		err = corrupt("a Zstandard block holds %d bytes where there should be %d", len(out), n)
	}
	return err
}

func (bitshuffleCodec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	b, err := newBitshuffleParams(p)
	if err != nil {
		return nil, err
	}
	if len(raw)%b.size != 0 {
		return nil, fmt.Errorf("a chunk of %d bytes is not whole elements of %d bytes", len(raw), b.size)
	}
	if b.mode == bitshuffleNone {
		return b.encodePlain(stored, raw), nil
	}
	return b.encodeCompressed(stored, raw, p.Optional)
}

func (b bitshuffleParams) encodePlain(stored, raw []byte) []byte {
	stored = resize(stored, len(raw))
	rest, _ := b.blocks(len(raw), func(at, n int) error {
		shuffleBits(stored[at:at+n*b.size], raw[at:at+n*b.size], b.size, n)
		return nil
	})
	copy(stored[rest:], raw[rest:])
	return stored
}

func (b bitshuffleParams) encodeCompressed(stored, raw []byte, optional bool) ([]byte, error) {
	stored = resize(stored, lz4Header)
	binary.BigEndian.PutUint64(stored, uint64(len(raw)))
	binary.BigEndian.PutUint32(stored[8:], uint32(b.block*b.size))
	scratch := takeScratch(min(b.block*b.size, len(raw)))
	defer scratch.put()
	rest, err := b.blocks(len(raw), func(at, n int) error {
		planes := scratch.bytes[:n*b.size]
		shuffleBits(planes, raw[at:at+n*b.size], b.size, n)
		head := len(stored)
		var err error
		if stored, err = b.pack(grow(stored, 4), planes); err != nil {
			return err
		}
		binary.BigEndian.PutUint32(stored[head:], uint32(len(stored)-head-4))
		if optional && len(stored) >= len(raw) {
			return ErrDeclined
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	stored = append(stored, raw[rest:]...)
	if optional && len(stored) >= len(raw) {
		return nil, ErrDeclined
	}
	return stored, nil
}

// pack appends the compressed block to stored. There is no form for a block that does not shrink: it grows a little.
func (b bitshuffleParams) pack(stored, planes []byte) ([]byte, error) {
	if b.mode == bitshuffleLZ4 {
		return packLZ4(stored, planes)
	}
	level := b.level
	if level == 0 {
		level = zstdDefaultLevel
	}
	return packZstd(stored, planes, level)
}
