package hdf5

import (
	"bytes"
	"slices"
)

// Class is the class of a datatype, with the numbers of the file format.
type Class uint8

// The classes of datatypes.
const (
	ClassInteger   Class = iota // fixed-point number, signed or not
	ClassFloat                  // floating-point number of any layout
	ClassTime                   // obsolete time stamp
	ClassString                 // string of a fixed number of bytes
	ClassBitfield               // bits, read as an unsigned integer
	ClassOpaque                 // bytes with a tag
	ClassCompound               // record of named members
	ClassReference              // reference to an object, a region or an attribute
	ClassEnum                   // named values of an integer type
	ClassVarLen                 // sequence or string of variable length
	ClassArray                  // array of a fixed shape
	ClassComplex                // complex number (HDF5 2.0)
)

// Order is the order of the bytes of a number.
type Order uint8

// The byte orders.
const (
	OrderLE  Order = iota // least significant byte first
	OrderBE               // most significant byte first
	OrderVAX              // 16-bit words, most significant word first, each least significant byte first
)

// Padding says how a fixed-length string fills its bytes.
type Padding uint8

// The kinds of padding, with the numbers of the file format.
const (
	NullTerminated Padding = iota // ends at the first NUL
	NullPadded                    // NULs at the end do not count
	SpacePadded                   // spaces at the end do not count, as in Fortran
)

// Charset is the character set of a string.
type Charset uint8

// The character sets, with the numbers of the file format.
const (
	ASCII Charset = iota
	UTF8
)

// RefKind is the kind of a reference, with the numbers of the file format.
type RefKind uint8

// The kinds of references. The first two have a fixed size; the others came with HDF5 1.12.
const (
	RefObject RefKind = iota
	RefRegion
	RefObject2
	RefRegion2
	RefAttribute
)

// Member is a member of a compound type.
type Member struct {
	Name   string
	Offset int // bytes from the start of the compound
	Type   *Datatype
}

// EnumMember is a named value of an enumeration. Values of unsigned types above the range of int64 wrap around.
type EnumMember struct {
	Name  string
	Value int64
}

// FloatFields are the bit fields of a floating-point number. Positions count from the least
// significant bit of the element once its bytes are in little-endian order.
type FloatFields struct {
	Sign         int // position of the sign bit
	ExpPos       int // position of the exponent
	ExpSize      int // bits of the exponent
	MantPos      int // position of the mantissa
	MantSize     int // bits of the mantissa, less the implied one
	Bias         uint32
	Normalized   Normalization
	internalOnes bool // unused bits between the fields are one
}

// Normalization says how the leading bit of a mantissa is stored, with the numbers of the file format.
type Normalization uint8

// The normalizations.
const (
	NormNone    Normalization = iota // the leading bit is stored and may be anything (x86 long double)
	NormSet                          // the leading bit is stored and always one
	NormImplied                      // the leading bit is one and not stored (IEEE 754)
)

// Datatype describes elements as they are stored in a file or laid out in memory. It does not change once it
// is made, so it may be shared between goroutines and between types. Compare with Equal.
type Datatype struct {
	class     Class
	version   uint8 // of the datatype message it was decoded from, 0 for types made here
	size      int   // bytes of an element, at least 1
	order     Order
	signed    bool
	bitOffset int // position of the lowest significant bit
	precision int // significant bits
	lowOnes   bool
	highOnes  bool // padding below and above the significant bits is ones
	float     FloatFields
	padding   Padding
	charset   Charset
	text      bool // ClassVarLen: a string
	tag       string
	refKind   RefKind
	refFlags  uint8 // encoding version of references since 1.12
	members   []Member
	enum      []enumMember
	dims      []int
	base      *Datatype // of an enumeration, array, sequence or complex number
}

// enumMember keeps the value as it is stored, so that it is written back bit by bit.
type enumMember struct {
	name  string
	value []byte
}

// Class is the class of the type.
func (t *Datatype) Class() Class { return t.class }

// Size is the number of bytes of one element. Elements of variable length count the reference to their data.
func (t *Datatype) Size() int { return t.size }

// Order is the byte order of a number, of the base of an enumeration, array or complex number. OrderLE where order means nothing.
func (t *Datatype) Order() Order {
	if t.base != nil && t.class != ClassVarLen {
		return t.base.Order()
	}
	return t.order
}

// Signed reports whether an integer, or the base of an enumeration, has a sign.
func (t *Datatype) Signed() bool {
	if t.class == ClassEnum {
		return t.base.signed
	}
	return t.signed
}

// Precision is the number of significant bits of a number.
func (t *Datatype) Precision() int { return t.precision }

// BitOffset is the position of the lowest significant bit of a number.
func (t *Datatype) BitOffset() int { return t.bitOffset }

// Float is the layout of a floating-point number.
func (t *Datatype) Float() FloatFields { return t.float }

