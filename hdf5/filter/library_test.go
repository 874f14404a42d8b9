package filter

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Chunks of the reference libraries decoded by this package, and chunks of this package decoded by them. h5py (HDF5
// 1.10) has the library's own filters and lzf; h5wasm (HDF5 2) has the others from its plugins.

//go:embed testdata/write.py
var writeWithH5py string

//go:embed testdata/write.mjs
var writeWithH5wasm string

//go:embed testdata/chunks.py
var printChunks string

//go:embed testdata/place.py
var placeChunks string

//go:embed testdata/read.py
var readWithH5py string

//go:embed testdata/read.mjs
var readWithH5wasm string

// A libraryCase is a dataset that a library writes. Filters are numbers followed by what the library takes from its user.
type libraryCase struct {
	Name      string  `json:"name"`
	Dtype     string  `json:"dtype"`
	Shape     []int   `json:"shape"`
	Chunk     []int   `json:"chunk"`
	Data      string  `json:"data"`
	Filters   [][]int `json:"filters"`
	Fill      *int    `json:"fill,omitempty"`
	Precision int     `json:"precision,omitempty"` // bits, of a datatype with unused ones
	BitOffset int     `json:"bitoffset,omitempty"`
	Array     []int   `json:"array,omitempty"`
	Compound  bool    `json:"compound,omitempty"`
	Trust     bool    `json:"trust,omitempty"` // elements are as written, and need not be read by the library
}

// libraryChunks is what chunks.py prints of a dataset.
type libraryChunks struct {
	Name        string
	ElementSize int
	Specs       []Spec
	Chunks      []struct {
		Mask        uint32
		Stored, Raw []byte
	}
}

// dataBytes is the size of the files with elements.
const dataBytes = 1 << 19

// writeData puts files with elements of several kinds into dir: noise, sparse<size>, steps<size> (each element a
// little more or less than the one before), small<size> and floats<size>.
func writeData(t testing.TB, dir string) {
	t.Helper()
	files := map[string][]byte{"noise": randomBytes(1, dataBytes), "zero": make([]byte, dataBytes)}
	for _, size := range []int{1, 2, 4, 8} {
		files[fmt.Sprint("sparse", size)] = sparseBytes(uint64(size), dataBytes, size)
		steps := make([]byte, dataBytes)
		small := make([]byte, dataBytes)
		value := uint64(1000)
		for at, noise := range randomBytes(7, dataBytes/size) {
			value += uint64(noise%7) - 3
			putElement(steps[at*size:], size, value)
			putElement(small[at*size:], size, 40+uint64(noise%100))
		}
		files[fmt.Sprint("steps", size)] = steps
		files[fmt.Sprint("small", size)] = small
	}
	files["floats4"], files["floats8"] = floatData()
	rare := make([]byte, dataBytes)
	for at := 0; at < len(rare); at += 1 + at/2 {
		rare[at] = 9
	}
	files["rare"] = rare
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func writeCases(t testing.TB, dir string, cases any) {
	t.Helper()
	text, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "cases.json"), text, 0o600); err != nil {
		t.Fatal(err)
	}
}

// needPlugins leaves the test out, or fails it, where h5wasm's plugins are not installed.
func needPlugins(t testing.TB) {
	t.Helper()
	folder := filepath.Join(oracle.ModuleRoot(), ".oracles", "node_modules", "h5wasm-plugins")
	if _, err := os.Stat(folder); err != nil {
		oracle.Missing(t, "h5wasm-plugins", err)
	}
}

// readLibrary is all that library.h5 in dir has.
func readLibrary(t *testing.T, dir string) []libraryChunks {
	t.Helper()
	var datasets []libraryChunks
	if err := json.Unmarshal(oracle.H5py(t, dir, printChunks), &datasets); err != nil {
		t.Fatal(err)
	}
	return datasets
}

