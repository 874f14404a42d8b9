package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// assemble puts the stored bytes of a dataset together, with plain loops: chunk by chunk, the fill value where there is none.
func assemble(t testing.TB, d *Dataset) []byte {
	t.Helper()
	all := make([]byte, d.ByteSize())
	if d.Layout() != Chunked {
		if err := d.ReadRaw(all, 0); err != nil {
			t.Fatal(err)
		}
		return all
	}
	fillRaw(all, d.Fill().Value, 0)
	size := d.Datatype().Size()
	raw := make([]byte, d.ChunkBytes())
	for c, err := range d.Chunks() {
		if err != nil {
			t.Fatal(err)
		}
		if err := d.DecodeChunk(c, raw); err != nil {
			t.Fatal(err)
		}
		scatterChunk(all, raw, d.Shape(), d.ChunkShape(), c.Offset, size)
	}
	return all
}

// scatterChunk copies the elements of a chunk that lie within the shape, one after another.
func scatterChunk(all, raw []byte, shape, chunk, offset []uint64, size int) {
	at := make([]uint64, len(shape))
	for k := range len(raw) / size {
		rest := uint64(k)
		inside, target := true, uint64(0)
		for i := len(chunk) - 1; i >= 0; i-- {
			at[i] = rest%chunk[i] + offset[i]
			rest /= chunk[i]
			inside = inside && at[i] < shape[i]
		}
		for i := range at {
			target = target*shape[i] + at[i]
		}
		if inside {
			copy(all[target*uint64(size):], raw[k*size:(k+1)*size])
		}
	}
}

// An extensible array that is so long that its data blocks have pages, and pages that were never written.
func TestPagedExtensibleArray(t *testing.T) {
	script := `
d = f.create_dataset("full", (140000,), "u1", chunks=(1,), maxshape=(None,))
for i in range(131000, 136000): d.id.write_direct_chunk((i,), b"%c" % (i % 251))
d = f.create_dataset("sparse", (9 * 10**5,), "u1", chunks=(1,), maxshape=(None,), fillvalue=9)
places = [0, 131056 + 4, 131056 + 4 + 2047, 300000, 300001, 899999]
for i in places: d[i] = i % 100
plist = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
d = f.create_dataset("filtered", (9 * 10**5,), "u1", chunks=(1,), maxshape=(None,), fletcher32=True)
for i in places: d[i] = i % 100
`
	file := writeStructure(t, "latest", script)
	sameAsH5py(t, file)
}

// One dataset is read by many at once; the race detector watches.
func TestConcurrentChunks(t *testing.T) {
	file := writeStructure(t, "latest", structure("version 2 B-tree"))
	f := mustOpen(t, file)
	d, err := f.Dataset("filtered")
	must(t, err)
	want := assemble(t, d)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			e, err := f.Dataset("filtered")
			if err != nil {
				t.Error(err)
				return
			}
			if !bytes.Equal(assemble(t, d), want) || !bytes.Equal(assemble(t, e), want) {
				t.Error("a concurrent reader saw other values")
			}
		})
	}
	all.Wait()
}

func TestChunkErrors(t *testing.T) {
	file := writeStructure(t, "latest", `
f.create_dataset("chunked", data=np.arange(100).reshape(10, 10), chunks=(3, 4))
f["contiguous"] = np.arange(10)
layout = h5py.VirtualLayout((3, 3), "f4")
layout[0] = h5py.VirtualSource("a.h5", "b", (3,))
f.create_virtual_dataset("virtual", layout)
`)
	f := mustOpen(t, file)
	chunked, err := f.Dataset("chunked")
	must(t, err)
	for _, scaled := range [][]uint64{{4, 0}, {0, 3}, {0}, {0, 0, 0}, {1 << 63, 0}} {
		if _, _, err := chunked.Chunk(scaled); err == nil {
			t.Errorf("chunk %d was found", scaled)
		}
	}
	c, ok, err := chunked.Chunk([]uint64{3, 2})
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	if err := chunked.DecodeChunk(c, make([]byte, 10)); err == nil {
		t.Error("a chunk was decoded into too few bytes")
	}
	if err := chunked.ReadChunkAt(c, make([]byte, 10), int64(c.Size)-9); err == nil {
		t.Error("bytes behind a chunk were read")
	}
	c.Address = 1 << 40
	if err := chunked.DecodeChunk(c, make([]byte, chunked.ChunkBytes())); !errors.As(err, new(*FormatError)) {
		t.Errorf("a chunk outside of the file: %v", err)
	}
	c.Size = 1 << 50
	if _, err := chunked.ReadChunk(c, nil); !errors.As(err, new(*FormatError)) {
		t.Errorf("a chunk larger than the file: %v", err)
	}
	virtual, err := f.Dataset("virtual")
	must(t, err)
	if _, _, err := virtual.Chunk([]uint64{0, 0}); !errors.Is(err, ErrVirtual) {
		t.Errorf("chunk of a virtual dataset: %v", err)
	}
	if err := virtual.ReadRaw(make([]byte, 4), 0); !errors.Is(err, ErrVirtual) {
		t.Errorf("bytes of a virtual dataset: %v", err)
	}
	if _, err := chunked.VirtualMappings(); !errors.Is(err, ErrNotVirtual) {
		t.Errorf("mappings of a chunked dataset: %v", err)
	}
	contiguous, err := f.Dataset("contiguous")
	must(t, err)
	if _, _, err := contiguous.Chunk([]uint64{0}); !errors.Is(err, ErrKind) {
		t.Errorf("chunk of a contiguous dataset: %v", err)
	}
	for _, off := range []int64{-1, 73, 80, 1 << 62} {
		if err := contiguous.ReadRaw(make([]byte, 8), off); err == nil {
			t.Errorf("bytes at %d of 80 were read", off)
		}
	}
}

// The raw bytes of contiguous data are where Contiguous says, user block included.
func TestContiguousPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file.h5")
	writeStructures(t, []structureJob{{file, "latest", 1024, `f["a"] = np.arange(100, dtype="u1")`}})
	f := mustOpen(t, file)
	d, err := f.Dataset("a")
	must(t, err)
	_, addr, size, ok := d.Contiguous()
	b, err := os.ReadFile(file)
	must(t, err)
	if !ok || size != 100 || b[addr] != 0 || b[addr+99] != 99 {
		t.Errorf("contiguous data are not at %d", addr)
	}
}

func TestFillRaw(t *testing.T) {
	value := []byte("abc")
	whole := bytes.Repeat(value, 20)
	for off := range int64(7) {
		for n := range 20 {
			p := make([]byte, n)
			fillRaw(p, value, off)
			if !bytes.Equal(p, whole[off:off+int64(n)]) {
				t.Fatalf("%d bytes from %d: %q", n, off, p)
			}
		}
	}
}

func BenchmarkChunkLookup(b *testing.B) {
	for _, c := range []struct{ libver, maxshape string }{{"earliest", "None"}, {"latest", "None"}, {"latest", "(None, 300)"}, {"latest", "(None, None)"}} {
		b.Run(c.libver+c.maxshape, func(b *testing.B) {
			file := writeStructure(b, c.libver, fmt.Sprintf(`f.create_dataset("d", data=np.zeros((300, 300), "u1"), chunks=(2, 2), maxshape=%s)`, c.maxshape))
			d, err := mustOpen(b, file).Dataset("d")
			must(b, err)
			scaled := []uint64{0, 0}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				scaled[0], scaled[1] = uint64(i/150%150), uint64(i%150)
				if _, ok, err := d.Chunk(scaled); !ok || err != nil {
					b.Fatal(ok, err)
				}
			}
		})
	}
}
