package filter

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// testdata/zfp.json has small chunks as H5Z-ZFP stores them, with what it reads from them, for the fuzz target and for machines without it; -update makes it anew.
//
//go:embed testdata/zfp.json
var zfpSeedsFile []byte

func zfpSeeds(t testing.TB) []libraryChunks {
	t.Helper()
	var datasets []libraryChunks
	if err := json.Unmarshal(zfpSeedsFile, &datasets); err != nil {
		t.Fatal(err)
	}
	return datasets
}

func TestZFPSeeds(t *testing.T) {
	if *updateSeedsFlag {
		updateZFPSeeds(t)
		return
	}
	datasets := zfpSeeds(t)
	if len(datasets) == 0 {
		t.Fatal("no seeds")
	}
	checkZFP(t, datasets)
}

func updateZFPSeeds(t *testing.T) {
	needZFP(t)
	dir := t.TempDir()
	var cases []libraryCase
	for i, dtype := range zfpTypes {
		for j, shape := range [][]int{{1, 15}, {6, 7}, {3, 5, 4}, {4, 3, 2, 5}} {
			waves := fmt.Sprint("waves", i, j)
			if err := os.WriteFile(filepath.Join(dir, waves), zfpWaves(dtype, shape), 0o600); err != nil {
				t.Fatal(err)
			}
			for k, mode := range zfpModes(int(dtype[2] - '0')) {
				if mode.name != "reversible" && (i+5*j+k)%8 > 0 {
					continue
				}
				cases = append(cases, libraryCase{
					Name: fmt.Sprint(mode.name, dtype[1:], "-", j+1), Dtype: dtype, Shape: shape, Chunk: shape, Data: waves, Filters: [][]int{append([]int{int(ZFP)}, mode.words...)},
				})
			}
		}
	}
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, writeWithH5py)
	text := []byte("[\n")
	for i, d := range readLibrary(t, dir) {
		line, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			text = append(text, ",\n"...)
		}
		text = append(text, line...)
	}
	if err := os.WriteFile("testdata/zfp.json", append(text, "\n]\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The chunks of a machine of the other byte order: the same stored bytes, client data and elements with their bytes reversed.
func TestZFPOtherByteOrder(t *testing.T) {
	for _, d := range zfpSeeds(t) {
		c := d.Chunks[0]
		params := bytes.Clone(words(d.Specs[0].Params))
		swapElements(params[4:], 4)
		spec := Spec{ID: ZFP}
		for ; len(params) > 0; params = params[4:] {
			spec.Params = append(spec.Params, le.Uint32(params))
		}
		raw := make([]byte, len(c.Raw))
		if err := mustPipeline(t, d.ElementSize, len(raw), spec).Decode(raw, c.Stored, 0); err != nil {
			t.Fatalf("%s: %v", d.Name, err)
		}
		swapElements(raw, d.ElementSize)
		if !bytes.Equal(raw, c.Raw) {
			t.Errorf("%s: byte %d differs", d.Name, firstDifference(raw, c.Raw))
		}
	}
}

// A chunk that ends too early is an error, wherever it does.
func TestZFPTruncated(t *testing.T) {
	for _, d := range zfpSeeds(t) {
		c := d.Chunks[0]
		p := mustPipeline(t, d.ElementSize, len(c.Raw), d.Specs...)
		for n := range c.Stored {
			raw := make([]byte, len(c.Raw))
			var failed *Error
			if err := p.Decode(raw, c.Stored[:n], 0); !errors.As(err, &failed) || !strings.Contains(err.Error(), "they end in the block at") {
				t.Errorf("%s: %d bytes of %d: %v", d.Name, n, len(c.Stored), err)
				break
			}
		}
	}
}

func TestZFPRefuses(t *testing.T) {
	good := zfpHeader{scalar: zfpFloat32, shape: []int{4, 4}, mode: 63}
	stored := bytes.Repeat([]byte{0x55}, 100)
	if _, err := (zfpCodec{}).Decode(make([]byte, 64), stored, Params{Values: good.words()}); err != nil {
		t.Fatal(err)
	}
	change := func(f func(h *zfpHeader)) []uint32 {
		h := good
		f(&h)
		return h.words()
	}
	word := func(i int, f func(w uint32) uint32) []uint32 {
		words := good.words()
		words[i] = f(words[i])
		return words
	}
	for name, c := range map[string]struct {
		words []uint32
		room  int
		want  string
	}{
		"no client data":      {nil, 64, "number of words is 0"},
		"no mode":             {good.words()[:3], 64, "number of words is 3"},
		"half a long mode":    {change(func(h *zfpHeader) { h.mode = zfpExpert(1, 100, 64, 0) })[:5], 64, "number of words is 5"},
		"not ZFP":             {word(1, func(uint32) uint32 { return 0x05706678 }), 64, "beginning of the header"},
		"old codec":           {word(1, func(w uint32) uint32 { return w - 1<<24 }), 64, "version 4 of the ZFP codec"},
		"new codec":           {word(1, func(w uint32) uint32 { return w + 1<<24 }), 64, "version 6 of the ZFP codec"},
		"other byte order":    {change(func(h *zfpHeader) { h.swapped = true }), 64, ""},
		"new codec in word 0": {word(0, func(w uint32) uint32 { return w + 1<<12 }), 64, "version 6 of the ZFP codec"},
		"old plugin":          {word(0, func(uint32) uint32 { return 0x0055f101 }), 64, ""},
		"too large":           {good.words(), 63, "more float32 than the 63 bytes"},
		"much too large":      {change(func(h *zfpHeader) { h.shape = []int{1 << 24, 1 << 24} }), 1 << 20, "more float32 than the 1048576 bytes"},
		"largest":             {change(func(h *zfpHeader) { h.shape, h.scalar = []int{1 << 24, 1 << 6, 1 << 6}, zfpInt64 }), 1 << 20, "more int64 than"},
		"no room":             {change(func(h *zfpHeader) { h.shape, h.scalar = []int{1}, zfpFloat64 }), 0, "more float64 than"},
		"bits":                {change(func(h *zfpHeader) { h.mode = zfpExpert(101, 100, 64, 0) }), 64, "fewest bits of a block is 101"},
		"planes":              {change(func(h *zfpHeader) { h.mode = zfpModePrecision + 64 }), 64, "number of planes is 65"},
		"planes of expert":    {change(func(h *zfpHeader) { h.mode = zfpExpert(1, 100, 128, 0) }), 64, "number of planes is 128"},
		"words left over":     {append(good.words(), 1, 2, 3, 4), 64, ""},
	} {
		_, err := (zfpCodec{}).Decode(make([]byte, c.room), stored, Params{Values: c.words, ChunkBytes: c.room})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func FuzzZFP(f *testing.F) {
	for _, d := range zfpSeeds(f) {
		c := d.Chunks[0]
		f.Add(c.Stored, words(d.Specs[0].Params), len(c.Raw))
	}
	for _, h := range []zfpHeader{
		{zfpFloat64, []int{9, 1, 1, 1}, zfpExpert(5, 9, 64, -2000), true}, {zfpInt32, []int{300}, zfpExpert(1<<15, 1<<15, 1, 0), false},
		{zfpFloat32, []int{1, 70, 70}, 0, false}, {zfpInt64, []int{33, 35}, zfpModeReversible, true},
	} {
		f.Add(bytes.Repeat([]byte{0x3d, 0, 0xff}, 50), words(h.words()), fuzzRoom)
	}
	fuzzDecode(f, ZFP)
}

func TestZFPBits(t *testing.T) {
	data := randomBytes(3, 100)
	bit := func(i int) uint64 { return uint64(data[i/8]>>(i%8)) & 1 }
	for skip := range 600 {
		for width := range 57 {
			r := zfpBits{rest: data}
			r.take(uint(skip % 13))
			r.skip(skip)
			at := skip%13 + skip
			for ; at+width <= 8*len(data); at += width {
				var want uint64
				for i := range width {
					want |= bit(at+i) << i
				}
				if got := r.take(uint(width)); got != want {
					t.Fatalf("%d bits at %d are %x, not %x", width, at, got, want)
				}
				if width == 0 {
					break
				}
			}
			if r.short() {
				t.Fatal("short before its end")
			}
			r.skip(8*len(data) - at)
			if r.short() {
				t.Fatal("short at its end")
			}
			if r.skip(1 + skip); !r.short() {
				t.Fatal("not short after its end")
			}
		}
	}
}

func BenchmarkZFP(b *testing.B) {
	needZFP(b)
	dir := b.TempDir()
	var cases []libraryCase
	for _, dtype := range zfpTypes {
		size := int(dtype[2] - '0')
		for rank, shape := range [][]int{{benchBytes / size}, {512, 2048 / size}, {64, 64, 256 / size}, {16, 32, 32, 64 / size}} {
			waves := fmt.Sprint("waves", dtype[1:], rank)
			if err := os.WriteFile(filepath.Join(dir, waves), zfpWaves(dtype, shape), 0o600); err != nil {
				b.Fatal(err)
			}
			for _, mode := range zfpModes(size) {
				if mode.name == "reversible" || mode.name == "rate16" || mode.name == "accuracy0.01" || mode.name == "precision20" {
					cases = append(cases, libraryCase{
						Name: fmt.Sprintf("%s-%s-%dd", mode.name, dtype[1:], rank+1), Dtype: dtype, Shape: shape, Chunk: shape, Data: waves, Filters: [][]int{append([]int{int(ZFP)}, mode.words...)},
					})
				}
			}
		}
	}
	writeCases(b, dir, cases)
	oracle.H5py(b, dir, writeWithH5py)
	var datasets []libraryChunks
	if err := json.Unmarshal(oracle.H5py(b, dir, printChunks), &datasets); err != nil {
		b.Fatal(err)
	}
	for _, d := range datasets {
		c := d.Chunks[0]
		p := mustPipeline(b, d.ElementSize, len(c.Raw), d.Specs...)
		b.Run(d.Name, func(b *testing.B) {
			raw := make([]byte, len(c.Raw))
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Decode(raw, c.Stored, c.Mask); err != nil {
					b.Fatal(err)
				}
			}
			if !bytes.Equal(raw, c.Raw) {
				b.Fatal("decoded wrongly")
			}
		})
	}
}
