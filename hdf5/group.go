package hdf5

import (
	"cmp"
	"iter"
	"slices"
	"strings"
)

// Group is a group of a file: names that lead to objects.
type Group struct{ entity }

// Links yields the links of the group, in order of the bytes of their names. It stops at the first error.
func (g *Group) Links() iter.Seq2[Link, error] {
	return g.sorted(func(a, b Link) int { return strings.Compare(a.Name, b.Name) })
}

// LinksCreated yields the links of the group in the order in which they were created, if TracksOrder, and like Links otherwise.
func (g *Group) LinksCreated() iter.Seq2[Link, error] {
	return g.sorted(func(a, b Link) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), strings.Compare(a.Name, b.Name))
	})
}

// TracksOrder reports whether the group keeps the order in which its links were created, as its creator wished (h5py's track_order).
func (g *Group) TracksOrder() (bool, error) {
	node, err := g.file.groupNode(g.addr)
	if err != nil {
		return false, g.place(err)
	}
	return node.tracked, nil
}

func (g *Group) sorted(order func(a, b Link) int) iter.Seq2[Link, error] {
	return func(yield func(Link, error) bool) {
		node, err := g.file.groupNode(g.addr)
		if err != nil {
			yield(Link{}, g.place(err))
			return
		}
		links, err := node.list()
		if err != nil {
			yield(Link{}, g.place(err))
			return
		}
		slices.SortStableFunc(links, order)
		for _, l := range links {
			if !yield(l, nil) {
				return
			}
		}
	}
}

// Link finds a link by its name, without looking at the others; the error is a *NotFoundError when there is none. The link is not followed.
func (g *Group) Link(name string) (Link, error) {
	node, err := g.file.groupNode(g.addr)
	if err != nil {
		return Link{}, g.place(err)
	}
	l, found, err := node.find(name)
	if err != nil {
		return Link{}, g.place(err)
	}
	if !found {
		return Link{}, &NotFoundError{File: g.file.name, Path: join(g.path, name)}
	}
	return l, nil
}

// Group finds a group. path is relative to g unless it starts with a slash. Errors are those of File.Group.
func (g *Group) Group(path string) (*Group, error) { return objectAs[*Group](g, path, "a group") }

// Dataset finds a dataset, like Group.
func (g *Group) Dataset(path string) (*Dataset, error) {
	return objectAs[*Dataset](g, path, "a dataset")
}

// Object finds an object of any kind, like Group. An empty path, "." and "/" are groups too.
func (g *Group) Object(path string) (Object, error) {
	at, err := g.file.resolve(g, path)
	if err != nil {
		return nil, err
	}
	return at.file.objectAt(at.addr, at.path)
}
