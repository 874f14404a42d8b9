package filter

import mathbits "math/bits"

// nbitCodec is filter 5: of each element only the bits that its datatype uses, packed without gaps, the most
// significant first. Client data: number of words, a flag "all bits are used, nothing is packed", elements in a
// chunk, and the datatype as a tree of words:
//
//	atomic:   1, size, byte order (0 little-endian), precision, offset
//	array:    2, size, its element as such a tree
//	compound: 3, size, number of members, and for each member its offset and such a tree
//	other:    4, size; bytes that are stored whole
type nbitCodec struct{}

// The classes of nbit's tree.
const (
	nbitAtomic   = 1
	nbitArray    = 2
	nbitCompound = 3
	nbitOther    = 4
)

// nbitMaxDepth bounds nesting in the client data; HDF5 datatypes of practice nest two or three deep.
const nbitMaxDepth = 32

// nbitType is a datatype of the tree.
type nbitType struct {
	class             uint32
	size              int
	bigEndian         bool
	precision, offset int        // of an atomic type, in bits
	element           *nbitType  // of an array
	members           []nbitType // of a compound
	at                int        // of a member: bytes from the beginning of the compound
}

// nbitTree reads the words of a datatype.
type nbitTree struct{ words []uint32 }

func (t *nbitTree) next() (uint32, error) {
	if len(t.words) == 0 {
		return 0, corrupt("client data: the datatype is cut off")
	}
	w := t.words[0]
	t.words = t.words[1:]
	return w, nil
}

// parse reads a datatype of at most room bytes.
func (t *nbitTree) parse(room, depth int) (typ nbitType, err error) {
	if depth > nbitMaxDepth {
		return typ, corrupt("client data: the datatype is nested more than %d deep", nbitMaxDepth)
	}
	if typ.class, err = t.next(); err != nil {
		return typ, err
	}
	size, err := t.next()
	if err != nil {
		return typ, err
	}
	if size == 0 || uint64(size) > uint64(room) {
		return typ, corrupt("client data: a datatype of %d bytes where %d are left", size, room)
	}
	typ.size = int(size)
	switch typ.class {
	case nbitAtomic:
		return typ, t.parseAtomic(&typ)
	case nbitArray:
		element, err := t.parse(typ.size, depth+1)
		typ.element = &element
		return typ, err
	case nbitCompound:
		return typ, t.parseCompound(&typ, depth)
	case nbitOther:
		return typ, nil
	}
	return typ, corrupt("client data: datatype class %d", typ.class)
}

func (t *nbitTree) parseAtomic(typ *nbitType) error {
	if len(t.words) < 3 {
		return corrupt("client data: the datatype is cut off")
	}
	order, precision, offset := t.words[0], t.words[1], t.words[2]
	t.words = t.words[3:]
	bits := 8 * uint64(typ.size)
	if order > 1 || precision == 0 || uint64(precision)+uint64(offset) > bits {
		return corrupt("client data: byte order %d, %d bits from bit %d of %d", order, precision, offset, bits)
	}
	typ.bigEndian, typ.precision, typ.offset = order == 1, int(precision), int(offset)
	return nil
}

func (t *nbitTree) parseCompound(typ *nbitType, depth int) error {
	n, err := t.next()
	if err != nil {
		return err
	}
	if uint64(n) > uint64(len(t.words)) { // each member has words of its own
		return corrupt("client data: a compound of %d members in %d words", n, len(t.words))
	}
	used := 0
	for range n {
		at, err := t.next()
		if err != nil {
			return err
		}
		if uint64(at) > uint64(typ.size) {
			return corrupt("client data: a member at byte %d of %d", at, typ.size)
		}
		member, err := t.parse(typ.size-int(at), depth+1)
		if err != nil {
			return err
		}
		// Members that overlap would make the work grow beyond the size of the chunk.
		if used += member.size; used > typ.size {
			return corrupt("client data: members of more than the %d bytes of their compound", typ.size)
		}
		member.at = int(at)
		typ.members = append(typ.members, member)
	}
	return nil
}

func (nbitCodec) Decode(raw, stored []byte, p Params) ([]byte, error) {
	if len(p.Values) < 2 {
		return nil, corrupt("client data: %d words are too few", len(p.Values))
	}
	if p.Values[1] != 0 {
		if len(stored) > len(raw) {
			return nil, tooLong(len(stored), len(raw))
		}
		return stored, nil
	}
	if len(p.Values) < 3 {
		return nil, corrupt("client data: %d words are too few", len(p.Values))
	}
	tree := nbitTree{words: p.Values[3:]}
	typ, err := tree.parse(len(raw), 0)
	if err != nil {
		return nil, err
	}
	size := uint64(p.Values[2]) * uint64(typ.size)
	if size > uint64(len(raw)) {
		return nil, tooLong(int(size), len(raw))
	}
	raw = raw[:size]
	clear(raw)
	bits := bitReader{rest: stored}
	for at := 0; at < len(raw) && !bits.short; at += typ.size {
		typ.unpack(raw[at:at+typ.size], &bits)
	}
	if bits.short {
		return nil, corrupt("the packed elements are cut off")
	}
	return raw, nil
}

// unpack fills one element, which is zero before.
func (t *nbitType) unpack(raw []byte, bits *bitReader) {
	switch t.class {
	case nbitAtomic:
		t.unpackAtomic(raw, bits)
	case nbitArray:
		for ; len(raw) >= t.element.size; raw = raw[t.element.size:] {
			t.element.unpack(raw[:t.element.size], bits)
		}
	case nbitCompound:
		for i := range t.members {
			m := &t.members[i]
			m.unpack(raw[m.at:m.at+m.size], bits)
		}
	default:
		for i := range raw {
			raw[i] = byte(bits.take(8))
		}
	}
}

func (t *nbitType) unpackAtomic(raw []byte, bits *bitReader) {
	switch t.size {
	case 1, 2, 4, 8:
		v := bits.take(t.precision) << t.offset
		if t.bigEndian {
			v = mathbits.ReverseBytes64(v) >> (64 - 8*t.size)
		}
		putElement(raw, t.size, v)
		return
	}
	for k := (t.offset + t.precision - 1) / 8; k >= t.offset/8; k-- { // bytes by significance, the highest first
		low, high := max(t.offset, 8*k), min(t.offset+t.precision, 8*k+8)
		b := byte(bits.take(high-low) << (low - 8*k))
		if t.bigEndian {
			raw[t.size-1-k] = b
		} else {
			raw[k] = b
		}
	}
}
