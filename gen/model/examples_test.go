package model_test

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// ranges writes a selection as start:stop:step with the block where it is not 1, an index
// for one element, and "all".
func ranges(s dataspace.Selection) string {
	if s.Kind() == dataspace.KindAll {
		return "all"
	}
	var parts []string
	for _, d := range s.Dims() {
		switch {
		case d.Count == dataspace.Unlimited:
			parts = append(parts, fmt.Sprintf("%d::%d/%d", d.Start, d.Stride, d.Block))
		case d.Count == 1 || d.Stride == d.Block:
			parts = append(parts, fmt.Sprintf("%d:%d", d.Start, d.Start+d.Count*d.Block))
		default:
			parts = append(parts, fmt.Sprintf("%d:%d:%d/%d", d.Start, d.Start+(d.Count-1)*d.Stride+d.Block, d.Stride, d.Block))
		}
	}
	return strings.Join(parts, ",")
}

func checked(t *testing.T, text string) *model.Layout {
	t.Helper()
	l, list := schema.LoadYAML("layout.yaml", []byte(text))
	if l != nil {
		list = append(list, model.Check(l)...)
	}
	if len(list) > 0 {
		t.Fatalf("%v", list)
	}
	return l
}

// example is a layout with the table of its mappings at given values.
type example struct {
	name, yaml string
	args       []string
	shape      []uint64
	fill       any
	mappings   func() []string // "virtual ← file:path source"
}

func each(first, last int, f func(n int) string) func() []string {
	return func() []string {
		var out []string
		for n := first; n <= last; n++ {
			out = append(out, f(n))
		}
		return out
	}
}

