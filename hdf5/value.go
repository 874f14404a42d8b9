package hdf5

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unsafe"
)

// Record is the value of a compound: its members in the order of the file.
type Record []Field

// Field is one member of a Record.
type Field struct {
	Name  string
	Value any
}

// MarshalJSON writes an object with the members in their order.
func (r Record) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range r {
		if i > 0 {
			b.WriteByte(',')
		}
		name, err := json.Marshal(f.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(f.Value)
		if err != nil {
			return nil, fmt.Errorf("member %q: %w", f.Name, err)
		}
		b.Write(name)
		b.WriteByte(':')
		b.Write(value)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// String writes {name: value, …}.
func (r Record) String() string {
	var b strings.Builder
	b.WriteByte('{')
	for i, f := range r {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s: %v", f.Name, f.Value)
	}
	b.WriteByte('}')
	return b.String()
}

// Value returns one element of the type, given as it is stored or packed in memory, as plain Go values; see
// Attribute.Value for which; references other than ObjectRef are their stored bytes, which File.Reference decodes. The error says when element has the wrong length, or when the type has data of
// variable length, which are not in the element.
func (t *Datatype) Value(element []byte) (any, error) {
	if len(element) != t.size {
		return nil, fmt.Errorf("hdf5: %d bytes for an element of %d", len(element), t.size)
	}
	if t.hasHeapData() {
		return nil, fmt.Errorf("hdf5: values of type %s lie in a file", t)
	}
	decode, err := valueDecoder(t)
	if err != nil {
		return nil, err
	}
	return decode.one(nil, element)
}

// valueFuncs turns elements of a type into Go values.
type valueFuncs struct {
	one  func(p *pass, b []byte) (any, error) // of the first element of b
	many func(p *pass, b []byte) (any, error) // of all elements of b, as a slice
}

// valueDecoder makes the functions for a type.
func valueDecoder(t *Datatype) (valueFuncs, error) {
	switch t.class {
	case ClassInteger, ClassBitfield, ClassTime, ClassEnum:
		switch {
		case t.IsBool():
			return converted[bool](t)
		case t.Signed():
			return converted[int64](t)
		}
		return converted[uint64](t)
	case ClassFloat:
		return converted[float64](t)
	case ClassString:
		return converted[string](t)
	case ClassReference:
		if t.refKind == RefObject && t.size <= 8 {
			return converted[ObjectRef](t)
		}
		return references(t), nil
	case ClassOpaque:
		return rawBytes(t.size), nil
	case ClassCompound, ClassComplex:
		if t.IsComplex() {
			return converted[complex128](t)
		}
		return records(t)
	case ClassArray:
		base, err := valueDecoder(t.base)
		return listed(t.size, base.many), err
	case ClassVarLen:
		if t.text {
			return converted[string](t)
		}
		return sequences(t)
	}
	return valueFuncs{}, fmt.Errorf("hdf5: no Go value for type %s", t)
}

// converted decodes elements that have a Go type of their own.
func converted[T any](t *Datatype) (valueFuncs, error) {
	m, err := MemoryOf[T]()
	if err != nil {
		return valueFuncs{}, err
	}
	b := builder{}
	k, err := b.kernel(side{t: t}, side{m.typ, m.goType})
	if err != nil {
		return valueFuncs{}, err
	}
	return valueFuncs{
		one: func(p *pass, b []byte) (any, error) {
			var v T
			err := k.run(p, unsafe.Pointer(&v), 0, unsafe.Pointer(unsafe.SliceData(b)), 0, 1)
			return v, err
		},
		many: func(p *pass, b []byte) (any, error) {
			list := make([]T, len(b)/t.size)
			if len(list) == 0 {
				return list, nil
			}
			err := k.run(p, unsafe.Pointer(&list[0]), int(unsafe.Sizeof(list[0])), unsafe.Pointer(&b[0]), t.size, len(list))
			return list, err
		},
	}, nil
}

// listed makes a []any of what one gives.
func listed(size int, one func(p *pass, b []byte) (any, error)) valueFuncs {
	return valueFuncs{one: func(p *pass, b []byte) (any, error) { return one(p, b[:size]) }, many: func(p *pass, b []byte) (any, error) {
		list := make([]any, 0, len(b)/size)
		for element := range slices.Chunk(b, size) {
			v, err := one(p, element)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	}}
}

func rawBytes(size int) valueFuncs {
	return listed(size, func(_ *pass, b []byte) (any, error) { return slices.Clone(b), nil })
}

// references decodes what lies in a heap; without a file it gives the stored bytes.
func references(t *Datatype) valueFuncs {
	return listed(t.size, func(p *pass, b []byte) (any, error) {
		if p == nil {
			return slices.Clone(b), nil
		}
		return p.reference(t, b)
	})
}

func records(t *Datatype) (valueFuncs, error) {
	members := make([]valueFuncs, len(t.members))
	for i, m := range t.members {
		var err error
		if members[i], err = valueDecoder(m.Type); err != nil {
			return valueFuncs{}, fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
	return listed(t.size, func(p *pass, b []byte) (any, error) {
		r := make(Record, len(members))
		for i, m := range t.members {
			v, err := members[i].one(p, b[m.Offset:m.Offset+m.Type.size])
			if err != nil {
				return nil, fmt.Errorf("member %q: %w", m.Name, err)
			}
			r[i] = Field{m.Name, v}
		}
		return r, nil
	}), nil
}

// anySize is what a value in an interface takes at least, for the bound on sequences.
const anySize = 16

func sequences(t *Datatype) (valueFuncs, error) {
	base, err := valueDecoder(t.base)
	if err != nil {
		return valueFuncs{}, err
	}
	return listed(t.size, func(p *pass, b []byte) (any, error) {
		n, object, err := heapElement(p, unsafe.Pointer(&b[0]), t.size)
		if err != nil {
			return nil, err
		}
		if n > len(object)/t.base.size {
			return nil, p.bad("sequence of %d items of %d bytes in a global heap object of %d", n, t.base.size, len(object))
		}
		if p.limit -= int64(n) * anySize; p.limit < 0 {
			return nil, p.bad("sequences that together are many times the size of the file")
		}
		return base.many(p, object[:n*t.base.size])
	}), nil
}
