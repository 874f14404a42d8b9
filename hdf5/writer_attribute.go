package hdf5

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// AttributeValue is the value of an attribute with its type and shape spelled out.
type AttributeValue struct {
	Type  *Datatype
	Shape []uint64 // nil: scalar
	// Data are the elements in row-major order: a []byte with the elements as they are stored in Type, or a slice of a Go type that is
	// converted to Type; for a scalar also one value of such a type. nil makes an attribute without a value (a null dataspace, h5py's Empty); Shape must be nil then.
	Data any
}

// attribute is an attribute of an object that is being written.
type attribute struct {
	name string
	body []byte // of the attribute message
	// flags and order are those of the attribute's message or record; order is untrackedOrder where it is not kept.
	flags  uint8
	order  uint16
	shared heap.ID // of an attribute with message.FlagShared: its place in the heap of shared messages; body is then a message.Shared
	// complete fills in data that depend on addresses, which are known late; nil: there are none. data is the end of body.
	complete func(data []byte) error
	dataSize int // bytes at the end of body that complete fills in
}

func (a attribute) key() string { return a.name }

// SetAttribute sets an attribute of a group, dataset or committed datatype that is there already. An attribute of the name is replaced.
//
// A string is stored as a variable-length UTF-8 string, a bool as h5py's enumeration, int and uint as 64-bit integers and other numbers as
// they are. Slices are one-dimensional, arrays elements of an array type, structs compounds, as TypeOf says. An [AttributeValue] says type and shape itself.
func (w *Writer) SetAttribute(path, name string, value any) error {
	return w.do("setting attribute "+name, path, func() error {
		n, err := w.find(path)
		if err != nil {
			return err
		}
		a, err := w.encodeAttribute(name, value)
		if err != nil {
			return err
		}
		return w.setAttribute(n, a)
	})
}

// RemoveAttribute removes an attribute of a group, dataset or committed datatype. The error wraps a *NotFoundError if there is none of the name.
func (w *Writer) RemoveAttribute(path, name string) error {
	return w.do("removing attribute "+name, path, func() error {
		n, err := w.find(path)
		if err != nil {
			return err
		}
		if n.stored != nil {
			if err := w.changeAttributes(n); err != nil {
				return err
			}
		}
		if n.attributes.find(name) == nil {
			return &NotFoundError{File: w.name, Path: n.path + "@" + name}
		}
		n.attributes.remove(name)
		return nil
	})
}

// setAttribute adds an attribute or replaces the one of the same name, whose creation order it gets.
func (w *Writer) setAttribute(n *node, a attribute) error {
	a.order = untrackedOrder
	if n.stored != nil {
		if err := w.changeAttributes(n); err != nil {
			return err
		}
	}
	if old := n.attributes.find(a.name); old != nil {
		a.order = old.order
		*old = a
		return nil
	}
	if n.stored != nil {
		if err := n.stored.attributes.number(&a); err != nil {
			return err
		}
	}
	n.attributes.add(a)
	return nil
}

func (w *Writer) encodeAttribute(name string, value any) (attribute, error) {
	if name == "" {
		return attribute{}, errors.New("the name of an attribute is empty")
	}
	if len(name) > maxName {
		return attribute{}, fmt.Errorf("a name of %d bytes is longer than %d", len(name), maxName)
	}
	if err := checkName(name); err != nil {
		return attribute{}, err
	}
	v, ok := value.(AttributeValue)
	if !ok {
		var err error
		if v, err = attributeValue(value); err != nil {
			return attribute{}, err
		}
	}
	if v.Type == nil {
		return attribute{}, errors.New("no datatype is given")
	}
	space, count, err := v.space()
	if err != nil {
		return attribute{}, err
	}
	var data []byte
	if space.Class != message.SpaceNull {
		if data, err = w.encodeElements(v.Type, v.Data, count); err != nil {
			return attribute{}, err
		}
	}
	return newWrittenAttribute(name, v.Type, space, data)
}

// newWrittenAttribute makes an attribute of stored elements.
func newWrittenAttribute(name string, t *Datatype, space message.Dataspace, data []byte) (attribute, error) {
	encoded := t.encode(nil)
	if len(encoded) > objectheader.MaxMessage {
		return attribute{}, errTypeTooLong
	}
	body := message.AppendAttribute(nil, name, !isASCII(name), encoded, space.Append(nil), data)
	if len(body) > math.MaxInt32 {
		return attribute{}, fmt.Errorf("a value of %d bytes is more than an attribute holds; make it a dataset", len(data))
	}
	return attribute{name: name, body: body}, nil
}

// attributeValue finds type and shape of a Go value.
func attributeValue(value any) (AttributeValue, error) {
	if value == nil {
		return AttributeValue{}, errors.New("the value is nil")
	}
	v := reflect.ValueOf(value)
	if v.Kind() != reflect.Slice {
		t, err := TypeFor(v.Type())
		return AttributeValue{Type: t, Data: value}, err
	}
	t, err := TypeFor(v.Type().Elem())
	return AttributeValue{Type: t, Shape: []uint64{uint64(v.Len())}, Data: value}, err
}

// space is the dataspace of the value, and its number of elements.
func (v AttributeValue) space() (message.Dataspace, int, error) {
	if v.Data == nil {
		if v.Shape != nil {
			return message.Dataspace{}, 0, fmt.Errorf("the value is nil and its shape %d; leave out the shape, or give values", v.Shape)
		}
		return message.Dataspace{Class: message.SpaceNull}, 0, nil
	}
	if len(v.Shape) == 0 {
		return message.Dataspace{Class: message.SpaceScalar}, 1, nil
	}
	if err := checkShape(v.Shape); err != nil {
		return message.Dataspace{}, 0, err
	}
	n, ok := message.Product(append(slices.Clone(v.Shape), uint64(v.Type.Size())))
	if !ok || n > math.MaxInt32 {
		return message.Dataspace{}, 0, fmt.Errorf("shape %d of elements of %d bytes is more than an attribute holds; make it a dataset", v.Shape, v.Type.Size())
	}
	return message.Dataspace{Class: message.SpaceSimple, Dims: slices.Clone(v.Shape)}, int(n) / v.Type.Size(), nil
}

// encodeElements turns count elements into bytes as they are stored. data is as in AttributeValue.
func (w *Writer) encodeElements(t *Datatype, data any, count int) ([]byte, error) {
	if raw, ok := data.([]byte); ok && len(raw) == count*t.Size() && !t.hasHeapData() {
		return slices.Clone(raw), nil
	}
	v := reflect.ValueOf(data)
	if v.Kind() != reflect.Slice || t.class == ClassVarLen && !t.text && count == 1 && v.Type().Elem().Kind() != reflect.Slice {
		// One value: put it where it has an address.
		one := reflect.MakeSlice(reflect.SliceOf(v.Type()), 1, 1)
		one.Index(0).Set(v)
		v = one
	}
	if v.Len() != count {
		return nil, fmt.Errorf("there are %d elements where the shape says %d", v.Len(), count)
	}
	e := elementsOf(v)
	conversion, err := w.encoder(e.typ, t)
	if err != nil {
		return nil, err
	}
	stored := make([]byte, count*t.Size())
	return stored, e.encode(conversion, stored, t.Size(), 0, count)
}

// completeAttributes fills in what depends on addresses.
func (w *Writer) completeAttributes() error {
	for _, n := range w.nodes {
		for _, a := range n.attributes.list {
			if a.complete == nil {
				continue
			}
			if err := a.complete(a.body[len(a.body)-a.dataSize:]); err != nil {
				return n.wrap(err)
			}
		}
	}
	return nil
}
