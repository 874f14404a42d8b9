package hdf5

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// matrixScript writes a file of every type in every layout, and what h5py reads of each: all of it and some slabs.
const matrixScript = `
import h5py, numpy as np, json, sys
libver = sys.argv[1]
rng = np.random.default_rng(7)
types = {
    'i1':'i1','i2':'<i2','i4':'<i4','i8':'<i8','u1':'u1','u2':'<u2','u4':'<u4','u8':'<u8','f2':'<f2','f4':'<f4','f8':'<f8',
    'bi2':'>i2','bi4':'>i4','bi8':'>i8','bu2':'>u2','bu4':'>u4','bu8':'>u8','bf2':'>f2','bf4':'>f4','bf8':'>f8',
    'c8':'<c8','c16':'<c16','bool':'?','S5':'S5','V6':'V6',
    'enum':h5py.enum_dtype({'RED':0,'GREEN':1,'BLUE':5},'<i2'),
    'rec':np.dtype([('x','<f4'),('n','>i4'),('s','S3')]),
    'padded':np.dtype({'names':['a','b'],'formats':['u1','<f8'],'offsets':[0,8],'itemsize':24}),
    'nested':np.dtype([('p','<i2',(2,3)),('q',[('ok','?'),('z','<c8')])]),
}
shape = (7, 9, 12)
slabs = [([0,0,0],[1,1,1],[7,9,12]), ([2,1,3],[1,1,1],[3,4,5]), ([0,0,1],[2,3,4],[4,3,3]), ([6,8,11],[1,1,1],[1,1,1]), ([1,0,0],[3,1,1],[2,9,12]), ([0,2,0],[1,5,1],[7,2,12])]
def values(dt):
    n = int(np.prod(shape))
    if dt.kind == 'b': return rng.integers(0, 2, n).astype(bool).reshape(shape)
    if dt.names is not None:
        out = np.zeros(shape, dt)
        for name in dt.names:
            sub = dt[name]
            if sub.subdtype: out[name] = rng.integers(0, 100, out[name].shape)
            elif sub.names: 
                for k in sub.names: out[name][k] = values(sub[k])
            else: out[name] = values(sub)
        return out
    if dt.kind == 'S': return np.array([b'abcdefg'[:i % (dt.itemsize + 1)] for i in range(n)], dtype=dt).reshape(shape)
    if h5py.check_enum_dtype(dt): return np.array([0,1,5], dtype=dt)[rng.integers(0, 3, n)].reshape(shape)
    raw = rng.integers(0, 256, n * dt.itemsize, dtype='u1')
    if dt.kind in 'fc':
        return (rng.standard_normal(n) * 1000).astype(dt).reshape(shape)
    return np.frombuffer(raw.tobytes(), dtype=dt).reshape(shape)
index, blob = [], open('values.bin', 'wb')
def record(ds):
    for start, step, count in slabs:
        key = tuple(slice(a, a + (n - 1) * s + 1, s) for a, s, n in zip(start, step, count))
        b = ds[key].tobytes()
        index.append({'path': ds.name, 'start': start, 'step': step, 'count': count, 'at': blob.tell(), 'size': len(b)})
        blob.write(b)
with h5py.File('m.h5', 'w', libver=libver) as f:
    for name, dt in types.items():
        dt = np.dtype(dt)
        v = values(dt)
        g = f.create_group(name)
        g.create_dataset('contiguous', data=v, dtype=dt)
        p = h5py.h5p.create(h5py.h5p.DATASET_CREATE); p.set_layout(h5py.h5d.COMPACT)
        d = h5py.Dataset(h5py.h5d.create(g.id, b'compact', h5py.h5t.py_create(dt, logical=True), h5py.h5s.create_simple(shape), p))
        d[...] = v
        g.create_dataset('chunked', data=v, dtype=dt, chunks=(2, 4, 5))
        g.create_dataset('rows', data=v, dtype=dt, chunks=(1, 9, 12), maxshape=(None, 9, 12))
        g.create_dataset('deflated', data=v, dtype=dt, chunks=(3, 4, 12), compression='gzip', shuffle=True, fletcher32=True, maxshape=(None, None, 12))
        g.create_dataset('one', data=v, dtype=dt, chunks=shape, compression='gzip')
        fill = v[3, 3, 3] if dt.kind in 'iufcb' else None
        g.create_dataset('unwritten', shape, dtype=dt, fillvalue=fill)
        d = g.create_dataset('partly', shape, dtype=dt, fillvalue=fill, chunks=(2, 4, 5))
        d[2:4, 1:6, 7:9] = v[2:4, 1:6, 7:9]
    for g in f.values():
        for d in g.values(): record(d)
    json.dump(index, open('index.json', 'w'))
`

