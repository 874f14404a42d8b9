package chunkindex

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func reader(b []byte) *block.Reader {
	r := block.NewReader("f", bytes.NewReader(b), int64(len(b)))
	r.Configure(0, cursor.Sizes{Offset: 8, Length: 8})
	return r
}

// Numbering and its inverse agree, and an axis without a limit comes first.
func TestNumbering(t *testing.T) {
	for _, c := range []struct {
		limit []uint64
		first int
		down  []uint64
	}{
		{[]uint64{4, 5, 6}, -1, []uint64{30, 6, 1}},
		{[]uint64{message.Unlimited, 5, 6}, 0, []uint64{30, 6, 1}},
		{[]uint64{4, message.Unlimited, 6}, 1, []uint64{6, 24, 1}},
		{[]uint64{4, 5, message.Unlimited}, 2, []uint64{5, 1, 20}},
	} {
		n, ok := newNumbering(c.limit, c.first)
		if !ok {
			t.Fatal("it does not fit")
		}
		back := make([]uint64, 3)
		for a := range uint64(4) {
			for b := range uint64(5) {
				for d := range uint64(6) {
					scaled := []uint64{a, b, d}
					number, ok := n.number(scaled)
					n.scaled(back, number)
					if want := a*c.down[0] + b*c.down[1] + d*c.down[2]; !ok || number != want || back[0] != a || back[1] != b || back[2] != d {
						t.Fatalf("%d: chunk %d has number %d, not %d; back %d", c.limit, scaled, number, want, back)
					}
				}
			}
		}
	}
	if _, ok := newNumbering([]uint64{1 << 40, 1 << 40, 1}, -1); ok {
		t.Error("2^80 chunks have no numbers")
	}
	n, _ := newNumbering([]uint64{message.Unlimited, 1 << 40}, 0)
	if _, ok := n.number([]uint64{1 << 30, 0}); ok {
		t.Error("a number of 2^70")
	}
}

// The table of super blocks of the specification, for the usual parameters.
func TestSuperBlocks(t *testing.T) {
	x := extensibleArray{maxBits: 32, indexElements: 4, minElements: 16, minPointers: 4, pageBits: 10}
	c := cursor.New("f", 0, nil, cursor.Sizes{}, "")
	if err := x.derive(&c); err != nil {
		t.Fatal(err)
	}
	if x.superBlocks != 29 || x.directSupers != 4 || x.directBlocks != 6 {
		t.Errorf("%d super blocks, %d direct with %d data blocks", x.superBlocks, x.directSupers, x.directBlocks)
	}
	for k, want := range map[int]arraySuper{
		0: {1, 16, 0, 0, 0}, 1: {1, 32, 16, 1, 0}, 2: {2, 32, 48, 2, 0}, 3: {2, 64, 112, 4, 0}, 4: {4, 64, 240, 6, 0}, 7: {8, 256, 2032, 22, 0},
		11: {32, 1024, 32752, 94, 0}, 12: {64, 1024, 65520, 126, 0}, 13: {64, 2048, 131056, 190, 2}, 14: {128, 2048, 262128, 254, 2},
	} {
		if got := x.superBlock(k); got != want {
			t.Errorf("super block %d: %v, not %v", k, got, want)
		}
	}
}

// seed is a chunk index in a file of h5py.
type seed struct {
	Layout  []byte // the layout message
	Dims    []uint64
	MaxDims []uint64 // 0: no limit
	Filters bool
}

