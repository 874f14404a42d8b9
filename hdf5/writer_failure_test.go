package hdf5

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/vdsgen/vdsgen/hdf5/dataspace"
	"github.com/vdsgen/vdsgen/hdf5/filter"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

func isClosed(err error) bool { return errors.Is(err, ErrClosed) }
func isExist(err error) bool  { return errors.Is(err, fs.ErrExist) }

// filters parses filters as layouts spell them.
func filters(words ...string) []filter.Spec {
	var list []filter.Spec
	for _, word := range words {
		s, err := filter.Parse(word)
		if err != nil {
			panic(err)
		}
		list = append(list, s)
	}
	return list
}

// fullDisk is a file on a disk that has no more room after so many bytes.
type fullDisk struct {
	*os.File
	room    *int64
	failing *bool // sync and truncate fail as well
}

func (f fullDisk) WriteAt(p []byte, at int64) (int, error) {
	if *f.room -= int64(len(p)); *f.room < 0 {
		return 0, &fs.PathError{Op: "write", Path: f.Name(), Err: syscall.ENOSPC}
	}
	return f.File.WriteAt(p, at)
}

func (f fullDisk) Sync() error {
	if *f.failing {
		return &fs.PathError{Op: "sync", Path: f.Name(), Err: syscall.EIO}
	}
	return f.File.Sync()
}

// full is an option that makes the disk full after so many bytes; room counts what is left.
func full(room *int64, failSync bool) CreateOption {
	return func(o *createOptions) {
		o.wrap = func(f *os.File) store.Backing { return fullDisk{f, room, &failSync} }
	}
}

// writeEverything uses every kind of structure, and returns the first error.
func writeEverything(w *Writer) error {
	var errs []error
	do := func(err error) { errs = append(errs, err) }
	text, err := w.CreateDataset("/text", DatasetSpec{Type: VarString(UTF8), Shape: []uint64{1000}})
	do(err)
	if err == nil {
		do(WriteAll(text, slicesRepeat("some words", 1000)))
	}
	for _, s := range []DatasetSpec{
		{Type: Int32(), Shape: []uint64{100, 300}},
		{Type: Int32(), Shape: []uint64{100, 300}, Chunk: []uint64{1, 30}},
		{Type: Int32(), Shape: []uint64{100, 300}, MaxShape: []uint64{dataspace.Unlimited, 300}, Chunk: []uint64{7, 30}, Filters: filters("shuffle", "deflate(1)")},
		{Type: Int32(), Shape: []uint64{100, 300}, MaxShape: []uint64{dataspace.Unlimited, dataspace.Unlimited}, Chunk: []uint64{3, 30}, Filters: filters("fletcher32")},
	} {
		d, err := w.CreateDataset("/group/data"+string(rune('a'+len(errs))), s)
		do(err)
		if err == nil {
			do(WriteAll(d, ramp[int32](30_000)))
		}
	}
	for i := range 300 {
		do(w.SoftLink("/many/"+strings.Repeat("x", i%50+1)+string(rune('0'+i/50)), "/text"))
		do(w.SetAttribute("/group", "a"+strings.Repeat("y", i%50)+string(rune('0'+i/50)), int32(i)))
	}
	var mappings MappingSlice
	for i := range uint64(1000) {
		v, _ := dataspace.Regular(dataspace.Dim{Start: i, Stride: 1, Count: 1, Block: 1})
		mappings = append(mappings, VirtualMapping{File: "f.h5", Path: "/d", Source: dataspace.All(), Virtual: v})
	}
	do(w.CreateVirtual("/virtual", VirtualSpec{Type: Int32(), Shape: []uint64{1000}, Mappings: mappings}))
	return errors.Join(errs...)
}

func slicesRepeat(s string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = s
	}
	return list
}

