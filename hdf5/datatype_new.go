package hdf5

import (
	"fmt"
)

func newInt(size int, signed bool) *Datatype {
	return &Datatype{class: ClassInteger, size: size, signed: signed, precision: 8 * size}
}

// Int8 is a signed integer of one byte.
func Int8() *Datatype { return newInt(1, true) }

// Int16 is a signed little-endian integer of two bytes.
func Int16() *Datatype { return newInt(2, true) }

// Int32 is a signed little-endian integer of four bytes.
func Int32() *Datatype { return newInt(4, true) }

// Int64 is a signed little-endian integer of eight bytes.
func Int64() *Datatype { return newInt(8, true) }

// Uint8 is an unsigned integer of one byte.
func Uint8() *Datatype { return newInt(1, false) }

// Uint16 is an unsigned little-endian integer of two bytes.
func Uint16() *Datatype { return newInt(2, false) }

// Uint32 is an unsigned little-endian integer of four bytes.
func Uint32() *Datatype { return newInt(4, false) }

// Uint64 is an unsigned little-endian integer of eight bytes.
func Uint64() *Datatype { return newInt(8, false) }

func newFloat(size, expSize, mantSize int, bias uint32) *Datatype {
	return &Datatype{class: ClassFloat, size: size, signed: true, precision: 8 * size, float: FloatFields{
		Sign: 8*size - 1, ExpPos: mantSize, ExpSize: expSize, MantSize: mantSize, Bias: bias, Normalized: NormImplied,
	}}
}

// Float16 is an IEEE 754 half-precision number, little-endian.
func Float16() *Datatype { return newFloat(2, 5, 10, 15) }

// Float32 is an IEEE 754 single-precision number, little-endian.
func Float32() *Datatype { return newFloat(4, 8, 23, 127) }

// Float64 is an IEEE 754 double-precision number, little-endian.
func Float64() *Datatype { return newFloat(8, 11, 52, 1023) }

// longDouble is the 80-bit number of x86 in 16 bytes: NumPy's longdouble there.
func longDouble() *Datatype {
	return &Datatype{class: ClassFloat, size: 16, signed: true, precision: 80, float: FloatFields{
		Sign: 79, ExpPos: 64, ExpSize: 15, MantSize: 64, Bias: 16383, Normalized: NormNone,
	}}
}

// BigEndian is t with every number in it, also inside compounds and arrays, in big-endian byte order.
func BigEndian(t *Datatype) *Datatype { return t.withOrder(OrderBE) }

func (t *Datatype) withOrder(order Order) *Datatype {
	u := *t
	switch t.class {
	case ClassInteger, ClassBitfield, ClassFloat, ClassTime:
		u.order = order
	case ClassEnum:
		u.base = t.base.withOrder(order)
		u.enum = make([]enumMember, len(t.enum))
		from, to := newIntFormat(t.base), newIntFormat(u.base)
		for i, m := range t.enum {
			value := make([]byte, u.size)
			v, big := from.load(m.value)
			to.store(value, v, big)
			u.enum[i] = enumMember{m.name, value}
		}
	case ClassCompound:
		u.members = make([]Member, len(t.members))
		for i, m := range t.members {
			u.members[i] = Member{m.Name, m.Offset, m.Type.withOrder(order)}
		}
	case ClassArray, ClassComplex, ClassVarLen:
		u.base = t.base.withOrder(order)
	}
	return &u
}

// String is a string of n bytes, at least 1. A null-terminated string holds at most n-1 bytes of text.
func String(n int, padding Padding, charset Charset) *Datatype {
	return &Datatype{class: ClassString, size: max(n, 1), padding: padding, charset: charset}
}

// varLenSize is the size of elements of variable length in files with addresses of 8 bytes.
const varLenSize = 16

// VarString is a string of any length.
func VarString(charset Charset) *Datatype {
	// As h5py and C programs have it: null-terminated text, of elements that are unsigned bytes.
	return &Datatype{class: ClassVarLen, size: varLenSize, text: true, charset: charset, base: Uint8()}
}

