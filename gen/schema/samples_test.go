package schema

import "testing"

// TestSamplesRefuseNothing has layouts that are right at some values of their parameters alone, which need not be values that anybody would try first.
func TestSamplesRefuseNothing(t *testing.T) {
	for _, c := range []struct{ name, yaml string }{
		{"origins far enough apart for five elements", `
params: {m: int, n: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: [m, n]}}
datasets:
  /data: {from: part, axes: {y: same, x: {tile: k, at: [5, 0]}}}
`},
		{"a dataset that is wrong where another one is right", `
params: {n: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: [n]}}
datasets:
  /few: {from: part, axes: {x: {tile: k, at: [5, 0]}}}
  /many: {from: part, axes: {x: {concat: k}}, window: {x: "3:n"}}
`},
		{"lengths that agree for pairs of values", `
params: {rows: int, cols: int, n: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: [n]}}
datasets:
  /data: {from: part, axes: {k: {stack: k}, "r, c": {split: [rows, cols + 1]}}}
`},
		{"a divisor that is zero for one value", `
params: {n: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: ["100/(n - 24)"]}}
datasets:
  /data: {from: part, axes: {x: {concat: k}}}
`},
		{"an extent that holds few", `
params: {n: int, m: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: [n, m]}}
datasets:
  /data: {from: part, axes: {y: {concat: k, extent: 6}, x: same}, window: {x: "m - 1:m"}}
`},
		{"lengths that depend on the member", `
params: {n: int, m: int}
vars: {k: 0..1}
sources: {part: {file: "part_{k}.h5", path: /data, type: uint16, shape: [n + 5*k, m], select: ["0:n + 5*k", "k"]}}
datasets:
  /data: {from: part, axes: {y: {concat: k, extent: 2*n + 5}}}
`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if list := readAll(t, "layout.yaml", []byte("vdsgen: 1\nlayout: Demo"+c.yaml)); len(list) > 0 {
				t.Error(list)
			}
		})
	}
}
