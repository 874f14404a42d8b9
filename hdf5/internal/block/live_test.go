package block

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

// growing is a file that a writer is at work on: before each read, change may change it.
type growing struct {
	b      []byte
	reads  int
	change func(g *growing)
}

func (g *growing) ReadAt(p []byte, off int64) (int, error) {
	g.reads++
	if g.change != nil {
		g.change(g)
	}
	return bytes.NewReader(g.b).ReadAt(p, off)
}

func (g *growing) Stat() (fs.FileInfo, error) { return sized(len(g.b)), nil }

// sized is what a file knows of itself.
type sized int64

func (s sized) Name() string     { return "f" }
func (s sized) Size() int64      { return int64(s) }
func (sized) Mode() fs.FileMode  { return 0 }
func (sized) ModTime() time.Time { return time.Time{} }
func (sized) IsDir() bool        { return false }
func (sized) Sys() any           { return nil }

func verify(c *cursor.Cursor) error {
	c.Skip(uint64(c.Len() - 4))
	c.Checksum()
	return c.Err()
}

// summed is n bytes with their checksum behind them.
func summed(n int) []byte {
	return cursor.AppendChecksum(bytes.Repeat([]byte{7}, n), 0)
}

func TestTornStructureIsReadAgain(t *testing.T) {
	for name, size := range map[string]int{"in a window": 100, "longer than windows": 3 * windowLimit} {
		t.Run(name, func(t *testing.T) {
			g := &growing{b: summed(size)}
			g.b[50]++
			g.change = func(g *growing) {
				if g.reads == 20 {
					g.b[50]--
				}
			}
			r := NewReader("f", g, int64(len(g.b)))
			var sum *fault.ChecksumError
			if _, err := r.Load(0, uint64(len(g.b)), "structure", verify); !errors.As(err, &sum) || g.reads != 1 {
				t.Fatalf("nobody writes: %d reads, %v", g.reads, err)
			}
			r.SetLive(true)
			b, err := r.Load(0, uint64(len(g.b)), "structure", verify)
			if err != nil || !bytes.Equal(b, summed(size)) || g.reads != 20 {
				t.Fatalf("%d reads, %v", g.reads, err)
			}
		})
	}
}

// A structure that stays damaged is an error after a bounded number of reads, and many of them do not take as long each.
func TestDamagedStructuresAreGivenUp(t *testing.T) {
	g := &growing{b: make([]byte, 200)}
	r := NewReader("f", g, int64(len(g.b)))
	r.SetLive(true)
	var format *fault.FormatError
	_, err := r.Load(0, 100, "structure", verify)
	if !errors.As(err, &format) || g.reads != 1+retries {
		t.Fatalf("%d reads, %v", g.reads, err)
	}
	for range 1000 {
		if _, err = r.Load(0, 100, "structure", verify); !errors.As(err, &format) {
			t.Fatal(err)
		}
	}
	// The first look at it is at what the last one left in a window.
	if want := 1 + patience*retries + (1001 - patience); g.reads != want {
		t.Errorf("%d reads of damaged structures, %d were expected", g.reads, want)
	}
	// Something was right again: it was not the file.
	copy(g.b, summed(96))
	g.b[5]++
	g.change = func(g *growing) { g.b[5] = 7 }
	g.reads = 0
	if _, err := r.Load(0, 100, "structure", verify); err != nil {
		t.Error(err)
	}
	if r.broken.Load() != 0 {
		t.Error("structures still count as damaged")
	}
}

func TestSizeOfGrowingFile(t *testing.T) {
	g := &growing{b: summed(100)}
	r := NewReader("f", g, 10)
	if _, err := r.Bytes(0, 104, "structure"); err == nil || r.Size() != 10 {
		t.Errorf("nobody writes: size %d, %v", r.Size(), err)
	}
	r.SetLive(true)
	if _, err := r.Load(0, 104, "structure", verify); err != nil {
		t.Error(err)
	}
	if err := r.ReadAt(make([]byte, 104), 0, "data"); err != nil || r.Size() != 104 || r.Room(100) != 4 {
		t.Errorf("size %d, %v", r.Size(), err)
	}
	// It becomes shorter again: what was set aside and not used goes when a writer closes.
	g.b = g.b[:50]
	if err := r.ReadAt(make([]byte, 104), 0, "data"); err == nil || r.Size() != 50 {
		t.Errorf("size %d, %v", r.Size(), err)
	}
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, make([]byte, 33), 0o666); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r = NewReader("f", f, 0)
	if r.SetLive(true); r.Size() != 33 {
		t.Errorf("size %d", r.Size())
	}
}

// What a read that began before Forget brings is not kept, however late it ends.
func TestForgetWhileReading(t *testing.T) {
	g := &growing{b: summed(100)}
	r := NewReader("f", g, int64(len(g.b)))
	var once atomic.Bool
	g.change = func(*growing) {
		if once.CompareAndSwap(false, true) {
			r.Forget()
		}
	}
	for reads := 1; reads <= 3; reads++ {
		if _, err := r.Load(0, 104, "structure", verify); err != nil {
			t.Fatal(err)
		}
		if want := min(reads, 2); g.reads != want {
			t.Fatalf("%d reads after %d loads, %d were expected", g.reads, reads, want)
		}
	}
	if _, err := r.Bytes(0, 50, "structure"); err != nil || g.reads != 2 {
		t.Errorf("%d reads, %v: it is in a window", g.reads, err)
	}
}
