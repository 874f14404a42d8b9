package gen_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
)

// manyLayouts writes n layouts of one package into dir.
func manyLayouts(tb testing.TB, dir string, n int) {
	tb.Helper()
	for i := range n {
		text := fmt.Sprintf(`vdsgen: 1
layout: Det%[1]d
file: "{prefix}_vds.h5"
params: {prefix: string, frames: int, gap: {type: int, default: 10}}
vars: {stripe: 1..6}
sources:
  stripe: {file: "{prefix}_{stripe}.h5", path: /data, type: uint16, shape: [frames, 256, %[2]d], chunk: [1, 256, %[2]d], filters: [bitshuffle-lz4]}
datasets:
  /entry/data/data: {name: Data, from: stripe, fill: max, axes: {frame: same, y: {tile: stripe, gap: gap}, x: same}}
`, i, i+1)
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("l%04d.yaml", i)), []byte(text), 0o666); err != nil {
			tb.Fatal(err)
		}
	}
}

// BenchmarkManyLayouts generates a package of a thousand layouts: the first time, and when nothing has changed.
func BenchmarkManyLayouts(b *testing.B) {
	for _, n := range []int{100, 1000} {
		dir, err := os.MkdirTemp("testdata", "scratch")
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { os.RemoveAll(dir) })
		manyLayouts(b, dir, n)
		run := func(b *testing.B) {
			result, err := gen.Generate(b.Context(), gen.Config{Dir: dir})
			if err != nil || len(result.Diagnostics) > 0 || len(result.Files) != n {
				b.Fatal(err, result)
			}
		}
		b.Run(fmt.Sprintf("first/%d", n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				old, _ := filepath.Glob(filepath.Join(dir, "*_vds.go"))
				for _, name := range old {
					if err := os.Remove(name); err != nil {
						b.Fatal(err)
					}
				}
				b.StartTimer()
				run(b)
			}
		})
		b.Run(fmt.Sprintf("unchanged/%d", n), func(b *testing.B) {
			for b.Loop() {
				run(b)
			}
		})
	}
}
