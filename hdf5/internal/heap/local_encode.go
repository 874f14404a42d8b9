package heap

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

// noFreeBlock ends the list of free blocks of a local heap, which are all multiples of 8.
const noFreeBlock = 1

// LocalEncoder gathers the strings of a local heap. The zero value has none.
type LocalEncoder struct{ data []byte }

// Add adds a string, without a NUL in it, and returns its position. The empty string, at 0, is always there: the trees of groups begin with it.
func (h *LocalEncoder) Add(s string) uint64 {
	h.begin()
	at := len(h.data)
	h.data = append(h.data, s...)
	h.data = append(h.data, 0)
	for len(h.data)%8 != 0 {
		h.data = append(h.data, 0)
	}
	return uint64(at)
}

func (h *LocalEncoder) begin() {
	if len(h.data) == 0 {
		h.data = make([]byte, 8)
	}
}

// Write writes the heap, full to the last byte, and returns its address. The library moves the strings when it adds one.
func (h *LocalEncoder) Write(out *store.File) (uint64, error) {
	h.begin()
	const header = 4 + 4 + 3*8
	address := out.Allocate(header+uint64(len(h.data)), store.AlignMetadata)
	b := append(make([]byte, 0, header), "HEAP"...)
	b = append(b, 0, 0, 0, 0)
	b = cursor.AppendUint(b, uint64(len(h.data)), 8)
	b = cursor.AppendUint(b, noFreeBlock, 8)
	b = cursor.AppendUint(b, address+header, 8)
	if err := out.WriteAt(b, address); err != nil {
		return 0, err
	}
	return address, out.WriteAt(h.data, address+header)
}
