package filter

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// needZFP leaves the test out, or fails it, where h5py has not got the filter; Debian's package hdf5-filter-plugin-zfp-serial brings it.
func needZFP(t testing.TB) {
	t.Helper()
	if got := oracle.H5py(t, t.TempDir(), "import h5py; print(h5py.h5z.filter_avail(32013))"); strings.TrimSpace(string(got)) != "True" {
		oracle.Missing(t, "h5py's filter zfp", errors.New("H5Zfilter_avail says no"))
	}
}

// zfpMode is a mode with what the plugin takes from its user: the mode's number, a word that does not matter, and what the mode needs.
type zfpMode struct {
	name  string
	words []int
}

func zfpModes(size int) []zfpMode {
	number := func(v float64) []int {
		b := math.Float64bits(v)
		return []int{int(uint32(b)), int(b >> 32)}
	}
	modes := []zfpMode{{"reversible", []int{5, 0, 0, 0}}}
	for _, rate := range []float64{4, 7.5, 16, 30} {
		modes = append(modes, zfpMode{fmt.Sprint("rate", rate), append([]int{1, 0}, number(rate)...)})
	}
	for _, precision := range []int{1, 9, 20, 8 * size} {
		modes = append(modes, zfpMode{fmt.Sprint("precision", precision), []int{2, 0, precision, 0}})
	}
	for _, tolerance := range []float64{0, 1e-6, 0.01, 3, 1e6} {
		modes = append(modes, zfpMode{fmt.Sprint("accuracy", tolerance), append([]int{3, 0}, number(tolerance)...)})
	}
	for _, e := range [][]int{{1, 16658, 64, -1074}, {40, 300, 22, -5}, {200, 200, 64, -1074}, {3000, 16000, 64, -30}, {1, 9000, 12, 4}} {
		modes = append(modes, zfpMode{fmt.Sprint("expert", e[0], "-", e[1]), []int{4, 0, e[0], e[1], e[2], int(uint32(e[3]))}})
	}
	return modes
}

// zfpShapes are chunks of 1 to 4 dimensions, with whole and partial blocks, and with dimensions of extent 1, which ZFP is not told of.
var zfpShapes = [][]int{{1}, {3}, {4}, {61}, {256}, {1, 9}, {4, 8}, {13, 22}, {5, 1, 9}, {4, 4, 8}, {7, 10, 5}, {4, 8, 4, 4}, {3, 5, 6, 7}, {2, 1, 5, 9, 6}}

// zfpWaves are elements of a smooth field that is nowhere the same, with some zeros, for each of the types.
func zfpWaves(dtype string, shape []int) []byte {
	var out []byte
	n := 1
	for _, extent := range shape {
		n *= extent
	}
	for i := range n {
		phase, rest := 0.0, i
		for d := len(shape) - 1; d >= 0; d-- {
			phase += float64(rest%shape[d]) / float64(3+5*d)
			rest /= shape[d]
		}
		v := 100*math.Sin(phase) + float64(i%3)/16
		if i/64%5 == 2 {
			v = 0
		}
		switch dtype {
		case "<i4":
			out = le.AppendUint32(out, uint32(int32(1000*v)))
		case "<i8":
			out = le.AppendUint64(out, uint64(int64(1e9*v)))
		case "<f4":
			out = le.AppendUint32(out, math.Float32bits(float32(v)))
		case "<f8":
			out = le.AppendUint64(out, math.Float64bits(v))
		}
	}
	return out
}

var zfpTypes = []string{"<i4", "<i8", "<f4", "<f8"}

// checkZFP decodes datasets, each of which must have been through the filter.
func checkZFP(t *testing.T, datasets []libraryChunks) {
	t.Helper()
	for _, d := range datasets {
		if len(d.Specs) == 0 || d.Specs[len(d.Specs)-1].ID != ZFP {
			t.Errorf("%s has the filters %v", d.Name, d.Specs)
		}
	}
	checkDecoding(t, datasets)
}

