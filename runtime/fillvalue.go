package runtime

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5"
)

// Fill is the value of elements that no source gives (of a layout), or that are never written (of a source): a number, string, bool,
// struct or array that the type of the elements can hold exactly. libhdf5 would store something else without a word: -1 for an
// unsigned type, NaN for an integer, 300 for a byte are errors here. A float64 for a float32 is rounded, as Go rounds a constant.
// Without it they are zero.
func Fill[T any](value T) FillOption { return FillOption{value} }

// FillOption is an option of layouts and of sources.
type FillOption struct{ value any }

func (o FillOption) applyLayout(l *Layout)     { l.fill, l.hasFill = o.value, true }
func (o FillOption) applySource(d *sourceForm) { d.details().fill = o.value }

// encodeFill is a fill value as one element of type t; nil is nil, which is zero.
func encodeFill(t Type, value any) ([]byte, error) {
	if value == nil {
		return nil, nil
	}
	if t == nil {
		return nil, errors.New("a fill value without a type")
	}
	element := make([]byte, t.Size())
	if err := putValue(element, t, reflect.ValueOf(value)); err != nil {
		return nil, fmt.Errorf("fill value %v: %w", value, err)
	}
	if !refers(t) {
		return element, nil
	}
	if slices.ContainsFunc(element, func(b byte) bool { return b != 0 }) {
		return nil, fmt.Errorf("fill value %v: elements of type %v, which hold texts of variable length, have no fill value but zero", value, t)
	}
	return nil, nil // HDF5 fills texts with empty ones by itself
}

// refers reports whether elements of t refer to other places of the file, so that they have no fill value.
func refers(t Type) bool {
	switch t.Class() {
	case hdf5.ClassVarLen, hdf5.ClassReference:
		return true
	case hdf5.ClassArray:
		return refers(t.Base())
	case hdf5.ClassCompound:
		return slices.ContainsFunc(t.Members(), func(m hdf5.Member) bool { return refers(m.Type) })
	}
	return false
}

// putValue writes v as one element of type t, exactly or not at all.
func putValue(element []byte, t Type, v reflect.Value) error {
	for v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
		if v.IsNil() {
			return errors.New("it is nil")
		}
		v = v.Elem()
	}
	switch t.Class() {
	case hdf5.ClassInteger, hdf5.ClassBitfield:
		return putInteger(element, t, v)
	case hdf5.ClassFloat:
		return putFloat(element, t, v)
	case hdf5.ClassEnum:
		return putEnum(element, t, v)
	case hdf5.ClassString:
		return putString(element, t, v)
	case hdf5.ClassCompound:
		return putCompound(element, t, v)
	case hdf5.ClassArray:
		return putArray(element, t, v)
	case hdf5.ClassComplex:
		return putComplex(element, t.Base(), t.Base(), v)
	}
	if v.IsZero() { // an empty text of any length
		return nil
	}
	return fmt.Errorf("elements of type %v have no fill value but zero here", t)
}

func cannotHold(t Type) error { return fmt.Errorf("type %v cannot hold it exactly", t) }

func putInteger(element []byte, t Type, v reflect.Value) error {
	bits := uint(t.Precision())
	if t.BitOffset() != 0 || bits != 8*uint(t.Size()) || bits > 64 {
		return fmt.Errorf("elements of type %v have no fill value but zero here", t)
	}
	var word uint64
	switch {
	case v.CanInt():
		n := v.Int()
		if n < 0 && (!t.Signed() || n < -1<<(bits-1)) {
			return cannotHold(t)
		}
		if n >= 0 && !holdsUnsigned(t, bits, uint64(n)) {
			return cannotHold(t)
		}
		word = uint64(n)
	case v.CanUint():
		if !holdsUnsigned(t, bits, v.Uint()) {
			return cannotHold(t)
		}
		word = v.Uint()
	case v.CanFloat():
		return putWholeFloat(element, t, v.Float())
	default:
		return fmt.Errorf("type %v takes a number, and it is a %v", t, v.Type())
	}
	putWord(element, t, word)
	return nil
}

// putWholeFloat writes a float without a fraction as an integer.
func putWholeFloat(element []byte, t Type, f float64) error {
	switch {
	case f != math.Trunc(f) || math.IsInf(f, 0) || math.IsNaN(f):
		return cannotHold(t)
	case f >= -1<<63 && f < 1<<63:
		return putInteger(element, t, reflect.ValueOf(int64(f)))
	case f >= 0 && f < 1<<64:
		return putInteger(element, t, reflect.ValueOf(uint64(f)))
	}
	return cannotHold(t)
}

// holdsUnsigned reports whether an integer type of that many bits holds n.
func holdsUnsigned(t Type, bits uint, n uint64) bool {
	if t.Signed() {
		bits--
	}
	return bits >= 64 || n < 1<<bits
}

// putWord writes the low bytes of a word in the byte order of t.
func putWord(element []byte, t Type, word uint64) {
	var b [8]byte
	if t.Order() == hdf5.OrderBE {
		binary.BigEndian.PutUint64(b[:], word)
		copy(element, b[8-len(element):])
		return
	}
	binary.LittleEndian.PutUint64(b[:], word)
	copy(element, b[:])
}

