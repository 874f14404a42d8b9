package hdf5

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// typeCases are types and how NumPy writes the same ones.
var typeCases = []struct {
	name  string
	typ   *Datatype
	numpy string // expression for h5py.create_dataset's dtype
}{
	{"int8", Int8(), "'i1'"},
	{"int16", Int16(), "'<i2'"},
	{"int32", Int32(), "'<i4'"},
	{"int64", Int64(), "'<i8'"},
	{"uint8", Uint8(), "'u1'"},
	{"uint16", Uint16(), "'<u2'"},
	{"uint32", Uint32(), "'<u4'"},
	{"uint64", Uint64(), "'<u8'"},
	{"big-endian int16", BigEndian(Int16()), "'>i2'"},
	{"big-endian uint64", BigEndian(Uint64()), "'>u8'"},
	{"float16", Float16(), "'<f2'"},
	{"float32", Float32(), "'<f4'"},
	{"float64", Float64(), "'<f8'"},
	{"big-endian float16", BigEndian(Float16()), "'>f2'"},
	{"big-endian float32", BigEndian(Float32()), "'>f4'"},
	{"big-endian float64", BigEndian(Float64()), "'>f8'"},
	{"long double", longDouble(), "np.longdouble"},
	{"complex64", Complex64(), "'<c8'"},
	{"complex128", Complex128(), "'<c16'"},
	{"big-endian complex128", BigEndian(Complex128()), "'>c16'"},
	{"bool", Bool(), "'?'"},
	{"enum", Enum(Int16(), EnumMember{"RED", 0}, EnumMember{"GREEN", 1}, EnumMember{"BLUE", -42}), "h5py.enum_dtype({'RED':0,'GREEN':1,'BLUE':-42},'<i2')"},
	{"big-endian enum", BigEndian(Enum(Uint32(), EnumMember{"A", 1}, EnumMember{"B", 70000})), "h5py.enum_dtype({'A':1,'B':70000},'>u4')"},
	{"fixed string", String(7, NullPadded, ASCII), "'S7'"},
	{"fixed UTF-8 string", String(9, NullPadded, UTF8), "h5py.string_dtype('utf-8', 9)"},
	{"string", VarString(UTF8), "h5py.string_dtype()"},
	{"ASCII string", VarString(ASCII), "h5py.string_dtype('ascii')"},
	{"sequence", VarLen(Int32()), "h5py.vlen_dtype('<i4')"},
	{"opaque", Opaque(5, ""), "'V5'"},
	{"date", Opaque(8, "NUMPY:<M8[ns]"), "h5py.opaque_dtype('<M8[ns]')"},
	{"array", Array(Float32(), 2, 3), "np.dtype(('<f4',(2,3)))"},
	{"compound", Compound(Member{Name: "x", Type: Float32()}, Member{Name: "y", Type: Int64()}), "[('x','<f4'),('y','<i8')]"},
	{"padded compound", mustCompound(24, Member{"a", 0, Uint8()}, Member{"b", 8, Float64()}),
		"np.dtype({'names':['a','b'],'formats':['u1','<f8'],'offsets':[0,8],'itemsize':24})"},
	{"large compound", mustCompound(300, Member{"a", 0, Uint8()}, Member{"b", 290, Float64()}),
		"np.dtype({'names':['a','b'],'formats':['u1','<f8'],'offsets':[0,290],'itemsize':300})"},
	{"nested compound", Compound(
		Member{Name: "p", Type: Array(BigEndian(Int32()), 2)},
		Member{Name: "q", Type: Compound(Member{Name: "s", Type: String(3, NullPadded, ASCII)}, Member{Name: "ok", Type: Bool()})},
		Member{Name: "z", Type: Complex64()}, Member{Name: "h", Type: Float16()},
	), "[('p','>i4',(2,)),('q',[('s','S3'),('ok','?')]),('z','<c8'),('h','<f2')]"},
	{"compound with strings", Compound(Member{Name: "name", Type: VarString(UTF8)}, Member{Name: "n", Type: Uint16()}),
		"[('name',h5py.string_dtype()),('n','<u2')]"},
	{"sequence of compounds", VarLen(Compound(Member{Name: "x", Type: Uint16()}, Member{Name: "y", Type: Uint16()})), "h5py.vlen_dtype(np.dtype([('x','<u2'),('y','<u2')]))"},
	{"object reference", ObjectReference(), "h5py.ref_dtype"},
	{"region reference", RegionReference(), "h5py.regionref_dtype"},
}

