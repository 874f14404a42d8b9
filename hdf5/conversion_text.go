package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"unsafe"
)

// text is the text of a fixed-length string as it is stored.
func (t *Datatype) textOf(b []byte) []byte {
	switch t.padding {
	case NullTerminated:
		if i := bytes.IndexByte(b, 0); i >= 0 {
			return b[:i]
		}
		return b
	case SpacePadded:
		return bytes.TrimRight(b, " ")
	}
	return bytes.TrimRight(b, "\x00")
}

// stringKernel converts between strings of fixed length as H5T__conv_s_s does: cut at the first NUL,
// unless space-padded, then cut or padded to the new length.
func stringKernel(s, d *Datatype) kernel {
	if s.size == d.size && s.padding == d.padding {
		return copyKernel{d.size}
	}
	return fixedToFixed{s, d}
}

type fixedToFixed struct{ s, d *Datatype }

func (k fixedToFixed) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		text := k.s.textOf(unsafe.Slice((*byte)(unsafe.Add(src, i*srcStride)), k.s.size))
		if k.s.padding == NullPadded {
			text, _, _ = bytes.Cut(text, []byte{0})
		}
		putText(unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), k.d.size), text, k.d.padding)
	}
	return nil
}

// putText stores text in a fixed-length string, cutting off what does not fit.
func putText(b, text []byte, padding Padding) {
	n := copy(b, text)
	pad := byte(0)
	if padding == SpacePadded {
		pad = ' '
	}
	for i := n; i < len(b); i++ {
		b[i] = pad
	}
	if padding == NullTerminated {
		b[len(b)-1] = 0
	}
}

// toGoString makes Go strings of strings of either kind.
func (b *builder) toGoString(s side) (kernel, error) {
	switch {
	case s.t.class == ClassString:
		return fixedToGo{s.t}, nil
	case s.t.IsVarString():
		return varToGo{s.t.size}, nil
	}
	return nil, errNoPath
}

// fixedToGo makes the strings of one run share one allocation.
type fixedToGo struct{ t *Datatype }

func (k fixedToGo) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	total := 0
	for i := range n {
		total += len(k.t.textOf(unsafe.Slice((*byte)(unsafe.Add(src, i*srcStride)), k.t.size)))
	}
	all := make([]byte, 0, total)
	for i := range n {
		start := len(all)
		all = append(all, k.t.textOf(unsafe.Slice((*byte)(unsafe.Add(src, i*srcStride)), k.t.size))...)
		text := all[start:]
		*(*string)(unsafe.Add(dst, i*dstStride)) = unsafe.String(unsafe.SliceData(text), len(text))
	}
	return nil
}

// heapElement finds the bytes of an element of variable length, which may be fewer than its count of items says.
func heapElement(p *pass, src unsafe.Pointer, size int) (count int, object []byte, err error) {
	b := unsafe.Slice((*byte)(src), size)
	n := binary.LittleEndian.Uint32(b)
	// An element of length 0 is empty whatever it refers to.
	if n == 0 {
		return 0, nil, nil
	}
	var address uint64
	for i := size - 5; i >= 4; i-- {
		address = address<<8 | uint64(b[i])
	}
	index := binary.LittleEndian.Uint32(b[size-4:])
	object, err = p.heap.globalHeapObject(address, index)
	return int(n), object, err
}

// varText is the text of an element of variable length; it lies in the heap's bytes.
func varText(p *pass, src unsafe.Pointer, size int) ([]byte, error) {
	n, object, err := heapElement(p, src, size)
	if err != nil {
		return nil, err
	}
	if n > len(object) {
		return nil, p.bad("string of %d bytes in a global heap object of %d", n, len(object))
	}
	text := object[:n]
	// C programs count the NUL at the end.
	if i := bytes.IndexByte(text, 0); i >= 0 {
		text = text[:i]
	}
	return text, nil
}

// varToGo makes strings that share the memory of the heap they are in, which is never changed: nothing is
// copied, and a file whose elements all name one long string costs no more than the string.
type varToGo struct{ size int }

func (k varToGo) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		text, err := varText(p, unsafe.Add(src, i*srcStride), k.size)
		if err != nil {
			return err
		}
		*(*string)(unsafe.Add(dst, i*dstStride)) = unsafe.String(unsafe.SliceData(text), len(text))
	}
	return nil
}

// varToFixed cuts or pads strings of variable length to a fixed one.
type varToFixed struct {
	size int
	d    *Datatype
}

func (k varToFixed) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		text, err := varText(p, unsafe.Add(src, i*srcStride), k.size)
		if err != nil {
			return err
		}
		putText(unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), k.d.size), text, k.d.padding)
	}
	return nil
}

// fromGoString stores Go strings.
func (b *builder) fromGoString(d side) (kernel, error) {
	switch {
	case d.t.class == ClassString:
		return goToFixed{d.t}, nil
	case d.t.IsVarString() && d.goType == nil && b.writer != nil:
		return goToVar{b.writer, d.t.size}, nil
	}
	return nil, errNoPath
}

