package hdf5

import "iter"

// Group is a group of a file.
type Group struct{ object }

// Links yields the links of the group, in order of their names.
func (g *Group) Links() iter.Seq2[Link, error] { return func(yield func(Link, error) bool) {} }

// Link finds a link by its name; the error is a *NotFoundError when there is none.
func (g *Group) Link(name string) (Link, error) { return Link{}, ErrNotFound }
