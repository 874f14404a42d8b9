package hdf5

import (
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

const attributeScript = `
import h5py, numpy as np, sys
with h5py.File('a.h5', 'w', libver=sys.argv[1]) as f:
    g = f.create_group('g')
    a = g.attrs
    a['i1'] = np.int8(-3)
    a['u8'] = np.uint64(2**64 - 1)
    a['bi4'] = np.array([1, -2, 3], '>i4')
    a['f4'] = np.float32(1.5)
    a['f2'] = np.array([0.5, -2, np.inf], 'f2')
    a['matrix'] = np.arange(6, dtype='f8').reshape(2, 3)
    a['ld'] = np.longdouble(2.25)
    a['c16'] = 1 + 2j
    a['yes'] = True
    a['flags'] = np.array([True, False])
    a['text'] = 'süß'
    a['texts'] = ['one', 'zwei', '']
    a['bytes'] = np.bytes_(b'fixed')
    a['fixeds'] = np.array([b'ab', b'abc'], 'S3')
    a.create('enum', 5, dtype=h5py.enum_dtype({'RED': 0, 'BLUE': 5}, 'i2'))
    a['rec'] = np.array([(1, 2.5, b'x'), (-1, 0.5, b'yz')], [('n', '<i2'), ('x', '>f4'), ('s', 'S2')])
    a.create('array', np.arange(6).reshape(2, 3), shape=(2, 3), dtype=np.dtype(('<i4', (3,))))
    a['void'] = np.void(b'\x00\x01\x02')
    a['ref'] = g.ref
    a['none'] = h5py.Empty('f4')
    a['empty'] = np.zeros((0,), 'i4')
    s = f.create_dataset('scale', data=np.arange(3.)); s.make_scale('axis')
    d = f.create_dataset('d', data=np.arange(3)); d.dims[0].attach_scale(s)
    print(h5py.h5o.get_info(g.id).addr, h5py.h5o.get_info(d.id).addr, h5py.h5o.get_info(s.id).addr)
`

func TestAttributeValuesOfH5py(t *testing.T) {
	for _, libver := range []string{"earliest", "v108", "latest"} {
		t.Run(libver, func(t *testing.T) {
			dir := t.TempDir()
			var group, dataset, scale ObjectRef
			if _, err := fmt.Sscan(string(oracle.H5py(t, dir, attributeScript, libver)), &group, &dataset, &scale); err != nil {
				t.Fatal(err)
			}
			f := openFile(t, dir, "a.h5")
			g, err := f.Group("g")
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]any{
				"i1": int64(-3), "u8": uint64(math.MaxUint64), "bi4": []int64{1, -2, 3}, "f4": 1.5, "f2": []float64{0.5, -2, math.Inf(1)},
				"matrix": []float64{0, 1, 2, 3, 4, 5}, "ld": 2.25, "c16": 1 + 2i, "yes": true, "flags": []bool{true, false},
				"text": "süß", "texts": []string{"one", "zwei", ""}, "bytes": "fixed", "fixeds": []string{"ab", "abc"}, "enum": int64(5),
				"rec": []any{
					Record{{"n", int64(1)}, {"x", 2.5}, {"s", "x"}},
					Record{{"n", int64(-1)}, {"x", 0.5}, {"s", "yz"}},
				},
				"array": []any{[]int64{0, 1, 2}, []int64{3, 4, 5}}, "void": []byte{0, 1, 2}, "ref": group, "none": nil, "empty": []int64{},
			}
			got := map[string]any{}
			for a, err := range g.Attributes() {
				if err != nil {
					t.Fatal(err)
				}
				if got[a.Name()], err = a.Value(); err != nil {
					t.Error(err)
				}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}

			m, err := g.Attribute("matrix")
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(m.Shape(), []uint64{2, 3}) || m.Space() != SimpleSpace {
				t.Errorf("matrix has shape %d", m.Shape())
			}
			if v, err := ReadAttribute[int8](m); err != nil || !reflect.DeepEqual(v, []int8{0, 1, 2, 3, 4, 5}) {
				t.Errorf("matrix as int8: %v, %v", v, err)
			}
			if _, err := ReadAttribute[string](m); err == nil || !strings.Contains(err.Error(), `"matrix" of /g`) {
				t.Errorf("matrix as strings: %v", err)
			}
			rec, err := g.Attribute("rec")
			if err != nil {
				t.Fatal(err)
			}
			type record struct {
				S string `hdf5:"s"`
				N uint8  `hdf5:"n"`
			}
			if v, err := ReadAttribute[record](rec); err != nil || !reflect.DeepEqual(v, []record{{"x", 1}, {"yz", 0}}) {
				t.Errorf("records: %v, %v", v, err)
			}

			d, err := f.Dataset("d")
			if err != nil {
				t.Fatal(err)
			}
			list, err := d.Attribute("DIMENSION_LIST")
			if err != nil {
				t.Fatal(err)
			}
			if v, err := ReadAttribute[[]ObjectRef](list); err != nil || !reflect.DeepEqual(v, [][]ObjectRef{{scale}}) {
				t.Errorf("DIMENSION_LIST: %v, %v, want %v", v, err, scale)
			}
			s, err := f.Dataset("scale")
			if err != nil {
				t.Fatal(err)
			}
			back, err := s.Attribute("REFERENCE_LIST")
			if err != nil {
				t.Fatal(err)
			}
			if v, err := back.Value(); err != nil || !reflect.DeepEqual(v, []any{Record{{"dataset", dataset}, {"dimension", int64(0)}}}) {
				t.Errorf("REFERENCE_LIST: %v, %v", v, err)
			}
		})
	}
}

func TestRecordPrints(t *testing.T) {
	r := Record{{"z", int64(1)}, {"a", []string{"x"}}, {"in", Record{{"ok", true}}}}
	b, err := json.Marshal(r)
	if err != nil || string(b) != `{"z":1,"a":["x"],"in":{"ok":true}}` {
		t.Errorf("%s, %v", b, err)
	}
	if got := r.String(); got != "{z: 1, a: [x], in: {ok: true}}" {
		t.Error(got)
	}
	if _, err := json.Marshal(Record{{"x", math.NaN()}}); err == nil {
		t.Error("NaN has no JSON")
	}
}