func putFloat(element []byte, t Type, v reflect.Value) error {
	var f float64
	switch {
	case v.CanFloat():
		f = v.Float()
	case v.CanInt():
		f = float64(v.Int())
		if f >= 1<<63 || int64(f) != v.Int() {
			return cannotHold(t)
		}
	case v.CanUint():
		f = float64(v.Uint())
		if f >= 1<<64 || uint64(f) != v.Uint() {
			return cannotHold(t)
		}
	default:
		return fmt.Errorf("type %v takes a number, and it is a %v", t, v.Type())
	}
	switch {
	case sameType(t, hdf5.Float64()):
		putWord(element, t, math.Float64bits(f))
		return nil
	case sameType(t, hdf5.Float32()):
		single := float32(f)
		if math.IsInf(float64(single), 0) != math.IsInf(f, 0) || (!v.CanFloat() && float64(single) != f) {
			return cannotHold(t)
		}
		putWord(element, t, uint64(math.Float32bits(single)))
		return nil
	}
	return fmt.Errorf("elements of type %v have no fill value but zero here", t)
}

// sameType reports whether two types are the same but for the order of bytes.
func sameType(a, b Type) bool { return hdf5.BigEndian(a).Equal(hdf5.BigEndian(b)) }

func putEnum(element []byte, t Type, v reflect.Value) error {
	if v.Kind() == reflect.Bool {
		if !t.IsBool() {
			return fmt.Errorf("type %v takes no bool", t)
		}
		n := 0
		if v.Bool() {
			n = 1
		}
		return putInteger(element, t.Base(), reflect.ValueOf(n))
	}
	if v.Kind() == reflect.String {
		for _, m := range t.EnumMembers() {
			if m.Name == v.String() {
				return putInteger(element, t.Base(), reflect.ValueOf(m.Value))
			}
		}
		return fmt.Errorf("type %v has no such name", t)
	}
	return putInteger(element, t.Base(), v)
}

func putString(element []byte, t Type, v reflect.Value) error {
	if v.Kind() != reflect.String {
		return fmt.Errorf("type %v takes a string, and it is a %v", t, v.Type())
	}
	room := t.Size()
	if t.Padding() == hdf5.NullTerminated {
		room--
	}
	if len(v.String()) > room {
		return cannotHold(t)
	}
	n := copy(element, v.String())
	if t.Padding() == hdf5.SpacePadded {
		for i := range element[n:] {
			element[n+i] = ' '
		}
	}
	return nil
}

func putCompound(element []byte, t Type, v reflect.Value) error {
	members := t.Members()
	if v.Kind() == reflect.Complex64 || v.Kind() == reflect.Complex128 {
		if !t.IsComplex() {
			return fmt.Errorf("type %v takes no complex number", t)
		}
		return putComplex(element, members[0].Type, members[1].Type, v)
	}
	if v.Kind() != reflect.Struct {
		return fmt.Errorf("type %v takes a struct, and it is a %v", t, v.Type())
	}
	for _, m := range members {
		field, ok := fieldNamed(v, m.Name)
		if !ok {
			return fmt.Errorf("it has no field for member %q", m.Name)
		}
		if err := putValue(element[m.Offset:m.Offset+m.Type.Size()], m.Type, field); err != nil {
			return fmt.Errorf("member %q: %w", m.Name, err)
		}
	}
	return nil
}

// fieldNamed is the field of a struct that belongs to a member: by its tag, or by its name.
func fieldNamed(v reflect.Value, member string) (reflect.Value, bool) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name := field.Name
		if tag, ok := field.Tag.Lookup("hdf5"); ok {
			name = tag
		}
		if name == member && field.IsExported() {
			return v.Field(i), true
		}
	}
	return reflect.Value{}, false
}

func putComplex(element []byte, re, im Type, v reflect.Value) error {
	if v.Kind() != reflect.Complex64 && v.Kind() != reflect.Complex128 {
		return fmt.Errorf("it is a %v and no complex number", v.Type())
	}
	if err := putFloat(element[:re.Size()], re, reflect.ValueOf(real(v.Complex()))); err != nil {
		return err
	}
	return putFloat(element[re.Size():], im, reflect.ValueOf(imag(v.Complex())))
}

func putArray(element []byte, t Type, v reflect.Value) error {
	n := 1
	for _, d := range t.Dims() {
		n *= d
	}
	base := t.Base()
	flat := make([]reflect.Value, 0, n)
	flat, err := flatten(flat, t.Dims(), v)
	if err != nil {
		return err
	}
	for i, e := range flat {
		if err := putValue(element[i*base.Size():(i+1)*base.Size()], base, e); err != nil {
			return err
		}
	}
	return nil
}

// flatten appends the elements of nested arrays or slices of that shape.
func flatten(flat []reflect.Value, dims []int, v reflect.Value) ([]reflect.Value, error) {
	if len(dims) == 0 {
		return append(flat, v), nil
	}
	if (v.Kind() != reflect.Array && v.Kind() != reflect.Slice) || v.Len() != dims[0] {
		return nil, fmt.Errorf("an array of %v is needed, and it is a %v", dims, v.Type())
	}
	for i := range dims[0] {
		var err error
		if flat, err = flatten(flat, dims[1:], v.Index(i)); err != nil {
			return nil, err
		}
	}
	return flat, nil
}
