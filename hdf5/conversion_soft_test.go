package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// oddScript makes types that NumPy does not have, stores every pattern (or many) of their bits, and reads them as numbers of the machine.
const oddScript = `
import h5py, numpy as np, json
from h5py import h5t, h5s, h5d
def integer(size, offset, precision, signed, order):
    t = (h5t.STD_I64LE if signed else h5t.STD_U64LE).copy()
    t.set_order(order)
    if size > 8:
        t.set_size(size); t.set_precision(precision); t.set_offset(offset)
    else:
        t.set_precision(precision); t.set_offset(offset); t.set_size(size)
    return t
def floating(size, precision, sign, epos, esize, mpos, msize, bias, order):
    t = h5t.IEEE_F64LE.copy()
    if size > 8: t.set_size(size); t.set_precision(precision)
    t.set_fields(sign, epos, esize, mpos, msize)
    t.set_ebias(bias)
    if size <= 8: t.set_precision(precision); t.set_size(size)
    t.set_order(order)
    return t
LE, BE, VAX = h5t.ORDER_LE, h5t.ORDER_BE, 2
types = {
    'u12 at 2': integer(2, 2, 12, False, LE), 'i12 at 2': integer(2, 2, 12, True, LE), 'i12 BE': integer(2, 4, 12, True, BE),
    'u24': integer(3, 0, 24, False, LE), 'i24 BE': integer(3, 0, 24, True, BE), 'i40': integer(5, 0, 40, True, LE), 'i63': integer(8, 1, 63, True, LE),
    'i7': integer(1, 0, 7, True, LE),
    'bfloat16': floating(2, 16, 15, 7, 8, 0, 7, 127, LE), 'bfloat16 BE': floating(2, 16, 15, 7, 8, 0, 7, 127, BE),
    'e4m3': floating(1, 8, 7, 3, 4, 0, 3, 7, LE), 'e5m2': floating(1, 8, 7, 2, 5, 0, 2, 15, LE),
    'f24': floating(3, 24, 23, 17, 6, 0, 17, 31, LE), 'f48': floating(6, 48, 47, 36, 11, 0, 36, 1023, BE),
    'quad': h5t.IEEE_F128LE, 'quad BE': h5t.IEEE_F128BE,
    'vax f': floating(4, 32, 31, 23, 8, 0, 23, 0x81, VAX), 'vax g': floating(8, 64, 63, 52, 11, 0, 52, 0x401, VAX),
}
rng = np.random.default_rng(11)
targets = ['i1', '<i2', '<i4', '<i8', 'u1', '<u2', '<u4', '<u8', '<f4', '<f8']
out = []
with h5py.File('o.h5', 'w') as f:
    for name, t in types.items():
        size = t.get_size()
        if size == 1: raw = np.arange(256, dtype='u1')
        elif size == 2: raw = np.arange(65536, dtype='<u2').view('u1')
        else: raw = rng.integers(0, 256, 4000 * size, dtype='u1')
        n = len(raw) // size
        raw = raw.reshape(n, size).copy()
        if t.get_class() == h5t.FLOAT:
            # Only finite and no denormal numbers, on which libhdf5's conversions carry state; and in the range of float64.
            es = t.get_fields()
            epos, esize = es[1], es[2]
            keep = []
            order = t.get_order()
            for i in range(n):
                b = bytes(raw[i])
                if order == BE: b = b[::-1]
                elif order == VAX: b = b''.join(b[k:k+2] for k in range(size - 2, -1, -2))
                e = int.from_bytes(b, 'little') >> epos & (1 << esize) - 1
                ok = 0 < e < (1 << esize) - 1
                if esize > 11: ok = ok and abs(e - t.get_ebias()) < 70
                if esize == 8 and size == 4: ok = ok and e > 3
                if name == 'vax g': ok = ok and e > 3 
                if ok: keep.append(i)
            raw = raw[keep]; n = len(raw)
        d = h5d.create(f.id, name.encode(), t, h5s.create_simple((n,)))
        d.write(h5s.ALL, h5s.ALL, raw.view('V%d' % size).reshape(n).copy(), t)
        raw.tofile(name + '.src')
        for target in targets:
            values = np.zeros(n, target)
            d.read(h5s.ALL, h5s.ALL, values, h5t.py_create(np.dtype(target)))
            values.tofile('%s-%s.dst' % (name, target))
        out.append(name)
json.dump(out, open('names.json', 'w'))
`

