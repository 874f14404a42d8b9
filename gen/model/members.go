package model

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// memberSet names the members of one source, for one field of `each`.
type memberSet struct {
	source *SourceSet
	field  string
}

// members are all members of a source set, row-major over its closed variables.
type members struct {
	source *SourceSet
	vars   []*Var  // closed variables of the source
	counts []int64 // values of each
	stride []int64 // members between two values of each
	list   []member
}

// member is one source dataset. Neighbours that are alike share memory: nothing that a member points to is changed.
type member struct {
	file, path string  // as stored: % escaped, %b for an open variable
	shape      []int64 // extents of the source; -1 on a growing axis
	*taken             // of the source by select
	missing    bool    // an optional member that does not exist: shape is not known yet
}

// taken is what `select` takes of a source.
type taken struct {
	lens  []int64  // lengths after select; -1 on a growing axis
	sel   []chosen // of the axes in lens
	index []int64  // select's index on each dropped axis, -1 on others; by source axis
}

// like returns before, where it is equal to t, or else a copy of t.
func (t *taken) like(before *taken) *taken {
	if before != nil && slices.Equal(t.lens, before.lens) && slices.Equal(t.sel, before.sel) && slices.Equal(t.index, before.index) {
		return before
	}
	return &taken{slices.Clone(t.lens), slices.Clone(t.sel), slices.Clone(t.index)}
}

const growing = -1

// values returns the values of the variables of member i, as "stripe = 2".
func (m *members) describe(lo *lowerer, i int) string {
	if len(m.vars) == 0 {
		return "the source"
	}
	parts := make([]string, len(m.vars))
	for k, v := range m.vars {
		parts[k] = fmt.Sprintf("%s = %d", v.Name, lo.vars[v][m.coord(i, k)])
	}
	return "member " + strings.Join(parts, ", ")
}

// coord returns the position of member i along variable k.
func (m *members) coord(i, k int) int64 { return int64(i) / m.stride[k] % m.counts[k] }

// axis returns the number of variable v in m.vars.
func (m *members) axis(v *Var) int { return slices.Index(m.vars, v) }

// members evaluates every member of v's source; nil after an error.
func (lo *lowerer) members(v *Virtual) *members {
	s := v.Source
	m := &members{source: s}
	total := int64(1)
	for _, x := range s.Vars {
		if x.Open {
			continue
		}
		m.vars = append(m.vars, x)
		m.counts = append(m.counts, int64(len(lo.vars[x])))
		if total *= int64(len(lo.vars[x])); total > 4*int64(lo.limit) {
			lo.list.Errorf(s.Pos, diag.TooManyMaps, "source %s has more than %d members", s.Name, 4*lo.limit)
			return nil
		}
	}
	m.stride = make([]int64, len(m.vars))
	step := int64(1)
	for k := len(m.vars) - 1; k >= 0; k-- {
		m.stride[k] = step
		step *= m.counts[k]
	}
	m.list = make([]member, total)
	texts := lo.texts
	if v.Field != nil {
		texts.Field = v.Field.Key
	}
	file, path := storedName{t: s.File}, storedName{t: s.Path}
	room, shape := make([]int64, len(s.Shape)), []int64(nil)
	ok := m.each(lo, func(x *member) bool {
		x.shape = room
		if !lo.name(&file, &x.file, texts) || !lo.name(&path, &x.path, texts) || !lo.member(s, x, texts) {
			return false
		}
		if !slices.Equal(shape, room) {
			shape = slices.Clone(room)
		}
		x.shape = shape
		return true
	})
	if !ok || !lo.resolveMissing(m) {
		return nil
	}
	var t taken
	var before *taken
	ok = m.each(lo, func(x *member) bool {
		if !lo.take(s, x.shape, &t) {
			return false
		}
		before = t.like(before)
		x.taken = before
		return true
	})
	if !ok {
		return nil
	}
	clear(lo.env.Vars)
	return m
}

// each calls f for every member, with the values of its variables in lo.env, until it returns false.
func (m *members) each(lo *lowerer, f func(*member) bool) bool {
	values := make([][]int64, len(m.vars))
	for k, x := range m.vars {
		values[k] = lo.vars[x]
	}
	for i := range m.list {
		for k, x := range m.vars {
			lo.env.Vars[x] = values[k][m.coord(i, k)]
		}
		if !f(&m.list[i]) {
			return false
		}
	}
	return true
}

// storedName is a name of one member after another.
type storedName struct {
	t    *Template
	room []byte
	last string
}

// name evaluates n at the values of lo.env.
func (lo *lowerer) name(n *storedName, out *string, texts Texts) bool {
	room, err := n.t.appendStored(n.room[:0], lo.env, texts)
	if err != nil {
		lo.fail(n.t.Pos, diag.NoValue, err)
		return false
	}
	if n.room = room; string(room) != n.last {
		n.last = string(room)
	}
	*out = n.last
	return true
}

// member checks the names of one member, and evaluates its shape at the values of lo.env.
func (lo *lowerer) member(s *SourceSet, out *member, texts Texts) bool {
	switch {
	case out.file == "":
		lo.list.Errorf(s.File.Pos, diag.BadTemplate, "the file name of source %s is empty", s.Name)
		return false
	case out.path == "" || strings.HasSuffix(out.path, "/"):
		lo.list.Errorf(s.Path.Pos, diag.BadPath, "%q is not the path of a dataset", out.path)
		return false
	}
	var err error
	probed := false
	for i, e := range s.Shape {
		switch e.Kind {
		case ExtentUnlimited:
			out.shape[i] = growing
		case ExtentProbe:
			out.shape[i], probed = 0, true
		default:
			if out.shape[i], err = e.Expr.Extent(lo.env); err != nil {
				lo.fail(e.Pos, diag.NoValue, err)
				return false
			}
			if out.shape[i] > maxExtent {
				lo.list.Errorf(e.Pos, diag.NoValue, "length %d of source %s: HDF5 holds at most %d elements along an axis here", out.shape[i], s.Name, int64(maxExtent))
				return false
			}
		}
	}
	return !probed || lo.probeMember(s, out, texts)
}

