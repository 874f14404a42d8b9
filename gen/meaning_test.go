package gen_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/agipd"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/bursts"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/chained"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/composed"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/constants"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/endless"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/events"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/excalibur3m"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/gapfill"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/listed"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/mask"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/merged"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/odin"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/scaled"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/scan"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/series"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/several"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/tiles"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/windows"
	"github.com/vdsgen/vdsgen/hdf5"
)

// built is a layout at given values, written by its generated builder.
type built struct {
	layout string   // folder and schema below golden
	params []string // as `vdsgen build` takes them
	build  func(ctx context.Context, name string) error
}

// builds lists layouts with values: those that make a file, and those that must not.
func builds() (good, bad []built) {
	ints := func(layout, format string, values []int, build func(ctx context.Context, name string, v []int) error) built {
		args := make([]any, len(values))
		for i, v := range values {
			args[i] = v
		}
		return built{layout, strings.Fields(fmt.Sprintf(format, args...)), func(ctx context.Context, name string) error { return build(ctx, name, values) }}
	}
	excalibur := func(frames, gap int) built {
		return ints("excalibur3m/layout.yaml", "prefix=a%%b frames=%d gap=%d", []int{frames, gap}, func(ctx context.Context, name string, v []int) error {
			return excalibur3m.BuildExcalibur3M(ctx, name, excalibur3m.Excalibur3MParams{Prefix: "a%b", Frames: v[0], Gap: v[1]})
		})
	}
	agipd1M := func(run, seqs, pulses int) built {
		return ints("agipd/layout.yaml", "run=%d seqs=%d pulses=%d", []int{run, seqs, pulses}, func(ctx context.Context, name string, v []int) error {
			return agipd.BuildAGIPD1M(ctx, name, agipd.AGIPD1MParams{Run: v[0], Seqs: v[1], Pulses: v[2]})
		})
	}
	odinWriters := func(writers, files, rows int) built {
		return ints("odin/layout.yaml", "prefix=p writers=%d files=%d rows=%d cols=7", []int{writers, files, rows}, func(ctx context.Context, name string, v []int) error {
			return odin.BuildOdin(ctx, name, odin.OdinParams{Prefix: "p", Writers: v[0], Files: v[1], Rows: v[2], Cols: 7})
		})
	}
	gaps := func(frames, size int) built {
		return ints("gapfill/layout.yaml", "frames=%d size=%d", []int{frames, size}, func(ctx context.Context, name string, v []int) error {
			return gapfill.BuildGapFill(ctx, name, gapfill.GapFillParams{Frames: v[0], Size: v[1]})
		})
	}
	stream := func(counts ...int) built {
		text := strings.Trim(strings.ReplaceAll(fmt.Sprint(counts), " ", ","), "[]")
		return built{"events/layout.yaml", []string{"counts=" + text, fmt.Sprintf("files=%d", len(counts))}, func(ctx context.Context, name string) error {
			return events.BuildEvents(ctx, name, events.EventsParams{Counts: counts, Files: len(counts)})
		}}
	}
	tiled := func(frames, shift int) built {
		return ints("tiles/layout.yaml", "frames=%d shift=%d", []int{frames, shift}, func(ctx context.Context, name string, v []int) error {
			return tiles.BuildTiles(ctx, name, tiles.TilesParams{Frames: v[0], Shift: v[1]})
		})
	}
	grid := func(rows, cols, scale int) built {
		return ints("listed/layout.yaml", "rows=%d cols=%d scale=%d", []int{rows, cols, scale}, func(ctx context.Context, name string, v []int) error {
			return listed.BuildListed(ctx, name, listed.ListedParams{Rows: v[0], Cols: v[1], Scale: v[2]})
		})
	}
	first := func(n int) built {
		return ints("several/a.yaml", "n=%d", []int{n}, func(ctx context.Context, name string, v []int) error {
			return several.BuildFirst(ctx, name, several.FirstParams{N: v[0]})
		})
	}
	scanned := func(rows, cols, files int) built {
		return ints("scan/layout.yaml", "rows=%d cols=%d files=%d", []int{rows, cols, files}, func(ctx context.Context, name string, v []int) error {
			return scan.BuildScan(ctx, name, scan.ScanParams{Rows: v[0], Cols: v[1], Files: v[2]})
		})
	}
	masked := func(frames int) built {
		return ints("mask/layout.yaml", "frames=%d", []int{frames}, func(ctx context.Context, name string, v []int) error {
			return mask.BuildMasked(ctx, name, mask.MaskedParams{Frames: v[0]})
		})
	}
	joined := func(trains int) built {
		return ints("merged/layout.yaml", "trains=%d", []int{trains}, func(ctx context.Context, name string, v []int) error {
			return merged.BuildMerged(ctx, name, merged.MergedParams{Trains: v[0]})
		})
	}
	scales := func(frames int) built {
		return ints("scaled/layout.yaml", "frames=%d", []int{frames}, func(ctx context.Context, name string, v []int) error {
			return scaled.BuildScaled(ctx, name, scaled.ScaledParams{Frames: v[0]})
		})
	}
	inner := func(n int) built {
		return ints("composed/layout.yaml", "n=%d", []int{n}, func(ctx context.Context, name string, v []int) error {
			return composed.BuildComposed(ctx, name, composed.ComposedParams{N: v[0]})
		})
	}
	chain := func(n int) built {
		return ints("chained/layout.yaml", "n=%d", []int{n}, func(ctx context.Context, name string, v []int) error {
			return chained.BuildChained(ctx, name, chained.ChainedParams{N: v[0]})
		})
	}
	files := func(n int) built {
		return ints("endless/files.yaml", "prefix=50%% n=%d", []int{n}, func(ctx context.Context, name string, v []int) error {
			return endless.BuildFiles(ctx, name, endless.FilesParams{Prefix: "50%", N: v[0]})
		})
	}
	cut := func(trains, pulses, cols int) built {
		return ints("bursts/layout.yaml", "trains=%d pulses=%d cols=%d", []int{trains, pulses, cols}, func(ctx context.Context, name string, v []int) error {
			return bursts.BuildBursts(ctx, name, bursts.BurstsParams{Trains: v[0], Pulses: v[1], Cols: v[2]})
		})
	}
	windowed := func(rows, cols, bands int) built {
		return ints("windows/layout.yaml", "rows=%d cols=%d bands=%d", []int{rows, cols, bands}, func(ctx context.Context, name string, v []int) error {
			return windows.BuildWindows(ctx, name, windows.WindowsParams{Rows: v[0], Cols: v[1], Bands: v[2]})
		})
	}
	good = []built{
		windowed(4, 6, 3), windowed(3, 4, 2), windowed(7, 3, 1), windowed(9, 5, 2), windowed(2, 3, 1), windowed(12, 2, 1),
		cut(5, 12, 4), cut(4, 15, 8), cut(20, 3, 5), cut(60, 1, 1), cut(1, 60, 2),
		scanned(4, 5, 3), scanned(1, 1, 1), scanned(3, 2, 4), scanned(6, 7, 2),
		masked(3), joined(2), joined(1), scales(2), scales(40), inner(3), inner(0), chain(4), chain(1), files(3), files(1),
		ints("endless/groups.yaml", "", nil, func(ctx context.Context, name string, _ []int) error {
			return endless.BuildGroups(ctx, name, endless.GroupsParams{})
		}),
		excalibur(5, 10), excalibur(1, 0), excalibur(0, 3),
		agipd1M(7, 2, 10), agipd1M(12345, 1, 1), agipd1M(-3, 2, 3),
		odinWriters(4, 10, 2), odinWriters(1, 3, 2), odinWriters(2, 20, 1),
		gaps(2, 3), gaps(1, 256),
		stream(10, 7, 9), stream(0, 3, 0), stream(5),
		ints("series/layout.yaml", "prefix=x", nil, func(ctx context.Context, name string, _ []int) error {
			return series.BuildSeries(ctx, name, series.SeriesParams{Prefix: "x"})
		}),
		tiled(2, 0), tiled(1, 100),
		grid(2, 3, 2), grid(3, 4, 1),
		first(3),
		ints("several/b.yaml", "n=%d", []int{4}, func(ctx context.Context, name string, v []int) error {
			return several.BuildSecond(ctx, name, several.SecondParams{N: v[0]})
		}),
		ints("several/several.go", "run=%d", []int{4}, func(ctx context.Context, name string, v []int) error {
			return several.BuildThird(ctx, name, several.ThirdParams{Run: v[0]})
		}),
		ints("constants/constants.go", "frames=%d", []int{4}, func(ctx context.Context, name string, v []int) error {
			return constants.BuildTiled(ctx, name, constants.TiledParams{Frames: v[0]})
		}),
	}
	bad = []built{
		cut(7, 3, 2), cut(-5, 12, 4), cut(1<<30, 1<<30, 4), scanned(-1, 2, 3), scanned(1<<40, 1<<40, 1), scanned(2, 3, 0), joined(-1), scales(300), scales(-2), scales(1), inner(-1), files(-1), chain(26), chain(-1),
		excalibur(-1, 10), excalibur(2, -1), excalibur(1<<62, 10),
		agipd1M(1, 0, 5), agipd1M(1, -1, 5), agipd1M(1, 1_000_001, 5), agipd1M(1, 2, -1),
		odinWriters(3, 7, 1), odinWriters(0, 3, 2), odinWriters(-1, 3, 2), odinWriters(1<<40, 1<<40, 2),
		first(0), gaps(-1, 3), stream(3, -1),
		tiled(1, -1), tiled(1, 1100), tiled(1, -300),
		grid(2, 3, 0), grid(1<<30, 1<<30, 1<<30), grid(2, 3, -1),
	}
	return good, bad
}

