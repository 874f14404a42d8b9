package store

import (
	"bytes"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func open(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// Whatever the sizes and the order of writes, the file holds what a plain array would.
func TestWritesAgainstModel(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 1))
		backing := open(t)
		f := New(backing, 48)
		model := make([]byte, 48)
		var places [][2]uint64
		write := func(address, n uint64) {
			p := make([]byte, n)
			for i := range p {
				p[i] = byte(r.Uint32())
			}
			if err := f.WriteAt(p, address); err != nil {
				t.Fatal(err)
			}
			copy(model[address:], p)
		}
		for range 300 {
			switch n := r.Uint64N(300); r.IntN(10) {
			case 0: // over what is there
				if len(places) > 0 {
					p := places[r.IntN(len(places))]
					write(p[0]+p[1]/3, p[1]/2)
				}
			case 1: // large
				n = 100_000 + r.Uint64N(200_000)
				fallthrough
			default:
				align := []uint64{1, 8, 4096}[r.IntN(3)]
				address := f.Allocate(n, align)
				if address%align != 0 || f.End() != address+n {
					t.Fatalf("%d bytes at %d, end %d", n, address, f.End())
				}
				model = append(model, make([]byte, f.End()-uint64(len(model)))...)
				places = append(places, [2]uint64{address, n})
				if r.IntN(5) > 0 {
					write(address, n)
				}
			case 2:
				if len(places) == 0 {
					continue
				}
				p := places[0]
				write(p[0], p[1]) // so that there is something to read
				got := make([]byte, p[1])
				if err := f.ReadAt(got, p[0]); err != nil || !bytes.Equal(got, model[p[0]:p[0]+p[1]]) {
					t.Fatalf("seed %d: reading back %d bytes at %d: %v", seed, p[1], p[0], err)
				}
			}
		}
		if err := f.Finish(false); err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(backing.Name())
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, model) {
			t.Fatalf("seed %d: the file of %d bytes differs from the model of %d", seed, len(got), len(model))
		}
	}
}

func TestReleaseTakesBack(t *testing.T) {
	backing := open(t)
	f := New(backing, 0)
	kept, err := f.Append([]byte("kept"), 8)
	if err != nil {
		t.Fatal(err)
	}
	gone, err := f.Append(make([]byte, 1000), 8)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Release(gone); err != nil || f.End() != gone {
		t.Fatalf("end %d: %v", f.End(), err)
	}
	if _, err := f.Append([]byte("new"), 1); err != nil {
		t.Fatal(err)
	}
	if err := f.Finish(false); err != nil {
		t.Fatal(err)
	}
	got, _ := os.ReadFile(backing.Name())
	if want := "kept\x00\x00\x00\x00new"; string(got) != want || kept != 0 {
		t.Errorf("%q, want %q", got, want)
	}
}

type failing struct{ *os.File }

func (failing) WriteAt([]byte, int64) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "temporary", Err: syscall.ENOSPC}
}

func TestFirstErrorIsKept(t *testing.T) {
	f := New(failing{open(t)}, 0)
	if _, err := f.Append(make([]byte, bufferSize), 8); err != syscall.ENOSPC {
		t.Errorf("a large write: %v, want the bare cause", err)
	}
	for what, err := range map[string]error{"WriteAt": f.WriteAt(nil, 0), "Flush": f.Flush(), "Finish": f.Finish(true), "Err": f.Err()} {
		if err != syscall.ENOSPC {
			t.Errorf("%s afterwards: %v", what, err)
		}
	}
}

func TestOutOfBounds(t *testing.T) {
	f := New(open(t), 10)
	if err := f.WriteAt([]byte{1}, 10); err == nil {
		t.Error("a write behind the end is accepted")
	}
	f = New(open(t), 10)
	f.Allocate(math.MaxUint64-5, 8)
	if f.Err() == nil {
		t.Error("an allocation larger than any file is accepted")
	}
}
