// Package mend is for fuzz tests: it makes bytes that were changed at random pass their checksums, so that what lies behind a
// checksum is tested too.
package mend

import (
	"encoding/binary"
	"errors"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

// rounds is how many checksums of one input are put right: enough to reach every structure of the seeds.
const rounds = 40

// Checksums calls try with b until its error is not about a checksum, and puts the checksum right before each next call. It returns the last error.
func Checksums(b []byte, try func(b []byte) error) error {
	var err error
	for range rounds {
		err = try(b)
		var wrong *fault.FormatError
		var sum *fault.ChecksumError
		if !errors.As(err, &wrong) || !errors.As(err, &sum) || wrong.Offset < 0 || wrong.Offset > int64(len(b)-4) {
			return err
		}
		binary.LittleEndian.PutUint32(b[wrong.Offset:], sum.Computed)
	}
	return err
}
