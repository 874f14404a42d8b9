package model

import (
	"fmt"
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

func (c *checker) sources() {
	for _, s := range c.l.Sources {
		c.typeRef(&s.Type, "source "+s.Name)
		c.sourceVars(s)
		if s.Incomplete {
			continue
		}
		c.sourceShape(s)
		c.chunk(s)
		if len(s.Filters) > 0 && s.Chunk == nil && !slices.ContainsFunc(s.Shape, func(e *Extent) bool { return e.Kind == ExtentUnlimited }) {
			c.list.Errorf(s.Filters[0].Pos, diag.BadFilter, "source %s has filters and no chunk", s.Name).Hintf("HDF5 filters chunks: chunk: [1, 256, 2048]")
		}
		c.sourceAxes(s)
	}
}

// sourceVars finds the variables that number the members of s.
func (c *checker) sourceVars(s *SourceSet) {
	named := func(v *Var) bool {
		return s.File.UsesVar(v) || s.Path.UsesVar(v) || slices.ContainsFunc(s.Select, func(sel *Selector) bool {
			return sel.Start.UsesVar(v) || sel.Stop.UsesVar(v) || sel.Step.UsesVar(v) || sel.Index.UsesVar(v)
		})
	}
	for _, v := range c.l.Vars {
		shape := slices.IndexFunc(s.Shape, func(e *Extent) bool { return e.Expr.UsesVar(v) })
		switch {
		case named(v):
			s.Vars = append(s.Vars, v)
		case shape >= 0:
			s.Vars = append(s.Vars, v)
			c.list.Errorf(s.Shape[shape].Pos, diag.SameSource, "the shape of source %s depends on %s, and its file, path and select do not", s.Name, v.Name).
				Hintf("members that differ in %s alone are one dataset, which has one shape", v.Name)
		}
		if v.Open && slices.Contains(s.Vars, v) {
			c.openVar(s, v)
		}
	}
}

// openVar checks that HDF5 can number the members of s along v itself.
func (c *checker) openVar(s *SourceSet, v *Var) {
	for _, t := range []*Template{s.File, s.Path} {
		if t == nil {
			continue
		}
		for _, p := range t.Parts {
			if p.Expr == nil || !p.Expr.UsesVar(v) {
				continue
			}
			if _, plain := p.Expr.Root.(*Ref); !plain || p.Width > 0 {
				c.list.Errorf(p.Expr.Pos, diag.UnpaddedPattern, "{%s} of the open variable %s is not the bare number", partString(p), v.Name).
					Hintf("{%s}: HDF5 counts such files itself, from 0, without padding or arithmetic", v.Name)
			}
		}
	}
	for i, e := range s.Shape {
		if e.Expr.UsesVar(v) || e.Kind != ExtentExpr {
			c.list.Errorf(e.Pos, diag.OpenRange, "axis %d of source %s is not of one fixed length for all %s", i, s.Name, v.Name).
				Hintf("members of an open variable all have the same shape")
		}
	}
	for _, sel := range s.Select {
		for _, e := range []*Expr{sel.Start, sel.Stop, sel.Step, sel.Index} {
			if e.UsesVar(v) {
				c.list.Errorf(e.Pos, diag.OpenRange, "select of source %s depends on the open variable %s", s.Name, v.Name).
					Hintf("HDF5 takes the same part of each such file")
			}
		}
	}
}

func partString(p Part) string {
	if p.Width > 0 {
		return fmt.Sprintf("%s:0%d", p.Expr, p.Width)
	}
	return p.Expr.String()
}

func (c *checker) sourceShape(s *SourceSet) {
	if len(s.Shape) > maxAxisRank {
		c.list.Errorf(s.Pos, diag.BadShape, "source %s has %d axes; HDF5 has at most %d", s.Name, len(s.Shape), maxAxisRank)
	}
	growing := false
	for _, e := range s.Shape {
		if v, ok := e.Expr.Constant(); ok && v < 0 {
			c.list.Errorf(e.Pos, diag.NoValue, "negative length %d in the shape of source %s", v, s.Name)
		}
		if e.Kind != ExtentUnlimited {
			continue
		}
		if growing {
			c.list.Errorf(e.Pos, diag.GrowingAxis, "source %s grows along two axes", s.Name).Hintf("HDF5 maps one growing axis")
		}
		growing = true
	}
	if s.Select != nil && len(s.Select) != len(s.Shape) && len(s.Shape) > 0 {
		c.list.Errorf(s.Pos, diag.BadSelect, "select of source %s has %s, its shape has %s", s.Name,
			plural(len(s.Select), "entry"), plural(len(s.Shape), "axis")).Hintf(`":" takes a whole axis`)
	}
}

func (c *checker) chunk(s *SourceSet) {
	if s.Chunk == nil {
		return
	}
	if len(s.Chunk) != len(s.Shape) {
		c.list.Errorf(s.Pos, diag.BadChunk, "chunk of source %s has %d lengths, its shape has %s", s.Name, len(s.Chunk), plural(len(s.Shape), "axis"))
		return
	}
	for i, e := range s.Chunk {
		n, ok := e.Constant()
		if !ok {
			continue
		}
		if n < 1 {
			c.list.Errorf(e.Pos, diag.BadChunk, "chunk length %d of source %s", n, s.Name).Hintf("1 or more")
		}
		if x, ok := s.Shape[i].Expr.Constant(); ok && x > 0 && n > x {
			c.list.Errorf(e.Pos, diag.BadChunk, "chunk length %d of source %s is larger than its axis of %d", n, s.Name, x)
		}
	}
}

// sourceAxes computes the axes that rules see.
func (c *checker) sourceAxes(s *SourceSet) {
	for i, e := range s.Shape {
		var sel *Selector
		if i < len(s.Select) {
			sel = s.Select[i]
		}
		if sel != nil && sel.Index != nil {
			if v, ok := sel.Index.Constant(); ok && v < 0 {
				c.list.Errorf(sel.Pos, diag.BadSelect, "negative index %d", v).Hintf("indexes count from 0")
			}
			if e.Kind == ExtentUnlimited {
				c.list.Errorf(sel.Pos, diag.GrowingAxis, "an index on the growing axis %d of source %s", i, s.Name).Hintf("give the axis a length, or take it whole")
			}
			continue
		}
		s.Axes = append(s.Axes, c.sourceAxis(i, e, sel))
	}
}

func (c *checker) sourceAxis(i int, e *Extent, sel *Selector) SourceAxis {
	a := SourceAxis{Axis: i, Kind: e.Kind, Length: e.Expr}
	if sel == nil || sel.Whole() {
		return a
	}
	if v, ok := sel.Step.Constant(); ok && v < 1 {
		c.list.Errorf(sel.Step.Pos, diag.BadSelect, "step %d", v).Hintf("1 or more: HDF5 has no negative stride")
	}
	stop := sel.Stop
	if stop == nil {
		stop = e.Expr // nil for unlimited and probe
	} else {
		a.Kind = ExtentExpr
	}
	start := sel.Start
	if start == nil {
		start = IntExpr(0)
	}
	a.Length = exprBinary('-', stop, start)
	if sel.Step != nil {
		a.Length = exprCall("ceildiv", a.Length, sel.Step)
	}
	if v, ok := a.Length.Constant(); ok && v < 0 {
		c.list.Errorf(sel.Pos, diag.BadSelect, "%q ends before it starts", sel.Text).
			Hintf("start:stop or start:stop:step, with 0 ≤ start ≤ stop ≤ the length")
	}
	return a
}