// checkDecoding decodes the chunks of datasets and compares them with their elements.
func checkDecoding(t *testing.T, datasets []libraryChunks) {
	t.Helper()
	for _, d := range datasets {
		t.Run(d.Name, func(t *testing.T) {
			if len(d.Chunks) == 0 {
				t.Fatal("the library wrote no chunks")
			}
			p, err := NewPipeline(d.Specs, d.ElementSize, len(d.Chunks[0].Raw))
			if err != nil {
				t.Fatal(err)
			}
			for i, c := range d.Chunks {
				raw := bytes.Repeat([]byte{0xa5}, len(c.Raw))
				if err := p.Decode(raw, c.Stored, c.Mask); err != nil {
					t.Fatalf("chunk %d of %d bytes: %v", i, len(c.Stored), err)
				}
				if !bytes.Equal(raw, c.Raw) {
					t.Fatalf("chunk %d of %v: byte %d differs: stored % x", i, d.Specs, firstDifference(raw, c.Raw), c.Stored[:min(40, len(c.Stored))])
				}
			}
		})
	}
}

func firstDifference(a, b []byte) int {
	for i := range a {
		if a[i] != b[i] {
			return i
		}
	}
	return -1
}

func TestDecodeH5py(t *testing.T) {
	fill := 1003
	var cases []libraryCase
	add := func(name, dtype, data string, shape, chunk []int, change func(*libraryCase), filters ...[]int) {
		c := libraryCase{Name: name, Dtype: dtype, Shape: shape, Chunk: chunk, Data: data, Filters: filters}
		if change != nil {
			change(&c)
		}
		cases = append(cases, c)
	}
	wide, wideChunk := []int{40, 128}, []int{20, 64}
	const deflate, shuffle, fletcher, szip, nbit, scale, lzf = 1, 2, 3, 4, 5, 6, 32000
	for _, size := range []int{1, 2, 4, 8} {
		u, i := fmt.Sprint("<u", size), fmt.Sprint(">i", size)
		for _, kind := range []string{"sparse", "steps", "small", "noise", "zero"} {
			data, name := kind, fmt.Sprint(kind, size)
			if kind != "noise" && kind != "zero" {
				data = name
			}
			add("deflate-"+name, u, data, wide, wideChunk, nil, []int{deflate, 6})
			add("shuffle-"+name, u, data, wide, wideChunk, nil, []int{shuffle})
			add("all-"+name, u, data, wide, wideChunk, nil, []int{shuffle}, []int{deflate, 1}, []int{fletcher})
			add("fletcher-first-"+name, u, data, wide, wideChunk, nil, []int{fletcher}, []int{shuffle}, []int{deflate, 9})
			add("lzf-"+name, u, data, wide, wideChunk, nil, []int{lzf})
			add("lzf-shuffle-"+name, i, data, wide, wideChunk, nil, []int{shuffle}, []int{lzf})
			add("scale-"+name, u, data, wide, wideChunk, nil, []int{scale, 2, 0})
			add("scale-big-"+name, i, data, wide, wideChunk, nil, []int{scale, 2, 0})
			if size > 1 {
				add("scale-fill-"+name, u, data, wide, wideChunk, func(c *libraryCase) { c.Fill = &fill }, []int{scale, 2, 0})
				add("scale-fill-big-"+name, i, data, wide, wideChunk, func(c *libraryCase) { c.Fill = &fill }, []int{scale, 2, 0})
				add("scale-bits-"+name, i, data, wide, wideChunk, nil, []int{scale, 2, 11})
			}
			add("scale-plain-"+name, i, data, wide, wideChunk, nil, []int{scale, 2, 8 * size})
			for _, o := range []struct {
				name           string
				options, block int
			}{{"nn8", 32, 8}, {"ec8", 4, 8}, {"nn32", 32, 32}, {"ec2", 4, 2}, {"nn16", 32, 16}} {
				add("szip-"+o.name+"-"+name, u, data, wide, wideChunk, nil, []int{szip, o.options, o.block})
				add("szip-big-"+o.name+"-"+name, i, data, []int{90, 40}, []int{9, 20}, nil, []int{szip, o.options, o.block})
				add("szip-long-"+o.name+"-"+name, u, data, []int{7000}, []int{7000}, nil, []int{szip, o.options, o.block})
			}
			for bits := 1; bits <= 8*size && kind == "noise"; bits += 1 + size*size/8 {
				for _, offset := range slices.Compact([]int{0, min(3, 8*size-bits), 8*size - bits}) {
					precise := func(c *libraryCase) { c.Precision, c.BitOffset = bits, offset }
					add(fmt.Sprintf("nbit-%d-%d-%s", bits, offset, name), u, data, wide, wideChunk, precise, []int{nbit})
					add(fmt.Sprintf("nbit-big-%d-%d-%s", bits, offset, name), i, data, wide, wideChunk, precise, []int{nbit})
				}
			}
		}
		add(fmt.Sprint("odd-shuffle-", size), u, "noise", []int{33, 13}, []int{11, 13}, nil, []int{shuffle}, []int{fletcher})
		add(fmt.Sprint("odd-lzf-", size), u, fmt.Sprint("steps", size), []int{33, 13}, []int{11, 13}, nil, []int{lzf})
	}
	for _, size := range []int{4, 8} {
		for _, digits := range []int{0, 1, 3, 5, 20} {
			for order := range 2 {
				dtype := fmt.Sprintf("%cf%d", "<>"[order], size)
				data := fmt.Sprint("floats", size)
				add(fmt.Sprintf("scale-float%d-%d-%d", size, digits, order), dtype, data, wide, wideChunk, nil, []int{scale, 0, digits})
				add(fmt.Sprintf("scale-float-fill%d-%d-%d", size, digits, order), dtype, data, wide, wideChunk, func(c *libraryCase) { c.Fill = new(int) }, []int{scale, 0, digits})
			}
		}
		add(fmt.Sprint("szip-float", size), fmt.Sprint("<f", size), fmt.Sprint("floats", size), wide, wideChunk, nil, []int{szip, 32, 16})
		add(fmt.Sprint("nbit-float", size), fmt.Sprint("<f", size), fmt.Sprint("floats", size), wide, wideChunk, nil, []int{nbit})
	}
	for _, bits := range []int{3, 9, 13} {
		precise := func(c *libraryCase) { c.Precision, c.BitOffset = bits, 2 }
		add(fmt.Sprint("nbit-array-", bits), "<u2", "noise", wide, wideChunk, func(c *libraryCase) { precise(c); c.Array = []int{3, 2} }, []int{nbit})
		add(fmt.Sprint("nbit-compound-", bits), ">u4", "noise", wide, wideChunk, func(c *libraryCase) { precise(c); c.Compound = true }, []int{nbit})
		add(fmt.Sprint("nbit-compound-array-", bits), "<i2", "noise", wide, wideChunk, func(c *libraryCase) { precise(c); c.Array = []int{5}; c.Compound = true }, []int{nbit}, []int{deflate, 4})
		add(fmt.Sprint("szip-precision-", bits), "<u2", "noise", wide, wideChunk, func(c *libraryCase) { c.Precision = bits }, []int{szip, 32, 16})
		add(fmt.Sprint("szip-precision-ec-", bits), ">u4", "noise", wide, wideChunk, func(c *libraryCase) { c.Precision = bits + 8 }, []int{szip, 4, 16})
	}
	for _, options := range []int{4, 32} { // runs of empty blocks of every length
		add(fmt.Sprint("szip-rare-", options), "<u1", "rare", []int{8000}, []int{4000}, nil, []int{szip, options, 2})
	}
	add("nbit-long-double", "<f16", "noise", wide, wideChunk, nil, []int{nbit})
	add("nbit-long-double-big", ">f16", "noise", wide, wideChunk, nil, []int{nbit})
	dir := t.TempDir()
	writeData(t, dir)
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, writeWithH5py)
	checkDecoding(t, readLibrary(t, dir))
}

