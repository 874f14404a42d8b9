package block

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/disk"
)

// viewable is a file of n bytes, each of which is the low byte of its offset's 251st part, and a Reader of it.
func viewable(t *testing.T, n int) (name string, r *Reader, content []byte) {
	t.Helper()
	content = make([]byte, n)
	for i := range content {
		content[i] = byte(i % 251)
	}
	name = filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(name, content, 0o666); err != nil {
		t.Fatal(err)
	}
	file, _, err := disk.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() })
	return name, NewReader(name, file, int64(n)), content
}

func TestView(t *testing.T) {
	_, r, content := viewable(t, 1<<20)
	for _, c := range []struct{ at, n uint64 }{{0, 1 << 20}, {5000, LeastView}, {4096, 2 * LeastView}, {1<<20 - LeastView, LeastView}} {
		viewed, err := r.View(c.at, c.n, "bytes", func(b []byte) error {
			if !bytes.Equal(b, content[c.at:c.at+c.n]) {
				t.Errorf("%d bytes at %d are not those of the file", c.n, c.at)
			}
			return nil
		})
		if err != nil || viewed != r.CanView() {
			t.Errorf("%d bytes at %d: viewed %v, %v; it can be viewed: %v", c.n, c.at, viewed, err, r.CanView())
		}
	}
}

// What is short, not a file of the operating system, or being written, is to be read.
func TestViewNot(t *testing.T) {
	_, r, content := viewable(t, 1<<20)
	live := NewReader("live", r.src, 1<<20)
	live.SetLive(true)
	wrapped := NewReader("wrapped", struct{ io.ReaderAt }{r.src}, 1<<20)
	memory := NewReader("memory", bytes.NewReader(content), 1<<20)
	never := func([]byte) error { t.Error("use was called"); return nil }
	for _, c := range []struct {
		r *Reader
		n uint64
	}{{r, LeastView - 1}, {r, maxView + 1}, {live, 1 << 20}, {wrapped, 1 << 20}, {memory, 1 << 20}} {
		if viewed, err := c.r.View(0, c.n, "bytes", never); viewed || err != nil {
			t.Errorf("%s, %d bytes: viewed %v, %v", c.r.Name(), c.n, viewed, err)
		}
	}
	if viewed, err := r.View(1<<19, 1<<19+1, "bytes", never); viewed || err == nil && r.CanView() {
		t.Errorf("bytes past the end of the file: viewed %v, %v", viewed, err)
	}
}

// A file that is cut off while it is looked at is an error: where the page is gone, and where the rest of a page reads as zeros.
func TestViewOfFileThatShrinks(t *testing.T) {
	for _, size := range []int64{0, 4096, 1<<20 - 1} {
		name, r, _ := viewable(t, 1<<20)
		sum := 0
		viewed, err := r.View(0, 1<<20, "bytes", func(b []byte) error {
			if err := os.Truncate(name, size); err != nil {
				t.Fatal(err)
			}
			for _, v := range b {
				sum += int(v)
			}
			return nil
		})
		if r.CanView() && (!viewed || !errors.Is(err, io.ErrUnexpectedEOF)) {
			t.Errorf("cut to %d bytes: viewed %v, %v", size, viewed, err)
		}
		// It is shorter already when it is looked at: reading finds that out.
		if viewed, err := r.View(0, 1<<20, "bytes", func([]byte) error { return nil }); r.CanView() && viewed && err == nil {
			t.Errorf("cut to %d bytes before: viewed without an error", size)
		}
	}
}

// Errors and panics that have nothing to do with the file are what they were.
func TestViewPassesOn(t *testing.T) {
	_, r, _ := viewable(t, 1<<20)
	if !r.CanView() {
		return
	}
	mine := errors.New("mine")
	if viewed, err := r.View(0, 1<<20, "bytes", func([]byte) error { return mine }); !viewed || !errors.Is(err, mine) {
		t.Errorf("viewed %v, %v", viewed, err)
	}
	defer func() {
		if cause := recover(); cause != "mine" {
			t.Errorf("recovered %v", cause)
		}
	}()
	_, _ = r.View(0, 1<<20, "bytes", func([]byte) error { panic("mine") })
}
