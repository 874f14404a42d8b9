package gen_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen/testdata/generate/agipd"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/events"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/gapfill"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/probed"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/scaled"
	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// same compares what was read with the shape and the elements that are expected.
func same[T any](t *testing.T, what string, a vds.Array[T], err error, shape []int, elements ...T) {
	t.Helper()
	must(t, err)
	nan := cmp.Comparer(func(x, y float32) bool { return x == y || math.IsNaN(float64(x)) && math.IsNaN(float64(y)) })
	if d := cmp.Diff(shape, a.Shape); d != "" {
		t.Errorf("%s: shape (-want +got):\n%s", what, d)
	}
	if d := cmp.Diff(elements, a.Data, nan); d != "" {
		t.Errorf("%s: elements (-want +got):\n%s", what, d)
	}
}

// TestReadOptional writes one module of sixteen, and reads it, all modules, and one sequence file.
func TestReadOptional(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := agipd.AGIPD1MParams{Run: 3, Seqs: 2, Pulses: 2}
	for seq := range 2 {
		w, err := agipd.CreateAGIPD1MImage(ctx, dir, p, 5, seq)
		must(t, err)
		data := make([]float32, 2*512*128)
		for i := range data {
			data[i] = float32(1000*seq + i/(512*128))
		}
		must(t, w.Data.Append(data))
		must(t, w.Gain.Append(make([]uint8, len(data))))
		must(t, w.Mask.Append(make([]uint32, len(data))))
		must(t, w.Close())
	}
	name := filepath.Join(dir, agipd.AGIPD1MFile(p))
	must(t, agipd.BuildAGIPD1M(ctx, name, p))
	r, err := agipd.OpenAGIPD1M(ctx, name)
	must(t, err)
	defer r.Close()

	one, err := r.Data().Module(ctx, 5, agipd.AGIPD1MDataSlice{Y: vds.Index(0), X: vds.To(2)})
	same(t, "module 5", one, err, []int{4, 2}, 0, 0, 1, 1, 1000, 1000, 1001, 1001)
	nan := float32(math.NaN())
	some, err := r.Data().Read(ctx, agipd.AGIPD1MDataSlice{Pulse: vds.Index(-1), Module: vds.Range(4, 7), Y: vds.Index(0), X: vds.Index(0)})
	same(t, "modules 4 to 6", some, err, []int{3}, nan, 1001, nan)
	if len(some.Filled) != 2 {
		t.Errorf("%d sources were reported as filled, want 2", len(some.Filled))
	}
	seq, err := r.Data().Seq(ctx, 1, agipd.AGIPD1MDataSlice{Module: vds.Index(5), Y: vds.Index(0), X: vds.Index(0)})
	same(t, "sequence file 1", seq, err, []int{2}, 1000, 1001)
	if _, err := r.Data().Module(ctx, 16, agipd.AGIPD1MDataSlice{}); err == nil {
		t.Error("module 16 was read")
	}
}

// TestReadSelected cuts chips out of one file and reads one column and one row of them.
func TestReadSelected(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := gapfill.GapFillParams{Frames: 1, Size: 2}
	w, err := gapfill.CreateGapFillFrame(ctx, dir, p)
	must(t, err)
	frame := make([]uint16, 4*16)
	for i := range frame {
		frame[i] = uint16(i + 1)
	}
	must(t, w.Append(frame))
	must(t, w.Close())
	name := filepath.Join(dir, "gaps.h5")
	must(t, gapfill.BuildGapFill(ctx, name, p))
	r, err := gapfill.OpenGapFill(ctx, name)
	must(t, err)
	defer r.Close()

	column, err := r.Data().Col(ctx, 2, gapfill.GapFillDataSlice{Frame: vds.Index(0)})
	same(t, "column 2", column, err, []int{7, 2}, 5, 6, 21, 22, 0, 0, 0, 0, 0, 0, 37, 38, 53, 54)
	row, err := r.Data().Row(ctx, 1, gapfill.GapFillDataSlice{Frame: vds.Index(0), Y: vds.Index(0), X: vds.To(7)})
	same(t, "row 1", row, err, []int{7}, 33, 34, 0, 0, 0, 35, 36)
}

