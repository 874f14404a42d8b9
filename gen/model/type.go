package model

import (
	"fmt"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// TypeKind is an element type without its compound members.
type TypeKind uint8

// The element types.
const (
	TypeInvalid TypeKind = iota
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float32
	Float64
	Bool       // HDF5 enum of FALSE and TRUE, as h5py writes it
	String     // variable-length UTF-8 string
	Complex64  // HDF5 compound of r and i, 4 bytes each
	Complex128 // HDF5 compound of r and i, 8 bytes each
	CompoundType
)

var typeNames = [...]string{"invalid", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
	"float32", "float64", "bool", "string", "complex64", "complex128", "compound"}

// String returns the word of the layout language, which is Go's name of the type.
func (k TypeKind) String() string {
	if int(k) < len(typeNames) {
		return typeNames[k]
	}
	return "invalid"
}

// TypeKindOf returns the type that name says, TypeInvalid when none of the built-in ones.
func TypeKindOf(name string) TypeKind {
	for k := Int8; k < CompoundType; k++ {
		if typeNames[k] == name {
			return k
		}
	}
	return TypeInvalid
}

// Integer reports whether k is an integer type.
func (k TypeKind) Integer() bool { return k >= Int8 && k <= Uint64 }

// Unsigned reports whether k is an unsigned integer type.
func (k TypeKind) Unsigned() bool { return k >= Uint8 && k <= Uint64 }

// Float reports whether k is a floating-point type.
func (k TypeKind) Float() bool { return k == Float32 || k == Float64 }

// Complex reports whether k is a complex type.
func (k TypeKind) Complex() bool { return k == Complex64 || k == Complex128 }

// Bits returns the width of an integer, float or complex element in bits, else 0.
func (k TypeKind) Bits() int {
	switch k {
	case Int8, Uint8:
		return 8
	case Int16, Uint16:
		return 16
	case Int32, Uint32, Float32:
		return 32
	case Int64, Uint64, Float64, Complex64:
		return 64
	case Complex128:
		return 128
	}
	return 0
}

// TypeRef names an element type where one is used.
type TypeRef struct {
	Pos      diag.Pos
	Name     string    // as written; "" when nothing was written
	Kind     TypeKind  // set by Check
	Compound *Compound // set by Check for CompoundType
}

// IsZero reports whether no type was written.
func (t TypeRef) IsZero() bool { return t.Name == "" }

// String returns the Go name of the type.
func (t TypeRef) String() string { return t.Name }

// Same reports whether t and u are the same element type, by structure for compounds.
func (t TypeRef) Same(u TypeRef) bool {
	if t.Kind != u.Kind {
		return false
	}
	return t.Kind != CompoundType || t.Compound == u.Compound || t.Compound.same(u.Compound)
}

// Compound is a compound type: declared under `types` and then generated as a Go
// struct, or a Go struct that exists already.
type Compound struct {
	Pos      diag.Pos
	Name     string // Go name, as expressions and type references write it: Hit or det.Hit
	Doc      string
	Declared bool   // a Go struct that exists: nothing is generated for it
	Package  string // import path when Declared in another package
	Members  []*Member
}

// Member is one member of a compound, in the order of the Go struct.
type Member struct {
	Pos    diag.Pos
	Name   string  // HDF5 name
	GoName string  // field of the Go struct; set by Check when ""
	Type   TypeRef // element type, without the array
	Dims   []int   // array lengths, outermost first; nil for a scalar
	Doc    string
}

// String returns the member's type as Go writes it.
func (m *Member) String() string {
	s := ""
	for _, n := range m.Dims {
		s += fmt.Sprintf("[%d]", n)
	}
	return s + m.Type.Name
}

func (c *Compound) same(d *Compound) bool {
	if c == nil || d == nil || len(c.Members) != len(d.Members) {
		return c == d
	}
	for i, m := range c.Members {
		n := d.Members[i]
		if m.Name != n.Name || m.String() != n.String() || !m.Type.Same(n.Type) {
			return false
		}
	}
	return true
}

// FillKind tells how a fill value was written.
type FillKind uint8

// The kinds of fill values.
const (
	FillLiteral FillKind = iota
	FillMax              // largest value of the type
	FillMin              // smallest value of the type
	FillNaN
	FillInf // positive infinity; negative when Text is "-inf"
)

// Fill is the value of elements that no source provides.
type Fill struct {
	Pos  diag.Pos
	Kind FillKind
	Text string      // as written
	Lit  LiteralKind // FillLiteral: how it was written
}
