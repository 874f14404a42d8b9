package hdf5

import (
	"fmt"
	"io"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// ReadRaw fills p with stored bytes from byte off on of a compact or contiguous dataset; storage that was never allocated reads as
// the fill value. The error for another layout wraps ErrKind, or ErrVirtual. Elements in external storage are read from its files of raw data, see
// WithRawFiles; the error for one that is not there wraps fs.ErrNotExist, for one that is too short io.ErrUnexpectedEOF.
func (d *Dataset) ReadRaw(p []byte, off int64) error {
	total, ok := d.byteSize()
	if !ok || off < 0 || uint64(off) > total || uint64(len(p)) > total-uint64(off) {
		return d.placed(fmt.Errorf("%d bytes at %d are not within its %d bytes", len(p), off, total))
	}
	switch {
	case d.layout.Class == message.LayoutVirtual:
		return d.placed(ErrVirtual)
	case d.layout.Class == message.LayoutChunked:
		return d.placed(fmt.Errorf("%w: its layout is chunked, not compact or contiguous", ErrKind))
	case d.layout.Class == message.LayoutCompact:
		copy(p, d.layout.Data[off:])
		return nil
	case d.external != nil:
		return d.readRawFiles(p, uint64(off))
	case d.layout.Address == cursor.Undefined:
		fillRaw(p, d.fill.Value, off)
		return nil
	}
	if err := d.file.reader.ReadAt(p, d.layout.Address+uint64(off), "contiguous data"); err != nil {
		return d.place(err)
	}
	return nil
}

// ViewRaw lends the n stored bytes from byte off on of a contiguous dataset to use, as pages of its file that are mapped into memory: nothing is
// copied, and of a page that use does not look at nothing is moved. They must not be changed, or kept. Where that cannot be done, or would not
// pay, viewed is false, use was not called, and ReadRaw is the way: on systems other than Linux, for files that are not of a local file
// system or are being written, for short ranges and for other storage. A file that becomes shorter meanwhile is an error that wraps
// io.ErrUnexpectedEOF; what use has made of the bytes is then to be thrown away.
func (d *Dataset) ViewRaw(off, n int64, use func(stored []byte) error) (viewed bool, err error) {
	if d.layout.Class != message.LayoutContiguous || d.external != nil || d.layout.Address == cursor.Undefined {
		return false, nil
	}
	if total, ok := d.byteSize(); !ok || off < 0 || n < 0 || uint64(off) > total || uint64(n) > total-uint64(off) {
		return false, d.placed(fmt.Errorf("%d bytes at %d are not within its %d bytes", n, off, total))
	}
	viewed, err = d.file.reader.View(d.layout.Address+uint64(off), uint64(n), "contiguous data", use)
	if err != nil {
		err = d.place(err)
	}
	return viewed, err
}

// placed puts file and path before an error.
func (d *Dataset) placed(err error) error {
	return fmt.Errorf("%s: %s: %w", d.file.name, d.path, err)
}

// fillRaw fills p with what the bytes from off on of a dataset are when every element is value; nil: zeros.
func fillRaw(p, value []byte, off int64) {
	if len(value) == 0 {
		clear(p)
		return
	}
	at := int(off % int64(len(value)))
	n := copy(p, value[at:])
	if n += copy(p[n:], value[:at]); n < len(p) {
		// The pattern is there once; each copy doubles it.
		for n < len(p) {
			n += copy(p[n:], p[:n])
		}
	}
}

// Contiguous is where the bytes of a contiguous dataset lie: size of them at offset addr of r. ok is false for another layout,
// for storage that is not allocated or in external files, and for storage that is not all within the file.
func (d *Dataset) Contiguous() (r io.ReaderAt, addr, size int64, ok bool) {
	total, fits := d.byteSize()
	if d.layout.Class != message.LayoutContiguous || d.external != nil || d.layout.Address == cursor.Undefined || !fits {
		return nil, 0, 0, false
	}
	if total > d.file.reader.Room(d.layout.Address) {
		return nil, 0, 0, false
	}
	return d.file.reader.Source(), d.file.reader.Offset(d.layout.Address), int64(total), true
}
