package hdf5

import (
	"encoding/binary"

	"github.com/vdsgen/vdsgen/hdf5/internal/message"
	objectheader "github.com/vdsgen/vdsgen/hdf5/internal/object"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// replaceMessage makes commit put another body in place of that of the message of a type, or add the message. body is called once, when all DatasetWriters have
// finished, and may still write to the file. The flags of the message stay, except that the new one is not shared.
func (n *node) replaceMessage(t message.Type, body func() ([]byte, error)) {
	if n.stored.replaced == nil {
		n.stored.replaced = map[message.Type]func() ([]byte, error){}
	}
	n.stored.replaced[t] = body
}

// rewrite writes the messages of an object, as they were or with the changes of its contents, and returns the switch to them.
func (w *Writer) rewrite(n *node, references uint32, contents bool) (switching, error) {
	if err := w.changeable(n); err != nil {
		return switching{}, err
	}
	s := n.stored
	if s.header.Version == 1 && !contents {
		return switching{objectheader.ReferencesAt(n.address), binary.LittleEndian.AppendUint32(nil, references)}, nil
	}
	list := s.header.Messages
	if contents {
		var err error
		if list, err = w.contents(n); err != nil {
			return switching{}, err
		}
	}
	list = withReferences(list, s.header.Version, references)
	chunk, err := s.head.AppendChunk(nil, list)
	if err != nil {
		return switching{}, err
	}
	address, err := w.out.Append(chunk, store.AlignMetadata)
	if err != nil {
		return switching{}, err
	}
	s.messages, s.chunk = list, address
	at := message.Continuation{Address: address, Length: uint64(len(chunk))}
	return switching{n.address, s.head.Continued(at, len(list), references)}, nil
}

// withReferences is a list of messages that says how many hard links there are, in headers that say it by a message, and that an unknown message was passed over.
func withReferences(list []objectheader.Message, version uint8, references uint32) []objectheader.Message {
	result := make([]objectheader.Message, 0, len(list)+1)
	for _, m := range list {
		if m.Type == message.TypeReferenceCount {
			continue
		}
		if m.Type > message.LastType && m.Flags&message.FlagMark != 0 {
			m.Flags |= message.FlagWasUnknown
		}
		result = append(result, m)
	}
	if version == 1 || references == 1 {
		return result
	}
	return append(result, objectheader.Message{Type: message.TypeReferenceCount, Flags: message.FlagDoNotShare, Body: message.AppendReferenceCount(nil, references)})
}

// contents lists the messages of an object with its changes, and writes what they lead to, once.
func (w *Writer) contents(n *node) ([]objectheader.Message, error) {
	s := n.stored
	if s.list != nil {
		return s.list, nil
	}
	bodies := map[message.Type][]byte{}
	for t, body := range s.replaced {
		b, err := body()
		if err != nil {
			return nil, err
		}
		bodies[t] = b
	}
	var list []objectheader.Message
	for _, m := range s.header.Messages {
		switch m.Type {
		case message.TypeLinkInfo, message.TypeLink, message.TypeSymbolTable:
			if s.links.changed {
				continue
			}
		case message.TypeAttributeInfo, message.TypeAttribute:
			if s.attributes.changed {
				continue
			}
		}
		if b := bodies[m.Type]; b != nil {
			m.Body, m.Flags = b, m.Flags&^(message.FlagShared|message.FlagConstant)
			delete(bodies, m.Type)
		}
		list = append(list, m)
	}
	for t, b := range bodies {
		list = append(list, objectheader.Message{Type: t, Body: b})
	}
	if s.links.changed {
		more, err := w.linkMessages(n)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	if s.attributes.changed {
		more, err := w.attributeMessages(n)
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	s.list = list
	return list, nil
}
