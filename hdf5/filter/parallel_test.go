package filter

import (
	"bytes"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

// backwards does all pieces, the last one first, and returns the error of the first.
func backwards(n int, do func(i int) error) (err error) {
	for i := range slices.Backward(make([]struct{}, n)) {
		if failed := do(i); failed != nil {
			err = failed
		}
	}
	return err
}

// atOnce does all pieces at the same time, and returns the error of the first that has one.
func atOnce(n int, do func(i int) error) error {
	errs := make([]error, n)
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { errs[i] = do(i) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Parts of a chunk that are decoded in any order, or at the same time, are what the whole is.
func TestDecodeParallel(t *testing.T) {
	for _, size := range []int{bitshufflePart, 3*bitshufflePart + 8192 + 24, 4 * bitshufflePart, 5*bitshufflePart + 2} {
		raw := sparseBytes(7, size, 2)
		for name, specs := range map[string][]Spec{
			"LZ4": {NewBitshuffleLZ4(2)}, "Zstandard": {NewBitshuffleZstd(2, 1)}, "none": {NewBitshuffle(2)}, "behind another": {NewShuffle(2), NewBitshuffleLZ4(2)}, "before another": {NewBitshuffleLZ4(2), NewFletcher32()},
		} {
			p := mustPipeline(t, 2, size, specs...)
			stored, mask, err := p.Encode(nil, raw)
			if err != nil {
				t.Fatal(err)
			}
			for way, parallel := range map[string]Parallel{"in turn": nil, "backwards": backwards, "at once": atOnce} {
				got := make([]byte, size)
				if err := p.DecodeParallel(got, stored, mask, parallel); err != nil || !bytes.Equal(got, raw) {
					t.Errorf("%s, %d bytes, %s: %v", name, size, way, err)
				}
			}
		}
	}
}

// What the parts are is in the chunk. It is refused, or not, as it is where there are none.
func TestDecodeParallelBroken(t *testing.T) {
	const size = 3*bitshufflePart + 10
	raw := sparseBytes(9, size, 2)
	p := mustPipeline(t, 2, size, NewBitshuffleLZ4(2))
	stored, _, err := p.Encode(nil, raw)
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range 300 {
		broken := bytes.Clone(stored)
		switch random.IntN(3) {
		case 0:
			broken = broken[:random.IntN(len(broken))]
		case 1:
			broken[random.IntN(len(broken))] ^= 1 << random.IntN(8)
		case 2: // a length of a block
			broken[lz4Header+random.IntN(4)] ^= 1 << random.IntN(8)
		}
		inTurn, parallel := make([]byte, size), make([]byte, size)
		want, got := p.Decode(inTurn, broken, 0), p.DecodeParallel(parallel, broken, 0, atOnce)
		if (want == nil) != (got == nil) || want == nil && !bytes.Equal(inTurn, parallel) {
			t.Errorf("in turn %v, in parts %v", want, got)
		}
		if want != nil {
			refused++
		}
	}
	if refused < 100 {
		t.Errorf("only %d of 300 were refused", refused)
	}
}

// The parts are those that are worth it, and cover the whole.
func TestBitshuffleParts(t *testing.T) {
	for size, want := range map[int]int{2*bitshufflePart - 2: 0, 2 * bitshufflePart: 2, 5*bitshufflePart + 100: 6} {
		p := mustPipeline(t, 2, size, NewBitshuffleLZ4(2))
		stored, _, err := p.Encode(nil, make([]byte, size))
		if err != nil {
			t.Fatal(err)
		}
		parts := 0
		if err := p.DecodeParallel(make([]byte, size), stored, 0, func(n int, do func(i int) error) error {
			parts = n
			return atOnce(n, do)
		}); err != nil || parts != want {
			t.Errorf("%d bytes in %d parts, want %d: %v", size, parts, want, err)
		}
	}
}
