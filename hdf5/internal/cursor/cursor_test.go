package cursor

import (
	"errors"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

// The values were computed with the code that libhdf5 uses.
func TestChecksum(t *testing.T) {
	for text, want := range map[string]uint32{
		"": 0xdeadbeef, "a": 0x58d68708, "abc": 0x0e397631, "data": 0xeaa2c748, "hello world!": 0x4b8946db, "hello world!!": 0xbdfd2524,
	} {
		if got := Checksum([]byte(text)); got != want {
			t.Errorf("%q: %08x, not %08x", text, got, want)
		}
	}
}

func TestCursor(t *testing.T) {
	b := []byte{1, 2, 0, 3, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 5, 6, 0xff, 0xff, 'a', 'b', 0, 9}
	c := New("f", 100, b, Sizes{Offset: 2, Length: 1}, "thing")
	if c.U8() != 1 || c.U16() != 2 || c.U32() != 3 || c.U64() != 4 || c.Length() != 5 || c.Uint(1) != 6 || c.Address() != Undefined || c.Text() != "ab" {
		t.Error("a field is wrong")
	}
	if c.At() != 122 || c.Len() != 1 || c.Pos() != 22 {
		t.Errorf("at %d, %d left", c.At(), c.Len())
	}
	if c.U8() != 9 || c.Err() != nil {
		t.Error(c.Err())
	}
	if c.U16() != 0 {
		t.Error("a field behind the end")
	}
	var wrong *fault.FormatError
	if !errors.As(c.Err(), &wrong) || wrong.File != "f" || wrong.Offset != 123 {
		t.Error(c.Err())
	}
	first := c.Err()
	if c.Fail("another"); c.Err() != first || c.U8() != 0 || c.Bytes(0) != nil {
		t.Error("the first error stays")
	}
}

func TestCursorChecksum(t *testing.T) {
	b := AppendChecksum([]byte("SIGNdata"), 0)
	c := New("f", 10, b, Sizes{}, "thing")
	c.Signature("SIGN")
	c.Skip(4)
	c.Checksum()
	if c.Err() != nil {
		t.Error(c.Err())
	}
	b[9] ^= 1
	c = New("f", 10, b, Sizes{}, "thing")
	c.Skip(8)
	c.Checksum()
	var wrong *fault.FormatError
	var sum *fault.ChecksumError
	if !errors.As(c.Err(), &wrong) || wrong.Offset != 18 || !errors.As(c.Err(), &sum) || sum.Computed != Checksum([]byte("SIGNdata")) {
		t.Error(c.Err())
	}
}

func FuzzCursor(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 0}, []byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Fuzz(func(t *testing.T, b, steps []byte) {
		c := New("f", 0, b, Sizes{Offset: 4, Length: 8}, "thing")
		for _, s := range steps {
			before := c.Pos()
			switch s % 12 {
			case 0:
				c.U8()
			case 1:
				c.U16()
			case 2:
				c.U32()
			case 3:
				c.U64()
			case 4:
				c.Bytes(uint64(s) << (s % 60))
			case 5:
				c.Terminated()
			case 6:
				c.Uint(int(s) / 12)
			case 7:
				c.Address()
			case 8:
				c.Pad(0)
			case 9:
				c.Checksum()
			case 10:
				sub := c.Sub(uint64(s), "sub")
				sub.U64()
			case 11:
				c.NeedEach(uint64(s)<<(s%60), int(s))
			}
			if c.Pos() < before || c.Pos() > len(b) {
				t.Fatal("the cursor left its bytes")
			}
		}
	})
}
