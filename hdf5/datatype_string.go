package hdf5

import (
	"fmt"
	"strconv"
	"strings"
)

// maxNamedMembers bounds how many members of a compound or enumeration String names.
const maxNamedMembers = 16

// String names the type in few words: "uint16", "big-endian float64", "string(7)", "compound{x float32, y float32}",
// "enum int8{OFF=0, ON=1}", "[3]int32", "sequence of int32".
func (t *Datatype) String() string {
	if t == nil {
		return "no type"
	}
	switch t.class {
	case ClassInteger, ClassBitfield, ClassFloat, ClassTime:
		return t.numberName()
	case ClassString:
		return fmt.Sprintf("string(%d)", t.size)
	case ClassOpaque:
		if t.tag != "" {
			return fmt.Sprintf("opaque(%d, %q)", t.size, t.tag)
		}
		return fmt.Sprintf("opaque(%d)", t.size)
	case ClassCompound:
		if part := t.complexPart(); part != nil {
			return complexName(part)
		}
		return "compound{" + list(len(t.members), func(i int) string { return t.members[i].Name + " " + t.members[i].Type.String() }) + "}"
	case ClassReference:
		return [...]string{"object reference", "region reference", "object reference (1.12)", "region reference (1.12)", "attribute reference"}[min(t.refKind, RefAttribute)]
	case ClassEnum:
		if t.IsBool() {
			return "bool"
		}
		return "enum " + t.base.String() + "{" + list(len(t.enum), func(i int) string {
			return t.enum[i].name + "=" + strconv.FormatInt(t.enumValue(i), 10)
		}) + "}"
	case ClassVarLen:
		if t.text {
			return "string"
		}
		return "sequence of " + t.base.String()
	case ClassArray:
		var b strings.Builder
		for _, n := range t.dims {
			fmt.Fprintf(&b, "[%d]", n)
		}
		return b.String() + t.base.String()
	case ClassComplex:
		return complexName(t.base)
	}
	return fmt.Sprintf("class %d", t.class)
}

func list(n int, item func(int) string) string {
	items := make([]string, 0, min(n, maxNamedMembers+1))
	for i := range min(n, maxNamedMembers) {
		items = append(items, item(i))
	}
	if n > maxNamedMembers {
		items = append(items, fmt.Sprintf("… %d more", n-maxNamedMembers))
	}
	return strings.Join(items, ", ")
}

func complexName(part *Datatype) string {
	switch {
	case part.Equal(Float32()):
		return "complex64"
	case part.Equal(Float64()):
		return "complex128"
	}
	return "complex of " + part.String()
}

func (t *Datatype) numberName() string {
	name := map[Class]string{ClassInteger: "int", ClassBitfield: "bitfield", ClassFloat: "float", ClassTime: "time"}[t.class]
	if t.class == ClassInteger && !t.signed {
		name = "uint"
	}
	name += strconv.Itoa(t.precision)
	if t.bitOffset != 0 || t.precision != 8*t.size {
		name += fmt.Sprintf(" in bits %d to %d of %d bytes", t.bitOffset, t.bitOffset+t.precision-1, t.size)
	}
	if t.class == ClassFloat && !t.sameFields(ieeeOf(t.size)) {
		name += fmt.Sprintf(" (%d-bit exponent, %d-bit mantissa)", t.float.ExpSize, t.float.MantSize)
	}
	switch {
	case t.order == OrderVAX:
		return "VAX " + name
	case t.order == OrderBE && t.size > 1:
		return "big-endian " + name
	}
	return name
}

// ieeeOf is the IEEE 754 type of size bytes, or nil.
func ieeeOf(size int) *Datatype {
	switch size {
	case 2:
		return Float16()
	case 4:
		return Float32()
	case 8:
		return Float64()
	}
	return nil
}

// sameFields reports whether two floating-point types agree but for their byte order.
func (t *Datatype) sameFields(u *Datatype) bool {
	return u != nil && t.size == u.size && t.bitOffset == u.bitOffset && t.precision == u.precision && t.float == u.float
}
