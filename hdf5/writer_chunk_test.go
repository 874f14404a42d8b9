package hdf5

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// indexCases are datasets of many chunks, one for each form that an index takes.
var indexCases = []struct {
	name      string
	shape     []uint64
	max       []uint64
	chunk     []uint64
	deflated  bool
	indexType string // as h5debug would call it; for the reader of this table
}{
	{"fixed-1024", []uint64{1024}, nil, []uint64{1}, false, "fixed array, one page"},
	{"fixed-1025", []uint64{1025}, nil, []uint64{1}, false, "fixed array, two pages"},
	{"fixed-3000", []uint64{3000, 2}, nil, []uint64{1, 2}, true, "fixed array, three pages"},
	{"fixed-max", []uint64{60, 30}, []uint64{90, 61}, []uint64{1, 2}, false, "fixed array, numbered by the maximal shape"},
	{"extensible-5", []uint64{5}, []uint64{unlimited}, []uint64{1}, false, "extensible array, one data block"},
	{"extensible-100", []uint64{200}, []uint64{unlimited}, []uint64{2}, true, "extensible array"},
	{"extensible-5000", []uint64{5000}, []uint64{unlimited}, []uint64{1}, false, "extensible array, super blocks"},
	{"extensible-70000", []uint64{70000}, []uint64{unlimited}, []uint64{1}, false, "extensible array"},
	{"extensible-135000", []uint64{135000}, []uint64{unlimited}, []uint64{1}, false, "extensible array, paged data blocks"},
	{"extensible-deflated", []uint64{263000}, []uint64{unlimited}, []uint64{2}, true, "extensible array, filtered, paged data blocks"},
	{"extensible-axis1", []uint64{30, 400}, []uint64{45, unlimited}, []uint64{2, 3}, false, "extensible array, unlimited last axis"},
	{"tree-12", []uint64{4, 3}, []uint64{unlimited, unlimited}, []uint64{1, 1}, false, "B-tree, one leaf"},
	{"tree-10000", []uint64{100, 100}, []uint64{unlimited, unlimited}, []uint64{1, 1}, true, "B-tree, depth 2"},
}

func TestChunkIndexes(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		for _, c := range indexCases {
			s := DatasetSpec{Type: Uint16(), Shape: c.shape, MaxShape: c.max, Chunk: c.chunk}
			if c.deflated {
				s.Filters = filters("deflate(1)")
			}
			n := uint64(1)
			for _, d := range c.shape {
				n *= d
			}
			data := ramp[uint16](int(n))
			dataset(t, w, "/"+c.name, s, data)
			want["/"+c.name] = shapeText(c.shape) + " " + digest(elementsIn(data).bytes(0, len(data)))
		}
	})
	compare(t, "h5py", digests(t, name), want)
	compare(t, "h5wasm", wasmDigests(t, name), want)
}

// The library goes on where we stopped: it opens the file for writing, grows and rewrites every dataset, and reads back what it should.
func TestLibraryGrowsChunkedDatasets(t *testing.T) {
	name := writeFile(t, func(w *Writer) {
		for _, c := range indexCases {
			if slices.Contains([]string{"extensible-135000", "extensible-deflated"}, c.name) {
				continue // the same in large
			}
			s := DatasetSpec{Type: Uint16(), Shape: c.shape, MaxShape: c.max, Chunk: c.chunk}
			if c.deflated {
				s.Filters = filters("deflate(1)")
			}
			n := uint64(1)
			for _, d := range c.shape {
				n *= d
			}
			dataset(t, w, "/"+c.name, s, ramp[uint16](int(n)))
		}
	})
	out := oracle.H5py(t, filepath.Dir(name), `
import h5py, sys, numpy as np
want = {}
with h5py.File(sys.argv[1], "r+") as f:
    for name, d in f.items():
        old = d[...]
        shape = tuple(min(n + 37, m or 10**9) for n, m in zip(d.shape, d.maxshape))
        d.resize(shape)
        new = np.arange(d.size, dtype=d.dtype).reshape(shape)
        new[tuple(slice(0, n) for n in old.shape)] = old
        d[...] = new
        want[name] = new
    f["added"] = np.arange(10)
with h5py.File(sys.argv[1], "r") as f:
    for name, new in want.items():
        print(name, bool((f[name][...] == new).all()))
`, name)
	if n := strings.Count(string(out), " True\n"); n != len(indexCases)-2 || strings.Contains(string(out), "False") {
		t.Errorf("%s", out)
	}
	oracle.H5dump(t, filepath.Dir(name), "-H", name)
}

