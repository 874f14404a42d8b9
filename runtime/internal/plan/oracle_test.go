package plan

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// TestProjectH5py compares whole reads with libhdf5's: virtual datasets of up to three mappings from
// random selections, also of different ranks and one over the other, and random slices of them.
func TestProjectH5py(t *testing.T) {
	type mapping struct {
		Virtual, Source string // serialized
		Shape           []uint64
	}
	type sent struct {
		Shape    []uint64
		Mappings []mapping
		Slices   [][]uint64 // start, stop, step
	}
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := random{rand.New(rand.NewPCG(seed, 6))}
	encode := func(s dataspace.Selection) string {
		b, err := s.AppendEncode(nil)
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(b)
	}
	var cases []sent
	var want [][]int
	for len(cases) < 400 {
		var c sent
		var mappings []Mapping
		var extents [][]uint64
		for range 1 + r.IntN(3) {
			virtual, extent := r.selection(sizes[r.IntN(len(sizes))])
			n, err := virtual.Count(extent)
			if err != nil {
				t.Fatal(err)
			}
			source, sourceExtent := r.selection(n)
			if virtual.Kind() == dataspace.KindPoints || source.Kind() == dataspace.KindPoints ||
				virtual.Kind() == dataspace.KindAll && len(mappings) > 0 || len(mappings) > 0 && len(extent) != len(c.Shape) {
				continue // libhdf5 maps no points, and All is the extent of the first
			}
			if len(mappings) > 0 && mappings[0].Virtual.Kind() == dataspace.KindAll {
				break
			}
			for axis, e := range extent {
				if axis == len(c.Shape) {
					c.Shape = append(c.Shape, e)
				}
				c.Shape[axis] = max(c.Shape[axis], e)
			}
			mappings = append(mappings, Mapping{virtual, source})
			extents = append(extents, sourceExtent)
			c.Mappings = append(c.Mappings, mapping{encode(virtual), encode(source), sourceExtent})
		}
		if len(mappings) == 0 {
			continue
		}
		req := r.request(c.Shape)
		req.MemOffset, req.MemStride = 0, nil
		for _, p := range req.Axes {
			c.Slices = append(c.Slices, []uint64{p.Start, p.Last() + 1, p.Step})
		}
		n, err := req.Elements()
		if err != nil {
			t.Fatal(err)
		}
		memory := slices.Repeat([]int{-1}, int(n))
		for i, m := range mappings {
			for _, s := range project(t, req, m, c.Shape, extents[i]) {
				read(memory, s, extents[i], 1000*(i+1))
			}
		}
		cases, want = append(cases, c), append(want, memory)
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cases.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	out := oracle.H5py(t, dir, `
import json, struct
import h5py, numpy as np
from h5py import h5s, h5p, h5d, h5t

def space(shape, selection):
    b = h5s.create_simple(tuple(shape)).encode()
    return h5s.decode(b[:7 + struct.unpack('<I', b[3:7])[0]] + bytes.fromhex(selection))

cases = json.load(open('cases.json'))
with h5py.File('v.h5', 'w', libver='latest') as f:
    for i, c in enumerate(cases):
        plist = h5p.create(h5p.DATASET_CREATE)
        plist.set_fill_value(np.array(-1, 'i4'))
        for k, m in enumerate(c['Mappings']):
            name = 's%d_%d' % (i, k)
            n = int(np.prod(m['Shape']))
            f[name] = np.arange(1000 * (k + 1), 1000 * (k + 1) + n, dtype='i4').reshape(m['Shape'])
            plist.set_virtual(space(c['Shape'], m['Virtual']), b'.', name.encode(), space(m['Shape'], m['Source']))
        h5d.create(f.id, b'v%d' % i, h5t.NATIVE_INT32, h5s.create_simple(tuple(c['Shape'])), plist)
with h5py.File('v.h5', 'r') as f:
    for i, c in enumerate(cases):
        # A buffer of fill values beforehand: libhdf5 leaves gaps alone where an overlap makes up for them.
        key = tuple(slice(*s) for s in c['Slices'])
        a = np.full([len(range(*s)) for s in c['Slices']], -1, 'i4')
        f['v%d' % i].read_direct(a, key)
        print(json.dumps(a.ravel().tolist()))
`)
	i := 0
	for line := range bytes.Lines(out) {
		var got []int
		if err := json.Unmarshal(line, &got); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want[i]) {
			t.Errorf("%+v: h5py reads\n%v, and we\n%v", cases[i], got, want[i])
		}
		i++
	}
	if i != len(cases) {
		t.Fatalf("h5py answered %d of %d", i, len(cases))
	}
}

// read fills memory with what a source holds in which every element is its number in C order and first.
func read(memory []int, s Segment, extent []uint64, first int) {
	eachCoordinate(make([]uint64, len(s.Count)), s.Count, func(i []uint64) {
		at, value := s.MemOffset, uint64(0)
		for axis := range i {
			at += int64(i[axis]) * s.MemStride[axis]
			value = value*extent[axis] + s.SourceStart[axis] + i[axis]*s.SourceStep[axis]
		}
		memory[at] = first + int(value)
	})
}
