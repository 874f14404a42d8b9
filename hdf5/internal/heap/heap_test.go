package heap

import (
	"bytes"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

func reader(b []byte) *block.Reader {
	r := block.NewReader("f", bytes.NewReader(b), int64(len(b)))
	r.Configure(0, cursor.Sizes{Offset: 8, Length: 8})
	return r
}

func local(size, segment uint64, names string) []byte {
	b := append([]byte("HEAP\x00\x00\x00\x00"), binary.LittleEndian.AppendUint64(nil, size)...)
	b = binary.LittleEndian.AppendUint64(b, 1)
	b = binary.LittleEndian.AppendUint64(b, segment)
	return append(b, names...)
}

func TestLocal(t *testing.T) {
	names := "\x00\x00\x00\x00\x00\x00\x00\x00one\x00\x00\x00\x00\x00" + strings.Repeat("long", 1000) + "\x00open"
	for _, all := range []bool{false, true} {
		h, err := OpenLocal(reader(local(uint64(len(names)), 32, names)), 0)
		if err != nil {
			t.Fatal(err)
		}
		if all {
			if err := h.LoadAll(); err != nil {
				t.Fatal(err)
			}
		}
		for position, want := range map[uint64]string{0: "", 8: "one", 10: "e", 16: strings.Repeat("long", 1000)} {
			if got, err := h.Name(position); err != nil || string(got) != want {
				t.Errorf("name at %d: %q, %v", position, got, err)
			}
		}
		for _, position := range []uint64{4017, uint64(len(names)), 1 << 63} {
			if got, err := h.Name(position); err == nil {
				t.Errorf("name at %d: %q", position, got)
			}
		}
	}
	if _, err := OpenLocal(reader(local(100, 32, "short")), 0); err == nil {
		t.Error("strings behind the end")
	}
}

func collectionBytes(size int, objects ...string) []byte {
	b := append([]byte("GCOL\x01\x00\x00\x00"), binary.LittleEndian.AppendUint64(nil, uint64(size))...)
	for i, o := range objects {
		b = binary.LittleEndian.AppendUint64(b, uint64(i+1))
		b = binary.LittleEndian.AppendUint64(b, uint64(len(o)))
		b = append(append(b, o...), make([]byte, (8-len(o)%8)%8)...)
	}
	return b
}

// closed adds free space up to the size of a collection.
func closed(b []byte, size int) []byte {
	if rest := size - len(b); rest >= 16 {
		b = binary.LittleEndian.AppendUint64(b, 0)
		b = binary.LittleEndian.AppendUint64(b, uint64(rest))
	}
	return append(b, make([]byte, size-len(b))...)
}

func TestGlobal(t *testing.T) {
	large := strings.Repeat("large", 100_000)
	for _, size := range []int{4096, 1 << 20} {
		objects := []string{"", "one", "exactly8", "after"}
		if size > 4096 {
			objects = append(objects, large)
		}
		g := NewGlobal(reader(closed(collectionBytes(size, objects...), size)))
		for range 2 {
			for i, want := range objects {
				got, err := g.Object(0, uint32(i+1))
				if err != nil || string(got) != want {
					t.Errorf("object %d: %.20q, %v", i+1, got, err)
				}
				start, n, err := g.Address(0, uint32(i+1))
				if err != nil || n != uint64(len(want)) || start%8 != 0 {
					t.Errorf("object %d is at %d, %d, %v", i+1, start, n, err)
				}
			}
		}
		for _, index := range []uint32{0, uint32(len(objects) + 1), 65536, 65537, 1<<32 - 1} {
			if _, err := g.Object(0, index); err == nil {
				t.Errorf("there is no object %d", index)
			}
		}
	}
}

func TestGlobalRefuses(t *testing.T) {
	endless := closed(collectionBytes(4096, "one"), 4096)
	binary.LittleEndian.PutUint64(endless[48:], 0) // libhdf5 loops here for ever
	twice := closed(collectionBytes(4096, "one", "two"), 4096)
	twice[40] = 1
	for name, b := range map[string][]byte{
		"free space of 0 bytes": endless,
		"two objects 1":         twice,
		"longer than the file":  collectionBytes(5000, "one"),
		"no size":               closed(collectionBytes(4096, "one"), 4096)[:12],
		"size of 0":             collectionBytes(0, "one"),
		"object too long":       closed(collectionBytes(4096, "one")[:24], 4096)[:40],
		"version":               append([]byte("GCOL\x02"), make([]byte, 4096)...),
	} {
		if _, err := NewGlobal(reader(b)).Object(0, 2); !errors.As(err, new(*fault.FormatError)) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzLocal(f *testing.F) {
	f.Add(local(16, 32, "\x00\x00\x00\x00\x00\x00\x00\x00one\x00\x00\x00\x00\x00"), uint64(8))
	f.Fuzz(func(t *testing.T, b []byte, position uint64) {
		h, err := OpenLocal(reader(b), 0)
		if err != nil {
			return
		}
		one, err1 := h.Name(position)
		if err := h.LoadAll(); err != nil {
			return
		}
		if two, err2 := h.Name(position); err1 == nil && (err2 != nil || !bytes.Equal(one, two)) {
			t.Fatalf("%q and %q, %v", one, two, err2)
		}
	})
}

func FuzzGlobal(f *testing.F) {
	f.Add(closed(collectionBytes(4096, "", "one", "exactly8"), 4096), uint32(2))
	f.Add(closed(collectionBytes(100, "one"), 100), uint32(1))
	f.Fuzz(func(t *testing.T, b []byte, index uint32) {
		g := NewGlobal(reader(b))
		got, err := g.Object(0, index)
		if err != nil && !errors.As(err, new(*fault.FormatError)) {
			t.Fatalf("%T: %v", err, err)
		}
		if len(got) > len(b) {
			t.Fatal("an object larger than the file")
		}
	})
}

// fractalFiles are small files of h5py with fractal heaps.
func fractalFiles(t testing.TB) [][]byte {
	dir := t.TempDir()
	oracle.H5py(t, dir, `
import h5py, numpy as np
with h5py.File("links.h5", "w", libver="latest") as f:
    for i in range(40): f["link%d" % i] = h5py.SoftLink("/target")
with h5py.File("attributes.h5", "w", libver="latest") as f:
    for i in range(10): f.attrs["a%d" % i] = i
    f.attrs["huge"] = np.arange(600)
`)
	var files [][]byte
	for _, name := range []string{"links.h5", "attributes.h5"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files
}

func FuzzFractal(f *testing.F) {
	for _, b := range fractalFiles(f) {
		f.Add(b, uint32(bytes.Index(b, []byte("FRHP"))), []byte{0, 22, 0, 0, 0, 0, 30, 0})
		f.Add(b, uint32(bytes.Index(b, []byte("FRHP"))), []byte{0x10, 1, 0, 0, 0, 0, 0, 0})
		f.Add(b, uint32(bytes.Index(b, []byte("FRHP"))), []byte{0x23, 1, 2, 3, 4, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, b []byte, addr uint32, id []byte) {
		_ = mend.Checksums(bytes.Clone(b), func(b []byte) error {
			h, err := OpenFractal(reader(b), uint64(addr), nil)
			if err != nil {
				return err
			}
			object, err := h.Object(id)
			if len(object) > len(b) {
				t.Fatal("an object larger than the file")
			}
			return err
		})
	})
}

// The position of a cell is what the cell of the position is, for every shape of heap.
func TestFractalCells(t *testing.T) {
	for _, h := range []*Fractal{{width: 4, start: 512, maxDirect: 65536, heapBits: 32}, {width: 4, start: 1024, maxDirect: 65536, heapBits: 40}, {width: 1, start: 8, maxDirect: 8, heapBits: 16}, {width: 64, start: 64, maxDirect: 1024, heapBits: 20}} {
		for row := range 8 {
			for column := range int(h.width) {
				start := h.cellStart(row, column)
				for _, position := range []uint64{start, start + h.rowSize(row) - 1} {
					if r, c := h.cell(position); r != row || c != column {
						t.Fatalf("position %d is in row %d, column %d, not %d, %d", position, r, c, row, column)
					}
				}
			}
		}
	}
}
