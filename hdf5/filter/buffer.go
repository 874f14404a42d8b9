package filter

import (
	"math/bits"
	"slices"
	"sync"
)

// resize is n bytes of b's memory as far as it reaches, else new memory. The contents are undefined.
func resize(b []byte, n int) []byte {
	if cap(b) >= n {
		return b[:n]
	}
	return make([]byte, n)
}

// grow makes b longer by n undefined bytes.
func grow(b []byte, n int) []byte {
	return slices.Grow(b, n)[:len(b)+n]
}

// scratch is memory that is used for one chunk and then by another.
type scratch struct {
	bytes []byte
	class int
}

// scratchPools has a pool for each class of sizes, four to a doubling, so that small chunks do not get the memory of
// large ones, nor large ones what is too small for them.
var scratchPools [8 * 64]sync.Pool

// scratchClass is the class of n bytes, and the bytes that memory of this class has.
func scratchClass(n int) (class, size int) {
	shift := max(0, bits.Len(uint(n))-3)
	units := n>>shift + 1 // at most 8, more than n bytes together
	return 8*shift + units - 1, units << shift
}

// takeScratch is n bytes with undefined contents.
func takeScratch(n int) *scratch {
	class, size := scratchClass(n)
	s, _ := scratchPools[class].Get().(*scratch)
	if s == nil {
		s = &scratch{bytes: make([]byte, size), class: class}
	}
	s.bytes = s.bytes[:n]
	return s
}

// put gives the memory back; a nil scratch is none.
func (s *scratch) put() {
	if s != nil {
		scratchPools[s.class].Put(s)
	}
}

// atLeast is s with n bytes if it has room, else another that has.
func (s *scratch) atLeast(n int) *scratch {
	if s == nil || cap(s.bytes) < n {
		s.put()
		return takeScratch(n)
	}
	s.bytes = s.bytes[:n]
	return s
}