func TestReadBytesAsH5py(t *testing.T) {
	for _, libver := range []string{"earliest", "v108", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			oracle.H5py(t, dir, matrixScript, libver)
			var index []struct {
				Path               string
				Start, Step, Count []uint64
				At, Size           int
			}
			readJSON(t, dir, "index.json", &index)
			values, err := os.ReadFile(filepath.Join(dir, "values.bin"))
			if err != nil {
				t.Fatal(err)
			}
			f := openFile(t, dir, "m.h5")
			for _, c := range index {
				d, err := f.Dataset(c.Path)
				if err != nil {
					t.Fatal(err)
				}
				want := values[c.At : c.At+c.Size]
				got, err := d.ReadBytes(d.Datatype().Native(), c.Start, c.Step, c.Count)
				if err != nil {
					t.Errorf("%s: %v", c.Path, err)
					continue
				}
				size := len(got)
				if strings.HasPrefix(c.Path, "/padded") {
					// HDF5 and NumPy leave anything in the gaps.
					got, want = withoutGaps(d.Datatype(), got), withoutGaps(d.Datatype(), want)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s from %d by %d, %d of type %s: other bytes than h5py reads:\n%x\n%x", c.Path, c.Start, c.Step, c.Count, d.Datatype(), got[:min(64, len(got))], want[:min(64, len(want))])
				}
				if c.Step[0] == 1 && c.Step[1] == 1 && c.Step[2] == 1 && c.Count[0] == 7 {
					whole, err := d.ReadBytes(d.Datatype().Native(), nil, nil, nil)
					if err != nil || len(whole) != size {
						t.Errorf("%s: read whole: %d bytes, %v", c.Path, len(whole), err)
					}
				}
			}
			if t.Failed() {
				return
			}
			testReadTyped(t, f)
		})
	}
}

func withoutGaps(t *Datatype, b []byte) []byte {
	var out []byte
	for i := 0; i < len(b); i += t.size {
		for _, m := range t.members {
			out = append(out, b[i+m.Offset:i+m.Offset+m.Type.size]...)
		}
	}
	return out
}

func readJSON(t *testing.T, dir, name string, v any) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, v); err != nil {
		t.Fatal(err)
	}
}

