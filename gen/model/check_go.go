package model

import (
	"github.com/vdsgen/vdsgen/gen/internal/diag"
)

// goScope is one set of Go names that must be different.
type goScope struct {
	c     *checker
	taken map[string]goName
}

type goName struct {
	what string
	pos  diag.Pos
}

// goPair are the places of two names that collide. Each gives several names to generated code, which would all be found to collide.
type goPair struct{ first, second diag.Pos }

func (c *checker) goScope() *goScope { return &goScope{c, map[string]goName{}} }

// add claims name for what.
func (s *goScope) add(name, what string, pos diag.Pos) {
	if name == "" {
		return
	}
	first, dup := s.taken[name]
	if !dup {
		s.taken[name] = goName{what, pos}
		return
	}
	pair := goPair{first.pos, pos}
	if s.c.collided[pair] {
		return
	}
	s.c.collided[pair] = true
	d := s.c.list.Errorf(pos, diag.GoCollision, "%s and %s are both %s in Go", first.what, what, name)
	if first.pos.IsValid() {
		d.Hintf("rename one of them; the other is in line %d", first.pos.Line)
	} else {
		d.Hintf("rename it")
	}
}

// goNames refuses names that collide in the generated Go code.
func (c *checker) goNames() {
	l := c.l
	c.collided = map[goPair]bool{}
	top := c.goScope()
	if l.Form == FormGo {
		top.add(l.Name.Name, "the layout", l.Name.Pos)
	}
	top.add(l.ParamsName(), "the parameters of the layout", l.Name.Pos)
	top.add(l.NewParamsName(), "the function that fills in defaults", l.Name.Pos)
	top.add(l.BuildName(), "the builder", l.Name.Pos)
	top.add(l.OpenName(), "the function that opens a file", l.Name.Pos)
	top.add(l.OpenExactName(), "the function that opens a file of known parameters", l.Name.Pos)
	top.add(l.ReaderName(), "the reader", l.Name.Pos)
	for _, s := range l.Sources {
		top.add(l.CreateName(s), "the function that creates source "+s.Name, s.Pos)
		top.add(l.WriterName(s), "the writer of source "+s.Name, s.Pos)
	}
	for _, v := range l.Virtual {
		top.add(l.DatasetName(v), "dataset "+v.Path, v.NamePos)
		top.add(l.SliceName(v), "the slice of dataset "+v.Path, v.NamePos)
	}
	for _, t := range l.Types {
		if !t.Declared {
			top.add(t.Name, "type "+t.Name, t.Pos)
		}
	}
	params := c.goScope()
	for _, p := range l.Params {
		params.add(GoName(p.Name), "parameter "+p.Name, p.Pos)
	}
	vars := c.goScope()
	for _, v := range l.Vars {
		vars.add(GoParam(v.Name), "variable "+v.Name, v.Pos)
	}
	reader := c.goScope()
	for _, m := range []string{"Verify", "Close"} {
		reader.add(m, "method "+m+" of the reader", diag.Pos{})
	}
	for _, v := range l.Virtual {
		reader.add(v.Name, "dataset "+v.Path, v.NamePos)
		c.datasetNames(v)
	}
}

// datasetNames checks the fields of a dataset's slice, one an axis.
func (c *checker) datasetNames(v *Virtual) {
	axes := c.goScope()
	for _, d := range v.Dims {
		axes.add(d.GoName, "axis "+d.Name, d.Pos)
	}
}
