package filter

import "encoding/binary"

// The layer "b2nd" of a Blosc2 frame (README_B2ND_METALAYER of c-blosc2): an array of elements cut into equal boxes,
// the chunks, and those into smaller boxes, the blocks. Boxes lie in row-major order, and elements in their block
// too. Boxes at the end of an axis stick out of what they are cut from, filled with anything.

// b2ndMaxRank is the most axes that Blosc2 has.
const b2ndMaxRank = 16

// b2ndArray is the layer's content.
type b2ndArray struct {
	shape, chunk, block []int
	element             int // bytes
}

// msgpack reads the few forms of MessagePack that the layers of a frame are made of. After an error all that it
// yields is zero.
type msgpack struct {
	rest []byte
	err  error
}

func (m *msgpack) take(n int) []byte {
	if m.err == nil && n > len(m.rest) {
		m.err = corrupt("a layer of the Blosc2 frame is cut off")
	}
	if m.err != nil {
		return make([]byte, min(n, 8))
	}
	b := m.rest[:n]
	m.rest = m.rest[n:]
	return b
}

// expect takes one byte, which must be the given one.
func (m *msgpack) expect(form byte) {
	if got := m.take(1)[0]; m.err == nil && got != form {
		m.err = corrupt("a layer of the Blosc2 frame has 0x%02x where 0x%02x should be", got, form)
	}
}

func (m *msgpack) u8() int  { return int(m.take(1)[0]) }
func (m *msgpack) u16() int { return int(binary.BigEndian.Uint16(m.take(2))) }
func (m *msgpack) u32() int { return int(binary.BigEndian.Uint32(m.take(4))) }

// arrayLayer is the content of the layer "b2nd" (earlier "caterva"), nil where there is none.
func (f *blosc2Frame) arrayLayer() ([]byte, error) {
	if f.header <= frameLayers {
		return nil, nil
	}
	m := msgpack{rest: f.stored[frameLayers:f.header]}
	m.expect(0x93) // an array of three
	m.expect(0xcd)
	m.u16()
	m.expect(0xde) // a map
	for range m.u16() {
		name := string(m.take(m.u8() &^ 0xe0)) // a string of up to 31 bytes
		m.expect(0xd2)
		at := m.u32()
		if m.err != nil {
			return nil, m.err
		}
		if name != "b2nd" && name != "caterva" {
			continue
		}
		if at > f.header {
			return nil, corrupt("a layer of the Blosc2 frame at byte %d of %d", at, f.header)
		}
		content := msgpack{rest: f.stored[at:f.header]}
		content.expect(0xc6) // bytes
		layer := content.take(content.u32())
		return layer, content.err
	}
	return nil, m.err
}

