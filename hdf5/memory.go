package hdf5

import (
	"reflect"
)

// Memory describes elements in memory, into which a Conversion writes. Make one with MemoryOf, MemoryFor or MemoryBytes.
type Memory struct {
	typ  *Datatype    // with offsets and sizes as they are in memory
	typ0 reflect.Type // nil: packed bytes, and strings and sequences of variable length are references as in the file
}

// MemoryOf is the memory of elements of the Go type T.
func MemoryOf[T any]() (Memory, error) { return Memory{}, errLater }

// MemoryFor is MemoryOf for a type that is known at run time only.
func MemoryFor(t reflect.Type) (Memory, error) { return Memory{}, errLater }

// MemoryBytes is packed elements of a type.
func MemoryBytes(t *Datatype) Memory { return Memory{typ: t} }

// ObjectRef is a reference to an object.
type ObjectRef uint64

// TypeOf is the datatype for a Go type.
func TypeOf[T any]() (*Datatype, error) { return nil, errLater }

// TypeFor is TypeOf for a type that is known at run time only.
func TypeFor(t reflect.Type) (*Datatype, error) { return nil, errLater }