var examples = []example{
	{name: "vds_simple", yaml: `
vdsgen: 1
layout: Simple
vars: {n: 0..3}
sources: {part: {file: "{n}.h5", path: /data, type: int32, shape: [100]}}
datasets: {/vdata: {from: part, fill: -5, axes: {n: {stack: n}, x: same}}}
`, shape: []uint64{4, 100}, fill: int32(-5),
		mappings: each(0, 3, func(n int) string { return fmt.Sprintf("%d:%d,0:100 ← %d.h5:/data all", n, n+1, n) })},
	{name: "dataset_concatenation", yaml: `
vdsgen: 1
layout: Concatenation
params: {files: int}
vars: {n: 0..files-1}
sources: {part: {file: "myfile_{n}", path: /data, type: int32, shape: [5, 10, 20]}}
datasets: {/data: {from: part, type: float64, convert: true, fill: 0, axes: {n: {stack: n}, a: same, b: same, c: same}}}
`, args: []string{"files=2"}, shape: []uint64{2, 5, 10, 20}, fill: float64(0),
		mappings: each(0, 1, func(n int) string { return fmt.Sprintf("%d:%d,0:5,0:10,0:20 ← myfile_%d:/data all", n, n+1, n) })},
	{name: "excalibur", yaml: `
vdsgen: 1
layout: Excalibur
params: {frames: int, rows: int, cols: int}
vars: {n: 1..6}
sources: {stripe: {file: "stripe_{n}.h5", path: /data, type: uint16, shape: [frames, rows, cols]}}
datasets: {/full_frame: {from: stripe, fill: 1, axes: {frame: same, y: {tile: n, gap: 10}, x: same}}}
`, args: []string{"frames=5", "rows=4", "cols=7"}, shape: []uint64{5, 74, 7}, fill: uint16(1),
		mappings: each(1, 6, func(n int) string {
			return fmt.Sprintf("0:5,%d:%d,0:7 ← stripe_%d.h5:/data all", (n-1)*14, (n-1)*14+4, n)
		})},
	{name: "dual PCO edge", yaml: `
vdsgen: 1
layout: DualPCO
params: {frames: int, h: int, w: int}
vars: {n: 1..2}
sources: {raw: {file: "raw_file_{n}.h5", path: /data, type: uint16, shape: [frames, h, w]}}
datasets: {/data: {from: raw, fill: 1, axes: {frame: same, y: {tile: n, gap: 10}, x: same}}}
`, args: []string{"frames=3", "h=6", "w=8"}, shape: []uint64{3, 22, 8}, fill: uint16(1),
		mappings: each(1, 2, func(n int) string {
			return fmt.Sprintf("0:3,%d:%d,0:8 ← raw_file_%d.h5:/data all", (n-1)*16, (n-1)*16+6, n)
		})},
	{name: "eiger", yaml: `
vdsgen: 1
layout: Eiger
vars: {n: 1..5}
sources: {part: {file: "{n}.h5", path: /data, type: int64, shape: [7, 120, 130]}}
datasets: {/data: {from: part, type: float64, convert: true, fill: 0, axes: {frame: {concat: n}, y: same, x: same}}}
`, shape: []uint64{35, 120, 130}, fill: float64(0),
		mappings: each(1, 5, func(n int) string { return fmt.Sprintf("%d:%d,0:120,0:130 ← %d.h5:/data all", 7*(n-1), 7*n, n) })},
	{name: "percival", yaml: `
vdsgen: 1
layout: Percival
params: {frames: int}
vars: {n: 1..4}
sources: {raw: {file: "raw_file_{n}.h5", path: /data, type: uint16, shape: ["ceildiv(frames-n+1, 4)", 2000, 2000]}}
datasets: {/data: {from: raw, fill: 1, axes: {frame: {interleave: n}, y: same, x: same}}}
`, args: []string{"frames=799"}, shape: []uint64{799, 2000, 2000}, fill: uint16(1),
		mappings: each(1, 4, func(n int) string {
			count := (799 - n + 4) / 4
			return fmt.Sprintf("%d:%d:4/1,0:2000,0:2000 ← raw_file_%d.h5:/data all", n-1, n-1+(count-1)*4+1, n)
		})},
	{name: "odin writers", yaml: `
vdsgen: 1
layout: Odin
params: {prefix: string, frames: int, writers: int, files: int, h: int, w: int}
vars: {k: 0..files-1, writer: 0..writers-1}
sources:
  part:
    file: "{prefix}_{k*writers+writer+1:06}.h5"
    path: /data
    type: uint32
    shape: ["max(0, min(1000, frames - 1000*(k*writers + writer)))", h, w]
datasets: {/data: {from: part, axes: {frame: [{concat: k}, {interleave: writer, block: 1000}], y: same, x: same}}}
`, args: []string{"prefix=p", "frames=4500", "writers=2", "files=3", "h=3", "w=4"}, shape: []uint64{4500, 3, 4},
		mappings: each(0, 4, func(n int) string {
			return fmt.Sprintf("%d:%d,0:3,0:4 ← p_%06d.h5:/data all", 1000*n, min(1000*n+1000, 4500), n+1)
		})},
	{name: "excalibur with cyclic gaps", yaml: `
vdsgen: 1
layout: Excalibur3M
vars: {n: 1..6}
sources: {stripe: {file: "s{n}.h5", path: /data, type: uint16, shape: [1, 256, 2048]}}
datasets: {/data: {from: stripe, axes: {frame: same, y: {tile: n, gaps: [3, 123]}, x: same}}}
`, shape: []uint64{1, 1791, 2048}, mappings: each(0, 5, func(n int) string {
		at := []int{0, 259, 638, 897, 1276, 1535}[n]
		return fmt.Sprintf("0:1,%d:%d,0:2048 ← s%d.h5:/data all", at, at+256, n+1)
	})},
	{name: "AGIPD 1M", yaml: `
vdsgen: 1
layout: AGIPD1M
params: {run: int, seqs: int, n: int}
vars: {m: 0..15, s: 0..seqs-1}
sources:
  image: {file: "CORR-R{run:04}-AGIPD{m:02}-S{s:05}.h5", path: /image/data, type: float32, shape: [n, 512, 128], optional: true}
datasets: {/data: {from: image, fill: nan, axes: {pulse: {concat: s}, module: {stack: m}, y: same, x: same}}}
`, args: []string{"run=7", "seqs=2", "n=3"}, shape: []uint64{6, 16, 512, 128}, mappings: each(0, 31, func(i int) string {
		m, s := i/2, i%2
		return fmt.Sprintf("%d:%d,%d:%d,0:512,0:128 ← CORR-R0007-AGIPD%02d-S%05d.h5:/image/data all", 3*s, 3*s+3, m, m+1, m, s)
	})},
	{name: "gap fill of one full frame", yaml: `
vdsgen: 1
layout: GapFill
params: {frames: int}
vars: {row: 0..1, col: 0..7}
sources:
  full: {file: full.h5, path: /data, type: uint16, shape: [frames, 512, 2048], select: [":", "256*row : 256*(row+1)", "256*col : 256*(col+1)"]}
datasets: {/data: {from: full, axes: {frame: same, y: {tile: row, gap: 3}, x: {tile: col, gap: 3}}}}
`, args: []string{"frames=2"}, shape: []uint64{2, 515, 2069}, mappings: each(0, 15, func(i int) string {
		r, c := i/8, i%8
		return fmt.Sprintf("0:2,%d:%d,%d:%d ← full.h5:/data 0:2,%d:%d,%d:%d", 259*r, 259*r+256, 259*c, 259*c+256, 256*r, 256*r+256, 256*c, 256*c+256)
	})},
	{name: "order of values, not of names", yaml: `
vdsgen: 1
layout: Ordered
vars: {n: [10, 9, 100]}
sources: {part: {file: "s_{n}.h5", path: /data, type: uint8, shape: [2]}}
datasets: {/data: {from: part, axes: {x: {concat: n}}}}
`, shape: []uint64{6}, mappings: func() []string {
		return []string{"0:2 ← s_10.h5:/data all", "2:4 ← s_9.h5:/data all", "4:6 ← s_100.h5:/data all"}
	}},
	{name: "a ragged last block", yaml: `
vdsgen: 1
layout: Ragged
vars: {n: 0..1}
sources: {part: {file: "100%_{n}.h5", path: /data, type: uint8, shape: ["min(5, 7 - 3*n)"]}}
datasets: {/data: {from: part, axes: {x: {interleave: n, block: 2}}}}
`, shape: []uint64{9}, mappings: func() []string {
		return []string{"0:6:4/2 ← 100%%_0.h5:/data 0:4", "8:9 ← 100%%_0.h5:/data 4:5", "2:8:4/2 ← 100%%_1.h5:/data all"}
	}},
	{name: "a growing interleave", yaml: `
vdsgen: 1
layout: Growing
vars: {n: 0..1}
sources: {part: {file: "{n}.h5", path: /data, type: uint8, shape: [unlimited, 3]}}
datasets: {/data: {from: part, axes: {frame: {interleave: n, block: 4}, x: same}}}
`, shape: []uint64{0, 3}, mappings: func() []string {
		return []string{"0::8/4,0:3 ← 0.h5:/data 0::1/1,0:3", "4::8/4,0:3 ← 1.h5:/data 0::1/1,0:3"}
	}},
	{name: "a printf series", yaml: `
vdsgen: 1
layout: Series
vars: {n: 0..}
sources: {part: {file: "50%_{n}.h5", path: /data, type: uint8, shape: [4, 3]}}
datasets: {/data: {from: part, axes: {frame: {concat: n}, x: same}}}
`, shape: []uint64{0, 3}, mappings: func() []string { return []string{"0::4/4,0:3 ← 50%%_%b.h5:/data all"} }},
	{name: "a snake", yaml: `
vdsgen: 1
layout: Snake
sources: {scan: {file: scan.h5, path: /data, type: uint8, shape: [8, 5]}}
datasets: {/data: {from: scan, axes: {"row, col": {split: [4, 2], snake: true}, x: same}}}
`, shape: []uint64{4, 2, 5}, mappings: func() []string {
		return []string{"0:3:2/1,0:2,0:5 ← scan.h5:/data 0:6:4/2,0:5", "1:4:2/1,0:1,0:5 ← scan.h5:/data 3:8:4/1,0:5", "1:4:2/1,1:2,0:5 ← scan.h5:/data 2:7:4/1,0:5"}
	}},
}

