package dataspace

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// h5pyPrelude finds the serialized selection within what H5Sencode writes (object id, version, size
// of sizes, u32 length of the extent message, extent message, selection), and makes a selection of
// one by putting it behind the extent of another.
const h5pyPrelude = `
import json, random, struct, sys
import h5py, numpy as np
from h5py import h5s

def head(space):
    b = space.encode()
    return b[:7 + struct.unpack('<I', b[3:7])[0]]

def selection(space):
    return space.encode()[len(head(space)):]

def npoints(blocks):
    return sum(int(np.prod([h - l + 1 for l, h in zip(lo, hi)])) for lo, hi in blocks)

def blocks(space):
    return [[[int(x) for x in lo], [int(x) for x in hi]] for lo, hi in space.get_select_hyper_blocklist()]
`

// h5pyCase is a selection that h5py made: its serialized form, and what h5py says of it.
type h5pyCase struct {
	Bytes  string
	Kind   string
	Shape  []uint64
	Blocks [][2][]uint64
	Points [][]uint64
	Count  uint64
}

// TestDecodeH5py decodes what libhdf5 encodes: random hyperslabs, unions of them, lists of points.
func TestDecodeH5py(t *testing.T) {
	out := oracle.H5py(t, t.TempDir(), h5pyPrelude+`
seed = int(sys.argv[1]); random.seed(seed)
def slab(space, op, shape):
    start, count, stride, block = [], [], [], []
    for n in shape:
        b = random.randint(1, 3); st = b + random.randint(0, 3); s = random.randint(0, n // 2)
        if s + b > n: b = n - s; st = max(st, b)
        c = random.randint(1, (n - s - b) // st + 1)
        start.append(s); count.append(c); stride.append(st); block.append(b)
    space.select_hyperslab(tuple(start), tuple(count), tuple(stride), tuple(block), op)
for i in range(1500):
    shape = random.choice([(40,), (9, 11), (5, 4, 6), (3, 3, 4, 5)])
    space = h5s.create_simple(shape)
    case = {'Shape': shape, 'Blocks': [], 'Points': []}
    kind = random.choice(['slab', 'slab', 'union', 'union', 'points', 'all', 'none'])
    if kind == 'slab':
        slab(space, h5s.SELECT_SET, shape)
    elif kind == 'union':
        slab(space, h5s.SELECT_SET, shape)
        for _ in range(random.randint(1, 4)):
            slab(space, random.choice([h5s.SELECT_OR, h5s.SELECT_OR, h5s.SELECT_XOR, h5s.SELECT_NOTB]), shape)
        if space.get_select_npoints() == 0:
            continue
    elif kind == 'points':
        space.select_elements([[random.randrange(n) for n in shape] for _ in range(random.randint(1, 9))])
        case['Points'] = [[int(x) for x in p] for p in space.get_select_elem_pointlist()]
    elif kind == 'none':
        space.select_none()
    if kind in ('slab', 'union'):
        case['Blocks'] = blocks(space)
        # libhdf5 1.10 takes some unions for regular hyperslabs that they are not, and then lists and
        # encodes other elements than it counted.
        if npoints(case['Blocks']) != space.get_select_npoints():
            continue
    case.update(Kind=kind, Bytes=selection(space).hex(), Count=int(space.get_select_npoints()))
    print(json.dumps(case))
`, fmt.Sprint(seedOf(t)))
	cases := 0
	for line := range bytes.Lines(out) {
		var c h5pyCase
		if err := json.Unmarshal(line, &c); err != nil {
			t.Fatal(err)
		}
		cases++
		b := fromHex(t, c.Bytes)
		s, n, err := Decode(b)
		if err != nil || n != len(b) {
			t.Fatalf("%s: %d of %d bytes, %v", c.Bytes, n, len(b), err)
		}
		if count, err := s.Count(c.Shape); err != nil || count != c.Count {
			t.Fatalf("%s: %v has %d elements, %v; h5py says %d", c.Bytes, s, count, err, c.Count)
		}
		switch c.Kind {
		case "slab", "union":
			var boxes []Box
			for _, block := range c.Blocks {
				box := Box{Start: block[0]}
				for axis, hi := range block[1] {
					box.Count = append(box.Count, hi-block[0][axis]+1)
				}
				boxes = append(boxes, box)
			}
			if got, want := listed(t, s, nil), boxElements(boxes, c.Shape); !slices.Equal(got, want) {
				t.Fatalf("%s: %v lists %v; h5py %v", c.Bytes, s, got, want)
			}
		case "points":
			var want []string
			for _, p := range c.Points {
				want = append(want, fmt.Sprint(p))
			}
			if got := listed(t, s, nil); !slices.Equal(got, want) {
				t.Fatalf("%s: %v lists %v; h5py %v", c.Bytes, s, got, want)
			}
		}
		again, err := s.AppendEncode(nil)
		if err != nil {
			t.Fatal(err)
		}
		// We list the blocks of a regular hyperslab only while they are few.
		if !bytes.Equal(again, b) && (s.Kind() != KindRegular || uint64(len(b)) <= 24+8*maxListedBlocks*uint64(s.Rank())) {
			t.Fatalf("%v is encoded as\n%x, and by h5py as\n%x", s, again, b)
		}
	}
	if cases < 1000 {
		t.Fatalf("h5py made %d cases", cases)
	}
}

