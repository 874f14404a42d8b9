package filter

import (
	"bytes"
	"encoding/binary"
)

// blosc2Codec is filter 32026: one contiguous frame of Blosc2 (README_CFRAME_FORMAT of c-blosc2), which holds chunks
// as blosc.go reads them, and after them one chunk with the places of the others. Numbers of the frame's header are
// big-endian, in MessagePack. Where the frame has a layer "b2nd" the chunks are boxes of an array and their blocks
// are boxes of elements.
//
// Client data: revision of the filter, bytes of a block, size of an element, bytes of a chunk, level, filter, codec,
// and for arrays the shape of the chunk; readers find all they need in the frame.
type blosc2Codec struct{}

// The places of the frame's header.
const (
	frameMagic       = 2 // "b2frame" and a zero
	frameHeaderSize  = 11
	frameSize        = 16
	frameFlags       = 25
	frameKind        = 26
	frameRaw         = 30
	frameChunks      = 39 // bytes
	frameChunk       = 58
	frameLayers      = 87
	frameLeastHeader = 87
)

// frameMaxChunks bounds the memory for the places of chunks. HDF5's filter writes a frame of one chunk.
const frameMaxChunks = 1 << 16

// frameOffset is the size of a chunk's place in the frame.
const frameOffset = 8

// blosc2Frame is a frame made sense of.
type blosc2Frame struct {
	stored []byte // from the frame's beginning
	header int    // bytes
	chunks []byte // all chunks, one after another
	size   int    // raw bytes of all chunks
	chunk  int    // raw bytes of a chunk but the last
	places []byte // where in chunks each begins, 8 bytes each
}

func newBlosc2Frame(stored []byte, room int) (*blosc2Frame, error) {
	if len(stored) < frameLeastHeader || !bytes.Equal(stored[frameMagic:frameMagic+8], []byte("b2frame\x00")) {
		return nil, corrupt("not a Blosc2 frame")
	}
	header := binary.BigEndian.Uint32(stored[frameHeaderSize:])
	whole := binary.BigEndian.Uint64(stored[frameSize:])
	size := binary.BigEndian.Uint64(stored[frameRaw:])
	chunks := binary.BigEndian.Uint64(stored[frameChunks:])
	chunk := binary.BigEndian.Uint32(stored[frameChunk:])
	switch {
	case whole > uint64(len(stored)):
		return nil, corrupt("a Blosc2 frame of %d bytes where %d are stored", whole, len(stored))
	case header < frameLeastHeader || uint64(header) > whole:
		return nil, corrupt("a Blosc2 frame of %d bytes with a header of %d", whole, header)
	case chunks > whole-uint64(header):
		return nil, corrupt("%d bytes of chunks in a Blosc2 frame of %d", chunks, whole)
	case size > maxFrame(room):
		return nil, corrupt("%d bytes announced where the chunk has room for %d", size, room)
	case stored[frameKind]&0x0f != 0:
		return nil, unsupported("a Blosc2 frame whose chunks are stored elsewhere")
	case size > 0 && (chunk == 0 || chunk > 1<<31-1 || size/uint64(chunk) > frameMaxChunks):
		return nil, corrupt("%d bytes in chunks of %d in a Blosc2 frame", size, int32(chunk))
	}
	f := &blosc2Frame{
		stored: stored[:whole], header: int(header), chunks: stored[header : uint64(header)+chunks],
		size: int(size), chunk: int(chunk),
	}
	return f, f.readPlaces()
}

// maxFrame is the most raw bytes in the chunks of a frame. Boxes of blocks stick out of boxes of chunks, by less than
// their own length on each of up to 8 axes; frames of practice stay far below this.
func maxFrame(room int) uint64 { return 16*uint64(room) + 64<<10 }

// count is the number of chunks.
func (f *blosc2Frame) count() int {
	if f.size == 0 {
		return 0
	}
	return (f.size + f.chunk - 1) / f.chunk
}

// readPlaces decodes the chunk that follows the others.
func (f *blosc2Frame) readPlaces() error {
	n := f.count()
	if n == 0 {
		return nil
	}
	// Chunks that hold one value have no bytes of their own, but their number is bounded by that of raw bytes.
	c, err := newBloscChunk(f.stored[f.header+len(f.chunks):], n*frameOffset)
	if err != nil {
		return err
	}
	if c.size != n*frameOffset {
		return corrupt("%d bytes for the places of %d chunks", c.size, n)
	}
	f.places = make([]byte, c.size)
	return c.decode(f.places)
}

// special is the mark of a chunk that has no place because all of it is one value.
const frameSpecial = 1 << 63

// open reads the header of chunk i.
func (f *blosc2Frame) open(i int) (*bloscChunk, error) {
	place := le.Uint64(f.places[frameOffset*i:])
	size := min(f.chunk, f.size-i*f.chunk)
	if place&frameSpecial != 0 {
		element := max(1, int(min(255, binary.BigEndian.Uint32(f.stored[48:]))))
		return &bloscChunk{size: size, block: size, element: element, special: byte(place>>56) & 7}, nil
	}
	if place > uint64(len(f.chunks)) {
		return nil, corrupt("chunk %d begins at byte %d of %d", i, place, len(f.chunks))
	}
	c, err := newBloscChunk(f.chunks[place:], size)
	if err == nil && c.size != size {
		err = corrupt("chunk %d holds %d bytes where there should be %d", i, c.size, size)
	}
	return c, err
}

func (blosc2Codec) Decode(raw, stored []byte, _ Params) ([]byte, error) {
	f, err := newBlosc2Frame(stored, len(raw))
	if err != nil {
		return nil, err
	}
	layer, err := f.arrayLayer()
	if err != nil {
		return nil, err
	}
	if layer != nil {
		return f.decodeArray(raw, layer)
	}
	if f.size > len(raw) {
		return nil, tooLong(f.size, len(raw))
	}
	raw = raw[:f.size]
	for i := range f.count() {
		c, err := f.open(i)
		if err != nil {
			return nil, err
		}
		at := i * f.chunk
		if err := c.decode(raw[at : at+c.size]); err != nil {
			return nil, err
		}
	}
	return raw, nil
}
