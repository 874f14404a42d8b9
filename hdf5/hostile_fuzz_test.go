package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"reflect"
	"testing"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
)

// The targets of this file take the parts that no package of their own decodes. FuzzFile reaches them all, but
// seldom gets past what stands before them in a file.

// FuzzSuperblock puts a superblock of any version before the rest of a file.
func FuzzSuperblock(f *testing.F) {
	files := seedFiles(f)
	const size = superblockRead
	for i, b := range files {
		f.Add(b[:min(size, len(b))], byte(i))
	}
	f.Fuzz(func(t *testing.T, head []byte, which byte) {
		b := bytes.Clone(files[int(which)%len(files)])
		copy(b, head[:min(len(head), size)])
		b = settled(b)
		_ = mend.Checksums(b, func(b []byte) error {
			file, err := NewFile(bytes.NewReader(b), int64(len(b)), WithExternalLinks(nil))
			if err == nil {
				_ = file.Superblock()
			}
			return err
		})
	})
}

// FuzzCacheImage decodes a metadata cache image.
func FuzzCacheImage(f *testing.F) {
	image := func(entries ...[]byte) []byte {
		b := append([]byte("MDCI\x00\x00"), 0, 0, 0, 0, 0, 0, 0, 0)
		b = binary.LittleEndian.AppendUint32(b, uint32(len(entries)))
		return append(b, bytes.Join(entries, nil)...)
	}
	entry := func(parents uint16, address uint64, data string) []byte {
		b := append([]byte("\x00\x00\x00\x00\x00\x00\x00\x00"), byte(parents), byte(parents>>8), 0, 0, 0, 0)
		b = binary.LittleEndian.AppendUint64(b, address)
		b = binary.LittleEndian.AppendUint64(b, uint64(len(data)))
		return append(append(b, make([]byte, 8*int(parents))...), data...)
	}
	f.Add(image())
	f.Add(image(entry(0, 48, "OHDR"), entry(2, 96, "TREE....")))
	f.Add(image(entry(65535, 48, "")))
	golden := goldenFile()
	f.Fuzz(func(t *testing.T, image []byte) {
		file, err := NewFile(bytes.NewReader(golden), int64(len(golden)))
		must(t, err)
		b := cursor.AppendChecksum(bytes.Clone(image), 0)
		c := file.reader.Over(b, 0, "metadata cache image")
		patches, err := file.decodeCacheImage(&c)
		if err != nil {
			return
		}
		for _, p := range patches {
			if len(p.Data) > 0 && (p.Offset < 0 || p.Offset+int64(len(p.Data)) > int64(len(golden))) {
				t.Fatalf("%d bytes at %d of a file of %d", len(p.Data), p.Offset, len(golden))
			}
		}
		file.reader.Overlay(patches)
		var r wholeReading
		r.group(file.Root(), 0)
	})
}

// FuzzValue decodes elements of any type, whose strings and sequences are objects of a heap, into plain values and into Go types.
func FuzzValue(f *testing.F) {
	for _, c := range typeCases {
		element := make([]byte, c.typ.Size())
		for i := range element {
			element[i] = byte(i)
		}
		if c.typ.hasHeapData() && len(element) == varLenSize {
			copy(element, "\x03\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00")
		}
		f.Add(c.typ.encode(nil), element, []byte("abc\x00defg\x01\x02\x03\x04"))
	}
	memories := []reflect.Type{
		reflect.TypeFor[string](), reflect.TypeFor[float64](), reflect.TypeFor[[]string](), reflect.TypeFor[[][]uint8](), reflect.TypeFor[bool](), reflect.TypeFor[everything](),
	}
	f.Fuzz(func(t *testing.T, typ, elements, object []byte) {
		d, _, err := decodeDatatype(typ, 8)
		if err != nil || d.size > 1<<12 || len(elements) < d.size {
			return
		}
		n := min(len(elements)/d.size, 50)
		elements = elements[:n*d.size]
		heap := &memoryHeap{}
		for range 3 {
			_, _, err := heap.putHeapObject(object)
			must(t, err)
		}
		if decode, err := valueDecoder(d); err == nil {
			v, err := decode.many(&pass{heap: heap, limit: 1 << 20}, elements)
			if err == nil {
				_ = fmt.Sprint(v)
			}
		}
		for _, goType := range memories {
			memory, err := MemoryFor(goType)
			must(t, err)
			c, err := newConversion(d, memory, heap, 1<<16)
			if err != nil {
				continue
			}
			room := reflect.MakeSlice(reflect.SliceOf(goType), n, n)
			_ = c.CopyBox(unsafe.Pointer(room.Pointer()), []int64{int64(memory.Size())}, elements, []int64{int64(d.size)}, []uint64{uint64(n)})
			_ = fmt.Sprint(room)
		}
	})
}
