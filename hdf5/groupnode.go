package hdf5

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// groupBudget bounds the groups that a file keeps in memory, in bytes: those on the way to what is read now.
const groupBudget = 256 << 10

// symbolCacheSoft is the cache type of a symbol table entry that is a soft link.
const symbolCacheSoft = 2

// groupNode is how a group finds its links: one of the three forms of groups. It is immutable, and safe for concurrent use.
type groupNode struct {
	file    *File
	compact []Link               // links in the header, sorted by name
	symbols *message.SymbolTable // old-style groups
	info    *message.LinkInfo    // dense groups
	tracked bool                 // links know the order in which they were created
}

// groupNode reads what the object at an address says about its links. The error wraps ErrKind if it is not a group.
func (f *File) groupNode(addr uint64) (*groupNode, error) {
	if node, ok := f.groups.Get(addr); ok {
		return node, nil
	}
	epoch := f.reader.Epoch()
	h, err := object.Read(f.reader, addr)
	if err != nil {
		return nil, err
	}
	node, err := f.newGroupNode(h)
	if err != nil {
		return nil, err
	}
	cost := 128
	for i := range node.compact {
		cost += 128 + int(node.compact[i].size())
	}
	f.reader.Keep(epoch, func() { f.groups.Put(addr, node, cost) })
	return node, nil
}

func (f *File) newGroupNode(h *object.Header) (*groupNode, error) {
	node := &groupNode{file: f}
	if m := h.Find(message.TypeLinkInfo); m != nil {
		c := f.reader.Over(m.Body, m.Address, m.Type.String())
		info, err := message.DecodeLinkInfo(&c)
		if err != nil {
			return nil, err
		}
		node.tracked = info.Tracked
		if info.Heap != cursor.Undefined {
			node.info = &info
			return node, nil
		}
		return node, node.addCompact(h)
	}
	if m := h.Find(message.TypeSymbolTable); m != nil {
		c := f.reader.Over(m.Body, m.Address, m.Type.String())
		table, err := message.DecodeSymbolTable(&c)
		if err != nil {
			return nil, err
		}
		node.symbols = &table
		return node, nil
	}
	return nil, fmt.Errorf("%s: %w: the object at address %#x is not a group", f.name, ErrKind, h.Address)
}

// addCompact takes the links in the header.
func (n *groupNode) addCompact(h *object.Header) error {
	for i := range h.Messages {
		m := &h.Messages[i]
		if m.Type != message.TypeLink {
			continue
		}
		c := n.file.reader.Over(m.Body, m.Address, m.Type.String())
		link, err := message.DecodeLink(&c)
		if err != nil {
			return err
		}
		n.compact = append(n.compact, newLink(link))
	}
	slices.SortStableFunc(n.compact, func(a, b Link) int { return strings.Compare(a.Name, b.Name) })
	return nil
}

// find looks a link up by its name.
func (n *groupNode) find(name string) (Link, bool, error) {
	switch {
	case n.info != nil:
		return n.findDense(name)
	case n.symbols != nil:
		return n.findSymbol(name)
	}
	i, found := slices.BinarySearchFunc(n.compact, name, func(l Link, name string) int { return strings.Compare(l.Name, name) })
	if !found {
		return Link{}, false, nil
	}
	return n.compact[i], true, nil
}

// list returns all links.
func (n *groupNode) list() ([]Link, error) {
	switch {
	case n.info != nil:
		return n.listDense()
	case n.symbols != nil:
		return n.listSymbols()
	}
	return slices.Clone(n.compact), nil
}

// linkRecord is the bytes of a record of the index of names before the heap id: the hash of the name.
const linkRecord = 4

// dense opens the heap and the index of a dense group.
func (n *groupNode) dense() (*heap.Fractal, *btree.Tree2, error) {
	h, err := heap.OpenFractal(n.file.reader, n.info.Heap, unfilterHeap)
	if err != nil {
		return nil, nil, err
	}
	t, err := btree.Open2(n.file.reader, n.info.NameIndex, btree.LinkName, linkRecord+h.IDLength())
	return h, t, err
}

