package hdf5

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

const compoundScript = `
import h5py, numpy as np
rng = np.random.default_rng(2)
e = h5py.enum_dtype({'RED': 0, 'GREEN': 1, 'BLUE': 300}, '<i2')
dt = np.dtype([('a','<i4'),('b','>f8'),('s','S5'),('v','<i2',(3,)),('n',[('x','u1'),('y','<f4')]),('e',e),('ok','?'),('z','<c8')])
n = 1500
v = np.zeros(n, dt)
v['a'] = rng.integers(-100000, 100000, n); v['b'] = rng.standard_normal(n) * 300; v['s'] = [b'abcde'[:i % 6] for i in range(n)]
v['v'] = rng.integers(-300, 300, (n, 3)); v['n']['x'] = rng.integers(0, 256, n); v['n']['y'] = rng.standard_normal(n) * 1e3
v['e'] = np.array([0, 1, 300])[rng.integers(0, 3, n)]; v['ok'] = rng.integers(0, 2, n); v['z'] = rng.standard_normal(n) + 1j * rng.standard_normal(n)
with h5py.File('c.h5', 'w') as f:
    f['rec'] = v
    t = h5py.h5t.C_S1.copy(); t.set_size(6); t.set_strpad(h5py.h5t.STR_SPACEPAD)
    d = h5py.h5d.create(f.id, b'space', t, h5py.h5s.create_simple((3,)))
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b'ab    ', b'a b c ', b'abcdef'], 'S6'), t)
    f['text'] = np.array([b'', b'ab', b'abcd\0e'], 'S6')
    f.create_dataset('enum', data=[0, 1, 300, 7], dtype=e)
    rec = f['rec']
    wider = h5py.enum_dtype({'BLUE': 3, 'BLACK': 9, 'GREEN': 2, 'RED': 1}, '<i4')
    for name, ds, to in (
        ('same', rec, dt), ('subset', rec, np.dtype([('b','>f8')])), ('front', rec, np.dtype([('a','<i4'),('b','>f8')])),
        ('reordered', rec, np.dtype([('ok','?'),('n',[('y','<f4'),('x','u1')]),('a','<i4')])),
        ('converted', rec, np.dtype([('a','<i2'),('b','<f4'),('s','S3'),('v','>i4',(3,)),('n',[('x','<f8'),('y','<i2')]),('z','<c16')])),
        ('more', rec, np.dtype([('a','<i4'),('other','<f8'),('n',[('w','<u2'),('x','u1')])])),
        ('aligned', rec, np.dtype({'names': ['a','b','ok'], 'formats': ['<i8','<f8','?'], 'offsets': [8, 24, 1], 'itemsize': 40})),
        ('members to integers', rec, np.dtype([('e','<i8'),('v','<f8',(3,))])),
        ('renumbered', rec, np.dtype([('e', wider)])),
        ('space', f['space'], np.dtype('S6')), ('space cut', f['space'], np.dtype('S3')), ('space longer', f['space'], np.dtype('S9')),
        ('text cut', f['text'], np.dtype('S2')), ('text longer', f['text'], np.dtype('S8')),
        ('enum', f['enum'], np.dtype(wider)), ('enum as integer', f['enum'], np.dtype('u1')), ('enum as float', f['enum'], np.dtype('<f8')),
    ):
        if h5py.check_enum_dtype(to) or to.names == ('e',):
            # h5py reads enumerations as integers; HDF5 converts them by their names.
            out = np.zeros(ds.shape, to)
            ds.id.read(h5py.h5s.ALL, h5py.h5s.ALL, out, h5py.h5t.py_create(to, logical=True))
        else:
            out = ds.astype(to)[...]
        out.tofile(name + '.bin')
    for name, ds, size, pad in (('to space', f['text'], 8, h5py.h5t.STR_SPACEPAD), ('to terminated', f['text'], 4, h5py.h5t.STR_NULLTERM), ('space to terminated', f['space'], 6, h5py.h5t.STR_NULLTERM)):
        t = h5py.h5t.C_S1.copy(); t.set_size(size); t.set_strpad(pad)
        out = np.zeros(ds.shape, 'V%d' % size)
        ds.id.read(h5py.h5s.ALL, h5py.h5s.ALL, out, t)
        out.tofile(name + '.bin')
`

