package runtime

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unsafe"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// Environment variables of the differential test, see CONTRIBUTING.md.
const (
	casesVariable = "VDSGEN_DIFFERENTIAL_CASES"
	seedVariable  = "VDSGEN_DIFFERENTIAL_SEED"
)

// A case is one slice of one random virtual dataset; those of a dataset are read together.
const (
	defaultCases    = 320
	slicesOfDataset = 16
)

// randomDataset is what testdata/differential.py prints of one virtual dataset.
type randomDataset struct {
	Number, View, Gap, Mappings int
	File, Type, Unexplained     string
	Shape                       []int
	Mapped                      uint64
	Given                       [][2]uint64 // mapping and elements, by mapping and block
	Reads                       []randomSlice
	Points, Union               *randomChoice
}

// randomSlice is one slice of it, and what it should give.
type randomSlice struct {
	Slices, Memory, Values, Rule, Unexplained string
	Shape                                     []int
	Filled                                    map[string]uint64 // elements of mappings without a source
	Gap                                       map[string]bool   // mappings whose source is missing within the gap of a series: no policy minds
	Index                                     []int
	Mapping                                   int
	Source                                    []any // file, path, index
}

// randomChoice is points or a union of hyperslabs, and what they should give.
type randomChoice struct {
	Memory, Values string
	Points         [][]int
	Boxes          [][][4]uint64
}

// Random virtual datasets, of everything that libhdf5 stores, read as libhdf5 reads them, but for the differences that
// docs/differences.md names.
func TestDifferential(t *testing.T) {
	cases, seed := defaultCases, rand.Uint32()
	for variable, value := range map[string]func(uint64){casesVariable: func(n uint64) { cases = int(n) }, seedVariable: func(n uint64) { seed = uint32(n) }} {
		if text := os.Getenv(variable); text != "" {
			n, err := strconv.ParseUint(text, 10, 32)
			if err != nil {
				t.Fatalf("%s: %v", variable, err)
			}
			value(n)
		}
	}
	t.Logf("seed %d", seed)
	dir := t.TempDir()
	script, err := filepath.Abs(filepath.Join("testdata", "differential.py"))
	must(t, err)
	run := &differential{dir: dir, rules: map[string]int{}}
	for first := 0; run.cases < cases && !t.Failed(); {
		args := []string{dir, fmt.Sprint(seed), fmt.Sprint(first), fmt.Sprint((cases - run.cases + slicesOfDataset - 1) / slicesOfDataset)}
		started := first - 1
		failure := oracle.H5pyStream(t, dir, script, args, func(r io.Reader) error { return run.compare(t, r, &started) })
		if failure != "" && !strings.HasPrefix(failure, "signal:") {
			t.Fatalf("dataset %d of seed %d: %s", started, seed, failure)
		}
		if failure != "" {
			run.rules["libhdf5 died while the dataset was made"]++
		}
		first = started + 1
	}
	t.Logf("%d cases of %d virtual datasets with %d mappings; explained: %v", run.cases, run.datasets, run.mappings, run.rules)
	if t.Failed() {
		t.Logf("to see it again: %s=%d %s=%d go test ./runtime -run TestDifferential", seedVariable, seed, casesVariable, cases)
	}
}

// differential is one run of the test.
type differential struct {
	dir                       string
	cases, datasets, mappings int
	rules                     map[string]int
}

// compare reads what the script prints, each dataset when it is there.
func (run *differential) compare(t *testing.T, r io.Reader, started *int) error {
	lines := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := lines.ReadBytes('\n')
		if err != nil {
			return nil
		}
		var begun struct{ Start *int }
		if json.Unmarshal(line, &begun) == nil && begun.Start != nil {
			*started = *begun.Start
			continue
		}
		var c randomDataset
		if err := json.Unmarshal(line, &c); err != nil {
			return fmt.Errorf("%w in %.200s", err, line)
		}
		folder := filepath.Join(run.dir, fmt.Sprintf("c%d", c.Number))
		if len(c.Reads) > 0 || c.Unexplained != "" {
			run.datasets++
			run.mappings += c.Mappings
			run.dataset(t, folder, &c)
		}
		if t.Failed() {
			return nil
		}
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
}