// denseLink returns a cursor over the link message with a heap id.
func (n *groupNode) denseLink(h *heap.Fractal, id []byte) (cursor.Cursor, error) {
	b, err := h.Object(id)
	if err != nil {
		return cursor.Cursor{}, err
	}
	return cursor.New(n.file.name, -1, b, n.file.reader.Sizes(), "link message"), nil
}

// findDense goes down the index by the hash of the name; links whose names have the same hash are ordered by name.
func (n *groupNode) findDense(name string) (Link, bool, error) {
	h, t, err := n.dense()
	if err != nil {
		return Link{}, false, err
	}
	hash := cursor.Checksum([]byte(name))
	record, found, err := t.Find(func(record []byte) (int, error) {
		if stored := binary.LittleEndian.Uint32(record); stored != hash {
			if hash < stored {
				return -1, nil
			}
			return 1, nil
		}
		c, err := n.denseLink(h, record[linkRecord:])
		if err != nil {
			return 0, err
		}
		stored, err := message.LinkName(&c)
		return bytes.Compare([]byte(name), stored), err
	})
	if err != nil || !found {
		return Link{}, false, err
	}
	c, err := n.denseLink(h, record[linkRecord:])
	if err != nil {
		return Link{}, false, err
	}
	link, err := message.DecodeLink(&c)
	return newLink(link), err == nil, err
}

func (n *groupNode) listDense() ([]Link, error) {
	h, t, err := n.dense()
	if err != nil {
		return nil, err
	}
	links := newListing(n.file, h.Filtered())
	ids, err := heapOrder(h, t, links)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		c, err := n.denseLink(h, id)
		if err != nil {
			return nil, err
		}
		size := uint64(c.Len())
		link, err := message.DecodeLink(&c)
		if err == nil {
			err = links.add(newLink(link), size)
		}
		if err != nil {
			return nil, err
		}
	}
	return links.links, nil
}

// heapOrder lists the heap ids of all links in the order in which the heap has them: the index has them in that of the hashes, in which every link of a
// large group would want another block read.
func heapOrder(h *heap.Fractal, t *btree.Tree2, links *listing) ([][]byte, error) {
	var flat []byte
	err := t.Walk(func(record []byte) (bool, error) {
		if uint64(len(flat)) > links.limit {
			return false, links.tooMany()
		}
		flat = append(flat, record[linkRecord:linkRecord+h.IDLength()]...)
		return true, nil
	})
	ids := slices.Collect(slices.Chunk(flat, h.IDLength()))
	slices.SortFunc(ids, func(a, b []byte) int { return cmp.Compare(h.Position(a), h.Position(b)) })
	return ids, err
}

// listing collects links. Each one has its own bytes in the file, so that together they are not larger; a file that
// lists the same ones over and over is an error.
type listing struct {
	file  *File
	links []Link
	bytes uint64
	limit uint64
}

// newListing is for the links of a group in a file; compressed: they are stored filtered, at most a thousandth of their size.
func newListing(f *File, compressed bool) *listing {
	l := &listing{file: f, limit: uint64(f.Size())}
	if compressed {
		l.limit *= 1024
	}
	return l
}

// add takes a link that has at least size bytes in the file.
func (l *listing) add(link Link, size uint64) error {
	l.links = append(l.links, link)
	return l.account(size)
}

// account takes note of the bytes of a link.
func (l *listing) account(size uint64) error {
	if l.bytes += size; l.bytes > l.limit {
		return l.tooMany()
	}
	return nil
}

func (l *listing) tooMany() error {
	return &FormatError{File: l.file.name, Offset: -1, What: "group: its links have more bytes than the file"}
}

// symbolKeySize is the bytes of a key of the B-tree of an old-style group: the position of a name.
func (n *groupNode) symbolKeySize() int { return int(n.file.reader.Sizes().Length) }

// nameAt returns the name whose position the key has.
func (n *groupNode) nameAt(names *heap.Local, key []byte) ([]byte, error) {
	c := n.file.reader.Over(key, n.symbols.BTree, "key of a symbol table")
	return names.Name(c.Length())
}

