// Package fault holds the two errors that every decoder of this module returns: the
// file is wrong, and the file is right but we cannot do this.
package fault

import "fmt"

// FormatError says that a file breaks the HDF5 format: what was expected, what was found and where.
type FormatError struct {
	File   string // name of the file, as it was opened; empty when it has none
	Offset int64  // byte offset from the start of the file, user block included; -1 when unknown
	What   string // the structure, what was expected of it and what was found
	Err    error  // the cause, may be nil
}

// Error gives "file: offset 0x1f0: what: cause".
func (e *FormatError) Error() string {
	msg := "damaged HDF5 file"
	if e.File != "" {
		msg = e.File
	}
	if e.Offset >= 0 {
		msg += fmt.Sprintf(": offset %#x", e.Offset)
	}
	msg += ": " + e.What
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

// Unwrap returns the cause.
func (e *FormatError) Unwrap() error { return e.Err }

// ChecksumError is the cause of the FormatErrors about checksums; their Offset is where the checksum is stored. It may mean that a
// writer was at work on the structure while it was read.
type ChecksumError struct {
	Stored   uint32 // in the file
	Computed uint32 // from the bytes in the file
}

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("checksum %08x is stored, the bytes have %08x", e.Stored, e.Computed)
}

// UnsupportedError says that a file is well-formed and uses something that this module does not do.
type UnsupportedError struct {
	File    string // name of the file, as it was opened; empty when it has none
	Feature string // what is not supported, with its number in the format: "chunk index type 9"
	Err     error  // the cause, may be nil
}

// Error gives "file: not supported: feature".
func (e *UnsupportedError) Error() string {
	msg := "not supported: " + e.Feature
	if e.File != "" {
		msg = e.File + ": " + msg
	}
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

// Unwrap returns the cause.
func (e *UnsupportedError) Unwrap() error { return e.Err }
