package model

import (
	"slices"

	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// constantFaults finds the faults that hold whatever the parameters are, because they cancel out of the difference that decides: a part of an axis that
// reaches beyond its end, an extent that is too small. Faults of layouts whose every parameter is known are found by lowering them.
func (c *checker) constantFaults() {
	for _, s := range c.l.Sources {
		c.constantSource(s)
	}
	var done []*Dataset
	for _, v := range c.l.Virtual {
		if v.Source == nil || slices.Contains(done, v.Decl) {
			continue
		}
		done = append(done, v.Decl)
		for _, a := range v.Decl.Axes {
			c.constantExtent(a, v.Source)
			c.constantSplit(a, v.Source)
		}
		c.constantWindow(v)
	}
}

// known returns the value of an expression whose parameters and variables cancel out.
func known(e *Expr) (int64, bool) {
	if v, ok := e.Constant(); ok {
		return v, true
	}
	return simplify(e).Constant()
}

// excess returns a - b where that is the same for all values; 0 where it is not, or where a or b is nil.
func excess(a, b *Expr) int64 {
	v, _ := known(exprBinary('-', a, b))
	return v
}

func (c *checker) constantSource(s *SourceSet) {
	for i, e := range s.Shape {
		if v, ok := known(e.Expr); ok && v < 0 {
			c.list.Errorf(e.Pos, diag.NoValue, "length %s of source %s is negative: %d", e.Expr, s.Name, v).Hintf("0 or more")
		} else if ok && v > maxExtent {
			c.list.Errorf(e.Pos, diag.NoValue, "length %d of source %s: HDF5 holds at most %d elements along an axis here", v, s.Name, int64(maxExtent))
		}
		if i >= len(s.Select) || s.Select[i] == nil {
			continue
		}
		sel := s.Select[i]
		if at, ok := known(exprBinary('-', sel.Index, e.Expr)); ok && at >= 0 {
			c.list.Errorf(sel.Pos, diag.BadSelect, "index %s of source %s lies beyond axis %d, which is %s long", sel.Index, s.Name, i, e.Expr).
				Hintf("indexes count from 0")
		}
		if why := sel.fault(e.Expr); why != "" {
			c.list.Errorf(sel.Pos, diag.BadSelect, "%q of source %s %s, and axis %d is %s", sel.Text, s.Name, why, i, long(e.Expr)).
				Hintf("start:stop or start:stop:step, with 0 ≤ start ≤ stop ≤ the length")
		}
	}
}

// long writes the length of an axis for messages, nil for one that is read from files.
func long(length *Expr) string {
	if length == nil {
		return "as long as its files say"
	}
	return length.String() + " long"
}

// fault says what is wrong at all values with a range over length elements, "" when nothing is.
func (s *Selector) fault(length *Expr) string {
	for _, e := range []*Expr{s.Start, s.Stop} {
		if v, ok := known(e); ok && v < 0 {
			return "holds " + e.String() + ", which is negative"
		}
	}
	switch {
	case excess(s.Stop, length) > 0:
		return "reaches to " + s.Stop.String()
	case s.Stop == nil && excess(s.Start, length) > 0:
		return "starts at " + s.Start.String()
	case excess(s.Start, s.Stop) > 0:
		return "ends before it starts"
	}
	return ""
}

func (c *checker) constantExtent(a *Axis, s *SourceSet) {
	if a.Extent == nil || a.SourceAxes == nil {
		return
	}
	if v, ok := known(a.Extent); ok && v < 0 {
		c.list.Errorf(a.Extent.Pos, diag.NoValue, "extent of axis %s is negative: %s", axisKey(a), a.Extent).Hintf("at least what its members take")
		return
	}
	if length := a.StreamLength(s); excess(length, a.Extent) > 0 {
		c.list.Errorf(a.Extent.Pos, diag.BadExtent, "extent of axis %s is %s, and its members take %s", axisKey(a), a.Extent, length).
			Hintf("at least %s, or leave extent out", length)
	}
}

func (c *checker) constantSplit(a *Axis, s *SourceSet) {
	if len(a.Rules) == 0 || a.SourceAxes == nil {
		return
	}
	r := a.Rules[len(a.Rules)-1]
	if r.Kind != RuleSplit || len(r.Sizes) != 2 {
		return
	}
	for _, e := range r.Sizes {
		if v, ok := known(e); ok && v < 0 {
			c.list.Errorf(e.Pos, diag.NoValue, "split of axis %s into negative lengths: %s", axisKey(a), e).Hintf("split: [rows, columns]")
			return
		}
	}
	length := a.StreamLength(s)
	if excess(exprBinary('*', r.Sizes[0], r.Sizes[1]), length) != 0 {
		c.list.Errorf(r.Pos, diag.BadSplit, "split of axis %s makes (%s) × (%s) elements, and there are %s", axisKey(a), r.Sizes[0], r.Sizes[1], length).
			Hintf("rows times columns is the length of the axis that is split")
	}
}

func (c *checker) constantWindow(v *Virtual) {
	for i, sel := range v.Window {
		if sel == nil || v.Dims[i].Unlimited {
			continue
		}
		length := v.Dims[i].Extent
		if why := sel.fault(length); why != "" {
			c.list.Errorf(sel.Pos, diag.BadWindow, "window %q of axis %s %s, and the axis is %s", sel.Text, v.Dims[i].Name, why, long(length)).
				Hintf("start:stop or start:stop:step, with 0 ≤ start ≤ stop ≤ the length")
		}
	}
}

// divisor refuses a division by what is zero for all values.
func (c *checker) divisor(n Node) {
	e := &Expr{Root: n}
	v, ok := known(e)
	if !ok || v != 0 {
		return
	}
	what := "division by zero"
	if e.String() != "0" {
		what += ": " + e.String() + " is 0"
	}
	c.list.Errorf(n.Position(), diag.NoValue, "%s", what).Hintf("divide by what is 1 or more")
}