type goToFixed struct{ d *Datatype }

func (k goToFixed) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	room := k.d.size
	if k.d.padding == NullTerminated {
		room--
	}
	for i := range n {
		text := *(*string)(unsafe.Add(src, i*srcStride))
		if len(text) > room {
			return fmt.Errorf("hdf5: %q of %d bytes does not fit a string of %d", text[:min(len(text), 40)], len(text), k.d.size)
		}
		putText(unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), k.d.size), []byte(text), k.d.padding)
	}
	return nil
}

type goToVar struct {
	writer heapWriter
	size   int
}

func (k goToVar) run(_ *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		text := *(*string)(unsafe.Add(src, i*srcStride))
		if at := strings.IndexByte(text, 0); at >= 0 {
			return fmt.Errorf("hdf5: string %q has a NUL at byte %d, where readers would cut it off", text[:min(len(text), 40)], at)
		}
		// Also an empty string has an object: one without it is no string at all to h5dump.
		if err := putHeapElement(k.writer, unsafe.Add(dst, i*dstStride), k.size, len(text), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// putHeapElement stores the bytes of an element of variable length and the reference to them.
func putHeapElement(w heapWriter, dst unsafe.Pointer, size, count int, object []byte) error {
	b := unsafe.Slice((*byte)(dst), size)
	if uint64(count) > 1<<32-1 {
		return fmt.Errorf("hdf5: %d items in one element of variable length; at most %d", count, uint32(1<<32-1))
	}
	address, index, err := w.putHeapObject(object)
	if err != nil {
		return err
	}
	binary.LittleEndian.PutUint32(b, uint32(count))
	for i := 4; i < size-4; i++ {
		b[i] = byte(address)
		address >>= 8
	}
	binary.LittleEndian.PutUint32(b[size-4:], index)
	return nil
}

// toGoSlice makes Go slices of sequences.
func (b *builder) toGoSlice(s, d side) (kernel, error) {
	if s.t.class != ClassVarLen || s.t.text {
		return nil, errNoPath
	}
	k, err := b.kernel(side{t: s.t.base}, side{d.t.base, d.goType.Elem()})
	if err != nil {
		return nil, err
	}
	return sequenceToGo{k, s.t.size, s.t.base.size, d.goType, d.t.base.size}, nil
}

type sequenceToGo struct {
	kernel      kernel
	size, sItem int // bytes of an element and of one of its items as stored
	goType      reflect.Type
	dItem       int
}

func (k sequenceToGo) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		count, object, err := heapElement(p, unsafe.Add(src, i*srcStride), k.size)
		if err != nil {
			return err
		}
		if count > len(object)/k.sItem {
			return p.bad("sequence of %d items of %d bytes in a global heap object of %d", count, k.sItem, len(object))
		}
		if p.limit -= int64(count) * int64(k.dItem); p.limit < 0 {
			return p.bad("sequences that together are many times the size of the file")
		}
		value := reflect.NewAt(k.goType, unsafe.Add(dst, i*dstStride)).Elem()
		if count == 0 {
			value.SetZero()
			continue
		}
		items := reflect.MakeSlice(k.goType, count, count)
		if err := k.kernel.run(p, items.UnsafePointer(), k.dItem, unsafe.Pointer(&object[0]), k.sItem, count); err != nil {
			return err
		}
		value.Set(items)
	}
	return nil
}

// fromGoSlice stores Go slices as sequences.
func (b *builder) fromGoSlice(s, d side) (kernel, error) {
	if d.t.class != ClassVarLen || d.t.text || d.goType != nil || b.writer == nil {
		return nil, errNoPath
	}
	k, err := b.kernel(side{s.t.base, s.goType.Elem()}, side{t: d.t.base})
	if err != nil {
		return nil, err
	}
	return goToSequence{k, b.writer, d.t.size, s.t.base.size, d.t.base.size}, nil
}

type goToSequence struct {
	kernel             kernel
	writer             heapWriter
	size, sItem, dItem int
}

func (k goToSequence) run(p *pass, dst unsafe.Pointer, dstStride int, src unsafe.Pointer, srcStride, n int) error {
	for i := range n {
		// Slices of all types have the same header; only its pointer and length are used.
		items := *(*[]byte)(unsafe.Add(src, i*srcStride))
		if len(items) == 0 {
			clear(unsafe.Slice((*byte)(unsafe.Add(dst, i*dstStride)), k.size))
			continue
		}
		object := make([]byte, len(items)*k.dItem)
		if err := k.kernel.run(p, unsafe.Pointer(&object[0]), k.dItem, unsafe.Pointer(&items[0]), k.sItem, len(items)); err != nil {
			return err
		}
		if err := putHeapElement(k.writer, unsafe.Add(dst, i*dstStride), k.size, len(items), object); err != nil {
			return err
		}
	}
	return nil
}