func TestExamples(t *testing.T) {
	for _, e := range examples {
		t.Run(e.name, func(t *testing.T) {
			l := checked(t, e.yaml)
			values, err := model.ParseParams(l, e.args)
			if err != nil {
				t.Fatal(err)
			}
			out, err := model.Lower(l, values, nil)
			if err != nil {
				t.Fatal(err)
			}
			d := out.Datasets[0]
			if !slices.Equal(d.Shape, e.shape) {
				t.Errorf("shape %v, want %v", d.Shape, e.shape)
			}
			if e.fill != nil && d.Fill != e.fill {
				t.Errorf("fill %#v, want %#v", d.Fill, e.fill)
			}
			var got []string
			for _, m := range d.Mappings {
				got = append(got, fmt.Sprintf("%s ← %s:%s %s", ranges(m.Virtual), m.File, m.Path, ranges(m.Source)))
			}
			if want := e.mappings(); !slices.Equal(got, want) {
				t.Errorf("mappings\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
			for i, dim := range d.Virtual.Dims {
				if dim.Extent == nil || d.Virtual.Printf != nil {
					continue
				}
				if v, ok := dim.Extent.Constant(); ok && uint64(v) != e.shape[i] {
					t.Errorf("closed extent of %s is %d, want %d", dim.Name, v, e.shape[i])
				}
			}
		})
	}
}

// TestProbe reads lengths from files: they differ, are missing, or contradict the layout.
func TestProbe(t *testing.T) {
	text := `
vdsgen: 1
layout: Probed
vars: {n: 0..2}
sources: {part: {file: "{n}%.h5", path: /data, type: uint8, shape: [probe, 3], optional: %OPT%}}
datasets: {/data: {from: part, axes: {frame: {concat: n}, x: same}}}
`
	missing := fmt.Errorf("open: %w", fs.ErrNotExist)
	for _, c := range []struct {
		name     string
		optional bool
		shapes   map[string][]int
		length   uint64
		fails    string
	}{
		{name: "all there", shapes: map[string][]int{"0%.h5": {4, 3}, "1%.h5": {0, 3}, "2%.h5": {5, 3}}, length: 9},
		{name: "one missing", shapes: map[string][]int{"0%.h5": {4, 3}, "2%.h5": {5, 3}}, fails: "1%.h5"},
		{name: "optional, siblings agree", optional: true, shapes: map[string][]int{"0%.h5": {4, 3}, "2%.h5": {4, 3}}, length: 12},
		{name: "optional, siblings differ", optional: true, shapes: map[string][]int{"0%.h5": {4, 3}, "2%.h5": {5, 3}}, fails: "the others differ"},
		{name: "optional, none there", optional: true, shapes: map[string][]int{}, fails: "no member of source part exists"},
		{name: "another rank", shapes: map[string][]int{"0%.h5": {4}}, fails: "has 1 axis, the layout says 2"},
		{name: "another fixed length", shapes: map[string][]int{"0%.h5": {4, 2}}, fails: "2 long on axis 1, the layout says 3"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := checked(t, strings.Replace(text, "%OPT%", fmt.Sprint(c.optional), 1))
			out, err := model.Lower(l, nil, func(file, path string, rank int) ([]int, error) {
				if s, ok := c.shapes[file]; ok && path == "/data" && rank == 2 {
					return s, nil
				}
				return nil, missing
			})
			if c.fails != "" {
				list, ok := errors.AsType[diag.List](err)
				if !ok || !strings.Contains(err.Error(), c.fails) || list[0].Code != diag.ProbeFailed {
					t.Fatalf("error %v, want %q", err, c.fails)
				}
				return
			}
			if err != nil || out.Datasets[0].Shape[0] != c.length {
				t.Fatalf("%v, %v, want %d", out, err, c.length)
			}
		})
	}
}

// TestMaskValues checks bit 0 of a mask against what the mappings leave uncovered.
func TestMaskValues(t *testing.T) {
	l := checked(t, `
vdsgen: 1
layout: Masked
vars: {n: 0..1}
sources: {part: {file: "{n}.h5", path: /data, type: uint8, shape: [9, 2, 3]}}
datasets:
  /data: {from: part, axes: {frame: same, y: {tile: n, gap: 1}, x: {same: , extent: 4}}}
  /mask: {mask: Data}
`)
	out, err := model.Lower(l, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := []uint32{0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 1}
	if m := out.Datasets[1]; !slices.Equal(m.Mask, want) || !slices.Equal(m.Shape, []uint64{5, 4}) {
		t.Errorf("mask %v of shape %v, want %v", m.Mask, m.Shape, want)
	}
}

// TestCompare changes one thing at a time and expects it to be found, and the hash to change.
func TestCompare(t *testing.T) {
	base := `
vdsgen: 1
layout: Base
params: {frames: int, gap: {type: int, default: 2}}
vars: {n: 0..3}
sources:
  part: {file: "p_{n}.h5", path: /data, type: uint16, shape: [frames, 4], chunk: [1, 4]}
datasets:
  /data: {from: part, fill: max, axes: {frame: same, x: {tile: n, gap: gap}}, attrs: {units: counts}}
tree:
  /entry: {attrs: {NX_class: NXentry}}
  /entry/frame: {values: 1..frames}
`
	reference := checked(t, base)
	for _, c := range []struct{ old, new, want string }{
		{"layout: Base", "layout: Other", "Go API: layout: Other, was Base"},
		{"default: 2", "default: 3", "Go API: parameter gap default: 3, was 2"},
		{"0..3", "0..4", "moved pixels: variable n: 0..4, was 0..3"},
		{"[frames, 4]", "[frames, 5]", "moved pixels: source part shape: [frames, 5], was [frames, 4]"},
		{"uint16", "int16", "Go API: dataset /data source type: int16, was uint16"},
		{"fill: max", "fill: 3", "fill: dataset /data fill: 3, was 65535"},
		{"tile: n, gap: gap", "tile: n, gaps: [gap, 3]", "moved pixels: dataset /data rule of axis 1: tile(n, gaps=[gap, 3]), was tile(n, gap=gap)"},
		{"units: counts", "units: photons", `file: dataset /data attribute units: string "photons", was string "counts"`},
		{"chunk: [1, 4]", "chunk: [2, 4]", "file: source part chunk: [2, 4], was [1, 4]"},
		{"p_{n}", "q_{n}", "file: source part file: q_{n}.h5, was p_{n}.h5"},
		{"1..frames", "0..frames", "file: tree /entry/frame values: int64 0..frames, was int64 1..frames"},
		{"frame: same", "image: same", "Go API: dataset /data axes: image, x, was frame, x"},
		{"  /entry: {attrs: {NX_class: NXentry}}\n", "", "file: tree /entry: gone, was group"},
	} {
		t.Run(c.new, func(t *testing.T) {
			other := checked(t, strings.Replace(base, c.old, c.new, 1))
			var got []string
			for _, d := range model.Compare(reference, other) {
				got = append(got, d.String())
			}
			if !slices.Contains(got, c.want) {
				t.Errorf("differences\n%s\nwant %s", strings.Join(got, "\n"), c.want)
			}
			if model.Hash(reference) == model.Hash(other) {
				t.Error("the hash is the same")
			}
		})
	}
	for name, change := range map[string]func(string) string{
		"spaces":     func(s string) string { return strings.ReplaceAll(s, ", ", ",   ") },
		"comments":   func(s string) string { return strings.ReplaceAll(s, "\n", " # x\n") },
		"expression": func(s string) string { return strings.ReplaceAll(s, "gap: gap", `gap: "(gap)"`) },
		"fill":       func(s string) string { return strings.ReplaceAll(s, "fill: max", "fill: 0xffff") },
		"order of keys": func(s string) string {
			return strings.ReplaceAll(s, `file: "p_{n}.h5", path: /data`, `path: /data, file: "p_{n}.h5"`)
		},
		"order of params": func(s string) string {
			return strings.ReplaceAll(s, "frames: int, gap: {type: int, default: 2}", "gap: {type: int, default: 2}, frames: int")
		},
		"documentation": func(s string) string { return s + "doc: words\n" },
	} {
		if other := checked(t, change(base)); model.Hash(reference) != model.Hash(other) {
			t.Errorf("%s changes the hash: %v", name, model.Compare(reference, other))
		}
	}
	a, err := model.Lower(reference, model.Params{"frames": 3}, nil)
	if err != nil {
		t.Fatal(err)
	}
	b, err := model.Lower(reference, model.Params{"frames": 3, "gap": 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := model.CompareLowered(a, b); len(d) != 4 || model.CompareLowered(a, a) != nil {
		t.Errorf("differences of the files: %v", d)
	}
}

// TestManyMappings lowers as many mappings as a file may hold.
func TestManyMappings(t *testing.T) {
	l := checked(t, `
vdsgen: 1
layout: Many
params: {n: int}
vars: {i: 0..n-1}
sources: {part: {file: "{i}.h5", path: /data, type: uint8, shape: [2, 3]}}
datasets: {/data: {from: part, axes: {frame: {concat: i}, x: same}}}
`)
	out, err := model.Lower(l, model.Params{"n": 100_000}, nil)
	if err != nil || len(out.Datasets[0].Mappings) != 100_000 || len(out.Warnings) != 1 || out.Warnings[0].Code != diag.ManyMaps {
		t.Fatalf("%v, %v", err, out)
	}
	if _, err = model.Lower(l, model.Params{"n": 1_000_001}, nil); err == nil {
		t.Error("1,000,001 mappings are accepted")
	}
}

// TestEachTypes gives entries of each types of their own, the source one for the rest.
func TestEachTypes(t *testing.T) {
	l := checked(t, `
vdsgen: 1
layout: Fields
sources: {part: {file: p.h5, path: "/{field}", type: float32, shape: [4]}}
datasets:
  /{field}: {from: part, each: {data: {}, gain: {type: uint8, fill: max}}, axes: {x: same}}
`)
	for i, want := range []string{"float32", "uint8"} {
		v := l.Virtual[i]
		if v.Type.Name != want || v.SourceType.Name != want || v.Source.Fields[i].Type.Name != want {
			t.Errorf("%s is %s from %s, %v", v.Path, v.Type, v.SourceType, v.Source.Fields[i])
		}
	}
	out, err := model.Lower(l, nil, nil)
	if err != nil || out.Datasets[1].Fill != uint8(255) || out.Datasets[1].Members[0].Path != "/gain" {
		t.Errorf("%v, %v", err, out)
	}
}
