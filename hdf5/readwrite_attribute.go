package hdf5

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// storedAttributes is what the file has of the attributes of an object.
type storedAttributes struct {
	info    message.AttributeInfo
	hasInfo bool // the header has an attribute info message, or gets one
	loaded  bool
	changed bool
}

// number gives a new attribute its creation order, where the object keeps it.
func (s *storedAttributes) number(a *attribute) error {
	if !s.info.Tracked {
		return nil
	}
	if s.info.MaxOrder == math.MaxUint16 {
		return &UnsupportedError{Feature: "more attributes on an object that keeps their creation order and had 65,535 already"}
	}
	a.order = s.info.MaxOrder
	s.info.MaxOrder++
	return nil
}

// changeAttributes prepares an object that was in the file for changes of its attributes.
func (w *Writer) changeAttributes(n *node) error {
	if err := w.changeable(n); err != nil {
		return err
	}
	s := &n.stored.attributes
	s.changed = true
	if s.loaded {
		return nil
	}
	s.loaded = true
	return w.loadAttributes(n)
}

// loadAttributes reads all attributes of an object, as they are stored.
func (w *Writer) loadAttributes(n *node) error {
	o := entity{file: w.file, path: n.path, addr: n.address}
	l, err := o.attributeList()
	if err != nil {
		return err
	}
	s := &n.stored.attributes
	if err := w.readAttributeInfo(n); err != nil {
		return err
	}
	entries, err := l.entries()
	if err != nil {
		return err
	}
	for _, e := range entries {
		a := attribute{name: e.name, order: untrackedOrder}
		if e.message != nil {
			a.body, a.flags = e.message.Body, e.message.Flags
			if s.info.Tracked {
				a.order = e.message.Order
			}
			err = w.findShared(&a, e.message)
		} else {
			err = l.keepDense(&a, e.record)
		}
		if err != nil {
			return err
		}
		n.attributes.add(a)
	}
	return nil
}

// readAttributeInfo takes the attribute info message, or what it would say.
func (w *Writer) readAttributeInfo(n *node) error {
	s, head := &n.stored.attributes, n.stored.head
	s.info = message.AttributeInfo{Tracked: head.Tracked(), Indexed: head.Tracked() && head.Flags&objectheader.FlagOrderIndexed != 0, Heap: cursor.Undefined}
	m := n.stored.header.Find(message.TypeAttributeInfo)
	s.hasInfo = m != nil || s.info.Tracked
	if m == nil {
		return nil
	}
	c := w.file.reader.Over(m.Body, m.Address, m.Type.String())
	var err error
	s.info, err = message.DecodeAttributeInfo(&c)
	return err
}

// findShared notes where a shared attribute of a header lies, in case that it gets into an index.
func (w *Writer) findShared(a *attribute, m *objectheader.Message) error {
	if m.Flags&message.FlagShared == 0 {
		return nil
	}
	c := w.file.reader.Over(m.Body, m.Address, m.Type.String())
	ref, err := message.DecodeShared(&c)
	if err == nil && !ref.InHeap {
		err = &UnsupportedError{File: w.name, Feature: "changing the attributes of an object of which one lies in another object"}
	}
	if err == nil {
		copy(a.shared[:], ref.HeapID)
	}
	return err
}

// keepDense takes an attribute from an index and its heap.
func (l *attributeList) keepDense(a *attribute, record []byte) error {
	a.flags = record[attributeFlags]
	a.order = uint16(binary.LittleEndian.Uint32(record[attributeFlags+1:]))
	if a.flags&message.FlagShared != 0 {
		copy(a.shared[:], record[:attributeID])
		return nil
	}
	b, err := l.heap.Object(record[:attributeID])
	a.body = b
	return err
}

// attributeMessages are the messages that hold the attributes of a changed object, or say where they are; what is not in them is written.
func (w *Writer) attributeMessages(n *node) ([]objectheader.Message, error) {
	s := &n.stored.attributes
	info := s.info
	wasDense := info.Heap != cursor.Undefined
	info.Heap, info.NameIndex, info.OrderTree = cursor.Undefined, cursor.Undefined, cursor.Undefined
	var list []objectheader.Message
	if count := len(n.attributes.list); n.stored.header.Version > 1 && (wasDense && count > 0 || n.needsDenseAttributes()) {
		d, err := w.writeAttributes(n.attributes.list, info.Indexed)
		if err != nil {
			return nil, err
		}
		info.Heap, info.NameIndex, info.OrderTree = d.heap, d.index, d.orders
		s.hasInfo = true
	} else {
		for _, a := range n.attributes.list {
			if n.stored.header.Version == 1 && len(a.body) > objectheader.MaxMessage&^7 {
				return nil, &UnsupportedError{File: w.name, Feature: fmt.Sprintf("attribute %s of %d bytes on an object whose header is of version 1, where an attribute has at most 64 KiB; store it as a dataset", a.name, len(a.body))}
			}
			list = append(list, objectheader.Message{Type: message.TypeAttribute, Flags: a.flags, Order: a.order, Body: a.body})
		}
	}
	if s.hasInfo {
		list = append(list, objectheader.Message{Type: message.TypeAttributeInfo, Flags: message.FlagDoNotShare, Body: info.Append(nil)})
	}
	return list, nil
}
