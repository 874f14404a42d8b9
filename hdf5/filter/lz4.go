package filter

import (
	"encoding/binary"
	"sync"

	"github.com/pierrec/lz4/v4"
)

// lz4Codec is filter 32004: a big-endian header of the raw size (8 bytes) and the size of a block (4 bytes), then for
// each block its stored size (4 bytes) and as many bytes: an LZ4 block, or the raw bytes where the two sizes are the
// same. Client data: the size of a block when writing; 0 or absent is 1 GiB. Blocks larger than the chunk are one
// block of the chunk's size.
type lz4Codec struct{}

const (
	lz4Name         = "HDF5 lz4 filter; see http://www.hdfgroup.org/services/contributions.html"
	lz4Header       = 12
	lz4DefaultBlock = 1 << 30
	lz4MaxBlock     = 0x7e000000 // the most that the LZ4 block format takes
	lz4MinMatch     = 4
)

// blockHeader is the beginning that the LZ4 and bitshuffle filters share: what follows it, the raw size, the bytes of
// a block.
func blockHeader(stored []byte, room int) (rest []byte, size, block int, err error) {
	if len(stored) < lz4Header {
		return nil, 0, 0, corrupt("%d bytes are too few for a header of %d", len(stored), lz4Header)
	}
	total := binary.BigEndian.Uint64(stored)
	if total > uint64(room) {
		return nil, 0, 0, corrupt("%d bytes announced where the chunk has room for %d", total, room)
	}
	bytes := binary.BigEndian.Uint32(stored[8:])
	return stored[lz4Header:], int(total), int(min(uint64(bytes), total)), nil
}

// nextBlock takes the length of a block from the beginning of stored: the block is the first length bytes of rest.
func nextBlock(stored []byte) (rest []byte, length int, err error) {
	if len(stored) < 4 {
		return nil, 0, corrupt("the size of a block is missing")
	}
	n := uint64(binary.BigEndian.Uint32(stored))
	stored = stored[4:]
	if n > uint64(len(stored)) {
		return nil, 0, corrupt("a block of %d bytes where %d are left", n, len(stored))
	}
	return stored, int(n), nil
}

func (lz4Codec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	stored, size, block, err := blockHeader(stored, len(raw))
	if err != nil {
		return nil, err
	}
	raw = raw[:size]
	if block == 0 && size > 0 {
		return nil, corrupt("blocks of 0 bytes")
	}
	for rest := raw; len(rest) > 0; {
		target := rest[:min(block, len(rest))]
		rest = rest[len(target):]
		var length int
		if stored, length, err = nextBlock(stored); err != nil {
			return nil, err
		}
		if length == len(target) {
			copy(target, stored)
		} else if err := unpackLZ4Within(target, len(target), stored, length); err != nil {
			return nil, err
		}
		stored = stored[length:]
	}
	return raw, nil
}

// lz4Margin is how much memory behind a block makes the fastest way of decoding it possible.
const lz4Margin = 128

// unpackLZ4 decodes one LZ4 block that fills raw.
func unpackLZ4(raw, packed []byte) error {
	return unpackLZ4Within(raw, len(raw), packed, len(packed))
}

// unpackLZ4Library is unpackLZ4 by the library, for machines without a kernel.
func unpackLZ4Library(raw, packed []byte) error {
	n, err := lz4.UncompressBlock(packed, raw)
	if err != nil {
		return corrupt("%w", err)
	}
	if n != len(raw) {
		return corrupt("an LZ4 block holds %d bytes where there should be %d", n, len(raw))
	}
	return nil
}

var lz4Compressors = sync.Pool{New: func() any { return new(lz4.Compressor) }}

func (lz4Codec) Encode(stored, raw []byte, p Params) ([]byte, error) {
	block := int(param(p.Values, 0, 0))
	if block == 0 {
		block = lz4DefaultBlock
	}
	if block > lz4MaxBlock {
		return nil, paramError("block size", p.Values[0], "at most 0x7e000000")
	}
	block = min(block, len(raw))
	if p.Optional && len(raw) <= lz4Header {
		return nil, ErrDeclined
	}
	c := lz4Compressors.Get().(*lz4.Compressor)
	defer lz4Compressors.Put(c)
	stored = append(stored[:0], make([]byte, lz4Header)...)
	binary.BigEndian.PutUint64(stored, uint64(len(raw)))
	binary.BigEndian.PutUint32(stored[8:], uint32(block))
	for rest := raw; len(rest) > 0; {
		part := rest[:min(block, len(rest))]
		rest = rest[len(part):]
		// One byte less than the part: what does not fit is stored raw, the equal size saying so.
		at := len(stored)
		stored = grow(stored, 4+len(part))
		n, err := c.CompressBlock(part, stored[at+4:at+4+len(part)-1])
		if err != nil || n == 0 {
			n = copy(stored[at+4:], part)
		}
		binary.BigEndian.PutUint32(stored[at:], uint32(n))
		stored = stored[:at+4+n]
		if p.Optional && len(stored) >= len(raw) {
			return nil, ErrDeclined
		}
	}
	return stored, nil
}

// packLZ4 appends one LZ4 block with the raw bytes to stored, whether or not it is smaller.
func packLZ4(stored, raw []byte) ([]byte, error) {
	c := lz4Compressors.Get().(*lz4.Compressor)
	defer lz4Compressors.Put(c)
	at, bound := len(stored), lz4.CompressBlockBound(len(raw))
	stored = grow(stored, bound)
	n, err := c.CompressBlock(raw, stored[at:at+bound])
	if err != nil {
		return nil, err
	}
	return stored[:at+n], nil
}
