package model_test

import (
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
)

// manyMembers is a layout with a source file for each frame.
func manyMembers(tb testing.TB) *model.Layout {
	tb.Helper()
	l, list := schema.LoadYAML("many.yaml", []byte(`vdsgen: 1
layout: Many
params: {frames: int}
vars: {frame: 0..frames-1}
sources:
  frame: {file: "src_{frame:06}.h5", path: /data, type: uint16, shape: [2, 66, 64], select: [":", "1:65", ":"]}
datasets:
  /data: {from: frame, axes: {frame: {concat: frame}, y: same, x: same}}
`))
	if list = append(list, model.Check(l)...); list.HasErrors() {
		tb.Fatal(list)
	}
	return l
}

// Many members are alike but for their names and places: only a name takes memory of its own, the rest lies in arrays of all.
func TestLowerManyMembers(t *testing.T) {
	l := manyMembers(t)
	const members = 5000
	allocations := testing.AllocsPerRun(3, func() {
		out, err := model.Lower(l, model.Params{"frames": members}, nil)
		if err != nil || len(out.Datasets[0].Mappings) != members {
			t.Fatal(out, err)
		}
	})
	if allocations > 1.2*members {
		t.Errorf("%v allocations for %d members", allocations, members)
	}
}

func BenchmarkLowerManyMembers(b *testing.B) {
	l := manyMembers(b)
	for b.Loop() {
		if _, err := model.Lower(l, model.Params{"frames": 100_000}, nil); err != nil {
			b.Fatal(err)
		}
	}
}
