package disk

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func write(t *testing.T, size int) (name string, contents []byte) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "file")
	contents = make([]byte, size)
	for i := range contents {
		contents[i] = byte(i * 7)
	}
	if err := os.WriteFile(name, contents, 0o666); err != nil {
		t.Fatal(err)
	}
	return name, contents
}

func TestReadAt(t *testing.T) {
	name, contents := write(t, 1000)
	f, _, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	if f.Size() != 1000 {
		t.Errorf("size %d", f.Size())
	}
	p := make([]byte, 100)
	if n, err := f.ReadAt(p, 300); n != 100 || err != nil || !bytes.Equal(p, contents[300:400]) {
		t.Errorf("%d bytes, %v", n, err)
	}
	if n, err := f.ReadAt(p, 950); n != 50 || err != io.EOF || !bytes.Equal(p[:n], contents[950:]) {
		t.Errorf("%d bytes at the end, %v", n, err)
	}
	if err := os.Truncate(name, 10); err != nil {
		t.Fatal(err)
	}
	if f.Size() != 10 {
		t.Errorf("size %d after the file became shorter", f.Size())
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := f.ReadAt(p, 0); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("read of a closed file: %v", err)
	}
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("closing twice: %v", err)
	}
}

func TestOpenRefuses(t *testing.T) {
	if _, _, err := Open(t.TempDir()); !errors.Is(err, ErrNotRegular) {
		t.Errorf("a folder: %v", err)
	}
	if _, _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}

// A descriptor that is closed while others read must not be closed under them: its number could be another file's by then.
func TestCloseWaitsForReaders(t *testing.T) {
	name, contents := write(t, 4096)
	for range 200 {
		f, _, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				p := make([]byte, len(contents))
				for {
					n, err := f.ReadAt(p, 0)
					if errors.Is(err, fs.ErrClosed) {
						return
					}
					if err != nil || !bytes.Equal(p[:n], contents) {
						t.Errorf("%d bytes, %v", n, err)
						return
					}
				}
			})
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		other, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		group.Wait()
		_ = other.Close()
	}
}
