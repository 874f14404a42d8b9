package hdf5

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/internal/mend"
	"github.com/vdsgen/vdsgen/hdf5/internal/message"
)

// smallFile is a file in memory that does not become large.
type smallFile struct{ memoryFile }

// mostOfSmallFile is how many bytes it may have: a damaged file may say that a dataset which is still to be allocated has any number.
const mostOfSmallFile = 4 << 20

var errSmallFile = errors.New("the disk is full")

func (m *smallFile) WriteAt(p []byte, at int64) (int, error) {
	if at > mostOfSmallFile {
		return 0, errSmallFile
	}
	return m.memoryFile.WriteAt(p, at)
}

func (m *smallFile) Truncate(size int64) error {
	if size > mostOfSmallFile {
		return errSmallFile
	}
	return m.memoryFile.Truncate(size)
}

// changeDataset resizes a dataset of a file and writes into it, and returns the file as it is then.
func changeDataset(b []byte, path string) ([]byte, error) {
	m := &smallFile{memoryFile{bytes.Clone(b)}}
	o, err := newCreateOptions([]CreateOption{WithoutSync()})
	if err != nil {
		return nil, err
	}
	w, err := newReadWrite("changed.h5", o, m, int64(len(b)))
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	d, err := w.OpenDataset(path)
	if err != nil {
		return nil, err
	}
	if shape := d.Shape(); d.old != nil && d.old.dataset.Layout() == Chunked {
		for i, limit := range d.MaxShape() {
			shape[i] = min(shape[i]+2, limit, dataspace.MaxCoordinate)
			if i == 1 {
				shape[i] = max(shape[i], 4) - 3
			}
		}
		if err := d.Resize(shape...); err != nil {
			return nil, err
		}
	}
	start := d.Shape()
	if d.kind != message.SpaceNull && !slices.Contains(start, 0) && d.typ.Size() < 1<<16 {
		count := make([]uint64, len(start))
		for i := range start {
			start[i]--
			count[i] = 1
		}
		if err := d.WriteBytes(make([]byte, d.typ.Size()), start, nil, count); err != nil {
			return nil, err
		}
	}
	err = w.Close()
	return m.b, err
}

// changeDatasets changes all datasets of a file, each for itself. What could be read before can be read afterwards.
func changeDatasets(b []byte) error {
	f, err := NewFile(bytes.NewReader(b), int64(len(b)), WithExternalLinks(nil))
	if err != nil {
		return err
	}
	defer f.Close()
	var failed error
	for _, path := range somePaths(f) {
		if _, err := f.Dataset(path); err != nil {
			continue
		}
		changed, err := changeDataset(b, path)
		if err != nil {
			failed = err
			continue
		}
		if readEverything(b) != nil {
			continue
		}
		if err := readEverything(changed); err != nil {
			panic(fmt.Sprintf("a file that could be read cannot be read after %s changed: %v", path, err))
		}
	}
	return failed
}

func FuzzOpenDataset(f *testing.F) {
	for _, b := range append(seedFiles(f), corpusFiles(f)...) {
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		_ = mend.Checksums(bytes.Clone(b), changeDatasets)
	})
}

// Datasets of files in which some bytes were changed are changed, or refused with an error.
func TestChangeDamagedDatasets(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	changed, refused := 0, 0
	for i, seed := range seedFiles(t) {
		if err := changeDatasets(seed); err != nil {
			t.Logf("file %d: %v", i, err)
		}
		for range 30 {
			b := bytes.Clone(seed)
			for range 1 + random.IntN(4) {
				b[random.IntN(len(b))] = byte(random.Uint32())
			}
			if mend.Checksums(b, changeDatasets) == nil {
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
