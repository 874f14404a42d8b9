// Package npy writes NumPy's .npy files, format version 1.0 and, where the header is too
// long for it, 2.0 (numpy.lib.format).
package npy

import (
	"encoding/binary"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// align is what the length of magic, version and header together is a multiple of, so that the
// elements can be mapped into memory.
const align = 64

// WriteHeader writes what comes before the elements: magic, version, and the header that says
// the element type and the shape. descr is the type as NumPy writes it, '<u2' or a list of
// fields [('x', '<f4'), …]; shape is in elements, slowest axis first, and empty for a scalar. The
// elements follow in row-major order.
func WriteHeader(w io.Writer, descr string, shape []int) error {
	if !strings.HasPrefix(descr, "[") {
		descr = "'" + descr + "'"
	}
	header := fmt.Sprintf("{'descr': %s, 'fortran_order': False, 'shape': %s, }", descr, tuple(shape))

	prefix := []byte("\x93NUMPY\x01\x00")
	size := padded(len(prefix)+2, header)
	if size > 0xffff {
		prefix[6] = 2
		size = padded(len(prefix)+4, header)
		prefix = binary.LittleEndian.AppendUint32(prefix, uint32(size))
	} else {
		prefix = binary.LittleEndian.AppendUint16(prefix, uint16(size))
	}
	header += strings.Repeat(" ", size-len(header)-1) + "\n"
	_, err := w.Write(append(prefix, header...))
	return err
}

// padded is the length of the header with its newline and the spaces that align the elements
// when before bytes precede it.
func padded(before int, header string) int {
	n := before + len(header) + 1
	return (n+align-1)/align*align - before
}

// tuple writes a shape as Python does: (), (3,), (3, 4).
func tuple(shape []int) string {
	parts := make([]string, len(shape))
	for i, n := range shape {
		parts[i] = strconv.Itoa(n)
	}
	if len(parts) == 1 {
		return "(" + parts[0] + ",)"
	}
	return "(" + strings.Join(parts, ", ") + ")"
}
