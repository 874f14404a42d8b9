package filter

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// The kernels against the plainest form of the same thing.

var planeSizes = []int{1, 2, 3, 4, 5, 7, 8, 9, 10, 12, 16, 17, 24, 40}

func randomBytes(seed uint64, n int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	return b
}

// sparseBytes is what a detector of little-endian elements of size bytes sees: mostly nothing, here and there a few
// counts, rarely many.
func sparseBytes(seed uint64, n, size int) []byte {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	b := make([]byte, n)
	for at := 0; at+size <= n; at += size {
		switch r.IntN(40) {
		case 0, 1, 2, 3, 4, 5:
			b[at] = byte(1 + r.IntN(3))
		case 6:
			b[at] = byte(r.Uint32())
			if size > 1 && r.IntN(50) == 0 {
				b[at+1] = byte(r.Uint32())
			}
		}
	}
	return b
}

func TestBytePlanes(t *testing.T) {
	for _, size := range planeSizes {
		for _, n := range []int{1, 2, 7, 8, 9, 15, 16, 17, 64, 100, 1000} {
			raw := randomBytes(1, n*size)
			want := make([]byte, len(raw))
			for i := range n {
				for k := range size {
					want[k*n+i] = raw[i*size+k]
				}
			}
			planes := make([]byte, len(raw))
			shuffleBytes(planes, raw, size, n)
			if !bytes.Equal(planes, want) {
				t.Errorf("shuffling %d elements of %d bytes is wrong", n, size)
			}
			back := make([]byte, len(raw))
			unshuffleBytes(back, want, size, n)
			if !bytes.Equal(back, raw) {
				t.Errorf("unshuffling %d elements of %d bytes is wrong", n, size)
			}
		}
	}
}

func naiveBitPlanes(raw []byte, size, n int) []byte {
	planes := make([]byte, len(raw))
	for i := range n {
		for p := range 8 * size {
			bit := raw[i*size+p/8] >> (p % 8) & 1
			planes[p*(n/8)+i/8] |= bit << (i % 8)
		}
	}
	return planes
}

func TestBitPlanes(t *testing.T) {
	for _, size := range planeSizes {
		for _, n := range []int{8, 16, 56, 64, 72, 128, 136, 256, 264, 1024, 2304, 4096, 4344} {
			for kind, raw := range map[string][]byte{
				"random": randomBytes(2, n*size), "sparse": sparseBytes(3, n*size, size), "zero": make([]byte, n*size),
				"half": append(make([]byte, n*size/2), randomBytes(4, n*size-n*size/2)...),
				"back": append(randomBytes(4, n*size/2), make([]byte, n*size-n*size/2)...),
			} {
				want := naiveBitPlanes(raw, size, n)
				planes := randomBytes(9, len(raw))
				shuffleBits(planes, raw, size, n)
				if !bytes.Equal(planes, want) {
					t.Errorf("bit-shuffling %d %s elements of %d bytes is wrong", n, kind, size)
				}
				back := randomBytes(9, len(raw))
				unshuffleBits(back, want, size, n)
				if !bytes.Equal(back, raw) {
					t.Errorf("bit-unshuffling %d %s elements of %d bytes is wrong", n, kind, size)
				}
			}
		}
	}
}

func BenchmarkUnshuffleBits(b *testing.B) {
	for _, size := range []int{1, 2, 4, 8, 12} {
		n := 8192 / size &^ 7
		for kind, raw := range map[string][]byte{"random": randomBytes(1, n*size), "sparse": sparseBytes(1, n*size, size)} {
			b.Run(fmt.Sprintf("%dbytes/%s", size, kind), func(b *testing.B) {
				planes := make([]byte, len(raw))
				shuffleBits(planes, raw, size, n)
				b.SetBytes(int64(len(raw)))
				for b.Loop() {
					unshuffleBits(raw, planes, size, n)
				}
			})
		}
	}
}

func BenchmarkShuffleBits(b *testing.B) {
	for _, size := range []int{1, 2, 4, 8, 12} {
		n := 8192 / size &^ 7
		raw, planes := randomBytes(1, n*size), make([]byte, n*size)
		b.Run(fmt.Sprintf("%dbytes", size), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				shuffleBits(planes, raw, size, n)
			}
		})
	}
}

func BenchmarkUnshuffleBytes(b *testing.B) {
	for _, size := range []int{2, 3, 4, 8, 12, 16} {
		n := 65536 / size
		planes, raw := randomBytes(1, n*size), make([]byte, n*size)
		b.Run(fmt.Sprintf("%dbytes", size), func(b *testing.B) {
			b.SetBytes(int64(len(raw)))
			for b.Loop() {
				unshuffleBytes(raw, planes, size, n)
			}
		})
	}
}

// floatData is numbers around a few thousand with two decimals, in both sizes.
func floatData() (singles, doubles []byte) {
	r := rand.New(rand.NewPCG(11, 0))
	value := 3000.0
	for range dataBytes / 8 {
		value += math.Round(100*r.NormFloat64()) / 100
		if r.IntN(50) == 0 {
			singles = le.AppendUint32(singles, 0)
			doubles = le.AppendUint64(doubles, 0)
			continue
		}
		singles = le.AppendUint32(singles, math.Float32bits(float32(value)))
		doubles = le.AppendUint64(doubles, math.Float64bits(value))
	}
	return append(singles, singles...), doubles
}
