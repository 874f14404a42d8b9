package model

import (
	"fmt"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
	"github.com/vdsgen/vdsgen/hdf5/dataspace"
)

// maxTreeValues bounds the elements of one dataset that the layout writes out.
const maxTreeValues = 1 << 24

// tree lowers the entries of `tree`: one of each combination of the variables of its path.
// Attributes of virtual datasets are not among them; they are with the dataset.
func (lo *lowerer) tree() []*LoweredEntry {
	var out []*LoweredEntry
	before := lo.errors()
	taken := map[string]bool{}
	for _, d := range lo.l.Virtual {
		taken[d.Path] = true
	}
	for _, t := range lo.l.Tree {
		if t.Dataset != nil {
			continue
		}
		n := 1
		for _, v := range t.Vars {
			if n *= len(lo.vars[v]); n > lo.limit {
				lo.list.Errorf(t.Pos, diag.TooManyMaps, "%s stands for more than %d entries", t.Path, lo.limit)
				return out
			}
		}
		for i := range n {
			for k, step := len(t.Vars)-1, 1; k >= 0; k-- {
				values := lo.vars[t.Vars[k]]
				lo.env.Vars[t.Vars[k]] = values[i/step%len(values)]
				step *= len(values)
			}
			e := lo.entry(t)
			if lo.errors() > before {
				return out
			}
			if len(t.Path.Parts) > 1 || t.Kind != TreeAttrs {
				if taken[e.Path] {
					lo.list.Errorf(t.Pos, diag.PathTaken, "%s stands twice in the file", e.Path)
					return out
				}
				taken[e.Path] = true
			}
			out = append(out, e)
		}
		clear(lo.env.Vars)
	}
	return out
}

// entry lowers one entry at the values of lo.env.
func (lo *lowerer) entry(t *TreeEntry) *LoweredEntry {
	e := &LoweredEntry{Entry: t, Kind: t.Kind, Type: t.Type, Attrs: lo.attrs(t.Attrs)}
	e.Path = lo.expand(t.Path)
	if why := pathFault(strings.TrimPrefix(e.Path, "/")); why != "" && e.Path != "/" {
		lo.list.Errorf(t.Pos, diag.BadPath, "%q is not a path that can be stored: %s", short(e.Path), why)
	}
	switch t.Kind {
	case TreeSoft:
		e.Target = lo.expand(t.Soft)
	case TreeExternal:
		e.File, e.Target = lo.expand(t.File), lo.expand(t.FilePath)
	case TreeValue, TreeValues:
		var err error
		if t.Value != nil {
			e.Data, err = t.Value.Data(lo.env)
		} else {
			e.Data, err = lo.countUp(t)
		}
		if err != nil {
			lo.fail(t.Pos, diag.BadValue, fmt.Errorf("%s: %w", e.Path, err))
		}
	}
	if t.Kind == TreeSoft && e.Target == "" || t.Kind == TreeExternal && (e.File == "" || e.Target == "") {
		lo.list.Errorf(t.Pos, diag.BadPath, "the target of link %s is empty", e.Path)
	}
	return e
}

func (lo *lowerer) expand(t *Template) string {
	s, err := t.Expand(lo.env, lo.texts)
	if err != nil {
		lo.fail(t.Pos, diag.NoValue, err)
	}
	return s
}

// countUp returns the integers of a range in the type of t.
func (lo *lowerer) countUp(t *TreeEntry) (any, error) {
	first, err := t.First.Eval(lo.env)
	if err != nil {
		return nil, err
	}
	last, err := t.Last.Eval(lo.env)
	if err != nil {
		return nil, err
	}
	n := last - first + 1
	switch {
	case last < first:
		n = 0
	case n <= 0 || n > maxTreeValues:
		return nil, fmt.Errorf("the range %d..%d holds more than %d values", first, last, maxTreeValues)
	}
	k := t.Type.Kind
	for _, end := range []int64{first, last} {
		if _, err := literalValue(Literal{Kind: LiteralInt, Text: fmt.Sprint(end)}, k); err != nil && n > 0 {
			return nil, err
		}
	}
	return sliceOf(k, int(n), func(i int) (any, error) { return fromInt(first+int64(i), k) })
}

// fromInt returns v, which k holds, as a value of the Go type of k.
func fromInt(v int64, k TypeKind) (any, error) {
	switch k {
	case Int8:
		return int8(v), nil
	case Int16:
		return int16(v), nil
	case Int32:
		return int32(v), nil
	case Int64:
		return v, nil
	case Uint8:
		return uint8(v), nil
	case Uint16:
		return uint16(v), nil
	case Uint32:
		return uint32(v), nil
	case Uint64:
		return uint64(v), nil
	case Float32:
		return float32(v), nil
	case Float64:
		return float64(v), nil
	}
	return nil, fmt.Errorf("%s is no number", k)
}

// scaleLengths checks that each dimension scale is as long as its axis.
func (lo *lowerer) scaleLengths(out *Lowered) {
	if lo.list.HasErrors() {
		return
	}
	lengths := map[string]int{}
	for _, e := range out.Tree {
		if e.Kind == TreeValues {
			lengths[e.Path] = length(e.Data)
		}
	}
	for _, d := range out.Datasets {
		if len(d.Shape) == 1 {
			lengths[d.Path] = int(d.Shape[0])
		}
	}
	for _, d := range out.Datasets {
		for i, s := range d.Scales {
			if s.Axis < 0 || s.Axis >= len(d.Shape) || d.MaxShape[s.Axis] == dataspace.Unlimited {
				continue
			}
			if n, ok := lengths[s.Path]; ok && uint64(n) != d.Shape[s.Axis] {
				decl := d.Virtual.Decl.Scales[i]
				lo.list.Errorf(decl.Path.Pos, diag.BadScale, "scale %s has %s, and axis %s of %s has %d", s.Path, plural(n, "value"), decl.Axis.Name, d.Path, d.Shape[s.Axis])
			}
		}
	}
}

// length returns the length of a slice that sliceOf made.
func length(data any) int {
	switch s := data.(type) {
	case []int8:
		return len(s)
	case []int16:
		return len(s)
	case []int32:
		return len(s)
	case []int64:
		return len(s)
	case []uint8:
		return len(s)
	case []uint16:
		return len(s)
	case []uint32:
		return len(s)
	case []uint64:
		return len(s)
	case []float32:
		return len(s)
	case []float64:
		return len(s)
	case []bool:
		return len(s)
	case []string:
		return len(s)
	case []complex64:
		return len(s)
	case []complex128:
		return len(s)
	}
	return 0
}
