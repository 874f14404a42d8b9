package hdf5

import (
	"encoding/json"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// Reference is what an element of a reference type says: an object, a part of a dataset, or an attribute. Attribute.Value,
// ReadReferences and File.Reference make it; File.Dereference follows it.
type Reference struct {
	Kind      RefKind
	File      string              // of another file, as it is stored; empty: the file that has the reference. Only kinds of HDF5 1.12
	Address   uint64              // of the object header; 0: the reference is null
	Selection dataspace.Selection // RefRegion and RefRegion2: the elements
	Attribute string              // RefAttribute: its name
}

// IsNull reports whether the reference leads nowhere, as those do that were never written.
func (r Reference) IsNull() bool { return r.Address == 0 }

// String is like "object <0x320>", "region [0:2, 5] of <0x320>", or "attribute \"units\" of other.h5:<0x320>".
func (r Reference) String() string {
	if r.IsNull() {
		return "null"
	}
	object := fmt.Sprintf("<%#x>", r.Address)
	if r.File != "" {
		object = r.File + ":" + object
	}
	switch r.Kind {
	case RefRegion, RefRegion2:
		return fmt.Sprintf("region %v of %s", r.Selection, object)
	case RefAttribute:
		return fmt.Sprintf("attribute %q of %s", r.Attribute, object)
	}
	return "object " + object
}

// MarshalJSON writes an object with the members "address", "file", "selection" and "attribute", those that there are; null for a null reference.
func (r Reference) MarshalJSON() ([]byte, error) {
	if r.IsNull() {
		return []byte("null"), nil
	}
	form := struct {
		Address   uint64 `json:"address"`
		File      string `json:"file,omitempty"`
		Selection string `json:"selection,omitempty"`
		Attribute string `json:"attribute,omitempty"`
	}{Address: r.Address, File: r.File, Attribute: r.Attribute}
	if r.Kind == RefRegion || r.Kind == RefRegion2 {
		form.Selection = r.Selection.String()
	}
	return json.Marshal(form)
}

// Reference decodes an element of a reference type of any kind, as it is stored in f. An
// ObjectRef is Reference{Address: uint64(ref)}, a RegionRef the element ref[:] of RegionReference().
func (f *File) Reference(t *Datatype, element []byte) (Reference, error) {
	if t.class != ClassReference || len(element) != t.size {
		return Reference{}, fmt.Errorf("%s: %d bytes are no reference of type %s", f.name, len(element), t)
	}
	return newPass(f).reference(t, element)
}

// ReadReferences reads all elements of a dataset of references of any kind, in row-major order.
func ReadReferences(d *Dataset) ([]Reference, error) {
	t := d.Datatype()
	if t.class != ClassReference {
		return nil, d.placed(fmt.Errorf("its type is %s, not a reference", t))
	}
	b, err := d.ReadBytes(t, nil, nil, nil)
	if err != nil {
		return nil, err
	}
	p := newPass(d.file)
	list := make([]Reference, len(b)/t.size)
	for i := range list {
		if list[i], err = p.reference(t, b[i*t.size:(i+1)*t.size]); err != nil {
			return nil, d.placed(fmt.Errorf("element %d: %w", i, err))
		}
	}
	return list, nil
}

// Dereference returns the object that a reference of this file leads to; for references to regions it is the *Dataset, for those to
// attributes the object that has it. A null reference is ErrNotFound; other files are opened as for external links.
func (f *File) Dereference(r Reference) (Object, error) {
	if r.IsNull() {
		return nil, fmt.Errorf("%s: %w: the reference is null", f.name, ErrNotFound)
	}
	from := f
	if r.File != "" {
		var err error
		if from, err = f.externalFile(r.File); err != nil {
			return nil, fmt.Errorf("%s: %v: %w", f.name, r, err)
		}
	}
	o, err := from.ObjectAt(r.Address)
	if err != nil || r.Kind != RefRegion && r.Kind != RefRegion2 {
		return o, err
	}
	d, ok := o.(*Dataset)
	if !ok {
		return nil, fmt.Errorf("%s: %v: %w: it is %s, not a dataset", f.name, r, ErrKind, kind(o))
	}
	if rank := r.Selection.Rank(); rank != d.Rank() && rank != 0 {
		return nil, &FormatError{File: f.name, Offset: -1, What: fmt.Sprintf("%v: the dataset has %d axes", r, d.Rank())}
	}
	return d, nil
}

// newPass is for decoding values of a file.
func newPass(f *File) *pass { return &pass{heap: f, limit: max(minSequenceLimit, f.Size())} }

// reference decodes an element of a reference type.
func (p *pass) reference(t *Datatype, element []byte) (Reference, error) {
	c := cursor.New(p.heap.Name(), -1, element, cursor.Sizes{Length: 8}, "reference")
	r := Reference{Kind: t.refKind}
	var err error
	switch t.refKind {
	case RefObject:
		if t.size > 8 {
			return r, c.Unsupported("object reference of %d bytes", t.size)
		}
		c.SetSizes(cursor.Sizes{Offset: uint8(t.size)})
		r.Address = referenced(c.Address())
	case RefRegion:
		err = p.oldRegion(&c, &r)
	default:
		err = p.newReference(&c, &r)
	}
	if err == nil {
		err = c.Err()
	}
	if err != nil {
		return Reference{}, err
	}
	return r, nil
}

// referenced is an address of a reference: none is stored as zeros, or as all ones.
func referenced(address uint64) uint64 {
	if address == cursor.Undefined {
		return 0
	}
	return address
}

// heapObject reads where an object of the global heap is, the address in as many bytes as there are besides its index, and returns a cursor over
// it; null says that there is none.
func (p *pass) heapObject(c *cursor.Cursor) (object cursor.Cursor, null bool, err error) {
	offset := c.Len() - 4
	if offset < 1 || offset > 8 {
		return object, false, c.Fail("%d bytes of it", c.Len())
	}
	c.SetSizes(cursor.Sizes{Offset: uint8(offset), Length: 8})
	address, index := referenced(c.Address()), c.U32()
	if address == 0 || c.Err() != nil {
		return object, true, c.Err()
	}
	b, err := p.heap.globalHeapObject(address, index)
	if err != nil {
		return object, false, err
	}
	if p.limit -= int64(len(b)); p.limit < 0 {
		return object, false, p.bad("references that together are larger than the file")
	}
	return cursor.New(p.heap.Name(), -1, b, c.Sizes(), c.What()), false, nil
}

// oldRegion decodes a region reference of HDF5 1.10 and before: the heap has the address of the dataset and the selection.
func (p *pass) oldRegion(c *cursor.Cursor, r *Reference) error {
	object, null, err := p.heapObject(c)
	if null || err != nil {
		return err
	}
	r.Address = referenced(object.Address())
	return decodeRegion(&object, r)
}

func decodeRegion(c *cursor.Cursor, r *Reference) error {
	if err := c.Err(); err != nil {
		return err
	}
	s, _, err := dataspace.Decode(c.Rest())
	if err != nil {
		return c.Fail("%v", err)
	}
	r.Selection = s
	return nil
}

// flagExternal of a reference of HDF5 1.12 says that it has the name of its file.
const flagExternal = 1

// newReference decodes a reference of HDF5 1.12 (H5T_STD_REF): a header of kind and flags, and either the object's token, or the size and the place in the
// global heap of the token, the name of the file, and the selection or the name of the attribute.
func (p *pass) newReference(c *cursor.Cursor, r *Reference) error {
	kind, flags := RefKind(c.U8()), c.U8()
	if kind == 0 {
		return c.Err() // null
	}
	if c.Err() == nil && (kind < RefObject2 || kind > RefAttribute || flags&^flagExternal != 0) {
		return c.Fail("kind %d with flags %#x", kind, flags)
	}
	r.Kind = kind
	body := *c
	if kind != RefObject2 || flags&flagExternal != 0 {
		size := c.U32()
		object, null, err := p.heapObject(c)
		if null || err != nil {
			return err
		}
		body = object.Sub(uint64(size), c.What())
	}
	token := body.Uint(int(body.U8()))
	r.Address = referenced(token)
	if flags&flagExternal != 0 {
		r.File = string(body.Bytes(uint64(body.U16())))
	}
	switch kind {
	case RefRegion2:
		selection := body.Sub(uint64(body.U32())+4, c.What())
		selection.U32() // number of axes
		if err := decodeRegion(&selection, r); err != nil {
			return err
		}
	case RefAttribute:
		r.Attribute = string(body.Bytes(uint64(body.U16())))
	}
	return body.Err()
}
