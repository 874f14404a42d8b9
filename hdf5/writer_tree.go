package hdf5

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

const (
	// maxName is the longest name of a link or attribute in bytes: it leaves room for the rest in a message of 65,535 bytes.
	maxName = 65_000

	// maxWriteSoftLinks is how many soft links in a row are followed, as libhdf5 does.
	maxWriteSoftLinks = 16
)

// nodeKind is the kind of an object that is being written.
type nodeKind uint8

const (
	nodeGroup nodeKind = iota
	nodeDataset
	nodeType
)

func (k nodeKind) String() string {
	return [...]string{"group", "dataset", "committed datatype"}[k]
}

// node is an object of the file that is being written.
type node struct {
	kind       nodeKind
	path       string // its first
	address    uint64 // of its header; 0 until it is settled
	size       uint64 // bytes of the header, or of the chunk of its messages
	reserved   bool   // the address was settled before the messages were known: they lie in a chunk elsewhere
	messagesAt uint64 // address of what has the messages
	references uint32 // hard links, and uses of a committed type
	links      named[link]
	attributes named[attribute]
	dataset    *DatasetWriter // of nodeDataset
	datatype   *Datatype      // of nodeType
	scales     [][]*node      // dimension scales of each axis; nil: none
	scaleOf    []scaleUse     // where it is a dimension scale

	scalesLoaded, scalesChanged bool    // of an object that was in the file: scales and scaleOf are known; and of any: they are not what the file says
	stored                      *stored // of an object that was in the file when it was opened; nil: the object is new

	linkStorage, attributeStorage dense
}

// dense is where links or attributes lie that are not in the object's header.
type dense struct {
	used        bool
	heap, index uint64 // addresses; settled after used
	orders      uint64 // address of the index by creation order, where there is one
}

// link is a link in a group.
type link struct {
	name    string
	kind    message.LinkType
	utf8    bool   // what the file says of the name
	ordered bool   // order counts
	node    *node  // where a hard link leads; nil: to address, where nobody looked yet
	target  string // of soft and external links; what links of other kinds hold
	file    string // of external links
	address uint64
	order   int64 // creation order
}

func (l link) key() string { return l.name }

// named is a list of things with names, in the order in which they came.
type named[T interface{ key() string }] struct {
	list  []T
	index map[string]int32 // nil while the list is short
}

// indexFrom is the length at which a list of names gets an index.
const indexFrom = 12

// find returns the thing of a name, to look at or to replace, or nil.
func (n *named[T]) find(name string) *T {
	if n.index != nil {
		if i, ok := n.index[name]; ok {
			return &n.list[i]
		}
		return nil
	}
	for i := range n.list {
		if n.list[i].key() == name {
			return &n.list[i]
		}
	}
	return nil
}

// add adds a thing whose name is not there yet.
func (n *named[T]) add(thing T) {
	n.list = append(n.list, thing)
	if n.index != nil {
		n.index[thing.key()] = int32(len(n.list) - 1)
		return
	}
	if len(n.list) >= indexFrom {
		n.index = make(map[string]int32, 2*indexFrom)
		for i, t := range n.list {
			n.index[t.key()] = int32(i)
		}
	}
}

// remove removes the thing of a name, which is there; the last one takes its place.
func (n *named[T]) remove(name string) {
	last := len(n.list) - 1
	i := int(n.index[name])
	if n.index == nil {
		i = slices.IndexFunc(n.list, func(t T) bool { return t.key() == name })
	}
	n.list[i] = n.list[last]
	clear(n.list[last:])
	n.list = n.list[:last]
	if n.index == nil {
		return
	}
	delete(n.index, name)
	if i < last {
		n.index[n.list[i].key()] = int32(i)
	}
}

func (w *Writer) newNode(kind nodeKind, path string) *node {
	n := &node{kind: kind, path: path, references: 1}
	w.nodes = append(w.nodes, n)
	return n
}

// wrap adds the object's path to an error.
func (n *node) wrap(err error) error { return fmt.Errorf("%s: %w", n.path, err) }

// splitPath splits a path into its names.
func splitPath(path string) ([]string, error) {
	if path == "" {
		return nil, errors.New("the path is empty")
	}
	var names []string
	for name := range strings.SplitSeq(path, "/") {
		switch {
		case name == "" || name == ".":
			continue
		case len(name) > maxName:
			return nil, fmt.Errorf("a name of %d bytes is longer than %d", len(name), maxName)
		}
		names = append(names, name)
	}
	return names, nil
}

