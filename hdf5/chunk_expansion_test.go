package hdf5

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// zeroChunk makes a dataset with a chunk of more than 1 GiB that 32 bytes, a special chunk of Blosc2, stand for.
const zeroChunk = `
import h5py, struct
from h5py import h5p, h5d, h5s, h5t
n = (1 << 30) + 1
with h5py.File('zeros.h5', 'w') as f:
    p = h5p.create(h5p.DATASET_CREATE)
    p.set_chunk((n,))
    p.set_filter(32001, 1, (2, 2, 1, n, 5, 1, 0))
    d = h5d.create(f.id, b'd', h5t.STD_U8LE, h5s.create_simple((n,)), p)
    d.write_direct_chunk((0,), bytes([5, 1, 0x25, 1]) + struct.pack('<III', n, 1 << 20, 32) + bytes(15) + bytes([1 << 4]), 0)
`

// A file of a few KiB does not make every goroutine of a read fill memory with what one chunk of it holds.
func TestDecodeChunkTooLarge(t *testing.T) {
	dir := t.TempDir()
	oracle.H5py(t, dir, zeroChunk)
	f, err := Open(filepath.Join(dir, "zeros.h5"))
	must(t, err)
	defer f.Close()
	d, err := f.Dataset("d")
	must(t, err)
	c, ok, err := d.Chunk([]uint64{0})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := d.DecodeChunk(c, make([]byte, d.ChunkBytes())); !errors.Is(err, ErrTooLarge) {
		t.Errorf("decoding it: %v", err)
	}
	if err := ReadSlab(d, make([]uint8, 1), []uint64{5}, nil, []uint64{1}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("reading an element of it: %v", err)
	}
}