// However elements are cut into calls, the dataset is the same.
func TestAppendInPieces(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		for _, chunk := range [][]uint64{{1, 6, 8}, {1, 4, 8}, {5, 6, 8}, {5, 4, 3}, {100, 6, 8}} {
			for _, words := range [][]string{nil, {"shuffle", "deflate(1)"}} {
				for _, step := range []int{1, 2, 7, 50, 83} {
					path := fmt.Sprintf("/%s/%d/%d", shapeText(chunk), len(words), step)
					d, err := w.CreateDataset(path, DatasetSpec{Type: Int32(), Shape: []uint64{0, 6, 8}, MaxShape: []uint64{unlimited, 6, 8}, Chunk: chunk, Filters: filters(words...)})
					must(t, err)
					data := ramp[int32](83 * 48)
					scratch := make([]int32, step*48) // what was appended may be overwritten at once
					for rest := data; len(rest) > 0; {
						n := copy(scratch, rest)
						must(t, Append(d, scratch[:n]))
						clear(scratch)
						rest = rest[n:]
					}
					if step == 7 {
						must(t, d.Close())
					}
					want[path] = "(83,6,8) " + digest(elementsIn(data).bytes(0, len(data)))
				}
			}
		}
	})
	compare(t, "h5py", digests(t, name), want)
}

func TestAppendToFixedShape(t *testing.T) {
	fill := []byte{0xfe, 0xff}
	want := map[string]string{}
	data := ramp[int16](40)
	rest := append(slices.Clone(data[:28]), slices.Repeat([]int16{-2}, 12)...)
	name := writeFile(t, func(w *Writer) {
		for path, s := range map[string]DatasetSpec{
			"/contiguous": {}, "/compact": {Compact: true}, "/chunked": {Chunk: []uint64{3, 4}}, "/chunked-all": {Chunk: []uint64{10, 4}},
			"/untouched": {}, "/untouched-chunked": {Chunk: []uint64{3, 4}},
		} {
			s.Type, s.Shape, s.Fill = Int16(), []uint64{10, 4}, fill
			d, err := w.CreateDataset(path, s)
			must(t, err)
			values := slices.Repeat([]int16{-2}, 40)
			if !strings.HasPrefix(path, "/untouched") {
				values = rest
				must(t, Append(d, data[:12]))
				must(t, Append(d, data[12:28]))
			}
			want[path] = "(10,4) " + digest(elementsIn(values).bytes(0, 40))
		}
	})
	compare(t, "h5py", digests(t, name), want)
	compare(t, "h5wasm", wasmDigests(t, name), want)
}

// WriteAll writes the first elements, Append goes on behind them.
func TestWriteAllThenAppend(t *testing.T) {
	data := ramp[float32](70)
	name := writeFile(t, func(w *Writer) {
		d, err := w.CreateDataset("/d", DatasetSpec{Type: Float32(), Shape: []uint64{3, 7}, MaxShape: []uint64{10, 7}, Chunk: []uint64{2, 7}})
		must(t, err)
		must(t, WriteAll(d, data[:21]))
		must(t, Append(d, data[21:]))
	})
	compare(t, "h5py", digests(t, name), map[string]string{"/d": "(10,7) " + digest(elementsIn(data).bytes(0, 70))})
}

func deflated(t testing.TB, raw []byte) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	_, err := z.Write(raw)
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