func openFile(t testing.TB, dir, name string) *File {
	t.Helper()
	f, err := Open(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// testReadTyped reads datasets whose bytes are known to be right as Go types.
func testReadTyped(t *testing.T, f *File) {
	type record struct {
		N int64   `hdf5:"n"`
		X float32 `hdf5:"x"`
		S string  `hdf5:"s"`
	}
	type nested struct {
		Q struct {
			Z  complex128 `hdf5:"z"`
			OK bool       `hdf5:"ok"`
		} `hdf5:"q"`
		P [2][3]int32 `hdf5:"p"`
	}
	for _, layout := range []string{"contiguous", "compact", "chunked", "rows", "deflated", "one", "partly"} {
		sameAs[uint16](t, f, "u2/"+layout)
		sameAs[int64](t, f, "bi8/"+layout)
		sameAs[int16](t, f, "enum/"+layout)
		sameAs[float64](t, f, "bf8/"+layout)
		sameAs[complex64](t, f, "c8/"+layout)
		sameAs[bool](t, f, "bool/"+layout)
		sameAs[string](t, f, "S5/"+layout)
		sameAs[record](t, f, "rec/"+layout)
		sameAs[nested](t, f, "nested/"+layout)
		sameAs[[6]byte](t, f, "V6/"+layout)
	}
}

// sameAs reads a dataset as T, whole and as slabs, and compares with its elements one by one.
func sameAs[T any](t *testing.T, f *File, path string) {
	t.Helper()
	d, err := f.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	stored, err := d.ReadBytes(d.Datatype(), nil, nil, nil)
	if err != nil {
		t.Fatal(path, err)
	}
	whole, err := Read[T](d)
	if err != nil {
		t.Fatal(path, err)
	}
	size := d.Datatype().Size()
	for i, v := range whole {
		want, err := d.Datatype().Value(stored[i*size : (i+1)*size])
		if err != nil {
			t.Fatal(err)
		}
		if got := plain(reflect.ValueOf(v)); !sameValue(got, want) {
			t.Fatalf("%s: element %d read as %T is %v, want %v", path, i, v, got, want)
		}
	}
	shape := d.Shape()
	slab := make([]T, 3*2*3)
	if err := ReadSlab(d, slab, []uint64{1, 2, 0}, []uint64{2, 5, 4}, []uint64{3, 2, 3}); err != nil {
		t.Fatal(path, err)
	}
	for i := range slab {
		at := (uint64(1+i/6*2)*shape[1]+uint64(2+i/3%2*5))*shape[2] + uint64(i%3*4)
		if !reflect.DeepEqual(slab[i], whole[at]) {
			t.Fatalf("%s: element %d of a slab is %v, want %v", path, i, slab[i], whole[at])
		}
	}
}

// plain turns a typed Go value into what Datatype.Value gives.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Int16, reflect.Int32, reflect.Int64:
		return v.Int()
	case reflect.Uint16, reflect.Uint8:
		return v.Uint()
	case reflect.Float32, reflect.Float64:
		return v.Float()
	case reflect.Complex64, reflect.Complex128:
		return v.Complex()
	case reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			b := make([]byte, v.Len())
			reflect.Copy(reflect.ValueOf(b), v)
			return b
		}
		var list []any
		for i := range v.Len() {
			list = append(list, plain(v.Index(i)))
		}
		return list
	case reflect.Struct:
		r := Record{}
		for i := range v.NumField() {
			r = append(r, Field{v.Type().Field(i).Tag.Get("hdf5"), plain(v.Field(i))})
		}
		return r
	}
	return v.Interface()
}

// sameValue compares by members' names and ignores how arrays nest.
func sameValue(got, want any) bool {
	if r, ok := want.(Record); ok {
		g, ok := got.(Record)
		if !ok || len(g) != len(r) {
			return false
		}
		for _, f := range g {
			found := false
			for _, w := range r {
				found = found || w.Name == f.Name && sameValue(f.Value, w.Value)
			}
			if !found {
				return false
			}
		}
		return true
	}
	if v := reflect.ValueOf(got); v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Interface {
		return strings.NewReplacer("[", "", "]", "").Replace(fmt.Sprint(got)) == strings.NewReplacer("[", "", "]", "").Replace(fmt.Sprint(want))
	}
	return reflect.DeepEqual(got, want)
}

