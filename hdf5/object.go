package hdf5

import (
	"fmt"
	"iter"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// Object is a *Group, a *Dataset or a *NamedType.
type Object interface {
	// Path is the path that led to the object, absolute, in the file that holds it.
	Path() string
	// Address is the address of the object header: two paths of a file lead to the same object when it is the same.
	Address() uint64
	// File is the file that holds the object; after an external link it is not the file that was asked.
	File() *File
	// Info is what the object's header says beside its content.
	Info() (ObjectInfo, error)
	// Attributes yields the attributes, in order of the bytes of their names. It goes on behind an attribute that cannot be decoded.
	Attributes() iter.Seq2[*Attribute, error]
	// Attribute finds an attribute; the error is a *NotFoundError when there is none of the name.
	Attribute(name string) (*Attribute, error)
}

// entity is what groups, datasets and named types have in common.
type entity struct {
	file *File
	path string
	addr uint64
}

// Path is the path that led to the object, absolute, in the file that holds it.
func (o *entity) Path() string { return o.path }

// Address is the address of the object header, the user block not counted: object references have it.
func (o *entity) Address() uint64 { return o.addr }

// File is the file that holds the object.
func (o *entity) File() *File { return o.file }

// place puts the path before an error.
func (o *entity) place(err error) error { return fmt.Errorf("%s: %w", o.path, err) }

// NamedType is a committed datatype: a datatype with a path of its own.
type NamedType struct {
	entity
	datatype *Datatype
}

// Datatype is the type.
func (t *NamedType) Datatype() *Datatype { return t.datatype }

// ObjectAt returns the object whose header is at an address, as object references and hard links have it. Its path is unknown and
// given as "<address>".
func (f *File) ObjectAt(address uint64) (Object, error) {
	return f.objectAt(address, fmt.Sprintf("<%#x>", address))
}

// objectAt returns the object with a header, which path led to. What makes its kind are the messages that it has.
func (f *File) objectAt(addr uint64, path string) (Object, error) {
	e := entity{file: f, path: path, addr: addr}
	h, err := f.objectHeader(addr)
	if err != nil {
		return nil, e.place(err)
	}
	switch {
	case h.Has(message.TypeDataspace) && h.Has(message.TypeDatatype):
		d, err := f.newDataset(e, h)
		if err != nil {
			return nil, e.place(err)
		}
		return d, nil
	case h.Has(message.TypeSymbolTable), h.Has(message.TypeLinkInfo):
		return &Group{e}, nil
	case h.Has(message.TypeDatatype):
		t, err := f.datatypeOf(h)
		if err != nil {
			return nil, e.place(err)
		}
		return &NamedType{entity: e, datatype: t}, nil
	}
	return nil, e.place(fmt.Errorf("%w: it is neither a group nor a dataset nor a datatype", ErrKind))
}

// kind is what an object is, for errors.
func kind(o Object) string {
	switch o.(type) {
	case *Group:
		return "a group"
	case *Dataset:
		return "a dataset"
	}
	return "a committed datatype"
}

// objectAs finds an object of one kind, which want names.
func objectAs[T Object](g *Group, path, want string) (T, error) {
	var none T
	o, err := g.Object(path)
	if err != nil {
		return none, err
	}
	t, ok := o.(T)
	if !ok {
		return none, fmt.Errorf("%s: %s: %w: it is %s, not %s", o.File().Name(), o.Path(), ErrKind, kind(o), want)
	}
	return t, nil
}

// datatypeOf decodes the datatype message of a header.
func (f *File) datatypeOf(h *object.Header) (*Datatype, error) {
	c, err := f.body(h.Find(message.TypeDatatype))
	if err != nil {
		return nil, err
	}
	t, _, err := decodeDatatypeAt(f.name, c.At(), c.Rest(), f.info.OffsetSize)
	return t, err
}
