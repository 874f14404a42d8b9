package hdf5

import (
	"bytes"
	"encoding/binary"
	"iter"
	"slices"
	"strings"

	"github.com/vdsgen/vdsgen/hdf5/internal/btree"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/heap"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	"github.com/vdsgen/vdsgen/hdf5/internal/object"
)

// rawAttribute is an attribute message with everything shared resolved.
type rawAttribute struct {
	Name      string
	Datatype  []byte    // body of the datatype message
	Space     SpaceKind // scalar, simple or null
	Shape     []uint64  // nil unless simple
	Data      []byte    // values as stored, maybe with padding behind them
	Committed uint64    // address of the committed datatype; 0: none
	At        int64     // offset in the file of the datatype, for errors; -1 when unknown
}

// Attributes yields the attributes, in order of the bytes of their names.
func (o *entity) Attributes() iter.Seq2[*Attribute, error] {
	return func(yield func(*Attribute, error) bool) {
		list, err := o.attributeList()
		if err != nil {
			yield(nil, o.place(err))
			return
		}
		entries, err := list.entries()
		if err != nil {
			yield(nil, o.place(err))
			return
		}
		slices.SortStableFunc(entries, func(a, b attributeEntry) int { return strings.Compare(a.name, b.name) })
		for _, e := range entries {
			a, err := o.attribute(list, e)
			if !yield(a, err) {
				return
			}
		}
	}
}

// Attribute finds an attribute; the error is a *NotFoundError when there is none of the name.
func (o *entity) Attribute(name string) (*Attribute, error) {
	list, err := o.attributeList()
	if err != nil {
		return nil, o.place(err)
	}
	e, found, err := list.find(name)
	if err != nil {
		return nil, o.place(err)
	}
	if !found {
		return nil, &NotFoundError{File: o.file.name, Path: o.path + "@" + name}
	}
	return o.attribute(list, e)
}

func (o *entity) attribute(list *attributeList, e attributeEntry) (*Attribute, error) {
	raw, err := list.decode(e)
	if err != nil {
		return nil, o.place(err)
	}
	a, err := newAttribute(o.file, o.path, raw)
	if err != nil {
		return nil, o.place(err)
	}
	return a, nil
}

// attributeList is where the attributes of an object are: in its header, or in a heap with an index.
type attributeList struct {
	file  *File
	h     *object.Header
	heap  *heap.Fractal // nil: no dense attributes
	names *btree.Tree2
}

// attributeEntry is an attribute that was found and not yet decoded.
type attributeEntry struct {
	name    string
	message *object.Message // in the header; nil: dense
	record  []byte          // of the index of names
}

// Record of the index of names of dense attributes: heap id, flags, creation order, hash of the name.
const (
	attributeID     = 8
	attributeFlags  = attributeID
	attributeHash   = attributeFlags + 1 + 4
	attributeRecord = attributeHash + 4
)

func (o *entity) attributeList() (*attributeList, error) {
	h, err := object.Read(o.file.reader, o.addr)
	if err != nil {
		return nil, err
	}
	l := &attributeList{file: o.file, h: h}
	m := h.Find(message.TypeAttributeInfo)
	if m == nil {
		return l, nil
	}
	c := o.file.reader.Over(m.Body, m.Address, m.Type.String())
	info, err := message.DecodeAttributeInfo(&c)
	if err != nil || info.Heap == cursor.Undefined {
		return l, err
	}
	if l.heap, err = heap.OpenFractal(o.file.reader, info.Heap, unfilterHeap); err != nil {
		return nil, err
	}
	l.names, err = btree.Open2(o.file.reader, info.NameIndex, btree.AttributeName, attributeRecord)
	return l, err
}

// dense returns a cursor over the attribute message that a record leads to.
func (l *attributeList) dense(record []byte) (cursor.Cursor, error) {
	h := l.heap
	if record[attributeFlags]&message.FlagShared != 0 {
		shared, err := l.file.sharedHeap(message.TypeAttribute)
		if err != nil {
			return cursor.Cursor{}, err
		}
		if shared == nil {
			return cursor.Cursor{}, l.file.reader.Errorf(l.h.Address, "attribute: it is shared in a heap, and the file has none for it")
		}
		h = shared
	}
	b, err := h.Object(record[:attributeID])
	if err != nil {
		return cursor.Cursor{}, err
	}
	return cursor.New(l.file.name, -1, b, l.file.reader.Sizes(), "attribute message"), nil
}

