package hdf5

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// headers are all structures of a file that start with the signature and end, n bytes later, with the checksum of what is between.
func headers(t *testing.T, file, signature string, n int) [][]byte {
	t.Helper()
	b, err := os.ReadFile(file)
	must(t, err)
	var found [][]byte
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(signature))
		if i < 0 || at+i+n > len(b) {
			return found
		}
		h := b[at+i : at+i+n]
		if cursor.Checksum(h[:n-4]) == binary.LittleEndian.Uint32(h[n-4:]) {
			found = append(found, h)
		}
		at += i + 4
	}
}

func numbers(h []byte, offsets ...int) []uint64 {
	list := make([]uint64, len(offsets))
	for i, o := range offsets {
		list[i] = binary.LittleEndian.Uint64(h[o:])
	}
	return list
}

// The library counts on what headers say of the blocks behind them when it adds to a file, though not when it reads. They say what the
// library itself writes.
func TestStatisticsOfExtensibleArrays(t *testing.T) {
	for _, n := range []int{1, 4, 5, 20, 21, 100, 5000, 135_000} {
		ours := writeFile(t, func(w *Writer) {
			dataset(t, w, "/d", DatasetSpec{Type: Uint8(), Shape: []uint64{uint64(n)}, MaxShape: []uint64{unlimited}, Chunk: []uint64{1}}, make([]uint8, n))
		})
		theirs := filepath.Join(t.TempDir(), "theirs.h5")
		oracle.H5py(t, filepath.Dir(theirs), `
import h5py, sys, numpy as np
with h5py.File(sys.argv[1], "w", libver="latest") as f:
    f.create_dataset("d", data=np.zeros(int(sys.argv[2]), "u1"), chunks=(1,), maxshape=(None,))
`, theirs, fmt.Sprint(n))
		got, want := headers(t, ours, "EAHD", 72), headers(t, theirs, "EAHD", 72)
		if len(got) != 1 || len(want) != 1 {
			t.Fatalf("%d headers, the library writes %d", len(got), len(want))
		}
		// All but the address of the index block and the checksum.
		if !bytes.Equal(got[0][:60], want[0][:60]) {
			t.Errorf("%d chunks: %x\n%v\nthe library writes %x\n%v", n, got[0][:60], numbers(got[0], 12, 20, 28, 36, 44, 52), want[0][:60], numbers(want[0], 12, 20, 28, 36, 44, 52))
		}
	}
}

// The library creates a group by putting its links into the header and moving them to the heap when there are more than eight; the heap is the same.
func TestStatisticsOfFractalHeaps(t *testing.T) {
	for _, n := range []int{200, 1000, 5000, 30_000} {
		ours := writeFile(t, func(w *Writer) {
			for i := range n {
				must(t, w.SoftLink(fmt.Sprintf("/g/%05d", i), "/somewhere"))
			}
		})
		theirs := filepath.Join(t.TempDir(), "theirs.h5")
		oracle.H5py(t, filepath.Dir(theirs), `
import h5py, sys
with h5py.File(sys.argv[1], "w", libver="latest") as f:
    g = f.create_group("g")
    lcpl = h5py.h5p.create(h5py.h5p.LINK_CREATE)
    for i in range(int(sys.argv[2])):
        g.id.links.create_soft(b"%05d" % i, b"/somewhere", lcpl)
`, theirs, fmt.Sprint(n))
		got, want := headers(t, ours, "FRHP", 146), headers(t, theirs, "FRHP", 146)
		if len(got) != 1 || len(want) != 1 {
			t.Fatalf("%d headers, the library writes %d", len(got), len(want))
		}
		// Free space, space covered, space allocated, iterator, number of objects.
		at := []int{30, 46, 54, 62, 70}
		if g, w := fmt.Sprint(numbers(got[0], at...)), fmt.Sprint(numbers(want[0], at...)); g != w {
			t.Errorf("%d links: %s, the library writes %s", n, g, w)
		}
		if !bytes.Equal(got[0][78:132], want[0][78:132]) || !bytes.Equal(got[0][140:142], want[0][140:142]) {
			t.Errorf("%d links: %x\nthe library writes %x", n, got[0][78:], want[0][78:])
		}
	}
}