// newB2ndArray reads the layer's content.
func newB2ndArray(layer []byte, chunk int) (*b2ndArray, error) {
	m := msgpack{rest: layer}
	m.u8() // an array of five to seven
	m.u8() // version
	rank := m.u8()
	if m.err == nil && (rank == 0 || rank > b2ndMaxRank) {
		return nil, corrupt("an array of %d axes in a Blosc2 frame", rank)
	}
	a := &b2ndArray{}
	a.shape = m.extents(rank, 0xd3)
	a.chunk = m.extents(rank, 0xd2)
	a.block = m.extents(rank, 0xd2)
	if m.err != nil {
		return nil, m.err
	}
	// The chunks of the frame have all elements of all their blocks.
	elements := 1
	for k := range rank {
		if a.chunk[k] == 0 || a.block[k] == 0 || a.block[k] > a.chunk[k] {
			return nil, corrupt("blocks of %d in chunks of %d on axis %d of an array in a Blosc2 frame", a.block[k], a.chunk[k], k)
		}
		if elements *= ceilDiv(a.chunk[k], a.block[k]) * a.block[k]; elements > chunk {
			return nil, corrupt("chunks of at least %d elements in %d bytes of a Blosc2 frame", elements, chunk)
		}
	}
	if chunk%elements != 0 {
		return nil, corrupt("chunks of %d elements in %d bytes of a Blosc2 frame", elements, chunk)
	}
	a.element = chunk / elements
	return a, nil
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

// extents reads an array of rank numbers, each of the given form, int64 or int32.
func (m *msgpack) extents(rank int, form byte) []int {
	m.expect(0x90 + byte(rank))
	extents := make([]int, rank)
	for k := range extents {
		m.expect(form)
		high := 0
		if form == 0xd3 {
			high = m.u32()
		}
		extents[k] = m.u32()
		if m.err == nil && (high != 0 || extents[k] > 1<<31-1) {
			m.err = corrupt("an extent of an array in a Blosc2 frame is out of range")
		}
	}
	return extents
}

// decodeArray fills raw with the elements of the array, in row-major order.
func (f *blosc2Frame) decodeArray(raw, layer []byte) ([]byte, error) {
	if f.size == 0 {
		return raw[:0], nil
	}
	a, err := newB2ndArray(layer, f.chunk)
	if err != nil {
		return nil, err
	}
	size, chunks := a.element, 1
	for k := range a.shape {
		if size *= a.shape[k]; size > len(raw) {
			return nil, tooLong(size, len(raw))
		}
		chunks *= max(1, ceilDiv(a.shape[k], a.chunk[k])) // no more than elements
	}
	if size > 0 && chunks != f.count() {
		return nil, corrupt("%d chunks for an array of %d in a Blosc2 frame", f.count(), chunks)
	}
	raw = raw[:size]
	if size == 0 {
		return raw, nil
	}
	for i := range chunks {
		c, err := f.open(i)
		if err != nil {
			return nil, err
		}
		if err := a.decodeChunk(raw, c, i); err != nil {
			return nil, err
		}
	}
	return raw, nil
}

// decodeChunk decodes the blocks of chunk i and puts the elements of each where they belong.
func (a *b2ndArray) decodeChunk(raw []byte, c *bloscChunk, i int) error {
	rank := len(a.shape)
	origin := make([]int, rank) // of the chunk in the array
	locate(origin, i, a.shape, a.chunk)
	blockBytes := a.element
	for k := range rank {
		blockBytes *= a.block[k]
	}
	if c.special == 0 && c.block != blockBytes || c.size%blockBytes != 0 {
		return corrupt("blocks of %d bytes where the array in a Blosc2 frame has blocks of %d", c.block, blockBytes)
	}
	decoded, first := takeScratch(blockBytes), takeScratch(blockBytes)
	defer decoded.put()
	defer first.put()
	var buffers bloscBuffers
	if c.special == 0 {
		buffers = c.newBuffers()
		defer buffers.put()
	} else if err := c.fillSpecial(decoded.bytes); err != nil {
		return err
	}
	at := make([]int, rank)    // of the block, first in the chunk and then in the array
	count := make([]int, rank) // elements of the block that are in the array
	for b := range c.size / blockBytes {
		if c.special == 0 {
			if err := c.decodeBlock(decoded.bytes, b, first.bytes, buffers); err != nil {
				return err
			}
			if b == 0 {
				copy(first.bytes, decoded.bytes)
			}
		}
		locate(at, b, a.chunk, a.block)
		for k := range rank {
			count[k] = min(a.block[k], a.chunk[k]-at[k], a.shape[k]-origin[k]-at[k])
			at[k] += origin[k]
		}
		a.place(raw, decoded.bytes, at, count)
	}
	return nil
}

// locate sets at to the origin of box i of those that an extent is cut into, in row-major order.
func locate(at []int, i int, extent, box []int) {
	for k := len(at) - 1; k >= 0; k-- {
		n := ceilDiv(extent[k], box[k])
		at[k] = i % n * box[k]
		i /= n
	}
}

// place copies the first count elements on each axis of a block to their places in the array, from at on.
func (a *b2ndArray) place(raw, block []byte, at, count []int) {
	rank := len(at)
	for _, n := range count {
		if n <= 0 {
			return
		}
	}
	row := make([]int, rank-1) // the row within the block
	for {
		from, to := 0, 0
		for k, r := range row {
			from = (from + r) * a.block[k+1]
			to = (to + at[k] + r) * a.shape[k+1]
		}
		to += at[rank-1]
		n := count[rank-1] * a.element
		copy(raw[to*a.element:to*a.element+n], block[from*a.element:])
		k := rank - 2
		for ; k >= 0; k-- {
			if row[k]++; row[k] < count[k] {
				break
			}
			row[k] = 0
		}
		if k < 0 {
			return
		}
	}
}