func seedOf(t *testing.T) uint64 {
	r := newRandom(t)
	return r.upTo(1 << 30)
}

// TestEncodeH5py has libhdf5 decode what we encode.
func TestEncodeH5py(t *testing.T) {
	type sent struct {
		Bytes    string
		Shape    []uint64
		Unclosed []Dim // an unlimited hyperslab: its start, stride, count and block
	}
	type answer struct {
		Type   int
		Count  uint64
		Blocks [][2][]uint64
		Points [][]uint64
		Dims   [][]uint64
	}
	r := newRandom(t)
	var cases []sent
	var want [][]string
	for range 1500 {
		shape := [][]uint64{{40}, {9, 11}, {5, 4, 6}}[r.IntN(3)]
		s, all := r.selection(t, shape)
		c := sent{Shape: shape}
		if r.IntN(8) == 0 {
			dims := r.dims(shape)
			dims[0].Count = Unlimited
			if s, all = mustRegular(t, dims...), nil; true {
				c.Unclosed = s.Dims()
			}
		}
		b, err := s.AppendEncode(nil)
		if err != nil {
			t.Fatal(err)
		}
		c.Bytes = hex.EncodeToString(b)
		cases, want = append(cases, c), append(want, all)
	}
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "cases.json"), text, 0o666); err != nil {
		t.Fatal(err)
	}
	out := oracle.H5py(t, dir, h5pyPrelude+`
for c in json.load(open('cases.json')):
    shape = tuple(c['Shape'])
    space = h5s.create_simple(shape, (h5s.UNLIMITED,) * len(shape))
    space = h5s.decode(head(space) + bytes.fromhex(c['Bytes']))
    a = {'Type': int(space.get_select_type())}
    if c['Unclosed']:
        a['Dims'] = [[int(x) for x in w] for w in space.get_regular_hyperslab()]
    else:
        a['Count'] = int(space.get_select_npoints())
        if a['Type'] == h5s.SEL_HYPERSLABS:
            a['Blocks'] = blocks(space)
        if a['Type'] == h5s.SEL_POINTS:
            a['Points'] = [[int(x) for x in p] for p in space.get_select_elem_pointlist()]
    print(json.dumps(a))
`)
	i := 0
	for line := range bytes.Lines(out) {
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			t.Fatal(err)
		}
		c := cases[i]
		var got []string
		switch {
		case c.Unclosed != nil:
			for axis, d := range c.Unclosed {
				words := []uint64{a.Dims[0][axis], a.Dims[1][axis], a.Dims[2][axis], a.Dims[3][axis]}
				if !slices.Equal(words, []uint64{d.Start, d.Stride, d.Count, d.Block}) {
					t.Fatalf("%s: h5py has %v, and we %v", c.Bytes, a.Dims, c.Unclosed)
				}
			}
		case a.Points != nil:
			for _, p := range a.Points {
				got = append(got, fmt.Sprint(p))
			}
		default:
			var boxes []Box
			for _, block := range a.Blocks {
				box := Box{Start: block[0]}
				for axis, hi := range block[1] {
					box.Count = append(box.Count, hi-block[0][axis]+1)
				}
				boxes = append(boxes, box)
			}
			got = boxElements(boxes, c.Shape)
		}
		if !slices.Equal(got, want[i]) || c.Unclosed == nil && a.Count != uint64(len(got)) {
			t.Fatalf("%s: h5py lists %v (%d), want %v", c.Bytes, got, a.Count, want[i])
		}
		i++
	}
	if i != len(cases) {
		t.Fatalf("h5py answered %d of %d", i, len(cases))
	}
}

