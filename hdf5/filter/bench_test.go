package filter

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Benchmarks over a chunk of a megabyte, one of noise and one of what a detector sees. MB/s count elements' bytes.

const benchBytes = 1 << 20

func BenchmarkPipeline(b *testing.B) {
	for _, c := range []struct {
		name  string
		size  int
		specs []Spec
	}{
		{"deflate4", 2, []Spec{NewDeflate(4)}},
		{"shuffle+deflate4", 2, []Spec{NewShuffle(0), NewDeflate(4)}},
		{"fletcher32", 2, []Spec{NewFletcher32()}},
		{"shuffle/u16", 2, []Spec{NewShuffle(0)}},
		{"shuffle/u32", 4, []Spec{NewShuffle(0)}},
		{"shuffle/u64", 8, []Spec{NewShuffle(0)}},
		{"lz4", 2, []Spec{NewLZ4()}},
		{"bitshuffle/u16", 2, []Spec{NewBitshuffle(0)}},
		{"bitshuffle/u32", 4, []Spec{NewBitshuffle(0)}},
		{"bitshuffle-lz4/u16", 2, []Spec{NewBitshuffleLZ4(0)}},
		{"bitshuffle-lz4/u32", 4, []Spec{NewBitshuffleLZ4(0)}},
		{"bitshuffle-zstd3/u16", 2, []Spec{NewBitshuffleZstd(0, 3)}},
		{"zstd3", 2, []Spec{NewZstd(3)}},
		{"scaleoffset/u16", 2, []Spec{NewScaleOffset(0)}},
	} {
		for i := range c.specs {
			c.specs[i].Optional = false // measure the filter and not its absence
		}
		for _, kind := range []string{"noise", "sparse"} {
			raw := randomBytes(1, benchBytes)
			if kind == "sparse" {
				raw = sparseBytes(1, benchBytes, c.size)
			}
			specs, err := Complete(c.specs, Element{Size: c.size, Integer: true}, len(raw))
			if err != nil {
				b.Fatal(err)
			}
			p := mustPipeline(b, c.size, len(raw), specs...)
			stored, mask, err := p.Encode(nil, raw)
			if err != nil {
				b.Fatal(err)
			}
			b.Run(c.name+"/"+kind+"/decode", func(b *testing.B) {
				back := make([]byte, len(raw))
				b.SetBytes(int64(len(raw)))
				b.ReportAllocs()
				for b.Loop() {
					if err := p.Decode(back, stored, mask); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(c.name+"/"+kind+"/encode", func(b *testing.B) {
				room := make([]byte, 0, 2*len(raw))
				b.SetBytes(int64(len(raw)))
				b.ReportAllocs()
				for b.Loop() {
					if _, _, err := p.Encode(room, raw); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkLibraryChunks decodes what h5py writes through filters that this package only reads.
func BenchmarkLibraryChunks(b *testing.B) {
	var cases []libraryCase
	for _, c := range []struct {
		name   string
		filter []int
	}{
		{"lzf", []int{int(LZF)}}, {"szip-nn", []int{int(Szip), 32, 16}}, {"szip-ec", []int{int(Szip), 4, 16}}, {"nbit", []int{int(NBit)}}, {"bzip2", []int{int(Bzip2), 9}},
		{"blosc-blosclz", []int{int(Blosc), 0, 0, 0, 0, 5, 1, 0}}, {"blosc-lz4", []int{int(Blosc), 0, 0, 0, 0, 5, 1, 1}}, {"blosc-bitshuffle-lz4", []int{int(Blosc), 0, 0, 0, 0, 5, 2, 1}},
		{"blosc-snappy", []int{int(Blosc), 0, 0, 0, 0, 5, 1, 3}}, {"blosc-zlib", []int{int(Blosc), 0, 0, 0, 0, 5, 1, 4}}, {"blosc-zstd", []int{int(Blosc), 0, 0, 0, 0, 5, 1, 5}},
	} {
		for _, data := range []string{"noise", "sparse2"} {
			n := []int{dataBytes / 2}
			l := libraryCase{Name: c.name + "-" + data, Dtype: "<u2", Shape: n, Chunk: n, Data: data, Filters: [][]int{c.filter}}
			if c.name == "nbit" {
				l.Precision = 12
			}
			cases = append(cases, l)
		}
	}
	dir := b.TempDir()
	writeData(b, dir)
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
