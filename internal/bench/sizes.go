package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

// dataset is a folder of data that a function of testdata/bench/data.py makes.
type dataset struct {
	name       string // of the folder
	maker      string
	parameters map[string]any
	bytes      int64 // about what it takes on disk
}

// smallSizes are made and measured in a few minutes.
func smallSizes() []dataset {
	return sizes(scale{
		files: []int{10, 100, 1000}, mappings: []int{100, 300, 1000, 5000}, mosaic: 20,
		small: 40, large: 4, interleaved: 44, rows: 371, cols: 352, contiguous: 64, trains: 8, chunks: []int{100, 300, 1000, 3000, 10_000},
	})
}

// fullSizes are those that the targets are set for.
func fullSizes() []dataset {
	return sizes(scale{
		files: []int{10, 100, 1000, 10_000}, mappings: []int{100, 1000, 5000, 10_000, 20_000, 50_000}, mosaic: 500,
		small: 400, large: 20, interleaved: 160, rows: 1484, cols: 1408, contiguous: 512, trains: 200, chunks: []int{100, 1000, 10_000, 100_000},
	})
}

// scale is how much there is of everything.
type scale struct {
	files, mappings, chunks                               []int
	mosaic, small, large, interleaved, contiguous, trains int // frames
	rows, cols                                            int // of the interleaved frames
}

func sizes(s scale) []dataset {
	const kib, mib = 1 << 10, 1 << 20
	eiger := func(name, dtype string, rows, cols, frames int) dataset {
		return dataset{name, "eiger", map[string]any{"dtype": dtype, "rows": rows, "cols": cols, "frames": frames}, int64(frames*rows*cols) / 2}
	}
	return []dataset{
		{"w1", "files", map[string]any{"files": s.files}, int64(slices.Max(s.files)) * 12 * kib},
		{"w1n", "mappings", map[string]any{"mappings": s.mappings}, int64(slices.Max(s.mappings)) * 3 * kib},
		{"w2", "mosaic", map[string]any{"frames": s.mosaic}, int64(s.mosaic) * 6 * mib},
		eiger("w3-1m-u16", "u2", 1062, 1028, s.small),
		eiger("w3-1m-u32", "u4", 1062, 1028, s.small),
		eiger("w3-16m-u32", "u4", 4362, 4148, s.large),
		{"w4", "interleaved", map[string]any{"frames": s.interleaved, "rows": s.rows, "cols": s.cols}, int64(s.interleaved * s.rows * s.cols)},
		{"w6", "contiguous", map[string]any{"frames": s.contiguous}, int64(s.contiguous) * 2 * mib},
		{"w7", "modules", map[string]any{"trains": s.trains}, int64(s.trains) * 2 * mib},
		{"chunks", "chunks", map[string]any{"chunks": s.chunks}, int64(slices.Max(s.chunks)) * 3 * kib},
	}
}

func totalSize(all []dataset) (bytes int64) {
	for _, d := range all {
		bytes += d.bytes
	}
	return bytes
}

// most is the greatest value of a parameter that is a list, which the files are named after.
func (d dataset) most(parameter string) int { return slices.Max(d.parameters[parameter].([]int)) }

// complete is the file that is written into a folder of data when everything else is there, with its parameters.
const complete = "complete.json"

// makeData makes the data in dir, unless they are there with the same parameters.
func makeData(ctx context.Context, python, script, dir string, d dataset) error {
	parameters, err := json.Marshal(d.parameters)
	if err != nil {
		return err
	}
	done := filepath.Join(dir, d.name, complete)
	if have, err := os.ReadFile(done); err == nil && string(have) == string(parameters) {
		return nil
	}
	folder := filepath.Join(dir, d.name)
	if err := os.RemoveAll(folder); err != nil {
		return err
	}
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	free, err := freeBytes(dir)
	if err != nil {
		return err
	}
	if wanted := d.bytes + d.bytes/4; free < wanted {
		return fmt.Errorf("%s takes about %d MB and %s has %d MB free: choose another folder with BENCH_DIR (-dir)", d.name, wanted>>20, dir, free>>20)
	}
	fmt.Fprintf(os.Stderr, "bench: making %s, about %d MB\n", d.name, d.bytes>>20)
	cmd := exec.CommandContext(ctx, python, script, d.maker, folder, string(parameters))
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making %s: %w\n%s", d.name, err, out)
	}
	return os.WriteFile(done, parameters, 0o666)
}

// warm reads all files of a folder, so that the page cache has them and no program pays for the disk.
func warm(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, f)
		return cmp.Or(err, f.Close())
	})
}

// find is the data of that name.
func find(all []dataset, name string) (dataset, error) {
	for _, d := range all {
		if d.name == name {
			return d, nil
		}
	}
	return dataset{}, errors.New("no data are named " + name)
}