// However far the writing came when the disk was full, nothing is left and the error is told.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	old := []byte("the file that was there")
	must(t, os.WriteFile(name, old, 0o600))
	total := int64(1 << 40)
	w, err := Create(name, full(&total, false))
	must(t, err)
	must(t, writeEverything(w))
	must(t, w.Close())
	total = 1<<40 - total
	must(t, os.WriteFile(name, old, 0o600))
	for i := range 60 {
		room := total * int64(i) / 60
		w, err := Create(name, full(&room, false))
		must(t, err)
		_ = writeEverything(w)
		err = w.Close()
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("with room for %d of 60 parts Close returns %v", i, err)
		}
		if !strings.HasPrefix(err.Error(), name+": ") || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("the error does not name the file as the caller does: %v", err)
		}
		if b, _ := os.ReadFile(name); string(b) != string(old) || len(folder(t, dir)) != 1 {
			t.Fatalf("with room for %d of 60 parts there are %v", i, folder(t, dir))
		}
	}
}

func TestFailingSync(t *testing.T) {
	dir := t.TempDir()
	room := int64(1 << 40)
	w, err := Create(filepath.Join(dir, "a.h5"), full(&room, true))
	must(t, err)
	if err := w.Close(); !errors.Is(err, syscall.EIO) || len(folder(t, dir)) != 0 {
		t.Errorf("Close: %v; there are %v", err, folder(t, dir))
	}
}

func TestFolderVanishes(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "sub")
	must(t, os.Mkdir(dir, 0o755))
	w, err := Create(filepath.Join(dir, "a.h5"))
	must(t, err)
	must(t, os.RemoveAll(dir))
	if err := w.Close(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Close: %v", err)
	}
}

// killedWriter is set in the environment of a process that writes a file over and over until it is killed.
const killedWriter = "VDSGEN_TEST_KILLED_WRITER"

func writeUntilKilled(name string) {
	for {
		w, err := Create(name)
		if err == nil {
			err = errors.Join(writeEverything(w), w.Close())
		}
		if err != nil {
			panic(err)
		}
	}
}

// A process that is killed at any moment leaves the old file or the new one, whole.
func TestKilledWriter(t *testing.T) {
	if name := os.Getenv(killedWriter); name != "" {
		writeUntilKilled(name)
	}
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	w, err := Create(name)
	must(t, err)
	must(t, writeEverything(w))
	must(t, w.Close())
	whole, err := os.ReadFile(name)
	must(t, err)
	for i := range 25 {
		if i%2 == 0 {
			must(t, os.RemoveAll(name))
		}
		cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
		cmd.Env = append(os.Environ(), killedWriter+"="+name)
		must(t, cmd.Start())
		time.Sleep(time.Duration(20+i*7) * time.Millisecond)
		must(t, cmd.Process.Kill())
		_ = cmd.Wait()
		b, err := os.ReadFile(name)
		if !errors.Is(err, fs.ErrNotExist) && !bytes.Equal(b, whole) {
			t.Fatalf("after kill %d the file has %d bytes (%v), want %d or none", i, len(b), err, len(whole))
		}
	}
	// What killed processes left does not stand in the way.
	w, err = Create(name)
	must(t, err)
	must(t, w.Close())
}

// A disk that becomes full while mappings are encoded by several goroutines is an error, and leaves nothing behind.
func TestFullDiskBelowMappings(t *testing.T) {
	const n = 20 * mappingPiece
	for _, room := range []int64{100, 10_000, 500_000, 1_500_000} {
		dir := t.TempDir()
		w, err := Create(filepath.Join(dir, "a.h5"), WithoutSync(), WithEncoders(3), full(&room, false))
		must(t, err)
		if err := w.CreateVirtual("/v", VirtualSpec{Type: Uint16(), Shape: []uint64{n, 4, 5}, Mappings: stacked{n, 4, 5}}); !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("got %v, want that there is no space", err)
		}
		if err := w.Close(); err == nil || len(folder(t, dir)) != 0 {
			t.Errorf("Close: %v; there are %v", err, folder(t, dir))
		}
	}
}
