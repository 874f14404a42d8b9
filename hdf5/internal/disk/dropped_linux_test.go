package disk

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func descriptors(t *testing.T) int {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// A file that was forgotten gives its descriptor back, and one that was closed gives back no other's.
func TestDropped(t *testing.T) {
	name, _ := write(t, 100)
	before := descriptors(t)
	const files = 50
	for i := range files {
		f, _, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		if i%2 == 0 {
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n := descriptors(t); n < before+files/2 {
		t.Fatalf("%d descriptors, %d before", n, before)
	}
	for range 500 {
		if runtime.GC(); descriptors(t) <= before {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if n := descriptors(t); n > before {
		t.Errorf("%d descriptors are open, %d before", n, before)
	}
	// What is open now must stay so.
	kept, _, err := Open(name)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		runtime.GC()
	}
	if _, err := kept.ReadAt(make([]byte, 100), 0); err != nil {
		t.Error(err)
	}
	if err := kept.Close(); err != nil {
		t.Error(err)
	}
}
