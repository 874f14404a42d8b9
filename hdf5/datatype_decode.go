package hdf5

import (
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// Limits on datatypes from files.
const (
	// maxTypeDepth bounds how deep types lie in each other; libhdf5's own tests nest some ten deep.
	maxTypeDepth = 32
	// maxTypeNodes bounds the types in one message, so that a message of many megabytes cannot make gigabytes of descriptions.
	maxTypeNodes = 1 << 20
	// maxArrayRank is H5S_MAX_RANK, the bound of libhdf5 on the rank of array types.
	maxArrayRank = 32
)

// decodeDatatype decodes the body of a datatype message, of any version, and says how many bytes it
// took. offsetSize is the number of bytes of addresses of the file, or 0 when it is unknown. Offsets
// in errors count from b[0].
func decodeDatatype(b []byte, offsetSize int) (*Datatype, int, error) {
	return decodeDatatypeAt("", 0, b, offsetSize)
}

// decodeDatatypeAt is decodeDatatype for bytes that lie at offset at of the named file.
func decodeDatatypeAt(file string, at int64, b []byte, offsetSize int) (*Datatype, int, error) {
	c := cursor.New(file, at, b, cursor.Sizes{}, "datatype message")
	d := typeDecoder{c: &c, offsetSize: offsetSize}
	t := d.datatype(0)
	if err := c.Err(); err != nil {
		return nil, 0, err
	}
	return t, c.Pos(), nil
}

type typeDecoder struct {
	c          *cursor.Cursor
	offsetSize int
	nodes      int
}

// datatype decodes one type, and those inside it. It returns a type that must not be used when the cursor has an error.
func (d *typeDecoder) datatype(depth int) *Datatype {
	c := d.c
	d.nodes++
	if depth > maxTypeDepth {
		c.Fail("types are nested more than %d deep", maxTypeDepth)
	}
	if d.nodes > maxTypeNodes {
		c.Fail("more than %d types in one message", maxTypeNodes)
	}
	head := c.U8()
	bits := uint32(c.Uint(3))
	size := c.U32()
	t := &Datatype{class: Class(head & 15), version: head >> 4, size: int(size)}
	if c.Err() != nil {
		return t
	}
	if t.version > 5 {
		c.Unsupported("datatype message version %d", t.version)
		return t
	}
	if t.version == 0 {
		c.Fail("version 0 does not exist")
		return t
	}
	if size == 0 || size > math.MaxInt32 {
		c.Fail("a type of %d bytes", size)
		return t
	}
	switch t.class {
	case ClassInteger, ClassBitfield:
		d.integer(t, bits)
	case ClassFloat:
		d.float(t, bits)
	case ClassTime:
		t.order = Order(bits & 1)
		t.signed = true
		t.precision = int(c.U16())
		d.checkBits(t)
	case ClassString:
		d.text(t, bits, bits>>4)
	case ClassOpaque:
		tag := c.Bytes(uint64(bits & 0xff))
		for len(tag) > 0 && tag[len(tag)-1] == 0 {
			tag = tag[:len(tag)-1]
		}
		t.tag = string(tag)
	case ClassCompound:
		d.compound(t, int(bits&0xffff), depth)
	case ClassReference:
		d.reference(t, bits)
	case ClassEnum:
		d.enum(t, int(bits&0xffff), depth)
	case ClassVarLen:
		d.varlen(t, bits, depth)
	case ClassArray:
		d.array(t, depth)
	case ClassComplex:
		d.complex(t, bits, depth)
	default:
		c.Unsupported("datatype class %d", t.class)
	}
	return t
}

func (d *typeDecoder) integer(t *Datatype, bits uint32) {
	t.order = Order(bits & 1)
	t.lowOnes, t.highOnes = bits&2 != 0, bits&4 != 0
	t.signed = t.class == ClassInteger && bits&8 != 0
	t.bitOffset, t.precision = int(d.c.U16()), int(d.c.U16())
	d.checkBits(t)
}

// checkBits checks that the significant bits lie in the element.
func (d *typeDecoder) checkBits(t *Datatype) {
	if d.c.Err() != nil {
		return
	}
	if t.precision == 0 || t.bitOffset+t.precision > 8*t.size {
		d.c.Fail("%d significant bits from bit %d do not lie in a number of %d bytes", t.precision, t.bitOffset, t.size)
	}
}

func (d *typeDecoder) float(t *Datatype, bits uint32) {
	c := d.c
	switch bits & 0x41 {
	case 0x00:
		t.order = OrderLE
	case 0x01:
		t.order = OrderBE
	case 0x41:
		t.order = OrderVAX
	default:
		c.Fail("byte order %#x of a floating-point type does not exist", bits&0x41)
	}
	if t.order == OrderVAX && t.size%4 != 0 {
		c.Fail("a VAX number of %d bytes", t.size)
	}
	t.lowOnes, t.highOnes = bits&2 != 0, bits&4 != 0
	t.bitOffset, t.precision = int(c.U16()), int(c.U16())
	f := FloatFields{Sign: int(bits >> 8 & 0xff), Normalized: Normalization(bits >> 4 & 3), internalOnes: bits&8 != 0}
	f.ExpPos, f.ExpSize, f.MantPos, f.MantSize = int(c.U8()), int(c.U8()), int(c.U8()), int(c.U8())
	f.Bias = c.U32()
	t.float, t.signed = f, true
	d.checkBits(t)
	if c.Err() != nil {
		return
	}
	if f.Normalized > NormImplied {
		c.Fail("mantissa normalization %d does not exist", f.Normalized)
	}
	if n := 8 * t.size; f.Sign >= n || f.ExpSize == 0 || f.ExpPos+f.ExpSize > n || f.MantSize == 0 || f.MantPos+f.MantSize > n {
		c.Fail("sign bit %d, exponent of %d bits from %d, mantissa of %d bits from %d do not lie in a number of %d bytes",
			f.Sign, f.ExpSize, f.ExpPos, f.MantSize, f.MantPos, t.size)
	}
}

func (d *typeDecoder) text(t *Datatype, padding, charset uint32) {
	t.padding, t.charset = Padding(padding&15), Charset(charset&15)
	if d.c.Err() != nil {
		return
	}
	if t.padding > SpacePadded {
		d.c.Fail("string padding %d does not exist", t.padding)
	}
	if t.charset > UTF8 {
		d.c.Unsupported("string character set %d", t.charset)
	}
}

func (d *typeDecoder) compound(t *Datatype, n, depth int) {
	c := d.c
	// The shortest member is a name of one byte, an offset of one, and a type of 8.
	if !c.NeedEach(uint64(n), 10) {
		return
	}
	if n == 0 {
		c.Fail("a compound without members")
		return
	}
	t.members = make([]Member, 0, n)
	width := cursor.Width(uint64(t.size))
	for range n {
		start := c.Pos()
		m := Member{Name: c.Text()}
		var dims []int
		if t.version >= 3 {
			m.Offset = int(c.Uint(width))
		} else {
			c.Pad(start)
			m.Offset = int(c.U32())
			if t.version == 1 {
				dims = d.memberDims()
			}
		}
		m.Type = d.datatype(depth + 1)
		if c.Err() != nil {
			return
		}
		if len(dims) > 0 {
			m.Type = d.arrayOf(m.Type, dims, t.version)
		}
		if c.Err() == nil && (m.Offset > t.size || m.Type.size > t.size-m.Offset) {
			c.Fail("member %q of %d bytes at offset %d does not lie in a compound of %d bytes", m.Name, m.Type.size, m.Offset, t.size)
		}
		if c.Err() != nil {
			return
		}
		t.members = append(t.members, m)
	}
}

// memberDims reads the array dimensions that members of version-1 compounds have.
func (d *typeDecoder) memberDims() []int {
	c := d.c
	rank := int(c.U8())
	c.Skip(3 + 4 + 4) // reserved, permutation of axes (never implemented), reserved
	if rank > 4 {
		c.Fail("a member of %d dimensions; version 1 has at most 4", rank)
		return nil
	}
	dims := make([]int, 4)
	for i := range dims {
		dims[i] = int(c.U32())
	}
	return dims[:rank]
}

// arrayOf makes an array type and checks that its size can be computed.
func (d *typeDecoder) arrayOf(base *Datatype, dims []int, version uint8) *Datatype {
	size := base.size
	for _, n := range dims {
		if n <= 0 {
			d.c.Fail("an array type with an axis of length 0")
			return base
		}
		if n > math.MaxInt32/size {
			d.c.Fail("an array type of more than %d bytes", math.MaxInt32)
			return base
		}
		size *= n
	}
	return &Datatype{class: ClassArray, version: version, size: size, dims: dims, base: base}
}

func (d *typeDecoder) array(t *Datatype, depth int) {
	c := d.c
	rank := int(c.U8())
	if t.version < 3 {
		c.Skip(3)
	}
	if rank > maxArrayRank {
		c.Fail("an array type of rank %d; at most %d", rank, maxArrayRank)
	}
	if rank == 0 && c.Err() == nil {
		c.Fail("an array type of rank 0")
	}
	if !c.NeedEach(uint64(rank), 4) {
		return
	}
	dims := make([]int, rank)
	for i := range dims {
		dims[i] = int(c.U32())
	}
	if t.version < 3 {
		c.Skip(uint64(4 * rank)) // permutation of axes, never implemented
	}
	base := d.datatype(depth + 1)
	if c.Err() != nil {
		return
	}
	made := d.arrayOf(base, dims, t.version)
	if c.Err() == nil && made.size != t.size {
		c.Fail("an array type of %d bytes whose elements take %d", t.size, made.size)
	}
	t.dims, t.base = dims, base
}

func (d *typeDecoder) enum(t *Datatype, n, depth int) {
	c := d.c
	t.base = d.datatype(depth + 1)
	if c.Err() != nil {
		return
	}
	if t.base.class != ClassInteger || t.base.size != t.size {
		c.Fail("an enumeration of %d bytes of a base type %s", t.size, t.base)
		return
	}
	if !c.NeedEach(uint64(n), 1+t.size) {
		return
	}
	t.enum = make([]enumMember, n)
	for i := range t.enum {
		start := c.Pos()
		t.enum[i].name = c.Text()
		if t.version < 3 {
			c.Pad(start)
		}
	}
	values := append([]byte(nil), c.Bytes(uint64(n)*uint64(t.size))...)
	if c.Err() != nil {
		return
	}
	for i := range t.enum {
		t.enum[i].value = values[i*t.size : (i+1)*t.size : (i+1)*t.size]
	}
}

func (d *typeDecoder) reference(t *Datatype, bits uint32) {
	t.refKind, t.refFlags = RefKind(bits&15), uint8(bits>>4&15)
	if t.refKind > RefAttribute {
		d.c.Unsupported("reference type %d", t.refKind)
		return
	}
	want := 0
	switch t.refKind {
	case RefObject:
		want = d.offsetSize
	case RefRegion:
		want = d.offsetSize + 4
	}
	if d.offsetSize != 0 && want != 0 && t.size != want {
		d.c.Fail("a reference of type %d has %d bytes, not %d", t.refKind, t.size, want)
	}
}

func (d *typeDecoder) varlen(t *Datatype, bits uint32, depth int) {
	c := d.c
	switch bits & 15 {
	case 0:
	case 1:
		t.text = true
		d.text(t, bits>>4, bits>>8)
	default:
		c.Unsupported("variable-length type %d", bits&15)
		return
	}
	// A count of 4 bytes, the address of a heap collection, and an index of 4 bytes.
	if n := t.size - 8; n < 2 || n > 8 || (d.offsetSize != 0 && n != d.offsetSize) {
		c.Fail("a variable-length type has elements of %d bytes", t.size)
	}
	t.base = d.datatype(depth + 1)
}

func (d *typeDecoder) complex(t *Datatype, bits uint32, depth int) {
	if bits&1 == 0 || bits>>1&3 != 0 {
		d.c.Unsupported("complex numbers of form %#x", bits&7)
		return
	}
	t.base = d.datatype(depth + 1)
	if d.c.Err() == nil && (t.base.class != ClassFloat || t.size != 2*t.base.size) {
		d.c.Fail("a complex type of %d bytes of base type %s", t.size, t.base)
	}
}