// seeds writes files with each kind of index.
func seeds(t testing.TB) (files [][]byte, list []seed) {
	dir := t.TempDir()
	out := oracle.H5py(t, dir, `
import h5py, json, numpy as np, base64
def write(name, libver, shape, chunks, maxshape, early=False, filtered=False):
    with h5py.File(name, "w", libver=libver) as f:
        plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
        plist.set_chunk(chunks)
        if early: plist.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
        if filtered: plist.set_deflate(1)
        U = h5py.h5s.UNLIMITED
        d = h5py.Dataset(h5py.h5d.create(f.id, b"d", h5py.h5t.NATIVE_UINT8, h5py.h5s.create_simple(shape, tuple(U if n is None else n for n in maxshape)), plist))
        d[...] = np.ones(shape, "u1")
    b = open(name, "rb").read()
    # the layout message is found by its beginning, class chunked and the number of dimensions
    import struct
    if libver == "latest":
        flags = 2 if filtered and chunks == shape else 0
        start = b.index(bytes([4, 2, flags, len(shape) + 1, 1]) + bytes(chunks) + b"\x01")
    else:
        start = b.index(bytes([3, 2, len(shape) + 1]))
    print(json.dumps({"Layout": base64.b64encode(b[start:start + 60]).decode(), "Dims": shape, "MaxDims": [n or 0 for n in maxshape], "Filters": filtered}))
n = 0
for libver, shape, chunks, maxshape, early in [("earliest", (9, 10), (2, 3), (9, 10), False), ("latest", (9, 10), (9, 10), (9, 10), False), ("latest", (9, 10), (2, 3), (12, 12), True),
        ("latest", (9, 10), (2, 3), (12, 12), False), ("latest", (90, 10), (1, 3), (None, 12), False), ("latest", (9, 10), (2, 3), (12, None), False), ("latest", (12, 20), (1, 1), (None, None), False), ("latest", (1500,), (1,), (1500,), False)]:
    for filtered in (False, True):
        if early and filtered: continue
        write("%02d.h5" % n, libver, shape, chunks, maxshape, early, filtered)
        n += 1
`)
	dec := json.NewDecoder(bytes.NewReader(out))
	for dec.More() {
		var s seed
		if err := dec.Decode(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.h5"))
	if err != nil || len(names) != len(list) {
		t.Fatal(names, err)
	}
	for _, name := range names {
		b, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files, list
}

// walkAll opens an index, lists it and looks chunks up.
func walkAll(t testing.TB, b []byte, s seed) (chunks int, err error) {
	c := cursor.New("f", 0, s.Layout, cursor.Sizes{Offset: 8, Length: 8}, "layout")
	l, err := message.DecodeLayout(&c)
	if err != nil || l.Class != message.LayoutChunked || len(l.ChunkDims) != len(s.Dims) || len(s.Dims) != len(s.MaxDims) {
		return 0, err
	}
	space := message.Dataspace{Class: message.SpaceSimple, Dims: s.Dims}
	for i, n := range s.MaxDims {
		if n == 0 {
			n = message.Unlimited
		}
		space.MaxDims = append(space.MaxDims, max(n, s.Dims[i]))
	}
	grid := NewGrid(&l, space, s.Filters)
	index, err := Open(reader(b), &l, grid)
	if err != nil {
		return 0, err
	}
	err = index.Walk(func(scaled []uint64, e Entry) (bool, error) {
		if chunks++; chunks > 16*len(b)+1 {
			t.Fatal("more chunks than bits")
		}
		return chunks < 2000, nil
	})
	scaled := make([]uint64, len(s.Dims))
	for k := range uint64(50) {
		for i, n := range grid.Count {
			scaled[i] = (k * 7919 * uint64(i+1)) % max(n, 1)
		}
		if !grid.Contains(scaled) {
			continue
		}
		if _, _, lookupErr := index.Lookup(scaled); err == nil {
			err = lookupErr
		}
	}
	return chunks, err
}

func TestSeeds(t *testing.T) {
	files, list := seeds(t)
	for i, s := range list {
		c := cursor.New("f", 0, s.Layout, cursor.Sizes{Offset: 8, Length: 8}, "layout")
		l, err := message.DecodeLayout(&c)
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		for axis, n := range s.Dims {
			want *= int(ceilDiv(n, l.ChunkDims[axis]))
		}
		if n, err := walkAll(t, files[i], s); err != nil || n != want {
			t.Errorf("%+v: %d chunks of %d, %v", s, n, want, err)
		}
	}
}

func FuzzIndex(f *testing.F) {
	files, list := seeds(f)
	for i, s := range list {
		rank := len(s.Dims)
		dims := append(append([]uint64(nil), s.Dims...), s.MaxDims...)
		var packed []byte
		for _, n := range dims {
			packed = append(packed, byte(n), byte(n>>8))
		}
		f.Add(files[i], s.Layout, packed[:2*rank], packed[2*rank:], s.Filters)
	}
	f.Fuzz(func(t *testing.T, b, layout, dims, limits []byte, filtered bool) {
		s := seed{Layout: layout, Filters: filtered}
		for i := 0; i+1 < len(dims) && i+1 < len(limits) && i < 2*message.MaxRank; i += 2 {
			s.Dims = append(s.Dims, uint64(dims[i])|uint64(dims[i+1])<<8)
			s.MaxDims = append(s.MaxDims, uint64(limits[i])|uint64(limits[i+1])<<8)
		}
		_ = mend.Checksums(bytes.Clone(b), func(b []byte) error {
			_, err := walkAll(t, b, s)
			return err
		})
	})
}
