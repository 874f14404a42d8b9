package block

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/fault"
)

func content(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i*7 + i>>8)
	}
	return b
}

// Whatever is kept, the bytes are those of the file, for many readers at once.
func TestReaderAgainstBytes(t *testing.T) {
	const base = 512
	b := content(100_003)
	r := NewReader("f", bytes.NewReader(b), int64(len(b)))
	r.Configure(base, cursor.Sizes{Offset: 8, Length: 8})
	var all sync.WaitGroup
	for seed := range uint64(4) {
		all.Go(func() {
			random := rand.New(rand.NewPCG(seed, 1))
			for range 3000 {
				addr := random.Uint64N(uint64(len(b)) - base)
				n := min(random.Uint64N(1<<random.IntN(15)+1), uint64(len(b))-base-addr)
				got, err := r.Bytes(addr, n, "test")
				if err != nil || !bytes.Equal(got, b[base+addr:base+addr+n]) {
					t.Errorf("%d bytes at %d are wrong: %v", n, addr, err)
					return
				}
			}
		})
	}
	all.Wait()
}

func TestReaderRefuses(t *testing.T) {
	b := content(1000)
	r := NewReader("f", bytes.NewReader(b), 1000)
	r.Configure(512, cursor.Sizes{Offset: 8, Length: 8})
	for _, c := range []struct{ addr, n uint64 }{
		{488, 1}, {0, 489}, {487, 2}, {cursor.Undefined, 0}, {cursor.Undefined - 1, 1}, {1 << 63, 1}, {0, 1 << 63}, {^uint64(511), 1},
	} {
		if _, err := r.Bytes(c.addr, c.n, "test"); !errors.As(err, new(*fault.FormatError)) {
			t.Errorf("%d bytes at %#x: %v", c.n, c.addr, err)
		}
		if err := r.ReadAt(make([]byte, min(c.n, 2)), c.addr, "test"); c.n > 0 && c.n < 3 && err == nil {
			t.Errorf("%d bytes at %#x were read", c.n, c.addr)
		}
	}
	// A file that became shorter.
	short := NewReader("f", bytes.NewReader(b), 2000)
	if _, err := short.Bytes(900, 200, "test"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a file that became shorter: %v", err)
	}
}

func TestCache(t *testing.T) {
	c := NewCache[int](100)
	for i := range 10 {
		c.Put(uint64(i), i, 20)
	}
	for i := range 10 {
		if _, ok := c.Get(uint64(i)); ok != (i >= 5) {
			t.Errorf("%d is kept: %v", i, ok)
		}
	}
	c.Get(5)
	c.Put(10, 10, 20)
	if _, ok := c.Get(5); !ok {
		t.Error("what was just used went")
	}
	if _, ok := c.Get(6); ok {
		t.Error("what was not used stayed")
	}
	c.Put(11, 11, 1000)
	if v, ok := c.Get(11); !ok || v != 11 || c.count != 1 {
		t.Error("the newest stays, alone, whatever it costs")
	}
	c.Put(11, 12, 10)
	if v, _ := c.Get(11); v != 12 || c.cost != 10 {
		t.Error("the new value counts")
	}
	for i := range 3 * fewEntries {
		c.Put(uint64(100+i), i, 1)
	}
	for i := range 3 * fewEntries {
		if v, ok := c.Get(uint64(100 + i)); !ok || v != i {
			t.Errorf("of many, number %d is %d, %v", i, v, ok)
		}
	}
	c.Clear()
	if _, ok := c.Get(11); ok {
		t.Error("it is empty")
	}
	c.Put(1, 1, 1)
}

func TestOverlay(t *testing.T) {
	b := content(20_000)
	r := NewReader("f", bytes.NewReader(b), int64(len(b)))
	if _, err := r.Bytes(0, 100, "before"); err != nil {
		t.Fatal(err)
	}
	want := bytes.Clone(b)
	copy(want[50:], "first")
	copy(want[9000:], "second")
	copy(want[19_990:], "the end")
	r.Overlay([]Patch{{9000, []byte("second")}, {50, []byte("first")}, {19_990, []byte("the end")}})
	random := rand.New(rand.NewPCG(1, 1))
	for range 3000 {
		at := random.IntN(len(b))
		if random.IntN(2) == 0 {
			at = []int{45, 50, 55, 8998, 9003, 19_990, 19_996}[random.IntN(7)]
		}
		n := random.IntN(min(len(b)-at, 40) + 1)
		p := make([]byte, n)
		if err := r.ReadAt(p, uint64(at), "test"); err != nil || !bytes.Equal(p, want[at:at+n]) {
			t.Fatalf("%d bytes at %d: %q, not %q, %v", n, at, p, want[at:at+n], err)
		}
	}
}
