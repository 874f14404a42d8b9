package object

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/block"
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

func reader(b []byte) *block.Reader {
	r := block.NewReader("f", bytes.NewReader(b), int64(len(b)))
	r.Configure(0, cursor.Sizes{Offset: 8, Length: 8})
	return r
}

// message1 is a message of a version-1 header, message2 of a version-2 one.
func message1(t message.Type, body string) string {
	return string([]byte{byte(t), 0, byte(len(body)), byte(len(body) >> 8), 0, 0, 0, 0}) + body
}

func message2(t message.Type, body string) string {
	return string([]byte{byte(t), byte(len(body)), byte(len(body) >> 8), 0}) + body
}

func continuationTo(addr, length uint64) string {
	return string(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, addr), length))
}

func header1(messages string) string {
	return "\x01\x00\x00\x00\x01\x00\x00\x00" + string(binary.LittleEndian.AppendUint32(nil, uint32(len(messages)))) + "\x00\x00\x00\x00" + messages
}

func header2(messages string) string {
	b := append([]byte("OHDR\x02\x01"), byte(len(messages)), byte(len(messages)>>8))
	return string(cursor.AppendChecksum(append(b, messages...), 0))
}

func chunk2(messages string) string {
	return string(cursor.AppendChecksum([]byte("OCHK"+messages), 0))
}

func comment(text string) string { return text + strings.Repeat("\x00", 8-len(text)) }

// headers are headers at address 0, and the comments in them in order.
func headers() map[string]struct{ file, comments string } {
	second1 := message1(message.TypeComment, comment("c"))
	first1 := header1(message1(message.TypeComment, comment("a")) + message1(message.TypeContinuation, continuationTo(72, 16)) + message1(message.TypeComment, comment("b")))
	second2 := chunk2(message2(message.TypeComment, comment("c")) + message2(message.TypeNil, "xx") + "\x00\x00\x00")
	first2 := func(at uint64) string {
		return header2(message2(message.TypeComment, comment("a")) + message2(message.TypeContinuation, continuationTo(at, uint64(len(second2)))) + message2(message.TypeComment, comment("b")))
	}
	n := uint64(len(first2(0)))
	return map[string]struct{ file, comments string }{
		"version 1":            {header1(message1(message.TypeComment, comment("a")) + "\x00\x00\x00"), "a"},
		"version 1, continued": {first1 + strings.Repeat("\x00", 72-len(first1)) + second1, "abc"},
		"version 2":            {header2(message2(message.TypeComment, comment("a")) + "\x00\x00\x00"), "a"},
		"version 2, continued": {first2(n) + second2, "abc"},
		"empty":                {header2(""), ""},
	}
}

func TestRead(t *testing.T) {
	for name, c := range headers() {
		h, err := Read(reader([]byte(c.file)), 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got := ""
		for _, m := range h.Messages {
			got += string(bytes.TrimRight(m.Body, "\x00"))
			if string(c.file[m.Address:m.Address+uint64(len(m.Body))]) != string(m.Body) {
				t.Errorf("%s: a message is not at its address %d", name, m.Address)
			}
		}
		if got != c.comments {
			t.Errorf("%s: comments %q, not %q", name, got, c.comments)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	self2 := func(length uint64) string {
		return header2(message2(message.TypeContinuation, continuationTo(0, length)))
	}
	for name, c := range map[string]struct{ file, says string }{
		"nothing":                 {"", "object header"},
		"other bytes":             {strings.Repeat("x", 100), "OHDR"},
		"message too long":        {header1("\x0d\x00\xff\x00\x00\x00\x00\x00"), "needed"},
		"chunk too long":          {header1("")[:8] + "\xff\xff\xff\x7f\x00\x00\x00\x00", "more than"},
		"continued at itself":     {header1(message1(message.TypeContinuation, continuationTo(0, 40))), "its own start"},
		"continued in a loop":     {header1(message1(message.TypeContinuation, continuationTo(40, 24))) + message1(message.TypeContinuation, continuationTo(40, 24)), "twice"},
		"continued behind":        {header1(message1(message.TypeContinuation, continuationTo(35, 16))), "past the end"},
		"version 2 in itself":     {self2(28), "its own start"},
		"checksum":                {header2(message2(message.TypeComment, "a"))[:14] + "\x00\x00\x00\x00", "checksum"},
		"flags":                   {"OHDR\x02\xc0\x00\x00\x00\x00\x00", "flags"},
		"size of 8 bytes":         {"OHDR\x02\x03\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00", "more than"},
		"unknown, must be known":  {header2("\xf0\x00\x00\x80"), "message type 0xf0"},
		"continuation of 4 bytes": {header2(message2(message.TypeContinuation, continuationTo(0x20, 4))) + strings.Repeat("OCHK", 10), "too few"},
	} {
		_, err := Read(reader([]byte(c.file)), 0)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range headers() {
		f.Add([]byte(c.file))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := mend.Checksums(bytes.Clone(b), func(b []byte) error {
			_, err := Read(reader(b), 0)
			return err
		})
		if err != nil && !errors.As(err, new(*fault.FormatError)) && !errors.As(err, new(*fault.UnsupportedError)) {
			t.Fatalf("%T: %v", err, err)
		}
	})
}