// maxExtent bounds the length of an axis, so that sums over four million members fit 62 bits.
const maxExtent = 1 << 40

// probeMember reads the shape of a member from its file.
func (lo *lowerer) probeMember(s *SourceSet, out *member, texts Texts) bool {
	file, _ := s.File.Expand(lo.env, texts)
	path, _ := s.Path.Expand(lo.env, texts)
	if lo.assume > 0 {
		for i, e := range s.Shape {
			if e.Kind == ExtentProbe {
				out.shape[i] = lo.assume
			}
		}
		return true
	}
	if lo.probe == nil {
		lo.list.Errorf(s.Pos, diag.ProbeFailed, "the shape of source %s is read from its files, and none can be read here", s.Name)
		return false
	}
	shape, err := lo.probe(file, path, len(s.Shape))
	switch {
	case err != nil && errors.Is(err, fs.ErrNotExist) && s.Optional:
		out.missing = true
		return true
	case err != nil:
		lo.list.Errorf(s.Pos, diag.ProbeFailed, "source %s: %s: %v", s.Name, file, err).Hintf("every member whose shape is probed must exist, or say optional: true")
		return false
	case len(shape) != len(s.Shape):
		lo.list.Errorf(s.Pos, diag.ProbeFailed, "source %s: %s: dataset %s has %s, the layout says %d", s.Name, file, path, plural(len(shape), "axis"), len(s.Shape))
		return false
	}
	for i, n := range shape {
		switch {
		case n < 0 || int64(n) > maxExtent:
			lo.list.Errorf(s.Pos, diag.ProbeFailed, "source %s: %s: dataset %s is %d long on axis %d", s.Name, file, path, n, i)
			return false
		case s.Shape[i].Kind == ExtentProbe:
			out.shape[i] = int64(n)
		case s.Shape[i].Kind == ExtentExpr && out.shape[i] != int64(n):
			lo.list.Errorf(s.Shape[i].Pos, diag.ProbeFailed, "source %s: %s: dataset %s is %d long on axis %d, the layout says %d", s.Name, file, path, n, i, out.shape[i])
			return false
		}
	}
	return true
}

// take evaluates select at the values of lo.env, for a source of the given shape.
func (lo *lowerer) take(s *SourceSet, shape []int64, out *taken) bool {
	out.lens, out.sel, out.index = out.lens[:0], out.sel[:0], out.index[:0]
	for i, n := range shape {
		var sel *Selector
		if i < len(s.Select) {
			sel = s.Select[i]
		}
		if sel != nil && sel.Index != nil {
			k, err := sel.Index.Extent(lo.env)
			if err != nil {
				lo.fail(sel.Pos, diag.BadSelect, err)
				return false
			}
			if n != growing && k >= n {
				lo.list.Errorf(sel.Pos, diag.BadSelect, "index %s of source %s is %d, and axis %d has %s", sel.Index, s.Name, k, i, plural(int(n), "element"))
				return false
			}
			out.index = append(out.index, k)
			continue
		}
		c, length, ok := lo.choose(s, sel, i, n)
		if !ok {
			return false
		}
		out.index = append(out.index, -1)
		out.sel = append(out.sel, c)
		out.lens = append(out.lens, length)
	}
	return true
}

// choose evaluates one range over an axis of n elements.
func (lo *lowerer) choose(s *SourceSet, sel *Selector, axis int, n int64) (chosen, int64, bool) {
	if sel == nil || sel.Whole() {
		return chosen{0, 1}, n, true
	}
	start, stop, step, err := sel.bounds(lo.env, n)
	switch {
	case err != nil:
		lo.fail(sel.Pos, diag.BadSelect, err)
	case step < 1:
		lo.list.Errorf(sel.Pos, diag.BadSelect, "step %d of %q", step, sel.Text)
	case stop == growing:
		return chosen{start, step}, growing, true
	case stop < start:
		lo.list.Errorf(sel.Pos, diag.BadSelect, "%q of source %s ends before it starts: %d:%d", sel.Text, s.Name, start, stop)
	case n != growing && stop > n:
		lo.list.Errorf(sel.Pos, diag.BadSelect, "%q of source %s reaches to %d, and axis %d has %s", sel.Text, s.Name, stop, axis, plural(int(n), "element"))
	default:
		return chosen{start, step}, (stop - start + step - 1) / step, true
	}
	return chosen{}, 0, false
}

// bounds evaluates a range over n elements; stop is growing when neither says where it ends.
func (s *Selector) bounds(env Env, n int64) (start, stop, step int64, err error) {
	if start, err = boundOr(s.Start, env, 0); err != nil {
		return 0, 0, 0, err
	}
	if stop, err = boundOr(s.Stop, env, n); err != nil {
		return 0, 0, 0, err
	}
	if step, err = boundOr(s.Step, env, 1); err != nil {
		return 0, 0, 0, err
	}
	if start > maxExtent || stop > maxExtent || step > maxExtent {
		return 0, 0, 0, fmt.Errorf("%q reaches beyond %d", s.Text, int64(maxExtent))
	}
	return start, stop, step, nil
}

// boundOr is the value of e, or of what it is when left out.
func boundOr(e *Expr, env Env, leftOut int64) (int64, error) {
	if e == nil {
		return leftOut, nil
	}
	return e.Extent(env)
}
