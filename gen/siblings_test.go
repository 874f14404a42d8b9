package gen_test

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/vdsgen/vdsgen/gen"
	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/testdata/generate/probed"
)

// TestBuilderSiblings leaves sequence files of one module out: the builder and model.Lower take the lengths of the other module's files.
func TestBuilderSiblings(t *testing.T) {
	ctx, dir, p := t.Context(), t.TempDir(), probed.ProbedParams{Prefix: "a"}
	lengths := map[string]int{}
	for _, file := range [][3]int{{0, 5, 2}, {1, 5, 3}, {2, 3, 4}, {0, 3, 2}} { // sequence, module, length
		w, err := probed.CreateProbedImage(ctx, dir, p, file[0], file[1])
		must(t, err)
		must(t, w.Append(make([]float32, 4*file[2])))
		must(t, w.Close())
		lengths[fmt.Sprintf("a%d_%d.h5", file[1], file[0])] = file[2]
	}
	layouts, err := gen.LoadLayouts(ctx, golden, "probed/layout.yaml")
	must(t, err)
	lowered, err := model.Lower(layouts[0], model.Params{"prefix": "a"}, func(file, _ string, _ int) ([]int, error) {
		if n := lengths[file]; n > 0 {
			return []int{n, 4}, nil
		}
		return nil, fs.ErrNotExist
	})
	must(t, err)
	name := filepath.Join(dir, "probed.h5")
	must(t, probed.BuildProbed(ctx, name, p))
	var want []string
	for _, m := range lowered.Datasets[0].Mappings {
		want = append(want, fmt.Sprintf("%s:%s %v ← %v", m.File, m.Path, m.Virtual, m.Source))
	}
	got := stored(t, name, "/data")
	if d := cmp.Diff(want, got.Mappings); d != "" || len(want) != 6 || fmt.Sprint(got.Shape) != "[2 9 4]" {
		t.Errorf("shape %v, mappings (-lowered +built):\n%s", got.Shape, d)
	}
	r, err := probed.OpenProbed(ctx, name)
	must(t, err)
	all, err := r.Data().Read(ctx, probed.ProbedDataSlice{})
	must(t, err)
	if len(all.Filled) != 2 {
		t.Errorf("filled: %v", all.Filled)
	}
	must(t, r.Close())
}
