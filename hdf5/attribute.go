package hdf5

import (
	"fmt"
	"slices"
	"unsafe"
)

// Attribute is an attribute of a group, a dataset or a named type: a small array of values of one type. It does not change and is
// safe for concurrent use while its file is open.
type Attribute struct {
	file      *File
	object    string // path of the object that has it
	name      string
	typ       *Datatype
	space     SpaceKind
	shape     []uint64
	data      []byte // elements × size of the type
	committed uint64 // address of the committed datatype; 0: none
}

// newAttribute decodes the type and checks that the data are all there.
func newAttribute(f *File, object string, raw rawAttribute) (*Attribute, error) {
	t, _, err := decodeDatatypeAt(f.name, raw.At, raw.Datatype, int(f.info.OffsetSize))
	if err != nil {
		return nil, fmt.Errorf("attribute %q of %s: %w", raw.Name, object, err)
	}
	a := &Attribute{file: f, object: object, name: raw.Name, typ: t, space: raw.Space, shape: raw.Shape, committed: raw.Committed}
	n := uint64(1)
	switch raw.Space {
	case NullSpace:
		n = 0
	case SimpleSpace:
		n, err = elementCount(raw.Shape)
	}
	if err != nil || n > uint64(len(raw.Data)/t.size) {
		return nil, &FormatError{File: f.name, Offset: raw.At, What: fmt.Sprintf("attribute %q of %s: %d bytes are stored for shape %d of elements of %d bytes",
			raw.Name, object, len(raw.Data), raw.Shape, t.size)}
	}
	a.data = raw.Data[:n*uint64(t.size)]
	return a, nil
}

// Name is the name of the attribute.
func (a *Attribute) Name() string { return a.name }

// Datatype is the type of the elements as stored.
func (a *Attribute) Datatype() *Datatype { return a.typ }

// Space is the kind of the dataspace: one value, an array, or nothing at all.
func (a *Attribute) Space() SpaceKind { return a.space }

// Shape is the number of elements along each axis; nil for a single value and for an attribute without one.
func (a *Attribute) Shape() []uint64 { return slices.Clone(a.shape) }

// Raw is the elements as they are stored, in row-major order. It must not be changed.
func (a *Attribute) Raw() []byte { return a.data }

// ReadAttribute returns the elements of an attribute as values of the Go type T, converted as HDF5 does it, in
// row-major order: one element for a scalar, none for an attribute without a value. T may be anything that MemoryOf takes.
func ReadAttribute[T any](a *Attribute) ([]T, error) {
	m, err := MemoryOf[T]()
	if err != nil {
		return nil, err
	}
	c, err := a.conversion(m)
	if err != nil {
		return nil, err
	}
	values := make([]T, len(a.data)/a.typ.size)
	if len(values) == 0 {
		return values, nil
	}
	err = c.CopyBox(unsafe.Pointer(&values[0]), []int64{int64(m.Size())}, a.data, []int64{int64(a.typ.size)}, []uint64{uint64(len(values))})
	if err != nil {
		return nil, a.wrap(err)
	}
	return values, nil
}

func (a *Attribute) conversion(m Memory) (*Conversion, error) {
	c, err := newConversion(a.typ, m, a.file, a.file.Size())
	if err != nil {
		return nil, a.wrap(err)
	}
	return c, nil
}

func (a *Attribute) wrap(err error) error {
	return fmt.Errorf("%s: attribute %q of %s: %w", a.file.name, a.name, a.object, err)
}

// Value returns the value as plain Go values, good for printing:
//
//	integers, enumerations, times   int64; bitfields and unsigned integers uint64
//	floating point                  float64
//	complex numbers                 complex128
//	h5py's booleans                 bool
//	strings of either kind          string
//	object references               ObjectRef; other references Reference
//	opaque data                     []byte
//	compounds                       Record
//	array types and sequences       a slice of the above
//
// for a single element; a flat slice of these in row-major order for an array; nil for an attribute without a value.
func (a *Attribute) Value() (any, error) {
	if a.space == NullSpace {
		return nil, nil
	}
	decode, err := valueDecoder(a.typ)
	if err != nil {
		return nil, a.wrap(err)
	}
	p := newPass(a.file)
	var value any
	if a.space == ScalarSpace {
		value, err = decode.one(p, a.data)
	} else {
		value, err = decode.many(p, a.data)
	}
	if err != nil {
		return nil, a.wrap(err)
	}
	return value, nil
}
