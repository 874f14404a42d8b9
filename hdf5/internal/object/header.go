// Package object reads object headers: the lists of messages that make a group, a dataset or a committed datatype.
package object

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

const (
	// maxChunks is the most chunks of one header. A header is continued each time it runs full, and libhdf5
	// joins chunks where it can; a loop would never end.
	maxChunks = 100_000

	// maxMessages is the most messages of one header, some 200 MB in memory. A compact group has one for each link.
	maxMessages = 1 << 22

	// maxHeader is the most bytes of all chunks of a header together: more than any library writes, and it is read into memory.
	maxHeader = 1 << 30

	// firstRead is what is read of a header whose size is not yet known: nearly all are smaller.
	firstRead = 512

	// usualMessages is room for those of a dataset without attributes.
	usualMessages = 6

	prefix1      = 16 // bytes before the messages of version 1
	headerSize1  = 8  // bytes before the body of a message of version 1
	signature    = "OHDR"
	continuation = "OCHK"
)

// Flags of a header of version 2.
const (
	FlagSizeWidth    = 3      // mask: width of the size of chunk 0 is 1 << it
	FlagOrderTracked = 1 << 2 // creation order of attributes is kept: messages have a creation index
	FlagOrderIndexed = 1 << 3 // and has an index
	FlagPhaseChange  = 1 << 4
	FlagTimes        = 1 << 5
)

// Message is a message of a header, its body not yet decoded.
type Message struct {
	Type    message.Type
	Flags   uint8
	Order   uint16 // creation index, when tracked
	Body    []byte // not to be changed
	Address uint64 // of the body
}

// Header is an object header, read and verified. It is immutable.
type Header struct {
	Address  uint64
	Version  uint8
	Flags    uint8     // version 2
	Links    uint32    // hard links that lead to it; of version 2 it is 1, and a message has it where it is another
	Messages []Message // in order, without nil and continuation messages
	Chunks   int       // parts that it lies in, 1 unless it has continuations
	// Times are access, modification, change and birth in seconds since 1970, when Flags has FlagTimes.
	Times [4]uint32
}

// Read reads the object header at an address, with all its continuations.
func Read(r *block.Reader, addr uint64) (h *Header, err error) {
	err = r.Retry(func() error {
		h, err = read(r, addr)
		return err
	}, block.Torn)
	return h, err
}

func read(r *block.Reader, addr uint64) (*Header, error) {
	first, err := r.Peek(addr, firstRead, "object header")
	if err != nil {
		return nil, err
	}
	d := decoder{r: r, h: &Header{Address: addr}}
	if len(first) >= len(signature) && string(first[:len(signature)]) == signature {
		err = d.prefix2(first)
	} else {
		err = d.prefix1(first)
	}
	if err != nil {
		return nil, err
	}
	// The queue grows while it is worked off.
	for i := 0; i < len(d.queue); i++ {
		if err := d.chunk(d.queue[i]); err != nil {
			return nil, err
		}
	}
	d.h.Chunks = 1 + len(d.queue)
	return d.h, nil
}

// decoder is one reading of a header.
type decoder struct {
	r     *block.Reader
	h     *Header
	queue []message.Continuation // chunks that were announced, chunk 0 not among them
	bytes uint64                 // of all chunks so far
}

// prefix1 reads a header of version 1 and the messages of its chunk 0.
func (d *decoder) prefix1(first []byte) error {
	c := d.r.Over(first, d.h.Address, "object header")
	d.h.Version = c.U8()
	if c.Err() == nil && d.h.Version != 1 {
		return d.r.Errorf(d.h.Address, "object header: version 1, or the signature OHDR, is expected, found %#x", d.h.Version)
	}
	c.U8()
	c.U16() // number of messages, of no use: chunks end where they end
	d.h.Links = c.U32()
	size := uint64(c.U32())
	c.U32()
	if err := c.Err(); err != nil {
		return err
	}
	if err := d.account(d.h.Address, size); err != nil {
		return err
	}
	body, err := d.r.Cursor(d.h.Address+prefix1, size, "object header")
	if err != nil {
		return err
	}
	return d.messages1(&body)
}