// Chunks that were filtered elsewhere are stored as they are: in any order, some of them left out, one written twice.
func TestWriteChunk(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		for _, c := range []struct {
			name       string
			shape, max []uint64
		}{
			{"fixed", []uint64{50, 40}, nil},
			{"extensible", []uint64{0, 40}, []uint64{unlimited, 40}},
			{"tree", []uint64{0, 0}, []uint64{unlimited, unlimited}},
			{"paged", []uint64{50, 40}, []uint64{50_000, 40}},
		} {
			d, err := w.CreateDataset("/"+c.name, DatasetSpec{Type: Uint16(), Shape: c.shape, MaxShape: c.max, Chunk: []uint64{5, 8}, Filters: filters("deflate(1)"), Fill: []byte{7, 0}})
			must(t, err)
			values := slices.Repeat([]uint16{7}, 50*40)
			for i := 49; i >= 0; i-- {
				at := []uint64{uint64(i) / 5 * 5, uint64(i) % 5 * 8}
				if i%7 == 3 {
					continue
				}
				chunk := make([]byte, 80)
				for j := range 40 {
					v := uint16(i*40 + j)
					binary.LittleEndian.PutUint16(chunk[2*j:], v)
					values[(int(at[0])+j/8)*40+int(at[1])+j%8] = v
				}
				if i == 20 {
					must(t, d.WriteChunk(at, deflated(t, make([]byte, 80)), 0))
				}
				if i%2 == 0 {
					must(t, d.WriteChunk(at, deflated(t, chunk), 0))
				} else {
					must(t, d.WriteChunk(at, chunk, 1)) // the filter left out
				}
			}
			want["/"+c.name] = "(50,40) " + digest(elementsIn(values).bytes(0, len(values)))
		}
		d, err := w.CreateDataset("/cut", DatasetSpec{Type: Uint8(), Shape: []uint64{0}, MaxShape: []uint64{unlimited}, Chunk: []uint64{100}})
		must(t, err)
		chunk := ramp[uint8](100)
		must(t, d.WriteChunk([]uint64{0}, chunk, 0))
		must(t, d.Resize(63))
		want["/cut"] = "(63) " + digest(chunk[:63])
	})
	compare(t, "h5py", digests(t, name), want)
	compare(t, "h5wasm", wasmDigests(t, name), want)
}

