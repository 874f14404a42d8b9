package hdf5

import (
	"encoding/binary"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// encode appends the body of a datatype message: version 1 for simple classes and version 3 for compounds, enumerations and
// arrays, as HDF5 1.10 does for files of the latest format; references of HDF5 1.12 and complex numbers of HDF5 2.0 have the versions
// that introduced them.
func (t *Datatype) encode(b []byte) []byte {
	head := func(bits uint32) {
		b = append(b, byte(t.class)|t.messageVersion()<<4, byte(bits), byte(bits>>8), byte(bits>>16))
		b = binary.LittleEndian.AppendUint32(b, uint32(t.size))
	}
	u16 := func(v int) { b = binary.LittleEndian.AppendUint16(b, uint16(v)) }
	switch t.class {
	case ClassInteger, ClassBitfield:
		head(t.numberBits())
		u16(t.bitOffset)
		u16(t.precision)
	case ClassFloat:
		f := t.float
		head(t.numberBits() | uint32(f.Normalized)<<4 | uint32(f.Sign)<<8)
		u16(t.bitOffset)
		u16(t.precision)
		b = append(b, byte(f.ExpPos), byte(f.ExpSize), byte(f.MantPos), byte(f.MantSize))
		b = binary.LittleEndian.AppendUint32(b, f.Bias)
	case ClassTime:
		head(uint32(t.order))
		u16(t.precision)
	case ClassString:
		head(uint32(t.padding) | uint32(t.charset)<<4)
	case ClassOpaque:
		// The tag is padded to a multiple of 8; when that is full, libhdf5 reads it without a NUL.
		padded := (len(t.tag) + 7) &^ 7
		head(uint32(padded))
		b = append(b, t.tag...)
		b = append(b, make([]byte, padded-len(t.tag))...)
	case ClassCompound:
		head(uint32(len(t.members)))
		width := cursor.Width(uint64(t.size))
		for _, m := range t.members {
			b = append(append(b, m.Name...), 0)
			b = cursor.AppendUint(b, uint64(m.Offset), width)
			b = m.Type.encode(b)
		}
	case ClassReference:
		head(uint32(t.refKind) | uint32(t.refFlags)<<4)
	case ClassEnum:
		head(uint32(len(t.enum)))
		b = t.base.encode(b)
		for _, m := range t.enum {
			b = append(append(b, m.name...), 0)
		}
		for _, m := range t.enum {
			b = append(b, m.value...)
		}
	case ClassVarLen:
		kind := uint32(0)
		if t.text {
			kind = 1
		}
		head(kind | uint32(t.padding)<<4 | uint32(t.charset)<<8)
		b = t.base.encode(b)
	case ClassArray:
		head(0)
		b = append(b, byte(len(t.dims)))
		for _, n := range t.dims {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
		b = t.base.encode(b)
	case ClassComplex:
		head(1) // both parts of one type, rectangular
		b = t.base.encode(b)
	}
	return b
}

// numberBits are the bits that integers, bitfields and floating-point numbers have in common.
func (t *Datatype) numberBits() uint32 {
	var bits uint32
	switch t.order {
	case OrderBE:
		bits = 1
	case OrderVAX:
		bits = 0x41
	}
	if t.lowOnes {
		bits |= 2
	}
	if t.highOnes {
		bits |= 4
	}
	if t.class == ClassFloat {
		if t.float.internalOnes {
			bits |= 8
		}
	} else if t.signed {
		bits |= 8
	}
	return bits
}

// messageVersion is the version that encode writes.
func (t *Datatype) messageVersion() uint8 {
	switch t.class {
	case ClassCompound, ClassEnum:
		version := uint8(3)
		for _, m := range t.members {
			version = max(version, m.Type.messageVersion())
		}
		return version
	case ClassArray:
		return max(3, t.base.messageVersion())
	case ClassVarLen:
		// A sequence is never of an older version than its elements.
		return max(1, t.base.messageVersion())
	case ClassReference:
		if t.refKind >= RefObject2 {
			return 4
		}
	case ClassComplex:
		return 5
	}
	return 1
}
