package cursor

import "testing"

func TestChecksumStream(t *testing.T) {
	b := make([]byte, 3*streamPiece+40)
	for i := range b {
		b[i] = byte(i * i >> 3)
	}
	sizes := []int{0, 1, 11, 12, 13, 25}
	for _, around := range []int{streamPiece, 2 * streamPiece, 3 * streamPiece} {
		for d := -13; d <= 25; d++ {
			sizes = append(sizes, around+d)
		}
	}
	for _, n := range sizes {
		got, err := ChecksumStream(uint64(n), func(p []byte, offset uint64) error {
			copy(p, b[offset:n])
			return nil
		})
		if want := Checksum(b[:n]); got != want || err != nil {
			t.Errorf("%d bytes: %#x, %v, want %#x", n, got, err, want)
		}
	}
}