func TestDecodePlugins(t *testing.T) {
	needPlugins(t)
	var cases []libraryCase
	add := func(name, dtype, data string, shape, chunk []int, filter ...int) {
		cases = append(cases, libraryCase{Name: name, Dtype: dtype, Shape: shape, Chunk: chunk, Data: data, Filters: [][]int{filter}, Trust: true})
	}
	wide, wideChunk := []int{60, 128}, []int{20, 64}
	big, bigChunk := []int{90, 200}, []int{90, 200}
	odd, oddChunk := []int{33, 13}, []int{11, 13}
	for _, size := range []int{1, 2, 4, 8} {
		u := fmt.Sprint("<u", size)
		for _, kind := range []string{"sparse", "steps", "noise", "zero"} {
			data, name := kind, fmt.Sprint(kind, size)
			if kind != "noise" && kind != "zero" {
				data = name
			}
			for _, s := range []struct {
				name         string
				shape, chunk []int
			}{{"wide", wide, wideChunk}, {"big", big, bigChunk}, {"odd", odd, oddChunk}, {"line", []int{9000}, []int{3000}}} {
				if kind == "zero" && s.name != "wide" {
					continue
				}
				name := s.name + "-" + name
				add("lz4-"+name, u, data, s.shape, s.chunk, int(LZ4), 0)
				add("lz4-small-"+name, u, data, s.shape, s.chunk, int(LZ4), 1000)
				add("bshuf-"+name, u, data, s.shape, s.chunk, int(Bitshuffle), 0, 0)
				add("bshuf-lz4-"+name, u, data, s.shape, s.chunk, int(Bitshuffle), 0, 2)
				add("bshuf-lz4-small-"+name, u, data, s.shape, s.chunk, int(Bitshuffle), 64, 2)
				add("bshuf-zstd-"+name, u, data, s.shape, s.chunk, int(Bitshuffle), 0, 3, 5)
				add("zstd-"+name, u, data, s.shape, s.chunk, int(Zstd), 3)
				add("bzip2-"+name, u, data, s.shape, s.chunk, int(Bzip2), 9)
				for codec := range 6 {
					for filter := range 4 {
						if codec == 3 || codec == 4 { // Snappy and zlib are not in the plugin
							continue
						}
						if codec == 1 || len(s.shape) > 1 && s.name != "big" {
							add(fmt.Sprintf("blosc2-%d-%d-%s", codec, filter, name), u, data, s.shape, s.chunk, int(Blosc2), 0, 0, 0, 0, 5, filter, codec)
						}
					}
				}
				add("blosc2-0level-"+name, u, data, s.shape, s.chunk, int(Blosc2), 0, 0, 0, 0, 0, 1, 1)
				add("blosc2-blocks-"+name, u, data, s.shape, s.chunk, int(Blosc2), 0, 512, 0, 0, 5, 1, 1)
			}
		}
	}
	add("blosc2-cube", "<u2", "steps2", []int{12, 30, 50}, []int{6, 15, 25}, int(Blosc2), 0, 0, 0, 0, 5, 1, 5)
	add("blosc2-hypercube", "<u4", "steps4", []int{6, 10, 7, 9}, []int{3, 5, 7, 9}, int(Blosc2), 0, 1024, 0, 0, 5, 2, 1)
	dir := t.TempDir()
	writeData(t, dir)
	writeCases(t, dir, cases)
	oracle.H5wasm(t, dir, writeWithH5wasm)
	checkDecoding(t, readLibrary(t, dir))
}

