package hdf5

import (
	"reflect"
	"unsafe"
)

// elements are Go values of one type, one after another in memory.
type elements struct {
	typ   reflect.Type
	first unsafe.Pointer
	count int
}

func elementsIn[T any](data []T) elements {
	return elements{typ: reflect.TypeFor[T](), first: unsafe.Pointer(unsafe.SliceData(data)), count: len(data)}
}

// elementsOf is elementsIn for a slice whose type is known at run time only.
func elementsOf(slice reflect.Value) elements {
	return elements{typ: slice.Type().Elem(), first: slice.UnsafePointer(), count: slice.Len()}
}

// bytes is the memory of n elements from one on.
func (e elements) bytes(from, n int) []byte {
	size := int(e.typ.Size())
	if n == 0 || size == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Add(e.first, from*size)), n*size)
}

// encode makes stored elements, of size bytes each, of n elements from one on.
func (e elements) encode(c *Conversion, stored []byte, size, from, n int) error {
	if n == 0 {
		return nil
	}
	if c.Identity() {
		copy(stored, e.bytes(from, n))
		return nil
	}
	return c.CopyBox(unsafe.Pointer(unsafe.SliceData(stored)), []int64{int64(size)}, e.bytes(from, n), []int64{int64(e.typ.Size())}, []uint64{uint64(n)})
}

// encoding is how elements of a Go type are stored in a dataset.
type encoding struct {
	typ        reflect.Type
	conversion *Conversion
}

// encoder makes the conversion of Go values to stored elements.
func (w *Writer) encoder(from reflect.Type, to *Datatype) (*Conversion, error) {
	memory, err := MemoryFor(from)
	if err != nil {
		return nil, err
	}
	return encodeConversion(memory, to, w)
}

// putHeapObject stores what an element of variable length refers to.
func (w *Writer) putHeapObject(b []byte) (address uint64, index uint32, err error) {
	return w.heap.Add(b)
}
