// Package disk opens files of the operating system for reading at positions, for programs that open thousands of them one after another: a File
// is a descriptor and a count of its uses, without the poller and the name of an os.File.
//
// A File is safe for concurrent use. One that is not closed keeps its descriptor until the garbage collector finds that nobody has it.
package disk

import (
	"errors"
	"fmt"
)

// ErrNotRegular says that there is a folder, a pipe or a device under the name.
var ErrNotRegular = errors.New("it is not a regular file")

func notRegular(what string) error { return fmt.Errorf("%w, but %s", ErrNotRegular, what) }