// dataset holds one dataset against what it should be.
func (run *differential) dataset(t *testing.T, folder string, c *randomDataset) {
	fail := func(format string, args ...any) {
		t.Errorf("dataset %d: %s", c.Number, fmt.Sprintf(format, args...))
	}
	if c.Unexplained != "" {
		fail("%s", c.Unexplained)
		return
	}
	view := LastAvailable
	if c.View == 0 {
		view = FirstMissing
	}
	opts := []Option{WithView(view), WithPrintfGap(c.Gap), WithWorkers(1 + c.Number%3), WithMaxOpenFiles(1 + c.Number%5)}
	name := filepath.Join(folder, c.File)
	filling, strict := open(t, name, append(opts, FillMissing())...), open(t, name, opts...)
	defer filling.Close()
	defer strict.Close()
	ctx := context.Background()
	d, err := filling.Dataset(ctx, "v")
	if err != nil {
		fail("%v", err)
		return
	}
	if !slices.Equal(d.Shape(), c.Shape) {
		fail("shape %v, want %v", d.Shape(), c.Shape)
		return
	}
	demanding, strictErr := strict.Dataset(ctx, "v")
	for i := range c.Reads {
		r := &c.Reads[i]
		run.cases++
		if r.Unexplained != "" {
			fail("[%s] as %q: libhdf5 differs from the model, and no rule says why: %s", r.Slices, r.Memory, r.Unexplained)
			continue
		}
		if r.Rule != "" {
			run.rules[r.Rule]++
		}
		given := slicesOfCase(t, r.Slices)
		got, filled, err := readBytesAs(ctx, d, r.Memory, given)
		if err != nil {
			fail("[%s] as %q: %v", r.Slices, r.Memory, err)
			continue
		}
		if why := different(got, r.Values, r.Memory, c.Type); why != "" {
			fail("[%s] as %q: %s", r.Slices, r.Memory, why)
		}
		counted := map[string]uint64{}
		demands := false
		for _, f := range filled {
			key := fmt.Sprint(f.Mapping)
			counted[key] += f.Elements
			demands = demands || !errors.Is(f.Err, errInGap)
		}
		if !maps.Equal(counted, r.Filled) {
			fail("[%s]: filled %v, want %v", r.Slices, counted, r.Filled)
		}
		if strictErr == nil {
			_, _, strictErr := readBytesAs(ctx, demanding, r.Memory, given)
			if (strictErr != nil) != demands {
				fail("[%s]: filled %v, and without FillMissing the error is %v", r.Slices, filled, strictErr)
			}
		}
		if r.Index != nil {
			compareWhere(ctx, d, r, fail)
		}
	}
	compareCoverage(ctx, d, c, fail)
	compareChoices(ctx, d, c, fail)
}

// slicesOfCase parses the slices of a case, in which masks are ones and zeros.
func slicesOfCase(t *testing.T, text string) []Slice {
	var all []Slice
	for word := range strings.SplitSeq(text, "; ") {
		if bits, ok := strings.CutPrefix(word, "mask "); ok {
			keep := make([]bool, len(bits))
			for i := range bits {
				keep[i] = bits[i] == '1'
			}
			all = append(all, Mask(keep))
			continue
		}
		all = append(all, slicesOf(t, word)...)
	}
	return all
}

// readBytesAs reads as the NumPy type memory, "" for the dataset's own, and returns the bytes.
func readBytesAs(ctx context.Context, d *RawDataset, memory string, given []Slice) ([]byte, []Filled, error) {
	switch memory {
	case "i1":
		return elementBytes[int8](ctx, d, given)
	case "u1":
		return elementBytes[uint8](ctx, d, given)
	case "i2":
		return elementBytes[int16](ctx, d, given)
	case "u2":
		return elementBytes[uint16](ctx, d, given)
	case "i4":
		return elementBytes[int32](ctx, d, given)
	case "u4":
		return elementBytes[uint32](ctx, d, given)
	case "i8":
		return elementBytes[int64](ctx, d, given)
	case "u8":
		return elementBytes[uint64](ctx, d, given)
	case "f4":
		return elementBytes[float32](ctx, d, given)
	case "f8":
		return elementBytes[float64](ctx, d, given)
	}
	a, err := d.ReadBytes(ctx, given...)
	return a.Bytes, a.Filled, err
}

func elementBytes[T any](ctx context.Context, raw *RawDataset, given []Slice) ([]byte, []Filled, error) {
	d, err := As[T](raw)
	if err != nil {
		return nil, nil, err
	}
	a, err := d.Read(ctx, given...)
	if err != nil || len(a.Data) == 0 {
		return nil, nil, err
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(&a.Data[0])), len(a.Data)*int(unsafe.Sizeof(a.Data[0]))), a.Filled, nil
}

