package schema

import (
	"strings"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/gen/model"
)

// TestLimits reads input made to exhaust stack, memory or time.
func TestLimits(t *testing.T) {
	var stairs strings.Builder
	for i := range 1000 {
		stairs.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	many := func(line string, n int) string { return strings.Repeat(line, n) }
	for name, source := range map[string]string{
		"flow sequences":      many("[", 50_000),
		"flow mappings":       many("{a: ", 30_000),
		"dashes":              many("- ", 50_000),
		"question marks":      many("? ", 50_000),
		"anchors":             many("&a ", 30_000),
		"tags":                many("!a ", 30_000),
		"stairs":              stairs.String(),
		"a megabyte of keys":  "datasets:\n" + many("  /aaaaaaaa: {from: x}\n", 40_000),
		"a long line":         "doc: " + many("x", 300_000),
		"a long quote":        "doc: \"" + many("\\n", 100_000),
		"more than the limit": many("a", maxSchemaBytes+1),
		"many parameters":     diag.Example("params: {frames: int, " + many("a: int, ", 20_000) + "}"),
		"a huge range":        diag.Example("vars: {n: 0..9223372036854775807}"),
		"a huge shape":        diag.Example("params: {}\nsources:\n  part: {file: \"p_{n}.h5\", path: /d, type: int8, shape: [9223372036854775807, 4]}"),
		"huge gaps":           diag.Example("params: {}\nsources:\n  part: {file: \"p_{n}.h5\", path: /d, type: int8, shape: [4, 4]}\ndatasets:\n  /data: {from: part, axes: {y: {tile: n, gap: 9223372036854775807}, x: same}}"),
		"a huge block":        diag.Example("params: {}\nsources:\n  part: {file: \"p_{n}.h5\", path: /d, type: int8, shape: [4, 4]}\ndatasets:\n  /data: {from: part, axes: {y: {interleave: n, block: 4611686018427387904}, x: same}}"),
		"a huge mask":         diag.Example("params: {}\nsources:\n  part: {file: \"p_{n}.h5\", path: /d, type: int8, shape: [400000, 400000]}\ndatasets:\n  /data: {from: part, axes: {y: {tile: n, gap: 1}, x: same}}\n  /mask: {mask: Data}"),
		"a huge snake":        diag.Example("params: {}\nsources:\n  part: {file: \"p_{n}.h5\", path: /d, type: int8, shape: [1000000000, 4]}\ndatasets:\n  /data: {from: part, axes: {n: {stack: n}, \"r, c\": {split: [2, 500000000], snake: true}, x: same}}"),
		"huge values":         diag.Example("params: {frames: {type: int, default: 2}}\ntree:\n  /v: {values: 0..100000000000}"),
		"bushy compounds":     diag.Example("types: {A: {a: B, b: B}, B: {a: C, b: C}, C: {a: D, b: D}, D: {a: E, b: E}, E: {a: F, b: F}, F: {a: G, b: G}, G: {a: H, b: H}, H: {a: I, b: I}, I: {a: A}}"),
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			l, list := LoadYAML("layout.yaml", []byte(source))
			if l != nil {
				list = append(list, model.Check(l)...)
			}
			if !list.HasErrors() {
				t.Fatal("accepted")
			}
			t.Logf("%v, %d findings: %.100v", time.Since(start), len(list), list[0])
		})
	}
}
