// Package detectortest is what the tests of the example detectors share: sources with known values, and arrays as bytes.
package detectortest

import (
	"encoding/binary"
	"testing"

	"github.com/vdsgen/vdsgen/internal/oracle"
	vds "github.com/vdsgen/vdsgen/runtime"
)

// Write writes the elements of one member, values that tell it from the others, and closes its file.
func Write[T int32 | int64 | uint16 | uint32](t *testing.T, member, elements int, w *vds.SourceWriter[T], err error) {
	t.Helper()
	if err == nil {
		err = w.Append(oracle.MemberValues[T](member, elements))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// Bytes is what was read, as little-endian bytes.
func Bytes[T any](t *testing.T, a vds.Array[T], err error) []byte {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	values, err := binary.Append(nil, binary.LittleEndian, a.Data)
	if err != nil {
		t.Fatal(err)
	}
	return values
}