// lower loads the layout of b and computes what it holds at its values.
func (b built) lower(t *testing.T) (*model.Lowered, error) {
	t.Helper()
	layouts, err := gen.LoadLayouts(t.Context(), golden, b.layout)
	if err != nil {
		t.Fatal(err)
	}
	params, err := model.ParseParams(layouts[0], b.params)
	if err != nil {
		t.Fatalf("%v: %v", b.params, err)
	}
	return model.Lower(layouts[0], params, func(file, path string, rank int) ([]int, error) { return nil, fs.ErrNotExist })
}

// dataset is what a virtual dataset is, as text.
type dataset struct {
	Shape, MaxShape []uint64
	Mappings        []string
}

// TestBuilderMeansWhatLowerMeans holds the two implementations of the language against
// each other: the files that generated builders write, and model.Lower.
func TestBuilderMeansWhatLowerMeans(t *testing.T) {
	good, _ := builds()
	for _, b := range good {
		t.Run(b.layout+" "+strings.Join(b.params, " "), func(t *testing.T) {
			lowered, err := b.lower(t)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]dataset{}
			for _, d := range lowered.Datasets {
				if d.Mask != nil {
					continue // no virtual dataset
				}
				var mappings []string
				for _, m := range d.Mappings {
					mappings = append(mappings, fmt.Sprintf("%s:%s %v ← %v", m.File, m.Path, m.Virtual, m.Source))
				}
				want[d.Path] = dataset{d.Shape, d.MaxShape, mappings}
			}
			name := filepath.Join(t.TempDir(), "built.h5")
			if err := b.build(t.Context(), name); err != nil {
				t.Fatal(err)
			}
			got := map[string]dataset{}
			for path := range want {
				got[path] = stored(t, name, path)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("the file of the generated builder (-lowered +built):\n%s", d)
			}
		})
	}
}