// textScript writes strings and sequences of every kind.
const textScript = `
import h5py, numpy as np, sys
with h5py.File('s.h5', 'w', libver=sys.argv[1]) as f:
    words = ['', 'a', 'süß', 'x' * 300, '日本語', 'tail']
    f.create_dataset('utf8', data=words, dtype=h5py.string_dtype())
    f.create_dataset('ascii', data=['one', 'two', ''], dtype=h5py.string_dtype('ascii'))
    f.create_dataset('chunked', data=words * 50, dtype=h5py.string_dtype(), chunks=(7,), compression='gzip')
    f.create_dataset('unwritten', (3,), dtype=h5py.string_dtype())
    f.create_dataset('scalar', data='alone')
    f.create_dataset('fixed', data=np.array([b'', b'ab', b'abcd'], dtype='S4'))
    for name, pad in (('nullterm', h5py.h5t.STR_NULLTERM), ('nullpad', h5py.h5t.STR_NULLPAD), ('spacepad', h5py.h5t.STR_SPACEPAD)):
        t = h5py.h5t.C_S1.copy(); t.set_size(5); t.set_strpad(pad)
        d = h5py.h5d.create(f.id, name.encode(), t, h5py.h5s.create_simple((3,)))
        d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.array([b'ab', b'abcde', b'a b  '], dtype='S5'))
    d = f.create_dataset('seq', (4,), dtype=h5py.vlen_dtype('<i4'))
    d[0] = [1, 2, 3]; d[2] = [-7]; d[3] = np.arange(100)
    d = f.create_dataset('pairs', (2,), dtype=h5py.vlen_dtype(np.dtype([('x','<u2'),('y','>f4')])))
    d[0] = np.array([(1, 2.5), (3, 4.5)], dtype=[('x','<u2'),('y','>f4')])
    dt = np.dtype([('id','<i4'),('name',h5py.string_dtype())])
    d = f.create_dataset('rec', (2,), dtype=dt)
    d[0] = (1, 'first'); d[1] = (2, 'second')
    f.create_dataset('ref', data=np.array([f['seq'].ref, h5py.Reference()], dtype=h5py.ref_dtype), dtype=h5py.ref_dtype)
    f.create_dataset('null', data=h5py.Empty('<f4'))
    f.create_dataset('empty', (0, 5), '<i2')
    print(h5py.h5o.get_info(f['seq'].id).addr)
`

func TestReadTextAndSequences(t *testing.T) {
	for _, libver := range []string{"earliest", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			address := strings.TrimSpace(string(oracle.H5py(t, dir, textScript, libver)))
			f := openFile(t, dir, "s.h5")
			words := []string{"", "a", "süß", strings.Repeat("x", 300), "日本語", "tail"}
			var many []string
			for range 50 {
				many = append(many, words...)
			}
			wantRead(t, f, "utf8", words)
			wantRead(t, f, "ascii", []string{"one", "two", ""})
			wantRead(t, f, "chunked", many)
			wantRead(t, f, "unwritten", []string{"", "", ""})
			wantRead(t, f, "scalar", []string{"alone"})
			wantRead(t, f, "fixed", []string{"", "ab", "abcd"})
			wantRead(t, f, "nullterm", []string{"ab", "abcd", "a b  "[:4]})
			wantRead(t, f, "nullpad", []string{"ab", "abcde", "a b  "})
			wantRead(t, f, "spacepad", []string{"ab", "abcde", "a b"})
			hundred := make([]int64, 100)
			for i := range hundred {
				hundred[i] = int64(i)
			}
			wantRead(t, f, "seq", [][]int64{{1, 2, 3}, nil, {-7}, hundred})
			type pair struct {
				Y float64 `hdf5:"y"`
				X uint16  `hdf5:"x"`
			}
			wantRead(t, f, "pairs", [][]pair{{{2.5, 1}, {4.5, 3}}, nil})
			type named struct {
				Name string `hdf5:"name"`
				ID   uint8  `hdf5:"id"`
			}
			wantRead(t, f, "rec", []named{{"first", 1}, {"second", 2}})
			type onlyName struct {
				Name string `hdf5:"name"`
				Note string
			}
			wantRead(t, f, "rec", []onlyName{{Name: "first"}, {Name: "second"}})
			wantRead(t, f, "null", []float32{})
			wantRead(t, f, "empty", []int16{})
			d, err := f.Dataset("ref")
			if err != nil {
				t.Fatal(err)
			}
			refs, err := Read[ObjectRef](d)
			if err != nil || fmt.Sprint(refs) != "["+address+" 0]" {
				t.Errorf("references %v, %v, want %s and 0", refs, err, address)
			}

			d, err = f.Dataset("utf8")
			if err != nil {
				t.Fatal(err)
			}
			fixed, err := d.ReadBytes(String(4, NullPadded, UTF8), []uint64{1}, nil, []uint64{3})
			if err != nil || string(fixed) != "a\x00\x00\x00sü\xc3xxxx" {
				t.Errorf("as strings of 4 bytes: %q, %v", fixed, err)
			}
		})
	}
}