func mustCompound(size int, members ...Member) *Datatype {
	t, err := CompoundSize(size, members...)
	if err != nil {
		panic(err)
	}
	return t
}

// typeMessages asks h5py for the datatype messages of typeCases as HDF5 encodes them for a version bound.
func typeMessages(t *testing.T, libver string) map[string]string {
	var script strings.Builder
	script.WriteString(`
import h5py, numpy as np, json, sys
out = {}
libver = sys.argv[1]
def one(name, dt):
    with h5py.File('t.h5', 'w', libver=libver) as f:
        h5py.h5t.py_create(np.dtype(dt), logical=True).copy().commit(f.id, b't')
        addr = h5py.h5o.get_info(f['t'].id).addr
    b = open('t.h5','rb').read()
    if b[addr:addr+4] == b'OHDR':
        flags = b[addr+5]; p = addr+6
        if flags & 0x20: p += 16
        if flags & 0x10: p += 4
        w = 1 << (flags & 3)
        size = int.from_bytes(b[p:p+w], 'little'); p += w
        while True:
            typ, n = b[p], int.from_bytes(b[p+1:p+3], 'little')
            p += 4 + (2 if flags & 4 else 0)
            if typ == 3: break
            p += n
    else:
        p = addr + 16
        while True:
            typ, n = int.from_bytes(b[p:p+2], 'little'), int.from_bytes(b[p+2:p+4], 'little')
            p += 8
            if typ == 3: break
            p += n
    out[name] = b[p:p+n].hex()
`)
	for _, c := range typeCases {
		fmt.Fprintf(&script, "one(%q, %s)\n", c.name, c.numpy)
	}
	script.WriteString("print(json.dumps(out))\n")
	var got map[string]string
	if err := json.Unmarshal(oracle.H5py(t, t.TempDir(), script.String(), libver), &got); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestDecodeDatatypeOfH5py(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		messages := typeMessages(t, libver)
		for _, c := range typeCases {
			t.Run(libver+"/"+c.name, func(t *testing.T) {
				b, err := hex.DecodeString(messages[c.name])
				if err != nil || len(b) == 0 {
					t.Fatalf("no message: %v", err)
				}
				got, n, err := decodeDatatype(b, 8)
				if err != nil {
					t.Fatal(err)
				}
				if len(b)-n >= 8 {
					t.Errorf("%d bytes of %d were decoded", n, len(b))
				}
				if !sameBut(got, c.typ) {
					t.Errorf("decoded as %s, want %s", got, c.typ)
				}
				if libver == "latest" && hex.EncodeToString(got.encode(nil)) != hex.EncodeToString(b[:n]) {
					t.Errorf("encoded as\n%x\nHDF5 has\n%x", got.encode(nil), b)
				}
			})
		}
	}
}

