package schema

import (
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/gen/model"
)

const breakingBase = `vdsgen: 1
layout: Demo
file: demo.h5
params: {frames: {type: int, default: 3}}
vars: {n: 0..1}
sources:
  part: {file: "part_{n}.h5", path: /data, type: uint16, shape: [frames, 10, 5], chunk: [1, 10, 5], optional: true}
datasets:
  /data: {from: part, fill: 7, axes: {frame: same, y: {tile: n, gap: 10}, x: same}, attrs: {units: counts}}
`

// Each change of a layout is judged: what it touches, and whether it breaks what was made before.
func TestFindings(t *testing.T) {
	for _, tt := range []struct {
		name, old, new string
		want           string // category and judgement of the finding that stands first, "" for none
	}{
		{"nothing", "", "", ""},
		{"a comment", "vdsgen: 1", "vdsgen: 1 # the language", ""},
		{"gap", "gap: 10", "gap: 11", "moved pixels: breaking"},
		{"gap gone", ", gap: 10", "", "moved pixels: breaking"},
		{"members", "0..1", "0..2", "moved pixels: breaking"},
		{"members as a list", "0..1", "[0, 1]", ""},
		{"members as a list of expressions", "0..1", "[1-1, 3-2]", ""},
		{"range to an expression", "0..1", "0..2-1", ""},
		{"members in another order", "0..1", "[1, 0]", "moved pixels: breaking"},
		{"members with a hole", "0..1", "[0, 2]", "moved pixels: breaking"},
		{"members up to a parameter", "0..1", "0..frames-2", "moved pixels: breaking"},
		{"gap of the same value", "gap: 10", "gap: 2*5", ""},
		{"shape of the same value", "[frames, 10, 5]", "[frames, 5*2, 5]", ""},
		{"shape", "[frames, 10, 5]", "[frames, 10, 6]", "moved pixels: breaking"},
		{"select", "optional: true", "optional: true, select: [\":\", \":\", \"0:4\"]", "moved pixels: breaking"},
		{"fill", "fill: 7", "fill: 8", "fill: breaking"},
		{"fill gone", "fill: 7, ", "", "fill: breaking"},
		{"type", "type: uint16", "type: uint32", "Go API: breaking"},
		{"axis name", "x: same", "col: same", "Go API: breaking"},
		{"default", "default: 3", "default: 4", "Go API: breaking"},
		{"source file", "part_{n}", "p_{n}", "file: breaking"},
		{"file", "demo.h5", "other.h5", "file: breaking"},
		{"attribute gone", ", attrs: {units: counts}", "", "file: breaking"},
		{"attribute new", "units: counts", "units: counts, more: 1", "file: compatible"},
		{"chunk", "[1, 10, 5]", "[2, 10, 5]", "file: compatible"},
		{"chunk gone", ", chunk: [1, 10, 5]", "", "file: compatible"},
		{"dataset new", "datasets:", "datasets:\n  /more: {from: part, axes: {frame: same, y: {tile: n}, x: same}}", "Go API: compatible"},
		{"parameter with a default", "[1, 10, 5]", "[block, 10, 5]", "Go API: compatible"},
		{"optional no more", ", optional: true", "", "file: breaking"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			text := strings.Replace(breakingBase, tt.old, tt.new, 1)
			if strings.Contains(tt.new, "block") {
				text = strings.Replace(text, "params: {", "params: {block: {type: int, default: 1}, ", 1)
			}
			before, list := load(t, breakingBase)
			after, more := load(t, text)
			if len(list)+len(more) > 0 {
				t.Fatal(list, more)
			}
			findings := model.Findings(before, after)
			if tt.want == "" {
				if len(findings) > 0 {
					t.Error(findings)
				}
				return
			}
			if len(findings) == 0 {
				t.Fatal("no finding")
			}
			broken := false
			categories := map[string]bool{}
			for _, f := range findings {
				broken = broken || f.Breaking
				categories[f.Category.String()] = true
				if f.Pos.Line == 0 {
					t.Errorf("no place: %v", f)
				}
			}
			category, judgement, _ := strings.Cut(tt.want, ": ")
			if broken != (judgement == "breaking") || !categories[category] {
				t.Errorf("want %s: %v", tt.want, findings)
			}
		})
	}
}
