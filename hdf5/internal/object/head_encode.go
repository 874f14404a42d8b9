package object

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

const (
	continuationSize = 8 + 8 // bytes of the body of a continuation message
	messageSize2     = 4     // bytes before the body of a message of version 2
	orderSize2       = 2     // and of its creation order, when it is tracked

	// continued1 and continued2 are the bytes of messages of a header that says only where it goes on.
	continued1 = headerSize1 + continuationSize
	continued2 = messageSize2 + continuationSize

	// maxMessages1 is the most messages of a header of version 1, which counts them in 16 bits.
	maxMessages1 = math.MaxUint16

	// longest1 is the longest body of a message of version 1: a multiple of 8.
	longest1 = MaxMessage &^ 7
)

// Head is the start of a header that lies in a file. It stays where it is, because links and references lead there; to change the header, its messages are all
// written elsewhere, and then the head is overwritten, by a few bytes, with one that says so.
type Head struct {
	Version    uint8
	Flags      uint8  // version 2
	References uint32 // version 1; version 2 has a message for it
	prefix     []byte // all before the messages
	room       uint64 // bytes of the head that belong to the header
}

// ReadHead reads the start of a header that Read has verified.
func ReadHead(r *block.Reader, h *Header) (Head, error) {
	first, err := r.Peek(h.Address, firstRead, "object header")
	if err != nil {
		return Head{}, err
	}
	c := r.Over(first, h.Address, "object header")
	head := Head{Version: h.Version, Flags: h.Flags}
	size := uint64(0)
	if h.Version == 1 {
		c.Skip(4)
		head.References = c.U32()
		size = uint64(c.U32())
		c.Skip(4)
		head.room = size
	} else {
		c.Skip(6)
		if h.Flags&FlagTimes != 0 {
			c.Skip(4 * 4)
		}
		if h.Flags&FlagPhaseChange != 0 {
			c.Skip(2 * 2)
		}
		size = c.Uint(1 << (h.Flags & FlagSizeWidth))
		head.room = size + 4
	}
	if err := c.Err(); err != nil {
		return Head{}, err
	}
	head.prefix = first[:c.Pos():c.Pos()]
	head.room += uint64(c.Pos())
	return head, nil
}

// Room is how many bytes the head has, and how many it takes to say that the header goes on elsewhere.
func (h Head) Room() (have, need uint64) {
	return h.room, uint64(len(h.Continued(message.Continuation{}, 0, 0)))
}

// Tracked reports whether messages have a creation order.
func (h Head) Tracked() bool { return h.Version != 1 && h.Flags&FlagOrderTracked != 0 }

// Continued is the head of a header whose messages, so many, all lie in one chunk elsewhere. references is the number of links to the object, of which only version 1 has a note in
// the head. It has at most 60 bytes.
func (h Head) Continued(at message.Continuation, messages int, references uint32) []byte {
	body := cursor.AppendUint(cursor.AppendUint(nil, at.Address, 8), at.Length, 8)
	b := append(make([]byte, 0, 64), h.prefix...)
	next := Message{Type: message.TypeContinuation, Body: body}
	if h.Version == 1 {
		binary.LittleEndian.PutUint16(b[2:], uint16(messages+1))
		binary.LittleEndian.PutUint32(b[4:], references)
		binary.LittleEndian.PutUint32(b[8:], continued1)
		return h.appendMessage(b, next)
	}
	size := uint64(continued2)
	if h.Tracked() {
		size += orderSize2
	}
	width := 1 << (h.Flags & FlagSizeWidth)
	cursor.AppendUint(b[:len(b)-width], size, width)
	return cursor.AppendChecksum(h.appendMessage(b, next), 0)
}

// ReferencesAt is where a header of version 1 at an address has its number of links, 4 bytes.
func ReferencesAt(address uint64) uint64 { return address + 4 }

// AppendChunk appends the chunk with all messages of a header.
func (h Head) AppendChunk(b []byte, list []Message) ([]byte, error) {
	longest := MaxMessage
	if h.Version == 1 {
		longest = longest1
		if len(list) >= maxMessages1 {
			return nil, fmt.Errorf("%d messages are more than the %d of an object header of version 1", len(list), maxMessages1)
		}
	}
	start := len(b)
	if h.Version != 1 {
		b = append(b, continuation...)
	}
	for _, m := range list {
		if len(m.Body) > longest {
			return nil, fmt.Errorf("a %s of %d bytes is longer than %d", m.Type, len(m.Body), longest)
		}
		b = h.appendMessage(b, m)
	}
	if h.Version != 1 {
		b = cursor.AppendChecksum(b, start)
	}
	return b, nil
}

func (h Head) appendMessage(b []byte, m Message) []byte {
	if h.Version == 1 {
		size := (len(m.Body) + 7) &^ 7
		b = binary.LittleEndian.AppendUint16(b, uint16(m.Type))
		b = binary.LittleEndian.AppendUint16(b, uint16(size))
		b = append(b, m.Flags, 0, 0, 0)
		b = append(b, m.Body...)
		return append(b, make([]byte, size-len(m.Body))...)
	}
	b = append(b, byte(m.Type))
	b = binary.LittleEndian.AppendUint16(b, uint16(len(m.Body)))
	b = append(b, m.Flags)
	if h.Tracked() {
		b = binary.LittleEndian.AppendUint16(b, m.Order)
	}
	return append(b, m.Body...)
}
