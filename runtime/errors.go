package runtime

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"syscall"

	"github.com/vdsgen/vdsgen/hdf5"
)

// SliceError says that a selection does not fit the dataset.
type SliceError struct {
	Dataset string // "file:path", empty while a layout is built
	Axis    int    // from 0
	Slice   string // the slice of that axis, or all of them where the selection as a whole is wrong
	Extent  int    // elements along the axis, Unlimited where it plays no part
	Why     string
}

func (e *SliceError) Error() string {
	msg := fmt.Sprintf("slice %s of axis %d: %s", e.Slice, e.Axis, e.Why)
	if e.Dataset != "" {
		msg = e.Dataset + ": " + msg
	}
	return msg
}

// SourceName is the name of a source dataset as it stands in the mapping, with %% and %b resolved.
type SourceName struct {
	File string // "." is the file of the virtual dataset
	Path string // of the dataset, from the root group of File
}

func (n SourceName) String() string { return n.File + ":" + n.Path }

// Attempt is one place where a source was looked for, and why it was not taken from there.
type Attempt struct {
	Path string
	Err  error
}

// MissingSourceError says that a source of a virtual dataset cannot be opened. errors.Is finds fs.ErrNotExist in it if
// and only if the source does not exist at all; anything else (no permission, not an HDF5 file, too many open files) means that it may
// be there and cannot be read.
type MissingSourceError struct {
	File    string // of the virtual dataset
	Dataset string // path of the virtual dataset
	Mapping int    // number of the mapping, from 0
	Source  SourceName
	Tried   []Attempt // every file that was tried, in order
	Err     error     // the reason, where a file was found and the dataset was not; nil where no file was
}

func (e *MissingSourceError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s:%s: mapping %d: source %s: ", e.File, e.Dataset, e.Mapping, e.Source)
	if e.Err != nil {
		b.WriteString(e.Err.Error())
		return b.String()
	}
	if len(e.Tried) == 0 {
		b.WriteString("the name leads nowhere")
		return b.String()
	}
	b.WriteString("no such file could be opened; tried ")
	for i, t := range e.Tried {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%s (%s)", t.Path, reason(t))
	}
	return b.String()
}

// reason is why an attempt failed, without the path that is written beside it.
func reason(t Attempt) string {
	var code syscall.Errno
	if errors.As(t.Err, &code) {
		return code.Error()
	}
	return strings.TrimPrefix(t.Err.Error(), t.Path+": ")
}

// noSuchFile reports that there is no file of a name, also where its folder is a file.
func noSuchFile(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// absent reports that the source does not exist, as opposed to existing and not being readable.
func (e *MissingSourceError) absent() bool {
	if e.Err != nil {
		return errors.Is(e.Err, hdf5.ErrNotFound)
	}
	for _, t := range e.Tried {
		if !noSuchFile(t.Err) {
			return false
		}
	}
	return true
}

// Is makes errors.Is(err, fs.ErrNotExist) true where the source does not exist.
func (e *MissingSourceError) Is(target error) bool {
	return target == fs.ErrNotExist && e.absent()
}

// Unwrap returns the reasons why the source could not be opened, less those that only say that a candidate does not exist:
// these are one place of several.
func (e *MissingSourceError) Unwrap() []error {
	var reasons []error
	if e.Err != nil {
		reasons = append(reasons, e.Err)
	}
	for _, t := range e.Tried {
		if !noSuchFile(t.Err) {
			reasons = append(reasons, t.Err)
		}
	}
	return reasons
}

// SourceMismatchError says that a source is there and is not what its mapping needs: another rank, too small, another number
// of elements, a type that cannot be converted.
type SourceMismatchError struct {
	File    string // of the virtual dataset
	Dataset string // path of the virtual dataset
	Mapping int    // number of the mapping, from 0
	Source  SourceName
	Found   string // the file that the source was found in
	What    string
	Err     error // the cause, may be nil
}

func (e *SourceMismatchError) Error() string {
	where := e.Source.String()
	if e.Found != "" && e.Found != e.Source.File {
		where += " (" + e.Found + ")"
	}
	return fmt.Sprintf("%s:%s: mapping %d: source %s: %s", e.File, e.Dataset, e.Mapping, where, e.What)
}

// Unwrap returns the cause.
func (e *SourceMismatchError) Unwrap() error { return e.Err }

// CycleError says that a virtual dataset is, by way of its sources, a source of itself.
type CycleError struct {
	Chain []string // "file:path" of each dataset on the way, the last one equal to an earlier one
}

func (e *CycleError) Error() string {
	return "virtual dataset is a source of itself: " + strings.Join(e.Chain, " → ")
}

// LayoutError says that a layout cannot be a virtual dataset: what is wrong with which mapping.
type LayoutError struct {
	Mapping int // from 0, -1 where the layout as a whole is meant
	Source  SourceName
	What    string
	Err     error // the cause, may be nil
}

func (e *LayoutError) Error() string {
	if e.Mapping < 0 {
		return "layout: " + e.What
	}
	return fmt.Sprintf("layout: mapping %d from %s: %s", e.Mapping, e.Source, e.What)
}

// Unwrap returns the cause.
func (e *LayoutError) Unwrap() error { return e.Err }