func TestConvertCompoundsAsHDF5(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, compoundScript)
	f := openFile(t, dir, "c.h5")
	e := Enum(Int16(), EnumMember{"RED", 0}, EnumMember{"GREEN", 1}, EnumMember{"BLUE", 300})
	wider := Enum(Int32(), EnumMember{"BLUE", 3}, EnumMember{"BLACK", 9}, EnumMember{"GREEN", 2}, EnumMember{"RED", 1})
	m := func(name string, t *Datatype) Member { return Member{Name: name, Type: t} }
	for _, c := range []struct {
		name, dataset string
		to            *Datatype
		identity      bool
	}{
		{"same", "rec", Compound(m("a", Int32()), m("b", BigEndian(Float64())), m("s", String(5, NullPadded, ASCII)), m("v", Array(Int16(), 3)),
			m("n", Compound(m("x", Uint8()), m("y", Float32()))), m("e", e), m("ok", Bool()), m("z", Complex64())), true},
		{"subset", "rec", Compound(m("b", BigEndian(Float64()))), false},
		{"front", "rec", Compound(m("a", Int32()), m("b", BigEndian(Float64()))), false},
		{"reordered", "rec", Compound(m("ok", Bool()), m("n", Compound(m("y", Float32()), m("x", Uint8()))), m("a", Int32())), false},
		{"converted", "rec", Compound(m("a", Int16()), m("b", Float32()), m("s", String(3, NullPadded, ASCII)), m("v", BigEndian(Array(Int32(), 3))),
			m("n", Compound(m("x", Float64()), m("y", Int16()))), m("z", Complex128())), false},
		{"more", "rec", Compound(m("a", Int32()), m("other", Float64()), m("n", Compound(m("w", Uint16()), m("x", Uint8())))), false},
		{"aligned", "rec", mustCompound(40, Member{"a", 8, Int64()}, Member{"b", 24, Float64()}, Member{"ok", 1, Bool()}), false},
		{"members to integers", "rec", Compound(m("e", Int64()), m("v", Array(Float64(), 3))), false},
		{"renumbered", "rec", Compound(m("e", wider)), false},
		{"space", "space", String(6, NullPadded, ASCII), false},
		{"space cut", "space", String(3, NullPadded, ASCII), false},
		{"space longer", "space", String(9, NullPadded, ASCII), false},
		{"text cut", "text", String(2, NullPadded, ASCII), false},
		{"text longer", "text", String(8, NullPadded, ASCII), false},
		{"to space", "text", String(8, SpacePadded, ASCII), false},
		{"to terminated", "text", String(4, NullTerminated, ASCII), false},
		{"space to terminated", "space", String(6, NullTerminated, ASCII), false},
		{"enum", "enum", wider, false},
		{"enum as integer", "enum", Uint8(), false},
		{"enum as float", "enum", Float64(), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, err := f.Dataset(c.dataset)
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(dir, c.name+".bin"))
			if err != nil {
				t.Fatal(err)
			}
			got, err := d.ReadBytes(c.to, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(got, want) {
				n := c.to.size
				for i := range len(want) / n {
					if !bytes.Equal(got[i*n:(i+1)*n], want[i*n:(i+1)*n]) {
						t.Fatalf("element %d: %x, h5py reads %x", i, got[i*n:(i+1)*n], want[i*n:(i+1)*n])
					}
				}
			}
			conversion, err := d.Conversion(MemoryBytes(c.to))
			if err != nil || conversion.Identity() != c.identity || conversion.Partial() != (c.name == "more") {
				t.Errorf("identity %v, partial %v, %v", conversion.Identity(), conversion.Partial(), err)
			}
		})
	}
}

