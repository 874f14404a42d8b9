package hdf5

import (
	"fmt"
	"time"

	"github.com/vdsgen/vdsgen/hdf5/internal/chunkindex"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// ObjectInfo is what the header of an object says beside its content.
type ObjectInfo struct {
	HeaderVersion int       // 1 or 2
	Links         uint64    // hard links that lead to the object, as its writers counted them
	Modified      time.Time // in UTC, to the second; zero: not kept
	Comment       string    // empty: none
}

// Info reads what the object's header says beside its content.
func (o *entity) Info() (ObjectInfo, error) {
	h, err := object.Read(o.file.reader, o.addr)
	if err != nil {
		return ObjectInfo{}, o.place(err)
	}
	info := ObjectInfo{HeaderVersion: int(h.Version), Links: uint64(h.Links)}
	if h.Flags&object.FlagTimes != 0 && h.Times[1] != 0 {
		info.Modified = time.Unix(int64(h.Times[1]), 0).UTC()
	}
	for i := range h.Messages {
		m := &h.Messages[i]
		c := o.file.reader.Over(m.Body, m.Address, m.Type.String())
		switch m.Type {
		case message.TypeReferenceCount:
			var n uint32
			n, err = message.DecodeReferenceCount(&c)
			info.Links = uint64(n)
		case message.TypeModified:
			info.Modified, err = message.DecodeModified(&c)
		case message.TypeModifiedOld:
			info.Modified, err = message.DecodeModifiedOld(&c)
		case message.TypeComment:
			info.Comment, err = message.DecodeComment(&c)
		}
		if err != nil {
			return ObjectInfo{}, o.place(err)
		}
	}
	return info, nil
}

// GroupForm is how a group stores its links.
type GroupForm uint8

// The forms of groups.
const (
	SymbolTable GroupForm = iota // a version-1 B-tree and a local heap: what HDF5 1.6 reads
	CompactLinks
	DenseLinks // a fractal heap with version-2 B-trees
)

// String is the form in words.
func (f GroupForm) String() string {
	switch f {
	case SymbolTable:
		return "symbol table"
	case CompactLinks:
		return "compact"
	case DenseLinks:
		return "dense"
	}
	return fmt.Sprintf("GroupForm(%d)", uint8(f))
}

// Form is how the group stores its links.
func (g *Group) Form() (GroupForm, error) {
	node, err := g.file.groupNode(g.addr)
	switch {
	case err != nil:
		return 0, g.place(err)
	case node.symbols != nil:
		return SymbolTable, nil
	case node.info != nil:
		return DenseLinks, nil
	}
	return CompactLinks, nil
}

// IndexKind is how the chunks of a dataset are found.
type IndexKind uint8

// The kinds of chunk indexes, with the numbers of the format; IndexBTree1 has none there.
const (
	IndexBTree1          IndexKind = IndexKind(message.IndexBTree1) // layout versions 1 to 3
	IndexSingle          IndexKind = IndexKind(message.IndexSingle)
	IndexImplicit        IndexKind = IndexKind(message.IndexImplicit)
	IndexFixedArray      IndexKind = IndexKind(message.IndexFixedArray)
	IndexExtensibleArray IndexKind = IndexKind(message.IndexExtensibleArray)
	IndexBTree2          IndexKind = IndexKind(message.IndexBTree2)
)

// String is the kind in words.
func (k IndexKind) String() string {
	names := [...]string{"version-1 B-tree", "single chunk", "implicit", "fixed array", "extensible array", "version-2 B-tree"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("IndexKind(%d)", uint8(k))
}

// IndexKind is how the chunks are found; ok is false unless the layout is chunked.
func (d *Dataset) IndexKind() (k IndexKind, ok bool) {
	return IndexKind(d.layout.Index), d.layout.Class == message.LayoutChunked
}

// CommittedType is the address of the committed datatype that the dataset was made with; ok is false when it has a type of its own.
func (d *Dataset) CommittedType() (address uint64, ok bool) { return d.committed, d.committed != 0 }

// CommittedType is the address of the committed datatype that the attribute was made with; ok is false when it has a type of its own.
func (a *Attribute) CommittedType() (address uint64, ok bool) { return a.committed, a.committed != 0 }

// committedAt is the address of the object that holds a shared message; 0 for one that is not, or in the heap of shared messages.
func committedAt(c cursor.Cursor) uint64 {
	if s, err := message.DecodeShared(&c); err == nil && !s.InHeap {
		return s.Address
	}
	return 0
}

// Storage is how many bytes the elements of a dataset take.
type Storage struct {
	Logical   uint64 // bytes of all elements without filters; the largest uint64 when they are more
	Allocated uint64 // bytes that they take in the file, or in files of raw data; 0 for a virtual dataset
	Chunks    uint64 // allocated
	Whole     bool   // false: only some of the chunks were counted
}

// Storage counts the bytes that are allocated. It walks the index of a chunked dataset, up to limit chunks of it; negative: all.
func (d *Dataset) Storage(limit int) (Storage, error) {
	s := Storage{Logical: d.ByteSize(), Whole: true}
	switch {
	case d.Space() == NullSpace:
		s.Logical = 0
	case d.layout.Class == message.LayoutCompact:
		s.Allocated = uint64(len(d.layout.Data))
	case d.external != nil:
		s.Allocated = s.Logical
	case d.layout.Class == message.LayoutContiguous && d.layout.Address != cursor.Undefined:
		s.Allocated = s.Logical
	}
	if d.layout.Class != message.LayoutChunked {
		return s, nil
	}
	index, err := d.chunkIndex()
	if err != nil {
		return s, err
	}
	err = index.Walk(func(_ []uint64, e chunkindex.Entry) (bool, error) {
		if limit >= 0 && s.Chunks >= uint64(limit) {
			s.Whole = false
			return false, nil
		}
		s.Chunks++
		s.Allocated += e.Size
		return true, nil
	})
	if err != nil {
		s.Whole = false
		return s, d.place(err)
	}
	return s, nil
}
