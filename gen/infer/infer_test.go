package infer

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
)

// loweredAt computes what a layout of this module holds at the given values.
func loweredAt(t testing.TB, layout string, params ...string) *model.Lowered {
	t.Helper()
	layouts, err := gen.LoadLayouts(t.Context(), "../..", layout)
	if err != nil {
		t.Fatal(err)
	}
	values, err := model.ParseParams(layouts[0], params)
	if err != nil {
		t.Fatal(err)
	}
	out, err := model.Lower(layouts[0], values, func(string, string, int) ([]int, error) { return nil, fs.ErrNotExist })
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// fileOf is what a lowered layout would be found to be as a file.
func fileOf(l *model.Lowered) *File {
	f := &File{Name: "found.h5", Layout: "Found"}
	for _, d := range l.Datasets {
		if d.Virtual.MaskOf != nil {
			continue
		}
		f.Datasets = append(f.Datasets, Dataset{Path: d.Path, Type: d.Type.Name, Shape: d.Shape, MaxShape: d.MaxShape, Mappings: d.Mappings})
	}
	for _, c := range l.Layout.Types {
		x := Compound{Name: c.Name}
		for _, m := range c.Members {
			x.Members = append(x.Members, [2]string{m.Name, m.String()})
		}
		f.Types = append(f.Types, x)
	}
	return f
}

// Every layout of the examples and of the generator's tests is found again, in words like those it was written in.
func TestFound(t *testing.T) {
	const golden = "gen/testdata/generate/"
	for _, tt := range []struct {
		layout, params string
		words          []string // that stand in what is found
	}{
		{"examples/generated/vdssimple/layout.yaml", "length=7", []string{"row: {stack: ", "0..3"}},
		{"examples/generated/datasetconcatenation", "files=12", []string{"{stack: myfile}", "myfile: 0..11"}},
		{"examples/generated/excalibur/layout.yaml", "", []string{"{tile: stripe, gap: 10}", "stripe: 1..6", "frames: {type: int, default: 5}"}},
		{"examples/generated/dualpcoedge", "rows=100", []string{"gap: 10"}},
		{"examples/generated/eiger/layout.yaml", "", []string{"frame: {concat: file}", "file: 1..5"}},
		{"examples/generated/percival", "frames=798", []string{"frame: {interleave: ", "ceildiv(frames - file + 1, 4)"}},
		{golden + "excalibur3m", "prefix=a%b frames=5", []string{"prefix: {type: string, default: \"a%b\"", "b: 1..6"}},
		{golden + "agipd", "run=7 seqs=2 pulses=10", []string{"{concat: s}", "{stack: agipd}", ":02}"}},
		{golden + "odin", "prefix=p writers=4 files=10 rows=2 cols=7", []string{"interleave", "block: 1000", "concat"}},
		{golden + "odin", "prefix=p writers=2 files=20 rows=1 cols=7", []string{"block: 1000"}},
		{golden + "gapfill", "frames=2 size=3", []string{"{tile: row, gap: 3}", "{tile: col, gap: 3}", "3*row : 3*row + 3"}},
		{golden + "events", "counts=10,7,9 files=3", []string{"concat", "[10, 7, 9]"}},
		{golden + "series", "prefix=x", []string{"unlimited", "block: 10"}},
		{golden + "endless/files.yaml", "prefix=50% n=3", []string{"concat", "0.."}},
		{golden + "endless/groups.yaml", "", []string{"stack", "0.."}},
		{golden + "tiles", "frames=2 shift=0", []string{"gaps: [3, 123]", "at: [0, 256, 1500, 1000, 2000, 2500]"}},
		{golden + "listed", "rows=2 cols=3 scale=2", nil},
		{golden + "listed", "rows=3 cols=4 scale=1", nil},
		{golden + "several/a.yaml", "n=3", []string{"Pair: {left: int32, right: int32}"}},
		{golden + "several/b.yaml", "n=4", []string{"[3, 1, 2]"}},
		{golden + "several/several.go", "run=4", nil},
		{golden + "constants", "frames=4", nil},
		{golden + "scan", "rows=4 cols=5 files=3", []string{"split", "snake: true"}},
		{golden + "scan", "rows=6 cols=7 files=2", []string{"split"}},
		{golden + "mask", "frames=3", []string{"gap: 3"}},
		{golden + "merged", "trains=2", nil},
		{golden + "scaled", "frames=40", []string{"interleave", "block: 2", "concat"}},
		{golden + "composed", "n=3", []string{"stack", "concat"}},
	} {
		t.Run(filepath.Base(filepath.Dir(tt.layout))+"/"+filepath.Base(tt.layout)+" "+tt.params, func(t *testing.T) {
			f := fileOf(loweredAt(t, tt.layout, strings.Fields(tt.params)...))
			text, err := Layout(f)
			if err != nil {
				for _, d := range f.Datasets {
					for i, m := range d.Mappings[:min(8, len(d.Mappings))] {
						t.Log(d.Path, i, m)
					}
				}
				t.Fatal(err)
			}
			for _, w := range tt.words {
				if !strings.Contains(string(text), w) {
					t.Errorf("%q does not stand in\n%s", w, text)
				}
			}
			if testing.Verbose() {
				fmt.Println(string(text))
			}
		})
	}
}
