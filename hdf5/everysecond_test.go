package hdf5

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"unsafe"
)

// Runs of every second element are the same as copying element by element, whatever their length and alignment, and nothing around them is touched.
func TestCopyRunOfEverySecondElement(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, size := range []int{1, 2, 4, 8, 16} {
		for n := range 200 {
			testEverySecond(t, random, size, n+1, n%7)
		}
		testEverySecond(t, random, size, 4096, 3)
	}
}

func testEverySecond(t *testing.T, random *rand.Rand, size, n, skew int) {
	t.Helper()
	src := make([]byte, skew+(2*n-1)*size) // which ends with the last element
	for i := range src {
		src[i] = byte(random.Uint32())
	}
	got := bytes.Repeat([]byte{0xA5}, skew+n*size+16)
	want := bytes.Clone(got)
	for i := range n {
		copy(want[skew+i*size:][:size], src[skew+2*i*size:])
	}
	copyRun(unsafe.Pointer(&got[skew]), size, unsafe.Pointer(&src[skew]), 2*size, n, size)
	if !bytes.Equal(got, want) {
		t.Fatalf("%d elements of %d bytes at %d: got %x, want %x", n, size, skew, got, want)
	}
}