// debianPlugins are the filters that Debian's packages bitshuffle, hdf5-filter-plugin and
// hdf5-filter-plugin-blosc-serial bring for h5py.
var debianPlugins = []ID{Bzip2, LZ4, Bitshuffle, Blosc}

// needDebianPlugins leaves the test out, or fails it, where h5py has not got the filters.
func needDebianPlugins(t *testing.T) {
	t.Helper()
	for _, id := range debianPlugins {
		script := "import h5py, sys; print(h5py.h5z.filter_avail(int(sys.argv[1])))"
		if got := oracle.H5py(t, t.TempDir(), script, fmt.Sprint(uint16(id))); strings.TrimSpace(string(got)) != "True" {
			oracle.Missing(t, "h5py's filter "+id.String(), errors.New("H5Zfilter_avail says no"))
		}
	}
}

func TestDecodeDebianPlugins(t *testing.T) {
	needDebianPlugins(t)
	var cases []libraryCase
	for _, size := range []int{1, 2, 4, 8} {
		for _, kind := range []string{"sparse", "steps", "noise"} {
			data := fmt.Sprint(kind, size)
			if kind == "noise" {
				data = kind
			}
			add := func(name string, filter ...int) {
				for _, rows := range []int{1, 7} {
					cases = append(cases, libraryCase{
						Name: fmt.Sprintf("%s-%s%d-%d", name, kind, size, rows), Dtype: fmt.Sprint("<u", size), Shape: []int{rows, 999 + rows}, Chunk: []int{rows, 999 + rows},
						Data: data, Filters: [][]int{filter},
					})
				}
			}
			for codec := range 6 {
				for shuffle := range 3 {
					add(fmt.Sprintf("blosc-%d-%d", codec, shuffle), int(Blosc), 0, 0, 0, 0, 5, shuffle, codec)
				}
			}
			add("bslz4", int(Bitshuffle), 0, 2)
			add("lz4", int(LZ4), 3000)
			add("bzip2", int(Bzip2), 5)
		}
	}
	dir := t.TempDir()
	writeData(t, dir)
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, writeWithH5py)
	checkDecoding(t, readLibrary(t, dir))
}

