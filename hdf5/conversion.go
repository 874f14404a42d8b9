package hdf5

import (
	"fmt"
	"math"
	"reflect"
	"unsafe"
)

// Conversion turns elements as they are stored in one dataset into elements of a memory type. It is safe for
// concurrent use. Get one with Dataset.Conversion.
//
// Numbers follow the rules of libhdf5: integers clamp, floating point to integer truncates and clamps. Compounds are
// matched by the names of their members.
type Conversion struct {
	stored *Datatype
	memory Memory
	kernel kernel
	// copies: the bytes agree.
	copies bool
	// partial: members of the memory type are not in the stored one, and are left alone.
	partial bool
	heap    heapReader
	// sequenceLimit bounds the bytes of sequences that one call makes.
	sequenceLimit int64
}

// kernel converts a run of n elements; strides are in bytes. src may stand still with a stride of 0.
type kernel interface {
	run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error
}

// pass is the state of one call of CopyBox; it is nil where no kernel needs it.
type pass struct {
	heap  heapReader
	limit int64 // bytes of sequences that may still be made
}

// heapReader reads the global heap objects of a file. The bytes it returns are never changed afterwards.
type heapReader interface {
	globalHeapObject(address uint64, index uint32) ([]byte, error)
	Name() string // of the file, for errors
}

// heapWriter stores global heap objects in a file.
type heapWriter interface {
	putHeapObject(b []byte) (address uint64, index uint32, err error)
}

// minSequenceLimit is how many bytes of variable-length sequences one call may make, however small the file:
// in a whole file every element has its own bytes, and a broken one may name the same ones a million times.
const minSequenceLimit = 64 << 20

// Conversion makes the conversion from the elements of d to elements of the memory type. The error names both types
// when the one cannot become the other.
func (d *Dataset) Conversion(to Memory) (*Conversion, error) {
	c, err := newConversion(d.Datatype(), to, d.file, d.file.Size())
	if err != nil {
		return nil, d.placed(err)
	}
	return c, nil
}

func newConversion(stored *Datatype, to Memory, heap heapReader, fileSize int64) (*Conversion, error) {
	if to.typ == nil {
		return nil, fmt.Errorf("hdf5: the memory type is not set")
	}
	b := builder{}
	k, err := b.kernel(side{t: stored}, side{to.typ, to.goType})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be read as %s: %w", stored, to, err)
	}
	cp, copies := k.(copyKernel)
	if copies && (cp.size != stored.size || cp.size != to.typ.size) {
		copies = false
	}
	return &Conversion{
		stored: stored, memory: to, kernel: k, copies: copies, partial: b.partial,
		heap: heap, sequenceLimit: max(minSequenceLimit, 8*min(fileSize, math.MaxInt64/8)),
	}, nil
}

// encodeConversion is the way back: elements of Go memory become elements as they are stored in a file. CopyBox
// then takes the bytes of the Go values as src, with Go's strides. Text that does not fit a string of
// fixed length is an error. heap may be nil when the type has no data of variable length.
func encodeConversion(from Memory, to *Datatype, heap heapWriter) (*Conversion, error) {
	b := builder{writer: heap}
	k, err := b.kernel(side{from.typ, from.goType}, side{t: to})
	if err != nil {
		return nil, fmt.Errorf("%s cannot be stored as %s: %w", from, to, err)
	}
	if b.partial {
		return nil, fmt.Errorf("%s cannot be stored as %s: it lacks members", from, to)
	}
	cp, copies := k.(copyKernel)
	copies = copies && cp.size == from.typ.size && cp.size == to.size
	return &Conversion{stored: from.typ, memory: MemoryBytes(to), kernel: k, copies: copies}, nil
}

// Identity reports whether stored elements are the bytes of memory elements, so that they can be copied, or read in place.
func (c *Conversion) Identity() bool { return c.copies }

// Partial reports whether the memory type has members that the stored type lacks. CopyBox leaves
// them as they are: fill the box first.
func (c *Conversion) Partial() bool { return c.partial }

