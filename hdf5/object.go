package hdf5

import "iter"

// Object is a *Group, a *Dataset or a *NamedType.
type Object interface {
	// Path is the path that led to the object.
	Path() string
	// Address is the address of the object header: two paths of a file lead to the same object when it is the same.
	Address() uint64
	// File is the file that holds the object; after an external link it is not the file that was asked.
	File() *File
	// Attributes yields the attributes, in order of their names.
	Attributes() iter.Seq2[*Attribute, error]
	// Attribute finds an attribute; the error is a *NotFoundError when there is none of the name.
	Attribute(name string) (*Attribute, error)
}

// rawAttribute is an attribute message with everything shared resolved.
type rawAttribute struct {
	Name     string
	Datatype []byte    // body of the datatype message
	Space    SpaceKind // scalar, simple or null
	Shape    []uint64  // nil unless simple
	Data     []byte    // values as stored: elements × size of the datatype bytes, checked by who decodes the datatype
	At       int64     // offset in the file of the datatype, for errors; -1 when unknown
}

// object is what groups, datasets and named types have in common.
type object struct {
	file *File
	path string
	addr uint64
}

func (o *object) Path() string    { return o.path }
func (o *object) Address() uint64 { return o.addr }
func (o *object) File() *File     { return o.file }

// Attributes yields the attributes, in order of their names.
func (o *object) Attributes() iter.Seq2[*Attribute, error] {
	return func(yield func(*Attribute, error) bool) {}
}

// Attribute finds an attribute.
func (o *object) Attribute(name string) (*Attribute, error) { return nil, ErrNotFound }

// NamedType is a committed datatype: a datatype with a path of its own.
type NamedType struct {
	object
	datatype *Datatype
}

// Datatype is the type.
func (t *NamedType) Datatype() *Datatype { return t.datatype }
