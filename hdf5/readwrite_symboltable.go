package hdf5

import (
	"cmp"
	"slices"

	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

const (
	// symbolCacheNone and symbolCacheTable are cache types of symbol table entries that are hard links: nothing is noted about the object, or, for a group, where its
	// own symbol table is. Libraries since 1.8 do not look at the note.
	symbolCacheNone  = 0
	symbolCacheTable = 1

	symbolEntry     = 40 // bytes of an entry
	symbolEntryKind = 16 // where in it the cache type is
	symbolPrefix    = 8  // bytes of a symbol table node before its entries
)

// writeSymbolTable writes the links of an old-style group: their names and targets in a local heap, the entries in symbol table nodes, and a B-tree over these. Nodes have
// the sizes that the superblock asks for.
func (w *Writer) writeSymbolTable(n *node) (message.SymbolTable, error) {
	links := slices.Clone(n.links.list)
	slices.SortFunc(links, func(a, b link) int { return cmp.Compare(a.name, b.name) })
	var names heap.LocalEncoder
	last := []uint64{0} // positions of the name before each node, and of the last one
	var nodes []uint64
	k := w.file.super.treeK
	full := 2 * int(k.Leaf)
	count := (len(links) + full - 1) / full
	for i := range count {
		inside := links[len(links)*i/count : len(links)*(i+1)/count]
		b := append(make([]byte, 0, symbolPrefix+full*symbolEntry), "SNOD"...)
		b = append(b, 1, 0)
		b = cursor.AppendUint(b, uint64(len(inside)), 2)
		position := uint64(0)
		for j := range inside {
			position = names.Add(inside[j].name)
			b = appendSymbol(b, &inside[j], position, &names)
		}
		// The rest of a node is never written: it reads as zeros.
		address := w.out.Allocate(uint64(cap(b)), store.AlignMetadata)
		if err := w.out.WriteAt(b, address); err != nil {
			return message.SymbolTable{}, err
		}
		nodes, last = append(nodes, address), append(last, position)
	}
	tree := btree.Bulk1{Type: btree.Group1, K: int(k.Internal), KeySize: 8}
	root, err := tree.Write(w.out, nodes, func(b []byte, i int) []byte { return cursor.AppendUint(b, last[i], 8) })
	if err != nil {
		return message.SymbolTable{}, err
	}
	strings, err := names.Write(w.out)
	return message.SymbolTable{BTree: root, Heap: strings}, err
}

// appendSymbol appends the entry of a hard or soft link.
func appendSymbol(b []byte, l *link, name uint64, names *heap.LocalEncoder) []byte {
	b = cursor.AppendUint(b, name, 8)
	address, kind, note := cursor.Undefined, uint64(symbolCacheSoft), uint64(0)
	if l.kind == message.LinkHard {
		address, kind = l.message().Address, symbolCacheNone
	} else {
		note = names.Add(l.target)
	}
	b = cursor.AppendUint(b, address, 8)
	b = cursor.AppendUint(b, kind, 4)
	b = cursor.AppendUint(b, 0, 4)
	b = cursor.AppendUint(b, note, 8)
	return cursor.AppendUint(b, 0, 8)
}

// staleNotes removes, from entries of old-style groups that stay as they are, the notes where groups have their symbol tables that now get others. Libraries before
// 1.8 believe the notes.
func (w *Writer) staleNotes(nodes []*node) ([]switching, error) {
	var list []switching
	for _, n := range nodes {
		if n.stored == nil || n.references == 0 || n.stored.links.symbols == nil || !n.stored.links.changed {
			continue
		}
		for _, parent := range n.stored.parents {
			if parent.stored.links.changed {
				continue // its entries are written anew
			}
			found, err := w.file.notesOf(parent.stored.links.symbols, n.address)
			if err != nil {
				return nil, parent.wrap(err)
			}
			list = append(list, found...)
		}
	}
	return list, nil
}

// notesOf finds the notes about an object in an old-style group.
func (f *File) notesOf(symbols *message.SymbolTable, address uint64) ([]switching, error) {
	g := groupNode{file: f, symbols: symbols}
	var list []switching
	err := btree.Walk1(f.reader, symbols.BTree, btree.Group1, g.symbolKeySize(), func(_ []byte, child uint64) (bool, error) {
		entries, err := g.symbolNode(child)
		for i, e := range entries {
			if e.address == address && e.kind == symbolCacheTable {
				at := child + symbolPrefix + uint64(i)*symbolEntry + symbolEntryKind
				list = append(list, switching{at, []byte{symbolCacheNone, 0, 0, 0}})
			}
		}
		return true, err
	})
	return list, err
}