// What the plugin writes in all its modes, decoded as it decodes it.
func TestDecodeZFP(t *testing.T) {
	needZFP(t)
	dir := t.TempDir()
	writeData(t, dir)
	var cases []libraryCase
	for _, dtype := range zfpTypes {
		size := int(dtype[2] - '0')
		for i, shape := range zfpShapes {
			if i == 0 {
				continue // the plugin takes no chunk of one element
			}
			waves := fmt.Sprint("waves", dtype[1:], i)
			if err := os.WriteFile(filepath.Join(dir, waves), zfpWaves(dtype, shape), 0o600); err != nil {
				t.Fatal(err)
			}
			data := []string{waves, "zero", fmt.Sprint("steps", size), "noise"}
			if dtype[1] == 'f' {
				data = []string{waves, "zero", fmt.Sprint("floats", size)} // what becomes of numbers that are none is not defined but without loss
			}
			for k, mode := range zfpModes(size) {
				for j, data := range data {
					if j > 0 && (i+k+j)%4 > 0 {
						continue
					}
					cases = append(cases, libraryCase{
						Name: fmt.Sprint(mode.name, dtype[1:], "-", strings.Trim(fmt.Sprint(shape), "[]"), "-", data), Dtype: dtype, Shape: shape, Chunk: shape, Data: data,
						Filters: [][]int{append([]int{int(ZFP)}, mode.words...)},
					})
				}
			}
			cases = append(cases, libraryCase{
				Name: fmt.Sprint("reversible", dtype[1:], "-", shape, "-noise"), Dtype: dtype, Shape: shape, Chunk: shape, Data: "noise", Filters: [][]int{{int(ZFP), 5, 0, 0, 0}},
			})
		}
		cases = append(cases, libraryCase{
			Name: "chunks" + dtype[1:], Dtype: dtype, Shape: []int{24, 33}, Chunk: []int{8, 11}, Data: fmt.Sprint("steps", size),
			Filters: [][]int{{2}, {1, 6}, {int(ZFP), 5, 0, 0, 0}},
		})
	}
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, writeWithH5py)
	datasets := readLibrary(t, dir)
	if len(datasets) != len(cases) {
		t.Fatalf("%d datasets of %d", len(datasets), len(cases))
	}
	checkZFP(t, datasets)
}

// zfpHeader is client data as the plugin writes it.
type zfpHeader struct {
	scalar  zfpScalar
	shape   []int // the slowest varying first
	mode    uint64
	swapped bool // by a machine of the other byte order
}

func (h zfpHeader) words() []uint32 {
	var extents uint64
	for _, n := range h.shape {
		extents = extents<<(48/len(h.shape)) | uint64(n-1)
	}
	meta := uint64(h.scalar) | uint64(len(h.shape)-1)<<2 | extents<<4
	words := []uint32{0x10005110, zfpMagic | zfpVersion<<24, uint32(meta), uint32(meta>>32) | uint32(h.mode)<<20}
	if h.mode&0xfff == zfpModeLong {
		words = append(words, uint32(h.mode>>12), uint32(h.mode>>44))
	}
	if h.swapped {
		for i := range words[1:] {
			words[i+1] = bits.ReverseBytes32(words[i+1])
		}
	}
	return words
}

// zfpExpert is the long mode with what it sets, as the header has it.
func zfpExpert(minBits, maxBits, planes, minExp int) uint64 {
	return zfpModeLong | uint64(minBits-1)<<12 | uint64(maxBits-1)<<27 | uint64(planes-1)<<42 | uint64(minExp+16495)<<49
}