// different says how bytes differ from those in base64; NaNs are equal.
func different(got []byte, encoded, memory, own string) string {
	want, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return err.Error()
	}
	if bytes.Equal(got, want) || (len(got) == len(want) && bytes.Equal(plainNaN(got, memory, own), plainNaN(want, memory, own))) {
		return ""
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	return fmt.Sprintf("%d bytes, want %d; from byte %d they differ:\n got % x\nwant % x", len(got), len(want), at, got[at:min(at+32, len(got))], want[at:min(at+32, len(want))])
}

// plainNaN makes all NaNs the same: conversions keep no payload.
func plainNaN(b []byte, memory, own string) []byte {
	if memory == "" {
		memory = strings.TrimLeft(own, "<|=")
	}
	b = bytes.Clone(b)
	switch memory {
	case "f4":
		for i := 0; i+4 <= len(b); i += 4 {
			if f := *(*float32)(unsafe.Pointer(&b[i])); f != f {
				copy(b[i:], "NaN\x00")
			}
		}
	case "f8":
		for i := 0; i+8 <= len(b); i += 8 {
			if math.IsNaN(*(*float64)(unsafe.Pointer(&b[i]))) {
				copy(b[i:], "NaN\x00\x00\x00\x00\x00")
			}
		}
	}
	return b
}

// compareWhere holds Where against the model.
func compareWhere(ctx context.Context, d *RawDataset, r *randomSlice, fail func(string, ...any)) {
	at, err := d.Where(ctx, r.Index...)
	mapping := -1
	if at.Mapped {
		mapping = at.Mapping
	}
	if err != nil || mapping != r.Mapping {
		fail("where %v: mapping %d, %v, want %d", r.Index, mapping, err, r.Mapping)
		return
	}
	if r.Source == nil {
		return
	}
	index := []int{}
	for _, x := range r.Source[2].([]any) {
		index = append(index, int(x.(float64)))
	}
	if !strings.HasSuffix(at.Found, "/"+r.Source[0].(string)) || at.Source.Path != r.Source[1] || !slices.Equal(at.Index, index) {
		fail("where %v: %+v, want %v", r.Index, at, r.Source)
	}
}

// compareCoverage holds Coverage against the model.
func compareCoverage(ctx context.Context, d *RawDataset, c *randomDataset, fail func(string, ...any)) {
	got, err := d.Coverage(ctx)
	if err != nil {
		fail("coverage: %v", err)
		return
	}
	given, want := map[int]uint64{}, map[int]uint64{}
	for _, s := range got.Sources {
		given[s.Mapping] += s.Elements
	}
	for _, g := range c.Given {
		want[int(g[0])] += g[1]
	}
	maps.DeleteFunc(given, func(_ int, n uint64) bool { return n == 0 })
	maps.DeleteFunc(want, func(_ int, n uint64) bool { return n == 0 })
	if got.Mapped != c.Mapped || !maps.Equal(given, want) {
		fail("coverage: %d elements by mapping %v, want %d by %v", got.Mapped, given, c.Mapped, want)
	}
}

// compareChoices holds points and unions of hyperslabs against the model.
func compareChoices(ctx context.Context, d *RawDataset, c *randomDataset, fail func(string, ...any)) {
	if c.Points != nil && c.Points.Memory == "" {
		a, err := d.ReadPoints(ctx, c.Points.Points...)
		if err != nil {
			fail("points %v: %v", c.Points.Points, err)
		} else if why := different(a.Bytes, c.Points.Values, "", c.Type); why != "" {
			fail("points %v: %s", c.Points.Points, why)
		}
	}
	if c.Union == nil || c.Union.Memory != "" {
		return
	}
	var boxes []dataspace.Box
	for _, slab := range c.Union.Boxes {
		dims := make([]dataspace.Dim, len(slab))
		for i, x := range slab {
			dims[i] = dataspace.Dim{Start: x[0], Stride: x[1], Count: x[2], Block: x[3]}
		}
		s, err := dataspace.Regular(dims...)
		if err != nil {
			fail("%v", err)
			return
		}
		for b := range s.Boxes() {
			boxes = append(boxes, dataspace.Box{Start: slices.Clone(b.Start), Count: slices.Clone(b.Count)})
		}
	}
	union, err := dataspace.Boxes(len(c.Shape), boxes)
	if err != nil {
		fail("union: %v", err)
		return
	}
	a, err := d.ReadSelection(ctx, union)
	if err != nil {
		fail("union %v: %v", union, err)
	} else if why := different(a.Bytes, c.Union.Values, "", c.Type); why != "" {
		fail("union %v: %s", union, why)
	}
}