// VarLen is a sequence of any length of elements of type base.
func VarLen(base *Datatype) *Datatype {
	return &Datatype{class: ClassVarLen, size: varLenSize, base: base}
}

// Enum is an enumeration over an integer type. Values must fit base; those that do not are clamped.
func Enum(base *Datatype, members ...EnumMember) *Datatype {
	t := &Datatype{class: ClassEnum, size: base.size, base: base, enum: make([]enumMember, len(members))}
	f := newIntFormat(base)
	for i, m := range members {
		value := make([]byte, base.size)
		f.store(value, m.Value, !base.signed && base.precision == 64 && m.Value < 0)
		t.enum[i] = enumMember{m.Name, value}
	}
	return t
}

// Bool is how h5py stores booleans: an enumeration of int8 with FALSE = 0 and TRUE = 1.
func Bool() *Datatype { return Enum(Int8(), EnumMember{"FALSE", 0}, EnumMember{"TRUE", 1}) }

// Compound is a record of members at increasing offsets without gaps, as NumPy packs them. Offsets of the members given are not used.
func Compound(members ...Member) *Datatype {
	packed := make([]Member, len(members))
	size := 0
	for i, m := range members {
		packed[i] = Member{m.Name, size, m.Type}
		size += m.Type.size
	}
	return &Datatype{class: ClassCompound, size: size, members: packed}
}

// CompoundSize is a record of size bytes with members at the offsets that they say. A member
// that does not lie inside is an error.
func CompoundSize(size int, members ...Member) (*Datatype, error) {
	for _, m := range members {
		if m.Offset < 0 || m.Offset > size || m.Type.size > size-m.Offset {
			return nil, fmt.Errorf("hdf5: compound of %d bytes: member %q of %d bytes at offset %d does not lie in it", size, m.Name, m.Type.size, m.Offset)
		}
	}
	return &Datatype{class: ClassCompound, size: size, members: append([]Member(nil), members...)}, nil
}

// Array is an array type: every element is an array of shape dims, of elements of type base.
func Array(base *Datatype, dims ...int) *Datatype {
	size := base.size
	for _, n := range dims {
		size *= n
	}
	return &Datatype{class: ClassArray, size: size, dims: append([]int(nil), dims...), base: base}
}

// Opaque is size uninterpreted bytes; tag, at most 248 bytes, says what they are.
func Opaque(size int, tag string) *Datatype {
	return &Datatype{class: ClassOpaque, size: size, tag: tag[:min(len(tag), 248)]}
}

// ObjectReference is a reference to an object of the same file: the address of its object header.
func ObjectReference() *Datatype {
	return &Datatype{class: ClassReference, size: 8, refKind: RefObject}
}

// RegionReference is a reference to a part of a dataset of the same file.
func RegionReference() *Datatype {
	return &Datatype{class: ClassReference, size: regionRefSize, refKind: RefRegion}
}

// Bitfield is size bytes of bits, little-endian: PyTables' booleans are bit fields of one byte. Go values are unsigned integers.
func Bitfield(size int) *Datatype {
	t := newInt(size, false)
	t.class = ClassBitfield
	return t
}

// Complex is the complex number of HDF5 2.0, of two parts of a floating-point type. Older libraries do not read it; Complex64 and Complex128 are
// what h5py and all others read.
func Complex(part *Datatype) *Datatype {
	return &Datatype{class: ClassComplex, size: 2 * part.size, base: part}
}

func newComplex(part *Datatype) *Datatype {
	return Compound(Member{Name: "r", Type: part}, Member{Name: "i", Type: part})
}

// Complex64 is the compound of two Float32 members r and i, as h5py stores complex numbers.
func Complex64() *Datatype { return newComplex(Float32()) }

// Complex128 is the compound of two Float64 members r and i, as h5py stores complex numbers.
func Complex128() *Datatype { return newComplex(Float64()) }
