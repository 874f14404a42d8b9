package hdf5

import (
	"fmt"
	"reflect"
	"unsafe"
)

// Memory describes elements in memory, which a Conversion writes: a Go type, or packed bytes of a
// datatype. Make one with MemoryOf, MemoryFor or MemoryBytes; the zero value describes nothing and is refused.
type Memory struct {
	typ      *Datatype    // with sizes and offsets as they are in memory, and the machine's byte order for Go types
	goType   reflect.Type // nil: packed bytes
	pointers bool         // elements hold Go pointers: strings and slices
}

// MemoryOf is the memory of elements of the Go type T: bool, integers, float32, float64, complex64, complex128, string,
// ObjectRef, arrays and structs of these, and slices for sequences of variable length. See TypeFor for how they correspond to datatypes.
func MemoryOf[T any]() (Memory, error) { return MemoryFor(reflect.TypeFor[T]()) }

// MemoryFor is MemoryOf for a type that is known at run time only.
func MemoryFor(t reflect.Type) (Memory, error) {
	typ, err := goDatatype(t, false, 0)
	if err != nil {
		return Memory{}, fmt.Errorf("hdf5: %w", err)
	}
	return Memory{typ: typ, goType: t, pointers: hasPointers(t)}, nil
}

// MemoryBytes is the memory of packed elements of datatype t, in t's own byte orders and at t's own offsets. Types with data of
// variable length have no packed form: their conversions are refused.
func MemoryBytes(t *Datatype) Memory { return Memory{typ: t} }

// Datatype is the type of the elements, with the sizes and offsets that they have in memory.
func (m Memory) Datatype() *Datatype { return m.typ }

// Size is the number of bytes of an element in memory.
func (m Memory) Size() int {
	if m.typ == nil {
		return 0
	}
	return m.typ.size
}

// Pointers reports whether elements hold Go pointers, so that raw bytes must not be copied over them.
func (m Memory) Pointers() bool { return m.pointers }

// String names the memory type.
func (m Memory) String() string {
	if m.goType != nil {
		return "Go " + m.goType.String()
	}
	return m.typ.String()
}

func hasPointers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.String, reflect.Slice:
		return true
	case reflect.Array:
		return hasPointers(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			if hasPointers(t.Field(i).Type) {
				return true
			}
		}
	}
	return false
}

// sizes of Go values in memory.
const (
	goStringSize = int(unsafe.Sizeof(""))
	goSliceSize  = int(unsafe.Sizeof([]byte(nil)))
)
