//go:build !purego

package filter

import "testing"

// TestPortablePlanes runs the tests of planes without the kernels of this machine.
func TestPortablePlanes(t *testing.T) {
	if !vectors {
		return // then all tests run without
	}
	vectors = false
	defer func() { vectors = true }()
	t.Run("bits", TestBitPlanes)
	t.Run("bytes", TestBytePlanes)
}