// checkName says why a name is not stored. Other writers have stored such names; they are found.
func checkName(name string) error {
	switch {
	case strings.IndexByte(name, 0) >= 0:
		return fmt.Errorf("the name %q has a NUL in it", name)
	case !utf8.ValidString(name):
		return fmt.Errorf("the name %q is not UTF-8", name)
	}
	return nil
}

// joinPath is the path of names from the root.
func joinPath(names []string) string { return "/" + strings.Join(names, "/") }

// step follows one name of a path. links counts the soft links that were followed. The result is nil without an error if there is no such name.
func (w *Writer) step(group *node, name string, links *int) (*node, error) {
	if group.kind != nodeGroup {
		return nil, fmt.Errorf("%s is a %s, not a group", group.path, group.kind)
	}
	l, err := w.link(group, name)
	if err != nil || l == nil {
		return nil, err
	}
	switch l.kind {
	case message.LinkHard:
		return w.follow(group, l)
	case message.LinkSoft:
	case message.LinkExternal:
		return nil, fmt.Errorf("%s is an external link, and what lies behind it is not part of this file", join(group.path, name))
	default:
		return nil, fmt.Errorf("%s is a user-defined link of type %d, which only the program that made it can follow", join(group.path, name), l.kind)
	}
	if *links++; *links > maxWriteSoftLinks {
		return nil, fmt.Errorf("more than %d soft links in a row", maxWriteSoftLinks)
	}
	start := group
	if strings.HasPrefix(l.target, "/") {
		start = w.root
	}
	names, err := splitPath(l.target)
	if err != nil {
		return nil, err
	}
	found, _, err := w.walk(start, names, links)
	if err == nil && found == nil {
		err = fmt.Errorf("%s is a soft link to %s, which is not there yet", join(group.path, name), l.target)
	}
	return found, err
}

// walk follows names as far as they lead. It returns nil, and how many names it could follow, if one is not there.
func (w *Writer) walk(start *node, names []string, links *int) (found *node, followed int, err error) {
	at := start
	for i, name := range names {
		next, err := w.step(at, name, links)
		if err != nil || next == nil {
			return nil, i, err
		}
		at = next
	}
	return at, len(names), nil
}

// find finds an object that must be there.
func (w *Writer) find(path string) (*node, error) {
	names, err := splitPath(path)
	if err != nil {
		return nil, err
	}
	links := 0
	n, followed, err := w.walk(w.root, names, &links)
	if err == nil && n == nil {
		err = &NotFoundError{File: w.name, Path: path, Missing: joinPath(names[:followed+1]), Err: errors.New("create it first")}
	}
	return n, err
}

// makeGroups finds a group and makes those on the way that are not there.
func (w *Writer) makeGroups(names []string) (*node, error) {
	at := w.root
	for i, name := range names {
		links := 0
		next, err := w.step(at, name, &links)
		if err != nil {
			return nil, err
		}
		if next == nil {
			next = w.newNode(nodeGroup, joinPath(names[:i+1]))
			if err := w.insert(at, link{name: name, kind: message.LinkHard, node: next}); err != nil {
				return nil, err
			}
		}
		at = next
	}
	if at.kind != nodeGroup {
		return nil, fmt.Errorf("%s is a %s, not a group", at.path, at.kind)
	}
	return at, nil
}

// place finds where a new name goes: its group, made if need be, and the name there.
func (w *Writer) place(path string) (group *node, name string, err error) {
	names, err := splitPath(path)
	if err != nil {
		return nil, "", err
	}
	if len(names) == 0 {
		return nil, "", fmt.Errorf("%s is the root group; %w", path, fs.ErrExist)
	}
	last := len(names) - 1
	if group, err = w.makeGroups(names[:last]); err != nil {
		return nil, "", err
	}
	there, err := w.link(group, names[last])
	if err != nil {
		return nil, "", err
	}
	if there != nil {
		return nil, "", fmt.Errorf("%s: %w in this file; choose another name", joinPath(names), fs.ErrExist)
	}
	return group, names[last], nil
}

// create makes a new object with its first hard link.
func (w *Writer) create(kind nodeKind, path string) (*node, error) {
	group, name, err := w.place(path)
	if err != nil {
		return nil, err
	}
	n := w.newNode(kind, join(group.path, name))
	return n, w.insert(group, link{name: name, kind: message.LinkHard, node: n})
}

// CreateGroup makes a group and those above it. A group that is there already is fine.
func (w *Writer) CreateGroup(path string) error {
	return w.do("creating group", path, func() error {
		names, err := splitPath(path)
		if err != nil {
			return err
		}
		_, err = w.makeGroups(names)
		return err
	})
}