// TestDecodeVirtualLayout decodes selections as they stand in files, where libhdf5 chooses the
// version by the file's bounds: version 2 for four blocks and more in new files.
func TestDecodeVirtualLayout(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py
from h5py import h5s, h5p, h5d, h5t, UNLIMITED
for name, libver in (('old.h5', 'earliest'), ('new.h5', 'latest')):
    with h5py.File(name, 'w', libver=libver) as f:
        plist = h5p.create(h5p.DATASET_CREATE)
        virtual = h5s.create_simple((60, 10), (UNLIMITED, 10))
        source = h5s.create_simple((60, 10), (UNLIMITED, 10))
        virtual.select_hyperslab((1, 0), (6, 1), (9, 1), (2, 10))
        source.select_hyperslab((0, 0), (12, 1), (1, 1), (1, 10))
        plist.set_virtual(virtual, b'FIRST.h5', b'/d', source)
        virtual.select_hyperslab((3, 2), (UNLIMITED, 1), (9, 1), (1, 4))
        source.select_hyperslab((0, 0), (UNLIMITED, 1), (1, 1), (1, 4))
        plist.set_virtual(virtual, b'SECOND.h5', b'/d', source)
        h5d.create(f.id, b'v', h5t.NATIVE_INT32, h5s.create_simple((60, 10), (UNLIMITED, 10)), plist)
`)
	want := map[string][2]string{
		"FIRST.h5":  {"[0:12, 0:10]", "[1:55:9(block 2), 0:10]"},
		"SECOND.h5": {"[0:inf, 0:4]", "[3:inf:9, 2:6]"},
	}
	for _, name := range []string{"old.h5", "new.h5"} {
		file, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		for entry, texts := range want {
			names := append([]byte(entry), 0, '/', 'd', 0)
			at := bytes.Index(file, names)
			if at < 0 {
				t.Fatalf("%s: no entry %s", name, entry)
			}
			b := file[at+len(names):]
			for i, text := range texts {
				s, n, err := Decode(b)
				if err != nil || s.String() != text {
					t.Fatalf("%s, %s, selection %d: %v, %v, want %s", name, entry, i, s, err, text)
				}
				// In new files we write what libhdf5 writes there, byte by byte.
				again, err := s.AppendEncode(nil)
				if err != nil || name == "new.h5" && !bytes.Equal(again, b[:n]) {
					t.Errorf("%s, %s, selection %d is\n%x, and we write\n%x (%v)", name, entry, i, b[:n], again, err)
				}
				b = b[n:]
			}
		}
	}
}

// TestExtentH5py holds the extent of growing virtual datasets against libhdf5's: the slices that
// the source has, shown through the virtual selection.
func TestExtentH5py(t *testing.T) {
	type sent struct{ Virtual, Source, Size []uint64 }
	r := newRandom(t)
	var cases []sent
	var want []uint64
	for range 150 {
		draw := func() Dim {
			d := Dim{Start: r.upTo(4), Count: Unlimited, Block: 1 + r.upTo(2)}
			d.Stride = d.Block + r.upTo(3)
			return d
		}
		v, s, size := draw(), draw(), r.upTo(25)
		source := mustRegular(t, s)
		if size > s.Start && size < s.Start+s.Block {
			continue // libhdf5 counts a cut first block as a whole one
		}
		cases = append(cases, sent{
			Virtual: []uint64{v.Start, v.Stride, v.Block}, Source: []uint64{s.Start, s.Stride, s.Block}, Size: []uint64{size},
		})
		want = append(want, mustRegular(t, v).ExtentFor(source.Slices(size), false))
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
import json, h5py
from h5py import h5s, h5p, h5d, h5t, UNLIMITED
cases = json.load(open('cases.json'))
with h5py.File('sources.h5', 'w', libver='latest') as f:
    for i, c in enumerate(cases):
        f.create_dataset(str(i), (c['Size'][0],), 'i4', maxshape=(None,), chunks=(4,))
with h5py.File('v.h5', 'w', libver='latest') as f:
    for i, c in enumerate(cases):
        plist = h5p.create(h5p.DATASET_CREATE)
        spaces = []
        for start, stride, block in (c['Virtual'], c['Source']):
            space = h5s.create_simple((1,), (UNLIMITED,))
            space.select_hyperslab((start,), (UNLIMITED,), (stride,), (block,))
            spaces.append(space)
        plist.set_virtual(spaces[0], b'sources.h5', str(i).encode(), spaces[1])
        h5d.create(f.id, str(i).encode(), h5t.NATIVE_INT32, h5s.create_simple((0,), (UNLIMITED,)), plist)
with h5py.File('v.h5', 'r') as f:
    print(json.dumps([f[str(i)].shape[0] for i in range(len(cases))]))
`)
	var got []uint64
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	for i, c := range cases {
		if got[i] != want[i] {
			t.Errorf("%+v: libhdf5 says %d, we %d", c, got[i], want[i])
		}
	}
}