// sameBut compares types by their words: HDF5 sorts the members of enumerations, which NumPy does not order.
func sameBut(a, b *Datatype) bool {
	if a.class == ClassEnum && b.class == ClassEnum {
		x, y := map[EnumMember]bool{}, map[EnumMember]bool{}
		for _, m := range a.EnumMembers() {
			x[m] = true
		}
		for _, m := range b.EnumMembers() {
			y[m] = true
		}
		return a.base.Equal(b.base) && fmt.Sprint(x) == fmt.Sprint(y)
	}
	if a.class == ClassVarLen && a.text {
		return b.IsVarString() && a.charset == b.charset && a.size == b.size
	}
	if a.class == ClassCompound && b.class == ClassCompound {
		if len(a.members) != len(b.members) || a.size != b.size {
			return false
		}
		for i, m := range a.members {
			if n := b.members[i]; m.Name != n.Name || m.Offset != n.Offset || !sameBut(m.Type, n.Type) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

func TestEncodeDecodeRoundTrip(t *testing.T) {
	for _, c := range typeCases {
		b := c.typ.encode(nil)
		got, n, err := decodeDatatype(append(b, 0xaa, 0xbb), 8)
		if err != nil || n != len(b) || !got.Equal(c.typ) {
			t.Errorf("%s: %x decodes to %v in %d bytes, %v", c.name, b, got, n, err)
		}
	}
}

func TestNumpyDescrOfH5py(t *testing.T) {
	var script strings.Builder
	script.WriteString(`
import h5py, numpy as np, json, io, re, warnings
warnings.simplefilter('ignore')
out = {}
def one(name, dt):
    with h5py.File('t.h5', 'w') as f:
        ds = f.create_dataset('d', (2,), dtype=dt)
        b = io.BytesIO()
        try:
            np.save(b, ds[...], allow_pickle=False)
            b.seek(0)
            np.lib.format.read_magic(b)
            n = int.from_bytes(b.read(2), 'little')
            # np.save of this age drags h5py's metadata along, which it cannot read itself.
            h = eval(re.sub(r"\('(\|S\d+)', \{'h5py_encoding': '[-a-z0-9]+'\}\)", r"'\1'", b.read(n).decode('latin1')))
            out[name] = [repr(np.lib.format.descr_to_dtype(h['descr'])), list(h['shape'][1:])]
        except Exception as e:
            out[name] = None
ours = json.load(open('descr.json'))
`)
	descr := map[string]any{}
	for _, c := range typeCases {
		fmt.Fprintf(&script, "one(%q, %s)\n", c.name, c.numpy)
		if d, err := c.typ.NumpyDescr(); err == nil {
			descr[c.name] = d
		} else if uns := new(UnsupportedError); !errors.As(err, &uns) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	script.WriteString(`
for name, d in ours.items():
    d = eval(d if d.startswith('[') else repr(d))
    ours[name] = repr(np.lib.format.descr_to_dtype(d))
print(json.dumps({'theirs': out, 'ours': ours}))
`)
	dir := t.TempDir()
	b, _ := json.Marshal(descr)
	if err := os.WriteFile(filepath.Join(dir, "descr.json"), b, 0o600); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Theirs map[string][]any
		Ours   map[string]string
	}
	if err := json.Unmarshal(oracle.H5py(t, dir, script.String()), &got); err != nil {
		t.Fatal(err)
	}
	for _, c := range typeCases {
		theirs := got.Theirs[c.name]
		if theirs == nil {
			if ours, ok := got.Ours[c.name]; ok {
				t.Errorf("%s: %s, h5py and NumPy have none", c.name, ours)
			}
			continue
		}
		if want := fmt.Sprint(theirs[0]); got.Ours[c.name] != want {
			t.Errorf("%s: %s, NumPy has %s", c.name, got.Ours[c.name], want)
		}
		shape := c.typ.NumpyShape()
		if len(shape) != len(theirs[1].([]any)) {
			t.Errorf("%s: axes %v, NumPy has %v", c.name, shape, theirs[1])
		}
	}
}

func TestDatatypeString(t *testing.T) {
	for _, c := range []struct {
		typ  *Datatype
		want string
	}{
		{Uint16(), "uint16"},
		{BigEndian(Float64()), "big-endian float64"},
		{Compound(Member{Name: "x", Type: Float32()}, Member{Name: "y", Type: Float32()}), "compound{x float32, y float32}"},
		{Complex128(), "complex128"},
		{Bool(), "bool"},
		{Array(Int32(), 3, 2), "[3][2]int32"},
		{VarString(UTF8), "string"},
		{VarLen(Uint8()), "sequence of uint8"},
		{Enum(Int8(), EnumMember{"OFF", 0}, EnumMember{"ON", 1}), "enum int8{OFF=0, ON=1}"},
		{newFloat(2, 8, 7, 127), "float16 (8-bit exponent, 7-bit mantissa)"},
	} {
		if got := c.typ.String(); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
}

func TestDecodeDatatypeRefuses(t *testing.T) {
	nested := Int8().encode(nil)
	for range maxTypeDepth + 2 {
		nested = append([]byte{0x3a, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0}, nested...)
	}
	for _, c := range []struct{ name, message, want string }{
		{"nothing", "", "needed"},
		{"version 0", "00080000040000000000 2000", "version 0"},
		{"version 6", "60080000040000000000 2000", "version 6"},
		{"class 12", "1c0800000400000000002000", "class 12"},
		{"size 0", "100800000000000000002000", "0 bytes"},
		{"size of 4 GiB", "10080000ffffffff00002000", "bytes"},
		{"bits outside", "100800000400000001002000", "significant bits"},
		{"precision 0", "100800000400000000000000", "significant bits"},
		{"exponent outside", "11203f00080000000000400034ff0034ff030000", "do not lie"},
		{"member outside", "36010000040000006100 02 1000000004000000 00002000", "does not lie"},
		{"many members", "36ffff000400000061000010000000", "do not fit"},
		{"no members", "3600000004000000", "without members"},
		{"enum of floats", "38000000080000001120 3f00080000000000400034 0b0034ff030000", "base type"},
		{"array too large", "3a0000000400000002ffffffffffffffff100800000100000000000800", "array type"},
		{"array of other size", "3a000000050000000104000000100800000100000000000800", "elements take"},
		{"array of rank 40", "3a0000000500000028", "rank 40"},
		{"nested too deep", hex.EncodeToString(nested), "deep"},
		{"sequence of other size", "1900000007000000100800000100000000000800", "variable-length"},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.message, " ", ""))
		if err != nil {
			t.Fatal(c.name, err)
		}
		typ, _, err := decodeDatatype(b, 8)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, error %v, want one with %q", c.name, typ, err, c.want)
		}
	}
}

func FuzzDecodeDatatype(f *testing.F) {
	for _, c := range typeCases {
		f.Add(c.typ.encode(nil))
	}
	f.Add([]byte("\x16\x01\x00\x00\x08\x00\x00\x00a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x10\x08\x00\x00\x04\x00\x00\x00\x00\x00\x20\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		typ, n, err := decodeDatatype(b, 0)
		if err != nil {
			return
		}
		if n > len(b) {
			t.Fatalf("%d bytes used of %d", n, len(b))
		}
		again, _, err := decodeDatatype(typ.encode(nil), 0)
		if err != nil || !again.Equal(typ) {
			t.Fatalf("%s is encoded as %s: %v", typ, again, err)
		}
		_, _ = typ.NumpyDescr()
		native := typ.Native()
		_, _ = native.NumpyDescr()
		if typ.size > 1<<16 || typ.hasHeapData() {
			return
		}
		// Whatever converts must stay inside its memory, which the race detector and bounds checks watch.
		if c, err := newConversion(typ, MemoryBytes(native), nil, 0); err == nil {
			stored, memory := make([]byte, 3*typ.size), make([]byte, 3*native.size)
			for i := range stored {
				stored[i] = byte(i * 37)
			}
			if err := copyAll(c, memory, stored, 3); err != nil {
				t.Fatal(err)
			}
			_, _ = typ.Value(stored[:typ.size])
		}
	})
}

// TestDecodeDatatypeOfLaterVersions decodes what HDF5 1.10 cannot write: references of 1.12 and complex numbers of 2.0.
func TestDecodeDatatypeOfLaterVersions(t *testing.T) {
	for _, c := range []struct{ message, want string }{
		{"4712000012000000", "object reference (1.12)"},
		{"5b010000080000001120 1f00040000000000200017080017 7f000000", "complex64"},
		{"46010000080000006b00 00 5b010000080000001120 1f00040000000000200017080017 7f000000", "compound{k complex64}"},
		{"4a0000000600000001 03000000 1000000002000000 00001000", "[3]uint16"},
	} {
		b, err := hex.DecodeString(strings.ReplaceAll(c.message, " ", ""))
		if err != nil {
			t.Fatal(err)
		}
		got, n, err := decodeDatatype(b, 8)
		if err != nil || n != len(b) || got.String() != c.want {
			t.Errorf("%s: %v in %d bytes, %v, want %s", c.message, got, n, err, c.want)
		}
	}
	complexes := Complex(Float32())
	if d, err := complexes.NumpyDescr(); err != nil || d != "<c8" || !complexes.Native().Equal(Complex64()) {
		t.Errorf("complex numbers of HDF5 2.0 are %q of type %s, %v", d, complexes.Native(), err)
	}
}
