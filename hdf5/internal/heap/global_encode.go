package heap

import (
	"github.com/vdsgen/vdsgen/hdf5/internal/cursor"
	"github.com/vdsgen/vdsgen/hdf5/internal/store"
)

const (
	// GlobalHeader is the number of bytes before the objects of a collection, and before the data of an object.
	GlobalHeader = 16

	// MinCollection is the size in bytes of the smallest collection, the library's own H5HG_MINSIZE.
	MinCollection = 4096

	// maxCollection is where collections of many objects stop growing, the library's own H5HG_MAXSIZE: it reads a collection as a whole.
	maxCollection = 64 << 10
)

// AppendCollectionHeader appends the header of a collection of size bytes, itself included.
func AppendCollectionHeader(b []byte, size uint64) []byte {
	b = append(b, "GCOL"...)
	b = append(b, 1, 0, 0, 0)
	return cursor.AppendUint(b, size, 8)
}

// AppendObjectHeader appends the header of an object with size bytes of data, which follow, padded to a multiple of 8.
func AppendObjectHeader(b []byte, index uint16, size uint64) []byte {
	b = cursor.AppendUint(b, uint64(index), 2)
	b = append(b, 0, 0, 0, 0, 0, 0) // reference count, as the library writes it, and reserved
	return cursor.AppendUint(b, size, 8)
}

// AppendFree appends what ends a collection in which n bytes are left: the object of free space, whose size counts its own
// header. Libraries loop forever over zeros in its place. n is a multiple of 8.
func AppendFree(b []byte, n uint64) []byte {
	if n < GlobalHeader {
		return append(b, make([]byte, n)...)
	}
	return AppendObjectHeader(b, 0, n)
}

// GlobalEncoder packs objects into collections of the global heap: elements of variable length and the like. Collections grow from
// MinCollection to maxCollection, so that small files stay small; an object that needs more has one for itself.
type GlobalEncoder struct {
	out     *store.File
	buf     []byte // the open collection so far; empty: there is none
	address uint64 // of the open collection
	size    int    // bytes reserved for it
	index   uint16 // of its last object
	next    int    // bytes of the next one
}

// NewGlobalEncoder returns an encoder without a collection.
func NewGlobalEncoder(out *store.File) *GlobalEncoder {
	return &GlobalEncoder{out: out, next: MinCollection}
}

// Add stores an object and returns where: the address of its collection and its index there.
func (g *GlobalEncoder) Add(data []byte) (collection uint64, index uint32, err error) {
	need := GlobalHeader + (len(data)+7)&^7
	for g.next-GlobalHeader < need && g.next < maxCollection {
		g.next *= 2
	}
	if g.next-GlobalHeader < need {
		return g.alone(data, need)
	}
	if len(g.buf) == 0 || len(g.buf)+need > g.size {
		if err := g.Close(); err != nil {
			return 0, 0, err
		}
		g.size = g.next
		g.next = min(2*g.next, maxCollection)
		g.address = g.out.Allocate(uint64(g.size), store.AlignMetadata)
		g.buf = AppendCollectionHeader(g.buf[:0], uint64(g.size))
		g.index = 0
	}
	g.index++
	g.buf = AppendObjectHeader(g.buf, g.index, uint64(len(data)))
	g.buf = append(g.buf, data...)
	for len(g.buf)%8 != 0 {
		g.buf = append(g.buf, 0)
	}
	return g.address, uint32(g.index), nil
}

// alone stores an object in a collection of its own.
func (g *GlobalEncoder) alone(data []byte, need int) (uint64, uint32, error) {
	size := uint64(GlobalHeader + need)
	b := AppendObjectHeader(AppendCollectionHeader(nil, size), 1, uint64(len(data)))
	address := g.out.Allocate(size, store.AlignMetadata)
	if err := g.out.WriteAt(b, address); err != nil {
		return 0, 0, err
	}
	// The padding is never written: it reads as zeros.
	return address, 1, g.out.WriteAt(data, address+uint64(len(b)))
}

// Close writes the open collection. More objects may be added afterwards.
func (g *GlobalEncoder) Close() error {
	if len(g.buf) == 0 {
		return nil
	}
	// The rest of the collection after its free object is never written: it reads as zeros.
	b := AppendFree(g.buf, uint64(g.size-len(g.buf)))
	g.buf = g.buf[:0]
	return g.out.WriteAt(b, g.address)
}
