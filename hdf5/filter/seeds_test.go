package filter

import (
	_ "embed"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// testdata/seeds.json has small chunks as the reference libraries store them, for the fuzz targets and for machines
// without those libraries. -update makes it anew.

var updateSeedsFlag = flag.Bool("update", false, "write testdata/seeds.json from what the reference libraries store")

//go:embed testdata/seeds.json
var seedsFile []byte

func seeds(t testing.TB) []libraryChunks {
	t.Helper()
	var datasets []libraryChunks
	if err := json.Unmarshal(seedsFile, &datasets); err != nil {
		t.Fatal(err)
	}
	return datasets
}

func TestSeeds(t *testing.T) {
	if *updateSeedsFlag {
		updateSeeds(t)
		return
	}
	checkDecoding(t, seeds(t))
}

func updateSeeds(t *testing.T) {
	needPlugins(t)
	needDebianPlugins(t)
	var builtIn, plugins []libraryCase
	add := func(to *[]libraryCase, name, dtype, data string, shape []int, change func(*libraryCase), filters ...[]int) {
		c := libraryCase{Name: name, Dtype: dtype, Shape: shape, Chunk: shape, Data: data, Filters: filters}
		if change != nil {
			change(&c)
		}
		*to = append(*to, c)
	}
	square := []int{20, 20}
	add(&builtIn, "deflate", "<u2", "steps2", square, nil, []int{1, 6})
	add(&builtIn, "all", "<u4", "sparse4", square, nil, []int{2}, []int{1, 6}, []int{3})
	add(&builtIn, "lzf", "<u2", "small2", square, nil, []int{32000})
	add(&builtIn, "lzf-noise", "<u2", "noise", square, nil, []int{32000})
	fill := 1003
	add(&builtIn, "scaleoffset", ">i4", "steps4", square, func(c *libraryCase) { c.Fill = &fill }, []int{6, 2, 0})
	add(&builtIn, "scaleoffset-float", "<f4", "floats4", square, nil, []int{6, 0, 2})
	add(&builtIn, "scaleoffset-double", "<f8", "floats8", square, nil, []int{6, 0, 3})
	precise := func(c *libraryCase) { c.Precision, c.BitOffset = 11, 2 }
	add(&builtIn, "nbit", "<u4", "noise", square, precise, []int{5})
	add(&builtIn, "nbit-compound", ">u4", "noise", []int{30}, func(c *libraryCase) { precise(c); c.Compound = true }, []int{5})
	add(&builtIn, "nbit-array", ">u2", "noise", []int{30}, func(c *libraryCase) { precise(c); c.Array = []int{3, 2} }, []int{5})
	for _, options := range []int{4, 32} {
		add(&builtIn, fmt.Sprint("szip-steps-", options), "<u2", "steps2", square, nil, []int{4, options, 8})
		add(&builtIn, fmt.Sprint("szip-sparse-", options), ">u4", "sparse4", square, nil, []int{4, options, 16})
		add(&builtIn, fmt.Sprint("szip-zero-", options), "<u1", "zero", []int{40, 90}, nil, []int{4, options, 2})
		add(&builtIn, fmt.Sprint("szip-small-", options), "<u1", "sparse1", []int{40, 13}, nil, []int{4, options, 4})
		add(&builtIn, fmt.Sprint("szip-noise-", options), "<f8", "floats8", square, nil, []int{4, options, 8})
	}
	add(&builtIn, "szip-rare", "<u1", "rare", []int{2000}, nil, []int{4, 32, 2})
	add(&builtIn, "nbit-long-double", ">f16", "noise", []int{9}, nil, []int{5})
	add(&builtIn, "blosc-odd", "<u2", "sparse2", []int{7, 171}, nil, []int{int(Blosc), 0, 0, 0, 0, 5, 2, 1})
	add(&builtIn, "bzip2", "<u2", "small2", square, nil, []int{int(Bzip2), 9})
	for codec := range 6 {
		for shuffle := range 3 {
			add(&builtIn, fmt.Sprintf("blosc-%d-%d", codec, shuffle), "<u2", "sparse2", square, nil, []int{int(Blosc), 0, 0, 0, 0, 5, shuffle, codec})
		}
	}
	add(&plugins, "lz4", "<u2", "sparse2", square, nil, []int{int(LZ4), 0})
	add(&plugins, "bitshuffle", "<u4", "sparse4", []int{23, 21}, nil, []int{int(Bitshuffle), 64, 0})
	add(&plugins, "bitshuffle-lz4", "<u4", "sparse4", []int{23, 21}, nil, []int{int(Bitshuffle), 64, 2})
	add(&plugins, "bitshuffle-zstd", "<u2", "steps2", []int{23, 21}, nil, []int{int(Bitshuffle), 64, 3, 5})
	add(&plugins, "zstd", "<u8", "sparse8", square, nil, []int{int(Zstd), 3})
	for _, codec := range []int{0, 1, 2, 5} {
		for filter := range 4 {
			add(&plugins, fmt.Sprintf("blosc2-%d-%d", codec, filter), "<u2", "sparse2", square, nil, []int{int(Blosc2), 0, 0, 0, 0, 5, filter, codec})
		}
	}
	add(&plugins, "blosc2-line", "<u2", "steps2", []int{400}, nil, []int{int(Blosc2), 0, 128, 0, 0, 5, 1, 1})
	add(&plugins, "blosc2-zero", "<f4", "zero", square, nil, []int{int(Blosc2), 0, 0, 0, 0, 5, 1, 1})
	add(&plugins, "blosc2-noise", "<u1", "noise", []int{7, 5, 9}, nil, []int{int(Blosc2), 0, 16, 0, 0, 5, 1, 1})

	dir := t.TempDir()
	writeData(t, dir)
	writeCases(t, dir, builtIn)
	oracle.H5py(t, dir, writeWithH5py)
	datasets := readLibrary(t, dir)
	for i := range plugins {
		plugins[i].Trust = true
	}
	writeCases(t, dir, plugins)
	oracle.H5wasm(t, dir, writeWithH5wasm)
	datasets = append(datasets, readLibrary(t, dir)...)
	text := []byte("[\n")
	for i, d := range datasets {
		line, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			text = append(text, ",\n"...)
		}
		text = append(text, line...)
	}
	if err := os.WriteFile("testdata/seeds.json", append(text, "\n]\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
}