// entries lists the names of all attributes. Each attribute of an object has its own bytes in the file; a list that has the same ones over and
// over is an error.
func (l *attributeList) entries() ([]attributeEntry, error) {
	var list []attributeEntry
	total := uint64(0)
	add := func(e attributeEntry) error {
		c, err := l.message(e)
		if err != nil {
			return err
		}
		if total += uint64(c.Len()); total > uint64(l.file.Size()) {
			return l.file.reader.Errorf(l.h.Address, "attributes: they have more bytes than the file")
		}
		name, err := message.AttributeName(&c)
		if err != nil {
			return err
		}
		e.name = string(name)
		list = append(list, e)
		return nil
	}
	for i := range l.h.Messages {
		if l.h.Messages[i].Type != message.TypeAttribute {
			continue
		}
		if err := add(attributeEntry{message: &l.h.Messages[i]}); err != nil {
			return nil, err
		}
	}
	if l.heap == nil {
		return list, nil
	}
	err := l.names.Walk(func(record []byte) (bool, error) {
		return true, add(attributeEntry{record: record})
	})
	return list, err
}

// message returns a cursor over the attribute message of an entry.
func (l *attributeList) message(e attributeEntry) (cursor.Cursor, error) {
	if e.message != nil {
		return l.file.body(e.message)
	}
	return l.dense(e.record)
}

func (l *attributeList) name(e attributeEntry) ([]byte, error) {
	c, err := l.message(e)
	if err != nil {
		return nil, err
	}
	return message.AttributeName(&c)
}

// find looks an attribute up by its name: one after another in the header, by hash in the index.
func (l *attributeList) find(name string) (attributeEntry, bool, error) {
	wanted := []byte(name)
	for i := range l.h.Messages {
		if l.h.Messages[i].Type != message.TypeAttribute {
			continue
		}
		e := attributeEntry{name: name, message: &l.h.Messages[i]}
		stored, err := l.name(e)
		if err != nil || bytes.Equal(stored, wanted) {
			return e, err == nil, err
		}
	}
	if l.heap == nil {
		return attributeEntry{}, false, nil
	}
	hash := cursor.Checksum(wanted)
	record, found, err := l.names.Find(func(record []byte) (int, error) {
		if stored := binary.LittleEndian.Uint32(record[attributeHash:]); stored != hash {
			if hash < stored {
				return -1, nil
			}
			return 1, nil
		}
		stored, err := l.name(attributeEntry{record: record})
		return bytes.Compare(wanted, stored), err
	})
	return attributeEntry{name: name, record: record}, found, err
}

// decode takes an attribute message apart, and finds its datatype and dataspace where they are shared.
func (l *attributeList) decode(e attributeEntry) (rawAttribute, error) {
	c, err := l.message(e)
	if err != nil {
		return rawAttribute{}, err
	}
	m, err := message.DecodeAttribute(&c)
	if err != nil {
		return rawAttribute{}, err
	}
	datatype, space := m.Datatype, m.Space
	committed := uint64(0)
	if m.Flags&message.AttributeDatatypeShared != 0 {
		committed = committedAt(datatype)
		if datatype, err = l.file.follow(&datatype, message.TypeDatatype, 0); err != nil {
			return rawAttribute{}, err
		}
	}
	if m.Flags&message.AttributeDataspaceShared != 0 {
		if space, err = l.file.follow(&space, message.TypeDataspace, 0); err != nil {
			return rawAttribute{}, err
		}
	}
	s, err := message.DecodeDataspace(&space)
	if err != nil {
		return rawAttribute{}, err
	}
	return rawAttribute{
		Name: m.Name, Datatype: datatype.Rest(), Space: SpaceKind(s.Class), Shape: s.Dims, Data: m.Data,
		Committed: committed, At: datatype.At(),
	}, nil
}
