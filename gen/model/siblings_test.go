package model_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
	"github.com/vdsgen/vdsgen/gen/schema"
)

// TestSiblings has members that are missing, and whose lengths they take: those at their place along the axis.
func TestSiblings(t *testing.T) {
	const layout = `vdsgen: 1
layout: Runs
vars: {module: [5, 3, 7], seq: 0..2}
sources: {image: {file: "{module}_{seq}.h5", path: /data, type: int8, shape: [probe, probe], optional: true}}
datasets:
  /data: {from: image, axes: {module: {stack: module}, pulse: {concat: seq}, x: same}}
`
	for _, tt := range []struct {
		name    string
		lengths [3][3]int // by module and sequence; 0 is missing
		want    string    // the source selections along the first axis, or part of the error
	}{
		{"nobody is missing", [3][3]int{{2, 3, 4}, {2, 3, 4}, {2, 3, 4}}, "2 3 4 2 3 4 2 3 4"},
		{"modules differ, and nobody is missing", [3][3]int{{2, 3, 4}, {2, 1, 4}, {2, 3, 4}}, "2 3 4 2 1 4 2 3 4"},
		{"one is missing", [3][3]int{{2, 3, 4}, {2, 0, 4}, {2, 3, 4}}, "2 3 4 2 3 4 2 3 4"},
		{"a module is missing", [3][3]int{{0, 0, 0}, {2, 3, 4}, {2, 3, 4}}, "2 3 4 2 3 4 2 3 4"},
		{"modules differ elsewhere", [3][3]int{{2, 3, 4}, {2, 0, 5}, {2, 3, 4}}, "2 3 4 2 3 5 2 3 4"},
		{"a sequence is missing, and the others agree", [3][3]int{{2, 0, 2}, {2, 0, 2}, {2, 0, 2}}, "2 2 2 2 2 2 2 2 2"},
		{"modules differ at its place", [3][3]int{{2, 3, 4}, {2, 0, 4}, {2, 1, 4}},
			"member module = 3, seq = 1 of source image is missing, and the others at its place differ in length on axis 0: 3 and 1"},
		{"a sequence is missing, and the others differ", [3][3]int{{2, 0, 4}, {2, 0, 4}, {2, 0, 4}},
			"member module = 5, seq = 1 of source image is missing, and the others differ in length on axis 0: 2 and 4"},
		{"all are missing", [3][3]int{}, "no member of source image exists"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l, list := schema.LoadYAML("layout.yaml", []byte(layout))
			if list = append(list, model.Check(l)...); len(list) > 0 {
				t.Fatal(list)
			}
			out, err := model.Lower(l, nil, func(file, _ string, _ int) ([]int, error) {
				var module, seq int
				if _, err := fmt.Sscanf(file, "%d_%d.h5", &module, &seq); err != nil {
					return nil, err
				}
				n := tt.lengths[map[int]int{5: 0, 3: 1, 7: 2}[module]][seq]
				if n == 0 {
					return nil, fs.ErrNotExist
				}
				return []int{n, 6}, nil
			})
			if err != nil {
				if !strings.Contains(err.Error(), tt.want) {
					t.Errorf("error %v\nwant %s", err, tt.want)
				}
				return
			}
			var got []string
			for _, m := range out.Datasets[0].Members {
				got = append(got, fmt.Sprint(m.Shape[0]))
			}
			if text := strings.Join(got, " "); text != tt.want {
				t.Errorf("lengths %s\nwant    %s", text, tt.want)
			}
		})
	}
}
