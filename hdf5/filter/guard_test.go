//go:build unix && amd64 && !purego

package filter

import (
	"bytes"
	"math/rand/v2"
	"runtime/debug"
	"testing"

	"golang.org/x/sys/unix"
)

// guarded is memory between two pages that cannot be touched.
func guarded(t *testing.T, n int) []byte {
	page := unix.Getpagesize()
	n = (n + page - 1) / page * page
	all, err := unix.Mmap(-1, 0, n+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = unix.Munmap(all) })
	for _, edge := range [][]byte{all[:page], all[page+n:]} {
		if err := unix.Mprotect(edge, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return all[page : page+n : page+n]
}

// TestLZ4StaysInside decodes damaged blocks next to memory that cannot be touched: block and result lie once at the beginning and once at the end of theirs.
func TestLZ4StaysInside(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	in, out := guarded(t, 1<<16), guarded(t, 1<<16)
	r := rand.New(rand.NewPCG(9, 9))
	good := 0
	for _, b := range lz4Blocks(t) {
		for range 300 {
			packed := bytes.Clone(b.packed)
			for range r.IntN(4) {
				packed[r.IntN(len(packed))] = byte(r.Uint32() | r.Uint32()*uint32(r.IntN(2)))
			}
			packed = packed[:len(packed)-r.IntN(2)*r.IntN(len(packed))]
			behind, margin := r.IntN(2)*r.IntN(100), r.IntN(2)*r.IntN(2*lz4Margin)
			stored, raw := in[len(in)-len(packed)-behind:], out[len(out)-len(b.raw)-margin:]
			if r.IntN(2) == 0 {
				stored, raw = in[:len(packed)+behind], out[:len(b.raw)+margin]
			}
			copy(stored, packed)
			if unpackLZ4Within(raw, len(b.raw), stored, len(packed)) == nil {
				good++
			}
		}
	}
	if good == 0 {
		t.Error("no block was sound")
	}
}

// TestPlanesStayInside makes elements of their bit planes, and back, next to memory that cannot be touched.
func TestPlanesStayInside(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	in, out := guarded(t, 1<<16), guarded(t, 1<<16)
	for _, size := range []int{1, 2, 3, 4, 8} {
		for n := 8; n <= 4096; n += 8 * (1 + n/256) {
			raw := randomBytes(uint64(n), n*size)
			for _, atEnd := range []bool{false, true} {
				from, to := in[:len(raw)], out[:len(raw)]
				if atEnd {
					from, to = in[len(in)-len(raw):], out[len(out)-len(raw):]
				}
				copy(from, raw)
				shuffleBits(to, from, size, n)
				copy(from, to)
				unshuffleBits(to, from, size, n)
				if !bytes.Equal(to, raw) {
					t.Fatalf("%d elements of %d bytes become others", n, size)
				}
			}
		}
	}
}
