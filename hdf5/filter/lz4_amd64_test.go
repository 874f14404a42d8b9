//go:build !purego

package filter

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// lz4Blocks are blocks of all kinds of sequences: of noise, of what detectors see, of what repeats after each number of bytes.
func lz4Blocks(t testing.TB) (blocks []lz4Block) {
	add := func(name string, raw []byte) {
		packed, err := packLZ4(nil, raw)
		if err != nil {
			t.Fatal(err)
		}
		blocks = append(blocks, lz4Block{name, packed, raw})
	}
	for _, n := range []int{1, 5, 12, 13, 63, 64, 65, 200, 2048, 8192, 40_000} {
		add(fmt.Sprintf("noise-%d", n), randomBytes(1, n))
		add(fmt.Sprintf("zeros-%d", n), make([]byte, n))
		raw := sparseBytes(2, n&^7, 2)
		planes := make([]byte, len(raw))
		shuffleBits(planes, raw, 2, n&^7/2&^7)
		add(fmt.Sprintf("sparse-%d", n), raw)
		add(fmt.Sprintf("planes-%d", n), planes)
	}
	r := rand.New(rand.NewPCG(5, 5))
	for offset := 1; offset <= 70; offset++ {
		var raw []byte
		for len(raw) < 2000 {
			raw = append(raw, randomBytes(uint64(len(raw)), offset+r.IntN(40))...)
			for range r.IntN(60) {
				raw = append(raw, raw[len(raw)-offset])
			}
		}
		add(fmt.Sprintf("offset-%d", offset), raw)
	}
	return blocks
}

type lz4Block struct {
	name        string
	packed, raw []byte
}

// unpackedLZ4 is a block decoded with so many bytes behind it and behind the result. It fails where others than the margin are touched.
func unpackedLZ4(t testing.TB, packed []byte, n, behind, margin int) ([]byte, error) {
	t.Helper()
	const guard = 64
	stored := append(bytes.Clone(packed), bytes.Repeat([]byte{0xff}, behind)...)
	out := bytes.Repeat([]byte{0xa5}, n+margin+guard)
	err := unpackLZ4Within(out[:n+margin:n+margin], n, stored, len(packed))
	if !bytes.Equal(out[n+min(margin, lz4Margin):], bytes.Repeat([]byte{0xa5}, guard+margin-min(margin, lz4Margin))) {
		t.Fatalf("written behind the block of %d bytes and its margin of %d", n, margin)
	}
	return out[:n], err
}

func TestLZ4Blocks(t *testing.T) {
	for _, b := range lz4Blocks(t) {
		for _, behind := range []int{0, 1, 47, 48, 49, 100} {
			for _, margin := range []int{0, 1, lz4Margin - 1, lz4Margin, lz4Margin + 1, 2 * lz4Margin} {
				got, err := unpackedLZ4(t, b.packed, len(b.raw), behind, margin)
				if err != nil || !bytes.Equal(got, b.raw) {
					t.Errorf("%s with %d bytes behind and a margin of %d: decoded wrongly: %v", b.name, behind, margin, err)
				}
			}
		}
	}
}

// FuzzLZ4Block decodes arbitrary blocks with the kernel, without it, and with the library. What the library takes all three must make the same of.
func FuzzLZ4Block(f *testing.F) {
	for _, b := range lz4Blocks(f) {
		if len(b.raw) <= 2048 {
			f.Add(b.packed, len(b.raw))
		}
	}
	f.Fuzz(func(t *testing.T, packed []byte, n int) {
		if n <= 0 || n > fuzzRoom {
			return
		}
		plain := make([]byte, n)
		plainErr := finishLZ4(plain, packed, 0, 0)
		library := make([]byte, n)
		libraryErr := unpackLZ4Library(library, packed)
		if libraryErr == nil && (plainErr != nil || !bytes.Equal(plain, library)) {
			t.Fatalf("the library decodes what is otherwise here: %v", plainErr)
		}
		for _, behind := range []int{0, 100} {
			for _, margin := range []int{0, lz4Margin} {
				got, err := unpackedLZ4(t, packed, n, behind, margin)
				if len(packed) > 0 && (err == nil) != (plainErr == nil) {
					t.Fatalf("with %d bytes behind and a margin of %d: %v, and without the kernel %v", behind, margin, err, plainErr)
				}
				if err == nil && !bytes.Equal(got, plain) {
					t.Fatalf("with %d bytes behind and a margin of %d: decoded wrongly", behind, margin)
				}
			}
		}
	})
}

// BenchmarkLZ4Block decodes blocks of bit planes of what a detector sees, each of another place, with the kernel and with the library.
func BenchmarkLZ4Block(b *testing.B) {
	const count, size = 256, 8192
	var packed [count][]byte
	planes := make([]byte, size)
	for i := range packed {
		shuffleBits(planes, sparseBytes(uint64(i), size, 2), 2, size/2)
		block, err := packLZ4(nil, planes)
		if err != nil {
			b.Fatal(err)
		}
		packed[i] = block
	}
	out := make([]byte, size+lz4Margin)
	for name, unpack := range map[string]func(stored []byte) error{
		"kernel":  func(stored []byte) error { return unpackLZ4Within(out, size, stored, len(stored)) },
		"library": func(stored []byte) error { return unpackLZ4Library(out[:size], stored) },
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(count * size)
			for b.Loop() {
				for _, stored := range packed {
					if err := unpack(stored); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}

// A block that ends within the offset of a match does not take the rest of it from the block behind.
func TestLZ4CutOff(t *testing.T) {
	const n = 17
	block := append([]byte{0x1c, 'A', 1, 0}, make([]byte, 100)...)
	for length := range 4 {
		if err := unpackLZ4Within(make([]byte, n+lz4Margin), n, block, length); err == nil {
			t.Errorf("%d bytes of a block of 4 are decoded", length)
		}
	}
}