func TestIdentity(t *testing.T) {
	type point struct {
		X, Y float32
		N    uint64
	}
	type gaps struct {
		A uint8
		B float64
	}
	for _, c := range []struct {
		name   string
		stored *Datatype
		memory reflect.Type
		want   bool
	}{
		{"number", Uint16(), reflect.TypeFor[uint16](), true},
		{"sign", Uint16(), reflect.TypeFor[int16](), false},
		{"bitfield", &Datatype{class: ClassBitfield, size: 2, precision: 16}, reflect.TypeFor[uint16](), true},
		{"order", BigEndian(Uint16()), reflect.TypeFor[uint16](), false},
		{"enum", Enum(Int16(), EnumMember{"A", 1}), reflect.TypeFor[int16](), true},
		{"bool", Bool(), reflect.TypeFor[int8](), true},
		{"bool must be 0 or 1", Bool(), reflect.TypeFor[bool](), false},
		{"complex", Complex64(), reflect.TypeFor[complex64](), true},
		{"complex class", &Datatype{class: ClassComplex, size: 8, base: Float32()}, reflect.TypeFor[complex64](), true},
		{"array", Array(Int32(), 2, 3), reflect.TypeFor[[2][3]int32](), true},
		{"array of arrays", Array(Array(Int32(), 3), 2), reflect.TypeFor[[2][3]int32](), true},
		{"compound", Compound(Member{Name: "X", Type: Float32()}, Member{Name: "Y", Type: Float32()}, Member{Name: "N", Type: Uint64()}), reflect.TypeFor[point](), true},
		{"compound with more members", Compound(Member{Name: "X", Type: Float32()}, Member{Name: "Y", Type: Float32()}, Member{Name: "N", Type: Uint64()}, Member{Name: "M", Type: Uint64()}), reflect.TypeFor[point](), false},
		{"packed compound", Compound(Member{Name: "A", Type: Uint8()}, Member{Name: "B", Type: Float64()}), reflect.TypeFor[gaps](), false},
		{"aligned compound", mustCompound(16, Member{"A", 0, Uint8()}, Member{"B", 8, Float64()}), reflect.TypeFor[gaps](), true},
		{"bytes", Opaque(4, "x"), reflect.TypeFor[[4]byte](), true},
		{"string", String(4, NullPadded, ASCII), reflect.TypeFor[string](), false},
	} {
		m, err := MemoryFor(c.memory)
		if err != nil {
			t.Fatal(err)
		}
		conversion, err := newConversion(c.stored, m, nil, 0)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if conversion.Identity() != c.want {
			t.Errorf("%s: Identity is %v", c.name, conversion.Identity())
		}
	}
}

// memoryHeap keeps global heap objects.
type memoryHeap struct{ objects [][]byte }

func (h *memoryHeap) Name() string { return "memory" }

func (h *memoryHeap) putHeapObject(b []byte) (uint64, uint32, error) {
	h.objects = append(h.objects, bytes.Clone(b))
	return 0x1234567890, uint32(len(h.objects)), nil
}

func (h *memoryHeap) globalHeapObject(address uint64, index uint32) ([]byte, error) {
	if address != 0x1234567890 || index == 0 || int(index) > len(h.objects) {
		return nil, fmt.Errorf("no object %d at %#x", index, address)
	}
	return h.objects[index-1], nil
}

type everything struct {
	Name   string      `hdf5:"name"`
	Flag   bool        `hdf5:"flag"`
	N      int         `hdf5:"n"`
	Code   [3]uint8    `hdf5:"code"`
	Grid   [2][2]int16 `hdf5:"grid"`
	Z      complex128  `hdf5:"z"`
	Hits   []hit       `hdf5:"hits"`
	Words  []string    `hdf5:"words"`
	Tables [][]float32 `hdf5:"tables"`
	Ref    ObjectRef   `hdf5:"ref"`
	Part   RegionRef   `hdf5:"part"`
	hidden int
	Out    chan int `hdf5:"-"`
}

type hit struct {
	T uint8   `hdf5:"t"`
	X float64 `hdf5:"x"`
	S string  `hdf5:"s"`
}