// Memory is the memory type.
func (c *Conversion) Memory() Memory { return c.memory }

// Stored is the datatype of the stored elements.
func (c *Conversion) Stored() *Datatype { return c.stored }

// bad is the error for a broken element of variable length.
func (p *pass) bad(format string, args ...any) error {
	return &FormatError{File: p.heap.Name(), Offset: -1, What: fmt.Sprintf(format, args...)}
}

func (c *Conversion) newPass() *pass {
	if !c.stored.hasHeapData() {
		return nil
	}
	return &pass{heap: c.heap, limit: c.sequenceLimit}
}

// CopyBox copies and converts a box of elements. Strides are in bytes, counts in elements, one each per axis;
// no axis is one element. dst points at the first element of the box in memory of c's memory type, and the caller answers
// for the room there; src starts at the first stored element of the box, strides in it are at least 0, and an error
// says when the box does not lie in it. dst and src must not overlap.
func (c *Conversion) CopyBox(dst unsafe.Pointer, dstStride []int64, src []byte, srcStride []int64, count []uint64) error {
	if len(dstStride) != len(count) || len(srcStride) != len(count) || len(count) > maxBoxRank {
		return fmt.Errorf("hdf5: a box of %d axes with %d and %d strides; at most %d", len(count), len(dstStride), len(srcStride), maxBoxRank)
	}
	if emptyBox(count) {
		return nil
	}
	if err := checkBox(len(src), c.stored.size, srcStride, count); err != nil {
		return err
	}
	var b box
	b.set(dstStride, srcStride, count)
	from := unsafe.Pointer(unsafe.SliceData(src))
	if c.copies {
		b.copyBytes(dst, from, c.stored.size)
		return nil
	}
	b.longestLast()
	return b.each(c.newPass(), c.kernel, dst, from)
}

// FillBox sets every element of a box to value, which is one stored element, converted; nil sets zeros. Strides are
// in bytes, counts in elements, as in CopyBox. Members that the stored type lacks become zero.
func (c *Conversion) FillBox(dst unsafe.Pointer, dstStride []int64, value []byte, count []uint64) error {
	if len(dstStride) != len(count) || len(count) > maxBoxRank {
		return fmt.Errorf("hdf5: a box of %d axes with %d strides; at most %d", len(count), len(dstStride), maxBoxRank)
	}
	if value != nil && len(value) != c.stored.size {
		return fmt.Errorf("hdf5: a fill value of %d bytes for elements of %d", len(value), c.stored.size)
	}
	if emptyBox(count) {
		return nil
	}
	var b box
	b.set(dstStride, make([]int64, len(count)), count)
	if c.memory.pointers {
		return c.fillValues(&b, dst, value)
	}
	element := make([]byte, c.memory.typ.size)
	if value != nil {
		if err := c.kernel.run(c.newPass(), unsafe.Pointer(&element[0]), 0, unsafe.Pointer(&value[0]), 0, 1); err != nil {
			return err
		}
	}
	b.fillBytes(dst, element)
	return nil
}

// fillValues fills memory that holds Go pointers, which only typed stores may touch.
func (c *Conversion) fillValues(b *box, dst unsafe.Pointer, value []byte) error {
	if value == nil || c.partial {
		if err := b.each(nil, zeroKernel{c.memory.goType}, dst, nil); err != nil {
			return err
		}
	}
	if value == nil {
		return nil
	}
	return b.each(c.newPass(), c.kernel, dst, unsafe.Pointer(&value[0]))
}

// zeroKernel stores the zero value of a Go type.
type zeroKernel struct{ goType reflect.Type }

func (k zeroKernel) run(_ *pass, dst unsafe.Pointer, dstStride int, _ unsafe.Pointer, _, n int) error {
	for i := range n {
		reflect.NewAt(k.goType, unsafe.Add(dst, i*dstStride)).Elem().SetZero()
	}
	return nil
}