// An encodedCase is a dataset of one chunk that this package encodes.
type encodedCase struct {
	Name    string  `json:"name"`
	Dtype   string  `json:"dtype"`
	Shape   []int   `json:"shape"`
	Data    string  `json:"data"`
	Mask    uint32  `json:"mask"`
	Filters [][]int `json:"filters"`
	Fill    *int    `json:"fill,omitempty"`
	NoFill  bool    `json:"nofill,omitempty"`
	raw     []byte
}

// encodeCase encodes rows×columns elements of raw with the specs.
func encodeCase(t *testing.T, dir, name, dtype string, rows, columns int, raw []byte, e Element, specs ...Spec) encodedCase {
	t.Helper()
	raw = raw[:rows*columns*e.Size]
	specs, err := Complete(specs, e, len(raw))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	p, err := NewPipeline(specs, e.Size, len(raw))
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	stored, mask, err := p.Encode(nil, raw)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	back := bytes.Repeat([]byte{0x5a}, len(raw))
	if err := p.Decode(back, stored, mask); err != nil {
		t.Fatalf("%s: decoding what was encoded: %v", name, err)
	}
	if !bytes.Equal(back, raw) {
		t.Fatalf("%s: decoding what was encoded gives something else", name)
	}
	c := encodedCase{Name: name, Dtype: dtype, Shape: []int{rows, columns}, Data: name + ".chunk", Mask: mask, raw: raw}
	for _, s := range p.Specs() {
		words := []int{int(s.ID), int(oneIf(s.Optional))}
		for _, w := range s.Params {
			words = append(words, int(w))
		}
		c.Filters = append(c.Filters, words)
	}
	if err := os.WriteFile(filepath.Join(dir, c.Data), stored, 0o600); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLibraryDecodesEncoded(t *testing.T) {
	dir := t.TempDir()
	writeData(t, dir)
	load := func(name string) []byte {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	var cases []encodedCase
	masked := 0
	for _, size := range []int{1, 2, 4, 8} {
		for _, kind := range []string{"sparse", "steps", "small", "noise", "zero"} {
			data := kind
			if kind != "noise" && kind != "zero" {
				data = fmt.Sprint(kind, size)
			}
			raw := load(data)
			for name, specs := range map[string][]Spec{
				"deflate1":       {NewDeflate(1)},
				"deflate9":       {NewShuffle(0), NewDeflate(9), NewFletcher32()},
				"deflate0":       {NewFletcher32(), NewDeflate(0)},
				"shuffle":        {NewShuffle(0)},
				"lz4":            {NewLZ4()},
				"shuffle-lz4":    {NewShuffle(0), NewLZ4()},
				"lz4-blocks":     {{ID: LZ4, Params: []uint32{700}}},
				"bshuf":          {NewBitshuffle(0)},
				"bslz4":          {NewBitshuffleLZ4(0)},
				"bslz4-always":   {{ID: Bitshuffle, Params: []uint32{0, 4, 0, 0, 2}}},
				"bszstd":         {NewBitshuffleZstd(0, 3)},
				"bszstd-blocks":  {{ID: Bitshuffle, Params: []uint32{0, 4, 0, 64, 3, 22}}},
				"zstd":           {NewZstd(3)},
				"zstd-always":    {{ID: Zstd, Params: []uint32{19}}},
				"zstd-fletcher":  {NewShuffle(0), NewZstd(1), NewFletcher32()},
				"bslz4-fletcher": {NewBitshuffleLZ4(0), NewFletcher32()},
			} {
				for shape, dims := range map[string][2]int{"": {64, 100}, "-odd": {7, 13}, "-one": {1, 1}} {
					name := fmt.Sprintf("%s-%s%d%s", name, kind, size, shape)
					c := encodeCase(t, dir, name, fmt.Sprint("<u", size), dims[0], dims[1], raw, Element{Size: size}, specs...)
					if c.Mask != 0 {
						masked++
					}
					cases = append(cases, c)
				}
			}
			for k, dtype := range []string{"<u", "<i", ">u", ">i"} {
				e := Element{Size: size, Integer: true, Signed: k%2 == 1, BigEndian: k >= 2 && size > 1, Fill: make([]byte, size)}
				dtype := fmt.Sprint(dtype, size)
				name := fmt.Sprintf("scale-%s%d-%d", kind, size, k)
				plain := NewScaleOffset(0)
				plain.Optional = k != 0
				c := encodeCase(t, dir, name, dtype, 64, 100, raw, e, plain)
				cases = append(cases, c)
				cases = append(cases, encodeCase(t, dir, name+"-bits", dtype, 64, 100, raw, e, NewScaleOffset(8*size)))
				if size > 1 {
					fill := 1001
					e.Fill = make([]byte, size)
					putElement(e.Fill, size, uint64(fill))
					if e.BigEndian {
						slices.Reverse(e.Fill)
					}
					c := encodeCase(t, dir, name+"-fill", dtype, 63, 101, raw, e, NewScaleOffset(0))
					c.Fill = &fill
					cases = append(cases, c)
				}
				if kind == "steps" && size == 4 {
					e.Fill = nil
					c := encodeCase(t, dir, name+"-nofill", dtype, 61, 103+k, raw, e, NewScaleOffset(0))
					for _, w := range c.Filters {
						w[2+scaleHasFill] = 1 // as the library sets it, before place.py takes it back
					}
					c.NoFill = true
					cases = append(cases, c)
				}
			}
		}
	}
	if masked == 0 {
		t.Error("no filter was left out for incompressible chunks")
	}
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, placeChunks)
	skipped := strings.Fields(string(oracle.H5py(t, dir, readWithH5py)))
	read := 0
	for _, c := range cases {
		if slices.Contains(skipped, c.Name) {
			continue
		}
		read++
		if got := load(c.Name + ".h5py"); !bytes.Equal(got, c.raw) {
			t.Errorf("h5py reads %s differently from byte %d of %d", c.Name, firstDifference(c.raw, got), len(c.raw))
		}
	}
	t.Logf("h5py read %d of %d", read, len(cases))
	needPlugins(t)
	oracle.H5wasm(t, dir, readWithH5wasm)
	for _, c := range cases {
		got := load(c.Name + ".h5wasm")
		if strings.HasPrefix(c.Dtype, ">") { // h5wasm gives elements in the machine's order
			swapElements(got, int(c.Dtype[2]-'0'))
		}
		if !bytes.Equal(got, c.raw) {
			t.Errorf("h5wasm reads %s differently from byte %d of %d", c.Name, firstDifference(c.raw, got), len(c.raw))
		}
	}
}

func swapElements(b []byte, size int) {
	for ; len(b) >= size; b = b[size:] {
		slices.Reverse(b[:size])
	}
}
