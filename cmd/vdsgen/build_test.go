package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/examples/generated/datasetconcatenation"
	"github.com/vdsgen/vdsgen/examples/generated/dualpcoedge"
	"github.com/vdsgen/vdsgen/examples/generated/eiger"
	"github.com/vdsgen/vdsgen/examples/generated/excalibur"
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