// TestReadEvents has compounds, two datasets in a file, and a file without events.
func TestReadEvents(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := events.EventsParams{Counts: []int{2, 0, 1}, Files: 3}
	var want []events.Hit
	for file, n := range p.Counts {
		w, err := events.CreateEventsHit(ctx, dir, p, file)
		must(t, err)
		for i := range n {
			hit := events.Hit{X: float32(file), T: uint64(i), ID: [4]uint8{1, 2, 3, 4}}
			want = append(want, hit)
			must(t, w.Hit.Append([]events.Hit{hit}))
			must(t, w.Pulse.Append([]float64{float64(file), float64(i)}))
		}
		must(t, w.Close())
	}
	name := filepath.Join(dir, "events.h5")
	must(t, events.BuildEvents(ctx, name, p))
	r, err := events.OpenEvents(ctx, name)
	must(t, err)
	defer r.Close()

	hits, err := r.Hits().Read(ctx, events.EventsHitsSlice{})
	same(t, "all hits", hits, err, []int{3}, want...)
	pulses, err := r.Pulses().Read(ctx, events.EventsPulsesSlice{Edge: vds.Index(0)})
	same(t, "all pulses", pulses, err, []int{3}, 0, 0, 2)
	got := oracle.H5py(t, dir, `import h5py, sys
f = h5py.File(sys.argv[1])
print(f["hits"]["x"].tolist(), f["hits"]["t"].tolist(), f["hits"]["id"].tolist()[0], f["pulses"][...].tolist())`, name)
	if want := "[0.0, 0.0, 2.0] [0, 1, 0] [1, 2, 3, 4] [[0.0, 0.0], [0.0, 1.0], [2.0, 0.0]]\n"; string(got) != want {
		t.Errorf("h5py reads %s, want %s", got, want)
	}
}

// TestReadComposed deals streams to two writers within each of three files, and reads one member.
func TestReadComposed(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := scaled.ScaledParams{Frames: 4}
	for w := range 2 {
		for k := range 3 {
			source, err := scaled.CreateScaledS(ctx, dir, p, w, k)
			must(t, err)
			for i := range 4 {
				must(t, source.Append(make8(complex(float32(100*w+10*k+i), 1))))
			}
			must(t, source.Close())
		}
	}
	name := filepath.Join(dir, "scaled.h5")
	must(t, scaled.BuildScaled(ctx, name, p))
	r, err := scaled.OpenScaled(ctx, name)
	must(t, err)
	defer r.Close()

	var want []complex64
	for k := range 3 {
		for _, n := range []int{0, 1, 100, 101, 2, 3, 102, 103} {
			want = append(want, complex(float32(10*k+n), 1))
		}
	}
	all, err := r.Data().Read(ctx, scaled.ScaledDataSlice{X: vds.Index(0)})
	same(t, "all frames", all, err, []int{24}, want...)
	one, err := r.Data().WK(ctx, 1, 2, scaled.ScaledDataSlice{X: vds.Index(0)})
	same(t, "file 2 of writer 1", one, err, []int{4}, 120+1i, 121+1i, 122+1i, 123+1i)
}

// make8 is one row of the scaled case.
func make8(v complex64) []complex64 { return []complex64{v, v, v, v, v, v, v, v} }

// TestReadProbed has lengths that differ from file to file, and builds from what is there.
func TestReadProbed(t *testing.T) {
	ctx, dir := t.Context(), t.TempDir()
	p := probed.ProbedParams{Prefix: "a"}
	want := map[int][]float32{}
	for _, module := range []int{5, 3} {
		for seq := range 3 {
			w, err := probed.CreateProbedImage(ctx, dir, p, seq, module)
			must(t, err)
			for range seq + module - 2 {
				v := float32(10*module + seq)
				want[module] = append(want[module], v)
				must(t, w.Append([]float32{v, v, v, v}))
			}
			must(t, w.Close())
		}
	}
	name := filepath.Join(dir, "probed.h5")
	must(t, probed.BuildProbed(ctx, name, p))
	r, err := probed.OpenProbed(ctx, name)
	must(t, err)
	defer r.Close()

	for module, elements := range want {
		a, err := r.Data().ModuleRegion(ctx, module, probed.ProbedDataSlice{Pulse: vds.To(len(elements)), X: vds.Index(3)})
		same(t, fmt.Sprint("module ", module), a, err, []int{len(elements)}, elements...)
	}
	rest, err := r.Data().ModuleRegion(ctx, 3, probed.ProbedDataSlice{Pulse: vds.From(len(want[3])), X: vds.Index(0)})
	must(t, err)
	for _, v := range rest.Data {
		if !math.IsInf(float64(v), 1) {
			t.Errorf("pulses that module 3 lacks read as %v, want +Inf", rest.Data)
		}
	}
}
