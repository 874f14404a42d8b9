package hdf5

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
)

// memoryFile is a file in memory.
type memoryFile struct{ b []byte }

func (m *memoryFile) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(m.b)) {
		return 0, io.EOF
	}
	n := copy(p, m.b[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (m *memoryFile) WriteAt(p []byte, at int64) (int, error) {
	if end := int(at) + len(p); end > len(m.b) {
		m.b = append(m.b, make([]byte, end-len(m.b))...)
	}
	return copy(m.b[at:], p), nil
}

func (m *memoryFile) Truncate(size int64) error {
	if size < int64(len(m.b)) {
		m.b = m.b[:size]
		return nil
	}
	m.b = append(m.b, make([]byte, size-int64(len(m.b)))...)
	return nil
}

func (m *memoryFile) Sync() error  { return nil }
func (m *memoryFile) Close() error { return nil }

// somePaths are the paths of some objects of a file, the root first.
func somePaths(f *File) []string {
	const most = 12
	paths := []string{"/"}
	for i := 0; i < len(paths) && len(paths) < most; i++ {
		g, err := f.Group(paths[i])
		if err != nil {
			continue
		}
		for l, err := range g.Links() {
			if err != nil || len(paths) >= most {
				break
			}
			if l.Kind == HardLink {
				paths = append(paths, join(paths[i], l.Name))
			}
		}
	}
	return paths
}

// changeSome changes some objects of a file, and returns the file as it is then.
func changeSome(b []byte) ([]byte, error) {
	m := &memoryFile{bytes.Clone(b)}
	o, err := newCreateOptions([]CreateOption{WithoutSync()})
	if err != nil {
		return nil, err
	}
	w, err := newReadWrite("changed.h5", o, m, int64(len(b)))
	if err != nil {
		return nil, err
	}
	do := func(call error) {
		if err == nil {
			err = call
		}
	}
	for i, path := range somePaths(w.file) {
		do(w.SetAttribute(path, "added by a test", i))
		do(w.HardLink(fmt.Sprintf("added by a test/%d", i), path))
		if o, opened := w.file.Object(path); opened == nil {
			for a := range o.Attributes() {
				if a != nil {
					do(w.RemoveAttribute(path, a.Name()))
				}
				break
			}
			if _, group := o.(*Group); group {
				do(w.SoftLink(join(path, "soft link of a test"), "/nowhere"))
			}
		}
	}
	if err != nil {
		return nil, err
	}
	err = w.Close()
	return m.b, err
}

// changeAndRead changes a file. If all of it could be read before, all can be read afterwards.
func changeAndRead(b []byte) error {
	changed, err := changeSome(b)
	if err != nil {
		return err
	}
	if readEverything(b) != nil {
		return nil
	}
	if err := readEverything(changed); err != nil {
		panic(fmt.Sprintf("a file that could be read cannot be read after a change: %v", err))
	}
	return nil
}

func FuzzOpenReadWrite(f *testing.F) {
	for _, b := range append(seedFiles(f), corpusFiles(f)...) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = mend.Checksums(bytes.Clone(b), changeAndRead)
	})
}

// Files in which some bytes were changed are changed, or refused with an error.
func TestChangeDamagedFiles(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	changed, refused := 0, 0
	for i, seed := range seedFiles(t) {
		if err := changeAndRead(seed); err != nil {
			t.Logf("file %d is refused: %v", i, err)
		}
		for range 30 {
			b := bytes.Clone(seed)
			for range 1 + random.IntN(4) {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			if mend.Checksums(b, changeAndRead) == nil {
				changed++
			} else {
				refused++
			}
		}
	}
	t.Logf("%d damaged files were changed, %d refused", changed, refused)
	if changed == 0 || refused == 0 {
		t.Error("the damage was too small, or too large")
	}
}
