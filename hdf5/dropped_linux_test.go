package hdf5

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// Files that a program forgets to close do not fill its table of descriptors for ever, those that external links led to among them.
func TestForgottenFiles(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "a.h5")
	w, err := Create(name)
	must(t, err)
	typ, err := TypeOf[int32]()
	must(t, err)
	_, err = w.CreateDataset("d", DatasetSpec{Type: typ, Shape: []uint64{4}})
	must(t, err)
	must(t, w.ExternalLink("x", "a.h5", "/d"))
	must(t, w.Close())
	descriptors := func() int {
		entries, err := os.ReadDir("/proc/self/fd")
		must(t, err)
		return len(entries)
	}
	before := descriptors()
	for range 20 {
		f, err := Open(name)
		must(t, err)
		_, err = f.Dataset("x")
		must(t, err)
	}
	opened := descriptors()
	for range 500 {
		if runtime.GC(); descriptors() <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := descriptors(); n > before {
		t.Errorf("%d descriptors are open, %d before and %d then", n, before, opened)
	}
}
