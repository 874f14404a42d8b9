package block

import (
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

const (
	// retries is how often a structure is read again before it counts as damaged; libhdf5's number for metadata of a SWMR file.
	retries = 100

	// firstPause and longestPause are the waits between: the second one comes after a few, and all together last some 0.1 s. A writer's pwrite is over sooner.
	firstPause   = 10 * time.Microsecond
	longestPause = time.Millisecond

	// patience is how many structures in a row may stay damaged after all retries. A file with more is not being written but broken, and reading
	// it must not take that long for each of its structures.
	patience = 4
)

// SetLive says whether a writer may be at work on the file. While one may be, the size of the file is measured again when it matters, and structures
// that do not check out are read again.
func (r *Reader) SetLive(live bool) { r.live.Store(live) }

// Hurry makes Retry try only once more, as it does after many structures that stayed damaged. It is for tests with damaged files.
func (r *Reader) Hurry() { r.broken.Store(patience) }

// Live reports whether a writer may be at work on the file.
func (r *Reader) Live() bool { return r.live.Load() }

// Measure asks the file for its size now. A source that cannot tell keeps the size that it was opened with.
func (r *Reader) Measure() {
	switch src := r.src.(type) {
	case interface{ Stat() (fs.FileInfo, error) }:
		if info, err := src.Stat(); err == nil {
			r.size.Store(info.Size())
		}
	case interface{ Size() int64 }:
		r.size.Store(src.Size())
	}
}

// Retry calls read, and while the file is live calls it again as long as torn says that its error may come from something that is only half
// written. What read asks for comes from the file each time.
func (r *Reader) Retry(read func() error, torn func(error) bool) error {
	err := read()
	if err == nil || !r.Live() || !torn(err) {
		return err
	}
	left := retries
	if r.broken.Load() >= patience {
		left = 1
	}
	for pause := firstPause; left > 0; left-- {
		time.Sleep(pause)
		pause = min(2*pause, longestPause)
		r.Measure()
		r.Forget()
		if err = read(); err == nil {
			r.broken.Store(0)
			return nil
		}
		if !torn(err) {
			return err
		}
	}
	r.broken.Add(1)
	return err
}

// Torn reports whether an error of a decoder may come from bytes that a writer was just changing.
func Torn(err error) bool {
	var format *fault.FormatError
	return errors.As(err, &format) || errors.Is(err, io.ErrUnexpectedEOF)
}