func TestEncodeConversionRoundTrip(t *testing.T) {
	values := []everything{
		{Name: "first", Flag: true, N: -7, Code: [3]uint8{1, 2, 3}, Grid: [2][2]int16{{1, -2}, {3, -4}}, Z: 1 + 2i,
			Hits: []hit{{1, 0.5, "a"}, {2, 1.5, ""}}, Words: []string{"x", "yy"}, Tables: [][]float32{{1}, nil, {2, 3}}, Ref: 99, Part: RegionRef{1, 2, 11: 3}},
		{},
		{Name: "süß", Words: []string{""}},
	}
	stored, err := TypeOf[everything]()
	if err != nil {
		t.Fatal(err)
	}
	m, err := MemoryOf[everything]()
	if err != nil {
		t.Fatal(err)
	}
	heap := &memoryHeap{}
	encode, err := encodeConversion(m, stored, heap)
	if err != nil {
		t.Fatal(err)
	}
	b := make([]byte, len(values)*stored.size)
	from := unsafe.Slice((*byte)(unsafe.Pointer(&values[0])), len(values)*m.Size())
	if err := encode.CopyBox(unsafe.Pointer(&b[0]), []int64{int64(stored.size)}, from, []int64{int64(m.Size())}, []uint64{uint64(len(values))}); err != nil {
		t.Fatal(err)
	}
	decode, err := newConversion(stored, m, heap, 0)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]everything, len(values))
	if err := decode.CopyBox(unsafe.Pointer(&got[0]), []int64{int64(m.Size())}, b, []int64{int64(stored.size)}, []uint64{uint64(len(values))}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(values, got, cmp.AllowUnexported(everything{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if err := decode.FillBox(unsafe.Pointer(&got[0]), []int64{int64(m.Size())}, nil, []uint64{3}); err != nil || !reflect.DeepEqual(got, make([]everything, 3)) {
		t.Errorf("filled with zeros: %v, %v", got, err)
	}
	if err := decode.FillBox(unsafe.Pointer(&got[0]), []int64{int64(m.Size())}, b[:stored.size], []uint64{3}); err != nil || !reflect.DeepEqual(got[2], values[0]) {
		t.Errorf("filled with a value: %v, %v", got, err)
	}
	_, err = encodeConversion(m, String(4, NullPadded, ASCII), heap)
	if err == nil {
		t.Error("a struct can be stored as a string")
	}

	text, err := MemoryOf[string]()
	if err != nil {
		t.Fatal(err)
	}
	variable, err := encodeConversion(text, VarString(UTF8), heap)
	if err != nil {
		t.Fatal(err)
	}
	words := []string{"", "a\x00b"}
	out := make([]byte, 2*varLenSize)
	from = unsafe.Slice((*byte)(unsafe.Pointer(&words[0])), 2*text.Size())
	if err := variable.CopyBox(unsafe.Pointer(&out[0]), []int64{varLenSize}, from, []int64{int64(text.Size())}, []uint64{1}); err != nil || len(heap.objects[len(heap.objects)-1]) != 0 || out[4] == 0 {
		t.Errorf("an empty string is stored as %x, %v: it must have an object", out[:varLenSize], err)
	}
	if err := variable.CopyBox(unsafe.Pointer(&out[0]), []int64{varLenSize}, from, []int64{int64(text.Size())}, []uint64{2}); err == nil || !strings.Contains(err.Error(), "NUL at byte 1") {
		t.Errorf("a string with a NUL inside: %v", err)
	}
	fixed, err := encodeConversion(text, String(4, NullTerminated, UTF8), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{"", "abc", "abcd"} {
		out := []byte("????")
		err := fixed.CopyBox(unsafe.Pointer(&out[0]), nil, unsafe.Slice((*byte)(unsafe.Pointer(&s)), text.Size()), nil, nil)
		if (err != nil) != (len(s) > 3) || err == nil && strings.TrimRight(string(out), "\x00") != s {
			t.Errorf("%q is stored as %q, %v", s, out, err)
		}
	}
}

// TestSequencesFromBrokenFiles holds that elements of variable length of a broken file are errors and cost no memory.
func TestSequencesFromBrokenFiles(t *testing.T) {
	heap := &memoryHeap{objects: [][]byte{make([]byte, 1<<16), []byte("text\x00more")}}
	element := func(n uint32, index uint32) []byte {
		b := binary.LittleEndian.AppendUint32(nil, n)
		b = binary.LittleEndian.AppendUint64(b, 0x1234567890)
		return binary.LittleEndian.AppendUint32(b, index)
	}
	read := func(stored *Datatype, goType reflect.Type, b []byte) (reflect.Value, error) {
		m, err := MemoryFor(goType)
		if err != nil {
			t.Fatal(err)
		}
		c, err := newConversion(stored, m, heap, 1000)
		if err != nil {
			t.Fatal(err)
		}
		c.sequenceLimit = 1 << 20
		n := len(b) / stored.size
		values := reflect.MakeSlice(reflect.SliceOf(goType), n, n)
		return values, c.CopyBox(values.UnsafePointer(), []int64{int64(m.Size())}, b, []int64{int64(stored.size)}, []uint64{uint64(n)})
	}
	var format *FormatError
	if _, err := read(VarLen(Uint32()), reflect.TypeFor[[]uint32](), element(1<<14+1, 1)); !errors.As(err, &format) {
		t.Errorf("longer than its object: %v", err)
	}
	if _, err := read(VarString(UTF8), reflect.TypeFor[string](), element(1<<16+1, 1)); !errors.As(err, &format) {
		t.Errorf("string longer than its object: %v", err)
	}
	if _, err := read(VarLen(Uint8()), reflect.TypeFor[[]uint64](), bytes.Repeat(element(1<<16, 1), 100)); !errors.As(err, &format) {
		t.Errorf("one object a hundred times: %v", err)
	}
	if _, err := read(VarString(UTF8), reflect.TypeFor[string](), bytes.Repeat(element(1<<16, 1), 100)); err != nil {
		t.Errorf("one string a hundred times: %v", err)
	}
	if v, err := read(VarString(UTF8), reflect.TypeFor[string](), append(element(9, 2), element(0, 77)...)); err != nil || v.Index(0).String() != "text" || v.Index(1).String() != "" {
		t.Errorf("NUL inside and an empty one: %v, %v", v, err)
	}
	if _, err := read(VarString(UTF8), reflect.TypeFor[string](), element(1, 77)); err == nil {
		t.Error("an object that is not there")
	}
}

func TestCopyBoxRefuses(t *testing.T) {
	m, err := MemoryOf[uint16]()
	if err != nil {
		t.Fatal(err)
	}
	c, err := newConversion(Uint16(), m, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var memory [16]uint16
	p := unsafe.Pointer(&memory[0])
	for _, x := range []struct {
		name   string
		size   int
		stride []int64
		count  []uint64
	}{
		{"too short", 7, []int64{2}, []uint64{4}},
		{"negative stride", 8, []int64{-2}, []uint64{4}},
		{"stride beyond", 8, []int64{1 << 40}, []uint64{2}},
		{"overflow", 8, []int64{1 << 62}, []uint64{1 << 62}},
		{"together too long", 16, []int64{8, 4}, []uint64{2, 3}},
		{"rank", 8, []int64{2, 2}, []uint64{4}},
		{"empty", 0, []int64{2}, []uint64{1}},
	} {
		if err := c.CopyBox(p, make([]int64, len(x.count)), make([]byte, x.size), x.stride, x.count); err == nil {
			t.Errorf("%s: no error", x.name)
		}
	}
	if err := c.CopyBox(p, []int64{2}, nil, []int64{2}, []uint64{0}); err != nil {
		t.Errorf("an empty box: %v", err)
	}
	if err := c.FillBox(p, []int64{2}, []byte{1, 2, 3}, []uint64{1}); err == nil {
		t.Error("a fill value of another size")
	}
}

func TestGoTypesRefused(t *testing.T) {
	type recursive struct{ Next []recursive }
	type twice struct {
		A int `hdf5:"x"`
		B int `hdf5:"x"`
	}
	for _, c := range []struct {
		typ  reflect.Type
		want string
	}{
		{reflect.TypeFor[map[string]int](), "map"},
		{reflect.TypeFor[*int](), "*int"},
		{reflect.TypeFor[any](), "interface"},
		{reflect.TypeFor[struct{}](), "no exported field"},
		{reflect.TypeFor[[0]int](), "no elements"},
		{reflect.TypeFor[twice](), "two fields"},
		{nil, "nil"},
	} {
		if _, err := TypeFor(c.typ); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v: error %v, want one with %q", c.typ, err, c.want)
		}
	}
	if _, err := TypeOf[recursive](); err == nil {
		t.Error("a type inside itself")
	}
	if _, err := MemoryOf[recursive](); err == nil {
		t.Error("a memory type inside itself")
	}
}
