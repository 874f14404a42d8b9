package hdf5

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

const unlimited = dataspace.Unlimited

// layouts of a shape: how a matrix of datasets is stored.
var layouts = []struct {
	name  string
	spec  func(shape []uint64) DatasetSpec
	least uint64 // elements along each axis that the shape must have
}{
	{"contiguous", func(shape []uint64) DatasetSpec { return DatasetSpec{Shape: shape} }, 0},
	{"compact", func(shape []uint64) DatasetSpec { return DatasetSpec{Shape: shape, Compact: true} }, 0},
	{"single", func(shape []uint64) DatasetSpec { return DatasetSpec{Shape: shape, Chunk: shape} }, 1},
	{"fixed", func(shape []uint64) DatasetSpec { return DatasetSpec{Shape: shape, Chunk: parts(shape, 3)} }, 1},
	{"bounded", func(shape []uint64) DatasetSpec {
		return DatasetSpec{Shape: shape, Chunk: parts(shape, 2), MaxShape: times(shape, 2)}
	}, 1},
	{"growing", func(shape []uint64) DatasetSpec {
		return DatasetSpec{Shape: shape, Chunk: parts(shape, 3), MaxShape: open(shape, 0)}
	}, 0},
	{"growing-last", func(shape []uint64) DatasetSpec {
		return DatasetSpec{Shape: shape, Chunk: parts(shape, 3), MaxShape: open(shape, len(shape)-1)}
	}, 0},
	{"growing-all", func(shape []uint64) DatasetSpec {
		return DatasetSpec{Shape: shape, Chunk: parts(shape, 3), MaxShape: open(times(shape, 0), -1)}
	}, 0},
}

// parts is a chunk shape of about n chunks along each axis, the last of them not whole.
func parts(shape []uint64, n uint64) []uint64 {
	chunk := make([]uint64, len(shape))
	for i, s := range shape {
		chunk[i] = max((s+n-1)/n, 1)
	}
	return chunk
}

func times(shape []uint64, factor uint64) []uint64 {
	list := make([]uint64, len(shape))
	for i, s := range shape {
		list[i] = s * factor
	}
	return list
}

// open makes one axis unlimited, or all of them.
func open(shape []uint64, axis int) []uint64 {
	list := append([]uint64(nil), shape...)
	for i := range list {
		if i == axis || axis < 0 {
			list[i] = unlimited
		}
	}
	return list
}

var matrixShapes = [][]uint64{{0}, {1}, {7}, {100}, {5, 0}, {1, 1}, {10, 13}, {4, 5, 6}, {3, 2, 1, 5, 2}}

var matrixFilters = [][]string{nil, {"deflate(4)"}, {"shuffle", "deflate(1)"}, {"fletcher32"}, {"shuffle", "deflate(1)", "fletcher32"}}

// matrix writes one dataset of every layout, filter and shape for an element type.
func matrix[T int8 | uint8 | int16 | uint16 | int32 | uint32 | int64 | uint64 | float32 | float64](t *testing.T, w *Writer, want map[string]string, typ *Datatype, extra ...[]string) {
	t.Helper()
	for _, l := range layouts {
		for _, shape := range matrixShapes {
			n, small := uint64(1), false
			for _, s := range shape {
				n *= s
				small = small || s < l.least
			}
			if small {
				continue
			}
			for i, words := range append(matrixFilters, extra...) {
				s := l.spec(shape)
				if s.Chunk == nil && words != nil {
					break
				}
				s.Type, s.Filters = typ, filters(words...)
				path := fmt.Sprintf("/%s/%s/%s/%d", strings.ReplaceAll(typ.String(), " ", "-"), l.name, shapeText(shape), i)
				data := ramp[T](int(n))
				dataset(t, w, path, s, data)
				want[path] = shapeText(shape) + " " + digest(elementsIn(data).bytes(0, len(data)))
			}
		}
	}
}

// Everything in the matrix of types, layouts, filters and shapes has the same values in both libraries.
func TestMatrix(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		matrix[int8](t, w, want, Int8())
		matrix[uint16](t, w, want, Uint16())
		matrix[int32](t, w, want, Int32())
		matrix[uint64](t, w, want, Uint64())
		matrix[float32](t, w, want, Float32())
		matrix[float64](t, w, want, BigEndian(Float64()))
		matrix[int16](t, w, want, BigEndian(Int16()))
	})
	t.Logf("%d datasets", len(want))
	compare(t, "h5py", digests(t, name), want)
	compare(t, "h5wasm", wasmDigests(t, name), want)
	oracle.H5dump(t, filepath.Dir(name), name)
	oracle.Tool(t, filepath.Dir(name), "h5stat", name)
}

// Filters that are plugins of the library.
func TestMatrixPlugins(t *testing.T) {
	want := map[string]string{}
	name := writeFile(t, func(w *Writer) {
		for _, words := range [][]string{{"bitshuffle-lz4"}, {"lz4"}, {"bitshuffle"}, {"scaleoffset"}} {
			for _, l := range layouts[2:] {
				shape := []uint64{20, 300}
				s := l.spec(shape)
				s.Type, s.Filters = Uint16(), filters(words...)
				path := fmt.Sprintf("/%s/%s", words[0], l.name)
				data := make([]uint16, 6000)
				for i := range data {
					data[i] = uint16(i % 40)
				}
				dataset(t, w, path, s, data)
				want[path] = shapeText(shape) + " " + digest(elementsIn(data).bytes(0, len(data)))
			}
		}
	})
	compare(t, "h5py", digests(t, name), want)
}