// Padding is the padding of a string.
func (t *Datatype) Padding() Padding { return t.padding }

// Charset is the character set of a string.
func (t *Datatype) Charset() Charset { return t.charset }

// Tag is the tag of an opaque type.
func (t *Datatype) Tag() string { return t.tag }

// Reference is the kind of a reference.
func (t *Datatype) Reference() RefKind { return t.refKind }

// Members are the members of a compound, in the order of the file.
func (t *Datatype) Members() []Member { return slices.Clone(t.members) }

// EnumMembers are the named values of an enumeration, in the order of the file.
func (t *Datatype) EnumMembers() []EnumMember {
	if t.class != ClassEnum {
		return nil
	}
	list := make([]EnumMember, len(t.enum))
	for i, m := range t.enum {
		list[i] = EnumMember{m.name, t.enumValue(i)}
	}
	return list
}

// enumValue is the value of member i as a number.
func (t *Datatype) enumValue(i int) int64 {
	v, _ := newIntFormat(t.base).load(t.enum[i].value)
	return v
}

// Dims is the shape of an array type.
func (t *Datatype) Dims() []int { return slices.Clone(t.dims) }

// Base is the type of the elements of an array or sequence, of the values of an enumeration, of the
// parts of a complex number; nil for other classes and for strings of variable length.
func (t *Datatype) Base() *Datatype {
	if t.IsVarString() {
		return nil
	}
	return t.base
}

// IsVarString reports whether elements are strings of variable length.
func (t *Datatype) IsVarString() bool { return t.class == ClassVarLen && t.text }

// IsBool reports whether this is how h5py stores booleans: an enumeration of one-byte integers with FALSE = 0 and TRUE = 1.
func (t *Datatype) IsBool() bool {
	if t.class != ClassEnum || len(t.enum) != 2 || t.base.size != 1 {
		return false
	}
	for i, m := range t.enum {
		if v := t.enumValue(i); m.name != [2]string{"FALSE", "TRUE"}[v&1] || v&^1 != 0 {
			return false
		}
	}
	return t.enum[0].name != t.enum[1].name
}

// IsComplex reports whether elements are complex numbers: of class complex, or the compound of the two
// equal floating-point members r and i that h5py writes.
func (t *Datatype) IsComplex() bool { return t.complexPart() != nil }

// complexPart is the type of the two parts of a complex number, or nil. Like h5py it does not mind a gap between them.
func (t *Datatype) complexPart() *Datatype {
	if t.class == ClassComplex {
		return t.base
	}
	if t.class != ClassCompound || len(t.members) != 2 {
		return nil
	}
	re, im := t.members[0], t.members[1]
	if re.Name != "r" || im.Name != "i" || re.Type.class != ClassFloat || !re.Type.Equal(im.Type) {
		return nil
	}
	return re.Type
}

// hasHeapData reports whether elements refer to a global heap: sequences and strings of variable length, anywhere inside.
func (t *Datatype) hasHeapData() bool {
	switch t.class {
	case ClassVarLen:
		return true
	case ClassArray:
		return t.base.hasHeapData()
	case ClassCompound:
		return slices.ContainsFunc(t.members, func(m Member) bool { return m.Type.hasHeapData() })
	}
	return false
}

// Equal reports whether t and u describe the same bytes with the same meaning. Members of compounds and
// enumerations are compared in their order. The version of the message a type came from does not count.
func (t *Datatype) Equal(u *Datatype) bool {
	if t == u {
		return true
	}
	if t == nil || u == nil || t.class != u.class || t.size != u.size {
		return false
	}
	switch t.class {
	case ClassInteger, ClassBitfield, ClassTime, ClassFloat:
		return t.sameNumber(u)
	case ClassString:
		return t.padding == u.padding && t.charset == u.charset
	case ClassOpaque:
		return t.tag == u.tag
	case ClassReference:
		return t.refKind == u.refKind
	case ClassCompound:
		return slices.EqualFunc(t.members, u.members, func(a, b Member) bool {
			return a.Name == b.Name && a.Offset == b.Offset && a.Type.Equal(b.Type)
		})
	case ClassEnum:
		return t.base.Equal(u.base) && slices.EqualFunc(t.enum, u.enum, func(a, b enumMember) bool {
			return a.name == b.name && bytes.Equal(a.value, b.value)
		})
	case ClassVarLen:
		return t.text == u.text && t.padding == u.padding && t.charset == u.charset && t.base.Equal(u.base)
	}
	return slices.Equal(t.dims, u.dims) && t.base.Equal(u.base)
}

func (t *Datatype) sameNumber(u *Datatype) bool {
	if t.signed != u.signed || t.precision != u.precision || t.bitOffset != u.bitOffset {
		return false
	}
	if t.size > 1 && t.order != u.order {
		return false
	}
	return t.class != ClassFloat || t.float == u.float
}