func TestConvertOddNumbersAsHDF5(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, oddScript)
	f := openFile(t, dir, "o.h5")
	var names []string
	readJSON(t, dir, "names.json", &names)
	for _, name := range names {
		d, err := f.Dataset("/" + name)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := os.ReadFile(filepath.Join(dir, name+".src"))
		if err != nil {
			t.Fatal(err)
		}
		size := d.Datatype().Size()
		for _, target := range numberTypes[:10] {
			t.Run(name+" as "+target.numpy, func(t *testing.T) {
				want, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("%s-%s.dst", name, target.numpy)))
				if err != nil {
					t.Fatal(err)
				}
				got, err := d.ReadBytes(target.typ, nil, nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				bad := 0
				for i := range len(want) / target.typ.size {
					g, w := got[i*target.typ.size:(i+1)*target.typ.size], want[i*target.typ.size:(i+1)*target.typ.size]
					if string(g) != string(w) && !knownDefect(d.Datatype(), target.typ, stored[i*size:], w) {
						if bad++; bad <= 4 {
							gv, _ := target.typ.Value(g)
							wv, _ := target.typ.Value(w)
							t.Errorf("%x becomes %v (%x), HDF5 gives %v (%x)", stored[i*size:(i+1)*size], gv, g, wv, w)
						}
					}
				}
				if bad > 0 {
					t.Errorf("%d of %d differ", bad, len(want)/target.typ.size)
				}
			})
		}
	}
}

// TestSoftFloatExact checks special values that the oracle cannot be trusted with, against the definition of the formats.
func TestSoftFloatExact(t *testing.T) {
	half, err := newConversion(Float64(), MemoryBytes(Float16()), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		value float64
		want  uint16
	}{
		{0, 0}, {math.Copysign(0, -1), 0x8000}, {1, 0x3c00}, {-2, 0xc000}, {65504, 0x7bff}, {65519, 0x7bff}, {1e6, 0x7c00}, {math.Inf(-1), 0xfc00},
		{0x1p-14, 0x0400}, {0x1p-15, 0x0200}, {0x1p-24, 1}, {0x1p-25, 1}, {0x1.8p-25, 1}, {0x1p-26, 0}, {0x1.8p-24, 2},
		{0x1.ff8p-15, 0x03ff}, {0x1.ffcp-15, 0x0400}, {0x1.ffep-15, 0x0400}, {5e-324, 0},
		{1 + 0x1p-11, 0x3c01}, {1 + 0x3p-12, 0x3c01}, {1 + 0x1p-12, 0x3c00},
	} {
		var in [8]byte
		var out [2]byte
		binary.LittleEndian.PutUint64(in[:], math.Float64bits(c.value))
		if err := copyAll(half, out[:], in[:], 1); err != nil {
			t.Fatal(err)
		}
		if got := binary.LittleEndian.Uint16(out[:]); got != c.want {
			t.Errorf("%g becomes %04x, want %04x", c.value, got, c.want)
		}
	}
	// Every half-precision number goes to every wider type and back unchanged.
	for _, wide := range []*Datatype{Float32(), Float64(), BigEndian(Float32()), longDouble(), newFloat(16, 15, 112, 16383)} {
		up, err := newConversion(Float16(), MemoryBytes(wide), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		down, err := newConversion(wide, MemoryBytes(Float16()), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for h := range 1 << 16 {
			in, middle, out := binary.LittleEndian.AppendUint16(nil, uint16(h)), make([]byte, wide.size), make([]byte, 2)
			if err := copyAll(up, middle, in, 1); err != nil {
				t.Fatal(err)
			}
			if err := copyAll(down, out, middle, 1); err != nil {
				t.Fatal(err)
			}
			if nan := h&0x7c00 == 0x7c00 && h&0x3ff != 0; nan {
				in[0], in[1] = 0xff, in[1]|0x3
			}
			if string(in) != string(out) {
				t.Fatalf("%04x by way of %s (%x) becomes %x", h, wide, middle, out)
			}
		}
	}
}
