package hdf5

import (
	"errors"
	"fmt"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

// FormatError says that a file breaks the HDF5 format: what was expected, what was found, and
// the byte offset in the file. Find it with errors.As.
type FormatError = fault.FormatError

// UnsupportedError says that a file is well-formed and uses something that this package does
// not do; Feature names it. Find it with errors.As.
type UnsupportedError = fault.UnsupportedError

var (
	// ErrNotHDF5 is wrapped by the errors of Open and NewFile for bytes without an HDF5 signature.
	ErrNotHDF5 = errors.New("not an HDF5 file")

	// ErrEmpty is wrapped, beside ErrNotHDF5, where the file has no bytes at all: often one that a writer has just created.
	ErrEmpty = fmt.Errorf("%w: it is empty", ErrNotHDF5)

	// ErrNotFound is what errors.Is finds in every *NotFoundError.
	ErrNotFound = errors.New("not found")

	// ErrVirtual is wrapped by errors of calls that would need the data of a virtual dataset: its elements
	// lie in other datasets, and package runtime reads them.
	ErrVirtual = errors.New("dataset is virtual: its elements are read by package runtime")

	// ErrNotVirtual is wrapped by the error of Dataset.VirtualMappings for a dataset that is not virtual.
	ErrNotVirtual = errors.New("dataset is not virtual")

	// ErrKind is wrapped by errors about an object, or a link, of another kind than the call needs.
	ErrKind = errors.New("object of another kind")
)

// NotFoundError says that a path leads nowhere, and which part of it is missing.
type NotFoundError struct {
	File    string // the file that was searched; an external link may have led to another than was opened
	Path    string // the path as it was asked for
	Missing string // the path of the first component that is not there, from the root group of File
	Err     error  // the cause, may be nil; set when a link on the way could not be followed
}

// Error names the file, the path and the component.
func (e *NotFoundError) Error() string {
	msg := fmt.Sprintf("%s: %s: not found", e.File, e.Path)
	if e.Missing != "" && e.Missing != e.Path {
		msg += ": there is no " + e.Missing
	}
	if e.Err != nil {
		msg += ": " + e.Err.Error()
	}
	return msg
}

// Is makes errors.Is(err, ErrNotFound) true.
func (e *NotFoundError) Is(target error) bool { return target == ErrNotFound }

// Unwrap returns the cause.
func (e *NotFoundError) Unwrap() error { return e.Err }
