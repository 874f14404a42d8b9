//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly)

package disk

import (
	"errors"
	"io/fs"
	"os"
)

// File is a regular file that is open for reading.
type File struct{ *os.File }

// Open opens a regular file, of size bytes now. The error for anything else is ErrNotRegular.
func Open(name string) (file *File, size int64, err error) {
	f, err := os.Open(name)
	if err != nil {
		var path *fs.PathError
		if errors.As(err, &path) {
			err = path.Err
		}
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = notRegular("a folder")
	} else if err == nil && !info.Mode().IsRegular() {
		err = notRegular("a device")
	}
	if err != nil {
		return nil, 0, errors.Join(err, f.Close())
	}
	return &File{f}, info.Size(), nil
}

// Size is the bytes of the file now, 0 where that cannot be known.
func (f *File) Size() int64 {
	info, err := f.Stat()
	if err != nil {
		return 0
	}
	return info.Size()
}

// Control calls use with the descriptor.
func (f *File) Control(use func(fd uintptr)) error {
	use(f.Fd())
	return nil
}