func wantRead[T any](t *testing.T, f *File, path string, want []T) {
	t.Helper()
	d, err := f.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read[T](d)
	if err != nil {
		t.Errorf("%s: %v", path, err)
		return
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", path, diff)
	}
}

func TestReadRefuses(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File('r.h5', 'w') as f:
    f['words'] = ['a', 'b']
    f['rec'] = np.zeros(3, [('x', 'f4')])
    f['n'] = np.zeros((3, 4), 'i2')
    f.create_dataset('huge', (1 << 20, 1 << 20), 'f8', chunks=(64, 64))
    l = h5py.VirtualLayout((3, 4), 'i2'); l[...] = h5py.VirtualSource('r.h5', 'n', (3, 4))
    f.create_virtual_dataset('v', l)
    f.create_dataset('enum', data=[0, 1], dtype=h5py.enum_dtype({'A': 0, 'B': 1}, 'i1'))
`)
	f := openFile(t, dir, "r.h5")
	open := func(path string) *Dataset {
		d, err := f.Dataset(path)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	check := func(what string, err error, want ...string) {
		t.Helper()
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: error %v, want one with %q", what, err, w)
			}
		}
	}
	_, err := Read[float64](open("words"))
	check("strings as numbers", err, "string", "float64", "r.h5", "/words")
	_, err = Read[string](open("n"))
	check("numbers as strings", err, "int16", "string")
	_, err = Read[float32](open("rec"))
	check("compound as number", err, "compound{x float32}", "float32")
	_, err = Read[struct{ Y float32 }](open("rec"))
	check("no member in common", err, "member")
	_, err = Read[bool](open("enum"))
	check("other enumeration as bool", err, "FALSE")
	_, err = Read[chan int](open("n"))
	check("Go type without datatype", err, "chan int")
	_, err = open("words").ReadBytes(open("words").Datatype(), nil, nil, nil)
	check("packed strings", err, "packed")
	_, err = Read[int16](open("v"))
	if !errors.Is(err, ErrVirtual) {
		t.Errorf("virtual: %v", err)
	}
	_, err = Read[float64](open("huge"))
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("8 TiB of nothing: %v", err)
	}
	if _, err := open("huge").ReadBytes(Float64(), []uint64{0, 0}, nil, []uint64{1 << 20, 1 << 19}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("4 TiB of nothing as bytes: %v", err)
	}
	part := make([]float64, 4)
	if err := ReadSlab(open("huge"), part, []uint64{1 << 19, 1 << 18}, []uint64{1 << 18, 1}, []uint64{2, 2}); err != nil {
		t.Errorf("part of it: %v", err)
	}
	small := make([]int16, 4)
	n := open("n")
	check("outside", ReadSlab(n, small, []uint64{2, 0}, nil, []uint64{2, 2}), "axis 0")
	check("outside by its step", ReadSlab(n, small, []uint64{0, 0}, []uint64{1, math.MaxUint64}, []uint64{2, 2}), "axis 1")
	check("step 0", ReadSlab(n, small, []uint64{0, 0}, []uint64{0, 1}, []uint64{2, 2}), "step 0")
	check("rank", ReadSlab(n, small, []uint64{0}, nil, []uint64{4}), "rank")
	check("too little memory", ReadSlab(n, small[:3], []uint64{0, 0}, nil, []uint64{2, 2}), "memory")
}

// TestReadStoredModel reads random boxes of arrays that are larger than the buffers, and compares element by element.
func TestReadStoredModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 5))
	d := &Dataset{}
	for _, stored := range []*Datatype{Uint16(), BigEndian(Uint16())} {
		memory, err := MemoryOf[uint16]()
		if err != nil {
			t.Fatal(err)
		}
		c, err := newConversion(stored, memory, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for range 100 {
			shape := []uint64{1 + rng.Uint64N(5), 1 + rng.Uint64N(20), 1 + rng.Uint64N(6000)}
			if rng.IntN(3) == 0 {
				shape = []uint64{1 + rng.Uint64N(9), 1 + rng.Uint64N(9), 1 + rng.Uint64N(9)}
			}
			start, step, count := make([]uint64, 3), make([]uint64, 3), make([]uint64, 3)
			total := uint64(1)
			for i, n := range shape {
				start[i] = rng.Uint64N(n)
				step[i] = 1 + rng.Uint64N(4)*rng.Uint64N(3)
				count[i] = 1 + rng.Uint64N((n-1-start[i])/step[i]+1)
				if rng.IntN(2) == 0 {
					start[i], step[i], count[i] = 0, 1, n
				}
				total *= count[i]
			}
			data := make([]byte, 2*shape[0]*shape[1]*shape[2])
			for i := range len(data) / 2 {
				v := uint16(i) * 40503
				if stored.order == OrderBE {
					binary.BigEndian.PutUint16(data[2*i:], v)
				} else {
					binary.LittleEndian.PutUint16(data[2*i:], v)
				}
			}
			got := make([]uint16, total)
			read := func(p []byte, off int64) error {
				if off < 0 || off+int64(len(p)) > int64(len(data)) {
					return fmt.Errorf("%d bytes at %d of %d", len(p), off, len(data))
				}
				copy(p, data[off:])
				return nil
			}
			offset, stride := storedBox(shape, 2, start, step)
			if err := d.readStored(read, offset, stride, c, unsafe.Pointer(&got[0]), rowMajor(count, 2), count); err != nil {
				t.Fatalf("shape %d, box %d %d %d: %v", shape, start, step, count, err)
			}
			k := 0
			for x := range count[0] {
				for y := range count[1] {
					for z := range count[2] {
						at := ((start[0]+x*step[0])*shape[1]+start[1]+y*step[1])*shape[2] + start[2] + z*step[2]
						if want := uint16(at) * 40503; got[k] != want {
							t.Fatalf("shape %d, box %d %d %d: element %d is %d, want %d", shape, start, step, count, k, got[k], want)
						}
						k++
					}
				}
			}
		}
	}
}

func BenchmarkReadSlab(b *testing.B) {
	dir := b.TempDir()
	oracle.H5py(b, dir, `
import h5py, numpy as np
v = (np.arange(64 * 1024 * 1024) & 0x3fff).astype('<u2').reshape(64, 1024, 1024)
with h5py.File('b.h5', 'w', libver='latest') as f:
    f['contiguous'] = v
    f.create_dataset('chunked', data=v, chunks=(1, 256, 256))
    f.create_dataset('big', data=v.astype('>u2'))
`)
	f := openFile(b, dir, "b.h5")
	for _, c := range []struct {
		name               string
		path               string
		start, step, count []uint64
	}{
		{"whole", "contiguous", []uint64{0, 0, 0}, nil, []uint64{64, 1024, 1024}},
		{"every other frame", "contiguous", []uint64{0, 0, 0}, []uint64{2, 1, 1}, []uint64{32, 1024, 1024}},
		{"every other column", "contiguous", []uint64{0, 0, 0}, []uint64{1, 1, 2}, []uint64{64, 1024, 512}},
		{"one column", "contiguous", []uint64{0, 0, 17}, []uint64{1, 1, 1}, []uint64{64, 1024, 1}},
		{"region", "contiguous", []uint64{0, 100, 100}, nil, []uint64{64, 100, 100}},
		{"big-endian whole", "big", []uint64{0, 0, 0}, nil, []uint64{64, 1024, 1024}},
		{"chunked whole", "chunked", []uint64{0, 0, 0}, nil, []uint64{64, 1024, 1024}},
		{"chunked region", "chunked", []uint64{0, 100, 100}, nil, []uint64{64, 100, 100}},
	} {
		b.Run(c.name, func(b *testing.B) {
			d, err := f.Dataset(c.path)
			if err != nil {
				b.Fatal(err)
			}
			n, _ := elementCount(c.count)
			values := make([]uint16, n)
			b.SetBytes(int64(2 * n))
			b.ReportAllocs()
			for b.Loop() {
				if err := ReadSlab(d, values, c.start, c.step, c.count); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
