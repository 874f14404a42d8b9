package hdf5

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// maxLinks is how many soft and external links a path may lead through, all together: libhdf5's own limit. Links that lead to
// each other end there.
const maxLinks = 16

// join puts a name behind the path of a group.
func join(path, name string) string {
	if path == "/" {
		return "/" + name
	}
	return path + "/" + name
}

// place is where a path has led so far.
type place struct {
	file *File
	addr uint64
	path string // in file
}

// resolver follows one path.
type resolver struct {
	start place  // where it began, for errors
	asked string // the path that was asked for, for errors
	links int    // soft and external links so far
}

// resolve follows a path from a group.
func (f *File) resolve(g *Group, path string) (place, error) {
	asked := path
	if !strings.HasPrefix(path, "/") {
		asked = join(g.path, path)
	}
	r := resolver{start: place{f, g.addr, g.path}, asked: asked}
	return r.walk(r.start, path)
}

// walk follows a path, absolute or relative to from. Empty components and "." say nothing; ".." is a name like any other.
func (r *resolver) walk(from place, path string) (place, error) {
	at := from
	if strings.HasPrefix(path, "/") {
		at = place{from.file, from.file.root, "/"}
	}
	for name := range strings.SplitSeq(path, "/") {
		if name == "" || name == "." {
			continue
		}
		next, err := r.step(at, name)
		if err != nil {
			return place{}, err
		}
		at = next
	}
	return at, nil
}

// step follows one link.
func (r *resolver) step(at place, name string) (place, error) {
	node, err := at.file.groupNode(at.addr)
	if errors.Is(err, ErrKind) {
		return place{}, r.missing(at, name, fmt.Errorf("%s is not a group", at.path))
	}
	if err != nil {
		return place{}, fmt.Errorf("%s: %w", at.path, err)
	}
	link, found, err := node.find(name)
	if err != nil {
		return place{}, fmt.Errorf("%s: %w", at.path, err)
	}
	if !found {
		return place{}, r.missing(at, name, nil)
	}
	path := join(at.path, name)
	switch link.Kind {
	case HardLink:
		if link.Address == cursor.Undefined {
			return place{}, &FormatError{File: at.file.name, Offset: -1, What: fmt.Sprintf("link %s: its address is undefined", path)}
		}
		return place{at.file, link.Address, path}, nil
	case UserLink:
		return place{}, &UnsupportedError{File: at.file.name, Feature: fmt.Sprintf("following %s, a user-defined link of type %d", path, link.UserType)}
	}
	if r.links++; r.links > maxLinks {
		return place{}, r.missing(at, name, fmt.Errorf("the path leads through more than %d soft and external links", maxLinks))
	}
	next, err := r.redirect(at, link)
	if err != nil {
		return place{}, r.missing(at, name, fmt.Errorf("%s: %w", link, err))
	}
	return next, nil
}

// missing is the error of a path that ends at a name; err says why, nil that there is nothing of the name.
func (r *resolver) missing(at place, name string, err error) error {
	return &NotFoundError{File: at.file.name, Path: r.asked, Missing: join(at.path, name), Err: err}
}

// redirect follows a soft or external link. The path of what a soft link leads to stays the one that was asked for: it is how the caller knows it.
func (r *resolver) redirect(at place, link Link) (place, error) {
	if link.Kind == SoftLink {
		next, err := r.walk(at, link.Target)
		if next.file == at.file {
			next.path = join(at.path, link.Name)
		}
		return next, err
	}
	file, err := at.file.externalFile(link.TargetFile)
	if err != nil {
		return place{}, err
	}
	return r.walk(place{file, file.root, "/"}, link.Target)
}
