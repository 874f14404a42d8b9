package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/agipd1m"
	"github.com/vdsgen/vdsgen/examples/generated/datasetconcatenation"
	"github.com/vdsgen/vdsgen/examples/generated/dualpcoedge"
	"github.com/vdsgen/vdsgen/examples/generated/eiger"
	"github.com/vdsgen/vdsgen/examples/generated/eigerseries"
	"github.com/vdsgen/vdsgen/examples/generated/events"
	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
	"github.com/vdsgen/vdsgen/examples/generated/excalibur3m"
	"github.com/vdsgen/vdsgen/examples/generated/growing"
	"github.com/vdsgen/vdsgen/examples/generated/jungfrau4m"
	numberedexample "github.com/vdsgen/vdsgen/examples/generated/numbered"
	"github.com/vdsgen/vdsgen/examples/generated/odin"
	"github.com/vdsgen/vdsgen/examples/generated/percival"
	"github.com/vdsgen/vdsgen/examples/generated/vdssimple"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/nexus"
	"github.com/vdsgen/vdsgen/internal/oracle"
)

// The generated builder and `vdsgen build` are two implementations of the same meaning: they write the
// same bytes.
func TestBuildersWriteTheSameBytes(t *testing.T) {
	examples := []struct {
		layout string
		params []string
		build  func(ctx context.Context, name string) error
	}{
		{"vdssimple/layout.yaml", []string{"length=7"}, func(ctx context.Context, name string) error {
			return vdssimple.BuildSimple(ctx, name, vdssimple.SimpleParams{Length: 7})
		}},
		{"datasetconcatenation", []string{"files=12"}, func(ctx context.Context, name string) error {
			return datasetconcatenation.BuildConcatenation(ctx, name, datasetconcatenation.ConcatenationParams{Files: 12})
		}},
		{"excalibur/layout.yaml", []string{"frames=5"}, func(ctx context.Context, name string) error {
			return excalibur.BuildExcalibur(ctx, name, excalibur.NewExcaliburParams())
		}},
		{"dualpcoedge/dualpcoedge.go", []string{"rows=100"}, func(ctx context.Context, name string) error {
			p := dualpcoedge.NewDualPCOEdgeParams()
			p.Rows = 100
			return dualpcoedge.BuildDualPCOEdge(ctx, name, p)
		}},
		{"eiger", nil, func(ctx context.Context, name string) error {
			return eiger.BuildEiger(ctx, name, eiger.NewEigerParams())
		}},
		{"percival", []string{"frames=798"}, func(ctx context.Context, name string) error {
			p := percival.NewPercivalParams()
			p.Frames = 798
			return percival.BuildPercival(ctx, name, p)
		}},
		{"agipd1m/layout.yaml", []string{"run=7", "seqs=2", "pulses=3"}, func(ctx context.Context, name string) error {
			return agipd1m.BuildAGIPD1M(ctx, name, agipd1m.AGIPD1MParams{Run: 7, Seqs: 2, Pulses: 3, Rows: 512, Cols: 128})
		}},
		{"eigerseries/layout.yaml", []string{"frames=2500", "rows=4", "cols=5"}, func(ctx context.Context, name string) error {
			return eigerseries.BuildEigerSeries(ctx, name, eigerseries.EigerSeriesParams{Frames: 2500, Perfile: 1000, Rows: 4, Cols: 5})
		}},
		{"events/layout.yaml", []string{"files=3", "counts=5,0,8"}, func(ctx context.Context, name string) error {
			return events.BuildEvents(ctx, name, events.EventsParams{Files: 3, Counts: []int{5, 0, 8}})
		}},
		{"excalibur3m/layout.yaml", []string{"frames=5"}, func(ctx context.Context, name string) error {
			return excalibur3m.BuildExcalibur3M(ctx, name, excalibur3m.Excalibur3MParams{Frames: 5, Rows: 256, Cols: 2048})
		}},
		{"growing/layout.yaml", []string{}, func(ctx context.Context, name string) error {
			return growing.BuildGrowing(ctx, name, growing.GrowingParams{Rows: 2000, Cols: 2000})
		}},
		{"jungfrau4m/layout.yaml", []string{"frames=5"}, func(ctx context.Context, name string) error {
			return jungfrau4m.BuildJungfrau4M(ctx, name, jungfrau4m.Jungfrau4MParams{Frames: 5, Rows: 514, Cols: 1030})
		}},
		{"numbered/layout.yaml", []string{"rows=4", "cols=5"}, func(ctx context.Context, name string) error {
			return numberedexample.BuildNumbered(ctx, name, numberedexample.NumberedParams{Perfile: 1000, Rows: 4, Cols: 5})
		}},
		{"odin/layout.yaml", []string{"frames=25500", "rows=4", "cols=5"}, func(ctx context.Context, name string) error {
			return odin.BuildOdin(ctx, name, odin.OdinParams{Frames: 25500, Writers: 4, Block: 1000, Rows: 4, Cols: 5})
		}},
	}
	const nexusFolder = "../../gen/testdata/generate/nexus/"
	examples = append(examples, []struct {
		layout string
		params []string
		build  func(ctx context.Context, name string) error
	}{
		{nexusFolder + "nxmx.yaml", []string{"prefix=run", "frames=3", "gap=2"}, func(ctx context.Context, name string) error {
			return nexus.BuildTiles(ctx, name, nexus.TilesParams{Prefix: "run", Frames: 3, Gap: 2})
		}},
		{nexusFolder + "nxdata.yaml", []string{"frames=3"}, func(ctx context.Context, name string) error {
			return nexus.BuildScan(ctx, name, nexus.ScanParams{Frames: 3})
		}},
		{nexusFolder + "cxi.yaml", []string{"pulses=3"}, func(ctx context.Context, name string) error {
			return nexus.BuildModules(ctx, name, nexus.ModulesParams{Pulses: 3})
		}},
	}...)
	for _, e := range examples {
		t.Run(e.layout, func(t *testing.T) {
			dir := t.TempDir()
			ctx := context.Background()
			generated, built := filepath.Join(dir, "generated.h5"), filepath.Join(dir, "built.h5")
			if err := e.build(ctx, generated); err != nil {
				t.Fatal(err)
			}
			args := []string{"build", filepath.Join(oracle.ModuleRoot(), "examples", "generated", e.layout), "-o", built}
			for _, p := range e.params {
				args = append(args, "-p", p)
			}
			var stdout, stderr bytes.Buffer
			if status := run(ctx, args, &stdout, &stderr); status != statusFine {
				t.Fatalf("status %d: %s", status, &stderr)
			}
			want, err := os.ReadFile(generated)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(built)
			if err != nil {
				t.Fatal(err)
			}
			oracle.SameBytes(t, "vdsgen build", got, want)
		})
	}
}