func TestDatasetErrors(t *testing.T) {
	grow := []uint64{unlimited, 4}
	for _, c := range []struct {
		name string
		spec DatasetSpec
		do   func(d *DatasetWriter) error
		want string
	}{
		{"no type", DatasetSpec{}, nil, "no datatype"},
		{"fill of wrong size", DatasetSpec{Type: Int32(), Fill: []byte{1}}, nil, "the fill value has 1 bytes and an element of int32 has 4"},
		{"fill of strings", DatasetSpec{Type: VarString(UTF8), Fill: make([]byte, 16)}, nil, "cannot have a fill value"},
		{"33 axes", DatasetSpec{Type: Int8(), Shape: make([]uint64, 33)}, nil, "33 axes"},
		{"maximum of other rank", DatasetSpec{Type: Int8(), Shape: []uint64{1}, MaxShape: grow, Chunk: []uint64{1}}, nil, "2 axes and the shape has 1"},
		{"maximum below", DatasetSpec{Type: Int8(), Shape: []uint64{3}, MaxShape: []uint64{2}, Chunk: []uint64{1}}, nil, "more than its maximum 2"},
		{"growing without chunks", DatasetSpec{Type: Int8(), Shape: []uint64{3, 4}, MaxShape: grow}, nil, "give a chunk shape"},
		{"filters without chunks", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Filters: filters("shuffle")}, nil, "give a chunk shape"},
		{"filter that strings cannot have", DatasetSpec{Type: VarString(UTF8), Shape: []uint64{3}, Chunk: []uint64{1}, Filters: filters("fletcher32")}, nil, "HDF5 applies none to elements of"},
		{"scalar in chunks", DatasetSpec{Type: Int8(), Chunk: []uint64{}}, nil, "a scalar has no chunks"},
		{"chunk of other rank", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{1, 1}}, nil, "2 axes"},
		{"empty chunk", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{0}}, nil, "at least 1"},
		{"chunk too large for shape", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{4}}, nil, "more than the 3"},
		{"chunk of 4 GiB", DatasetSpec{Type: Int64(), Shape: []uint64{1 << 30}, Chunk: []uint64{1 << 29}}, nil, "use smaller chunks"},
		{"compact and chunked", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{1}, Compact: true}, nil, "leave out one"},
		{"compact and large", DatasetSpec{Type: Int8(), Shape: []uint64{1 << 16}, Compact: true}, nil, "do not ask for compact"},
		{"larger than any file", DatasetSpec{Type: Int64(), Shape: []uint64{1 << 31, 1 << 31}}, nil, "larger than any file"},
		{"too many chunks", DatasetSpec{Type: Int8(), Shape: []uint64{1 << 40}, Chunk: []uint64{1}}, func(d *DatasetWriter) error {
			if err := d.WriteChunk([]uint64{5}, []byte{1}, 0); err != nil {
				return err
			}
			return d.w.Close()
		}, "use larger chunks"},
		{"too few elements", DatasetSpec{Type: Int8(), Shape: []uint64{3}}, func(d *DatasetWriter) error { return WriteAll(d, []int8{1, 2}) }, "there are 2 elements, and shape [3] has 3"},
		{"nothing", DatasetSpec{Type: Int8()}, func(d *DatasetWriter) error { return d.WriteValues(nil) }, "the value is nil"},
		{"not whole rows", DatasetSpec{Type: Int8(), Shape: []uint64{3, 4}}, func(d *DatasetWriter) error { return Append(d, make([]int8, 6)) }, "not whole elements of axis 0, which have 4 each"},
		{"beyond the end", DatasetSpec{Type: Int8(), Shape: []uint64{3, 4}}, func(d *DatasetWriter) error { return Append(d, make([]int8, 16)) }, "axis 0 has room for 3"},
		{"append to scalar", DatasetSpec{Type: Int8()}, func(d *DatasetWriter) error { return Append(d, []int8{1}) }, "use WriteAll"},
		{"other type", DatasetSpec{Type: Int8()}, func(d *DatasetWriter) error { return WriteAll(d, []string{"1"}) }, "cannot be stored as int8"},
		{"after Close", DatasetSpec{Type: Int8(), Shape: []uint64{3}}, func(d *DatasetWriter) error {
			must(t, d.Close())
			return Append(d, []int8{1})
		}, "closed for writing"},
		{"chunk of contiguous", DatasetSpec{Type: Int8(), Shape: []uint64{3}}, func(d *DatasetWriter) error { return d.WriteChunk([]uint64{0}, []byte{1, 2, 3}, 0) }, "not chunked"},
		{"chunk between", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.WriteChunk([]uint64{1}, []byte{1, 2}, 0) }, "not a multiple"},
		{"chunk outside", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.WriteChunk([]uint64{4}, []byte{1, 2}, 0) }, "outside of the 3"},
		{"chunk too short", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.WriteChunk([]uint64{0}, []byte{1}, 0) }, "a chunk without filters has 2"},
		{"mask too wide", DatasetSpec{Type: Int8(), Shape: []uint64{3}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.WriteChunk([]uint64{0}, []byte{1, 2}, 1) }, "0 filters"},
		{"extent of other rank", DatasetSpec{Type: Int8(), Shape: []uint64{3}, MaxShape: []uint64{5}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.Resize(4, 1) }, "2 axes"},
		{"extent of contiguous", DatasetSpec{Type: Int8(), Shape: []uint64{3}}, func(d *DatasetWriter) error { return d.Resize(2) }, "only a chunked dataset"},
		{"extent beyond any file", DatasetSpec{Type: Int8(), Shape: []uint64{3, 4}, MaxShape: []uint64{unlimited, unlimited}, Chunk: []uint64{2, 2}}, func(d *DatasetWriter) error { return d.Resize(1<<40, 1<<40) }, "larger than any file"},
		{"extent beyond maximum", DatasetSpec{Type: Int8(), Shape: []uint64{3}, MaxShape: []uint64{5}, Chunk: []uint64{2}}, func(d *DatasetWriter) error { return d.Resize(6) }, "at most 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			name := filepath.Join(t.TempDir(), "a.h5")
			w, err := Create(name, WithoutSync())
			must(t, err)
			defer w.Abort()
			d, err := w.CreateDataset("/g/d", c.spec)
			if err == nil && c.do != nil {
				err = c.do(d)
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("error %v, want one with %q", err, c.want)
			}
			if !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), "/g/d: ") {
				t.Errorf("the error does not name file and dataset: %v", err)
			}
			if closing := w.Close(); closing == nil || len(folder(t, filepath.Dir(name))) != 0 {
				t.Errorf("Close: %v; there are %v", closing, folder(t, filepath.Dir(name)))
			}
		})
	}
}
