package runtime

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
)

// scenarioReading is what libhdf5 1.10 reads of one scenario.
type scenarioReading struct {
	Name, File, Path, Prefix, Slices string
	View, Gap                        int
	Shape                            []int
	Values                           []float64
	Again                            bool // HDF5 2 reads it, too
}

func (r *scenarioReading) title() string {
	words := []string{strings.ReplaceAll(r.Path, "/", " ")}
	if r.File != "v.h5" {
		words = append(words, r.File)
	}
	if r.View == 0 {
		words = append(words, "first missing")
	}
	if r.Gap != 0 {
		words = append(words, "gap "+string(rune('0'+r.Gap)))
	}
	if r.Prefix != "" {
		words = append(words, "prefix")
	}
	if r.Slices != "" {
		words = append(words, r.Slices)
	}
	return strings.Join(words, ", ")
}

// The scenarios of h5py's and HDF5's own tests of virtual datasets read as HDF5 1.10 and HDF5 2 read them.
func TestScenarios(t *testing.T) {
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join("testdata", "scenarios.py"))
	must(t, err)
	var readings []scenarioReading
	must(t, json.Unmarshal(oracle.H5py(t, dir, string(script)), &readings))
	again := readAgain(t, dir, readings)
	done := map[string]bool{}
	for i := range readings {
		if name := readings[i].Name; !done[name] {
			done[name] = true
			t.Run(name, func(t *testing.T) {
				for j := range readings {
					if readings[j].Name == name {
						readings[j].check(t, dir, again[j])
					}
				}
			})
		}
	}
}

// check reads as libhdf5 did.
func (r *scenarioReading) check(t *testing.T, dir string, again []float64) {
	t.Run(r.title(), func(t *testing.T) {
		ctx := context.Background()
		opts := []Option{FillAbsent(), WithPrintfGap(r.Gap), WithPrefix(r.Prefix)}
		if r.View == 0 {
			opts = append(opts, WithView(FirstMissing))
		}
		d := dataset[float64](t, open(t, filepath.Join(dir, r.Name, r.File), opts...), r.Path)
		a, err := d.Read(ctx, slicesOf(t, r.Slices)...)
		must(t, err)
		if !slices.Equal(a.Shape, r.Shape) || !slices.Equal(a.Data, r.Values) {
			t.Errorf("got %v %v\nHDF5 1.10 %v %v", a.Shape, a.Data, r.Shape, r.Values)
		}
		if again != nil && !slices.Equal(a.Data, again) {
			t.Errorf("got %v %v\nHDF5 2 %v", a.Shape, a.Data, again)
		}
	})
}

// readAgain reads with HDF5 2 what it can be asked: whole datasets in the view and with the gap that are the default.
func readAgain(t *testing.T, dir string, readings []scenarioReading) [][]float64 {
	t.Helper()
	type question struct{ File, Path string }
	var asked []question
	for i := range readings {
		if r := &readings[i]; r.Again {
			asked = append(asked, question{filepath.Join(r.Name, r.File), r.Path})
		}
	}
	text, err := json.Marshal(asked)
	must(t, err)
	must(t, os.WriteFile(in(dir, "asked.json"), text, 0o600))
	var answers [][]float64
	must(t, json.Unmarshal(oracle.H5wasm(t, dir, `
import { readFileSync } from "node:fs";
const answers = [];
for (const { File, Path } of JSON.parse(readFileSync("asked.json", "utf8"))) {
  const f = new h5wasm.File(File, "r");
  answers.push(Array.from(f.get(Path).value, Number));
  f.close();
}
console.log(JSON.stringify(answers));
`), &answers))
	if len(answers) != len(asked) || len(answers) < 100 {
		t.Fatalf("HDF5 2 answered %d of %d questions", len(answers), len(asked))
	}
	again := make([][]float64, len(readings))
	for i := range readings {
		if readings[i].Again {
			again[i], answers = answers[0], answers[1:]
		}
	}
	return again
}
