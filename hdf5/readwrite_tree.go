package hdf5

import (
	"fmt"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// storedLinks is what the file has of the links of a group.
type storedLinks struct {
	symbols *message.SymbolTable // oldest form
	info    *message.LinkInfo    // newer form
	loaded  bool                 // the links of the node are all there are; else they are still in the file only
	changed bool
}

// number gives a new link its creation order, where the group keeps it.
func (s *storedLinks) number(l *link) error {
	if s.info == nil || !s.info.Tracked {
		return nil
	}
	l.ordered, l.order = true, int64(s.info.MaxOrder)
	s.info.MaxOrder++
	return nil
}

// nodeAt is the object with a header in the file as it was opened. path is one that leads there.
func (w *Writer) nodeAt(address uint64, path string) (*node, error) {
	if n := w.stored[address]; n != nil {
		if strings.HasPrefix(n.path, "<") {
			n.path = path // it was known by an object reference only
		}
		return n, nil
	}
	if address == cursor.Undefined {
		return nil, &FormatError{File: w.name, Offset: -1, What: fmt.Sprintf("link %s: its address is undefined", path)}
	}
	h, err := objectheader.Read(w.file.reader, address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	s := &stored{header: h}
	if s.head, err = objectheader.ReadHead(w.file.reader, h); err != nil {
		return nil, err
	}
	kind, err := w.file.kindOf(h)
	if err == nil && kind == nodeGroup {
		err = w.file.readLinkStorage(s)
	}
	if err == nil {
		err = w.file.readReferences(s)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	n := w.newNode(kind, path)
	n.stored, n.address, n.references = s, address, s.references
	w.stored[address] = n
	return n, nil
}

// kindOf tells by its messages what an object is.
func (f *File) kindOf(h *objectheader.Header) (nodeKind, error) {
	switch {
	case h.Has(message.TypeDataspace) && h.Has(message.TypeDatatype):
		return nodeDataset, nil
	case h.Has(message.TypeSymbolTable), h.Has(message.TypeLinkInfo):
		return nodeGroup, nil
	case h.Has(message.TypeDatatype):
		return nodeType, nil
	}
	return 0, fmt.Errorf("%s: %w: the object at address %#x is neither a group nor a dataset nor a datatype", f.name, ErrKind, h.Address)
}

// readLinkStorage takes what a group's header says about its links.
func (f *File) readLinkStorage(s *stored) error {
	if m := s.header.Find(message.TypeLinkInfo); m != nil {
		c := f.reader.Over(m.Body, m.Address, m.Type.String())
		info, err := message.DecodeLinkInfo(&c)
		s.links.info = &info
		return err
	}
	m := s.header.Find(message.TypeSymbolTable)
	c := f.reader.Over(m.Body, m.Address, m.Type.String())
	symbols, err := message.DecodeSymbolTable(&c)
	s.links.symbols = &symbols
	return err
}

// readReferences takes the number of hard links to an object.
func (f *File) readReferences(s *stored) error {
	s.references = 1
	if s.header.Version == 1 {
		s.references = s.head.References
		return nil
	}
	m := s.header.Find(message.TypeReferenceCount)
	if m == nil {
		return nil
	}
	c := f.reader.Over(m.Body, m.Address, m.Type.String())
	c.Version(0)
	s.references = c.U32()
	return c.Err()
}

// changeable says why an object must not be changed. It is asked before every change.
func (w *Writer) changeable(n *node) error {
	if n.stored == nil {
		return nil
	}
	if have, need := n.stored.head.Room(); have < need {
		return &UnsupportedError{File: w.name, Feature: fmt.Sprintf("changing %s, whose object header has %d bytes where %d are needed; h5repack makes a file in which it has them", n.path, have, need)}
	}
	for _, m := range n.stored.header.Messages {
		if m.Type > message.LastType && m.Flags&message.FlagFailOnWrite != 0 {
			return &UnsupportedError{File: w.name, Feature: fmt.Sprintf("changing %s: it has a message of the unknown type %#x, and only who knows it may change the object", n.path, uint16(m.Type))}
		}
	}
	return nil
}

// link finds a link of a group, or nil. It is good to look at only, and until the next change.
func (w *Writer) link(group *node, name string) (*link, error) {
	if group.stored == nil || group.stored.links.loaded {
		return group.links.find(name), nil
	}
	g, err := w.file.groupNode(group.address)
	if err != nil {
		return nil, err
	}
	l, found, err := g.find(name)
	if err != nil || !found {
		return nil, err
	}
	converted := readLink(l)
	return &converted, nil
}

// readLink is a link of a group that keeps neither order nor character sets, or of which these do not matter.
func readLink(l Link) link {
	converted := link{name: l.Name, utf8: !isASCII(l.Name), target: l.Target, file: l.TargetFile, address: l.Address}
	switch l.Kind {
	case SoftLink:
		converted.kind = message.LinkSoft
	case ExternalLink:
		converted.kind = message.LinkExternal
	case UserLink:
		converted.kind, converted.target = message.LinkType(l.UserType), string(l.UserData)
	}
	return converted
}

// follow is the object to which a hard link of a group leads.
func (w *Writer) follow(group *node, l *link) (*node, error) {
	if l.node == nil {
		n, err := w.nodeAt(l.address, join(group.path, l.name))
		if err != nil {
			return nil, err
		}
		l.node = n
	}
	if l.node.stored != nil && group.stored != nil && group.stored.links.symbols != nil {
		l.node.stored.addParent(group)
	}
	return l.node, nil
}

// addParent remembers an old-style group that links to the object.
func (s *stored) addParent(group *node) {
	for _, p := range s.parents {
		if p == group {
			return
		}
	}
	s.parents = append(s.parents, group)
}

// changeLinks prepares a group that was in the file for changes of its links.
func (w *Writer) changeLinks(n *node) error {
	if err := w.changeable(n); err != nil {
		return err
	}
	n.stored.links.changed = true
	return w.loadLinks(n)
}

// loadLinks reads all links of a group.
func (w *Writer) loadLinks(n *node) error {
	s := &n.stored.links
	if s.loaded {
		return nil
	}
	s.loaded = true
	if s.symbols != nil {
		g := groupNode{file: w.file, symbols: s.symbols}
		list, err := g.listSymbols()
		for _, l := range list {
			n.links.add(readLink(l))
		}
		return err
	}
	return w.file.newLinks(n.stored, func(m message.Link) {
		l := readLink(newLink(m))
		l.utf8, l.ordered, l.order = m.UTF8, m.HasOrder, m.Order
		n.links.add(l)
	})
}

// newLinks gives all links of a group of the newer form.
func (f *File) newLinks(s *stored, take func(message.Link)) error {
	if s.links.info.Heap == cursor.Undefined {
		for i := range s.header.Messages {
			m := &s.header.Messages[i]
			if m.Type != message.TypeLink {
				continue
			}
			c := f.reader.Over(m.Body, m.Address, m.Type.String())
			l, err := message.DecodeLink(&c)
			if err != nil {
				return err
			}
			take(l)
		}
		return nil
	}
	g := groupNode{file: f, info: s.links.info}
	h, t, err := g.dense()
	if err != nil {
		return err
	}
	listed := newListing(f, h.Filtered())
	return t.Walk(func(record []byte) (bool, error) {
		c, err := g.denseLink(h, record[linkRecord:])
		if err != nil {
			return false, err
		}
		size := uint64(c.Len())
		l, err := message.DecodeLink(&c)
		if err != nil {
			return false, err
		}
		take(l)
		return true, listed.account(size)
	})
}

// linkMessages are the messages that say where the links of a changed group are; what is not in them is written.
func (w *Writer) linkMessages(n *node) ([]objectheader.Message, error) {
	s := &n.stored.links
	if s.symbols != nil && !n.needsNewLinks() {
		m, err := w.writeSymbolTable(n)
		return []objectheader.Message{{Type: message.TypeSymbolTable, Body: m.Append(nil)}}, err
	}
	var list []objectheader.Message
	info := message.LinkInfo{}
	if s.info != nil {
		info = *s.info
	}
	if !n.stored.header.Has(message.TypeGroupInfo) {
		list = append(list, objectheader.Message{Type: message.TypeGroupInfo, Flags: message.FlagConstant, Body: message.GroupInfo{}.Append(nil)})
	}
	wasDense := s.info != nil && s.info.Heap != cursor.Undefined
	info.Heap, info.NameIndex, info.OrderTree = cursor.Undefined, cursor.Undefined, cursor.Undefined
	if count := len(n.links.list); count > maxCompactLinks || wasDense && count > 0 {
		d, err := w.writeLinks(n.links.list, info.Indexed)
		if err != nil {
			return nil, err
		}
		info.Heap, info.NameIndex, info.OrderTree = d.heap, d.index, d.orders
	} else {
		for i := range n.links.list {
			list = append(list, objectheader.Message{Type: message.TypeLink, Body: n.links.list[i].message().Append(nil)})
		}
	}
	return append(list, objectheader.Message{Type: message.TypeLinkInfo, Body: info.Append(nil)}), nil
}

// needsNewLinks reports whether a group has links that a symbol table cannot have.
func (n *node) needsNewLinks() bool {
	for i := range n.links.list {
		if l := &n.links.list[i]; l.utf8 || l.kind != message.LinkHard && l.kind != message.LinkSoft {
			return true
		}
	}
	return false
}

// storedDataset finds a dataset that was in the file when it was opened, and what there was to read of it.
func (w *Writer) storedDataset(path string) (*node, *Dataset, error) {
	n, err := w.find(path)
	if err != nil {
		return nil, nil, err
	}
	if n.stored == nil {
		return nil, nil, fmt.Errorf("%s was created in this session; write through what created it", n.path)
	}
	d, err := w.readDataset(n)
	if err != nil {
		return nil, nil, err
	}
	return n, d, w.changeable(n)
}
