package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// besideSources writes sources and files with virtual datasets over them.
const besideSources = `
import h5py, numpy as np
def source(name, shape, dtype='i4', path='d'):
    with h5py.File(name, 'a') as f: f[path] = (np.arange(np.prod(shape)).reshape(shape) % 97).astype(dtype)
def virtual(name, path, shape, dtype, place, labels=()):
    l = h5py.VirtualLayout(shape, dtype)
    place(l)
    with h5py.File(name, 'a', libver='latest') as f:
        d = f.create_virtual_dataset(path, l, fillvalue=7)
        for i, label in enumerate(labels): d.dims[i].label = label
S = h5py.VirtualSource
for i in range(3): source('run_%d.h5' % i, (10, 4))
def window(l):
    for i in range(3): l[3*i:3*i+3] = S('run_%d.h5' % i, 'd', shape=(10, 4))[0:3]
virtual('window.h5', 'data', (9, 4), 'i4', window, ('time', 'channel'))
def select(l):
    for i in range(3): l[i] = S('run_%d.h5' % i, 'd', shape=(10, 4))[1:9:2, 2]
virtual('select.h5', 'data', (3, 4), 'i4', select)
def whole(l):
    for i in range(3): l[10*i:10*i+10] = S('run_%d.h5' % i, 'd', shape=(10, 4))
def stacked(l):
    for i in range(3): l[i] = S('run_%d.h5' % i, 'd', shape=(10, 4))
virtual('shared.h5', 'break', (30, 4), 'i4', whole)
virtual('shared.h5', 'range', (3, 10, 4), 'i4', stacked)
virtual('convert.h5', 'data', (30, 4), 'f8', whole)
for i in range(2): source('x_%d.h5' % i, (3, 2), 'u1')
def words(l):
    for i in range(2): l[3*i:3*i+3] = S('x_%d.h5' % i, 'd', shape=(3, 2))
virtual('words.h5', 'break', (6, 2), 'u1', words)
for i in range(2): source('line_%d.h5' % i, (3, 1, 8))
def merged(l):
    for i in range(2): l[3*i:3*i+3] = S('line_%d.h5' % i, 'd', shape=(3, 1, 8))
virtual('singleton.h5', 'data', (6, 8), 'i4', merged)
def first(l):
    for i in range(2): l[i] = S('line_%d.h5' % i, 'd', shape=(3, 1, 8))[1]
virtual('index.h5', 'data', (2, 8), 'i4', first)
for i, n in enumerate((5, 3, 8)): source('event_%d.h5' % i, (n,), 'f4')
def events(l):
    l[0:4] = S('event_0.h5', 'd', shape=(5,))[1:5]
    l[4:7] = S('event_1.h5', 'd', shape=(3,))
    l[7:9] = S('event_2.h5', 'd', shape=(8,))[0:2]
virtual('ragged.h5', 'data', (9,), 'f4', events)
def gone(l):
    for i in range(4): l[3*i:3*i+3] = S('run_%d.h5' % i, 'd', shape=(10, 4))[0:3]
virtual('gone.h5', 'data', (12, 4), 'i4', gone)
for i in range(3):
    for m in range(2): source('a%%b%%%d_%d.h5' % (m, i), (2, 3))
dcpl = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
for m in range(2):
    space = h5py.h5s.create_simple((2, 6), (h5py.h5s.UNLIMITED, 6))
    space.select_hyperslab((0, 3*m), (h5py.h5s.UNLIMITED, 1), (2, 1), (2, 3))
    dcpl.set_virtual(space, b'a%%%%b%%%%%d_%%b.h5' % m, b'/d', h5py.h5s.create_simple((2, 3)))
with h5py.File('series.h5', 'w', libver='latest') as f: h5py.h5d.create(f.id, b'data', h5py.h5t.NATIVE_INT32, space, dcpl)
`

// A layout recovered beside its sources builds there, where the builder holds sources against the layout, and gives the same elements.
func TestRecoveredBesideSources(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, besideSources)
	for _, tt := range []struct {
		file string
		want []string // in the layout
		not  string
	}{
		{"window.h5", []string{"shape: [10, 4]", `"0:3"`, "time: {concat: run}", "channel: same"}, "#"},
		{"select.h5", []string{"shape: [10, 4]", "1:8 : 2"}, "#"},
		{"shared.h5", []string{"from: part\n"}, "part2"},
		{"convert.h5", []string{"type: int32", "type: float64\n    convert: true"}, "#"},
		{"words.h5", []string{"{concat: x}"}, "#"},
		{"singleton.h5", []string{", 1, 8]"}, "#"},
		{"index.h5", []string{"shape: [3, 1, 8]"}, "#"},
		{"ragged.h5", []string{"[5, 3, 8]"}, "#"},
		{"gone.h5", []string{"shape: [10, 4] # as much as is mapped, of sources that were not there"}, ""},
		{"series.h5", []string{"%b%{", "y: {concat: ", "x: {concat: "}, "#"},
	} {
		t.Run(tt.file, func(t *testing.T) {
			layout := filepath.Join(dir, tt.file+".yaml")
			again := filepath.Join(dir, "again_"+tt.file)
			first := filepath.Join(dir, tt.file)
			succeed(t, "init", "--from", first, "-o", layout)
			stored, err := os.ReadFile(layout)
			if err != nil {
				t.Fatal(err)
			}
			_, text, _ := strings.Cut(string(stored), "\n") // the first line is a comment
			for _, want := range tt.want {
				if !strings.Contains(text, want) {
					t.Errorf("%q does not stand in\n%s", want, text)
				}
			}
			if tt.not != "" && strings.Contains(text, tt.not) {
				t.Errorf("%q stands in\n%s", tt.not, text)
			}
			succeed(t, "build", layout, "-o", again)
			oracle.H5py(t, dir, `
import h5py, numpy as np
def walk(name):
    out = {}
    with h5py.File(name, 'r') as f:
        for path, d in f.items(): out[path] = (d.dtype.str, d.maxshape, d.fillvalue, d[...].tolist())
    return out
a, b = walk('`+tt.file+`'), walk('again_`+tt.file+`')
assert a == b, (a, b)
`)
		})
	}
}
