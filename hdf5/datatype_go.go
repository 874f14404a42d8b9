package hdf5

import (
	"errors"
	"fmt"
	"reflect"
)

// ObjectRef is the Go type for references to objects: the address of the object header, 0 for none. It may be read
// from datasets and attributes of object references, and TypeFor maps it to ObjectReference.
type ObjectRef uint64

// RegionRef is the Go type for references to parts of datasets, as they are stored: where in the global heap of the same file the object and the
// selection are described; zeros for none. It may be read from datasets and attributes of region references, and TypeFor maps it to RegionReference.
type RegionRef [regionRefSize]byte

// regionRefSize is the size of a region reference in files with addresses of 8 bytes.
const regionRefSize = 12

// TypeOf is the datatype that elements of the Go type T are stored as; see TypeFor.
func TypeOf[T any]() (*Datatype, error) { return TypeFor(reflect.TypeFor[T]()) }

// TypeFor is the datatype that elements of a Go type are stored as, little-endian and packed as NumPy packs them:
//
//	bool                        h5py's enumeration of int8, FALSE and TRUE
//	int8 … int64, uint8 … uint64  integers; int and uint have 64 bits
//	float32, float64            floating point
//	complex64, complex128       h5py's compound of r and i
//	string                      UTF-8 string of variable length
//	ObjectRef                   object reference
//	RegionRef                   region reference
//	[N]T                        array; arrays of arrays are one array of higher rank
//	[]T                         sequence of variable length
//	struct                      compound of its exported fields, named by the tag `hdf5:"name"` or the field's own name; `hdf5:"-"` leaves one out
//
// Named types count as the type under them. Anything else is an error that names it.
func TypeFor(t reflect.Type) (*Datatype, error) {
	d, err := goDatatype(t, true, 0)
	if err != nil {
		return nil, fmt.Errorf("hdf5: %w", err)
	}
	return d, nil
}

// goDatatype is the datatype of a Go type: as it is stored in files when packed, as it lies in memory otherwise.
func goDatatype(t reflect.Type, packed bool, depth int) (*Datatype, error) {
	if t == nil {
		return nil, errors.New("the nil interface has no datatype")
	}
	if depth > maxTypeDepth {
		return nil, fmt.Errorf("type %s of Go is nested more than %d deep", t, maxTypeDepth)
	}
	switch t {
	case reflect.TypeFor[ObjectRef]():
		return inOrder(ObjectReference(), packed), nil
	case reflect.TypeFor[RegionRef]():
		return RegionReference(), nil
	}
	switch t.Kind() {
	case reflect.Bool:
		return Bool(), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if packed && t.Kind() == reflect.Int {
			return Int64(), nil
		}
		return inOrder(newInt(int(t.Size()), true), packed), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if packed && t.Kind() == reflect.Uint {
			return Uint64(), nil
		}
		return inOrder(newInt(int(t.Size()), false), packed), nil
	case reflect.Float32:
		return inOrder(Float32(), packed), nil
	case reflect.Float64:
		return inOrder(Float64(), packed), nil
	case reflect.Complex64:
		return inOrder(Complex64(), packed), nil
	case reflect.Complex128:
		return inOrder(Complex128(), packed), nil
	case reflect.String:
		d := VarString(UTF8)
		if !packed {
			d.size = goStringSize
		}
		return d, nil
	case reflect.Slice:
		base, err := goDatatype(t.Elem(), packed, depth+1)
		if err != nil {
			return nil, err
		}
		d := VarLen(base)
		if !packed {
			d.size = goSliceSize
		}
		return d, nil
	case reflect.Array:
		return arrayDatatype(t, packed, depth)
	case reflect.Struct:
		return structDatatype(t, packed, depth)
	}
	return nil, fmt.Errorf("type %s of Go has no HDF5 datatype", t)
}

// inOrder gives memory types the machine's byte order; files are little-endian.
func inOrder(t *Datatype, packed bool) *Datatype {
	if !packed && hostOrder != OrderLE {
		return t.withOrder(hostOrder)
	}
	return t
}

func arrayDatatype(t reflect.Type, packed bool, depth int) (*Datatype, error) {
	var dims []int
	whole := t
	for ; t.Kind() == reflect.Array; t = t.Elem() {
		if t.Len() == 0 {
			return nil, fmt.Errorf("type %s of Go has no elements, HDF5 arrays have some", whole)
		}
		dims = append(dims, t.Len())
	}
	if len(dims) > maxArrayRank {
		return nil, fmt.Errorf("type %s of Go has rank %d, HDF5 arrays have at most %d", whole, len(dims), maxArrayRank)
	}
	base, err := goDatatype(t, packed, depth+1)
	if err != nil {
		return nil, err
	}
	return Array(base, dims...), nil
}

// structField is a field of a Go struct that is a member of a compound.
type structField struct {
	name   string
	offset int
	typ    reflect.Type
}

// structFields are the fields that are members, in the order of the struct.
func structFields(t reflect.Type) ([]structField, error) {
	var fields []structField
	seen := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, tagged := f.Tag.Lookup("hdf5")
		if name == "-" || !tagged && !f.IsExported() {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if seen[name] {
			return nil, fmt.Errorf("type %s of Go has two fields for member %q", t, name)
		}
		seen[name] = true
		fields = append(fields, structField{name, int(f.Offset), f.Type})
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("type %s of Go has no exported field", t)
	}
	return fields, nil
}

func structDatatype(t reflect.Type, packed bool, depth int) (*Datatype, error) {
	fields, err := structFields(t)
	if err != nil {
		return nil, err
	}
	members := make([]Member, len(fields))
	for i, f := range fields {
		d, err := goDatatype(f.typ, packed, depth+1)
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.name, err)
		}
		members[i] = Member{f.name, f.offset, d}
	}
	if packed {
		return Compound(members...), nil
	}
	return CompoundSize(int(t.Size()), members...)
}