// randomZFPMode is any mode that the plugin can meet.
func randomZFPMode(r *rand.Rand) uint64 {
	if r.IntN(3) > 0 {
		if mode := r.IntN(zfpModeLong); mode < zfpModePrecision+zfpMaxPlanes || mode >= zfpModeReversible {
			return uint64(mode)
		}
		return zfpModeReversible
	}
	minBits := 1 + r.IntN(1<<r.IntN(15))
	maxBits := minBits + r.IntN(1<<15-minBits)
	if r.IntN(2) == 0 {
		maxBits = minBits + r.IntN(min(200, 1<<15-minBits))
	}
	return zfpExpert(minBits, maxBits, 1+r.IntN(64), zfpMinExp-2+r.IntN(1300))
}

// zfpNoise is n random bytes in which ones are rare, frequent or neither.
func zfpNoise(r *rand.Rand, n int) []byte {
	noise := make([]byte, n)
	kind := r.IntN(5)
	for i := range noise {
		v := r.Uint32()
		switch kind {
		case 0:
			v &= r.Uint32() & r.Uint32()
		case 1:
			v |= r.Uint32() | r.Uint32()
		case 2:
			v &= r.Uint32()
		case 3:
			v |= r.Uint32()
		}
		noise[i] = byte(v)
	}
	return noise
}

// Any bytes are a ZFP stream, if there are enough of them: random ones, in random modes, decoded as the plugin decodes them. The streams of machines of the other byte order are compared
// with the same ones of this order, because the plugin's version 1.1.0 fails on the former, with which all versions after it deal.
func TestDecodeZFPNoise(t *testing.T) {
	needZFP(t)
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(5, 32013))
	var cases []encodedCase
	for i := range 1500 {
		shape := zfpShapes[r.IntN(len(zfpShapes)-1)]
		scalar := zfpScalar(r.IntN(4))
		h := zfpHeader{scalar: scalar, shape: shape, mode: randomZFPMode(r), swapped: r.IntN(4) == 0}
		blocks, count := 1, 1
		for _, n := range shape {
			blocks *= (n + 3) / 4
			count *= n
		}
		perBlock := 300 * (1 << (2 * len(shape))) / 8
		if minBits := int(h.mode >> 12 & 0x7fff); h.mode > zfpModeLong {
			perBlock = max(perBlock, minBits/8+1)
		} else if h.mode < zfpModePrecision {
			perBlock = max(perBlock, int(h.mode)/8+1)
		}
		stored := zfpNoise(r, blocks*perBlock+8)
		c := encodedCase{Name: fmt.Sprint("noise", i), Dtype: zfpTypes[scalar], Shape: shape, Data: fmt.Sprint(i, ".chunk"), raw: bytes.Repeat([]byte{0xa5}, count*scalar.size())}
		p, err := NewPipeline([]Spec{{ID: ZFP, Params: h.words()}}, scalar.size(), len(c.raw))
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Decode(c.raw, stored, 0); err != nil {
			t.Fatalf("%s: %+v: %v", c.Name, h, err)
		}
		if h.swapped {
			swapElements(c.raw, scalar.size())
			h.swapped = false
		}
		filter := []int{int(ZFP), 1}
		for _, w := range h.words() {
			filter = append(filter, int(w))
		}
		c.Filters = [][]int{filter}
		if err := os.WriteFile(filepath.Join(dir, c.Data), stored, 0o600); err != nil {
			t.Fatal(err)
		}
		cases = append(cases, c)
	}
	writeCases(t, dir, cases)
	oracle.H5py(t, dir, placeChunks)
	if skipped := oracle.H5py(t, dir, readWithH5py); len(skipped) > 0 {
		t.Fatalf("h5py does not read %s", skipped)
	}
	for _, c := range cases {
		got, err := os.ReadFile(filepath.Join(dir, c.Name+".h5py"))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, c.raw) {
			at := firstDifference(c.raw, got)
			t.Errorf("h5py reads %s (%s %v, client data %x) differently from byte %d: % x, not % x", c.Name, c.Dtype, c.Shape, c.Filters, at, got[at:min(len(got), at+8)], c.raw[at:min(len(got), at+8)])
		}
	}
}
