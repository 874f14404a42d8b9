package hdf5

import (
	"cmp"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

const (
	// maxCompactLinks is how many links stand in a group's header; libhdf5 reads a header as a whole and looks through
	// the links one by one, which for more of them costs more than the heap and the tree that they then get.
	maxCompactLinks = 128

	// maxCompactAttributes and maxCompactBytes are how many attributes, and how many bytes of them, stand in an object's header, which is read as a whole when the object is opened.
	maxCompactAttributes = 64
	maxCompactBytes      = objectheader.MaxMessage

	// nameNode is the number of bytes of a node of a tree of names; the library's own.
	nameNode = 512

	linkRecordSize      = 4 + 7 // bytes of the records of the indexes of links and attributes, by name and by creation order
	linkOrderSize       = 8 + 7
	attributeRecordSize = attributeRecord
	attributeOrderSize  = attributeHash

	// untrackedOrder is the creation order of attributes that do not keep it.
	untrackedOrder = 0xffff
)

// placeHeaders settles which objects keep links and attributes outside of their headers, and the addresses of all headers.
func (w *Writer) placeHeaders() error {
	var e objectheader.HeaderEncoder
	var scratch []byte
	for _, n := range w.nodes {
		if n.stored != nil {
			continue
		}
		n.linkStorage = dense{used: len(n.links.list) > maxCompactLinks, heap: cursor.Undefined, index: cursor.Undefined}
		n.attributeStorage = dense{used: n.needsDenseAttributes(), heap: cursor.Undefined, index: cursor.Undefined}
		header, err := w.appendHeader(&e, scratch[:0], n)
		if err != nil {
			return n.wrap(err)
		}
		scratch = header
		n.size = uint64(len(header))
		w.placeHeader(n)
	}
	return w.out.Err()
}

// writeHeaders writes all headers, now that everything that they refer to has its place.
func (w *Writer) writeHeaders() error {
	var e objectheader.HeaderEncoder
	var scratch []byte
	for _, n := range w.nodes {
		if n.stored != nil {
			continue
		}
		header, err := w.appendHeader(&e, scratch[:0], n)
		if err == nil && uint64(len(header)) != n.size {
			err = fmt.Errorf("the object header has %d bytes and %d were planned", len(header), n.size)
		}
		if err == nil {
			err = w.writeHeader(n, header)
		}
		if err != nil {
			return n.wrap(err)
		}
		scratch = header
	}
	return nil
}

// appendHeader appends the header of an object. Its length does not depend on addresses.
func (w *Writer) appendHeader(e *objectheader.HeaderEncoder, b []byte, n *node) ([]byte, error) {
	e.Reset()
	switch n.kind {
	case nodeGroup:
		addGroupMessages(e, n)
	case nodeDataset:
		w.addDatasetMessages(e, n.dataset)
	case nodeType:
		e.Add(message.TypeDatatype, message.FlagConstant|message.FlagDoNotShare, n.datatype.encode)
	}
	if len(n.attributes.list) > 0 {
		info := message.AttributeInfo{Heap: n.attributeStorage.heap, NameIndex: n.attributeStorage.index}
		e.Add(message.TypeAttributeInfo, message.FlagDoNotShare, info.Append)
	}
	if !n.attributeStorage.used {
		for _, a := range n.attributes.list {
			e.Add(message.TypeAttribute, 0, func(b []byte) []byte { return append(b, a.body...) })
		}
	}
	if n.references > 1 {
		e.Add(message.TypeReferenceCount, message.FlagDoNotShare, func(b []byte) []byte {
			return message.AppendReferenceCount(b, n.references)
		})
	}
	if n.reserved {
		return e.AppendChunk(b)
	}
	return e.Append(b)
}

func addGroupMessages(e *objectheader.HeaderEncoder, n *node) {
	info := message.LinkInfo{Heap: n.linkStorage.heap, NameIndex: n.linkStorage.index}
	e.Add(message.TypeLinkInfo, 0, info.Append)
	e.Add(message.TypeGroupInfo, message.FlagConstant, message.GroupInfo{}.Append)
	if n.linkStorage.used {
		return
	}
	for i := range n.links.list {
		e.Add(message.TypeLink, 0, n.links.list[i].message().Append)
	}
}

// addDatasetMessages adds what makes an object a dataset.
func (w *Writer) addDatasetMessages(e *objectheader.HeaderEncoder, d *DatasetWriter) {
	e.Add(message.TypeDataspace, 0, d.space().Append)
	if t := w.committed[d.typ]; t != nil {
		e.Add(message.TypeDatatype, message.FlagConstant|message.FlagShared, message.Shared{Address: t.address}.Append)
	} else {
		e.Add(message.TypeDatatype, message.FlagConstant, d.typ.encode)
	}
	e.Add(message.TypeFill, message.FlagConstant, d.fillMessage().Append)
	e.Add(message.TypeLayout, 0, d.storage.layout().Append)
	if len(d.filters) > 0 {
		e.Add(message.TypeFilterPipeline, message.FlagConstant, func(b []byte) []byte {
			return message.AppendFilterPipeline(b, d.filters)
		})
	}
}

// message is the link as it is stored.
func (l *link) message() message.Link {
	m := message.Link{Type: l.kind, Name: l.name, UTF8: l.utf8, HasOrder: l.ordered, Order: l.order, Address: l.address, Target: l.target, TargetFile: l.file}
	if l.node != nil {
		m.Address = l.node.address
	}
	if l.kind >= message.LinkUser {
		m.Data = []byte(l.target)
	}
	return m
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (n *node) needsDenseAttributes() bool {
	total := 0
	for _, a := range n.attributes.list {
		total += len(a.body)
	}
	return total > maxCompactBytes || len(n.attributes.list) > maxCompactAttributes
}

// writeDense writes the links and attributes of an object that do not stand in its header.
func (w *Writer) writeDense(n *node) (err error) {
	if n.linkStorage.used {
		if n.linkStorage, err = w.writeLinks(n.links.list, false); err != nil {
			return err
		}
	}
	if n.attributeStorage.used {
		n.attributeStorage, err = w.writeAttributes(n.attributes.list, false)
	}
	return err
}

// writeLinks writes links to a heap, with an index of their names and, if wanted, of their creation order.
func (w *Writer) writeLinks(list []link, byOrder bool) (dense, error) {
	var body []byte
	id := func(b []byte, r nameRecord) []byte { return append(b, r.id[:heap.LinkHeap.IDLength]...) }
	d, records, err := writeNames(w.out, heap.LinkHeap, list, func(h *heap.FractalEncoder, l *link) (heap.ID, error) {
		body = l.message().Append(body[:0])
		return h.Add(body)
	}, btree.Bulk{Type: btree.LinkName, NodeSize: nameNode, RecordSize: linkRecordSize}, func(b []byte, r nameRecord) []byte {
		return id(cursor.AppendUint(b, uint64(r.hash), 4), r)
	})
	if err != nil || !byOrder {
		return d, err
	}
	slices.SortFunc(records, func(a, b nameRecord) int { return cmp.Compare(list[a.thing].order, list[b.thing].order) })
	tree := btree.Bulk{Type: btree.LinkOrder, NodeSize: nameNode, RecordSize: linkOrderSize}
	d.orders, err = tree.Write(w.out, len(records), func(b []byte, i int) []byte {
		return id(cursor.AppendUint(b, uint64(list[records[i].thing].order), 8), records[i])
	})
	return d, err
}

// writeAttributes does the same for attributes. Those that the file shares between objects stay in the heap where they are.
func (w *Writer) writeAttributes(list []attribute, byOrder bool) (dense, error) {
	record := func(b []byte, r nameRecord) []byte {
		a := &list[r.thing]
		b = append(b, r.id[:heap.AttributeHeap.IDLength]...)
		b = append(b, a.flags)
		return cursor.AppendUint(b, uint64(a.order), 4)
	}
	d, records, err := writeNames(w.out, heap.AttributeHeap, list, func(h *heap.FractalEncoder, a *attribute) (heap.ID, error) {
		if a.flags&message.FlagShared != 0 {
			return a.shared, nil
		}
		return h.Add(a.body)
	}, btree.Bulk{Type: btree.AttributeName, NodeSize: nameNode, RecordSize: attributeRecordSize}, func(b []byte, r nameRecord) []byte {
		return cursor.AppendUint(record(b, r), uint64(r.hash), 4)
	})
	if err != nil || !byOrder {
		return d, err
	}
	slices.SortFunc(records, func(a, b nameRecord) int { return cmp.Compare(list[a.thing].order, list[b.thing].order) })
	tree := btree.Bulk{Type: btree.AttributeOrder, NodeSize: nameNode, RecordSize: attributeOrderSize}
	d.orders, err = tree.Write(w.out, len(records), func(b []byte, i int) []byte { return record(b, records[i]) })
	return d, err
}

// nameRecord is an entry of an index of names before it is written.
type nameRecord struct {
	hash  uint32
	thing int32 // its place in the list
	id    heap.ID
}

// writeNames writes things to a fractal heap and an index of their names. The records are those of the index, in its order.
func writeNames[T interface{ key() string }](out *store.File, shape heap.FractalShape, things []T, keep func(*heap.FractalEncoder, *T) (heap.ID, error),
	tree btree.Bulk, appendRecord func(b []byte, r nameRecord) []byte) (dense, []nameRecord, error) {
	h := heap.NewFractalEncoder(out, shape)
	records := make([]nameRecord, len(things))
	for i := range things {
		id, err := keep(h, &things[i])
		if err != nil {
			return dense{}, nil, err
		}
		records[i] = nameRecord{hash: cursor.Checksum([]byte(things[i].key())), thing: int32(i), id: id}
	}
	slices.SortFunc(records, func(a, b nameRecord) int {
		if c := cmp.Compare(a.hash, b.hash); c != 0 {
			return c
		}
		return cmp.Compare(things[a.thing].key(), things[b.thing].key())
	})
	d := dense{used: true, orders: cursor.Undefined}
	var err error
	if d.heap, err = h.Finish(); err != nil {
		return dense{}, nil, err
	}
	d.index, err = tree.Write(out, len(records), func(b []byte, i int) []byte { return appendRecord(b, records[i]) })
	return d, records, err
}
