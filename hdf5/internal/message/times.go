package message

import (
	"time"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
)

// DecodeModified reads an object modification time message (IV.A.2.s): seconds since 1970.
func DecodeModified(c *cursor.Cursor) (time.Time, error) {
	c.Version(1)
	c.Skip(3)
	seconds := c.U32()
	return time.Unix(int64(seconds), 0).UTC(), c.Err()
}

// DecodeModifiedOld reads an object modification time message in its old form (IV.A.2.o): digits of the year, the month, the day, the hour, the
// minute and the second.
func DecodeModifiedOld(c *cursor.Cursor) (time.Time, error) {
	const digits = "20060102150405"
	b := c.Bytes(uint64(len(digits)))
	if err := c.Err(); err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(digits, string(b))
	if err != nil {
		return time.Time{}, c.Fail("time %q", b)
	}
	return t, nil
}

// DecodeComment reads an object comment message (IV.A.2.n).
func DecodeComment(c *cursor.Cursor) (string, error) { return c.Text(), c.Err() }

// DecodeReferenceCount reads an object reference count message (IV.A.2.w): the number of hard links to an object, where it is not 1.
func DecodeReferenceCount(c *cursor.Cursor) (uint32, error) {
	c.Version(0)
	return c.U32(), c.Err()
}
