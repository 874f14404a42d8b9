package filter

import "fmt"

// UnknownFilterError is the error of a chunk that needs a filter of which no codec is registered.
type UnknownFilterError struct {
	ID   ID
	Name string // as stored in the file; may be empty
}

func (e *UnknownFilterError) Error() string {
	if e.Name == "" {
		return fmt.Sprintf("filter %d is not known; filter.Register adds a codec for it", uint16(e.ID))
	}
	return fmt.Sprintf("filter %d (%q) is not known; filter.Register adds a codec for it", uint16(e.ID), e.Name)
}

// ReadOnlyError is the error of writing through a filter whose codec only reads.
type ReadOnlyError struct{ ID ID }

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("filter %s can be read and not written", e.ID)
}

// Error is a failure of one filter on one chunk.
type Error struct {
	ID    ID
	Stage int    // place of the filter in the pipeline, from 0
	Doing string // "decoding" or "encoding"
	Err   error
}

func (e *Error) Error() string {
	return fmt.Sprintf("%s, filter %d of the pipeline (%s): %v", e.Doing, e.Stage, e.ID, e.Err)
}

// Unwrap is the reason.
func (e *Error) Unwrap() error { return e.Err }

// ChecksumError is the error of stored bytes that are not those that were written.
type ChecksumError struct {
	Kind             string // "Fletcher-32", "Adler-32", "CRC-32"
	Stored, Computed uint32
}

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("%s checksum mismatch: stored 0x%08x, computed 0x%08x", e.Kind, e.Stored, e.Computed)
}

// corrupt describes stored bytes that are not in the filter's format.
func corrupt(format string, args ...any) error {
	return fmt.Errorf("stored bytes are damaged: "+format, args...)
}

// tooLong is the error of a chunk that does not fit where it belongs.
func tooLong(n, room int) error {
	return corrupt("%d bytes where the chunk has room for %d", n, room)
}

// paramError is the error of client data that no chunk can be decoded or encoded with.
func paramError(what string, got uint32, want string) error {
	return fmt.Errorf("client data: %s is %d and must be %s", what, got, want)
}

// unsupported is the error of stored bytes that are well formed, and that this package cannot decode.
func unsupported(format string, args ...any) error {
	return fmt.Errorf("not supported: "+format, args...)
}