// findSymbol goes down the B-tree of an old-style group. A child has the names above its left key, up to its right key.
func (n *groupNode) findSymbol(name string) (Link, bool, error) {
	names, err := heap.OpenLocal(n.file.reader, n.symbols.Heap)
	if err != nil {
		return Link{}, false, err
	}
	wanted := []byte(name)
	leaf, i, found, err := btree.Find1(n.file.reader, n.symbols.BTree, btree.Group1, n.symbolKeySize(), func(left, right []byte) (int, error) {
		low, err := n.nameAt(names, left)
		if err != nil {
			return 0, err
		}
		if bytes.Compare(wanted, low) <= 0 {
			return -1, nil
		}
		high, err := n.nameAt(names, right)
		if err != nil {
			return 0, err
		}
		if bytes.Compare(wanted, high) > 0 {
			return 1, nil
		}
		return 0, nil
	})
	if err != nil || !found {
		return Link{}, false, err
	}
	entries, err := n.symbolNode(leaf.Child(i))
	if err != nil {
		return Link{}, false, err
	}
	var failed error
	at, found := slices.BinarySearchFunc(entries, wanted, func(e symbol, wanted []byte) int {
		stored, err := names.Name(e.name)
		if err != nil && failed == nil {
			failed = err
		}
		return bytes.Compare(stored, wanted)
	})
	if failed != nil || !found {
		return Link{}, false, failed
	}
	link, err := n.symbolLink(names, entries[at])
	return link, err == nil, err
}

func (n *groupNode) listSymbols() ([]Link, error) {
	names, err := heap.OpenLocal(n.file.reader, n.symbols.Heap)
	if err != nil {
		return nil, err
	}
	if err := names.LoadAll(); err != nil {
		return nil, err
	}
	links := newListing(n.file, false)
	err = btree.Walk1(n.file.reader, n.symbols.BTree, btree.Group1, n.symbolKeySize(), func(_ []byte, child uint64) (bool, error) {
		entries, err := n.symbolNode(child)
		if err != nil {
			return false, err
		}
		for _, e := range entries {
			link, err := n.symbolLink(names, e)
			if err == nil {
				err = links.add(link, link.size())
			}
			if err != nil {
				return false, err
			}
		}
		return true, nil
	})
	return links.links, err
}

// symbol is an entry of a symbol table node (III.C).
type symbol struct {
	name    uint64 // position
	address uint64
	kind    uint32
	target  uint32 // position of the target of a soft link
}

// symbolNode reads a symbol table node (III.B).
func (n *groupNode) symbolNode(addr uint64) ([]symbol, error) {
	const what, prefix = "symbol table node", 8
	r := n.file.reader
	head, err := r.Cursor(addr, prefix, what)
	if err != nil {
		return nil, err
	}
	head.Signature("SNOD")
	head.Version(1)
	head.U8()
	count := uint64(head.U16())
	if err := head.Err(); err != nil {
		return nil, err
	}
	sizes := r.Sizes()
	entry := uint64(sizes.Length) + uint64(sizes.Offset) + 24
	c, err := r.Cursor(addr+prefix, count*entry, what)
	if err != nil {
		return nil, err
	}
	entries := make([]symbol, count)
	for i := range entries {
		entries[i] = symbol{name: c.Length(), address: c.Address(), kind: c.U32()}
		c.U32()
		entries[i].target = c.U32()
		c.Skip(12)
	}
	return entries, c.Err()
}

func (n *groupNode) symbolLink(names *heap.Local, e symbol) (Link, error) {
	name, err := names.Name(e.name)
	if err != nil {
		return Link{}, err
	}
	if len(name) == 0 {
		return Link{}, n.file.reader.Errorf(n.symbols.BTree, "symbol table: a link without a name")
	}
	if e.kind != symbolCacheSoft {
		return Link{Name: string(name), Kind: HardLink, Address: e.address}, nil
	}
	target, err := names.Name(uint64(e.target))
	if err != nil {
		return Link{}, err
	}
	return Link{Name: string(name), Kind: SoftLink, Target: string(target)}, nil
}
