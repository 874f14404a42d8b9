package btree

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
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

// node1 is a node of a version-1 B-tree of chunks of rank 1, at an address of a file.
func node1(b []byte, addr uint64, level int, children ...uint64) {
	node := append([]byte("TREE\x01"), byte(level), byte(len(children)), 0)
	node = append(node, bytes.Repeat([]byte{0xff}, 16)...)
	for i := range len(children) + 1 {
		node = append(node, 0, 0, 0, 0, 0, 0, 0, 0)
		node = binary.LittleEndian.AppendUint64(node, uint64(i)+addr)
		node = append(node, make([]byte, 8)...)
		if i < len(children) {
			node = binary.LittleEndian.AppendUint64(node, children[i])
		}
	}
	copy(b[addr:], node)
}

const keySize1 = 24

func walk1(b []byte, root uint64) error {
	return Walk1(reader(b), root, Chunk1, keySize1, func([]byte, uint64) (bool, error) { return true, nil })
}

func find1(b []byte, root uint64) error {
	_, _, _, err := Find1(reader(b), root, Chunk1, keySize1, func(left, right []byte) (int, error) { return 0, nil })
	return err
}

func TestTree1Refuses(t *testing.T) {
	for name, build := range map[string]func(b []byte){
		"its own child":   func(b []byte) { node1(b, 0, 1, 0) },
		"level stays":     func(b []byte) { node1(b, 0, 1, 1000); node1(b, 1000, 1, 0) },
		"level rises":     func(b []byte) { node1(b, 0, 1, 1000); node1(b, 1000, 2, 0) },
		"high level":      func(b []byte) { node1(b, 0, 200, 0) },
		"child far away":  func(b []byte) { node1(b, 0, 1, 1<<60) },
		"child undefined": func(b []byte) { node1(b, 0, 1, cursor.Undefined) },
		"many children":   func(b []byte) { node1(b, 0, 0, 1); b[6], b[7] = 0xff, 0xff },
		"other type":      func(b []byte) { node1(b, 0, 0, 1); b[4] = 0 },
	} {
		b := make([]byte, 5000)
		build(b)
		for kind, err := range map[string]error{"walk": walk1(b, 0), "find": find1(b, 0)} {
			if !errors.As(err, new(*fault.FormatError)) {
				t.Errorf("%s: %s: %v", name, kind, err)
			}
		}
	}
	// Shared children would make a walk exponential in the number of levels.
	b := make([]byte, 100_000)
	for level := range 40 {
		addr := uint64(level) * 1000
		node1(b, addr, 39-level, addr+1000, addr+1000)
	}
	if err := walk1(b, 0); !errors.As(err, new(*fault.FormatError)) {
		t.Errorf("shared children: %v", err)
	}
}

func FuzzTree1(f *testing.F) {
	b := make([]byte, 2000)
	node1(b, 0, 1, 500, 1000)
	node1(b, 500, 0, 1, 2, 3)
	node1(b, 1000, 0, 4)
	f.Add(b, uint64(2))
	f.Fuzz(func(t *testing.T, b []byte, wanted uint64) {
		err := walk1(b, 0)
		if err != nil && !errors.As(err, new(*fault.FormatError)) {
			t.Fatalf("%T: %v", err, err)
		}
		_, _, _, err = Find1(reader(b), 0, Chunk1, keySize1, func(left, right []byte) (int, error) {
			if wanted < binary.LittleEndian.Uint64(left[8:]) {
				return -1, nil
			}
			if wanted >= binary.LittleEndian.Uint64(right[8:]) {
				return 1, nil
			}
			return 0, nil
		})
		if err != nil && !errors.As(err, new(*fault.FormatError)) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}

// tree2Files are files with a B-tree of chunks of rank 2, of depth 0, 1 and 2.
func tree2Files(t testing.TB, sides ...int) [][]byte {
	dir := t.TempDir()
	var args []string
	for _, n := range sides {
		args = append(args, fmt.Sprint(n))
	}
	oracle.H5py(t, dir, `
import h5py, numpy as np, sys
for n in map(int, sys.argv[1:]):
    with h5py.File("%d.h5" % n, "w", libver="latest") as f: f.create_dataset("d", data=np.zeros((n, n), "u1"), chunks=(1, 1), maxshape=(None, None))
`, args...)
	var files [][]byte
	for _, n := range args {
		b, err := os.ReadFile(filepath.Join(dir, n+".h5"))
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, b)
	}
	return files
}

const recordSize2 = 24

func compare2(x, y uint64) func(record []byte) (int, error) {
	return func(record []byte) (int, error) {
		return bytes.Compare(binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, x), y),
			binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(nil, binary.LittleEndian.Uint64(record[8:])), binary.LittleEndian.Uint64(record[16:]))), nil
	}
}

func TestTree2(t *testing.T) {
	sides := []int{5, 40, 90}
	for i, b := range tree2Files(t, sides...) {
		n := uint64(sides[i])
		tree, err := Open2(reader(b), uint64(bytes.Index(b, []byte("BTHD"))), Chunk2, recordSize2)
		if err != nil {
			t.Fatal(err)
		}
		if tree.depth != i || tree.Len() != n*n {
			t.Errorf("%d records in a tree of depth %d", tree.Len(), tree.depth)
		}
		next := uint64(0)
		err = tree.Walk(func(record []byte) (bool, error) {
			if order, _ := compare2(next/n, next%n)(record); order != 0 {
				return false, fmt.Errorf("record %d is another", next)
			}
			next++
			return true, nil
		})
		if err != nil || next != n*n {
			t.Errorf("%d of %d records, %v", next, n*n, err)
		}
		for k := range n * n {
			record, found, err := tree.Find(compare2(k/n, k%n))
			if order, _ := compare2(k/n, k%n)(record); err != nil || !found || order != 0 {
				t.Fatalf("record %d: %v, %v", k, found, err)
			}
		}
		if _, found, err := tree.Find(compare2(n, 0)); found || err != nil {
			t.Error("a record that is not there")
		}
	}
}

func FuzzTree2(f *testing.F) {
	for _, b := range tree2Files(f, 5, 11) {
		f.Add(b, uint32(bytes.Index(b, []byte("BTHD"))))
	}
	f.Fuzz(func(t *testing.T, b []byte, addr uint32) {
		_ = mend.Checksums(bytes.Clone(b), func(b []byte) error {
			tree, err := Open2(reader(b), uint64(addr), Chunk2, recordSize2)
			if err != nil {
				return err
			}
			n := uint64(0)
			err = tree.Walk(func([]byte) (bool, error) {
				if n++; n > uint64(len(b)) {
					t.Fatal("more records than bytes")
				}
				return true, nil
			})
			if err != nil {
				return err
			}
			_, _, err = tree.Find(compare2(3, 4))
			return err
		})
	})
}
