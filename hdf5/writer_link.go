package hdf5

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// HardLink makes another name for the object at target, which must be there; groups above the name are made.
func (w *Writer) HardLink(path, target string) error {
	return w.do("making a hard link", path, func() error {
		n, err := w.find(target)
		if err != nil {
			return err
		}
		if err := w.changeable(n); err != nil {
			return err // links are counted in its header
		}
		n.references++
		return w.addLink(path, link{kind: message.LinkHard, node: n})
	})
}

// SoftLink makes a link to a path of this file, from the root group or, without a leading slash, from the link's group. The path need not lead anywhere.
func (w *Writer) SoftLink(path, target string) error {
	return w.do("making a soft link", path, func() error {
		if err := checkTarget(target); err != nil {
			return err
		}
		return w.addLink(path, link{kind: message.LinkSoft, target: target})
	})
}

// ExternalLink makes a link to a path of another file, neither of which need be there. Readers look for a relative file name in
// the folder of this file.
func (w *Writer) ExternalLink(path, file, target string) error {
	return w.do("making an external link", path, func() error {
		if file == "" || strings.IndexByte(file, 0) >= 0 {
			return fmt.Errorf("the file name %q is empty or has a NUL in it", file)
		}
		if err := checkTarget(target); err != nil {
			return err
		}
		return w.addLink(path, link{kind: message.LinkExternal, file: file, target: target})
	})
}

// checkTarget says why a path cannot be stored in a link.
func checkTarget(target string) error {
	if target == "" || strings.IndexByte(target, 0) >= 0 {
		return fmt.Errorf("the path %q that it leads to is empty or has a NUL in it", target)
	}
	return nil
}

func (w *Writer) addLink(path string, l link) error {
	group, name, err := w.place(path)
	if err != nil {
		return err
	}
	l.name = name
	if n := len(name) + len(l.target) + len(l.file); n > maxName {
		return fmt.Errorf("name and target have %d bytes together, more than the %d that a link holds", n, maxName)
	}
	return w.insert(group, l)
}

// insert puts a link into a group, in which there is none of the name.
func (w *Writer) insert(group *node, l link) error {
	if err := checkName(l.name); err != nil {
		return err
	}
	if l.utf8 = !isASCII(l.name); group.stored != nil {
		if err := w.changeLinks(group); err != nil {
			return err
		}
		if err := group.stored.links.number(&l); err != nil {
			return err
		}
	}
	group.links.add(l)
	return nil
}

// Unlink removes the link at a path, of any kind; the link itself, not what it leads to. An object to which no link leads any more is gone, with all that could be reached only through it, and so are its
// elements, but the file does not get smaller: h5repack does that. Elements of a dataset that were created in this session can still be written, to no effect.
func (w *Writer) Unlink(path string) error {
	return w.do("removing a link", path, func() error {
		names, err := splitPath(path)
		if err != nil {
			return err
		}
		if len(names) == 0 {
			return errors.New("the root group has no link that could be removed")
		}
		last := len(names) - 1
		links := 0
		group, followed, err := w.walk(w.root, names[:last], &links)
		if err != nil {
			return err
		}
		missing := &NotFoundError{File: w.name, Path: path, Missing: joinPath(names[:followed+1])}
		if group == nil {
			return missing
		}
		l, err := w.link(group, names[last])
		if err != nil {
			return err
		}
		if l == nil {
			return missing
		}
		return w.remove(group, l)
	})
}

// remove removes a link of a group.
func (w *Writer) remove(group *node, l *link) error {
	removed := *l
	if group.stored != nil {
		if err := w.changeLinks(group); err != nil {
			return err
		}
	}
	group.links.remove(removed.name)
	if removed.kind != message.LinkHard {
		return nil
	}
	n, err := w.follow(group, &removed)
	if err != nil {
		return err
	}
	return w.release(n)
}

// release takes note of a hard link that is gone. With the last one the object goes, and the links that it has.
func (w *Writer) release(n *node) error {
	if n.references > 0 {
		n.references--
	}
	if n.references > 0 || n.kind != nodeGroup {
		return nil
	}
	if n.stored != nil {
		if err := w.loadLinks(n); err != nil {
			return err
		}
	}
	for i := range n.links.list {
		l := &n.links.list[i]
		if l.kind != message.LinkHard {
			continue
		}
		target, err := w.follow(n, l)
		if err == nil {
			err = w.release(target)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