// stored reads a virtual dataset's shape and mappings from a file.
func stored(t *testing.T, name, path string) dataset {
	t.Helper()
	f, err := hdf5.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	d, err := f.Dataset(path)
	if err != nil {
		t.Fatal(err)
	}
	m, err := d.VirtualMappings()
	if err != nil {
		t.Fatal(err)
	}
	var mappings []string
	for i := range m.Len() {
		mappings = append(mappings, fmt.Sprintf("%s:%s %v ← %v", m.File(i), m.Path(i), m.Virtual(i), m.Source(i)))
	}
	return dataset{d.Shape(), d.MaxShape(), mappings}
}

// TestBadValues has values at which a layout makes no file: builder and Lower both say so, and nothing is written.
func TestBadValues(t *testing.T) {
	_, bad := builds()
	for _, b := range bad {
		t.Run(b.layout+" "+strings.Join(b.params, " "), func(t *testing.T) {
			_, lowerErr := b.lower(t)
			dir := t.TempDir()
			err := b.build(t.Context(), filepath.Join(dir, "built.h5"))
			if err == nil || lowerErr == nil {
				t.Fatalf("builder: %v; Lower: %v", err, lowerErr)
			}
			if left := tree(t, dir); len(left) > 0 {
				t.Errorf("after %v there are %v", err, left)
			}
			var d gen.Diagnostics
			if !errors.As(lowerErr, &d) {
				t.Errorf("Lower's error is %T", lowerErr)
			}
			t.Logf("builder: %v\nLower: %v", err, lowerErr)
		})
	}
}