// prefix2 reads a header of version 2 and the messages of its chunk 0.
func (d *decoder) prefix2(first []byte) error {
	c := d.r.Over(first, d.h.Address, "object header")
	c.Signature(signature)
	c.Version(2)
	d.h.Version, d.h.Links = 2, 1
	d.h.Flags = c.U8()
	if c.Err() == nil && d.h.Flags&0xc0 != 0 {
		return c.Fail("flags %#x", d.h.Flags)
	}
	if d.h.Flags&FlagTimes != 0 {
		for i := range d.h.Times {
			d.h.Times[i] = c.U32()
		}
	}
	if d.h.Flags&FlagPhaseChange != 0 {
		c.U32()
	}
	size := c.Uint(1 << (d.h.Flags & FlagSizeWidth))
	if err := c.Err(); err != nil {
		return err
	}
	if err := d.account(d.h.Address, size); err != nil {
		return err
	}
	start := uint64(c.Pos())
	whole, err := d.r.Cursor(d.h.Address, start+size+4, "object header")
	if err != nil {
		return err
	}
	whole.Skip(start)
	body := whole.Sub(size, "object header")
	whole.Checksum()
	if err := whole.Err(); err != nil {
		return err
	}
	return d.messages2(&body)
}

// account adds a chunk and refuses headers that are larger than the file or the limits: chunks do not overlap, so they
// are only in a loop.
func (d *decoder) account(addr, size uint64) error {
	limit := min(uint64(d.r.Size()), maxHeader)
	if size > limit || d.bytes+size > limit {
		return d.r.Errorf(addr, "object header: its chunks have more than %d bytes", limit)
	}
	d.bytes += size
	return nil
}

// chunk reads a continuation.
func (d *decoder) chunk(at message.Continuation) error {
	const what = "object header continuation"
	if err := d.account(at.Address, at.Length); err != nil {
		return err
	}
	c, err := d.r.Cursor(at.Address, at.Length, what)
	if err != nil {
		return err
	}
	if d.h.Version == 1 {
		return d.messages1(&c)
	}
	c.Signature(continuation)
	if c.Err() == nil && c.Len() < 4 {
		return c.Fail("%d bytes are too few", at.Length)
	}
	body := c.Sub(at.Length-8, what)
	c.Checksum()
	if err := c.Err(); err != nil {
		return err
	}
	return d.messages2(&body)
}

// messages1 reads the messages of a chunk of version 1.
func (d *decoder) messages1(c *cursor.Cursor) error {
	for c.Len() >= headerSize1 {
		m := Message{Type: message.Type(c.U16())}
		size := uint64(c.U16())
		m.Flags = c.U8()
		c.Skip(3)
		if err := d.add(c, m, size); err != nil {
			return err
		}
	}
	return nil
}

// messages2 reads the messages of a chunk of version 2. What is left when no message header fits is a gap.
func (d *decoder) messages2(c *cursor.Cursor) error {
	tracked := d.h.Flags&FlagOrderTracked != 0
	headerSize := 4
	if tracked {
		headerSize = 6
	}
	for c.Len() >= headerSize {
		m := Message{Type: message.Type(c.U8())}
		size := uint64(c.U16())
		m.Flags = c.U8()
		if tracked {
			m.Order = c.U16()
		}
		if err := d.add(c, m, size); err != nil {
			return err
		}
	}
	return nil
}

// add takes the body of a message and does what its type asks for.
func (d *decoder) add(c *cursor.Cursor, m Message, size uint64) error {
	m.Address = uint64(c.At() - d.r.Offset(0))
	m.Body = c.Bytes(size)
	if err := c.Err(); err != nil {
		return err
	}
	switch {
	case m.Type == message.TypeNil:
		return nil
	case m.Type == message.TypeContinuation:
		return d.announce(m)
	case m.Type > message.LastType && m.Flags&message.FlagFailAlways != 0:
		return d.r.Unsupported("message type %#x, which must not be passed over", uint16(m.Type))
	case len(d.h.Messages) >= maxMessages:
		return c.Fail("more than %d messages", maxMessages)
	}
	if d.h.Messages == nil {
		d.h.Messages = make([]Message, 0, usualMessages)
	}
	d.h.Messages = append(d.h.Messages, m)
	return nil
}

// announce puts a continuation in the queue.
func (d *decoder) announce(m Message) error {
	c := d.r.Over(m.Body, m.Address, m.Type.String())
	next, err := message.DecodeContinuation(&c)
	if err != nil {
		return err
	}
	if len(d.queue) >= maxChunks {
		return c.Fail("more than %d chunks", maxChunks)
	}
	if next.Address == d.h.Address {
		return c.Fail("an object header goes on at its own start")
	}
	for _, q := range d.queue[max(0, len(d.queue)-16):] {
		if q.Address == next.Address {
			return c.Fail("an object header goes on twice at address %#x", next.Address)
		}
	}
	d.queue = append(d.queue, next)
	return nil
}

// Find returns the first message of a type, nil if there is none.
func (h *Header) Find(t message.Type) *Message {
	for i := range h.Messages {
		if h.Messages[i].Type == t {
			return &h.Messages[i]
		}
	}
	return nil
}

// Has reports whether there is a message of the type.
func (h *Header) Has(t message.Type) bool { return h.Find(t) != nil }
